//! Outside systems that post to the host.

use sqlx::Row;

use super::dialect::DbRow;
use super::{SqlStore, rows};
use crate::crm::instant::Instant;
use crate::store::inbound::Inbound;

impl SqlStore {
    pub(super) async fn read_inbound(&self) -> sqlx::Result<Vec<Inbound>> {
        let found = sqlx::query("SELECT * FROM inbound ORDER BY name").fetch_all(&self.readers).await?;
        found.iter().map(inbound).collect()
    }

    pub(super) async fn put_inbound(&self, inbound: Inbound) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        let (previous, until) = inbound.previous.unzip();
        sqlx::query(
            "INSERT INTO inbound (name, secret, previous_secret, previous_until, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (name) DO UPDATE SET secret = excluded.secret, previous_secret = excluded.previous_secret,
               previous_until = excluded.previous_until, updated_at = excluded.updated_at",
        )
        .bind(inbound.name)
        .bind(inbound.secret)
        .bind(previous)
        .bind(until.map(Instant::micros))
        .bind(inbound.created_at.micros())
        .bind(inbound.updated_at.micros())
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn delete_inbound(&self, name: &str) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM inbound WHERE name = $1").bind(name).execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn inbound(row: &DbRow) -> sqlx::Result<Inbound> {
    let until = row.try_get::<Option<i64>, _>("previous_until")?.map(Instant::from_micros);
    Ok(Inbound {
        name: row.try_get("name")?,
        secret: row.try_get("secret")?,
        previous: row.try_get::<Option<String>, _>("previous_secret")?.zip(until),
        created_at: rows::instant(row, "created_at")?,
        updated_at: rows::instant(row, "updated_at")?,
    })
}
