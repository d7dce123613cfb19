//! Events in the order of their ids, whichever host committed them.

use std::sync::Arc;

use sqlx::postgres::PgPool;
use tokio::sync::Mutex;

use super::rows;
use crate::crm::event::Event;
use crate::store::Feed;

/// Events read at once.
const BATCH: i64 = 500;

/// Tells this process events: its own at once, those of other hosts before them.
pub struct Tail {
    pool: PgPool,
    /// The id told last.
    told: Mutex<u64>,
}

impl Tail {
    /// Begins behind the newest event.
    pub async fn begin(pool: PgPool) -> sqlx::Result<Self> {
        let row = sqlx::query("SELECT coalesce(max(id), 0) AS id FROM audit").fetch_one(&pool).await?;
        let told = Mutex::new(rows::number(&row, "id")?);
        Ok(Self { pool, told })
    }

    /// Tells what this process has committed, and what others had before.
    pub async fn tell(&self, feed: &Feed, events: Vec<Arc<Event>>) {
        let Some(first) = events.first().map(|event| event.id) else { return };
        let mut told = self.told.lock().await;
        if first > *told + 1
            && let Err(error) = self.read(feed, &mut told, first).await
        {
            tracing::warn!(%error, "failed to read what other hosts committed; events are told late");
            return;
        }
        for event in events.into_iter().filter(|event| event.id > *told).collect::<Vec<_>>() {
            *told = event.id;
            let _ = feed.events.send(event);
        }
    }

    /// Tells all that was committed. True when the organisation's settings were among it.
    pub async fn catch_up(&self, feed: &Feed) -> sqlx::Result<bool> {
        let mut told = self.told.lock().await;
        self.read(feed, &mut told, u64::MAX).await
    }

    async fn read(&self, feed: &Feed, told: &mut u64, before: u64) -> sqlx::Result<bool> {
        let mut organisation = false;
        loop {
            let found = sqlx::query(
                "SELECT a.*, e.number AS e_number, e.created_at AS e_created_at,
                        e.before_updated_at AS e_before_updated_at, e.data AS e_data
                 FROM event e JOIN audit a ON a.id = e.id WHERE e.id > $1 AND e.id < $2 ORDER BY e.id LIMIT $3",
            )
            .bind(told.cast_signed())
            .bind(i64::try_from(before).unwrap_or(i64::MAX))
            .bind(BATCH)
            .fetch_all(&self.pool)
            .await?;
            if found.is_empty() {
                return Ok(organisation);
            }
            for row in &found {
                let event = rows::event(row)?;
                *told = event.id;
                organisation |= event.about.kind.is_setting();
                let _ = feed.events.send(Arc::new(event));
            }
        }
    }
}
