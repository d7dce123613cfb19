//! Writes a plan: a handful of statements, however many commits it holds.

use super::dialect::{DbConnection, among, among_numbers, document, each};
use super::facts::texts as listed;
use super::insert::{Into, insert};
use super::{rows, shadow, texts};
use crate::crm::change::Verb;
use crate::store::fault::fault_of;
use crate::store::plan::{DeliveryRow, Plan, Recorded};
use crate::store::run::RunRow;

const RECORD: Into = Into {
    target: "record (id, kind, number, version, data, created_at, updated_at, deleted_at)",
    columns: 8,
    tail: "ON CONFLICT (id) DO UPDATE SET version = excluded.version, data = excluded.data,
           updated_at = excluded.updated_at, deleted_at = excluded.deleted_at",
};
const RECORD_KEY: Into = Into { target: "record_key (kind, key, value, record)", columns: 4, tail: "" };
const AUDIT: Into = Into {
    target: "audit (id, at, name, kind, record, version, actor, actor_id, run, cause, cause_run, root, depth, diff)",
    columns: 14,
    tail: "",
};
const EVENT: Into =
    Into { target: "event (id, number, created_at, before_updated_at, data, trace)", columns: 6, tail: "" };
const DELIVERY: Into = Into {
    target: "delivery (id, plugin, lane, event, payload, kind, record, cause_run, root, depth, due_at, created_at,
             ready, lease)",
    columns: 14,
    tail: "",
};
const STOPPED: Into = Into {
    target: "dead_delivery (id, plugin, lane, event, payload, kind, record, cause_run, root, depth, attempts, reason,
             fault, at)",
    columns: 14,
    tail: "",
};
const HOLD: Into = Into { target: "hold (plugin, kind, record, event, at)", columns: 5, tail: "" };
const TIMER: Into = Into {
    target: "timer (plugin, key, due, payload, kind, record, run, root, depth)",
    columns: 9,
    tail: "ON CONFLICT (plugin, key) DO UPDATE SET due = excluded.due, payload = excluded.payload,
           kind = excluded.kind, record = excluded.record, run = excluded.run, root = excluded.root,
           depth = excluded.depth",
};
const STATE: Into = Into {
    target: "state (plugin, key, version, value)",
    columns: 4,
    tail: "ON CONFLICT (plugin, key) DO UPDATE SET version = excluded.version, value = excluded.value",
};
const RUN: Into = Into {
    target: "run (id, plugin, release, \"trigger\", name, kind, record, by, event, cause_run, root, depth, attempt,
             reruns, outcome, error, fault, at, cost, log, effects)",
    columns: 21,
    tail: "",
};
const JOURNAL: Into = Into { target: "run_journal (run, journal)", columns: 2, tail: "" };
const IDEMPOTENCY: Into = Into { target: "idempotency (actor, key, request, outcome, at)", columns: 5, tail: "" };
const OUTBOX: Into = Into { target: "outbox (webhook, event, due_at, created_at)", columns: 4, tail: "" };
const PASSWORD: Into = Into {
    target: "password (\"user\", hash)",
    columns: 2,
    tail: "ON CONFLICT (\"user\") DO UPDATE SET hash = excluded.hash",
};
const COUNTER: Into = Into {
    target: "counter (name, value)",
    columns: 2,
    tail: "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
};

/// Writes all of it, inside the transaction that is open.
///
/// # Errors
/// The database's.
pub async fn apply(connection: &mut DbConnection, plan: &Plan, token: i64) -> sqlx::Result<()> {
    records(connection, plan).await?;
    events(connection, plan).await?;
    deliveries(connection, plan, token).await?;
    timers(connection, plan).await?;
    let state: Vec<_> = plan.state.iter().collect();
    insert(connection, &STATE, &state, |query, ((plugin, key), (version, value))| {
        let value = value.as_ref().map(ToString::to_string);
        query.bind(plugin.clone()).bind(key.clone()).bind(version.cast_signed()).bind(value)
    })
    .await?;
    insert(connection, &OUTBOX, &plan.messages, |query, (webhook, event, at)| {
        query.bind(webhook.to_string()).bind(event.cast_signed()).bind(at.micros()).bind(at.micros())
    })
    .await?;
    insert(connection, &PASSWORD, &plan.passwords, |query, (user, hash)| {
        query.bind(user.to_string()).bind(hash.clone())
    })
    .await?;
    for (from, to) in &plan.files_moved {
        sqlx::query("UPDATE attachment SET record = $1 WHERE record = $2")
            .bind(to.to_string())
            .bind(from.to_string())
            .execute(&mut *connection)
            .await?;
    }
    insert(connection, &RUN, &plan.runs, bind_run).await?;
    let journals: Vec<_> = plan.runs.iter().filter_map(|run| Some((run.id, run.journal.as_ref()?))).collect();
    insert(connection, &JOURNAL, &journals, |query, (run, journal)| {
        query.bind(run.to_string()).bind(journal.to_string())
    })
    .await?;
    shadow::put(connection, &plan.trials).await?;
    insert(connection, &IDEMPOTENCY, &plan.idempotency, |query, done| {
        query
            .bind(done.actor.clone())
            .bind(done.key.clone())
            .bind(done.request.clone())
            .bind(done.outcome.to_string())
            .bind(done.at.micros())
    })
    .await?;
    let counters: Vec<_> = plan.counters().iter().collect();
    insert(connection, &COUNTER, &counters, |query, (name, value)| {
        query.bind((*name).clone()).bind(value.cast_signed())
    })
    .await
}

async fn records(connection: &mut DbConnection, plan: &Plan) -> sqlx::Result<()> {
    let records: Vec<_> = plan.records.values().collect();
    insert(connection, &RECORD, &records, |query, (record, deleted_at)| {
        query
            .bind(record.id.to_string())
            .bind(record.kind.name())
            .bind(record.number.map(u64::cast_signed))
            .bind(record.version.cast_signed())
            .bind(document(&record.data))
            .bind(record.created_at.micros())
            .bind(record.updated_at.micros())
            .bind(deleted_at.map(crate::crm::instant::Instant::micros))
    })
    .await?;
    texts::put(connection, &plan.texts.values().collect::<Vec<_>>()).await?;
    if plan.rekeyed.is_empty() {
        return Ok(());
    }
    sqlx::query(concat!("DELETE FROM record_key WHERE ", among!("record", "$1")))
        .bind(listed(plan.rekeyed.keys()))
        .execute(&mut *connection)
        .await?;
    let keys: Vec<_> = plan
        .rekeyed
        .iter()
        .flat_map(|(id, (kind, keys))| keys.iter().map(move |(key, value)| (*kind, *key, value.clone(), *id)))
        .collect();
    insert(connection, &RECORD_KEY, &keys, |query, (kind, key, value, record)| {
        query.bind(kind.name()).bind(*key).bind(value.clone()).bind(record.to_string())
    })
    .await
}

async fn events(connection: &mut DbConnection, plan: &Plan) -> sqlx::Result<()> {
    insert(connection, &AUDIT, &plan.events, |query, Recorded { event, cause, diff, .. }| {
        let (actor, actor_id) = rows::actor_columns(&event.by);
        let before = event.change.before.as_ref().map_or(0, |record| record.version);
        query
            .bind(event.id.cast_signed())
            .bind(event.at.micros())
            .bind(event.name.clone())
            .bind(event.about.kind.name())
            .bind(event.about.id.to_string())
            .bind(event.change.after.as_ref().map_or(before + 1, |record| record.version).cast_signed())
            .bind(actor)
            .bind(actor_id)
            .bind(event.run.map(|run| run.to_string()))
            .bind(cause.event.map(u64::cast_signed))
            .bind(cause.run.map(|run| run.to_string()))
            .bind(event.root.cast_signed())
            .bind(i64::from(event.depth))
            .bind(serde_json::to_string(diff).unwrap_or_default())
    })
    .await?;
    insert(connection, &EVENT, &plan.events, |query, Recorded { event, trace, .. }| {
        let shown = event.change.after.as_ref().or(event.change.before.as_ref());
        let before = event.change.before.as_ref().filter(|_| event.change.verb() != Verb::Created);
        query
            .bind(event.id.cast_signed())
            .bind(shown.and_then(|record| record.number).map(u64::cast_signed))
            .bind(shown.map_or(0, |record| record.created_at.micros()))
            .bind(before.map(|record| record.updated_at.micros()))
            .bind(event.change.after.as_ref().map(|record| serde_json::to_string(&*record.data).unwrap_or_default()))
            .bind(trace.clone())
    })
    .await
}

async fn deliveries(connection: &mut DbConnection, plan: &Plan, token: i64) -> sqlx::Result<()> {
    for (id, reason, at) in &plan.dead {
        sqlx::query(
            "INSERT INTO dead_delivery (id, plugin, lane, event, payload, kind, record, cause_run, root, depth,
             attempts, reason, fault, at)
             SELECT id, plugin, lane, event, payload, kind, record, cause_run, root, depth, attempt, $1, $2, $3
             FROM delivery WHERE id = $4",
        )
        .bind(reason)
        .bind(fault_of(reason))
        .bind(at.micros())
        .bind(id.cast_signed())
        .execute(&mut *connection)
        .await?;
    }
    if !plan.finished.is_empty() {
        sqlx::query(concat!("DELETE FROM delivery WHERE ", among_numbers!("id", "$1")))
            .bind(numbers(&plan.finished))
            .execute(&mut *connection)
            .await?;
    }
    if !plan.promoted.is_empty() {
        sqlx::query(concat!("UPDATE delivery SET ready = 1, lease = $1 WHERE ", among_numbers!("id", "$2")))
            .bind(token)
            .bind(numbers(&plan.promoted))
            .execute(&mut *connection)
            .await?;
    }
    for (id, due, counts) in &plan.retries {
        sqlx::query("UPDATE delivery SET lease = NULL, due_at = $1, attempt = attempt + $2 WHERE id = $3")
            .bind(due.micros())
            .bind(i64::from(*counts))
            .bind(id.cast_signed())
            .execute(&mut *connection)
            .await?;
    }
    insert(connection, &DELIVERY, &plan.deliveries, |query, row| {
        bind_trigger(query, row).bind(row.at.micros()).bind(row.at.micros()).bind(i64::from(row.ready)).bind(row.lease)
    })
    .await?;
    insert(connection, &STOPPED, &plan.stopped, |query, (row, reason)| {
        bind_trigger(query, row).bind(0_i64).bind(reason.clone()).bind(fault_of(reason)).bind(row.at.micros())
    })
    .await?;
    insert(connection, &HOLD, &plan.holds, |query, (plugin, record, event, at)| {
        query
            .bind(plugin.clone())
            .bind(record.kind.name())
            .bind(record.id.to_string())
            .bind(event.cast_signed())
            .bind(at.micros())
    })
    .await
}

/// Columns `id, plugin, lane, event, payload, kind, record, cause_run, root, depth`.
fn bind_trigger<'q>(query: super::insert::Query<'q>, row: &DeliveryRow) -> super::insert::Query<'q> {
    let about = row.trigger.about();
    query
        .bind(row.id.cast_signed())
        .bind(row.lane.plugin.to_string())
        .bind(row.lane.lane.clone())
        .bind(row.cause.event.map(u64::cast_signed))
        .bind(rows::payload(&row.trigger))
        .bind(about.map(|about| about.kind.name()))
        .bind(about.map(|about| about.id.to_string()))
        .bind(row.cause.run.map(|run| run.to_string()))
        .bind(row.cause.root.map(u64::cast_signed))
        .bind(i64::from(row.cause.depth))
}

async fn timers(connection: &mut DbConnection, plan: &Plan) -> sqlx::Result<()> {
    let gone: Vec<_> = plan
        .timers
        .iter()
        .filter(|(_, timer)| timer.is_none())
        .map(|((plugin, key), _)| serde_json::json!([plugin, key]))
        .collect();
    if !gone.is_empty() {
        sqlx::query(concat!(
            "DELETE FROM timer WHERE (plugin, key) IN (SELECT j.value ->> 0, j.value ->> 1 FROM ",
            each!("$1"),
            ")"
        ))
        .bind(serde_json::Value::from(gone).to_string())
        .execute(&mut *connection)
        .await?;
    }
    let set: Vec<_> = plan.timers.iter().filter_map(|(key, timer)| timer.as_ref().map(|timer| (key, timer))).collect();
    insert(connection, &TIMER, &set, |query, ((plugin, key), timer)| {
        query
            .bind(plugin.clone())
            .bind(key.clone())
            .bind(timer.due.micros())
            .bind(timer.payload.to_string())
            .bind(timer.about.map(|about| about.kind.name()))
            .bind(timer.about.map(|about| about.id.to_string()))
            .bind(timer.cause.run.map(|run| run.to_string()))
            .bind(timer.cause.root.map(u64::cast_signed))
            .bind(i64::from(timer.cause.depth))
    })
    .await
}

fn bind_run<'q>(query: super::insert::Query<'q>, run: &RunRow) -> super::insert::Query<'q> {
    let log = (!run.log.is_empty()).then(|| serde_json::to_string(&run.log).unwrap_or_default());
    let effects = (!run.effects.is_null()).then(|| run.effects.to_string());
    query
        .bind(run.id.to_string())
        .bind(run.plugin.clone())
        .bind(run.release.clone())
        .bind(run.trigger.clone())
        .bind(run.name.clone())
        .bind(run.about.map(|about| about.kind.name()))
        .bind(run.about.map(|about| about.id.to_string()))
        .bind(run.by.map(|by| by.to_string()))
        .bind(run.cause.event.map(u64::cast_signed))
        .bind(run.cause.run.map(|run| run.to_string()))
        .bind(run.cause.root.map(u64::cast_signed))
        .bind(i64::from(run.cause.depth))
        .bind(i64::from(run.attempt))
        .bind(i64::from(run.reruns))
        .bind(run.outcome.name())
        .bind(run.error.clone())
        .bind(run.outcome.is_failure().then(|| fault_of(run.error.as_deref().unwrap_or_default())))
        .bind(run.at.micros())
        .bind(serde_json::to_string(&run.cost).unwrap_or_default())
        .bind(log)
        .bind(effects)
}

fn numbers(values: &[u64]) -> String {
    serde_json::Value::from(values).to_string()
}
