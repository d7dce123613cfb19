use serde::{Deserialize, Serialize};

use super::{Custom, Id, Reference, lift, lower, null_as_default, record, same_cases};
use crate::bindings::takt::crm::tasks as wit;
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

/// A task to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskDraft {
    /// What to do.
    pub title: String,
    /// More about it.
    pub body: Option<String>,
    /// Who is to do it.
    pub assignee: Option<Id>,
    /// By when.
    pub due: Option<Instant>,
    /// The record it is about.
    pub about: Option<Reference>,
    /// The plugin's own name for it: at most one open task of a plugin has it.
    pub key: Option<String>,
}

/// What to set of a task. A field left out stays; `Some(None)` clears one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskChanges {
    /// What to do.
    pub title: Option<String>,
    /// Where it stands.
    pub status: Option<TaskStatus>,
    /// Who is to do it.
    pub assignee: Option<Option<Id>>,
    /// By when.
    pub due: Option<Option<Instant>>,
}

/// What to find tasks by: all given conditions hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskFilter {
    /// Any of these; empty: any status.
    pub status: Vec<TaskStatus>,
    /// Who is to do it.
    pub assignee: Option<Id>,
    /// The record it is about.
    pub about: Option<Reference>,
    /// A key of this plugin's own tasks.
    pub key: Option<String>,
    /// Due before.
    pub due_to: Option<Instant>,
}

record!(Task, "task");
same_cases!(wit::Status = TaskStatus { Open, Done, Cancelled });
lift!(wit::Task => Task {
    id, number, version, created_at, updated_at, title, body, status, assignee, due, about, plugin, key, closed_at,
    custom,
});
lower!(TaskDraft => wit::Draft { title, body, assignee, due, about, key });
lower!(TaskChanges => wit::Changes { title, status, assignee, due });
lower!(TaskFilter => wit::Filter { status, assignee, about, key, due_to });
