//! Who changed what, when and why. Nothing changes or deletes these entries.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::crm::event::Cause;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
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
