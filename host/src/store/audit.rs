//! Who changed what, when and why. Nothing changes or deletes these entries.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::crm::event::Cause;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::record::{Actor, Reference};

/// One change of one record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Its number: the id of the event that the change made.
    pub id: u64,
    /// When.
    pub at: Instant,
    /// `lead.created`, `deal.updated`, …
    pub name: String,
    /// Which record.
    pub record: Reference,
    /// The record's version after it.
    pub version: u64,
    /// Who.
    pub by: Actor,
    /// The run that did it.
    pub run: Option<Id>,
    /// What led to it.
    #[serde(skip)]
    pub cause: Cause,
    /// Field by field: `{"name": [before, after]}`.
    pub diff: Map<String, Value>,
}

/// Which entries to look for. What is absent is not asked for.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of records of this kind.
    pub kind: Option<Kind>,
    /// Of this record.
    pub record: Option<Id>,
    /// By this user, plugin or system: see [`Actor`].
    pub by: Option<String>,
    /// With this field among what was changed.
    pub field: Option<String>,
    /// At that moment or later.
    pub from: Option<Instant>,
    /// Before that moment.
    pub to: Option<Instant>,
    /// After this entry, in the order of the answer.
    pub after: Option<(Instant, u64)>,
    /// How many at most.
    pub limit: u32,
    /// How many entries are looked at for them: those that an index leads to may be all there are, and few of them fit the
    /// rest.
    pub look: u32,
}

/// What was found, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<AuditEntry>,
    /// The entry after which to look on. There may be one though fewer entries were found than asked for.
    pub next: Option<u64>,
}
