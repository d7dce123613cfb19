//! Deletes what was kept for long enough, a step at a time: what may go is looked for where nobody waits for it, and then
//! deleted by a transaction that does nothing else.

use serde_json::Value;
use sqlx::Row;

use super::dialect::{self, among, among_numbers};
use super::{SqlStore, rows};
use crate::crm::instant::Instant;
use crate::store::retention::{Kept, Swept};

/// How rows of a kind are found that may go.
enum Way {
    /// They stand in the order in which they were made, so that the first page that is all young ends it. `page` tells of
    /// each row its place, its time, and whether it goes; of `$1` the place to go on from, `$2` rows, `$3` the moment.
    Walk { page: &'static str, delete: &'static [&'static str] },
    /// There are few, or an index by time: the statement takes the moment and how many at most.
    Pick(&'static str),
}

/// Events between the place and the end of the page `p` that something waits to be done with, or can be sent again. No event
/// comes to be needed again, so that what is free as it is looked at is free when it is deleted.
macro_rules! needed_events {
    () => {
        needed_events!("delivery", "dead_delivery", "hold", "outbox")
    };
    ($first:literal $(, $table:literal)*) => {
        concat!("(", needed_events!(@ $first), $(" UNION ALL ", needed_events!(@ $table),)* ")")
    };
    (@ $table:literal) => {
        concat!(
            "SELECT event FROM ", $table,
            " WHERE event > coalesce(CAST($1 AS BIGINT), 0) AND event <= (SELECT max(id) FROM p)"
        )
    };
}

/// A run that no dead letter tells of, as what failed or as what caused it.
macro_rules! run_is_free {
    () => {
        "NOT EXISTS (SELECT 1 FROM dead_delivery d
           WHERE d.plugin = p.plugin AND (d.fault = p.fault OR d.event = p.event))
         AND p.id NOT IN (SELECT cause_run FROM dead_delivery WHERE cause_run IS NOT NULL)"
    };
}

const RUNS: Way = Way::Walk {
    page: concat!(
        "WITH p AS (SELECT id, plugin, fault, event, at FROM run WHERE id > coalesce($1, '') ORDER BY id LIMIT $2)
         SELECT p.id AS place, p.at, CAST(CASE WHEN p.at < $3 AND ",
        run_is_free!(),
        " THEN 1 ELSE 0 END AS BIGINT) AS goes FROM p ORDER BY p.id"
    ),
    delete: &[
        concat!("DELETE FROM run_journal WHERE ", among!("run", "$1")),
        concat!("DELETE FROM run WHERE ", among!("id", "$1")),
    ],
};

const JOURNALS: Way = Way::Walk {
    page: concat!(
        "WITH p AS (SELECT j.run AS id, r.plugin, r.fault, r.event, coalesce(r.at, 0) AS at
           FROM run_journal j LEFT JOIN run r ON r.id = j.run WHERE j.run > coalesce($1, '') ORDER BY j.run LIMIT $2)
         SELECT p.id AS place, p.at, CAST(CASE WHEN p.at < $3 AND ",
        run_is_free!(),
        " THEN 1 ELSE 0 END AS BIGINT) AS goes FROM p ORDER BY p.id"
    ),
    delete: &[concat!("DELETE FROM run_journal WHERE ", among!("run", "$1"))],
};

const TRIALS: Way = Way::Walk {
    page:
        "WITH p AS (SELECT id, at FROM shadow_trial WHERE id > coalesce($1, '') ORDER BY id LIMIT $2)
         SELECT p.id AS place, p.at, CAST(CASE WHEN p.at < $3 THEN 1 ELSE 0 END AS BIGINT) AS goes FROM p ORDER BY p.id",
    delete: &[concat!("DELETE FROM shadow_trial WHERE ", among!("id", "$1"))],
};

const EVENTS: Way = Way::Walk {
    page: concat!(
        "WITH p AS (SELECT e.id, a.at FROM event e JOIN audit a ON a.id = e.id
           WHERE e.id > coalesce(CAST($1 AS BIGINT), 0) ORDER BY e.id LIMIT $2)
         SELECT CAST(p.id AS TEXT) AS place, p.at, CAST(CASE WHEN p.at < $3 AND p.id NOT IN ",
        needed_events!(),
        " THEN 1 ELSE 0 END AS BIGINT) AS goes FROM p ORDER BY p.id"
    ),
    delete: &[concat!("DELETE FROM event WHERE ", among_numbers!("id", "$1"))],
};

/// The newest entry stays: by it is told which number an event had last.
const AUDIT: Way = Way::Walk {
    page: concat!(
        "WITH p AS (SELECT id, at FROM audit WHERE id > coalesce(CAST($1 AS BIGINT), 0) ORDER BY id LIMIT $2)
         SELECT CAST(p.id AS TEXT) AS place, p.at, CAST(CASE WHEN p.at < $3 AND p.id NOT IN ",
        needed_events!("delivery", "dead_delivery", "hold", "outbox"),
        " AND NOT EXISTS (SELECT 1 FROM event e WHERE e.id = p.id) AND p.id < (SELECT max(id) FROM audit)
         THEN 1 ELSE 0 END AS BIGINT) AS goes FROM p ORDER BY p.id"
    ),
    delete: &[concat!("DELETE FROM audit WHERE ", among_numbers!("id", "$1"))],
};

/// One that was ended and is sent again meanwhile stays.
const MESSAGES: Way = Way::Walk {
    page: "WITH p AS (SELECT id, state, created_at, ended_at FROM outbox
             WHERE id > coalesce(CAST($1 AS BIGINT), 0) ORDER BY id LIMIT $2)
           SELECT CAST(p.id AS TEXT) AS place, p.created_at AS at,
             CAST(CASE WHEN p.state <> 'queued' AND p.ended_at < $3 THEN 1 ELSE 0 END AS BIGINT) AS goes
           FROM p ORDER BY p.id",
    delete: &[concat!("DELETE FROM outbox WHERE state <> 'queued' AND ", among_numbers!("id", "$1"))],
};

const ANSWERS: Way = Way::Pick(
    "DELETE FROM idempotency WHERE (actor, key) IN
       (SELECT actor, key FROM idempotency WHERE at < $1 ORDER BY at LIMIT $2)",
);

const SESSIONS: Way =
    Way::Pick("DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE expires_at < $1 LIMIT $2)");

const TICKS: Way = Way::Pick(
    "DELETE FROM schedule_fire WHERE (plugin, schedule, due) IN (SELECT f.plugin, f.schedule, f.due FROM schedule_fire f
       WHERE f.at < $1 AND f.due < (SELECT max(l.due) FROM schedule_fire l
         WHERE l.plugin = f.plugin AND l.schedule = f.schedule) LIMIT $2)",
);

const fn way(kept: Kept) -> Way {
    match kept {
        Kept::Sessions => SESSIONS,
        Kept::Answers => ANSWERS,
        Kept::Ticks => TICKS,
        Kept::Messages => MESSAGES,
        Kept::Journals => JOURNALS,
        Kept::Trials => TRIALS,
        Kept::Runs => RUNS,
        Kept::Events => EVENTS,
        Kept::Audit => AUDIT,
    }
}

impl SqlStore {
    /// See [`Store::sweep`](crate::store::Store::sweep).
    pub(super) async fn sweep_step(
        &self,
        kept: Kept,
        before: Instant,
        from: Option<&str>,
        limit: u32,
    ) -> sqlx::Result<Swept> {
        match way(kept) {
            Way::Pick(delete) => {
                let mut connection = self.writer().await?;
                let delete = sqlx::query(delete).bind(before.micros()).bind(i64::from(limit));
                let gone = delete.execute(&mut *connection).await?.rows_affected();
                Ok(Swept { gone, next: (gone == u64::from(limit)).then(String::new) })
            }
            Way::Walk { page, delete } => {
                let page = sqlx::query(page).bind(from).bind(i64::from(limit)).bind(before.micros());
                let page = page.fetch_all(&self.readers).await?;
                let (mut going, mut next) = (Vec::new(), None);
                for row in &page {
                    let place: String = row.try_get("place")?;
                    if rows::instant(row, "at")? < before {
                        next = page.last().map(|last| last.try_get("place")).transpose()?;
                    }
                    if row.try_get::<i64, _>("goes")? == 1 {
                        going.push(place.parse::<i64>().map_or_else(|_| Value::from(place), Value::from));
                    }
                }
                let gone = if going.is_empty() { 0 } else { self.delete(kept, delete, going, before).await? };
                Ok(Swept { gone, next })
            }
        }
    }

    /// How many rows of the last table are gone.
    async fn delete(
        &self,
        kept: Kept,
        statements: &[&'static str],
        going: Vec<Value>,
        before: Instant,
    ) -> sqlx::Result<u64> {
        let going = Value::from(going).to_string();
        let mut gone = 0;
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin_claim(&mut connection).await?;
        if kept == Kept::Audit {
            // The audit's trigger lets entries go that are older than what stands here.
            let expiring = sqlx::query("INSERT INTO expiring (before) VALUES ($1)").bind(before.micros());
            expiring.execute(&mut *transaction).await?;
        }
        for statement in statements {
            gone = sqlx::query(*statement).bind(&going).execute(&mut *transaction).await?.rows_affected();
        }
        if kept == Kept::Audit {
            sqlx::query("DELETE FROM expiring").execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(gone)
    }
}
