use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Custom, Id, null_as_default, record};
use crate::instant::Instant;
use crate::money::Money;

/// Where a lead stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    /// Nobody has taken it.
    #[default]
    New,
    /// Taken by its owner.
    InProgress,
    /// Being worked on.
    Processing,
    /// Waits until `resume_at`.
    Waiting,
    /// Became a contact, a company where given, and a deal.
    Converted,
    /// Given up, for `reject_reason`.
    Rejected,
}

impl LeadStatus {
    /// Whether there is still something to do about the lead.
    pub fn is_open(self) -> bool {
        !matches!(self, LeadStatus::Converted | LeadStatus::Rejected)
    }
}

/// A request from a possible customer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lead {
    /// The record's id.
    pub id: Id,
    /// The number people call it by; absent until the commit that makes it.
    pub number: Option<u64>,
    /// Grows by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub status: LeadStatus,
    /// The user responsible for it.
    pub owner: Option<Id>,
    /// The customer's name.
    pub name: Option<String>,
    /// E.164.
    pub phone: Option<String>,
    /// Lower-cased e-mail address.
    pub email: Option<String>,
    /// The customer's company, as they wrote it.
    pub company_name: Option<String>,
    /// The customer's tax id.
    pub tax_id: Option<String>,
    /// What it may be worth.
    pub amount: Option<Money>,
    /// Where it came from: `web-form`, `call`, …
    pub source: Option<String>,
    /// BCP 47 tag of the customer's language.
    pub language: Option<String>,
    /// The customer's region.
    pub region: Option<String>,
    /// The product or service that they ask for.
    pub product: Option<String>,
    /// The tags of the campaign that brought them.
    #[serde(default, deserialize_with = "null_as_default")]
    pub campaign: BTreeMap<String, String>,
    /// What a form asked beyond the fields here.
    #[serde(default, deserialize_with = "null_as_default")]
    pub extra: BTreeMap<String, String>,
    /// What the customer wrote.
    pub message: Option<String>,
    /// When a waiting lead comes back.
    pub resume_at: Option<Instant>,
    /// Why it was rejected.
    pub reject_reason: Option<String>,
    /// When its first owner took it.
    pub accepted_at: Option<Instant>,
    /// When it was converted or rejected.
    pub closed_at: Option<Instant>,
    /// The contact it became.
    pub contact: Option<Id>,
    /// The company it became.
    pub company: Option<Id>,
    /// The deal it became.
    pub deal: Option<Id>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

/// What a lead became.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// The contact, made or found.
    pub contact: Id,
    /// The company, made or found, where the lead names one.
    pub company: Option<Id>,
    /// The deal.
    pub deal: Id,
}

record!(Lead, "lead");
