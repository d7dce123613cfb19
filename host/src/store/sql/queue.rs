//! What waits, and what was given up.

use sqlx::Row;

use super::dialect::{self, DbConnection, DbRow, among, among_numbers, mine_abandoned};
use super::{SqlStore, claims, facts, rows};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::store::delivery::{DeadDelivery, Hold, Queue};
use crate::store::plan::Plan;

/// Dead letters with the columns that [`claims::woken_by`] reads.
macro_rules! dead_letters {
    ($which:literal) => {
        concat!(
            "SELECT d.id AS d_id, d.plugin AS d_plugin, d.payload AS d_payload, d.event AS d_event,
                    d.cause_run AS d_cause_run, d.root AS d_root, d.depth AS d_depth, a.*, e.number AS e_number,
                    e.created_at AS e_created_at, e.before_updated_at AS e_before_updated_at, e.data AS e_data
             FROM dead_delivery d LEFT JOIN audit a ON a.id = d.event LEFT JOIN event e ON e.id = d.event ",
            $which
        )
    };
}

impl SqlStore {
    pub(super) async fn rescue(&self) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let done = sqlx::query(concat!("UPDATE delivery SET lease = NULL WHERE ", mine_abandoned!()))
            .bind(self.token)
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn count_deliveries(&self, most: u64) -> sqlx::Result<u64> {
        let row =
            sqlx::query("SELECT count(*) AS many FROM (SELECT 1 FROM delivery LIMIT $1) d").bind(most.cast_signed());
        rows::number(&row.fetch_one(&self.readers).await?, "many")
    }

    pub(super) async fn read_held(&self) -> sqlx::Result<Vec<u64>> {
        let held = sqlx::query("SELECT id FROM delivery WHERE lease = $1").bind(self.token);
        held.fetch_all(&self.readers).await?.iter().map(|row| rows::number(row, "id")).collect()
    }

    pub(super) async fn let_go(&self, deliveries: &[u64]) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query(concat!("UPDATE delivery SET lease = NULL WHERE lease = $1 AND ", among_numbers!("id", "$2")))
            .bind(self.token)
            .bind(serde_json::Value::from(deliveries).to_string())
            .execute(&mut *connection)
            .await
            .map(drop)
    }

    pub(super) async fn read_due_next(&self, plugins: &[String]) -> sqlx::Result<Option<Instant>> {
        let plugins = facts::texts(plugins.iter());
        let timer = concat!("SELECT due FROM timer WHERE ", among!("plugin", "$1"), " ORDER BY due LIMIT 1");
        let timer: Option<i64> = sqlx::query_scalar(timer).bind(&plugins).fetch_optional(&self.readers).await?;
        let ready: Vec<Option<i64>> = sqlx::query_scalar(dialect::DUE).bind(&plugins).fetch_all(&self.readers).await?;
        Ok(ready.into_iter().flatten().chain(timer).min().map(Instant::from_micros))
    }

    pub(super) async fn read_schedule_last(&self, plugin: &str) -> sqlx::Result<Vec<(String, Instant)>> {
        let found =
            sqlx::query("SELECT schedule, max(due) AS due FROM schedule_fire WHERE plugin = $1 GROUP BY schedule")
                .bind(plugin)
                .fetch_all(&self.readers)
                .await?;
        found.iter().map(|row| Ok((row.try_get("schedule")?, rows::instant(row, "due")?))).collect()
    }

    pub(super) async fn read_queue(&self) -> sqlx::Result<Vec<Queue>> {
        let found = sqlx::query(
            "SELECT p.name,
                    (SELECT count(*) FROM delivery d WHERE d.plugin = p.name) AS deliveries,
                    (SELECT min(created_at) FROM delivery d WHERE d.plugin = p.name) AS oldest,
                    (SELECT count(*) FROM timer t WHERE t.plugin = p.name) AS timers,
                    (SELECT count(*) FROM dead_delivery x WHERE x.plugin = p.name) AS dead
             FROM plugin p ORDER BY p.name",
        )
        .fetch_all(&self.readers)
        .await?;
        found
            .iter()
            .map(|row| {
                Ok(Queue {
                    plugin: row.try_get("name")?,
                    deliveries: rows::number(row, "deliveries")?,
                    oldest: row.try_get::<Option<i64>, _>("oldest")?.map(Instant::from_micros),
                    timers: rows::number(row, "timers")?,
                    dead: rows::number(row, "dead")?,
                })
            })
            .collect()
    }

    pub(super) async fn read_timers(&self, plugin: &str, limit: u32) -> sqlx::Result<Vec<(String, Instant)>> {
        let found = sqlx::query("SELECT key, due FROM timer WHERE plugin = $1 ORDER BY due, key LIMIT $2")
            .bind(plugin)
            .bind(i64::from(limit))
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(|row| Ok((row.try_get("key")?, rows::instant(row, "due")?))).collect()
    }

    pub(super) async fn read_timer(&self, plugin: &str, key: &str) -> sqlx::Result<Option<Instant>> {
        let found = sqlx::query("SELECT due FROM timer WHERE plugin = $1 AND key = $2")
            .bind(plugin)
            .bind(key)
            .fetch_optional(&self.readers)
            .await?;
        found.map(|row| rows::instant(&row, "due")).transpose()
    }

    pub(super) async fn read_state(&self, plugin: &str, key: &str) -> sqlx::Result<(Option<serde_json::Value>, u64)> {
        let found = sqlx::query("SELECT version, value FROM state WHERE plugin = $1 AND key = $2")
            .bind(plugin)
            .bind(key)
            .fetch_optional(&self.readers)
            .await?;
        let Some(row) = found else { return Ok((None, 0)) };
        Ok((rows::json_maybe(&row, "value")?, rows::number(&row, "version")?))
    }

    pub(super) async fn read_dead(
        &self,
        plugin: Option<&str>,
        before: Option<u64>,
        limit: u32,
    ) -> sqlx::Result<Vec<DeadDelivery>> {
        let found = sqlx::query(
            "SELECT d.*, a.name AS a_name FROM dead_delivery d LEFT JOIN audit a ON a.id = d.event
             WHERE ($1 IS NULL OR d.plugin = $1) AND d.id < $2 ORDER BY d.id DESC LIMIT $3",
        )
        .bind(plugin)
        .bind(before.map_or(i64::MAX, u64::cast_signed))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(dead).collect()
    }

    pub(super) async fn retry_dead(&self, id: u64, now: Instant) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let found =
            sqlx::query(dead_letters!("WHERE d.id = $1")).bind(id.cast_signed()).fetch_all(&mut *transaction).await?;
        let plan = self.put_back(&mut transaction, found, now).await?;
        transaction.commit().await?;
        self.feed.hand_over(claims::of_plan(&plan));
        Ok(!plan.deliveries.is_empty())
    }

    pub(super) async fn retry_dead_of(&self, plugin: &str, fault: &str, now: Instant, limit: u32) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let found = sqlx::query(dead_letters!("WHERE d.plugin = $1 AND d.fault = $2 ORDER BY d.id LIMIT $3"))
            .bind(plugin)
            .bind(fault)
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?;
        let plan = self.put_back(&mut transaction, found, now).await?;
        transaction.commit().await?;
        self.feed.hand_over(claims::of_plan(&plan));
        Ok(plan.deliveries.len() as u64)
    }

    /// Puts dead letters back at the end of their lanes.
    async fn put_back(&self, connection: &mut DbConnection, letters: Vec<DbRow>, now: Instant) -> sqlx::Result<Plan> {
        let (mut ids, mut triggers) = (Vec::with_capacity(letters.len()), Vec::with_capacity(letters.len()));
        for row in &letters {
            let (trigger, cause) = claims::woken_by(row)?;
            ids.push(rows::number(row, "d_id")?);
            triggers.push((row.try_get("d_plugin")?, trigger, cause));
        }
        drop(letters);
        sqlx::query(concat!("DELETE FROM dead_delivery WHERE ", among_numbers!("id", "$1")))
            .bind(serde_json::Value::from(ids).to_string())
            .execute(&mut *connection)
            .await?;
        self.append(connection, triggers, now).await
    }

    pub(super) async fn discard_dead_of(&self, plugin: &str, fault: &str) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM dead_delivery WHERE plugin = $1 AND fault = $2")
            .bind(plugin)
            .bind(fault)
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn discard_dead(&self, id: u64) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM dead_delivery WHERE id = $1")
            .bind(id.cast_signed())
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn read_holds(&self) -> sqlx::Result<Vec<Hold>> {
        let found = sqlx::query("SELECT * FROM hold ORDER BY at, plugin").fetch_all(&self.readers).await?;
        found
            .iter()
            .map(|row| {
                Ok(Hold {
                    plugin: row.try_get("plugin")?,
                    record: Reference { kind: rows::parsed(row, "kind")?, id: rows::parsed(row, "record")? },
                    event: rows::number(row, "event")?,
                    at: rows::instant(row, "at")?,
                })
            })
            .collect()
    }

    pub(super) async fn release_hold(&self, plugin: &str, record: Id) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM hold WHERE plugin = $1 AND record = $2")
            .bind(plugin)
            .bind(record.to_string())
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn dead(row: &DbRow) -> sqlx::Result<DeadDelivery> {
    let trigger = row.try_get::<Option<&str>, _>("payload")?.map(rows::trigger).transpose()?;
    let (kind, name) = match &trigger {
        Some(trigger) => (trigger.kind().to_owned(), trigger.name().to_owned()),
        None => ("event".to_owned(), row.try_get::<Option<String>, _>("a_name")?.unwrap_or_default()),
    };
    Ok(DeadDelivery {
        id: rows::number(row, "id")?,
        plugin: row.try_get("plugin")?,
        trigger: kind,
        name,
        event: rows::number_maybe(row, "event")?,
        about: rows::reference_maybe(row)?,
        attempts: rows::count(row, "attempts")?,
        reason: row.try_get("reason")?,
        fault: row.try_get("fault")?,
        at: rows::instant(row, "at")?,
    })
}
