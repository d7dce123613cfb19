//! What of the engine can be set.

use std::time::Duration;

/// How the engine works.
#[derive(Debug, Clone)]
pub struct EngineSettings {
    /// Longest chain of runs that wake one another; beyond it the loop guard stops it.
    pub max_depth: u32,
    /// Tries of a delivery before it is given up.
    pub max_attempts: u32,
    /// First wait before a try again; each further one is twice as long.
    pub backoff_base: Duration,
    /// Longest wait before a try again.
    pub backoff_cap: Duration,
    /// Runs at once.
    pub in_flight: usize,
    /// Runs of one plugin at once.
    pub in_flight_per_plugin: usize,
    /// Deliveries held in memory; what is over waits in the store.
    pub queue: usize,
    /// Runs again after a conflict before the delivery is put back.
    pub max_reruns: u32,
    /// How often the store is asked for what other processes left there.
    pub poll: Duration,
    /// Whether webhooks may lead to private addresses.
    pub private_webhooks: bool,
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            max_depth: 8,
            max_attempts: 8,
            backoff_base: Duration::from_secs(1),
            backoff_cap: Duration::from_secs(3600),
            in_flight: 256,
            in_flight_per_plugin: 128,
            queue: 10_000,
            max_reruns: 20,
            poll: Duration::from_secs(1),
            private_webhooks: false,
        }
    }
}

impl EngineSettings {
    /// How long to wait before the try after `attempt`: full jitter under a bound that doubles
    /// ("Exponential Backoff And Jitter", M. Brooker 2015).
    #[must_use]
    pub fn backoff(&self, attempt: u32) -> Duration {
        let bound = self.backoff_base.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        bound.min(self.backoff_cap).mul_f64(rand::random::<f64>())
    }
}
