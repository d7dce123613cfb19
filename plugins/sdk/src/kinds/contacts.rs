use serde::{Deserialize, Serialize};

use super::{Custom, Id, lift, lower, null_as_default, record};
use crate::bindings::takt::crm::contacts as wit;
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
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

/// A contact to make.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactDraft {
    /// What they are called.
    pub name: String,
    /// E.164; the first is the main one.
    pub phones: Vec<String>,
    /// The first is the main one.
    pub emails: Vec<String>,
    /// Where they work.
    pub company: Option<Id>,
    /// The user responsible.
    pub owner: Option<Id>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// Fields of the organisation's own.
    pub custom: Custom,
}

/// What to set of a contact. A field left out stays; `Some(None)` clears one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactChanges {
    /// What they are called.
    pub name: Option<String>,
    /// All phones, the main one first.
    pub phones: Option<Vec<String>>,
    /// All e-mail addresses, the main one first.
    pub emails: Option<Vec<String>>,
    /// Where they work.
    pub company: Option<Option<Id>>,
    /// The user responsible.
    pub owner: Option<Option<Id>>,
    /// BCP 47 tag.
    pub language: Option<Option<String>>,
    /// A JSON merge patch (RFC 7396) of `custom`.
    pub custom: Option<Custom>,
}

/// What to find contacts by: all given conditions hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactFilter {
    /// One of their phones.
    pub phone: Option<String>,
    /// One of their e-mail addresses.
    pub email: Option<String>,
    /// Where they work.
    pub company: Option<Id>,
    /// The user responsible.
    pub owner: Option<Id>,
}

record!(Contact, "contact");
lift!(wit::Contact => Contact {
    id, number, version, created_at, updated_at, name, phones, emails, company, owner, language, custom,
});
lower!(ContactDraft => wit::Draft { name, phones, emails, company, owner, language, custom });
lower!(ContactChanges => wit::Changes { name, phones, emails, company, owner, language, custom });
lower!(ContactFilter => wit::Filter { phone, email, company, owner });
