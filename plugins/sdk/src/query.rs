//! What a listing asks for.

use std::marker::PhantomData;

use serde::Serialize;
use serde_json::Value;

use crate::kinds::Record;

/// What must hold of a field's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// One of these.
    Any(Vec<Value>),
    /// This or more.
    AtLeast(Value),
    /// Less than this.
    Below(Value),
    /// Not there.
    Absent,
    /// There.
    Present,
}

/// What a listing asks for, of whatever kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conditions {
    /// Fields that the API's listing of the kind can be filtered by, with what must hold of each.
    pub all: Vec<(String, Test)>,
    /// The field to sort by, after a `-` largest first; absent: oldest first.
    pub sort: Option<String>,
}

/// A listing of records of one kind; all conditions hold. A field that the kind is not found by is refused by the host.
///
/// ```
/// use takt_sdk::prelude::*;
///
/// let due = Query::<Task>::all().is("status", TaskStatus::Open).below("due", Instant(0));
/// assert_eq!(due.conditions().all.len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct Query<T> {
    conditions: Conditions,
    kind: PhantomData<T>,
}

impl<T: Record> Query<T> {
    /// All records of the kind, oldest first.
    pub fn all() -> Query<T> {
        Query { conditions: Conditions::default(), kind: PhantomData }
    }

    /// The field is this value.
    pub fn is(self, field: &str, value: impl Serialize) -> Query<T> {
        self.test(field, Test::Any(vec![json(value)]))
    }

    /// The field is one of these values.
    pub fn any<V: Serialize>(self, field: &str, values: impl IntoIterator<Item = V>) -> Query<T> {
        self.test(field, Test::Any(values.into_iter().map(json).collect()))
    }

    /// The field is this value or more.
    pub fn at_least(self, field: &str, value: impl Serialize) -> Query<T> {
        self.test(field, Test::AtLeast(json(value)))
    }

    /// The field is less than this value.
    pub fn below(self, field: &str, value: impl Serialize) -> Query<T> {
        self.test(field, Test::Below(json(value)))
    }

    /// The field is not there.
    pub fn absent(self, field: &str) -> Query<T> {
        self.test(field, Test::Absent)
    }

    /// The field is there.
    pub fn present(self, field: &str) -> Query<T> {
        self.test(field, Test::Present)
    }

    /// In the order of a field; after a `-` largest first.
    pub fn sort(mut self, field: &str) -> Query<T> {
        self.conditions.sort = Some(field.into());
        self
    }

    /// What it asks for.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    fn test(mut self, field: &str, test: Test) -> Query<T> {
        self.conditions.all.push((field.into(), test));
        self
    }
}

/// A value that cannot be written as JSON is found nowhere.
fn json(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
