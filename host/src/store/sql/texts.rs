//! The words that records are found by.

use sqlx::Row as _;

use super::dialect::{DbConnection, among};
use super::facts::texts as listed;
use super::insert::{Into, insert};
use super::rows;
use crate::crm::search;
use crate::store::plan::{TEXT_COUNTER, TextRow};

const RECORD_TEXT: Into = Into {
    target: "record_text (number, record, kind, text)",
    columns: 4,
    tail: "ON CONFLICT (record) DO UPDATE SET text = excluded.text",
};
/// How many records are read at once.
const BATCH: i64 = 1_000;

/// Writes the words of records.
///
/// # Errors
/// The database's.
pub async fn put(connection: &mut DbConnection, all: &[&TextRow]) -> sqlx::Result<()> {
    let (mut kept, gone): (Vec<&TextRow>, Vec<&TextRow>) = all.iter().partition(|text| text.text.is_some());
    // SQLite's index of words writes out what it has gathered as soon as a number does not rise.
    kept.sort_unstable_by_key(|text| text.number);
    if !gone.is_empty() {
        sqlx::query(concat!("DELETE FROM record_text WHERE ", among!("record", "$1")))
            .bind(listed(gone.iter().map(|text| text.record)))
            .execute(&mut *connection)
            .await?;
    }
    insert(connection, &RECORD_TEXT, &kept, |query, text| {
        query
            .bind(text.number.cast_signed())
            .bind(text.record.to_string())
            .bind(text.kind.name())
            .bind(text.text.clone())
    })
    .await
}

/// Gives the records of a database that is older than full-text search their words. Does nothing where they have them.
///
/// # Errors
/// The database's.
pub async fn fill(connection: &mut DbConnection) -> sqlx::Result<()> {
    let known =
        sqlx::query("SELECT 1 FROM counter WHERE name = $1").bind(TEXT_COUNTER).fetch_optional(&mut *connection);
    if known.await?.is_some() {
        return Ok(());
    }
    let (mut number, mut last) = (0, String::new());
    loop {
        let found = sqlx::query(
            "SELECT id, kind, number, version, data, created_at, updated_at FROM record
             WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
        )
        .bind(&last)
        .bind(BATCH)
        .fetch_all(&mut *connection)
        .await?;
        let Some(end) = found.last() else { break };
        last = end.try_get("id")?;
        let records = found.iter().map(rows::record).collect::<sqlx::Result<Vec<_>>>()?;
        let mut all = Vec::new();
        for record in records.iter().filter(|record| !record.kind.spec().text.is_empty()) {
            number += 1;
            let text = Some(search::text_of(record));
            all.push(TextRow { record: record.id, kind: record.kind, number, text });
        }
        put(connection, &all.iter().collect::<Vec<_>>()).await?;
    }
    sqlx::query("INSERT INTO counter (name, value) VALUES ($1, $2)")
        .bind(TEXT_COUNTER)
        .bind(number.cast_signed())
        .execute(&mut *connection)
        .await?;
    if number > 0 {
        tracing::info!(records = number, "records can be searched now");
    }
    Ok(())
}
