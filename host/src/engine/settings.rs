//! What of the engine can be set.

use std::time::Duration;

use crate::channels::Gateways;

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
    /// Deliveries of one plugin held in memory: what waits for one takes no room from others.
    pub queue_per_plugin: usize,
    /// Deliveries that wait are counted up to so many: as many as new work is taken on with.
    pub max_deliveries: u64,
    /// Runs again after a conflict before the delivery is put back.
    pub max_reruns: u32,
    /// How often the store is asked for what other processes left there.
    pub poll: Duration,
    /// Where messages to clients are handed over.
    pub gateways: Gateways,
    /// Messages a minute that each channel to clients sends at most.
    pub messages_per_minute: u32,
    /// Whether webhooks may lead to private addresses.
    pub private_webhooks: bool,
    /// Whether rules may call services at private addresses.
    pub private_services: bool,
    /// Whether components are taken only where a trusted key signed them.
    pub require_signatures: bool,
    /// Of 100 runs that went well, the journals of so many are kept; those of runs that failed always are.
    pub journal_percent: u32,
    /// So many of a plugin's last runs are looked at when one fails.
    pub pause_runs: u32,
    /// A plugin is switched off when more than so many of 100 of those failed; 100: never.
    pub pause_percent: u32,
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
            queue_per_plugin: 1_000,
            max_deliveries: 200_000,
            max_reruns: 20,
            poll: Duration::from_secs(1),
            gateways: Gateways::default(),
            messages_per_minute: 600,
            private_webhooks: false,
            private_services: false,
            require_signatures: false,
            journal_percent: 1,
            pause_runs: 20,
            pause_percent: 50,
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
