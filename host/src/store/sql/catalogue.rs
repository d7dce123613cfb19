//! Installed plugins and their releases.

use sqlx::Row;

use super::dialect::{self, DbConnection, DbRow};
use super::{SqlStore, rows, shadow};
use crate::crm::instant::Instant;
use crate::store::plugin::{NewRelease, PluginRow, PluginWrite, ReleaseRow, Vouched};

impl SqlStore {
    pub(super) async fn read_plugins(&self) -> sqlx::Result<(Vec<PluginRow>, u64)> {
        // Both in one statement: a number that is older than the rows would let a stale commit through.
        let rows = sqlx::query(
            "SELECT coalesce((SELECT value FROM counter WHERE name = 'catalogue'), 0) AS catalogue, p.*
             FROM (SELECT 1 AS one) o LEFT JOIN plugin p ON 1 = 1 ORDER BY p.name",
        )
        .fetch_all(&self.readers)
        .await?;
        let number = rows.first().map(|row| rows::number(row, "catalogue")).transpose()?.unwrap_or(0);
        let named = rows.iter().filter(|row| row.try_get::<Option<&str>, _>("name").is_ok_and(|name| name.is_some()));
        Ok((named.map(plugin).collect::<sqlx::Result<_>>()?, number))
    }

    pub(super) async fn write_plugins(&self, writes: Vec<PluginWrite>) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        for write in writes {
            write_plugin(&mut transaction, write).await?;
        }
        let number = sqlx::query(
            "INSERT INTO counter (name, value) VALUES ('catalogue', 1)
             ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value",
        )
        .fetch_one(&mut *transaction)
        .await?;
        let number = rows::number(&number, "value")?;
        dialect::announce_catalogue(&mut transaction, self.token).await?;
        transaction.commit().await?;
        Ok(number)
    }

    pub(super) async fn put_release(&self, release: NewRelease) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        insert_release(&mut transaction, release).await?;
        transaction.commit().await
    }

    pub(super) async fn read_release(&self, digest: &str) -> sqlx::Result<Option<Vec<u8>>> {
        let row = sqlx::query(r#"SELECT component FROM "release" WHERE digest = $1"#)
            .bind(digest)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.try_get("component")).transpose()
    }

    pub(super) async fn read_releases(&self, plugin: &str, limit: u32) -> sqlx::Result<Vec<ReleaseRow>> {
        let found = sqlx::query(
            r#"SELECT p.*, CAST(length(r.component) AS BIGINT) AS size
               FROM plugin_release p JOIN "release" r ON r.digest = p.digest
               WHERE p.plugin = $1 ORDER BY p.at DESC, p.digest LIMIT $2"#,
        )
        .bind(plugin)
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(release).collect()
    }
}

async fn write_plugin(connection: &mut DbConnection, write: PluginWrite) -> sqlx::Result<()> {
    let PluginWrite { plugin, release, drop_pending } = write;
    if let Some(release) = release {
        insert_release(connection, release).await?;
    }
    if drop_pending {
        for statement in ["DELETE FROM delivery WHERE plugin = $1", "DELETE FROM timer WHERE plugin = $1"] {
            sqlx::query(statement).bind(&plugin.name).execute(&mut *connection).await?;
        }
    }
    let shadow = plugin.shadow.as_ref().and_then(|shadow| serde_json::to_string(shadow).ok());
    shadow::forget_others(connection, &plugin.name, shadow.as_deref()).await?;
    sqlx::query(
        r#"INSERT INTO plugin (name, "release", manifest, config, grants, condition, enabled, generation, budgets,
           missed, paused, shadow, enabled_at, released_at, installed_at, updated_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
           ON CONFLICT (name) DO UPDATE SET "release" = excluded."release", manifest = excluded.manifest,
           config = excluded.config, grants = excluded.grants, condition = excluded.condition,
           enabled = excluded.enabled, generation = excluded.generation, budgets = excluded.budgets,
           missed = excluded.missed, paused = excluded.paused,
           shadow = excluded.shadow, enabled_at = excluded.enabled_at, released_at = excluded.released_at,
           updated_at = excluded.updated_at"#,
    )
    .bind(&plugin.name)
    .bind(&plugin.release)
    .bind(plugin.manifest.to_string())
    .bind(plugin.config.to_string())
    .bind(serde_json::Value::from(plugin.grants).to_string())
    .bind(plugin.condition)
    .bind(plugin.enabled)
    .bind(plugin.generation.cast_signed())
    .bind(plugin.budgets.to_string())
    .bind(serde_json::to_string(&plugin.missed).unwrap_or_default())
    .bind(plugin.paused.and_then(|paused| serde_json::to_string(&paused).ok()))
    .bind(shadow)
    .bind(plugin.enabled_at.map(Instant::micros))
    .bind(plugin.released_at.map(Instant::micros))
    .bind(plugin.installed_at.micros())
    .bind(plugin.updated_at.micros())
    .execute(&mut *connection)
    .await?;
    sqlx::query("UPDATE plugin_release SET used_at = $1, config = $2 WHERE plugin = $3 AND digest = $4")
        .bind(plugin.released_at.unwrap_or(plugin.installed_at).micros())
        .bind(plugin.config.to_string())
        .bind(&plugin.name)
        .bind(&plugin.release)
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// A component that is there already is kept as it is.
async fn insert_release(connection: &mut DbConnection, release: NewRelease) -> sqlx::Result<()> {
    sqlx::query(r#"INSERT INTO "release" (digest, component, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"#)
        .bind(&release.digest)
        .bind(release.component)
        .bind(release.at.micros())
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO plugin_release (plugin, digest, manifest, contract, at, signature, signer)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (plugin, digest) DO UPDATE SET manifest = excluded.manifest, contract = excluded.contract,
           signature = coalesce(excluded.signature, plugin_release.signature),
           signer = CASE WHEN excluded.signature IS NULL AND excluded.signer IS NULL THEN plugin_release.signer
             ELSE excluded.signer END",
    )
    .bind(release.plugin)
    .bind(release.digest)
    .bind(release.manifest.to_string())
    .bind(release.contract)
    .bind(release.at.micros())
    .bind(release.vouched.signature)
    .bind(release.vouched.signer)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

fn release(row: &DbRow) -> sqlx::Result<ReleaseRow> {
    Ok(ReleaseRow {
        plugin: row.try_get("plugin")?,
        digest: row.try_get("digest")?,
        manifest: rows::json(row, "manifest")?,
        contract: row.try_get("contract")?,
        size: rows::number(row, "size")?,
        at: rows::instant(row, "at")?,
        used_at: rows::instant_maybe(row, "used_at")?,
        config: rows::json_maybe(row, "config")?,
        vouched: Vouched { signature: row.try_get("signature")?, signer: row.try_get("signer")? },
    })
}

fn plugin(row: &DbRow) -> sqlx::Result<PluginRow> {
    Ok(PluginRow {
        name: row.try_get("name")?,
        release: row.try_get("release")?,
        manifest: rows::json(row, "manifest")?,
        config: rows::json(row, "config")?,
        grants: rows::json(row, "grants")?,
        condition: row.try_get("condition")?,
        enabled: row.try_get("enabled")?,
        generation: rows::number(row, "generation")?,
        budgets: rows::json(row, "budgets")?,
        missed: rows::json(row, "missed")?,
        paused: rows::json_maybe(row, "paused")?,
        shadow: rows::json_maybe(row, "shadow")?,
        enabled_at: rows::instant_maybe(row, "enabled_at")?,
        released_at: rows::instant_maybe(row, "released_at")?,
        installed_at: rows::instant(row, "installed_at")?,
        updated_at: rows::instant(row, "updated_at")?,
    })
}
