//! Secrets that admins set for plugins.

use sqlx::Row;

use super::dialect::DbRow;
use super::{SqlStore, rows};
use crate::store::secret::PluginSecret;

impl SqlStore {
    pub(super) async fn read_secrets(&self, plugin: &str) -> sqlx::Result<Vec<PluginSecret>> {
        let found = sqlx::query("SELECT * FROM plugin_secret WHERE plugin = $1 ORDER BY name")
            .bind(plugin)
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(secret).collect()
    }

    pub(super) async fn put_secret(&self, secret: PluginSecret) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query(
            "INSERT INTO plugin_secret (plugin, name, hosts, sealed, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (plugin, name) DO UPDATE SET hosts = excluded.hosts, sealed = excluded.sealed, at = excluded.at",
        )
        .bind(secret.plugin)
        .bind(secret.name)
        .bind(secret.hosts.join(" "))
        .bind(secret.sealed)
        .bind(secret.at.micros())
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn delete_secret(&self, plugin: &str, name: &str) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM plugin_secret WHERE plugin = $1 AND name = $2")
            .bind(plugin)
            .bind(name)
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}

fn secret(row: &DbRow) -> sqlx::Result<PluginSecret> {
    let hosts: String = row.try_get("hosts")?;
    Ok(PluginSecret {
        plugin: row.try_get("plugin")?,
        name: row.try_get("name")?,
        hosts: hosts.split(' ').map(str::to_owned).collect(),
        sealed: row.try_get("sealed")?,
        at: rows::instant(row, "at")?,
    })
}
