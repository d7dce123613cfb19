//! Reading and listing records.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;
use sqlx::{QueryBuilder, Row};

use super::dialect::{self, DbRow, Driver, among, living};
use super::facts::{self, texts};
use super::{SqlStore, rows};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::{Field, Kind, Place};
use crate::crm::query::{Cursor, Page, Query, Test};
use crate::crm::record::Record;

const COLUMNS: &str = "r.id, r.kind, r.number, r.version, r.data, r.created_at, r.updated_at";

impl SqlStore {
    pub(super) async fn read_records(&self, ids: &[Id]) -> sqlx::Result<Vec<Arc<Record>>> {
        let mut found = Vec::with_capacity(ids.len());
        let mut unknown = Vec::new();
        for id in ids {
            match self.cache.get(*id) {
                Some(record) => found.extend(record),
                None => unknown.push(*id),
            }
        }
        if unknown.is_empty() {
            return Ok(found);
        }
        let rows = sqlx::query(concat!(
            "SELECT id, kind, number, version, data, created_at, updated_at FROM record
             WHERE ",
            among!("id", "$1"),
            " AND ",
            living!("deleted_at")
        ))
        .bind(texts(unknown.iter()))
        .fetch_all(&self.readers)
        .await?;
        for row in &rows {
            let record = rows::record(row)?;
            self.cache.found(&record);
            found.push(record);
        }
        Ok(found)
    }

    pub(super) async fn read_by_key(&self, kind: Kind, key: &str, value: &str) -> sqlx::Result<Option<Arc<Record>>> {
        let row = sqlx::query(concat!(
            "SELECT r.id, r.kind, r.number, r.version, r.data, r.created_at, r.updated_at
             FROM record_key k JOIN record r ON r.id = k.record
             WHERE k.kind = $1 AND k.key = $2 AND k.value = $3 AND ",
            living!("r.deleted_at"),
        ))
        .bind(kind.name())
        .bind(key)
        .bind(value)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(rows::record).transpose()
    }

    pub(super) async fn taken_keys(
        &self,
        kind: Kind,
        keys: &[(&'static str, String)],
    ) -> sqlx::Result<HashSet<(String, String)>> {
        let asked = keys.iter().map(|(key, value)| serde_json::json!([kind.name(), key, value])).collect();
        let mut connection = self.readers.acquire().await?;
        let holders = facts::holders(&mut connection, asked).await?;
        Ok(holders.into_keys().map(|(_, key, value)| (key, value)).collect())
    }

    pub(super) async fn find_records(&self, query: &Query, without: &[Id]) -> sqlx::Result<Page> {
        let mut sql = QueryBuilder::new("SELECT ");
        sql.push(COLUMNS);
        conditions(&mut sql, query, without);
        if let Some(after) = &query.after {
            place(&mut sql, query, after);
        }
        let direction = if query.sort.descending { "DESC" } else { "ASC" };
        let nulls = if query.sort.descending { dialect::NULLS.1 } else { dialect::NULLS.0 };
        sql.push(" ORDER BY ");
        if let Some(field) = query.sort.field {
            sql.push(expression(field)).push(" ").push(direction).push(nulls).push(", ");
        }
        sql.push("r.id ").push(direction).push(" LIMIT ");
        // One more than asked tells whether there is a next page.
        sql.push_bind(i64::from(query.limit) + 1);
        let rows = sql.build().fetch_all(&self.readers).await?;
        let mut records = rows.iter().map(rows::record).collect::<sqlx::Result<Vec<_>>>()?;
        let more = records.len() > query.limit as usize;
        records.truncate(query.limit as usize);
        let next = if more { records.last().map(|record| query.place(record)) } else { None };
        Ok(Page { records, next })
    }

    pub(super) async fn count_records(&self, query: &Query, without: &[Id]) -> sqlx::Result<u64> {
        let mut sql = QueryBuilder::new("SELECT count(*)");
        conditions(&mut sql, query, without);
        let row: DbRow = sql.build().fetch_one(&self.readers).await?;
        row.try_get::<i64, _>(0).map(i64::cast_unsigned)
    }
}

/// `FROM … WHERE …`. Only constants of the domain are spliced in; every value is bound.
fn conditions(sql: &mut QueryBuilder<Driver>, query: &Query, without: &[Id]) {
    sql.push(" FROM record r WHERE r.deleted_at IS NULL AND r.kind = '").push(query.kind.name()).push("'");
    if !without.is_empty() {
        sql.push(" AND NOT (r.id IN (").push(dialect::TEXTS.0).push_bind(texts(without.iter())).push(dialect::TEXTS.1);
        sql.push("))");
    }
    if let Some(words) = &query.words {
        dialect::push_words(sql, query.kind, words);
    }
    for condition in &query.conditions {
        sql.push(" AND ");
        test(sql, condition.field, &condition.test, query.kind);
    }
}

fn test(sql: &mut QueryBuilder<Driver>, field: &'static Field, test: &Test, kind: Kind) {
    if let Test::InOrAbsent(values) = test {
        sql.push("(");
        self::test(sql, field, &Test::In(values.clone()), kind);
        sql.push(" OR ");
        self::test(sql, field, &Test::Absent, kind);
        sql.push(")");
        return;
    }
    if let Place::Key(key) = field.place {
        sql.push(if matches!(test, Test::Absent) { "NOT EXISTS" } else { "EXISTS" });
        sql.push(" (SELECT 1 FROM record_key k WHERE k.record = r.id AND k.kind = '").push(kind.name());
        sql.push("' AND k.key = '").push(key).push("'");
        if let Test::In(values) = test {
            sql.push(" AND k.value IN (");
            list(sql, field, values);
            sql.push(")");
        }
        sql.push(")");
        return;
    }
    if let Place::Members(array) = field.place {
        sql.push(if matches!(test, Test::Absent) { "NOT EXISTS" } else { "EXISTS" });
        sql.push(" (SELECT 1 FROM ").push(dialect::members(array));
        if let Test::In(values) = test {
            sql.push(" WHERE ").push(dialect::MEMBER).push(" IN (");
            list(sql, field, values);
            sql.push(")");
        }
        sql.push(")");
        return;
    }
    sql.push(expression(field));
    match test {
        Test::In(values) => {
            sql.push(" IN (");
            list(sql, field, values);
            sql.push(")");
        }
        Test::AtLeast(value) => {
            sql.push(" >= ");
            bind(sql, field, value);
        }
        Test::Below(value) => {
            sql.push(" < ");
            bind(sql, field, value);
        }
        // Written as its two halves above.
        Test::Absent | Test::InOrAbsent(_) => {
            sql.push(" IS NULL");
        }
        Test::Present => {
            sql.push(" IS NOT NULL");
        }
    }
}

fn list(sql: &mut QueryBuilder<Driver>, field: &Field, values: &[Value]) {
    if values.is_empty() {
        // Nothing is equal to it.
        sql.push("NULL");
    }
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            sql.push(", ");
        }
        bind(sql, field, value);
    }
}

/// What comes after a place in the order; absent values come first.
fn place(sql: &mut QueryBuilder<Driver>, query: &Query, after: &Cursor) {
    let beyond = if query.sort.descending { " < " } else { " > " };
    let id = after.id.to_string();
    let Some(field) = query.sort.field else {
        sql.push(" AND r.id").push(beyond).push_bind(id);
        return;
    };
    let value = expression(field);
    match (after.value.is_null(), query.sort.descending) {
        (true, false) => {
            sql.push(format!(" AND ({value} IS NOT NULL OR r.id > ")).push_bind(id).push(")");
        }
        (true, true) => {
            sql.push(format!(" AND {value} IS NULL AND r.id < ")).push_bind(id);
        }
        (false, descending) => {
            sql.push(format!(" AND ({value}{beyond}"));
            bind(sql, field, &after.value);
            sql.push(format!(" OR ({value} = "));
            bind(sql, field, &after.value);
            sql.push(format!(" AND r.id{beyond}")).push_bind(id).push(")");
            sql.push(if descending { format!(" OR {value} IS NULL)") } else { ")".to_owned() });
        }
    }
}

/// Where a field's value stands, in the very words of the indexes.
fn expression(field: &Field) -> String {
    match field.place {
        Place::Data(path) => dialect::path(path, field.shape),
        Place::CreatedAt => "r.created_at".to_owned(),
        Place::UpdatedAt => "r.updated_at".to_owned(),
        Place::Number => "r.number".to_owned(),
        // Not sortable: `test` looks them up by itself.
        Place::Key(_) | Place::Members(_) => "NULL".to_owned(),
    }
}

fn bind(sql: &mut QueryBuilder<Driver>, field: &Field, value: &Value) {
    if matches!(field.place, Place::CreatedAt | Place::UpdatedAt) {
        let moment = serde_json::from_value::<Instant>(value.clone()).ok();
        sql.push_bind(moment.map(Instant::micros));
        return;
    }
    match value {
        Value::String(text) => sql.push_bind(text.clone()),
        Value::Bool(flag) => sql.push_bind(dialect::flag(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => sql.push_bind(whole),
            None => sql.push_bind(number.as_f64()),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => sql.push_bind(None::<i64>),
    };
}
