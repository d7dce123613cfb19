//! Deletes what was kept for as long as the organisation says, in small steps between which others write.

use std::collections::BTreeMap;
use std::time::{Duration, Instant as Stopwatch};

use super::Engine;
use crate::store::StoreError;
use crate::store::retention::Kept;

/// How often it is looked what is old enough.
const EVERY: Duration = Duration::from_secs(3600);
/// Rows looked at in one step.
const STEP: u32 = 500;
/// After a step it rests so many times as long as that took: nine tenths of the time are others'.
const REST: u32 = 9;

impl Engine {
    /// Sweeps at the start and then every hour, until the engine stops.
    pub(super) async fn sweep_when_due(self) {
        loop {
            let next = self.now() + EVERY;
            if let Err(error) = self.sweep().await {
                tracing::error!(%error, "failed to delete what was kept for long enough; trying again in an hour");
            }
            tokio::select! {
                () = self.0.stopping.cancelled() => return,
                () = self.0.clock.sleep_until(next) => {}
            }
        }
    }

    /// Deletes what was kept for long enough, and tells how much of each kind. Done every hour by itself.
    ///
    /// # Errors
    /// The store's. What was deleted by then is gone.
    pub async fn sweep(&self) -> Result<BTreeMap<Kept, u64>, StoreError> {
        let (now, retention) = (self.now(), self.organisation().retention);
        let mut swept = BTreeMap::new();
        for kept in Kept::ALL {
            let Some(days) = kept.days(&retention) else { continue };
            let before = now - Duration::from_secs(u64::from(days) * 86_400);
            let mut gone = 0;
            let mut from = None;
            while !self.0.stopping.is_cancelled() {
                let begun = Stopwatch::now();
                let step = self.0.store.sweep(kept, before, from.as_deref(), STEP).await?;
                gone += step.gone;
                metrics::counter!("takt_swept_total", "kind" => kept.name()).increment(step.gone);
                if step.next.is_none() {
                    break;
                }
                from = step.next;
                tokio::time::sleep(begun.elapsed() * REST).await;
            }
            if gone > 0 {
                tracing::info!(kind = kept.name(), rows = gone, "deleted what was kept for {days} days");
            }
            swept.insert(kept, gone);
        }
        Ok(swept)
    }
}
