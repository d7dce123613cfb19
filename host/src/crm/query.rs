//! What a listing asks for. The same query is answered by the store, and by a run's own unsaved writes.

use std::cmp::Ordering;

use serde_json::Value;

use super::id::Id;
use super::kind::{Field, Kind, Place};
use super::record::Record;
use super::search::Words;

/// A listing of records of one kind. All conditions hold.
#[derive(Debug, Clone)]
pub struct Query {
    /// Of which kind.
    pub kind: Kind,
    /// What must hold.
    pub conditions: Vec<Condition>,
    /// Words that the record must have.
    pub words: Option<Words>,
    /// In which order; ids break ties.
    pub sort: Sort,
    /// How many at most.
    pub limit: u32,
    /// Only what comes after this place in the order.
    pub after: Option<Cursor>,
}

/// One condition of a listing.
#[derive(Debug, Clone)]
pub struct Condition {
    /// On which field.
    pub field: &'static Field,
    /// What must hold of its value.
    pub test: Test,
}

/// What must hold of a field's value. Values have the JSON type of the field's shape; moments are texts as
/// [`Instant`](super::instant::Instant) writes them.
#[derive(Debug, Clone)]
pub enum Test {
    /// One of these.
    In(Vec<Value>),
    /// One of these, or not there.
    InOrAbsent(Vec<Value>),
    /// This or more.
    AtLeast(Value),
    /// Less than this.
    Below(Value),
    /// Not there.
    Absent,
    /// There.
    Present,
}

/// The order of a listing.
#[derive(Debug, Clone, Copy)]
pub struct Sort {
    /// By which field; by id (the order of making) when absent. A key field is not sortable.
    pub field: Option<&'static Field>,
    /// Largest first.
    pub descending: bool,
}

/// A place in the order of a listing.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// The sort field's value there; null when the listing is by id, or the value is absent.
    pub value: Value,
    /// The id there.
    pub id: Id,
}

/// A page of records and where to go on.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// In order.
    pub records: Vec<std::sync::Arc<Record>>,
    /// Absent on the last page.
    pub next: Option<Cursor>,
}

impl Query {
    /// All records of a kind in the order of making, `limit` at most.
    #[must_use]
    pub const fn of(kind: Kind, limit: u32) -> Self {
        Self {
            kind,
            conditions: Vec::new(),
            words: None,
            sort: Sort { field: None, descending: false },
            limit,
            after: None,
        }
    }

    /// With one condition more. A field the kind does not list is a fault of the caller's: nothing matches then.
    #[must_use]
    pub fn with(mut self, field: &str, test: Test) -> Self {
        match self.kind.spec().field(field) {
            Some(field) => self.conditions.push(Condition { field, test }),
            None => debug_assert!(false, "{} has no field {field}", self.kind),
        }
        self
    }

    /// Whether a record belongs into the listing, its place aside. `keys` are the record's unique keys.
    #[must_use]
    pub fn matches(&self, record: &Record, keys: &[(&'static str, String)]) -> bool {
        record.kind == self.kind
            && self.words.as_ref().is_none_or(|words| words.find(record))
            && self.conditions.iter().all(|condition| condition.matches(record, keys))
    }

    /// The place of a record in the order.
    #[must_use]
    pub fn place(&self, record: &Record) -> Cursor {
        Cursor { value: self.sort.field.map_or(Value::Null, |field| value_of(field, record)), id: record.id }
    }

    /// Which of two places comes first in the order.
    #[must_use]
    pub fn compare(&self, a: &Cursor, b: &Cursor) -> Ordering {
        let order = compare_values(&a.value, &b.value).then(a.id.cmp(&b.id));
        if self.sort.descending { order.reverse() } else { order }
    }
}

impl Condition {
    fn matches(&self, record: &Record, keys: &[(&'static str, String)]) -> bool {
        let several: Option<Vec<&str>> = match self.field.place {
            Place::Key(kind) => {
                Some(keys.iter().filter(|(key, _)| *key == kind).map(|(_, value)| value.as_str()).collect())
            }
            Place::Members(array) => {
                let (first, rest) = array.split_once('.').map_or((array, None), |(first, rest)| (first, Some(rest)));
                let value = record.data.get(first);
                let members = rest.map_or(value, |name| value?.get(name)).and_then(Value::as_array);
                Some(members.into_iter().flatten().filter_map(Value::as_str).collect())
            }
            _ => None,
        };
        if let Some(own) = several {
            let any = |values: &[Value]| own.iter().any(|value| values.iter().any(|given| given == value));
            return match &self.test {
                Test::In(values) => any(values),
                Test::InOrAbsent(values) => own.is_empty() || any(values),
                Test::Absent => own.is_empty(),
                Test::Present => !own.is_empty(),
                Test::AtLeast(_) | Test::Below(_) => false,
            };
        }
        let value = value_of(self.field, record);
        match &self.test {
            Test::In(values) => !value.is_null() && values.contains(&value),
            Test::InOrAbsent(values) => value.is_null() || values.contains(&value),
            Test::AtLeast(least) => !value.is_null() && compare_values(&value, least).is_ge(),
            Test::Below(bound) => !value.is_null() && compare_values(&value, bound).is_lt(),
            Test::Absent => value.is_null(),
            Test::Present => !value.is_null(),
        }
    }
}

fn value_of(field: &Field, record: &Record) -> Value {
    match field.place {
        Place::Data(path) => {
            let (first, rest) = path.split_first().unwrap_or((&"", &[]));
            let start = record.data.get(*first);
            rest.iter().fold(start, |value, name| member(value?, name)).cloned().unwrap_or(Value::Null)
        }
        Place::CreatedAt => record.created_at.to_string().into(),
        Place::UpdatedAt => record.updated_at.to_string().into(),
        Place::Number => record.number.into(),
        Place::Key(_) | Place::Members(_) => Value::Null,
    }
}

fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    }
}

/// The order that the stores sort by, too: absent first, then numbers, then texts by their bytes.
fn compare_values(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let whole = a.as_i64().zip(b.as_i64()).map(|(a, b)| a.cmp(&b));
            whole.or_else(|| a.as_f64().partial_cmp(&b.as_f64())).unwrap_or(Ordering::Equal)
        }
        (Value::String(a), Value::String(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) | Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Array(_) | Value::Object(_) => 3,
    }
}
