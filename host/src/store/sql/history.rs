//! Audit, events and runs.

use std::sync::Arc;

use sqlx::{QueryBuilder, Row};

use super::dialect::{DbRow, Driver, among};
use super::facts::texts;
use super::{SqlStore, rows};
use crate::crm::event::{Cause, Event};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::store::audit::AuditEntry;
use crate::store::run::{RunFilter, RunRow};

impl SqlStore {
    pub(super) async fn read_audit_of_record(
        &self,
        record: Id,
        before: Option<u64>,
        limit: u32,
    ) -> sqlx::Result<Vec<AuditEntry>> {
        let found = sqlx::query("SELECT * FROM audit WHERE record = $1 AND id < $2 ORDER BY id DESC LIMIT $3")
            .bind(record.to_string())
            .bind(before.map_or(i64::MAX, u64::cast_signed))
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(rows::audit).collect()
    }

    pub(super) async fn read_audit_of_run(&self, run: Id) -> sqlx::Result<Vec<AuditEntry>> {
        let found = sqlx::query("SELECT * FROM audit WHERE run = $1 ORDER BY id")
            .bind(run.to_string())
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(rows::audit).collect()
    }

    pub(super) async fn read_audit(&self, id: u64) -> sqlx::Result<Option<AuditEntry>> {
        let found = sqlx::query("SELECT * FROM audit WHERE id = $1")
            .bind(id.cast_signed())
            .fetch_optional(&self.readers)
            .await?;
        found.as_ref().map(rows::audit).transpose()
    }

    pub(super) async fn read_events(&self, id: u64, kinds: &[Kind], limit: u32) -> sqlx::Result<Vec<Arc<Event>>> {
        let found = sqlx::query(concat!(
            "SELECT a.*, e.number AS e_number, e.created_at AS e_created_at,
                    e.before_updated_at AS e_before_updated_at, e.data AS e_data
             FROM event e JOIN audit a ON a.id = e.id
             WHERE e.id > $1 AND ($2 = 0 OR ",
            among!("a.kind", "$3"),
            ") ORDER BY e.id LIMIT $4"
        ))
        .bind(id.cast_signed())
        .bind(i64::try_from(kinds.len()).unwrap_or(1))
        .bind(texts(kinds.iter()))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(|row| rows::event(row).map(Arc::new)).collect()
    }

    pub(super) async fn read_trace(&self, event: u64) -> sqlx::Result<Option<String>> {
        let found = sqlx::query("SELECT trace FROM event WHERE id = $1").bind(event.cast_signed());
        let row = found.fetch_optional(&self.readers).await?;
        row.map_or(Ok(None), |row| row.try_get("trace"))
    }

    pub(super) async fn read_last_event(&self) -> sqlx::Result<u64> {
        let row = sqlx::query("SELECT coalesce(max(id), 0) AS id FROM audit").fetch_one(&self.readers).await?;
        rows::number(&row, "id")
    }

    pub(super) async fn read_run(&self, id: Id) -> sqlx::Result<Option<RunRow>> {
        let found =
            sqlx::query("SELECT * FROM run WHERE id = $1").bind(id.to_string()).fetch_optional(&self.readers).await?;
        found.as_ref().map(run).transpose()
    }

    pub(super) async fn read_journal(&self, run: Id) -> sqlx::Result<Option<serde_json::Value>> {
        let found = sqlx::query("SELECT journal FROM run_journal WHERE run = $1")
            .bind(run.to_string())
            .fetch_optional(&self.readers)
            .await?;
        found.as_ref().map(|row| rows::json(row, "journal")).transpose()
    }

    pub(super) async fn read_runs(&self, filter: &RunFilter) -> sqlx::Result<Vec<RunRow>> {
        let mut sql: QueryBuilder<Driver> = QueryBuilder::new("SELECT * FROM run r WHERE 1 = 1");
        if let Some(plugin) = &filter.plugin {
            sql.push(" AND r.plugin = ").push_bind(plugin.clone());
        }
        if let Some(outcome) = filter.outcome {
            sql.push(" AND r.outcome = ").push_bind(outcome.name());
        }
        if let Some(record) = filter.record {
            sql.push(" AND (r.record = ").push_bind(record.to_string());
            sql.push(" OR r.id IN (SELECT run FROM audit WHERE record = ").push_bind(record.to_string());
            sql.push(" AND run IS NOT NULL))");
        }
        if let Some(event) = filter.event {
            sql.push(" AND r.event = ").push_bind(event.cast_signed());
        }
        if let Some(run) = filter.caused_by {
            sql.push(" AND r.cause_run = ").push_bind(run.to_string());
        }
        if let Some(before) = filter.before {
            sql.push(" AND r.id < ").push_bind(before.to_string());
        }
        sql.push(" ORDER BY r.id DESC LIMIT ").push_bind(i64::from(filter.limit));
        let found = sql.build().fetch_all(&self.readers).await?;
        found.iter().map(run).collect()
    }
}

fn run(row: &DbRow) -> sqlx::Result<RunRow> {
    Ok(RunRow {
        id: rows::parsed(row, "id")?,
        plugin: row.try_get("plugin")?,
        release: row.try_get("release")?,
        trigger: row.try_get("trigger")?,
        name: row.try_get("name")?,
        about: rows::reference_maybe(row)?,
        by: rows::parsed_maybe(row, "by")?,
        cause: Cause {
            event: rows::number_maybe(row, "event")?,
            run: rows::parsed_maybe(row, "cause_run")?,
            root: rows::number_maybe(row, "root")?,
            depth: rows::count(row, "depth")?,
        },
        attempt: rows::count(row, "attempt")?,
        reruns: rows::count(row, "reruns")?,
        outcome: rows::parsed(row, "outcome")?,
        error: row.try_get("error")?,
        at: rows::instant(row, "at")?,
        cost: rows::json(row, "cost")?,
        log: rows::json_maybe(row, "log")?.unwrap_or_default(),
        effects: rows::json_maybe(row, "effects")?.unwrap_or_default(),
        journal: None,
    })
}
