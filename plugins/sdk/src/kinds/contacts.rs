use serde::{Deserialize, Serialize};

use super::billing::Billing;
use super::messages::MessageChannel;
use super::{Custom, Id, null_as_default, record};
use crate::instant::Instant;

/// A person outside the organisation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Contact {
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
    /// What they are called.
    pub name: String,
    /// E.164; the first is the main one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub phones: Vec<String>,
    /// Lower-cased; the first is the main one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub emails: Vec<String>,
    /// Where they work.
    pub company: Option<Id>,
    /// The user responsible.
    pub owner: Option<Id>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// IANA time zone.
    pub time_zone: Option<String>,
    /// Their id in the messenger.
    pub messenger: Option<String>,
    /// The ways in which they agreed to be written to.
    #[serde(default, deserialize_with = "null_as_default")]
    pub consent: Vec<MessageChannel>,
    /// The ways in which they asked not to be written to any more.
    #[serde(default, deserialize_with = "null_as_default")]
    pub opted_out: Vec<MessageChannel>,
    /// Of a person who buys in their own name.
    pub tax_id: Option<String>,
    /// What papers say of them.
    #[serde(default, deserialize_with = "null_as_default")]
    pub billing: Billing,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Contact, "contact");
