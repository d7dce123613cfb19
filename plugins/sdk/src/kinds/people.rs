use serde::{Deserialize, Serialize};

use super::{Id, lift, lower, record, same_cases};
use crate::bindings::takt::crm::{departments, users as wit};

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
    /// False: left the organisation.
    pub active: bool,
    /// False: absent now.
    pub present: bool,
}

/// What to find users by: all given conditions hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UserFilter {
    /// The department they are in.
    pub department: Option<Id>,
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they are still with the organisation.
    pub active: Option<bool>,
    /// Whether they are there now.
    pub present: Option<bool>,
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
same_cases!(wit::Role = Role { Admin, Head, Member });
lift!(wit::User => User { id, version, name, email, role, department, language, active, present });
lift!(departments::Department => Department { id, version, key, title, head, parent });
lower!(UserFilter => wit::Filter { department, role, active, present });
