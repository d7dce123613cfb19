//! Keys whose signatures of components are trusted.

use sqlx::Row;

use super::dialect::DbRow;
use super::{SqlStore, rows};
use crate::store::key::TrustedKey;

impl SqlStore {
    pub(super) async fn read_keys(&self) -> sqlx::Result<Vec<TrustedKey>> {
        let found = sqlx::query("SELECT * FROM trusted_key ORDER BY name").fetch_all(&self.readers).await?;
        found.iter().map(key).collect()
    }

    pub(super) async fn put_key(&self, key: TrustedKey) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query("INSERT INTO trusted_key (name, key, at) VALUES ($1, $2, $3)")
            .bind(key.name)
            .bind(key.key)
            .bind(key.at.micros())
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    pub(super) async fn delete_key(&self, name: &str) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM trusted_key WHERE name = $1").bind(name).execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }
}

fn key(row: &DbRow) -> sqlx::Result<TrustedKey> {
    Ok(TrustedKey { name: row.try_get("name")?, key: row.try_get("key")?, at: rows::instant(row, "at")? })
}
