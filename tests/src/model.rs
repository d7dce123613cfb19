//! The store against a simple model of it, on what chance proposes: records, lanes, claims, timers, retries, dead letters,
//! and processes that end between two steps.
//!
//! The model keeps what has to be there in plain collections. Whatever the store hands out, the model must allow; whatever
//! is due, the store must hand out in the end, once, and in the order of its lane.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use takt::crm::change::Change;
use takt::crm::event::Trigger;
use takt::crm::id::Id;
use takt::crm::instant::Instant;
use takt::crm::kind::Kind;
use takt::crm::missed::Missed;
use takt::crm::record::{Actor, Record, Reference};
use takt::store::commit::{Commit, CommitError, Conflict, Disposal, KeyedChange, NewDelivery, TimerChange};
use takt::store::delivery::{Claim, Lease};
use takt::store::plugin::{PluginRow, PluginWrite};
use takt::store::{Feed, Store};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::support::database::Data;

const RECORDS: usize = 3;
const PLUGINS: [&str; 2] = ["one", "two"];
const TIMERS: [&str; 2] = ["soon", "late"];
const SECOND: i64 = 1_000_000;
const START: i64 = 1_772_442_000_000_000;

/// A step.
#[derive(Debug, Clone)]
enum Step {
    /// A change of a record, read as it is or as it was before, that wakes some plugins.
    Write {
        record: usize,
        stale: bool,
        wakes: [bool; 2],
        claim: bool,
        timer: Option<TimerStep>,
    },
    /// Ready deliveries are taken.
    Claim {
        limit: u32,
    },
    /// Timers come due.
    Fire,
    /// One of those that are held ends.
    End {
        nth: usize,
        how: How,
        write: Option<usize>,
    },
    /// One that was held before a restart wants to end.
    EndLate {
        nth: usize,
    },
    /// One of the dead is put back.
    Revive {
        nth: usize,
    },
    Pass {
        seconds: i64,
    },
    /// The process ends, and another begins.
    Restart,
}

#[derive(Debug, Clone)]
enum TimerStep {
    Set { plugin: usize, key: usize, seconds: i64, about: Option<usize> },
    Cancel { plugin: usize, key: usize },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Done,
    Retry,
    Release,
    Dead,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let timer = prop_oneof![
        3 => (0..2_usize, 0..2_usize, 0..90_i64, proptest::option::of(0..RECORDS))
            .prop_map(|(plugin, key, seconds, about)| TimerStep::Set { plugin, key, seconds, about }),
        1 => (0..2_usize, 0..2_usize).prop_map(|(plugin, key)| TimerStep::Cancel { plugin, key }),
    ];
    let write =
        (0..RECORDS, proptest::bool::weighted(0.2), any::<[bool; 2]>(), any::<bool>(), proptest::option::of(timer))
            .prop_map(|(record, stale, wakes, claim, timer)| Step::Write { record, stale, wakes, claim, timer });
    let how = prop_oneof![4 => Just(How::Done), 2 => Just(How::Retry), 1 => Just(How::Release), 1 => Just(How::Dead)];
    let end =
        (0..8_usize, how, proptest::option::of(0..RECORDS)).prop_map(|(nth, how, write)| Step::End { nth, how, write });
    let step = prop_oneof![
        6 => write,
        3 => (1..4_u32).prop_map(|limit| Step::Claim { limit }),
        2 => Just(Step::Fire),
        6 => end,
        1 => (0..8_usize).prop_map(|nth| Step::EndLate { nth }),
        1 => (0..3_usize).prop_map(|nth| Step::Revive { nth }),
        2 => (1..60_i64).prop_map(|seconds| Step::Pass { seconds }),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..80)
}

/// What a delivery is about, as one tells it from others: an event's id, or a timer's key and when it was due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Woken {
    Event(u64),
    Timer(String, i64),
}

impl Woken {
    fn by(trigger: &Trigger) -> Self {
        match trigger {
            Trigger::Event(event) => Self::Event(event.id),
            Trigger::Timer(timer) => Self::Timer(timer.key.clone(), timer.due.micros()),
            other => panic!("nothing else was asked for: {other:?}"),
        }
    }
}

/// One in a lane.
#[derive(Debug, Clone)]
struct Waiting {
    woken: Woken,
    attempt: u32,
    due: i64,
    held: Option<Lease>,
}

type Lane = (String, String);

/// What has to be there.
#[derive(Default)]
struct Model {
    now: i64,
    versions: [u64; RECORDS],
    lanes: BTreeMap<Lane, VecDeque<Waiting>>,
    timers: BTreeMap<(String, String), (i64, Option<usize>)>,
    dead: Vec<(Lane, Woken)>,
    /// Leases of processes that are gone.
    lost: Vec<Lease>,
    last_event: u64,
}

impl Model {
    fn append(&mut self, lane: Lane, woken: Woken) {
        let waiting = Waiting { woken, attempt: 1, due: self.now, held: None };
        self.lanes.entry(lane).or_default().push_back(waiting);
    }

    /// Notes that the store handed this out, which it may do for the head of a lane alone, and only to one.
    fn take(&mut self, claim: &Claim) {
        let lane = (claim.plugin.to_string(), claim.trigger.lane());
        let head = self.lanes.get_mut(&lane).and_then(|lane| lane.front_mut());
        let head = head.unwrap_or_else(|| panic!("nothing waits in {lane:?}, and {claim:?} was handed out"));
        assert_eq!(head.woken, Woken::by(&claim.trigger), "another comes first in {lane:?}");
        assert_eq!(head.held, None, "somebody has it already");
        assert!(head.due <= self.now, "it is not due yet");
        assert_eq!(head.attempt, claim.attempt);
        head.held = Some(claim.lease);
    }

    /// Heads of one plugin that may be taken.
    fn ready(&self, plugin: &str) -> usize {
        let heads = self.lanes.iter().filter(|((other, _), _)| other == plugin).filter_map(|(_, lane)| lane.front());
        heads.filter(|head| head.held.is_none() && head.due <= self.now).count()
    }

    fn held(&self) -> Vec<(Lane, Lease)> {
        let heads = self.lanes.iter().filter_map(|(lane, waiting)| Some((lane.clone(), waiting.front()?.held?)));
        heads.collect()
    }

    fn end(&mut self, lane: &Lane, how: How, due: i64) {
        let waiting = self.lanes.get_mut(lane).unwrap();
        match how {
            How::Done => drop(waiting.pop_front()),
            How::Dead => {
                let gone = waiting.pop_front().unwrap();
                self.dead.push((lane.clone(), gone.woken));
            }
            How::Retry | How::Release => {
                let head = waiting.front_mut().unwrap();
                head.held = None;
                head.due = due;
                head.attempt += u32::from(how == How::Retry);
            }
        }
        self.lanes.retain(|_, waiting| !waiting.is_empty());
    }

    /// Timers that are due are deliveries now, the first due first.
    fn fire(&mut self) {
        let due: Vec<_> =
            self.timers.iter().filter(|(_, (due, _))| *due <= self.now).map(|(at, set)| (at.clone(), *set)).collect();
        let mut due: Vec<_> = due.into_iter().map(|((plugin, key), (at, about))| (at, plugin, key, about)).collect();
        due.sort();
        for (at, plugin, key, about) in due {
            self.timers.remove(&(plugin.clone(), key.clone()));
            let lane = about.map_or_else(|| format!("timer:{key}"), |about| id(about).to_string());
            self.append((plugin, lane), Woken::Timer(key, at));
        }
    }
}

fn id(record: usize) -> Id {
    Id::from_bytes([u8::try_from(record).unwrap() + 1; 16])
}

/// The store, the model, and who holds what.
struct Both {
    data: Data,
    store: Arc<dyn Store>,
    claims: UnboundedReceiver<Claim>,
    model: Model,
}

impl Both {
    async fn new() -> Self {
        let data = Data::new().await;
        let (feed, claims) = Feed::new();
        let store = data.store(feed).await;
        for plugin in PLUGINS {
            store.plugin_write(vec![installed(plugin)]).await.unwrap();
        }
        Self { data, store, claims, model: Model { now: START, ..Model::default() } }
    }

    fn plugins() -> Vec<String> {
        PLUGINS.map(str::to_owned).to_vec()
    }

    async fn step(&mut self, step: Step) {
        match step {
            Step::Write { record, stale, wakes, claim, timer } => self.write(record, stale, wakes, claim, timer).await,
            Step::Claim { limit } => {
                let expected: usize = PLUGINS.map(|plugin| self.model.ready(plugin).min(limit as usize)).iter().sum();
                let taken = self.store.delivery_claim(&Self::plugins(), self.now(), limit).await.unwrap();
                assert_eq!(taken.len(), expected, "what is ready is handed out");
                taken.iter().for_each(|claim| self.model.take(claim));
            }
            Step::Fire => {
                self.model.fire();
                let taken = self.store.timer_fire(&Self::plugins(), self.now(), 100).await.unwrap();
                taken.iter().for_each(|claim| self.model.take(claim));
            }
            Step::End { nth, how, write } => self.end(nth, how, write).await,
            Step::EndLate { nth } => {
                if let Some(lease) = self.model.lost.get(nth).copied() {
                    let mut commit = Commit::new(self.now(), Actor::Plugin("one".into()));
                    commit.delivery = Some((lease, Disposal::Done));
                    let refused = self.store.commit(commit).await.unwrap_err();
                    assert!(matches!(refused, CommitError::Conflict(Conflict::Lease)), "{refused}");
                }
            }
            Step::Revive { nth } => self.revive(nth).await,
            Step::Pass { seconds } => self.model.now += seconds * SECOND,
            Step::Restart => self.restart().await,
        }
        self.take_handed();
        self.check().await;
    }

    fn now(&self) -> Instant {
        Instant::from_micros(self.model.now)
    }

    /// What commits handed over.
    fn take_handed(&mut self) {
        while let Ok(claim) = self.claims.try_recv() {
            self.model.take(&claim);
        }
    }

    fn record(&self, record: usize, version: u64) -> Arc<Record> {
        let data = json!({"title": format!("{record}:{version}"), "status": "new"});
        let at = self.now();
        Arc::new(Record {
            kind: Kind::Lead,
            id: id(record),
            number: Some(1),
            version,
            created_at: at,
            updated_at: at,
            data: Arc::new(data.as_object().unwrap().clone()),
        })
    }

    /// The next version of a record.
    fn change(&self, record: usize, stale: bool) -> KeyedChange {
        let version = self.model.versions[record] - u64::from(stale && self.model.versions[record] > 0);
        let before = (version > 0 || stale).then(|| self.record(record, version));
        KeyedChange { change: Change { before, after: Some(self.record(record, version + 1)) }, keys: Vec::new() }
    }

    async fn write(&mut self, record: usize, stale: bool, wakes: [bool; 2], claim: bool, timer: Option<TimerStep>) {
        let mut commit = Commit::new(self.now(), Actor::System("model".into()));
        commit.changes.push(self.change(record, stale));
        let woken = || PLUGINS.into_iter().zip(wakes).filter(|(_, wakes)| *wakes).map(|(plugin, _)| plugin);
        commit.deliveries =
            woken().map(|plugin| NewDelivery { change: 0, plugin: plugin.into(), looping: false, claim }).collect();
        commit.timers.extend(timer.as_ref().map(|timer| self.timer(timer)));
        match self.store.commit(commit).await {
            Ok(committed) => {
                assert!(!stale, "a change of what had changed was written");
                self.model.versions[record] += 1;
                let event = committed.events[0].id;
                assert_eq!(event, self.model.last_event + 1, "numbers of events have no gaps");
                self.model.last_event = event;
                for plugin in woken() {
                    self.model.append((plugin.into(), id(record).to_string()), Woken::Event(event));
                }
                match timer {
                    Some(TimerStep::Set { plugin, key, seconds, about }) => {
                        let due = self.model.now + seconds * SECOND;
                        self.model.timers.insert((PLUGINS[plugin].into(), TIMERS[key].into()), (due, about));
                    }
                    Some(TimerStep::Cancel { plugin, key }) => {
                        self.model.timers.remove(&(PLUGINS[plugin].into(), TIMERS[key].into()));
                    }
                    None => {}
                }
            }
            Err(error) => {
                assert!(stale, "{error}");
                assert!(matches!(error, CommitError::Conflict(Conflict::Record(_))), "{error}");
            }
        }
    }

    fn timer(&self, timer: &TimerStep) -> TimerChange {
        match timer {
            TimerStep::Set { plugin, key, seconds, about } => TimerChange::Set {
                plugin: PLUGINS[*plugin].into(),
                key: TIMERS[*key].into(),
                due: Instant::from_micros(self.model.now + seconds * SECOND),
                payload: Value::Null,
                about: about.map(|record| Reference { kind: Kind::Lead, id: id(record) }),
            },
            TimerStep::Cancel { plugin, key } => {
                TimerChange::Cancel { plugin: PLUGINS[*plugin].into(), key: TIMERS[*key].into() }
            }
        }
    }

    /// A run ends; where it writes what had changed, nothing of it is done.
    async fn end(&mut self, nth: usize, how: How, write: Option<usize>) {
        let held = self.model.held();
        let Some((lane, lease)) = held.get(nth % held.len().max(1)).cloned() else { return };
        let due = self.model.now + 30 * SECOND;
        let disposal = match how {
            How::Done => Disposal::Done,
            How::Retry => Disposal::Retry { due: Instant::from_micros(due) },
            How::Release => Disposal::Release { due: Instant::from_micros(due) },
            How::Dead => Disposal::Dead { reason: "so it was decided".into() },
        };
        let mut commit = Commit::new(self.now(), Actor::Plugin(lane.0.clone()));
        commit.delivery = Some((lease, disposal));
        commit.changes.extend(write.map(|record| self.change(record, false)));
        let committed = self.store.commit(commit).await.unwrap();
        if let Some(record) = write {
            self.model.versions[record] += 1;
            self.model.last_event = committed.events[0].id;
        }
        self.model.end(&lane, how, due);
    }

    async fn revive(&mut self, nth: usize) {
        let dead = self.store.dead_list(None, None, 100).await.unwrap();
        assert_eq!(dead.len(), self.model.dead.len());
        // The newest is told first.
        let Some(back) = self.model.dead.len().checked_sub(nth + 1) else { return };
        let (lane, woken) = self.model.dead[back].clone();
        let found = dead.iter().find(|dead| {
            dead.plugin == lane.0
                && match &woken {
                    Woken::Event(event) => dead.event == Some(*event),
                    Woken::Timer(key, _) => dead.name == *key,
                }
        });
        let found = found.expect("the dead are told");
        // A timer may be among them twice: then it is not known which was put back.
        if self.model.dead.iter().filter(|other| other.0 == lane && same_name(&other.1, &woken)).count() > 1 {
            return;
        }
        assert!(self.store.dead_retry(found.id, self.now()).await.unwrap());
        self.model.dead.remove(back);
        self.model.append(lane, woken);
    }

    /// The process ends as it is, and what it held is free.
    async fn restart(&mut self) {
        self.take_handed();
        let (feed, claims) = Feed::new();
        self.store = self.data.store(feed).await;
        self.claims = claims;
        let rescued = self.store.delivery_rescue().await.unwrap();
        let held = self.model.held();
        assert_eq!(rescued, held.len() as u64);
        self.model.lost.extend(held.into_iter().map(|(_, lease)| lease));
        for waiting in self.model.lanes.values_mut() {
            waiting.front_mut().unwrap().held = None;
        }
    }

    /// What can be read is what the model has.
    async fn check(&self) {
        let ids: Vec<Id> = (0..RECORDS).map(id).collect();
        let found = self.store.record_read(&ids).await.unwrap();
        for (record, version) in self.model.versions.iter().enumerate() {
            let there = found.iter().find(|found| found.id == id(record));
            assert_eq!(there.map_or(0, |there| there.version), *version);
            let title = format!("{record}:{version}");
            assert!(there.is_none_or(|there| there.data["title"] == title.as_str()));
        }
        let queues = self.store.queue().await.unwrap();
        for plugin in PLUGINS {
            let queue = queues.iter().find(|queue| queue.plugin == plugin);
            let waiting: usize =
                self.model.lanes.iter().filter(|((of, _), _)| of == plugin).map(|(_, lane)| lane.len()).sum();
            let timers = self.model.timers.keys().filter(|(of, _)| of == plugin).count();
            let counted = queue.map_or((0, 0), |queue| (queue.deliveries, queue.timers));
            assert_eq!(counted, (waiting as u64, timers as u64), "{plugin}");
        }
    }

    /// All that waits is handed out in the end, and done.
    async fn drain(&mut self) {
        for _ in 0..1_000 {
            self.step(Step::Pass { seconds: 60 }).await;
            self.step(Step::Fire).await;
            self.step(Step::Claim { limit: 100 }).await;
            while !self.model.held().is_empty() {
                self.step(Step::End { nth: 0, how: How::Done, write: None }).await;
            }
            if self.model.lanes.is_empty() && self.model.timers.is_empty() {
                return;
            }
        }
        panic!("it never ends: {:?}", self.model.lanes);
    }
}

fn installed(name: &str) -> PluginWrite {
    let at = Instant::from_micros(START);
    let plugin = PluginRow {
        name: name.to_owned(),
        release: "0".repeat(64),
        manifest: json!({}),
        config: json!({}),
        grants: Vec::new(),
        condition: None,
        enabled: true,
        generation: 1,
        budgets: json!({}),
        missed: Missed::default(),
        paused: None,
        shadow: None,
        enabled_at: Some(at),
        released_at: Some(at),
        installed_at: at,
        updated_at: at,
    };
    PluginWrite { plugin, release: None, drop_pending: false }
}

fn same_name(one: &Woken, other: &Woken) -> bool {
    match (one, other) {
        (Woken::Event(one), Woken::Event(other)) => one == other,
        (Woken::Timer(one, _), Woken::Timer(other, _)) => one == other,
        _ => false,
    }
}

/// `TAKT_MODEL_CASES` says how many histories are tried.
#[test]
fn the_store_does_what_its_model_does() {
    let cases = std::env::var("TAKT_MODEL_CASES").map_or(40, |cases| cases.parse().unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() });
    let tried = runner.run(&steps(), |steps| {
        runtime.block_on(async {
            let mut both = Both::new().await;
            for step in steps {
                both.step(step).await;
            }
            both.drain().await;
        });
        Ok(())
    });
    tried.unwrap();
}
