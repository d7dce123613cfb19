//! What is kept for a time, and then deleted.

use crate::crm::retention::Retention;

/// A kind of what happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kept {
    /// Sessions that ended.
    Sessions,
    /// What came of requests with an `Idempotency-Key`.
    Answers,
    /// The times at which schedules fired; the last of each stays.
    Ticks,
    /// Messages to webhooks that were sent or given up.
    Messages,
    /// What runs were told.
    Journals,
    /// What shadows made of what their plugins were woken by.
    Trials,
    /// Runs, but for those that a dead letter tells of.
    Runs,
    /// Events, but for those that something waits to be done with.
    Events,
    /// Audit entries, but for those of events.
    Audit,
}

impl Kept {
    /// All of them: what is needed by another comes after it.
    pub const ALL: [Self; 9] = [
        Self::Sessions,
        Self::Answers,
        Self::Ticks,
        Self::Messages,
        Self::Journals,
        Self::Trials,
        Self::Runs,
        Self::Events,
        Self::Audit,
    ];

    /// Snake-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Answers => "answers",
            Self::Ticks => "ticks",
            Self::Messages => "messages",
            Self::Journals => "journals",
            Self::Trials => "trials",
            Self::Runs => "runs",
            Self::Events => "events",
            Self::Audit => "audit",
        }
    }

    /// For how many days it is kept; none: for ever.
    #[must_use]
    pub const fn days(self, retention: &Retention) -> Option<u32> {
        match self {
            Self::Sessions => Some(retention.sessions),
            Self::Answers => Some(retention.answers),
            Self::Ticks | Self::Trials | Self::Runs => Some(retention.runs),
            Self::Messages => Some(retention.messages),
            Self::Journals => Some(retention.journals),
            Self::Events => Some(retention.events),
            Self::Audit => retention.audit,
        }
    }
}

/// What one step of deleting came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swept {
    /// How many rows are gone.
    pub gone: u64,
    /// Where the next step goes on; none when all that is old enough was looked at.
    pub next: Option<String>,
}
