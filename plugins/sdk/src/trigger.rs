//! What wakes a plugin.

use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::instant::Instant;
use crate::kinds::{Id, Record, Reference};

/// Who caused a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person, by user id.
    User(Id),
    /// A plugin, by name.
    Plugin(String),
    /// The host itself, or an outside system by its token's name.
    System(String),
}

/// One change of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Grows with every event of the host.
    pub id: u64,
    /// `lead.created`, `deal.updated`, …
    pub name: String,
    /// When the change was committed.
    pub at: Instant,
    /// Who changed it.
    pub by: Actor,
    /// The record.
    pub about: Reference,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) changed: Vec<String>,
}

impl Event {
    /// The record before the change; `None` on created. Fails for good when the event is about another kind.
    pub fn before<T: Record>(&self) -> Result<Option<T>, Failure> {
        self.read(self.before.as_deref())
    }

    /// The record after the change; `None` on deleted. Fails for good when the event is about another kind.
    pub fn after<T: Record>(&self) -> Result<Option<T>, Failure> {
        self.read(self.after.as_deref())
    }

    /// Whether a field changed.
    pub fn changed(&self, field: &str) -> bool {
        self.changed.iter().any(|changed| changed == field)
    }

    /// What happened to the record: `created`, `updated`, `deleted`, `ended`, …
    pub fn verb(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }

    fn read<T: Record>(&self, face: Option<&str>) -> Result<Option<T>, Failure> {
        if self.about.kind != T::KIND {
            return Err(Failure::permanent(format!("{} is not about a {}", self.name, T::KIND)));
        }
        face.map(|face| parse(face, &self.name)).transpose()
    }
}

/// A timer that came due.
#[derive(Clone, Debug, PartialEq)]
pub struct Timer {
    /// The key it was set by.
    pub key: String,
    /// When it was due.
    pub due: Instant,
    pub(crate) payload: String,
}

impl Timer {
    /// What was given with it. Fails for good when that was something else.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        parse(&self.payload, &self.key)
    }
}

/// A schedule that came due.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The schedule's name.
    pub schedule: String,
    /// When it was due.
    pub due: Instant,
}

/// A button that a person pressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Command {
    /// The command's name.
    pub name: String,
    /// The person, by user id.
    pub by: Id,
    /// The record whose button it was, or that the notification is about.
    pub on: Option<Reference>,
    /// The notification whose button it was.
    pub notification: Option<Id>,
    /// The answer to the button's question: a text, or a user id.
    pub answer: Option<String>,
    pub(crate) input: String,
}

impl Command {
    /// What the button carries, or what the caller gave. Fails for good when it is something else.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        parse(&self.input, &self.name)
    }
}

fn parse<T: DeserializeOwned>(json: &str, of: &str) -> Result<T, Failure> {
    serde_json::from_str(json).map_err(|error| Failure::permanent(format!("cannot read {of}: {error}")))
}
