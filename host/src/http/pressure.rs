//! Refuses work that comes in when too much is under way already, before its body is read and takes memory. What only looks is
//! answered all the same, and so is what admins mend things by: see [`Rule::gives_way`](super::policy::Rule::gives_way).

use std::sync::Arc;

use axum::http::{HeaderValue, header};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::code::Code;
use super::problem::{Problem, Result};

/// How much may be under way at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Requests that change something.
    pub requests: usize,
    /// Changes that wait to be written.
    pub commits: usize,
    /// Deliveries that wait for rules.
    pub deliveries: u64,
}

/// How much is under way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Load {
    /// Changes that wait to be written.
    pub commits: usize,
    /// Deliveries that wait for rules.
    pub deliveries: u64,
}

/// What keeps requests from being more than the host can do.
pub struct Pressure {
    limits: Limits,
    room: Arc<Semaphore>,
    load: Box<dyn Fn() -> Load + Send + Sync>,
}

/// Seconds after which it is worth another try: what is written or answered goes fast, what rules do takes longer.
const SOON: u64 = 1;
const LATER: u64 = 5;

impl Pressure {
    /// Within these limits; `load` tells how much waits now.
    pub fn new(limits: Limits, load: impl Fn() -> Load + Send + Sync + 'static) -> Self {
        Self { limits, room: Arc::new(Semaphore::new(limits.requests)), load: Box::new(load) }
    }

    /// The right to do one request more, until it is dropped.
    ///
    /// # Errors
    /// 429 that says of what there is too much, and when to come again.
    pub fn admit(&self) -> Result<OwnedSemaphorePermit> {
        let Load { commits, deliveries } = (self.load)();
        if deliveries >= self.limits.deliveries {
            return Err(refusal("deliveries", "events wait for the rules that they wake", LATER));
        }
        if commits >= self.limits.commits {
            return Err(refusal("commits", "changes wait to be written", SOON));
        }
        let room = self.room.clone().try_acquire_owned();
        room.map_err(|_| refusal("requests", "requests are being done", SOON))
    }
}

fn refusal(limit: &'static str, what: &str, seconds: u64) -> Problem {
    metrics::counter!("takt_refused_total", "limit" => limit).increment(1);
    let detail = format!("nothing was done: as many {what} as the host takes on; send it again in {seconds} s");
    Problem::new(Code::Overloaded, detail).with("limit", limit).header(header::RETRY_AFTER, HeaderValue::from(seconds))
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn refused(pressure: &Pressure) -> String {
        pressure.admit().unwrap_err().details().extra["limit"].as_str().unwrap().to_owned()
    }

    #[test]
    fn each_limit_refuses_by_itself_and_recovers() {
        let load = Arc::new(Mutex::new(Load::default()));
        let told = load.clone();
        let limits = Limits { requests: 2, commits: 10, deliveries: 100 };
        let pressure = Pressure::new(limits, move || *told.lock().unwrap());
        let (one, _other) = (pressure.admit().unwrap(), pressure.admit().unwrap());
        assert_eq!(refused(&pressure), "requests");
        drop(one);
        drop(pressure.admit().unwrap());
        for (waiting, limit) in
            [(Load { commits: 10, deliveries: 99 }, "commits"), (Load { commits: 0, deliveries: 100 }, "deliveries")]
        {
            *load.lock().unwrap() = waiting;
            assert_eq!(refused(&pressure), limit);
            *load.lock().unwrap() = Load { commits: 9, deliveries: 99 };
            drop(pressure.admit().unwrap());
        }
    }
}
