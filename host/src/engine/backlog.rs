//! How many deliveries wait, as the store told last: whoever takes on new work looks at it.

use std::sync::atomic::Ordering;

use super::Engine;

impl Engine {
    /// Asks again and again, until the engine stops.
    pub(super) async fn watch_backlog(self) {
        loop {
            match self.0.store.delivery_count(self.0.settings.max_deliveries).await {
                Ok(count) => self.0.backlog.store(count, Ordering::Relaxed),
                Err(error) => tracing::warn!(%error, "failed to count what waits; trying again"),
            }
            tokio::select! {
                () = self.0.stopping.cancelled() => return,
                () = tokio::time::sleep(self.0.settings.poll) => {}
            }
        }
    }

    /// How many deliveries wait or run, on all hosts, counted no further than `max_deliveries`. Known a moment late.
    #[must_use]
    pub fn backlog(&self) -> u64 {
        self.0.backlog.load(Ordering::Relaxed)
    }
}
