//! Slowing down who tries too often: token buckets in memory, moved by the host's clock.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::crm::instant::Instant;

/// How often something may be tried: `burst` times at once, one more every `refill`.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// At once.
    pub burst: u32,
    /// One more every so long.
    pub refill: Duration,
}

/// Tries by key.
#[derive(Debug, Default)]
pub struct Limiter {
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// When it is full again. Each try moves it on by one refill.
    full_at: Instant,
}

/// So many keys are held before those with full buckets are dropped.
const ROOM: usize = 10_000;

impl Limiter {
    /// Notes a try under each key.
    ///
    /// # Errors
    /// How long to wait, where one key is used up. Nothing is noted then.
    pub fn take(&self, keys: &[(String, Rate)], now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys.iter().filter_map(|(key, rate)| wait(buckets.get(key), *rate, now)).max();
        if let Some(wait) = wait {
            return Err(wait);
        }
        if buckets.len() >= ROOM {
            buckets.retain(|_, bucket| bucket.full_at > now);
        }
        for (key, rate) in keys {
            let bucket = buckets.entry(key.clone()).or_insert(Bucket { full_at: now });
            bucket.full_at = bucket.full_at.max(now) + rate.refill;
        }
        Ok(())
    }

    /// Forgets the tries under a key: it was the right one.
    pub fn forget(&self, key: &str) {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

/// How long until there is room for one try more.
fn wait(bucket: Option<&Bucket>, rate: Rate, now: Instant) -> Option<Duration> {
    let debt = bucket?.full_at.since(now) + rate.refill;
    let room = rate.refill * rate.burst;
    (debt > room).then(|| debt - room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_then_refill() {
        let limiter = Limiter::default();
        let rate = Rate { burst: 3, refill: Duration::from_secs(10) };
        let start = Instant::from_micros(1_000_000_000);
        let keys = [("a".to_owned(), rate)];
        for _ in 0..3 {
            limiter.take(&keys, start).unwrap();
        }
        assert_eq!(limiter.take(&keys, start), Err(Duration::from_secs(10)));
        let later = start + Duration::from_secs(10);
        limiter.take(&keys, later).unwrap();
        assert!(limiter.take(&keys, later).is_err());
        limiter.take(&[("b".to_owned(), rate)], later).unwrap();
        limiter.forget("a");
        limiter.take(&keys, later).unwrap();
    }
}
