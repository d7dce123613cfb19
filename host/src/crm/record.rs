//! One version of one record.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::Entity;
use super::id::Id;
use super::instant::Instant;
use super::kind::Kind;

/// Points at one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The record's kind.
    pub kind: Kind,
    /// The record's id.
    pub id: Id,
}

/// Who caused a change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", tag = "type", content = "id")]
pub enum Actor {
    /// A person, by user id.
    User(Id),
    /// A plugin, by name.
    Plugin(String),
    /// The host itself, or an outside system by its token's name.
    System(String),
}

/// The fields of a record, as its kind's struct serialises them.
pub type Data = Map<String, Value>;

/// One version of one record. Cheap to clone through an `Arc`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// What it is.
    pub kind: Kind,
    /// Unique among all records.
    pub id: Id,
    /// The number people call it by, per kind; given by the commit that makes it.
    pub number: Option<u64>,
    /// 1 when made; one more with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Its fields, checked by its kind's rules.
    pub data: Arc<Data>,
}

impl Record {
    /// Where it is.
    #[must_use]
    pub const fn reference(&self) -> Reference {
        Reference { kind: self.kind, id: self.id }
    }

    /// Its fields as the struct of its kind.
    ///
    /// # Errors
    /// When the stored fields do not fit the struct: a fault of the host's, or of hands in the database.
    pub fn entity<E: Entity>(&self) -> Result<E, serde_json::Error> {
        debug_assert_eq!(E::KIND, self.kind);
        E::deserialize(serde::de::value::MapDeserializer::new(
            self.data.iter().map(|(name, value)| (name.as_str(), value)),
        ))
    }

    /// The one JSON shape of a record: API, events, conditions and guests all see this.
    #[must_use]
    pub fn face(&self) -> Value {
        let mut face = Map::with_capacity(self.data.len() + 6);
        face.insert("kind".into(), self.kind.name().into());
        face.insert("id".into(), self.id.to_string().into());
        face.insert("number".into(), self.number.into());
        face.insert("version".into(), self.version.into());
        face.insert("created_at".into(), self.created_at.to_string().into());
        face.insert("updated_at".into(), self.updated_at.to_string().into());
        for (name, value) in self.data.iter() {
            face.insert(name.clone(), value.clone());
        }
        Value::Object(face)
    }
}
