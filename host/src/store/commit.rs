//! What one commit writes, and what can come of it.

use std::sync::Arc;

use serde_json::Value;

use super::StoreError;
use super::delivery::Lease;
use super::outbox::NewMessage;
use super::run::RunRow;
use super::shadow::ShadowTrial;
use crate::crm::change::Change;
use crate::crm::event::{Cause, Event};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::{Actor, Record, Reference};

/// All that one request or run writes.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The moment it bears everywhere.
    pub at: Instant,
    /// Who did it.
    pub actor: Actor,
    /// What woke the run; empty for a person's request.
    pub cause: Cause,
    /// The records, each guarded by the version that was read. None of them is nothing.
    pub changes: Vec<KeyedChange>,
    /// Records that were read and not changed, with the version read: the commit rests on them.
    pub reads: Vec<(Id, u64)>,
    /// What was read and written of the plugin's state, and of the host's own.
    pub state: Vec<StateChange>,
    /// Timers set and taken away.
    pub timers: Vec<TimerChange>,
    /// Password hashes (PHC strings) set, with their users.
    pub passwords: Vec<(Id, String)>,
    /// Records whose files become another's: from and to.
    pub files_moved: Vec<(Id, Id)>,
    /// Who is to be woken: for each delivery the index of the change and the plugin.
    pub deliveries: Vec<NewDelivery>,
    /// Whose shadows alone are woken. The store does not look at them.
    pub shadows: Vec<NewDelivery>,
    /// What is sent outside after it.
    pub messages: Vec<NewMessage>,
    /// The run's record.
    pub run: Option<RunRow>,
    /// What the plugin's shadow made of the same.
    pub trial: Option<ShadowTrial>,
    /// The delivery that woke the run, and what becomes of it.
    pub delivery: Option<(Lease, Disposal)>,
    /// The span that it is committed under, as a `traceparent`.
    pub trace: Option<String>,
    /// The catalogue's number that `deliveries` and the run rest on.
    pub catalogue: Option<u64>,
    /// The request's idempotency key.
    pub idempotency: Option<Idempotency>,
}

impl Commit {
    /// A commit of nothing yet.
    #[must_use]
    pub const fn new(at: Instant, actor: Actor) -> Self {
        Self {
            at,
            actor,
            cause: Cause { event: None, run: None, root: None, depth: 0 },
            changes: Vec::new(),
            reads: Vec::new(),
            state: Vec::new(),
            timers: Vec::new(),
            passwords: Vec::new(),
            files_moved: Vec::new(),
            deliveries: Vec::new(),
            shadows: Vec::new(),
            messages: Vec::new(),
            run: None,
            trial: None,
            delivery: None,
            trace: None,
            catalogue: None,
            idempotency: None,
        }
    }
}

/// A change with the unique keys of the record after it.
#[derive(Debug, Clone)]
pub struct KeyedChange {
    /// The change.
    pub change: Change,
    /// The record's unique keys after it.
    pub keys: Vec<(&'static str, String)>,
}

/// What a run read and wrote of its plugin's state.
#[derive(Debug, Clone)]
pub struct StateChange {
    /// Whose state.
    pub plugin: String,
    /// Keys that were read, with the version found; 0 where there was none.
    pub reads: Vec<(String, u64)>,
    /// New values; none takes the key away.
    pub writes: Vec<(String, Option<Value>)>,
}

/// A timer set or taken away.
#[derive(Debug, Clone)]
pub enum TimerChange {
    /// In place of one with that key.
    Set {
        /// Whose.
        plugin: String,
        /// Unique per plugin.
        key: String,
        /// When it fires.
        due: Instant,
        /// What it carries.
        payload: Value,
        /// The record in whose lane it fires.
        about: Option<Reference>,
    },
    /// Where there is one.
    Cancel {
        /// Whose.
        plugin: String,
        /// Unique per plugin.
        key: String,
    },
}

/// One event on its way to one plugin.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Index of the change in [`Commit::changes`] that makes the event.
    pub change: usize,
    /// To whom.
    pub plugin: Arc<str>,
    /// Set when the loop guard stops it: it goes to the dead letters and the plugin is held for the record.
    pub looping: bool,
    /// Whether it is claimed for this process at once, where it is ready, and sent to its [`Feed`](super::Feed).
    pub claim: bool,
}

/// What becomes of the delivery that woke a run.
#[derive(Debug, Clone)]
pub enum Disposal {
    /// It is done.
    Done,
    /// It is tried again, not before `due`.
    Retry {
        /// Not before.
        due: Instant,
    },
    /// It is given up.
    Dead {
        /// Why.
        reason: String,
    },
    /// It goes back as it was, uncharged: the host itself could not do its part.
    Release {
        /// Not before.
        due: Instant,
    },
}

/// A request that must be done once however often it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Idempotency {
    /// Whose key: one caller's keys are not another's.
    pub actor: String,
    /// The key.
    pub key: String,
    /// SHA-256 of the request, hex: the same key with another request is refused.
    pub request: String,
    /// What came of it.
    pub outcome: Value,
    /// When.
    pub at: Instant,
}

/// What a commit made.
#[derive(Debug, Clone, Default)]
pub struct Committed {
    /// The events, in the order of the changes. Their records bear the numbers given by the commit.
    pub events: Vec<Arc<Event>>,
    /// Plugins that the loop guard keeps from a record by this commit.
    pub held: Vec<(String, Reference)>,
    /// To whom the loop guard let an event of this commit not through.
    pub stopped: Vec<String>,
}

impl Committed {
    /// A record as this commit left it.
    #[must_use]
    pub fn record(&self, id: Id) -> Option<Arc<Record>> {
        self.events.iter().find(|event| event.about.id == id).and_then(|event| event.change.after.clone())
    }
}

/// Why a commit wrote nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CommitError {
    /// What it rests on has moved.
    #[error("{0}")]
    Conflict(#[from] Conflict),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What moved under a commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The record has another version than the one read.
    #[error("{} {} has changed meanwhile", .0.kind, .0.id)]
    Record(Reference),
    /// A record that was read has changed.
    #[error("record {0} has changed meanwhile")]
    Read(Id),
    /// Another record has that unique key.
    #[error("another record has the {key} `{value}`")]
    Key {
        /// The kind of key.
        key: String,
        /// Its value.
        value: String,
        /// The record that has it.
        holder: Id,
    },
    /// A value of a plugin's state has changed, or of the host's own.
    #[error("state `{key}` has changed meanwhile")]
    State {
        /// Whose state it is.
        plugin: String,
        /// Which value.
        key: String,
    },
    /// The delivery is no longer this run's.
    #[error("the delivery is no longer held")]
    Lease,
    /// A plugin was installed, configured or switched meanwhile.
    #[error("the plugins have changed meanwhile")]
    Catalogue,
    /// The idempotency key was used meanwhile.
    #[error("the idempotency key was used meanwhile")]
    Idempotency,
}
