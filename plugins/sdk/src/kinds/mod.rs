//! The kinds of record: each a struct with the JSON face that the API, the events and the conditions show.

mod billing;
mod calls;
mod companies;
mod contacts;
mod deals;
mod documents;
mod invoices;
mod leads;
mod line_items;
mod meetings;
mod messages;
mod people;
mod products;
mod reports;
mod tasks;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::{Map, Value};

use crate::bindings::takt::crm::types as wit;

pub use billing::Billing;
pub use calls::{Call, CallStatus, Direction};
pub use companies::Company;
pub use contacts::Contact;
pub use deals::{Deal, DealKind, Pipeline, Stage, StageOutcome};
pub use documents::{ApprovalAnswer, Approver, Document, DocumentKind, DocumentStatus, Round, RoundOutcome};
pub use invoices::{Invoice, InvoiceStatus};
pub use leads::{Conversion, Lead, LeadStatus};
pub use line_items::{LineItem, Totals};
pub use meetings::{Attendance, Meeting, MeetingStatus, Participant};
pub use messages::{Message, MessageChannel, MessageStatus};
pub use people::{Absence, Department, Role, User};
pub use products::Product;
pub use reports::{
    CallFigures, DealFigures, Figures, InvoiceFigures, LeadFigures, Report, ReportQuery, ReportRow, TaskFigures, Times,
};
pub use tasks::{Task, TaskStatus};

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

impl From<Page> for wit::Page {
    fn from(page: Page) -> Self {
        wit::Page { limit: page.limit, cursor: page.cursor }
    }
}

impl From<wit::Reference> for Reference {
    fn from(raw: wit::Reference) -> Self {
        Reference { kind: raw.kind, id: raw.id }
    }
}

impl From<Reference> for wit::Reference {
    fn from(own: Reference) -> Self {
        wit::Reference { kind: own.kind, id: own.id }
    }
}

/// The records of one page, and the cursor of the next where there is one.
pub type Found<T> = (Vec<T>, Option<String>);

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

pub(crate) use record;

/// Reads `null` as the default: the API writes absent optional fields so.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
