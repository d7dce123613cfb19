//! Figures of many measured times.

use std::fmt;
use std::time::Duration;

use serde::Serialize;

/// Medians and tails, in microseconds.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Figures {
    /// How many were measured.
    pub count: usize,
    /// Half took no longer than this.
    pub p50: u64,
    /// 99 of 100 took no longer than this.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Figures {
    /// The figures of these times.
    #[must_use]
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |share: usize| {
            let index = (times.len() * share / 100).min(times.len().saturating_sub(1));
            times.get(index).map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
        };
        Self { count: times.len(), p50: at(50), p99: at(99), max: at(100) }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |micros: u64| Duration::from_micros(micros).as_secs_f64() * 1000.0;
        write!(f, "p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms", ms(self.p50), ms(self.p99), ms(self.max))
    }
}
