//! Decides, without a database, what a batch of commits writes.
//!
//! The writer reads the [`Facts`] that the batch rests on, lets [`Plan`] go through the commits in order, and writes
//! what the plan holds by a handful of statements. Each commit sees those before it in the batch; one that conflicts
//! leaves nothing behind.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::commit::{Commit, Committed, Conflict, Disposal, Idempotency, KeyedChange, NewDelivery, TimerChange};
use super::lanes::{LaneKey, Lanes};
use super::run::RunRow;
use super::shadow::ShadowTrial;
use crate::crm::change::Change;
use crate::crm::event::{Cause, Event, Trigger, name};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::record::{Record, Reference};
use crate::crm::search;

/// What the batch rests on, as the database has it. Read inside the batch's own transaction.
#[derive(Debug, Default)]
pub struct Facts {
    /// Versions of living records that the batch names.
    pub versions: HashMap<Id, u64>,
    /// Who has the unique keys that the batch would give.
    pub keys: HashMap<(Kind, String, String), Id>,
    /// Versions of the state keys that the batch read.
    pub state: HashMap<(String, String), u64>,
    /// The deliveries that the batch finishes.
    pub leases: HashMap<u64, LeaseFact>,
    /// The lanes that the batch touches.
    pub lanes: Lanes,
    /// Idempotency keys of the batch that were used.
    pub used: HashSet<(String, String)>,
    /// Plugins held for a record.
    pub holds: HashSet<(String, Id)>,
    /// Numbers given out last.
    pub counters: HashMap<String, u64>,
}

/// A delivery that somebody holds.
#[derive(Debug, Clone)]
pub struct LeaseFact {
    /// The token that proves it.
    pub token: Option<i64>,
    /// Its lane.
    pub lane: LaneKey,
}

/// Unique keys of one record: their names and values.
type Keys = Vec<(&'static str, String)>;

/// What the batch writes.
#[derive(Debug, Default)]
pub struct Plan {
    facts: Facts,
    /// Records as they shall be; with `deleted_at` for those that go. Written in the order of their ids, as the tables
    /// have them: many that are new then fill pages one after the other.
    pub records: BTreeMap<Id, (Arc<Record>, Option<Instant>)>,
    /// Records whose unique keys are written anew.
    pub rekeyed: BTreeMap<Id, (Kind, Keys)>,
    /// Events; audit and event rows are made of them.
    pub events: Vec<Recorded>,
    /// New deliveries.
    pub deliveries: Vec<DeliveryRow>,
    /// The words of records, where they are other ones now.
    pub texts: BTreeMap<Id, TextRow>,
    /// Deliveries that wait behind a head which this batch finishes.
    pub promoted: Vec<u64>,
    /// Deliveries that are done or given up.
    pub finished: Vec<u64>,
    /// Deliveries given up, with why and when.
    pub dead: Vec<(u64, String, Instant)>,
    /// Events that a plugin is not woken by: they go to the dead letters at once.
    pub stopped: Vec<(DeliveryRow, String)>,
    /// Plugins newly held for a record.
    pub holds: Vec<(String, Reference, u64, Instant)>,
    /// Deliveries to be tried again: id, not before, and whether the try counts.
    pub retries: Vec<(u64, Instant, bool)>,
    /// Timers by plugin and key: set, or taken away.
    pub timers: HashMap<(String, String), Option<TimerRow>>,
    /// State by plugin and key: version and value.
    pub state: HashMap<(String, String), (u64, Option<serde_json::Value>)>,
    /// Runs.
    pub runs: Vec<RunRow>,
    /// What shadows made of the same.
    pub trials: Vec<ShadowTrial>,
    /// What is sent outside: webhook, event, when it was made.
    pub messages: Vec<(Id, u64, Instant)>,
    /// Password hashes, with their users.
    pub passwords: Vec<(Id, String)>,
    /// Records whose files become another's.
    pub files_moved: Vec<(Id, Id)>,
    /// Requests that are done.
    pub idempotency: Vec<Idempotency>,
    token: i64,
}

/// The counter that numbers the rows of words. That it is there says that every record has its row.
pub const TEXT_COUNTER: &str = "record_text";

/// The words that a record is found by, in place of those before.
#[derive(Debug, Clone)]
pub struct TextRow {
    /// Which record.
    pub record: Id,
    /// Its kind.
    pub kind: Kind,
    /// The row's number, where it is a new one.
    pub number: u64,
    /// Its words; none takes it out.
    pub text: Option<String>,
}

/// An event to be inserted.
#[derive(Debug)]
pub struct Recorded {
    /// The event.
    pub event: Arc<Event>,
    /// What led to it.
    pub cause: Cause,
    /// What it changed, field by field.
    pub diff: serde_json::Map<String, serde_json::Value>,
    /// The span that it is committed under.
    pub trace: Option<String>,
}

/// A delivery to be inserted.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// Its id.
    pub id: u64,
    /// Its lane.
    pub lane: LaneKey,
    /// What wakes the plugin.
    pub trigger: Trigger,
    /// What led to it.
    pub cause: Cause,
    /// When it was made; it is due at once.
    pub at: Instant,
    /// Whether it is the head of its lane.
    pub ready: bool,
    /// Whether this process takes it at once.
    pub lease: Option<i64>,
}

/// A timer to be set.
#[derive(Debug, Clone)]
pub struct TimerRow {
    /// When it fires.
    pub due: Instant,
    /// What it carries.
    pub payload: serde_json::Value,
    /// The record in whose lane it fires.
    pub about: Option<Reference>,
    /// What led to it.
    pub cause: Cause,
}

/// A timer due within this time of the run that sets it carries the chain's depth on, so that a loop through timers is
/// a loop; a later one begins anew.
const TIMER_CHAIN_MICROS: i64 = 1_000_000;

impl Plan {
    /// A plan on these facts. `token` proves the leases that this process takes.
    #[must_use]
    pub fn new(facts: Facts, token: i64) -> Self {
        Self { facts, token, ..Self::default() }
    }

    /// The numbers given out last, to be written back.
    #[must_use]
    pub const fn counters(&self) -> &HashMap<String, u64> {
        &self.facts.counters
    }

    /// Adds a commit, or leaves the plan as it was.
    ///
    /// # Errors
    /// What moved under it.
    pub fn add(&mut self, commit: Commit) -> Result<Committed, Conflict> {
        self.check(&commit)?;
        let Commit { at, actor, cause, changes, state, timers, passwords, files_moved, .. } = commit;
        let Commit { deliveries, messages, run, trial, delivery, idempotency, trace, .. } = commit;
        let run_id = run.as_ref().map(|run| run.id);
        let mut committed = Committed::default();
        let begin = self.events.len();
        for keyed in changes {
            let event = self.add_change(keyed, at, &actor, run_id, cause);
            committed.events.push(event);
        }
        self.events[begin..].iter_mut().for_each(|recorded| recorded.trace.clone_from(&trace));
        for new in deliveries {
            if let Some(event) = committed.events.get(new.change).cloned() {
                self.add_event_delivery(&new, event, at, &mut committed);
            }
        }
        for message in messages {
            if let Some(event) = committed.events.get(message.change) {
                self.messages.push((message.webhook, event.id, at));
            }
        }
        for timer in timers {
            self.add_timer(timer, at, run_id, cause);
        }
        for state in state {
            for (key, value) in state.writes {
                let slot = (state.plugin.clone(), key);
                let version = self.facts.state.get(&slot).copied().unwrap_or(0) + 1;
                self.facts.state.insert(slot.clone(), version);
                self.state.insert(slot, (version, value));
            }
        }
        if let Some((lease, disposal)) = delivery {
            self.dispose(lease.delivery, disposal, at);
        }
        if let Some(idempotency) = idempotency {
            self.facts.used.insert((idempotency.actor.clone(), idempotency.key.clone()));
            self.idempotency.push(idempotency);
        }
        self.passwords.extend(passwords);
        self.files_moved.extend(files_moved);
        self.runs.extend(run);
        self.trials.extend(trial);
        Ok(committed)
    }

    /// Adds a delivery at the end of its lane.
    pub fn append(&mut self, plugin: &str, trigger: Trigger, cause: Cause, at: Instant, claim: bool) {
        let row = self.delivery_row(plugin, trigger, cause, at);
        self.enqueue(row, claim);
    }

    /// Everything that the commit rests on must be as it was read.
    fn check(&self, commit: &Commit) -> Result<(), Conflict> {
        let facts = &self.facts;
        if commit.catalogue.is_some_and(|number| number != facts.counters.get("catalogue").copied().unwrap_or(0)) {
            return Err(Conflict::Catalogue);
        }
        if let Some((lease, _)) = &commit.delivery
            && facts.leases.get(&lease.delivery).is_none_or(|fact| fact.token != Some(lease.token))
        {
            return Err(Conflict::Lease);
        }
        if let Some(idempotency) = &commit.idempotency
            && facts.used.contains(&(idempotency.actor.clone(), idempotency.key.clone()))
        {
            return Err(Conflict::Idempotency);
        }
        for (id, version) in &commit.reads {
            if facts.versions.get(id) != Some(version) {
                return Err(Conflict::Read(*id));
            }
        }
        for state in &commit.state {
            for (key, version) in &state.reads {
                let slot = (state.plugin.clone(), key.clone());
                if facts.state.get(&slot).copied().unwrap_or(0) != *version {
                    return Err(Conflict::State { plugin: state.plugin.clone(), key: key.clone() });
                }
            }
        }
        commit.changes.iter().try_for_each(|keyed| self.check_change(keyed, commit))
    }

    fn check_change(&self, keyed: &KeyedChange, commit: &Commit) -> Result<(), Conflict> {
        if let Some(before) = &keyed.change.before
            && self.facts.versions.get(&before.id) != Some(&before.version)
        {
            return Err(Conflict::Record(before.reference()));
        }
        let Some(after) = &keyed.change.after else { return Ok(()) };
        for (key, value) in &keyed.keys {
            // A key moves from one record to another within a change set when the other's change gives it up.
            let holder = self.holder(after.kind, key, value).filter(|holder| {
                *holder != after.id
                    && !commit.changes.iter().any(|other| {
                        other.change.reference().is_some_and(|reference| reference.id == *holder)
                            && !(other.change.after.is_some() && other.keys.contains(&(key, value.clone())))
                    })
            });
            if let Some(holder) = holder {
                return Err(Conflict::Key { key: (*key).to_owned(), value: value.clone(), holder });
            }
        }
        Ok(())
    }

    /// Who has a unique key, by what the batch has come to.
    fn holder(&self, kind: Kind, key: &str, value: &str) -> Option<Id> {
        let holder = *self.facts.keys.get(&(kind, key.to_owned(), value.to_owned()))?;
        // Whoever was written since has the keys that they were given then, and no others.
        let gave_up =
            self.rekeyed.get(&holder).is_some_and(|(_, keys)| !keys.iter().any(|(k, v)| *k == key && v == value));
        (!gave_up).then_some(holder)
    }

    fn add_change(
        &mut self,
        keyed: KeyedChange,
        at: Instant,
        actor: &crate::crm::record::Actor,
        run: Option<Id>,
        cause: Cause,
    ) -> Arc<Event> {
        let KeyedChange { change: Change { before, after }, mut keys } = keyed;
        let after = after.map(|record| self.numbered(record, before.is_none()));
        let after = after.map(|record| self.in_series(record, &mut keys));
        let change = Change { before, after };
        self.write_record(&change, keys, at);
        let id = self.next("audit");
        let about = change.reference().unwrap_or(Reference { kind: Kind::Lead, id: Id::from_bytes([0; 16]) });
        let diff = change.diff();
        let event = Arc::new(Event {
            id,
            name: name(&change),
            at,
            by: actor.clone(),
            run,
            about,
            changed: diff.keys().cloned().collect(),
            change,
            root: cause.root.unwrap_or(id),
            depth: if run.is_some() { cause.depth + 1 } else { 0 },
        });
        self.events.push(Recorded { event: event.clone(), cause, diff, trace: None });
        event
    }

    fn numbered(&mut self, record: Arc<Record>, new: bool) -> Arc<Record> {
        if !new || !record.kind.spec().numbered {
            return record;
        }
        let number = self.next(record.kind.name());
        Arc::new(Record { number: Some(number), ..(*record).clone() })
    }

    /// Gives a record that belongs to a run of numbers and has none yet the next of that run.
    fn in_series(&mut self, record: Arc<Record>, keys: &mut Keys) -> Arc<Record> {
        let Some(series) = record.kind.spec().series.filter(|series| !record.data.contains_key(series.field)) else {
            return record;
        };
        let Some(run) = (series.run)(&record.data) else { return record };
        let number = self.next(&format!("{}:{run}", record.kind.name()));
        keys.push((series.field, format!("{run}:{number}")));
        let mut data = (*record.data).clone();
        data.insert(series.field.to_owned(), number.into());
        Arc::new(Record { data: Arc::new(data), ..(*record).clone() })
    }

    fn write_record(&mut self, change: &Change, keys: Vec<(&'static str, String)>, at: Instant) {
        let Some(reference) = change.reference() else { return };
        let (row, deleted) = match (&change.after, &change.before) {
            (Some(after), _) => (after.clone(), None),
            (None, Some(before)) => {
                let tomb = Record { version: before.version + 1, updated_at: at, ..(**before).clone() };
                (Arc::new(tomb), Some(at))
            }
            (None, None) => return,
        };
        match deleted {
            None => self.facts.versions.insert(reference.id, row.version),
            Some(_) => self.facts.versions.remove(&reference.id),
        };
        let same = deleted.is_none() && change.before.as_ref().is_some_and(|before| search::is_same(before, &row));
        if !reference.kind.spec().text.is_empty() && !same {
            let number = self.next(TEXT_COUNTER);
            let text = deleted.is_none().then(|| search::text_of(&row));
            self.texts.insert(reference.id, TextRow { record: reference.id, kind: reference.kind, number, text });
        }
        if reference.kind.spec().keyed {
            for (key, value) in &keys {
                self.facts.keys.insert((reference.kind, (*key).to_owned(), value.clone()), reference.id);
            }
            // A new record without keys has none to write, nor any to take away.
            if !keys.is_empty() || change.before.is_some() {
                self.rekeyed.insert(reference.id, (reference.kind, keys));
            }
        }
        self.records.insert(reference.id, (row, deleted));
    }

    fn add_event_delivery(&mut self, new: &NewDelivery, event: Arc<Event>, at: Instant, committed: &mut Committed) {
        let cause = Cause { event: Some(event.id), run: event.run, root: Some(event.root), depth: event.depth };
        let record = event.about;
        let event_id = event.id;
        let row = self.delivery_row(&new.plugin, Trigger::Event(event), cause, at);
        let held = (new.plugin.to_string(), record.id);
        if new.looping && !self.facts.holds.contains(&held) {
            self.holds.push((held.0.clone(), record, event_id, at));
            committed.held.push((held.0.clone(), record));
            self.facts.holds.insert(held.clone());
        }
        if self.facts.holds.contains(&held) {
            committed.stopped.push(held.0);
            self.stopped.push((row, "the loop guard holds this plugin for this record".to_owned()));
        } else {
            self.enqueue(row, new.claim);
        }
    }

    fn delivery_row(&mut self, plugin: &str, trigger: Trigger, cause: Cause, at: Instant) -> DeliveryRow {
        let id = self.next("delivery");
        let lane = LaneKey { plugin: plugin.into(), lane: trigger.lane() };
        DeliveryRow { id, lane, trigger, cause, at, ready: false, lease: None }
    }

    fn enqueue(&mut self, mut row: DeliveryRow, claim: bool) {
        row.ready = self.facts.lanes.append(&row.lane, row.id);
        row.lease = (row.ready && claim).then_some(self.token);
        self.deliveries.push(row);
    }

    fn add_timer(&mut self, timer: TimerChange, at: Instant, run: Option<Id>, cause: Cause) {
        match timer {
            TimerChange::Cancel { plugin, key } => self.timers.insert((plugin, key), None),
            TimerChange::Set { plugin, key, due, payload, about } => {
                let chained = due.micros() - at.micros() < TIMER_CHAIN_MICROS;
                let depth = if chained { cause.depth + 1 } else { 0 };
                let cause = Cause { event: None, run, root: cause.root, depth };
                self.timers.insert((plugin, key), Some(TimerRow { due, payload, about, cause }))
            }
        };
    }

    fn dispose(&mut self, delivery: u64, disposal: Disposal, at: Instant) {
        let Some(fact) = self.facts.leases.remove(&delivery) else { return };
        match disposal {
            Disposal::Retry { due } => self.retries.push((delivery, due, true)),
            Disposal::Release { due } => self.retries.push((delivery, due, false)),
            Disposal::Done => self.finish(delivery, &fact.lane),
            Disposal::Dead { reason } => {
                self.dead.push((delivery, reason, at));
                self.finish(delivery, &fact.lane);
            }
        }
    }

    fn finish(&mut self, delivery: u64, lane: &LaneKey) {
        self.finished.push(delivery);
        let Some(next) = self.facts.lanes.finish(lane) else { return };
        match self.deliveries.iter_mut().find(|row| row.id == next) {
            Some(row) => {
                row.ready = true;
                row.lease = Some(self.token);
            }
            None => self.promoted.push(next),
        }
    }

    fn next(&mut self, counter: &str) -> u64 {
        match self.facts.counters.get_mut(counter) {
            Some(value) => {
                *value += 1;
                *value
            }
            None => {
                self.facts.counters.insert(counter.to_owned(), 1);
                1
            }
        }
    }
}
