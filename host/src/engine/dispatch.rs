//! Which delivery runs next: fair between plugins, bounded in all and for each.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};

use super::Engine;
use super::settings::EngineSettings;
use crate::store::commit::NewDelivery;
use crate::store::delivery::Claim;

/// So many of a plugin can be held whatever others hold.
const ALWAYS: usize = 32;

/// Deliveries that this process holds and has not begun.
#[derive(Default)]
pub(super) struct Waiting {
    queues: Mutex<Queues>,
    /// A delivery came, or a run ended.
    changed: Notify,
}

#[derive(Default)]
struct Queues {
    plugins: BTreeMap<Arc<str>, Queue>,
    /// Whose turn was last: the next one in the order of names goes on.
    last: Option<Arc<str>>,
    waiting: usize,
}

#[derive(Default)]
struct Queue {
    claims: VecDeque<Claim>,
    /// Deliveries whose run has not ended.
    running: HashSet<u64>,
}

impl Queues {
    /// So many more of that plugin can be held. A few of each always can, whatever others hold.
    fn room(&self, plugin: &str, settings: &EngineSettings) -> usize {
        let own = self.plugins.get(plugin).map_or(0, |queue| queue.claims.len());
        let shared = settings.queue.saturating_sub(self.waiting);
        let most = settings.queue_per_plugin.saturating_sub(own);
        most.min(shared.max(ALWAYS.saturating_sub(own)))
    }
}

impl Waiting {
    /// Those of the plugins for which more can be held.
    pub(super) fn with_room(&self, plugins: &[String], settings: &EngineSettings) -> Vec<String> {
        let queues = self.lock();
        plugins.iter().filter(|plugin| queues.room(plugin, settings) > 0).cloned().collect()
    }

    /// Claims of new deliveries as many as can be held.
    pub(super) fn make_room(&self, deliveries: &mut [NewDelivery], settings: &EngineSettings) {
        if deliveries.is_empty() {
            return;
        }
        let queues = self.lock();
        let mut rooms: HashMap<Arc<str>, usize> = HashMap::new();
        for new in deliveries {
            let room = rooms.entry(new.plugin.clone()).or_insert_with(|| queues.room(&new.plugin, settings));
            new.claim = *room > 0;
            *room = room.saturating_sub(1);
        }
    }

    /// How many wait or run.
    pub(super) fn held(&self) -> usize {
        let queues = self.lock();
        queues.waiting + queues.plugins.values().map(|queue| queue.running.len()).sum::<usize>()
    }

    /// Those that wait or run.
    pub(super) fn ids(&self) -> HashSet<u64> {
        let queues = self.lock();
        let waiting = queues.plugins.values().flat_map(|queue| &queue.claims).map(|claim| claim.lease.delivery);
        let running = queues.plugins.values().flat_map(|queue| &queue.running).copied();
        waiting.chain(running).collect()
    }

    pub(super) fn push(&self, claims: impl IntoIterator<Item = Claim>) {
        let mut queues = self.lock();
        for claim in claims {
            queues.waiting += 1;
            queues.plugins.entry(claim.plugin.clone()).or_default().claims.push_back(claim);
        }
        drop(queues);
        self.changed.notify_one();
    }

    /// One run ended.
    fn end(&self, plugin: &str, delivery: u64) {
        let mut queues = self.lock();
        if let Some(queue) = queues.plugins.get_mut(plugin) {
            queue.running.remove(&delivery);
            if queue.running.is_empty() && queue.claims.is_empty() {
                queues.plugins.remove(plugin);
            }
        }
        drop(queues);
        self.changed.notify_one();
    }

    /// The next one in turn: each plugin that has work and is under its limit gets one before any gets a second. True
    /// beside it where the plugin's part of memory is half empty by that: more may wait in the store.
    fn pop(&self, settings: &EngineSettings) -> Option<(Claim, bool)> {
        let limit = settings.in_flight_per_plugin;
        let mut queues = self.lock();
        let queues = &mut *queues;
        let may = |queue: &Queue| !queue.claims.is_empty() && queue.running.len() < limit;
        let after = queues.last.clone();
        let later = after.as_ref().and_then(|last| {
            let range = (std::ops::Bound::Excluded(last.clone()), std::ops::Bound::Unbounded);
            queues.plugins.range::<Arc<str>, _>(range).find(|(_, queue)| may(queue)).map(|(name, _)| name.clone())
        });
        let next =
            later.or_else(|| queues.plugins.iter().find(|(_, queue)| may(queue)).map(|(name, _)| name.clone()))?;
        let queue = queues.plugins.get_mut(&next)?;
        let claim = queue.claims.pop_front()?;
        queue.running.insert(claim.lease.delivery);
        queues.waiting -= 1;
        let half = queue.claims.len() == settings.queue_per_plugin.min(settings.queue) / 2;
        queues.last = Some(next);
        Some((claim, half))
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// Takes what commits claim for this process.
    pub(super) async fn take_claims(self, mut claims: mpsc::UnboundedReceiver<Claim>) {
        let mut taken = Vec::new();
        loop {
            let count = tokio::select! {
                () = self.0.stopping.cancelled() => return,
                count = claims.recv_many(&mut taken, 256) => count,
            };
            if count == 0 {
                return;
            }
            self.0.waiting.push(taken.drain(..));
        }
    }

    /// Begins runs as long as there are deliveries and room.
    pub(super) async fn dispatch(self) {
        loop {
            let slot = tokio::select! {
                () = self.0.stopping.cancelled() => return,
                slot = self.0.slots.clone().acquire_owned() => slot,
            };
            let Ok(slot) = slot else { return };
            let claim = loop {
                match self.0.waiting.pop(&self.0.settings) {
                    Some((claim, half)) => {
                        if half {
                            self.0.wake.notify_one();
                        }
                        break claim;
                    }
                    None => tokio::select! {
                        () = self.0.stopping.cancelled() => return,
                        () = self.0.waiting.changed.notified() => {}
                    },
                }
            };
            let engine = self.clone();
            self.0.tasks.spawn(async move {
                let (plugin, delivery) = (claim.plugin.clone(), claim.lease.delivery);
                engine.execute(claim).await;
                drop(slot);
                engine.0.waiting.end(&plugin, delivery);
                engine.0.ended.notify_waiters();
            });
        }
    }
}
