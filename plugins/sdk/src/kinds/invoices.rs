use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::line_items::{LineItem, Totals};
use super::{Custom, Id, null_as_default, record};
use crate::instant::Instant;
use crate::money::Money;

/// Where an invoice stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceStatus {
    /// Being written; has no number.
    #[default]
    Draft,
    /// Numbered; items and payer stay.
    Issued,
    /// With the client.
    Sent,
    /// Paid in full.
    Paid,
    /// Not paid in time.
    Overdue,
    /// Not valid.
    Void,
}

/// What a client is asked to pay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Invoice {
    /// The record's id.
    pub id: Id,
    /// Grows by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// The user responsible for it.
    pub owner: Option<Id>,
    /// The deal that it is for.
    pub deal: Option<Id>,
    /// The company that pays.
    pub company: Option<Id>,
    /// The person who pays.
    pub contact: Option<Id>,
    /// The payer's details as they were when it was issued.
    #[serde(default, deserialize_with = "null_as_default")]
    pub payer: Map<String, Value>,
    /// What is to be paid for.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<LineItem>,
    /// What the items come to.
    pub totals: Option<Totals>,
    /// The date on it: `YYYY-MM-DD`.
    pub issue_date: Option<String>,
    /// The date by which it is to be paid: `YYYY-MM-DD`.
    pub due_date: Option<String>,
    /// The year that its number runs in.
    pub year: Option<i32>,
    /// Its number, without gaps for each issuer and year.
    pub invoice_number: Option<u64>,
    /// What the payments come to.
    pub paid: Option<Money>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Invoice, "invoice");
