//! What PostgreSQL says in its own words.

use std::borrow::Cow;

use serde_json::{Map, Value};
use sqlx::QueryBuilder;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArgumentBuffer, PgConnection, PgPool, PgRow, PgTypeInfo, PgValueFormat};
use sqlx::{Connection, Encode, Row, Transaction, Type, ValueRef as _};

use super::node;
use crate::crm::field::Shape;
use crate::crm::kind::Kind;
use crate::crm::search::Words;
use crate::store::plan::Plan;

pub use super::tail::Tail;
pub use sqlx::Postgres as Driver;
pub use sqlx::postgres::{PgArguments as Arguments, PgConnection as DbConnection, PgRow as DbRow};

/// A pool of one: the connection that writes.
pub type Writers = PgPool;
/// The right to write.
pub type Guard<'a> = PoolConnection<Driver>;

/// A column's value is among the texts of a JSON array.
macro_rules! among {
    ($column:literal, $list:literal) => {
        concat!($column, " = ANY (ARRAY(SELECT jsonb_array_elements_text(", $list, "::jsonb)))")
    };
}
/// A column's value is among the numbers of a JSON array.
macro_rules! among_numbers {
    ($column:literal, $list:literal) => {
        concat!($column, " = ANY (ARRAY(SELECT jsonb_array_elements_text(", $list, "::jsonb)::bigint))")
    };
}
/// The members of a JSON array, as `j.value`.
macro_rules! each {
    ($list:literal) => {
        concat!("jsonb_array_elements(", $list, "::jsonb) j(value)")
    };
}
/// What a process had taken that works no more; `$1` is this one's token.
macro_rules! mine_abandoned {
    () => {
        concat!(
            "lease IS NOT NULL AND lease <> $1 AND NOT EXISTS (SELECT 1 FROM node n
               WHERE n.token = lease AND ",
            $crate::store::postgres::dialect::alive!("n.seen_at"),
            ")"
        )
    };
}
/// A host that was heard of then is alive: by the database's clock, since those of hosts differ.
macro_rules! alive {
    ($column:literal) => {
        concat!($column, " > clock_timestamp() - interval '15 seconds'")
    };
}
/// The record in that column is not deleted. Said so that the indexes over living records do not fit: while a table is
/// small one of them looks as good as that of ids, and the plan is kept when it has grown.
macro_rules! living {
    ($column:literal) => {
        concat!("coalesce(", $column, ", 0) = 0")
    };
}
pub(super) use {alive, among, among_numbers, each, living, mine_abandoned};

/// `SELECT` of the texts of a JSON array: what stands before the array and after it.
pub const TEXTS: (&str, &str) = ("SELECT jsonb_array_elements_text(", "::jsonb)");
/// The members of a JSON array, as `j.value`: what stands before the array and after it.
pub const EACH: (&str, &str) = ("jsonb_array_elements(", "::jsonb) j(value)");
/// What follows a text that others are compared with, byte by byte.
pub const BYTES: &str = " COLLATE \"C\"";
/// The stage that an audit entry `a` tells.
pub const STAGE_AFTER: &str = "a.diff::jsonb #>> '{stage,1}'";
/// Whether an audit entry `a` tells of a field: what stands before its name and after it.
pub const CHANGED: (&str, &str) = ("a.diff::jsonb ? ", "");
/// The first two deliveries of each lane: plugin, lane, id.
pub const LANES: &str = "SELECT j.value ->> 0, j.value ->> 1, d.id FROM jsonb_array_elements($1::jsonb) j(value)
    CROSS JOIN LATERAL (SELECT id FROM delivery
      WHERE plugin = (j.value ->> 0) AND lane = (j.value ->> 1) ORDER BY id LIMIT 2) d
    ORDER BY d.id";
/// Takes deliveries that are ready, so many of each plugin: `$1` whose they are then, `$2` now, `$3` the plugins, `$4` how many.
pub const CLAIM: &str = "UPDATE delivery SET lease = $1 WHERE id IN (
    SELECT d.id FROM jsonb_array_elements_text($3::jsonb) p(value) CROSS JOIN LATERAL (SELECT id FROM delivery
      WHERE plugin = p.value AND ready = 1 AND lease IS NULL AND due_at <= $2 ORDER BY due_at, id LIMIT $4
      FOR UPDATE SKIP LOCKED) d) RETURNING id";
/// When the next delivery of these plugins is due: one row a plugin.
pub const DUE: &str = "SELECT (SELECT min(due_at) FROM delivery WHERE plugin = p.value AND ready = 1 AND lease IS NULL)
    FROM jsonb_array_elements_text($1::jsonb) p(value)";
/// Notes whom a person is taken out of.
pub const ERASING: &str = "INSERT INTO erasing (record) SELECT DISTINCT jsonb_array_elements_text($1::jsonb)";
/// Deleted records that have one of these phone numbers and addresses.
pub const TOMBSTONES: &str = "SELECT r.id FROM record r
    WHERE r.deleted_at IS NOT NULL AND r.kind IN ('contact', 'lead', 'call')
    AND EXISTS (SELECT 1 FROM jsonb_array_elements($1::jsonb) w(value)
      WHERE w.value IN (r.data -> 'phone', r.data -> 'email')
      OR r.data -> 'phones' @> w.value OR r.data -> 'emails' @> w.value)";
/// Where absent values stand, rising and falling.
pub const NULLS: (&str, &str) = (" NULLS FIRST", " NULLS LAST");
/// A member of an array, as [`members`] gives it.
pub const MEMBER: &str = "(m.item #>> '{}')";
/// Whether a commit that reports a fault may have been done all the same: the connection may break on the way back.
pub const COMMIT_MAY_HAVE_BEEN_DONE: bool = true;

/// Which of the transaction's locks is the writer's: `takt`, in ASCII.
const BEGIN: &str = "BEGIN; SELECT pg_advisory_xact_lock(1952541556)";

/// The place of a bound value in a long statement.
pub fn placeholder(number: usize) -> String {
    format!("${number}")
}

/// Where a field's value stands, in the very words of the indexes.
pub fn path(path: &[&str], shape: Shape) -> String {
    let text = format!("(r.data #>> '{{{}}}')", path.join(","));
    match shape {
        Shape::Integer => format!("{text}::bigint"),
        // Declared later than some values were written: what is no number is none.
        Shape::Number => {
            let value = format!("r.data #> '{{{}}}'", path.join(","));
            format!("(CASE WHEN jsonb_typeof({value}) = 'number' THEN {text}::double precision END)")
        }
        _ => format!("({text} COLLATE \"C\")"),
    }
}

/// How many of the records that have the words are looked at: the newest.
const FOUND: &str = "10000";

/// Adds that the record has these words.
pub fn push_words(sql: &mut QueryBuilder<Driver>, kind: Kind, words: &Words) {
    let each: Vec<_> = words.iter().map(|word| format!("'{word}':*")).collect();
    sql.push(" AND r.id IN (SELECT t.record FROM record_text t WHERE t.kind = '").push(kind.name());
    sql.push("' AND array_to_tsvector(string_to_array(t.text, ' ')) @@ ").push_bind(each.join(" & "));
    sql.push("::tsquery ORDER BY t.number DESC LIMIT ").push(FOUND).push(")");
}

/// The members of an array of a record.
pub fn members(array: &str) -> String {
    format!("jsonb_path_query(r.data, '$.\"{}\"[*]') m(item)", array.replace('.', "\".\""))
}

/// The members of an array of the record `r`.
pub fn elements(array: &str, alias: &str) -> String {
    format!("LATERAL jsonb_path_query(r.data, '$.\"{array}\"[*]') {alias}(value)")
}

/// Words whose paths into JSON are SQLite's: `->> '$.a.b'` is `#>> '{a,b}'`.
pub fn paths(words: &str) -> Cow<'_, str> {
    const PATH: &str = "->> '$.";
    let mut said = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, after)) = rest.split_once(PATH) {
        let (path, left) = after.split_once('\'').unwrap_or((after, ""));
        said += &format!("{before}#>> '{{{}}}'", path.replace('.', ","));
        rest = left;
    }
    said += rest;
    Cow::Owned(said)
}

/// Which index a table is read by: PostgreSQL chooses itself.
pub fn indexed_by(_index: &str) -> &'static str {
    ""
}

/// Seconds since 1970 of a moment that is written out.
pub fn seconds(moment: &str) -> String {
    format!("floor(extract(epoch FROM ({moment})::timestamptz))::bigint")
}

/// True or false, as [`path`] shows it.
pub fn flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}

/// JSON on its way into a column of JSONB.
pub struct Document(String);

/// A record's fields as they are bound.
pub fn document(data: &Map<String, Value>) -> Document {
    Document(serde_json::to_string(data).unwrap_or_default())
}

impl Type<Driver> for Document {
    fn type_info() -> PgTypeInfo {
        <Value as Type<Driver>>::type_info()
    }
}

impl Encode<'_, Driver> for Document {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        // The version of the binary form, and then the text.
        buffer.push(1);
        buffer.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }
}

/// A record's fields as they stand in a row.
pub fn document_text<'r>(row: &'r PgRow, column: &str) -> sqlx::Result<&'r str> {
    let value = row.try_get_raw(column)?;
    let binary = value.format() == PgValueFormat::Binary && !value.is_null();
    let text = value.as_str().map_err(sqlx::Error::Decode)?;
    Ok(if binary { text.strip_prefix('\u{1}').unwrap_or(text) } else { text })
}

/// The connection that writes, once nobody else of this process does.
pub async fn write(writers: &Writers) -> sqlx::Result<Guard<'_>> {
    writers.acquire().await
}

/// Begins to write: one transaction of all hosts at a time, in one round trip.
pub async fn begin(connection: &mut PgConnection) -> sqlx::Result<Transaction<'_, Driver>> {
    connection.begin_with(BEGIN).await
}

/// Begins to claim: beside the others, since each row is locked and those that are locked are skipped.
pub async fn begin_claim(connection: &mut PgConnection) -> sqlx::Result<Transaction<'_, Driver>> {
    connection.begin().await
}

/// Tells the other hosts, once it is committed, what a plan means for them.
pub async fn announce(connection: &mut PgConnection, plan: &Plan, token: i64) -> sqlx::Result<()> {
    let due = plan.deliveries.iter().any(|row| row.ready && row.lease.is_none());
    if plan.events.is_empty() && !due {
        return Ok(());
    }
    node::notify(connection, token, if due { node::DUE } else { node::EVENTS }).await
}

/// Tells the other hosts that the catalogue has changed.
pub async fn announce_catalogue(connection: &mut PgConnection, token: i64) -> sqlx::Result<()> {
    node::notify(connection, token, node::CATALOGUE).await
}
