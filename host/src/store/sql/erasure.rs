//! Taking a person out of the database: of records and what they were, of runs, and of what waits.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};
use sqlx::Row;

use super::dialect::{self, DbConnection, among};
use super::facts::texts as listed;
use super::{SqlStore, rows, texts};
use crate::crm::change::Change;
use crate::crm::id::Id;
use crate::crm::record::Record;
use crate::crm::search;
use crate::store::erasure::Erasure;
use crate::store::plan::TextRow;

/// Columns of JSON about records, in which the person may be named: table, row, column.
const ABOUT: [(&str, &str, &str); 12] = [
    ("delivery", "id", "payload"),
    ("dead_delivery", "id", "payload"),
    ("dead_delivery", "id", "reason"),
    ("dead_delivery", "id", "fault"),
    ("timer", "plugin || '/' || key", "payload"),
    ("run", "id", "log"),
    ("run", "id", "effects"),
    ("run", "id", "error"),
    ("run", "id", "fault"),
    ("shadow_trial", "id", "missing"),
    ("shadow_trial", "id", "added"),
    ("shadow_trial", "id", "error"),
];

impl SqlStore {
    pub(super) async fn erase_person(&self, erasure: Erasure) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let mut own: HashSet<Id> = erasure.own.iter().copied().collect();
        own.extend(tombstones(&mut transaction, &erasure).await?);
        let about_them = erasure.about.iter().filter(|id| !own.contains(*id));
        let all: Vec<Id> = own.iter().chain(about_them).copied().collect();
        let ids = listed(all.iter());
        // The audit's trigger lets the entries of these records be redacted as long as they stand here.
        sqlx::query(dialect::ERASING).bind(&ids).execute(&mut *transaction).await?;
        let mut changed = Vec::new();
        for id in all {
            changed.extend(record(&mut transaction, &erasure, id, own.contains(&id)).await?);
        }
        for (table, row, column) in ABOUT {
            about(&mut transaction, &erasure, (table, row, column), &ids).await?;
        }
        state(&mut transaction, &erasure).await?;
        sqlx::query("DELETE FROM erasing").execute(&mut *transaction).await?;
        transaction.commit().await?;
        for (record, deleted) in &changed {
            self.cache.committed(record, *deleted);
        }
        Ok(changed.len() as u64)
    }
}

/// Deleted records of the person: listings do not find them, and what they were is still there.
async fn tombstones(connection: &mut DbConnection, erasure: &Erasure) -> sqlx::Result<Vec<Id>> {
    let found = sqlx::query(dialect::TOMBSTONES).bind(listed(erasure.keys.iter())).fetch_all(connection).await?;
    found.iter().map(|row| rows::parsed(row, "id")).collect()
}

/// Redacts one record, and all that it was. The record with whether it is deleted, where that changed it.
async fn record(
    connection: &mut DbConnection,
    erasure: &Erasure,
    id: Id,
    own: bool,
) -> sqlx::Result<Option<(Arc<Record>, bool)>> {
    let Some(row) =
        sqlx::query("SELECT * FROM record WHERE id = $1").bind(id.to_string()).fetch_optional(&mut *connection).await?
    else {
        return Ok(None);
    };
    let deleted = row.try_get::<Option<i64>, _>("deleted_at")?.is_some();
    let before = rows::record(&row)?;
    history(connection, erasure, id, own).await?;
    let data = erasure.redaction.data(before.kind, own, &before.data);
    if data == *before.data {
        return Ok(None);
    }
    let (version, updated_at) = (before.version + 1, erasure.at);
    let after = Arc::new(Record { version, updated_at, data: Arc::new(data), ..(*before).clone() });
    sqlx::query("UPDATE record SET version = $1, data = $2, updated_at = $3 WHERE id = $4")
        .bind(version.cast_signed())
        .bind(dialect::document(&after.data))
        .bind(updated_at.micros())
        .bind(id.to_string())
        .execute(&mut *connection)
        .await?;
    if own {
        sqlx::query("DELETE FROM record_key WHERE record = $1 AND key IN ('phone', 'email')")
            .bind(id.to_string())
            .execute(&mut *connection)
            .await?;
    }
    if !deleted {
        let text = TextRow { record: id, kind: after.kind, number: 0, text: Some(search::text_of(&after)) };
        if !after.kind.spec().text.is_empty() {
            texts::put(connection, &[&text]).await?;
        }
        note(connection, erasure, &before, &after, own).await?;
    }
    Ok(Some((after, deleted)))
}

/// Redacts the audit and the events of a record.
async fn history(connection: &mut DbConnection, erasure: &Erasure, id: Id, own: bool) -> sqlx::Result<()> {
    let found = sqlx::query(
        "SELECT a.id, a.kind, a.diff, e.data FROM audit a LEFT JOIN event e ON e.id = a.id WHERE a.record = $1",
    )
    .bind(id.to_string())
    .fetch_all(&mut *connection)
    .await?;
    for row in found {
        let (entry, kind) = (row.try_get::<i64, _>("id")?, rows::parsed(&row, "kind")?);
        let diff: Map<String, Value> = rows::json(&row, "diff")?;
        let diff = Value::Object(erasure.redaction.diff(kind, own, &diff)).to_string();
        sqlx::query("UPDATE audit SET diff = $1 WHERE id = $2 AND diff <> $1")
            .bind(diff)
            .bind(entry)
            .execute(&mut *connection)
            .await?;
        if let Some(data) = row.try_get::<Option<&str>, _>("data")? {
            let data = serde_json::from_str(data).map_err(rows::decode)?;
            let data = Value::Object(erasure.redaction.data(kind, own, &data)).to_string();
            sqlx::query("UPDATE event SET data = $1 WHERE id = $2")
                .bind(data)
                .bind(entry)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// Notes in the audit that the record was redacted: which fields, by whom, and nothing of what they were.
async fn note(
    connection: &mut DbConnection,
    erasure: &Erasure,
    before: &Arc<Record>,
    after: &Arc<Record>,
    own: bool,
) -> sqlx::Result<()> {
    let change = Change { before: Some(before.clone()), after: Some(after.clone()) };
    let diff = erasure.redaction.diff(after.kind, own, &change.diff());
    let row = sqlx::query(
        "INSERT INTO counter (name, value) VALUES ('audit', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1
         RETURNING value",
    )
    .fetch_one(&mut *connection)
    .await?;
    let number: i64 = row.try_get("value")?;
    let (actor, actor_id) = rows::actor_columns(&erasure.actor);
    sqlx::query(
        "INSERT INTO audit (id, at, name, kind, record, version, actor, actor_id, root, depth, diff)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $1, 0, $9)",
    )
    .bind(number)
    .bind(erasure.at.micros())
    .bind(crate::crm::event::name(&change))
    .bind(after.kind.name())
    .bind(after.id.to_string())
    .bind(after.version.cast_signed())
    .bind(actor)
    .bind(actor_id)
    .bind(Value::Object(diff).to_string())
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO event (id, number, created_at, before_updated_at, data) VALUES ($1, $2, $3, $4, $5)")
        .bind(number)
        .bind(after.number.map(u64::cast_signed))
        .bind(after.created_at.micros())
        .bind(before.updated_at.micros())
        .bind(serde_json::to_string(&*after.data).unwrap_or_default())
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// Takes the person's words out of a column, in rows about these records.
async fn about(
    connection: &mut DbConnection,
    erasure: &Erasure,
    (table, id, column): (&str, &str, &str),
    ids: &str,
) -> sqlx::Result<()> {
    let mut among = among!("record", "$1").to_owned();
    if table == "run" {
        among +=
            concat!(" OR id IN (SELECT a.run FROM audit a WHERE a.run IS NOT NULL AND ", among!("a.record", "$1"), ")");
    }
    // The names stand in this file.
    let read = format!("SELECT {id} AS row, {column} AS text FROM {table} WHERE {column} IS NOT NULL AND ({among})");
    let found = sqlx::query(sqlx::AssertSqlSafe(read)).bind(ids).fetch_all(&mut *connection).await?;
    for row in found {
        let text: &str = row.try_get("text")?;
        let left = redacted(erasure, text);
        if left == text {
            continue;
        }
        let write = sqlx::AssertSqlSafe(format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2"));
        let query = sqlx::query(write).bind(left);
        let query = match row.try_get::<i64, _>("row") {
            Ok(number) => query.bind(number),
            Err(_) => query.bind(row.try_get::<String, _>("row")?),
        };
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

/// Plugins may have noted the person in their state.
async fn state(connection: &mut DbConnection, erasure: &Erasure) -> sqlx::Result<()> {
    let found =
        sqlx::query("SELECT plugin, key, value FROM state WHERE value IS NOT NULL").fetch_all(&mut *connection).await?;
    for row in found {
        let text: &str = row.try_get("value")?;
        let left = redacted(erasure, text);
        if left == text {
            continue;
        }
        sqlx::query("UPDATE state SET value = $1, version = version + 1 WHERE plugin = $2 AND key = $3")
            .bind(left)
            .bind(row.try_get::<&str, _>("plugin")?)
            .bind(row.try_get::<&str, _>("key")?)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// JSON stays JSON.
fn redacted(erasure: &Erasure, text: &str) -> String {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let left = erasure.redaction.value(&value);
            if left == value { text.to_owned() } else { left.to_string() }
        }
        Err(_) => erasure.redaction.text(text),
    }
}
