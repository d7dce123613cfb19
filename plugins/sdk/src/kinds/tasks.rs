use serde::{Deserialize, Serialize};

use super::{Custom, Id, Reference, null_as_default, record};
use crate::instant::Instant;

/// Where a task stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// To be done.
    #[default]
    Open,
    /// Done.
    Done,
    /// Not to be done any more.
    Cancelled,
}

/// Work for a person of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
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
    /// What to do.
    pub title: String,
    /// More about it.
    pub body: Option<String>,
    /// Where it stands.
    pub status: TaskStatus,
    /// Who is to do it.
    pub assignee: Option<Id>,
    /// By when.
    pub due: Option<Instant>,
    /// Nobody is reminded of it before.
    pub snoozed_until: Option<Instant>,
    /// The record it is about.
    pub about: Option<Reference>,
    /// The plugin that made it.
    pub plugin: Option<String>,
    /// The plugin's own name for it.
    pub key: Option<String>,
    /// When it was done or cancelled.
    pub closed_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Task, "task");
