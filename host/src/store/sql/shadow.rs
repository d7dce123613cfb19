//! What shadows made of what their plugins were woken by.

use sqlx::Row;

use super::dialect::{DbConnection, DbRow};
use super::insert::{Into, insert};
use super::{SqlStore, rows};
use crate::store::shadow::{Costs, ShadowTally, ShadowTrial, Verdict};

const TRIAL: Into = Into {
    target: "shadow_trial (id, plugin, verdict, event, \"trigger\", name, kind, record, at, recorded, outcome, error,
             missing, added, recorded_fuel, fuel, recorded_micros, micros)",
    columns: 18,
    tail: "",
};

/// Writes trials.
pub async fn put(connection: &mut DbConnection, trials: &[ShadowTrial]) -> sqlx::Result<()> {
    insert(connection, &TRIAL, trials, |query, trial| {
        let effects = |effects: &serde_json::Value| (!effects.is_null()).then(|| effects.to_string());
        query
            .bind(trial.id.to_string())
            .bind(trial.plugin.clone())
            .bind(trial.verdict.name())
            .bind(trial.event.map(u64::cast_signed))
            .bind(trial.trigger.clone())
            .bind(trial.name.clone())
            .bind(trial.about.map(|about| about.kind.name()))
            .bind(trial.about.map(|about| about.id.to_string()))
            .bind(trial.at.micros())
            .bind(trial.recorded.map(crate::store::run::Outcome::name))
            .bind(trial.outcome.map(crate::store::run::Outcome::name))
            .bind(trial.error.clone())
            .bind(effects(&trial.missing))
            .bind(effects(&trial.added))
            .bind(trial.cost.recorded_fuel.cast_signed())
            .bind(trial.cost.fuel.cast_signed())
            .bind(trial.cost.recorded_micros.cast_signed())
            .bind(trial.cost.micros.cast_signed())
    })
    .await
}

/// Forgets what the plugin's shadow did, unless this is still the one.
pub async fn forget_others(connection: &mut DbConnection, plugin: &str, shadow: Option<&str>) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM shadow_trial WHERE plugin = $1
         AND NOT EXISTS (SELECT 1 FROM plugin WHERE name = $1 AND shadow = $2)",
    )
    .bind(plugin)
    .bind(shadow)
    .execute(connection)
    .await?;
    Ok(())
}

impl SqlStore {
    pub(super) async fn read_shadow_tally(&self, plugin: &str) -> sqlx::Result<Vec<ShadowTally>> {
        let found = sqlx::query(
            "SELECT verdict, count(*) AS trials, CAST(sum(recorded_fuel) AS BIGINT) AS recorded_fuel,
                    CAST(sum(fuel) AS BIGINT) AS fuel, CAST(sum(recorded_micros) AS BIGINT) AS recorded_micros,
                    CAST(sum(micros) AS BIGINT) AS micros
             FROM shadow_trial WHERE plugin = $1 GROUP BY verdict",
        )
        .bind(plugin)
        .fetch_all(&self.readers)
        .await?;
        let tally = |row| {
            Ok(ShadowTally {
                verdict: rows::parsed(row, "verdict")?,
                trials: rows::number(row, "trials")?,
                cost: costs(row)?,
            })
        };
        found.iter().map(tally).collect()
    }

    pub(super) async fn read_shadow_trials(&self, plugin: &str, limit: u32) -> sqlx::Result<Vec<ShadowTrial>> {
        let found =
            sqlx::query("SELECT * FROM shadow_trial WHERE plugin = $1 AND verdict <> $2 ORDER BY id DESC LIMIT $3")
                .bind(plugin)
                .bind(Verdict::Same.name())
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?;
        found.iter().map(trial).collect()
    }
}

fn trial(row: &DbRow) -> sqlx::Result<ShadowTrial> {
    Ok(ShadowTrial {
        id: rows::parsed(row, "id")?,
        plugin: row.try_get("plugin")?,
        verdict: rows::parsed(row, "verdict")?,
        event: rows::number_maybe(row, "event")?,
        trigger: row.try_get("trigger")?,
        name: row.try_get("name")?,
        about: rows::reference_maybe(row)?,
        at: rows::instant(row, "at")?,
        recorded: rows::parsed_maybe(row, "recorded")?,
        outcome: rows::parsed_maybe(row, "outcome")?,
        error: row.try_get("error")?,
        missing: rows::json_maybe(row, "missing")?.unwrap_or_default(),
        added: rows::json_maybe(row, "added")?.unwrap_or_default(),
        cost: costs(row)?,
    })
}

fn costs(row: &DbRow) -> sqlx::Result<Costs> {
    Ok(Costs {
        recorded_fuel: rows::number(row, "recorded_fuel")?,
        fuel: rows::number(row, "fuel")?,
        recorded_micros: rows::number(row, "recorded_micros")?,
        micros: rows::number(row, "micros")?,
    })
}
