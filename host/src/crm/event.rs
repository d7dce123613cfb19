//! What wakes a plugin, and what led to it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::change::Change;
use super::id::Id;
use super::instant::Instant;
use super::record::{Actor, Reference};

/// How something came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cause {
    /// The event that woke the run, where one did.
    pub event: Option<u64>,
    /// For a run: the run whose change or timer woke it.
    pub run: Option<Id>,
    /// The first event of the chain; absent when this begins one.
    pub root: Option<u64>,
    /// How many runs lie between the chain's beginning and this.
    pub depth: u32,
}

/// One change of one record, committed.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Grows with every event of the host.
    pub id: u64,
    /// `lead.created`, `deal.updated`, …
    pub name: String,
    /// When it was committed.
    pub at: Instant,
    /// Who changed it.
    pub by: Actor,
    /// The run that did, where one did.
    pub run: Option<Id>,
    /// The record.
    pub about: Reference,
    /// The record before and after.
    pub change: Change,
    /// Names of the changed fields.
    pub changed: Vec<String>,
    /// The first event of its chain: its own id where it began one.
    pub root: u64,
    /// How many runs led to it: 0 for a person's change.
    pub depth: u32,
}

impl Event {
    /// The event as readers outside get it: the record as it then stood, absent where it is gone.
    #[must_use]
    pub fn face(&self) -> Value {
        let record = self.change.after.as_ref().map(|record| record.face());
        let mut face = json!({
            "id": self.id,
            "name": self.name,
            "at": self.at,
            "by": self.by,
            "about": self.about,
            "changed": self.changed,
            "record": record,
        });
        if let Some(run) = self.run {
            face["run"] = run.to_string().into();
        }
        face
    }
}

/// The name of the event that a change makes.
#[must_use]
pub fn name(change: &Change) -> String {
    let kind = change.reference().map_or("", |reference| reference.kind.name());
    format!("{kind}.{}", change.verb().name())
}

/// A timer that came due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// The key it was set by.
    pub key: String,
    /// When it was due.
    pub due: Instant,
    /// What was given with it.
    pub payload: Value,
    /// The record in whose lane it fires.
    pub about: Option<Reference>,
}

/// A schedule that came due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// The schedule's name.
    pub schedule: String,
    /// When it was due.
    pub due: Instant,
}

/// A button that a person pressed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The command's name.
    pub name: String,
    /// The person.
    pub by: Id,
    /// The record whose button it was, or that the notification is about.
    pub on: Option<Reference>,
    /// The notification whose button it was.
    pub notification: Option<Id>,
    /// What the button carries, or what the caller gave.
    pub input: Value,
    /// The answer to the button's question.
    pub answer: Option<String>,
}

/// What wakes a plugin.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    /// A record changed.
    Event(std::sync::Arc<Event>),
    /// A timer came due.
    Timer(Timer),
    /// A schedule came due.
    Tick(Tick),
    /// A person pressed a button.
    Command(Command),
}

impl Trigger {
    /// `event`, `timer`, `tick` or `command`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Event(_) => "event",
            Self::Timer(_) => "timer",
            Self::Tick(_) => "tick",
            Self::Command(_) => "command",
        }
    }

    /// The event's, timer's, schedule's or command's name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Event(event) => &event.name,
            Self::Timer(timer) => &timer.key,
            Self::Tick(tick) => &tick.schedule,
            Self::Command(command) => &command.name,
        }
    }

    /// The record that it is about.
    #[must_use]
    pub fn about(&self) -> Option<Reference> {
        match self {
            Self::Event(event) => Some(event.about),
            Self::Timer(timer) => timer.about,
            Self::Tick(_) => None,
            Self::Command(command) => command.on,
        }
    }

    /// Where deliveries of this trigger queue up, within one plugin.
    #[must_use]
    pub fn lane(&self) -> String {
        match (self.about(), self) {
            (Some(about), _) => about.id.to_string(),
            (None, other) => format!("{}:{}", other.kind(), other.name()),
        }
    }
}
