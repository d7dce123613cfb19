//! The kinds of record: each a struct with the JSON face that the API, the events and the conditions show, what can be
//! changed of it, and what it can be found by.

mod companies;
mod contacts;
mod deals;
mod leads;
mod people;
mod tasks;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::{Map, Value};

use crate::instant::Instant;
use crate::money::Money;

pub use companies::{Company, CompanyFilter};
pub use contacts::{Contact, ContactChanges, ContactDraft, ContactFilter};
pub use deals::{Deal, DealChanges, DealFilter, DealKind, Pipeline, Stage, StageOutcome};
pub use leads::{Conversion, Lead, LeadChanges, LeadFilter, LeadStatus};
pub use people::{Department, Role, User, UserFilter};
pub use tasks::{Task, TaskChanges, TaskDraft, TaskFilter, TaskStatus};

/// A record's id: a UUIDv7 in its canonical text form.
pub type Id = String;

/// Fields of the organisation's own.
pub type Custom = Map<String, Value>;

/// A kind of record.
pub trait Record: Clone + Serialize + DeserializeOwned {
    /// The kind's name: `lead`, `deal`, …
    const KIND: &'static str;

    /// The record's id.
    fn id(&self) -> &Id;

    /// Points at this record.
    fn reference(&self) -> Reference {
        Reference { kind: Self::KIND.into(), id: self.id().clone() }
    }
}

/// Points at one record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
pub struct Reference {
    /// The record's kind.
    pub kind: String,
    /// The record's id.
    pub id: Id,
}

/// One page of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many records at most, 1 to 200.
    pub limit: u32,
    /// The cursor that the page before gave; absent for the first page.
    pub cursor: Option<String>,
}

impl Page {
    /// The first page of a listing, as large as it may be.
    pub const FIRST: Page = Page { limit: 200, cursor: None };
}

/// The first page of a listing, as large as it may be.
impl Default for Page {
    fn default() -> Self {
        Page::FIRST
    }
}

/// The records of one page, and the cursor of the next where there is one.
pub type Found<T> = (Vec<T>, Option<String>);

/// Turns a value of the contract into the crate's own.
pub(crate) trait Lift<W> {
    fn lift(raw: W) -> Self;
}

/// Turns a value of the crate's own into the contract's.
pub(crate) trait Lower<W> {
    fn lower(self) -> W;
}

macro_rules! as_it_is {
    ($($type:ty),*) => {$(
        impl Lift<$type> for $type {
            fn lift(raw: $type) -> Self { raw }
        }
        impl Lower<$type> for $type {
            fn lower(self) -> $type { self }
        }
    )*};
}
as_it_is!(bool, i64, u64, String);

impl Lift<i64> for Instant {
    fn lift(raw: i64) -> Self {
        Instant(raw)
    }
}

impl Lower<i64> for Instant {
    fn lower(self) -> i64 {
        self.0
    }
}

impl<W, T: Lift<W>> Lift<Option<W>> for Option<T> {
    fn lift(raw: Option<W>) -> Self {
        raw.map(T::lift)
    }
}

impl<W, T: Lower<W>> Lower<Option<W>> for Option<T> {
    fn lower(self) -> Option<W> {
        self.map(T::lower)
    }
}

impl<W, T: Lift<W>> Lift<Vec<W>> for Vec<T> {
    fn lift(raw: Vec<W>) -> Self {
        raw.into_iter().map(T::lift).collect()
    }
}

impl<W, T: Lower<W>> Lower<Vec<W>> for Vec<T> {
    fn lower(self) -> Vec<W> {
        self.into_iter().map(T::lower).collect()
    }
}

/// The host gives a JSON object; anything else would be a fault of its, and is read as an empty one.
impl Lift<String> for Custom {
    fn lift(raw: String) -> Self {
        serde_json::from_str(&raw).unwrap_or_default()
    }
}

impl Lower<String> for Custom {
    fn lower(self) -> String {
        Value::Object(self).to_string()
    }
}

/// `lift!(wit::Lead => Lead { id, … })`: field by field, both of the same names.
macro_rules! lift {
    ($wit:ty => $own:ident { $($field:ident),* $(,)? }) => {
        impl From<$wit> for $own {
            fn from(raw: $wit) -> Self {
                $own { $($field: $crate::kinds::Lift::lift(raw.$field)),* }
            }
        }
        impl $crate::kinds::Lift<$wit> for $own {
            fn lift(raw: $wit) -> Self { raw.into() }
        }
    };
}

/// `lower!(LeadChanges => wit::Changes { title, … })`: field by field, both of the same names.
macro_rules! lower {
    ($own:ident => $wit:path { $($field:ident),* $(,)? }) => {
        impl From<$own> for $wit {
            fn from(own: $own) -> Self {
                $wit { $($field: $crate::kinds::Lower::lower(own.$field)),* }
            }
        }
        impl $crate::kinds::Lower<$wit> for $own {
            fn lower(self) -> $wit { self.into() }
        }
    };
}

/// `same_cases!(wit::Status = LeadStatus { New, … })`: both ways.
macro_rules! same_cases {
    ($wit:path = $own:ident { $($case:ident),* $(,)? }) => {
        impl From<$wit> for $own {
            fn from(raw: $wit) -> Self {
                use $wit as Wit;
                match raw { $(Wit::$case => $own::$case),* }
            }
        }
        impl From<$own> for $wit {
            fn from(own: $own) -> Self {
                use $wit as Wit;
                match own { $($own::$case => Wit::$case),* }
            }
        }
        impl $crate::kinds::Lift<$wit> for $own {
            fn lift(raw: $wit) -> Self { raw.into() }
        }
        impl $crate::kinds::Lower<$wit> for $own {
            fn lower(self) -> $wit { self.into() }
        }
    };
}

macro_rules! record {
    ($own:ident, $kind:literal) => {
        impl $crate::kinds::Record for $own {
            const KIND: &'static str = $kind;
            fn id(&self) -> &$crate::kinds::Id {
                &self.id
            }
        }
    };
}

pub(crate) use {lift, lower, record, same_cases};

use crate::bindings::takt::crm::types as wit;

lift!(wit::Money => Money { minor, currency });
lower!(Money => wit::Money { minor, currency });
lift!(wit::Reference => Reference { kind, id });
lower!(Reference => wit::Reference { kind, id });

impl From<Page> for wit::Page {
    fn from(page: Page) -> Self {
        wit::Page { limit: page.limit, cursor: page.cursor }
    }
}

/// Reads `null` as the default: the API writes absent optional fields so.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
