//! Deliveries that this host took and does not know of: the connection broke before the answer to the commit that took
//! them came. Nobody else takes them as long as this host is alive, so it looks for them itself and lets them go.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Engine;
use crate::store::StoreError;

/// How long after a commit whose outcome is not known it is looked. What is between its commit and its queue, or its end and
/// its commit, is there for a moment: what is missed at two looks is lost.
const LOOK: Duration = Duration::from_secs(2);

impl Engine {
    /// Notes that something may have been committed whose answer was lost.
    pub(super) fn doubt(&self) {
        self.0.doubted.store(true, Ordering::SeqCst);
    }

    /// Lets go of what was taken and is held by nobody, wherever there was a doubt.
    pub(super) async fn settle_doubts(self) {
        let mut missed = HashSet::new();
        loop {
            tokio::select! {
                () = self.0.stopping.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            if !self.0.doubted.swap(false, Ordering::SeqCst) && missed.is_empty() {
                continue;
            }
            missed = match self.let_go_of_lost(&missed).await {
                Ok(missed) => missed,
                Err(error) => {
                    tracing::warn!(%error, "failed to look for deliveries whose commit was not answered; trying again");
                    self.doubt();
                    HashSet::new()
                }
            };
        }
    }

    /// What is missed at this look, without what was missed before and is free now.
    async fn let_go_of_lost(&self, before: &HashSet<u64>) -> Result<HashSet<u64>, StoreError> {
        let taken = self.0.store.delivery_held().await?;
        let held = self.0.waiting.ids();
        let missed: HashSet<u64> = taken.into_iter().filter(|delivery| !held.contains(delivery)).collect();
        let (lost, first): (Vec<u64>, Vec<u64>) = missed.into_iter().partition(|delivery| before.contains(delivery));
        if !lost.is_empty() {
            tracing::info!(deliveries = lost.len(), "let go of deliveries whose commit was not answered");
            self.0.store.delivery_let_go(&lost).await?;
            self.0.wake.notify_one();
        }
        Ok(first.into_iter().collect())
    }
}
