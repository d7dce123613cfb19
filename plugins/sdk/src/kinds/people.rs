use serde::{Deserialize, Serialize};

use super::{Id, null_as_default, record};
use crate::instant::Instant;

/// What a user may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Leads people.
    Head,
    /// Works with records.
    #[default]
    Member,
}

/// A time of being away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    /// From when.
    pub from: Instant,
    /// Until when.
    pub to: Instant,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

const fn one() -> u8 {
    1
}

/// A person of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// The record's id.
    pub id: Id,
    /// Grows by one with every change.
    pub version: u64,
    /// What they are called.
    pub name: String,
    /// Where mail reaches them.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// The department they are in.
    pub department: Option<Id>,
    /// BCP 47 tag: the language to speak to them in.
    pub language: String,
    /// What they are good at: kebab-case words.
    #[serde(default, deserialize_with = "null_as_default")]
    pub skills: Vec<String>,
    /// How experienced they are, from 0 (new) to 10.
    #[serde(default)]
    pub level: u8,
    /// BCP 47 tags: the languages that they speak with clients.
    #[serde(default, deserialize_with = "null_as_default")]
    pub languages: Vec<String>,
    /// What share of work they take, beside others' shares.
    #[serde(default = "one")]
    pub weight: u8,
    /// When they are away.
    #[serde(default, deserialize_with = "null_as_default")]
    pub absences: Vec<Absence>,
    /// False: left the organisation.
    pub active: bool,
    /// False: absent now.
    pub present: bool,
}

/// A part of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Department {
    /// The record's id.
    pub id: Id,
    /// Grows by one with every change.
    pub version: u64,
    /// Kebab-case, unique: what configurations name it by.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// The user who leads it.
    pub head: Option<Id>,
    /// The department it is a part of.
    pub parent: Option<Id>,
}

record!(User, "user");
record!(Department, "department");
