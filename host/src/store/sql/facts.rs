//! Reads what a batch of commits rests on: one statement for each sort of fact, and only for those that the batch needs.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Value, json};
use sqlx::Row;

use super::dialect::{self, DbConnection, among, among_numbers, each, living};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::store::commit::Commit;
use crate::store::lanes::LaneKey;
use crate::store::plan::{Facts, LeaseFact};

/// Reads the facts for a batch.
///
/// # Errors
/// The database's.
pub async fn read(connection: &mut DbConnection, batch: &[&Commit]) -> sqlx::Result<Facts> {
    let mut facts = Facts { counters: counters(connection).await?, ..Facts::default() };
    versions(connection, batch, &mut facts).await?;
    keys(connection, batch, &mut facts).await?;
    state(connection, batch, &mut facts).await?;
    leases(connection, batch, &mut facts).await?;
    idempotency(connection, batch, &mut facts).await?;
    let mut lanes: HashSet<LaneKey> = facts.leases.values().map(|fact| fact.lane.clone()).collect();
    for commit in batch {
        for new in &commit.deliveries {
            let about = commit.changes.get(new.change).and_then(|keyed| keyed.change.reference());
            if let Some(about) = about {
                lanes.insert(LaneKey { plugin: new.plugin.clone(), lane: about.id.to_string() });
            }
        }
        if !commit.deliveries.is_empty() && facts.holds.is_empty() {
            facts.holds = holds(connection).await?;
        }
    }
    note_lanes(connection, &lanes, &mut facts).await?;
    Ok(facts)
}

/// The numbers given out last.
///
/// # Errors
/// The database's.
pub async fn counters(connection: &mut DbConnection) -> sqlx::Result<HashMap<String, u64>> {
    let rows = sqlx::query("SELECT name, value FROM counter").fetch_all(connection).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get::<i64, _>(1)?.cast_unsigned()))).collect()
}

/// Notes the first two deliveries of each lane.
///
/// # Errors
/// The database's.
pub async fn note_lanes(
    connection: &mut DbConnection,
    lanes: &HashSet<LaneKey>,
    facts: &mut Facts,
) -> sqlx::Result<()> {
    if lanes.is_empty() {
        return Ok(());
    }
    let asked: Vec<Value> = lanes.iter().map(|key| json!([&*key.plugin, key.lane])).collect();
    let rows = sqlx::query(dialect::LANES).bind(Value::from(asked).to_string()).fetch_all(connection).await?;
    for row in rows {
        let lane = LaneKey { plugin: Arc::from(row.try_get::<&str, _>(0)?), lane: row.try_get(1)? };
        facts.lanes.note(lane, [row.try_get::<i64, _>(2)?.cast_unsigned()]);
    }
    Ok(())
}

async fn versions(connection: &mut DbConnection, batch: &[&Commit], facts: &mut Facts) -> sqlx::Result<()> {
    let mut ids: HashSet<Id> = HashSet::new();
    for commit in batch {
        ids.extend(commit.changes.iter().filter_map(|keyed| keyed.change.before.as_ref().map(|record| record.id)));
        ids.extend(commit.reads.iter().map(|(id, _)| *id));
    }
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(concat!(
        "SELECT id, version FROM record WHERE ",
        among!("id", "$1"),
        " AND ",
        living!("deleted_at")
    ))
    .bind(texts(ids.iter()))
    .fetch_all(connection)
    .await?;
    for row in rows {
        let id = row.try_get::<&str, _>(0)?.parse().map_err(super::rows::decode)?;
        facts.versions.insert(id, row.try_get::<i64, _>(1)?.cast_unsigned());
    }
    Ok(())
}

async fn keys(connection: &mut DbConnection, batch: &[&Commit], facts: &mut Facts) -> sqlx::Result<()> {
    let mut asked = Vec::new();
    for keyed in batch.iter().flat_map(|commit| &commit.changes) {
        if let Some(after) = &keyed.change.after {
            asked.extend(keyed.keys.iter().map(|(key, value)| json!([after.kind.name(), key, value])));
        }
    }
    facts.keys = holders(connection, asked).await?;
    Ok(())
}

/// Who has unique keys: arrays of kind, key kind and value.
///
/// # Errors
/// The database's.
pub async fn holders(
    connection: &mut DbConnection,
    asked: Vec<Value>,
) -> sqlx::Result<HashMap<(Kind, String, String), Id>> {
    let mut found = HashMap::new();
    if asked.is_empty() {
        return Ok(found);
    }
    let rows = sqlx::query(concat!(
        "SELECT k.kind, k.key, k.value, k.record FROM ",
        each!("$1"),
        "
         JOIN record_key k ON k.kind = (j.value ->> 0) AND k.key = (j.value ->> 1) AND k.value = (j.value ->> 2)"
    ))
    .bind(Value::from(asked).to_string())
    .fetch_all(connection)
    .await?;
    for row in rows {
        let kind: Kind = row.try_get::<&str, _>(0)?.parse().map_err(super::rows::decode)?;
        let record = row.try_get::<&str, _>(3)?.parse().map_err(super::rows::decode)?;
        found.insert((kind, row.try_get(1)?, row.try_get(2)?), record);
    }
    Ok(found)
}

async fn state(connection: &mut DbConnection, batch: &[&Commit], facts: &mut Facts) -> sqlx::Result<()> {
    let asked: Vec<Value> = batch
        .iter()
        .flat_map(|commit| &commit.state)
        .flat_map(|state| state.reads.iter().map(|(key, _)| json!([state.plugin, key])))
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(concat!(
        "SELECT s.plugin, s.key, s.version FROM ",
        each!("$1"),
        "
         JOIN state s ON s.plugin = (j.value ->> 0) AND s.key = (j.value ->> 1)"
    ))
    .bind(Value::from(asked).to_string())
    .fetch_all(connection)
    .await?;
    for row in rows {
        facts.state.insert((row.try_get(0)?, row.try_get(1)?), row.try_get::<i64, _>(2)?.cast_unsigned());
    }
    Ok(())
}

async fn leases(connection: &mut DbConnection, batch: &[&Commit], facts: &mut Facts) -> sqlx::Result<()> {
    let asked: Vec<u64> =
        batch.iter().filter_map(|commit| commit.delivery.as_ref()).map(|(lease, _)| lease.delivery).collect();
    if asked.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(concat!("SELECT id, lease, plugin, lane FROM delivery WHERE ", among_numbers!("id", "$1")))
        .bind(Value::from(asked).to_string())
        .fetch_all(connection)
        .await?;
    for row in rows {
        let lane = LaneKey { plugin: Arc::from(row.try_get::<&str, _>(2)?), lane: row.try_get(3)? };
        let fact = LeaseFact { token: row.try_get(1)?, lane };
        facts.leases.insert(row.try_get::<i64, _>(0)?.cast_unsigned(), fact);
    }
    Ok(())
}

async fn idempotency(connection: &mut DbConnection, batch: &[&Commit], facts: &mut Facts) -> sqlx::Result<()> {
    let asked: Vec<Value> = batch
        .iter()
        .filter_map(|commit| commit.idempotency.as_ref())
        .map(|idempotency| json!([idempotency.actor, idempotency.key]))
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(concat!(
        "SELECT i.actor, i.key FROM ",
        each!("$1"),
        "
         JOIN idempotency i ON i.actor = (j.value ->> 0) AND i.key = (j.value ->> 1)"
    ))
    .bind(Value::from(asked).to_string())
    .fetch_all(connection)
    .await?;
    for row in rows {
        facts.used.insert((row.try_get(0)?, row.try_get(1)?));
    }
    Ok(())
}

/// Which plugins are held for which records. There are few of them, if any.
///
/// # Errors
/// The database's.
pub async fn holds(connection: &mut DbConnection) -> sqlx::Result<HashSet<(String, Id)>> {
    let rows = sqlx::query("SELECT plugin, record FROM hold").fetch_all(connection).await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, row.try_get::<&str, _>(1)?.parse().map_err(super::rows::decode)?)))
        .collect()
}

/// A JSON array of texts.
pub fn texts<T: ToString>(values: impl Iterator<Item = T>) -> String {
    Value::from(values.map(|value| value.to_string()).collect::<Vec<_>>()).to_string()
}
