use serde::{Deserialize, Serialize};

use super::{Custom, Id, Reference, null_as_default, record};
use crate::instant::Instant;

/// Who called whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Somebody called the organisation.
    #[default]
    In,
    /// The organisation called somebody.
    Out,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Nobody has answered yet.
    #[default]
    Ringing,
    /// Somebody answered.
    Answered,
    /// It is over.
    Ended,
    /// Nobody answered.
    Missed,
}

/// A telephone call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The record's id.
    pub id: Id,
    /// Absent until the commit that makes it.
    pub number: Option<u64>,
    /// Grows by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Who called whom.
    pub direction: Direction,
    /// Where it stands.
    pub status: CallStatus,
    /// The other party's number, E.164.
    pub phone: String,
    /// The user who answered it, or made it.
    pub user: Option<Id>,
    /// The contact, lead, company or deal that it belongs to.
    pub about: Option<Reference>,
    /// When it began to ring.
    pub started_at: Option<Instant>,
    /// When it was answered.
    pub answered_at: Option<Instant>,
    /// When it was over, or given up.
    pub ended_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Call, "call");
