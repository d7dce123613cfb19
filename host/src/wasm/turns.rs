//! Long runs of one plugin take turns: together they compute on half of the cores at most, so that a plugin that computes
//! without end takes the machine from nobody. Short runs, which is nearly all of them, know nothing of it.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant as Clock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::UpdateDeadline;

/// The seats of each plugin that has runs.
#[derive(Default)]
pub(super) struct Turns(Mutex<HashMap<String, Weak<Semaphore>>>);

/// One run's part in it.
pub(super) struct Turn {
    seats: Arc<Semaphore>,
    state: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    /// Epochs that the run has computed into.
    epochs: u32,
    waited: Duration,
    since: Option<Clock>,
    seat: Option<OwnedSemaphorePermit>,
}

/// A run that computes into so many epochs takes a seat.
const SHORT: u32 = 2;

impl Turns {
    /// A run of that plugin begins.
    pub(super) fn begin(&self, plugin: &str) -> Arc<Turn> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seats = all.get(plugin).and_then(Weak::upgrade).unwrap_or_else(|| {
            // Those of plugins that have no runs now are gone.
            all.retain(|_, seats| seats.strong_count() > 0);
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            let seats = Arc::new(Semaphore::new((cores / 2).max(1)));
            all.insert(plugin.to_owned(), Arc::downgrade(&seats));
            seats
        });
        Arc::new(Turn { seats, state: Mutex::default() })
    }
}

impl Turn {
    /// An epoch has passed while the run computed: it lets others have the thread, and where it is a long run it goes on
    /// when it has a seat.
    pub(super) fn epoch(self: &Arc<Self>) -> UpdateDeadline {
        let mut state = self.state();
        state.epochs += 1;
        if state.epochs < SHORT || state.seat.is_some() {
            return UpdateDeadline::Yield(1);
        }
        state.since = Some(Clock::now());
        drop(state);
        let turn = self.clone();
        let seated: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            let seat = turn.seats.clone().acquire_owned().await;
            let mut state = turn.state();
            state.seat = seat.ok();
            let since = state.since.take();
            state.waited += since.map_or(Duration::ZERO, |since| since.elapsed());
        });
        UpdateDeadline::YieldCustom(1, seated)
    }

    /// The run for `length` at most; for a seat it may wait as long as it must. None when that is over.
    pub(super) async fn within<T>(&self, length: Duration, run: impl Future<Output = T>) -> Option<T> {
        let begun = Clock::now();
        let mut run = std::pin::pin!(run);
        loop {
            // Where it waits for a seat with nothing left: others have the thread meanwhile.
            let left = (length + self.waited()).saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
            if let Ok(done) = tokio::time::timeout(left, &mut run).await {
                return Some(done);
            }
            if begun.elapsed() >= length + self.waited() {
                return None;
            }
        }
    }

    fn waited(&self) -> Duration {
        let state = self.state();
        state.waited + state.since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
