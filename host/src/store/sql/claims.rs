//! Deliveries that this process takes: at their commit, from the backlog, or as timers come due.

use std::collections::HashSet;
use std::sync::Arc;

use sqlx::Row;

use super::dialect::{self, DbConnection, DbRow, among, among_numbers};
use super::{SqlStore, apply, facts, rows};
use crate::crm::event::Tick;
use crate::crm::event::{Cause, Timer, Trigger};
use crate::crm::instant::Instant;
use crate::store::delivery::{Claim, Lease, ScheduleFire};
use crate::store::lanes::LaneKey;
use crate::store::plan::{Facts, Plan};

/// The deliveries of a plan that were claimed as they were made.
pub fn of_plan(plan: &Plan) -> impl Iterator<Item = Claim> {
    plan.deliveries.iter().filter_map(|row| {
        Some(Claim {
            lease: Lease { delivery: row.id, token: row.lease? },
            plugin: row.lane.plugin.clone(),
            trigger: row.trigger.clone(),
            cause: row.cause,
            attempt: 1,
            at: row.at,
        })
    })
}

/// Claimed deliveries with all that a run needs.
pub async fn load(connection: &mut DbConnection, ids: &[u64]) -> sqlx::Result<Vec<Claim>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(concat!(
        "SELECT d.id AS d_id, d.plugin AS d_plugin, d.event AS d_event, d.payload AS d_payload,
                d.cause_run AS d_cause_run, d.root AS d_root, d.depth AS d_depth, d.attempt AS d_attempt,
                d.created_at AS d_created_at, d.lease AS d_lease, a.*, e.number AS e_number,
                e.created_at AS e_created_at, e.before_updated_at AS e_before_updated_at, e.data AS e_data
         FROM delivery d LEFT JOIN audit a ON a.id = d.event LEFT JOIN event e ON e.id = d.event
         WHERE ",
        among_numbers!("d.id", "$1"),
        " ORDER BY d.id"
    ))
    .bind(serde_json::Value::from(ids).to_string())
    .fetch_all(connection)
    .await?;
    rows.iter().map(claim).collect()
}

fn claim(row: &DbRow) -> sqlx::Result<Claim> {
    let (trigger, cause) = woken_by(row)?;
    Ok(Claim {
        lease: Lease { delivery: rows::number(row, "d_id")?, token: row.try_get("d_lease")? },
        plugin: Arc::from(row.try_get::<&str, _>("d_plugin")?),
        trigger,
        cause,
        attempt: rows::count(row, "d_attempt")?,
        at: rows::instant(row, "d_created_at")?,
    })
}

/// What wakes the plugin and what led to it: columns `d_event, d_payload, d_cause_run, d_root, d_depth` of a delivery,
/// living or dead, and where it has no payload the columns that [`rows::event`] reads.
pub fn woken_by(row: &DbRow) -> sqlx::Result<(Trigger, Cause)> {
    let trigger = match row.try_get::<Option<&str>, _>("d_payload")? {
        Some(payload) => rows::trigger(payload)?,
        None => Trigger::Event(Arc::new(rows::event(row)?)),
    };
    let cause = Cause {
        event: rows::number_maybe(row, "d_event")?,
        run: rows::parsed_maybe(row, "d_cause_run")?,
        root: rows::number_maybe(row, "d_root")?,
        depth: rows::count(row, "d_depth")?,
    };
    Ok((trigger, cause))
}

impl SqlStore {
    /// See [`Store::delivery_claim`](crate::store::Store::delivery_claim).
    pub(super) async fn claim_ready(&self, plugins: &[String], now: Instant, limit: u32) -> sqlx::Result<Vec<Claim>> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin_claim(&mut connection).await?;
        let rows = sqlx::query(dialect::CLAIM)
            .bind(self.token)
            .bind(now.micros())
            .bind(facts::texts(plugins.iter()))
            .bind(i64::from(limit))
            .fetch_all(&mut *transaction)
            .await?;
        let ids = rows.iter().map(|row| rows::number(row, "id")).collect::<sqlx::Result<Vec<_>>>()?;
        let claims = load(&mut transaction, &ids).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// See [`Store::timer_fire`](crate::store::Store::timer_fire).
    pub(super) async fn fire_timers(&self, plugins: &[String], now: Instant, limit: u32) -> sqlx::Result<Vec<Claim>> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let due = sqlx::query(concat!(
            "DELETE FROM timer WHERE (plugin, key) IN (SELECT plugin, key FROM timer
               WHERE due <= $1 AND ",
            among!("plugin", "$2"),
            " ORDER BY due, plugin, key LIMIT $3)
             RETURNING plugin, key, due, payload, kind, record, run, root, depth"
        ))
        .bind(now.micros())
        .bind(facts::texts(plugins.iter()))
        .bind(i64::from(limit))
        .fetch_all(&mut *transaction)
        .await?;
        let mut fired = due.iter().map(fired_timer).collect::<sqlx::Result<Vec<_>>>()?;
        fired.sort_by(|a, b| a.2.due.cmp(&b.2.due).then_with(|| a.2.key.cmp(&b.2.key)));
        let fired = fired.into_iter().map(|(plugin, cause, timer)| (plugin, Trigger::Timer(timer), cause)).collect();
        let plan = self.append(&mut transaction, fired, now).await?;
        transaction.commit().await?;
        Ok(of_plan(&plan).collect())
    }

    /// See [`Store::schedule_fire`](crate::store::Store::schedule_fire).
    pub(super) async fn fire_schedule(&self, fire: ScheduleFire) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let noted = sqlx::query(
            "INSERT INTO schedule_fire (plugin, schedule, due, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(&fire.plugin)
        .bind(&fire.schedule)
        .bind(fire.due.micros())
        .bind(fire.now.micros())
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        if noted > 0 && fire.deliver {
            let tick = Trigger::Tick(Tick { schedule: fire.schedule, due: fire.due });
            let plan = self.append(&mut transaction, vec![(fire.plugin, tick, Cause::default())], fire.now).await?;
            transaction.commit().await?;
            self.feed.hand_over(of_plan(&plan));
        } else {
            transaction.commit().await?;
        }
        Ok(noted > 0)
    }

    /// Puts triggers at the end of their lanes, and takes those at the head.
    pub(super) async fn append(
        &self,
        connection: &mut DbConnection,
        triggers: Vec<(String, Trigger, Cause)>,
        now: Instant,
    ) -> sqlx::Result<Plan> {
        let mut known = Facts { counters: facts::counters(connection).await?, ..Facts::default() };
        let lanes: HashSet<LaneKey> = triggers
            .iter()
            .map(|(plugin, trigger, _)| LaneKey { plugin: Arc::from(plugin.as_str()), lane: trigger.lane() })
            .collect();
        facts::note_lanes(connection, &lanes, &mut known).await?;
        let mut plan = Plan::new(known, self.token);
        for (plugin, trigger, cause) in triggers {
            plan.append(&plugin, trigger, cause, now, true);
        }
        apply::apply(connection, &plan, self.token).await?;
        Ok(plan)
    }
}

fn fired_timer(row: &DbRow) -> sqlx::Result<(String, Cause, Timer)> {
    let cause = Cause {
        event: None,
        run: rows::parsed_maybe(row, "run")?,
        root: rows::number_maybe(row, "root")?,
        depth: rows::count(row, "depth")?,
    };
    let timer = Timer {
        key: row.try_get("key")?,
        due: rows::instant(row, "due")?,
        payload: rows::json(row, "payload")?,
        about: rows::reference_maybe(row)?,
    };
    Ok((row.try_get("plugin")?, cause, timer))
}
