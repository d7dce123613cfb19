//! When there is nothing left to do for now.

use std::time::Duration;

use super::Engine;

impl Engine {
    /// How many deliveries this process has in memory, waiting or running.
    #[must_use]
    pub fn held(&self) -> usize {
        self.0.waiting.held()
    }

    /// Returns when nothing runs, nothing waits, and nothing is due by the clock. Work that comes later is not waited
    /// for. Needs the plugins to come to an end: one that wakes itself for ever never does.
    pub async fn idle(&self) {
        loop {
            let ended = self.0.ended.notified();
            if self.0.waiting.held() == 0
                && self.nothing_due().await
                && self.0.waiting.held() == 0
                && self.shadows_are_idle()
            {
                return;
            }
            self.0.wake.notify_one();
            self.0.posted.notify_one();
            // Claims on their way from the store to the queue are seen by nobody for a moment.
            let _ = tokio::time::timeout(Duration::from_millis(2), ended).await;
        }
    }

    async fn nothing_due(&self) -> bool {
        let catalogue = self.catalogue();
        let scheduled = catalogue.iter().any(|plugin| plugin.row.enabled && !plugin.schedules.is_empty());
        if scheduled && self.take_due().await.is_err() {
            return false;
        }
        let due = self.0.store.due_next(&catalogue.enabled()).await.ok().flatten().is_some_and(|due| due <= self.now());
        !due && self.0.store.delivery_held().await.is_ok_and(|held| held.is_empty()) && self.post_is_idle().await
    }
}
