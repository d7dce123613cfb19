//! What somebody proposes to change.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::record::{Record, Reference};

/// What one change does to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// It was not there before.
    Created,
    /// Some of its fields have other values.
    Updated,
    /// It is gone: a tombstone stays.
    Deleted,
}

impl Verb {
    /// As it stands in an event's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// One record before and after. At least one of the two is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// As it was read; absent when the change makes it. Its version guards the commit.
    pub before: Option<Arc<Record>>,
    /// As it shall be; absent when the change deletes it.
    pub after: Option<Arc<Record>>,
}

impl Change {
    /// The record it is about.
    #[must_use]
    pub fn reference(&self) -> Option<Reference> {
        self.after.as_ref().or(self.before.as_ref()).map(|record| record.reference())
    }

    /// What it does.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match (&self.before, &self.after) {
            (None, _) => Verb::Created,
            (Some(_), Some(_)) => Verb::Updated,
            (Some(_), None) => Verb::Deleted,
        }
    }

    /// Field by field: `{"name": [before, after]}`, only those that differ.
    #[must_use]
    pub fn diff(&self) -> Map<String, Value> {
        let empty = Map::new();
        let before = self.before.as_ref().map_or(&empty, |record| record.data.as_ref());
        let after = self.after.as_ref().map_or(&empty, |record| record.data.as_ref());
        diff(before, after)
    }

    /// Whether it leaves the record as it was. Such a change is no change: it makes no version and no event.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => before.data == after.data,
            (None, None) => true,
            _ => false,
        }
    }
}

/// Member by member: `{"name": [before, after]}`, only those that differ; null where one has it not.
#[must_use]
pub fn diff(before: &Map<String, Value>, after: &Map<String, Value>) -> Map<String, Value> {
    let mut diff = Map::new();
    for (name, new) in after {
        let old = before.get(name).unwrap_or(&Value::Null);
        if old != new {
            diff.insert(name.clone(), Value::Array(vec![old.clone(), new.clone()]));
        }
    }
    for (name, old) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
        diff.insert(name.clone(), Value::Array(vec![old.clone(), Value::Null]));
    }
    diff
}
