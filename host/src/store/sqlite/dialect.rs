//! What SQLite says in its own words.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Map, Value};
use sqlx::QueryBuilder;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, Transaction};
use tokio::sync::{Mutex, MutexGuard};

use crate::crm::event::Event;
use crate::crm::field::Shape;
use crate::crm::kind::Kind;
use crate::crm::search::Words;
use crate::store::Feed;
use crate::store::plan::Plan;

pub use sqlx::Sqlite as Driver;
pub use sqlx::sqlite::{SqliteArguments as Arguments, SqliteConnection as DbConnection, SqliteRow as DbRow};

/// The one connection that writes, and how it is made.
pub struct WriteConnection {
    options: SqliteConnectOptions,
    connection: Mutex<SqliteConnection>,
}

impl WriteConnection {
    pub fn new(options: SqliteConnectOptions, connection: SqliteConnection) -> Self {
        Self { options, connection: Mutex::new(connection) }
    }
}

/// The one connection that writes.
pub type Writers = Arc<WriteConnection>;
/// The right to write.
pub type Guard<'a> = MutexGuard<'a, SqliteConnection>;

/// A column's value is among the texts of a JSON array.
macro_rules! among {
    ($column:literal, $list:literal) => {
        concat!($column, " IN (SELECT value FROM json_each(", $list, "))")
    };
}
/// A column's value is among the numbers of a JSON array.
macro_rules! among_numbers {
    ($column:literal, $list:literal) => {
        concat!($column, " IN (SELECT value FROM json_each(", $list, "))")
    };
}
/// The members of a JSON array, as `j.value`.
macro_rules! each {
    ($list:literal) => {
        concat!("json_each(", $list, ") j")
    };
}
/// What a process had taken that works no more; `$1` is this one's token.
macro_rules! mine_abandoned {
    () => {
        "lease IS NOT NULL AND lease <> $1"
    };
}
/// The record in that column is not deleted.
macro_rules! living {
    ($column:literal) => {
        concat!($column, " IS NULL")
    };
}
pub(super) use {among, among_numbers, each, living, mine_abandoned};

/// `SELECT` of the texts of a JSON array: what stands before the array and after it.
pub const TEXTS: (&str, &str) = ("SELECT value FROM json_each(", ")");
/// The members of a JSON array, as `j.value`: what stands before the array and after it.
pub const EACH: (&str, &str) = ("json_each(", ") j");
/// What follows a text that others are compared with, byte by byte.
pub const BYTES: &str = "";
/// The stage that an audit entry `a` tells.
pub const STAGE_AFTER: &str = "a.diff ->> '$.stage[1]'";
/// Whether an audit entry `a` tells of a field: what stands before its name and after it.
pub const CHANGED: (&str, &str) = ("EXISTS (SELECT 1 FROM json_each(a.diff) WHERE key = ", ")");
/// The first two deliveries of each lane: plugin, lane, id.
pub const LANES: &str = "SELECT j.value ->> 0, j.value ->> 1, d.id FROM json_each($1) j
    JOIN delivery d ON d.id IN (SELECT id FROM delivery
      WHERE plugin = (j.value ->> 0) AND lane = (j.value ->> 1) ORDER BY id LIMIT 2)
    ORDER BY d.id";
/// Takes deliveries that are ready, so many of each plugin: `$1` whose they are then, `$2` now, `$3` the plugins, `$4` how many.
pub const CLAIM: &str = "UPDATE delivery SET lease = $1 WHERE id IN (
    SELECT d.id FROM json_each($3) p JOIN delivery d ON d.id IN (SELECT id FROM delivery
      WHERE plugin = p.value AND ready = 1 AND lease IS NULL AND due_at <= $2 ORDER BY due_at, id LIMIT $4)) RETURNING id";
/// When the next delivery of these plugins is due: one row a plugin.
pub const DUE: &str = "SELECT (SELECT min(due_at) FROM delivery WHERE plugin = p.value AND ready = 1 AND lease IS NULL)
    FROM json_each($1) p";
/// Notes whom a person is taken out of.
pub const ERASING: &str = "INSERT INTO erasing (record) SELECT DISTINCT value FROM json_each($1)";
/// Deleted records that have one of these phone numbers and addresses.
pub const TOMBSTONES: &str = "SELECT r.id FROM record r
    WHERE r.deleted_at IS NOT NULL AND r.kind IN ('contact', 'lead', 'call')
    AND EXISTS (SELECT 1 FROM json_each($1) w WHERE w.value IN (r.data ->> '$.phone', r.data ->> '$.email')
      OR w.value IN (SELECT value FROM json_each(r.data, '$.phones'))
      OR w.value IN (SELECT value FROM json_each(r.data, '$.emails')))";
/// Where absent values stand, rising and falling: SQLite puts them first by itself.
pub const NULLS: (&str, &str) = ("", "");
/// A member of an array, as [`members`] gives it.
pub const MEMBER: &str = "value";
/// Whether a commit that reports a fault may have been done all the same.
pub const COMMIT_MAY_HAVE_BEEN_DONE: bool = false;

/// The place of a bound value in a long statement.
pub fn placeholder(_number: usize) -> String {
    "?".to_owned()
}

/// Where a field's value stands, in the very words of the indexes.
pub fn path(path: &[&str], _shape: Shape) -> String {
    let step = |name: &&str| {
        if name.bytes().all(|b| b.is_ascii_digit()) { format!("[{name}]") } else { format!(".{name}") }
    };
    format!("r.data ->> '${}'", path.iter().map(step).collect::<String>())
}

/// How many of the records that have the words are looked at: the newest.
const FOUND: &str = "10000";

/// Adds that the record has these words.
pub fn push_words(sql: &mut QueryBuilder<Driver>, kind: Kind, words: &Words) {
    let each: Vec<_> = words.iter().map(|word| format!("\"{word}\" *")).collect();
    let asked = format!("{{kind}} : {} AND {{text}} : ({})", kind.name().replace('_', ""), each.join(" AND "));
    sql.push(" AND r.id IN (SELECT t.record FROM record_text t WHERE t.number IN (");
    sql.push("SELECT rowid FROM record_words WHERE record_words MATCH ").push_bind(asked);
    sql.push(" ORDER BY rowid DESC LIMIT ").push(FOUND).push("))");
}

/// The members of an array of a record.
pub fn members(array: &str) -> String {
    format!("json_each(r.data, '$.{array}')")
}

/// The members of an array of the record `r`.
pub fn elements(array: &str, alias: &str) -> String {
    format!("json_each(r.data, '$.{array}') {alias}")
}

/// Words whose paths into JSON are SQLite's.
pub fn paths(words: &str) -> Cow<'_, str> {
    Cow::Borrowed(words)
}

/// Which index a table is read by: SQLite has no figures to choose it by, and chooses wrong.
pub fn indexed_by(index: &str) -> String {
    format!(" INDEXED BY {index}")
}

/// Seconds since 1970 of a moment that is written out.
pub fn seconds(moment: &str) -> String {
    format!("unixepoch({moment})")
}

/// True or false, as [`path`] shows it.
pub fn flag(flag: bool) -> i64 {
    i64::from(flag)
}

/// A record's fields as they are bound.
pub fn document(data: &Map<String, Value>) -> String {
    serde_json::to_string(data).unwrap_or_default()
}

/// A record's fields as they stand in a row.
pub fn document_text<'r>(row: &'r SqliteRow, column: &str) -> sqlx::Result<&'r str> {
    row.try_get(column)
}

/// The connection that writes, once nobody else does.
pub async fn write(writers: &Writers) -> sqlx::Result<Guard<'_>> {
    let mut connection = writers.connection.lock().await;
    if connection.is_in_transaction() {
        // One that was given up is rolled back before the next statement. Where SQLite has done so by itself, as on a full
        // disk, sqlx never notices, and begins no other on that connection.
        let alive = connection.ping().await.is_ok();
        if !alive || connection.is_in_transaction() {
            *connection = writers.options.connect().await?;
        }
    }
    Ok(connection)
}

/// Begins to write.
pub async fn begin(connection: &mut SqliteConnection) -> sqlx::Result<Transaction<'_, Driver>> {
    connection.begin_with("BEGIN IMMEDIATE").await
}

/// Begins to claim.
pub async fn begin_claim(connection: &mut SqliteConnection) -> sqlx::Result<Transaction<'_, Driver>> {
    begin(connection).await
}

/// No other process is there to be told.
pub async fn announce(_connection: &mut SqliteConnection, _plan: &Plan, _token: i64) -> sqlx::Result<()> {
    Ok(())
}

/// No other process is there to be told.
pub async fn announce_catalogue(_connection: &mut SqliteConnection, _token: i64) -> sqlx::Result<()> {
    Ok(())
}

/// Tells events as they are committed: here one process commits all.
pub struct Tail;

impl Tail {
    pub async fn tell(&self, feed: &Feed, events: Vec<Arc<Event>>) {
        for event in events {
            let _ = feed.events.send(event);
        }
    }
}
