//! What the tests of the kinds share.

use serde_json::Value;

use super::entity::{Admitted, Setting};
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;

/// The moment of every change in these tests: 2026-01-15T12:00:00Z.
pub const NOW: Instant = Instant::from_micros(1_768_478_400_000_000);

/// What the kind's rules make of the fields.
pub fn admit(kind: Kind, before: Option<&Value>, after: Value) -> Result<Admitted, Invalid> {
    let setting = Setting { now: NOW, region: "DE".to_owned(), ..Setting::default() };
    let object = |value: Value| match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is not an object"),
    };
    let before = before.cloned().map(object);
    (kind.spec().admit)(before.as_ref(), object(after), &setting)
}

/// The fields as they are admitted.
#[track_caller]
pub fn admitted(kind: Kind, before: Option<&Value>, after: Value) -> Value {
    match admit(kind, before, after) {
        Ok(admitted) => Value::Object(admitted.data),
        Err(invalid) => panic!("refused: {invalid}"),
    }
}

/// The JSON Pointers of what is wrong with them.
#[track_caller]
pub fn refused(kind: Kind, before: Option<&Value>, after: Value) -> Vec<String> {
    match admit(kind, before, after) {
        Ok(admitted) => panic!("admitted: {}", Value::Object(admitted.data)),
        Err(invalid) => invalid.0.into_iter().map(|error| error.field).collect(),
    }
}

/// The fields, some of them set otherwise by a merge patch.
pub fn with(fields: &Value, patch: Value) -> Value {
    super::patch::apply(fields.clone(), &patch)
}
