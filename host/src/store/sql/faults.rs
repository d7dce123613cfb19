//! Why runs failed, in groups.

use std::collections::BTreeMap;

use sqlx::Row;

use super::dialect::DbRow;
use super::{SqlStore, rows};
use crate::crm::instant::Instant;
use crate::store::fault::{Failure, Tally};
use crate::store::run::Outcome;

impl SqlStore {
    pub(super) async fn read_failures(
        &self,
        plugin: Option<&str>,
        since: Instant,
        limit: u32,
    ) -> sqlx::Result<Vec<Failure>> {
        let dead = sqlx::query(
            "SELECT plugin, fault, count(*) AS many, min(at) AS first_at, max(at) AS last_at
             FROM dead_delivery WHERE ($1 IS NULL OR plugin = $1)
             GROUP BY plugin, fault ORDER BY max(at) DESC, plugin, fault LIMIT $2",
        )
        .bind(plugin)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        let failed = sqlx::query(
            "SELECT plugin, fault, count(*) AS many, min(at) AS first_at, max(at) AS last_at, max(id) AS last_run
             FROM run WHERE fault IS NOT NULL AND at >= $1 AND ($2 IS NULL OR plugin = $2)
             GROUP BY plugin, fault ORDER BY max(at) DESC, plugin, fault LIMIT $3",
        )
        .bind(since.micros())
        .bind(plugin)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        let mut groups: BTreeMap<(String, String), Failure> = BTreeMap::new();
        for (found, are_dead) in [(dead, true), (failed, false)] {
            for row in &found {
                let group = failure(row, are_dead)?;
                groups
                    .entry((group.plugin.clone(), group.fault.clone()))
                    .and_modify(|known| join(known, &group))
                    .or_insert(group);
            }
        }
        let mut groups: Vec<Failure> = groups.into_values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.last_at));
        groups.truncate(limit as usize);
        Ok(groups)
    }

    pub(super) async fn read_tally(&self, plugin: &str, since: Instant, last: u32) -> sqlx::Result<Tally> {
        let found = sqlx::query("SELECT outcome, at FROM run WHERE plugin = $1 ORDER BY id DESC LIMIT $2")
            .bind(plugin)
            .bind(i64::from(last))
            .fetch_all(&self.readers)
            .await?;
        let mut tally = Tally { runs: 0, failed: 0 };
        for row in &found {
            if rows::instant(row, "at")? >= since {
                tally.runs += 1;
                tally.failed += u64::from(rows::parsed::<Outcome>(row, "outcome")?.is_fault());
            }
        }
        Ok(tally)
    }
}

fn failure(row: &DbRow, are_dead: bool) -> sqlx::Result<Failure> {
    let many = rows::number(row, "many")?;
    Ok(Failure {
        plugin: row.try_get("plugin")?,
        fault: row.try_get("fault")?,
        dead_letters: if are_dead { many } else { 0 },
        failed_runs: if are_dead { 0 } else { many },
        last_run: if are_dead { None } else { rows::parsed_maybe(row, "last_run")? },
        first_at: rows::instant(row, "first_at")?,
        last_at: rows::instant(row, "last_at")?,
    })
}

fn join(known: &mut Failure, other: &Failure) {
    known.dead_letters += other.dead_letters;
    known.failed_runs += other.failed_runs;
    known.last_run = known.last_run.or(other.last_run);
    known.first_at = known.first_at.min(other.first_at);
    known.last_at = known.last_at.max(other.last_at);
}
