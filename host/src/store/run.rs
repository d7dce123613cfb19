//! The record of a run: why, what came of it, and what it cost.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crm::event::Cause;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Its change set was committed.
    Ok,
    /// The plugin refused the request: nothing is written, nothing tried again.
    Refused,
    /// The plugin met a passing fault and asked to be run again.
    Retry,
    /// The plugin met a fault that another try will not cure.
    Failed,
    /// The component trapped.
    Trap,
    /// A budget was used up; the error names it.
    Budget,
    /// What it rested on moved again and again.
    Conflict,
    /// The host could not do its part.
    Host,
}

/// A line that a run logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LogLine {
    /// `debug`, `info`, `warn`, `error`, or `out` for what it printed.
    pub level: String,
    /// What it says.
    pub message: String,
}

/// What a run cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Cost {
    /// WebAssembly fuel: about one for each instruction.
    pub fuel: u64,
    /// From the start of the run to the end of the guest, in microseconds.
    pub micros: u64,
    /// Largest linear memory in bytes.
    pub memory: u64,
    /// Calls of host functions.
    pub host_calls: u64,
    /// Records that reads gave.
    pub rows_read: u64,
    /// Records written.
    pub records_written: u64,
}

/// One run of one plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Its id.
    pub id: Id,
    /// Whose.
    pub plugin: String,
    /// SHA-256 of the component, hex.
    pub release: String,
    /// `event`, `timer`, `tick` or `command`.
    pub trigger: String,
    /// The event's, timer's, schedule's or command's name.
    pub name: String,
    /// The record it is about.
    pub about: Option<Reference>,
    /// The person who pressed, for a command.
    pub by: Option<Id>,
    /// What led to it.
    #[serde(skip)]
    pub cause: Cause,
    /// 1 for the first try.
    pub attempt: u32,
    /// How often it was run again because what it rested on had moved.
    pub reruns: u32,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where it was not `ok`.
    pub error: Option<String>,
    /// When it began.
    pub at: Instant,
    /// What it cost.
    pub cost: Cost,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What it set beside records: timers and state, as JSON.
    pub effects: Value,
    /// What it was told, call by call, where that is kept. It is read by [`Store::journal_read`](super::Store) alone.
    #[serde(skip)]
    pub journal: Option<Value>,
}

/// Which runs to list.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// Of this plugin.
    pub plugin: Option<String>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// About this record, or changing it.
    pub record: Option<Id>,
    /// Woken by this event.
    pub event: Option<u64>,
    /// Woken by what this run did.
    pub caused_by: Option<Id>,
    /// Before this run, in the order of ids.
    pub before: Option<Id>,
    /// How many at most.
    pub limit: u32,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Ok, Self::Refused, Self::Retry, Self::Failed, Self::Trap, Self::Budget, Self::Conflict, Self::Host];

    /// Whether it did not do what it was woken for. A refusal is an answer.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        !matches!(self, Self::Ok | Self::Refused)
    }

    /// Whether it is the plugin that is to blame, and another try alone will not do.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        matches!(self, Self::Failed | Self::Trap | Self::Budget)
    }

    /// Snake-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Trap => "trap",
            Self::Budget => "budget",
            Self::Conflict => "conflict",
            Self::Host => "host",
        }
    }
}

/// The text names no outcome.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not an outcome of a run")]
pub struct NotAnOutcome(String);

impl std::str::FromStr for Outcome {
    type Err = NotAnOutcome;

    fn from_str(text: &str) -> Result<Self, NotAnOutcome> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.name() == text)
            .ok_or_else(|| NotAnOutcome(text.chars().take(32).collect()))
    }
}
