//! Rows of the database as the domain's types, and back.

use std::sync::Arc;

use serde_json::{Map, Value};
use sqlx::Row;

use super::dialect::{DbRow, document_text};
use crate::crm::change::Change;
use crate::crm::event::{Cause, Event, Tick, Timer, Trigger};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::record::{Actor, Record, Reference};
use crate::store::audit::AuditEntry;

/// A stored value that is not what it should be.
pub fn decode(error: impl std::error::Error + Send + Sync + 'static) -> sqlx::Error {
    sqlx::Error::Decode(Box::new(error))
}

/// A moment.
pub fn instant(row: &DbRow, column: &str) -> sqlx::Result<Instant> {
    row.try_get(column).map(Instant::from_micros)
}

/// A moment that may be absent.
pub fn instant_maybe(row: &DbRow, column: &str) -> sqlx::Result<Option<Instant>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_micros))
}

/// A number that is never negative.
pub fn number(row: &DbRow, column: &str) -> sqlx::Result<u64> {
    row.try_get::<i64, _>(column).map(i64::cast_unsigned)
}

/// A number that may be absent.
pub fn number_maybe(row: &DbRow, column: &str) -> sqlx::Result<Option<u64>> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(i64::cast_unsigned))
}

/// A count that fits 32 bits.
pub fn count(row: &DbRow, column: &str) -> sqlx::Result<u32> {
    row.try_get::<i64, _>(column).map(|value| u32::try_from(value).unwrap_or(u32::MAX))
}

/// A text that parses.
pub fn parsed<T>(row: &DbRow, column: &str) -> sqlx::Result<T>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.try_get::<&str, _>(column)?.parse().map_err(decode)
}

/// A text that parses, or nothing.
pub fn parsed_maybe<T>(row: &DbRow, column: &str) -> sqlx::Result<Option<T>>
where
    T: std::str::FromStr,
    T::Err: std::error::Error + Send + Sync + 'static,
{
    row.try_get::<Option<&str>, _>(column)?.map(|text| text.parse().map_err(decode)).transpose()
}

/// JSON.
pub fn json<T: serde::de::DeserializeOwned>(row: &DbRow, column: &str) -> sqlx::Result<T> {
    serde_json::from_str(row.try_get(column)?).map_err(decode)
}

/// JSON that may be absent.
pub fn json_maybe<T: serde::de::DeserializeOwned>(row: &DbRow, column: &str) -> sqlx::Result<Option<T>> {
    row.try_get::<Option<&str>, _>(column)?.map(|text| serde_json::from_str(text).map_err(decode)).transpose()
}

/// Columns `id, kind, number, version, data, created_at, updated_at`.
pub fn record(row: &DbRow) -> sqlx::Result<Arc<Record>> {
    Ok(Arc::new(Record {
        kind: parsed(row, "kind")?,
        id: parsed(row, "id")?,
        number: number_maybe(row, "number")?,
        version: number(row, "version")?,
        created_at: instant(row, "created_at")?,
        updated_at: instant(row, "updated_at")?,
        data: Arc::new(serde_json::from_str(document_text(row, "data")?).map_err(decode)?),
    }))
}

/// Columns `kind, record`.
pub fn reference_maybe(row: &DbRow) -> sqlx::Result<Option<Reference>> {
    let kind = parsed_maybe::<Kind>(row, "kind")?;
    let id = parsed_maybe::<Id>(row, "record")?;
    Ok(kind.zip(id).map(|(kind, id)| Reference { kind, id }))
}

/// An actor as two columns: what it is, and which.
pub fn actor_columns(actor: &Actor) -> (&'static str, String) {
    match actor {
        Actor::User(id) => ("user", id.to_string()),
        Actor::Plugin(name) => ("plugin", name.clone()),
        Actor::System(name) => ("system", name.clone()),
    }
}

/// Columns `actor, actor_id`.
pub fn actor(row: &DbRow) -> sqlx::Result<Actor> {
    Ok(match row.try_get::<&str, _>("actor")? {
        "user" => Actor::User(parsed(row, "actor_id")?),
        "plugin" => Actor::Plugin(row.try_get("actor_id")?),
        _ => Actor::System(row.try_get("actor_id")?),
    })
}

/// All columns of `audit`.
pub fn audit(row: &DbRow) -> sqlx::Result<AuditEntry> {
    Ok(AuditEntry {
        id: number(row, "id")?,
        at: instant(row, "at")?,
        name: row.try_get("name")?,
        record: Reference { kind: parsed(row, "kind")?, id: parsed(row, "record")? },
        version: number(row, "version")?,
        by: actor(row)?,
        run: parsed_maybe(row, "run")?,
        cause: Cause {
            event: number_maybe(row, "cause")?,
            run: parsed_maybe(row, "cause_run")?,
            root: number_maybe(row, "root")?,
            depth: count(row, "depth")?,
        },
        diff: json(row, "diff")?,
    })
}

/// The columns of `audit`, and of `event` under the names `e_number, e_created_at, e_before_updated_at, e_data`.
pub fn event(row: &DbRow) -> sqlx::Result<Event> {
    let entry = audit(row)?;
    let created_at = instant(row, "e_created_at")?;
    let number = number_maybe(row, "e_number")?;
    let after_data: Option<Map<String, Value>> =
        row.try_get::<Option<&str>, _>("e_data")?.map(|text| serde_json::from_str(text).map_err(decode)).transpose()?;
    let record = |version, updated_at, data| {
        Arc::new(Record {
            kind: entry.record.kind,
            id: entry.record.id,
            number,
            version,
            created_at,
            updated_at,
            data: Arc::new(data),
        })
    };
    let before = row.try_get::<Option<i64>, _>("e_before_updated_at")?.map(|updated_at| {
        let data = data_before(after_data.clone().unwrap_or_default(), &entry.diff);
        record(entry.version - 1, Instant::from_micros(updated_at), data)
    });
    let after = after_data.map(|data| record(entry.version, entry.at, data));
    Ok(Event {
        id: entry.id,
        name: entry.name,
        at: entry.at,
        by: entry.by,
        run: entry.run,
        about: entry.record,
        changed: entry.diff.keys().cloned().collect(),
        change: Change { before, after },
        root: entry.cause.root.unwrap_or(entry.id),
        depth: entry.cause.depth,
    })
}

/// A record's fields before the change that the diff tells.
fn data_before(mut data: Map<String, Value>, diff: &Map<String, Value>) -> Map<String, Value> {
    for (name, values) in diff {
        match values.get(0) {
            None | Some(Value::Null) => data.shift_remove(name),
            Some(old) => data.insert(name.clone(), old.clone()),
        };
    }
    data
}

/// What a delivery carries when it is no event.
pub fn payload(trigger: &Trigger) -> Option<String> {
    match trigger {
        Trigger::Timer(timer) => Some(serde_json::json!({ "timer": timer }).to_string()),
        Trigger::Tick(tick) => Some(serde_json::json!({ "tick": tick }).to_string()),
        Trigger::Event(_) | Trigger::Command(_) => None,
    }
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Payload {
    Timer(Timer),
    Tick(Tick),
}

/// The trigger of a delivery that is no event.
pub fn trigger(payload: &str) -> sqlx::Result<Trigger> {
    Ok(match serde_json::from_str(payload).map_err(decode)? {
        Payload::Timer(timer) => Trigger::Timer(timer),
        Payload::Tick(tick) => Trigger::Tick(tick),
    })
}
