//! The unit of work: what one request or run reads and proposes.
//!
//! It reads through the store, remembers which versions it saw, and buffers all writes. Its own writes overlay what it
//! reads: a record just changed reads as changed, and is found and counted so. Nothing reaches the store before the
//! engine commits the [`Proposal`] that [`Unit::finish`] gives.

mod availability;
mod bulk;
mod conversion;
mod find;
mod ical;
mod links;
mod merge;
mod messages;
mod notices;
mod past;
mod people;
mod pick;
mod plugin;
mod records;
mod reports;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::crm::change::Change;
use crate::crm::custom::CustomFields;
use crate::crm::entity::Setting;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::record::{Record, Reference};
use crate::store::commit::{KeyedChange, StateChange, TimerChange};
use crate::store::{Store, StoreError};

pub use availability::Planned;
pub use bulk::Prepared;
pub use conversion::Converted;
pub use merge::Merge;
pub use notices::{Localized, NoticeButton, NoticeDraft, NoticeQuestion, in_language};
pub use past::Then;
pub use pick::PICKED;
pub use records::entity;

/// Why a unit of work did not do what it was asked. Nothing was changed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum UnitError {
    /// No such record, or it was deleted.
    #[error("there is no {} {}", .0.kind, .0.id)]
    NotFound(Reference),
    /// The values break a rule.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// The record has another version than the caller rests on.
    #[error("{} {} has version {found} now", .record.kind, .record.id)]
    Stale {
        /// Which record.
        record: Reference,
        /// Its version now.
        found: u64,
    },
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of asking.
pub type Result<T> = std::result::Result<T, UnitError>;

/// Whose unit of work it is.
#[derive(Debug, Clone)]
pub enum Author {
    /// A person or an outside program, over the API.
    Caller,
    /// A plugin, by name.
    Plugin(Arc<str>),
}

/// What one request or run reads and proposes. Not shared: one task at a time.
pub struct Unit {
    store: Arc<dyn Store>,
    author: Author,
    setting: Setting,
    /// Language of the organisation: for readers who have none of the offered ones.
    language: Arc<str>,
    touched: Vec<Touched>,
    index: HashMap<Id, usize>,
    /// Which of the touched records has a unique key.
    keyed: HashMap<(Kind, &'static str, String), usize>,
    reads: HashMap<Id, Arc<Record>>,
    /// Unique keys that no record in the store has.
    free: HashSet<(Kind, &'static str, String)>,
    state: HashMap<String, StateSlot>,
    /// Users who were picked.
    picked: HashMap<Id, pick::Picked>,
    timers: Vec<TimerChange>,
    /// Keys of timers that are taken for set, in the place of those that are.
    supposed_timers: Option<HashSet<String>>,
    passwords: Vec<(Id, String)>,
    files_moved: Vec<(Id, Id)>,
    collided: bool,
    silent: bool,
}

/// A record that was written: as it was read, and as it shall be.
struct Touched {
    reference: Reference,
    before: Option<Arc<Record>>,
    after: Option<Arc<Record>>,
    keys: Vec<(&'static str, String)>,
}

struct StateSlot {
    /// What the store had: the version, 0 for none.
    version: u64,
    value: Option<Value>,
    written: bool,
}

/// What a unit of work came to.
#[derive(Debug, Clone, Default)]
pub struct Proposal {
    /// The changed records. None of them is nothing.
    pub changes: Vec<KeyedChange>,
    /// What was read by id and not changed.
    pub reads: Vec<(Id, u64)>,
    /// The plugin's state.
    pub state: Option<StateChange>,
    /// Users who were picked.
    pub picked: Option<StateChange>,
    /// Timers set and taken away.
    pub timers: Vec<TimerChange>,
    /// Password hashes set, with their users.
    pub passwords: Vec<(Id, String)>,
    /// Records whose files become another's.
    pub files_moved: Vec<(Id, Id)>,
    /// Whether no rule is woken by it.
    pub silent: bool,
}

impl Unit {
    /// A unit of work that has read nothing yet.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, author: Author, setting: Setting, language: Arc<str>) -> Self {
        Self {
            store,
            author,
            setting,
            language,
            touched: Vec::new(),
            index: HashMap::new(),
            keyed: HashMap::new(),
            reads: HashMap::new(),
            free: HashSet::new(),
            state: HashMap::new(),
            picked: HashMap::new(),
            timers: Vec::new(),
            supposed_timers: None,
            passwords: Vec::new(),
            files_moved: Vec::new(),
            collided: false,
            silent: false,
        }
    }

    /// The moment of the request or run.
    #[must_use]
    pub const fn now(&self) -> Instant {
        self.setting.now
    }

    /// The fields that the organisation has declared.
    #[must_use]
    pub fn custom(&self) -> &CustomFields {
        &self.setting.custom
    }

    /// Whether a key was wanted that a record has already. Somebody may have made it since it was looked for in vain.
    #[must_use]
    pub const fn collided(&self) -> bool {
        self.collided
    }

    /// Rests the commit on what was read so far no longer: a person's request rests on what it writes.
    pub fn forget_reads(&mut self) {
        self.reads.clear();
    }

    /// Wakes no rule by what is written. The events are told as ever.
    pub fn wake_nobody(&mut self) {
        self.silent = true;
    }

    /// Gives a user a password, by its hash (a PHC string).
    pub fn set_password(&mut self, user: Id, hash: String) {
        self.passwords.push((user, hash));
    }

    /// All that it came to.
    #[must_use]
    pub fn finish(self) -> Proposal {
        let reads = self
            .reads
            .values()
            .filter(|record| !self.index.contains_key(&record.id))
            .map(|record| (record.id, record.version))
            .collect();
        let changes = self
            .touched
            .into_iter()
            .map(|touched| KeyedChange {
                change: Change { before: touched.before, after: touched.after },
                keys: touched.keys,
            })
            .filter(|keyed| !keyed.change.is_nothing())
            .collect();
        Proposal {
            changes,
            reads,
            state: state_change(&self.author, self.state),
            picked: pick::change(self.picked),
            timers: self.timers,
            passwords: self.passwords,
            files_moved: self.files_moved,
            silent: self.silent,
        }
    }
}

fn state_change(author: &Author, slots: HashMap<String, StateSlot>) -> Option<StateChange> {
    let Author::Plugin(plugin) = author else { return None };
    if slots.is_empty() {
        return None;
    }
    let mut change = StateChange { plugin: plugin.to_string(), reads: Vec::new(), writes: Vec::new() };
    for (key, slot) in slots {
        change.reads.push((key.clone(), slot.version));
        if slot.written {
            change.writes.push((key, slot.value));
        }
    }
    Some(change)
}
