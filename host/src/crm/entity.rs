//! What every kind's struct implements.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::custom::CustomFields;
use super::field::Field;
use super::instant::Instant;
use super::invalid::{Invalid, pointer};
use super::kind::Kind;
use super::links::Link;
use super::record::{Data, Reference};

/// Unique keys: pairs of key kind (`phone`, `email`, `tax_id`, …) and value.
pub type Keys = Vec<(&'static str, String)>;

/// A kind of record. The struct's serde form is the record's fields; it denies unknown fields, leaves out what is
/// absent (`skip_serializing_if`), and takes `null` for absent.
pub trait Entity: Serialize + DeserializeOwned + utoipa::ToSchema {
    /// Which kind it is.
    const KIND: Kind;
    /// Snake-case, in events and references.
    const NAME: &'static str;
    /// Snake-case plural, in paths and capabilities.
    const PLURAL: &'static str;
    /// Whether records of this kind are numbered for people.
    const NUMBERED: bool = false;
    /// The numbers without gaps that records of this kind are given by a change: see [`Series`].
    const SERIES: Option<Series> = None;
    /// The field that names the user whose record it is; absent where records are everybody's.
    const OWNER: Option<&'static str> = None;
    /// The fields that a listing may be filtered and sorted by.
    const FIELDS: &'static [Field];
    /// The fields that point at records.
    const LINKS: &'static [Link] = &[];
    /// The fields that are personal data of people outside.
    const PERSONAL: &'static [&'static str] = &[];
    /// The fields that full-text search looks into; none where the kind is not searched.
    const TEXT: &'static [&'static str] = &[];
    /// Whether records of this kind may have unique keys: see [`Entity::keys`].
    const KEYED: bool = false;

    /// Cleans the values (trims, E.164, lower-cased addresses), sets what the host keeps itself (`accepted_at`, …),
    /// and notes what breaks a rule that this record and its version before can tell. `before` is absent for a new one.
    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid);

    /// Why this record may not be deleted, where it may not.
    fn stays(&self) -> Option<&'static str> {
        None
    }

    /// Its unique keys. No other record of this kind may have the same pair.
    fn keys(&self) -> Keys {
        Vec::new()
    }

    /// The records that it points at from within its fields, beside [`Entity::LINKS`], with the name of the field. Each
    /// must be there when it is new.
    fn links(&self) -> Vec<(&'static str, Reference)> {
        Vec::new()
    }
}

/// Numbers without gaps or repeats, several runs of them in a kind. The commit that makes a record belong to a run
/// gives it the next number of that run: one that conflicts or fails takes none.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// The field that has the number, and the name of the unique key that it makes with the run: `run:number`.
    pub field: &'static str,
    /// The run that a record belongs to; absent while it belongs to none.
    pub run: fn(&Data) -> Option<String>,
}

/// What the rules of a kind may know beside the record.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// The moment of the change.
    pub now: Instant,
    /// ISO 3166-1 alpha-2 code of the country whose national phone numbers are understood.
    pub region: String,
    /// The fields that the organisation has declared.
    pub custom: Arc<CustomFields>,
}

/// Fields that passed the rules of their kind.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// The fields, cleaned.
    pub data: Data,
    /// See [`Entity::keys`].
    pub keys: Keys,
    /// What they point at, with the name of the field: each must be there when it is new.
    pub links: Vec<(&'static str, Reference)>,
}

/// Checks the fields of a record against the rules of `E`.
///
/// # Errors
/// What is wrong, field by field: unknown fields, wrong types, broken rules.
pub fn admit<E: Entity>(before: Option<&Data>, after: Data, setting: &Setting) -> Result<Admitted, Invalid> {
    let earlier = before.map(|data| read::<E>(data.clone())).transpose()?;
    let mut entity = read::<E>(after)?;
    let mut invalid = Invalid::default();
    entity.admit(earlier.as_ref(), setting, &mut invalid);
    let keys = entity.keys();
    debug_assert!(E::KEYED || keys.is_empty(), "{} has keys and does not say so", E::KIND);
    let mut data = write(&entity)?;
    setting.custom.check(E::KIND, before, &mut data, &mut invalid);
    invalid.or(Admitted { keys, links: links(&entity, &data), data })
}

/// All that a record points at, with the name of the field. `data` are the fields of `entity`.
pub fn links<E: Entity>(entity: &E, data: &Data) -> Vec<(&'static str, Reference)> {
    let own = E::LINKS.iter().filter_map(|link| Some((link.field, link.read(data)?)));
    own.chain(entity.links()).collect()
}

/// The unique keys of a record of these fields, which were admitted.
pub(super) fn keys<E: Entity>(data: &Data) -> Result<Keys, Invalid> {
    Ok(read::<E>(data.clone())?.keys())
}

/// Sets a field that the host keeps. `before` is what it was and `kept` what it shall be; notes where somebody gave it
/// a third value.
pub(super) fn keep<T: PartialEq>(given: &mut T, before: T, kept: T, field: &str, invalid: &mut Invalid) {
    invalid.check(*given == before || *given == kept, field, "is kept by the host");
    *given = kept;
}

fn read<E: Entity>(data: Data) -> Result<E, Invalid> {
    serde_path_to_error::deserialize(Value::Object(data)).map_err(|error| {
        let pointer = pointer(error.path());
        Invalid::field(pointer, error.into_inner().to_string())
    })
}

fn write<E: Entity>(entity: &E) -> Result<Data, Invalid> {
    match serde_json::to_value(entity) {
        Ok(Value::Object(data)) => Ok(data),
        Ok(_) => Err(Invalid::field("", "a record's fields must make an object")),
        Err(error) => Err(Invalid::field("", error.to_string())),
    }
}
