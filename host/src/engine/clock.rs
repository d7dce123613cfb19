//! The one clock of the host. Tests move it.

use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;

use crate::crm::instant::Instant;

/// Where the host's time comes from.
#[async_trait]
pub trait Clock: Send + Sync + 'static {
    /// This moment.
    fn now(&self) -> Instant;
    /// Returns at that moment or soon after; at once where it is past.
    async fn sleep_until(&self, at: Instant);
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// Longest single wait: a machine's clock may be set while one waits.
const LONGEST: Duration = Duration::from_secs(30);

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Instant {
        chrono::Utc::now().into()
    }

    async fn sleep_until(&self, at: Instant) {
        loop {
            let left = at.since(self.now());
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(LONGEST)).await;
        }
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct ManualClock(watch::Sender<Instant>);

impl ManualClock {
    /// Stands at `start`.
    #[must_use]
    pub fn new(start: Instant) -> Self {
        Self(watch::Sender::new(start))
    }

    /// Moves it on by `length`.
    pub fn advance(&self, length: Duration) {
        self.0.send_modify(|now| *now = *now + length);
    }

    /// Sets it to `moment`, which may also lie before.
    pub fn set(&self, moment: Instant) {
        self.0.send_replace(moment);
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Instant {
        *self.0.borrow()
    }

    async fn sleep_until(&self, at: Instant) {
        // The sender lives in `self`: waiting fails never.
        let _ = self.0.subscribe().wait_for(|now| *now >= at).await;
    }
}
