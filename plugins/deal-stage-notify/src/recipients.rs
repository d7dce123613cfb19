//! Who is told.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::{Deserializer, Serializer, de::Error as _};
use takt_sdk::prelude::*;

use crate::Cx;

/// Somebody who is told beside the head: `owner`, `user:<id>`, `head:<department key>`, or `department:<key>` for
/// everybody active in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The responsible user.
    Owner,
    /// One user, by id.
    User(Id),
    /// The head of a department, by its key.
    Head(String),
    /// Everybody active in a department, by its key.
    Department(String),
}

/// The text was not a [`Recipient`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotARecipient(String);

impl fmt::Display for NotARecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is none of owner, user:<id>, head:<department key>, department:<key>", self.0)
    }
}

impl std::error::Error for NotARecipient {}

impl FromStr for Recipient {
    type Err = NotARecipient;

    fn from_str(text: &str) -> Result<Self, NotARecipient> {
        match text.split_once(':') {
            None if text == "owner" => Ok(Recipient::Owner),
            Some(("user", id)) if !id.is_empty() => Ok(Recipient::User(id.into())),
            Some(("head", key)) if !key.is_empty() => Ok(Recipient::Head(key.into())),
            Some(("department", key)) if !key.is_empty() => Ok(Recipient::Department(key.into())),
            _ => Err(NotARecipient(text.into())),
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Recipient::Owner => f.write_str("owner"),
            Recipient::User(id) => write!(f, "user:{id}"),
            Recipient::Head(key) => write!(f, "head:{key}"),
            Recipient::Department(key) => write!(f, "department:{key}"),
        }
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Recipient {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Recipient {
    fn schema_name() -> Cow<'static, str> {
        "Recipient".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "owner, user:<id>, head:<department key>, or department:<key> for everybody active in it",
            "pattern": "^(owner|(user|head|department):.+)$",
        })
    }
}

/// The head over the owner, else over who moved the deal, and the configured recipients: each active person once.
pub fn all(cx: &Cx, owner: Option<&User>, mover: Option<&str>) -> Result<Vec<Id>, HostError> {
    let mut people = Vec::new();
    if let Some(user) = owner.map(|owner| owner.id.as_str()).or(mover) {
        people.extend(cx.host.head_of(user).optional()?.flatten());
    }
    for recipient in &cx.config.recipients {
        let found = of(cx, recipient, owner)?;
        if found.is_empty() {
            cx.warn(&format!("nobody to tell for `{recipient}`"));
        }
        people.extend(found);
    }
    let mut ids = Vec::new();
    for person in people {
        if person.active && !ids.contains(&person.id) {
            ids.push(person.id);
        }
    }
    Ok(ids)
}

fn of(cx: &Cx, recipient: &Recipient, owner: Option<&User>) -> Result<Vec<User>, HostError> {
    let department = |key: &str| cx.host.department_by_key(key);
    Ok(match recipient {
        Recipient::Owner => owner.cloned().into_iter().collect(),
        Recipient::User(id) => cx.host.get::<User>(id).optional()?.into_iter().collect(),
        Recipient::Head(key) => match department(key)? {
            Some(department) => cx.host.department_head(&department.id, None)?.into_iter().collect(),
            None => Vec::new(),
        },
        Recipient::Department(key) => match department(key)? {
            Some(department) => active_in(cx, department.id)?,
            None => Vec::new(),
        },
    })
}

fn active_in(cx: &Cx, department: Id) -> Result<Vec<User>, HostError> {
    cx.host.find_all(&Query::all().is("department", department).is("active", true))
}
