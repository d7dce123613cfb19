//! What other processes on the same database do, and what that means for this one.

use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::Engine;
use crate::store::{News, StoreError};

impl Engine {
    /// Follows the others until the engine stops.
    pub(super) async fn follow(self, mut news: Receiver<News>) {
        loop {
            let told = tokio::select! {
                () = self.0.stopping.cancelled() => return,
                told = news.recv() => told,
            };
            let done = match told {
                Ok(News::Catalogue) => self.reload().await,
                Ok(News::Settings) => self.reload_settings().await,
                Ok(News::Due) => {
                    self.look_for_work();
                    Ok(())
                }
                Err(RecvError::Lagged(_)) => self.look_at_everything().await,
                Err(RecvError::Closed) => return,
            };
            if let Err(error) = done {
                tracing::error!(%error, "failed to take over what another host changed; trying again soon");
            }
        }
    }

    async fn look_at_everything(&self) -> Result<(), StoreError> {
        self.look_for_work();
        self.reload_settings().await?;
        self.reload().await
    }

    fn look_for_work(&self) {
        self.0.wake.notify_one();
        self.0.sent.notify_one();
        self.0.posted.notify_one();
    }
}
