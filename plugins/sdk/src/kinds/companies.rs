use serde::{Deserialize, Serialize};

use super::billing::Billing;
use super::{Custom, Id, null_as_default, record};
use crate::instant::Instant;

/// An organisation outside.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Company {
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
    /// What it is called.
    pub name: String,
    /// Unique among companies.
    pub tax_id: Option<String>,
    /// What papers say of it.
    #[serde(default, deserialize_with = "null_as_default")]
    pub billing: Billing,
    /// E.164; the first is the main one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub phones: Vec<String>,
    /// Lower-cased; the first is the main one.
    #[serde(default, deserialize_with = "null_as_default")]
    pub emails: Vec<String>,
    /// The user responsible.
    pub owner: Option<Id>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Company, "company");
