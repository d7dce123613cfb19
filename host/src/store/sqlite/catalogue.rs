//! Installed plugins and their releases.

use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row};

use super::{SqliteStore, rows};
use crate::store::plugin::{PluginRow, PluginWrite, Release};

impl SqliteStore {
    pub(super) async fn read_plugins(&self) -> sqlx::Result<(Vec<PluginRow>, u64)> {
        // Both in one statement: a number that is older than the rows would let a stale commit through.
        let rows = sqlx::query(
            "SELECT coalesce((SELECT value FROM counter WHERE name = 'catalogue'), 0) AS catalogue, p.*
             FROM (SELECT 1) LEFT JOIN plugin p ORDER BY p.name",
        )
        .fetch_all(&self.readers)
        .await?;
        let number = rows.first().map(|row| rows::number(row, "catalogue")).transpose()?.unwrap_or(0);
        let named = rows.iter().filter(|row| row.try_get::<Option<&str>, _>("name").is_ok_and(|name| name.is_some()));
        Ok((named.map(plugin).collect::<sqlx::Result<_>>()?, number))
    }

    pub(super) async fn write_plugin(&self, write: PluginWrite) -> sqlx::Result<u64> {
        let PluginWrite { plugin, release, drop_pending } = write;
        let mut connection = self.writer().await;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(release) = release {
            sqlx::query(r#"INSERT OR IGNORE INTO "release" (digest, component, at) VALUES (?, ?, ?)"#)
                .bind(release.digest)
                .bind(release.component)
                .bind(release.at.micros())
                .execute(&mut *transaction)
                .await?;
        }
        if drop_pending {
            for statement in ["DELETE FROM delivery WHERE plugin = ?", "DELETE FROM timer WHERE plugin = ?"] {
                sqlx::query(statement).bind(&plugin.name).execute(&mut *transaction).await?;
            }
        }
        sqlx::query(
            r#"INSERT INTO plugin (name, "release", manifest, config, grants, condition, enabled, generation, budgets,
               missed, enabled_at, installed_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (name) DO UPDATE SET "release" = excluded."release", manifest = excluded.manifest,
               config = excluded.config, grants = excluded.grants, condition = excluded.condition,
               enabled = excluded.enabled, generation = excluded.generation, budgets = excluded.budgets, missed = excluded.missed,
               enabled_at = excluded.enabled_at, updated_at = excluded.updated_at"#,
        )
        .bind(plugin.name)
        .bind(plugin.release)
        .bind(plugin.manifest.to_string())
        .bind(plugin.config.to_string())
        .bind(serde_json::Value::from(plugin.grants).to_string())
        .bind(plugin.condition)
        .bind(plugin.enabled)
        .bind(plugin.generation.cast_signed())
        .bind(plugin.budgets.to_string())
        .bind(serde_json::to_string(&plugin.missed).unwrap_or_default())
        .bind(plugin.enabled_at.map(crate::crm::instant::Instant::micros))
        .bind(plugin.installed_at.micros())
        .bind(plugin.updated_at.micros())
        .execute(&mut *transaction)
        .await?;
        let number = sqlx::query(
            "INSERT INTO counter (name, value) VALUES ('catalogue', 1)
             ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value",
        )
        .fetch_one(&mut *transaction)
        .await?;
        let number = rows::number(&number, "value")?;
        transaction.commit().await?;
        Ok(number)
    }

    pub(super) async fn read_release(&self, digest: &str) -> sqlx::Result<Option<Release>> {
        let row = sqlx::query(r#"SELECT digest, component, at FROM "release" WHERE digest = ?"#)
            .bind(digest)
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(Release {
                digest: row.try_get("digest")?,
                component: row.try_get("component")?,
                at: rows::instant(&row, "at")?,
            })
        })
        .transpose()
    }
}

fn plugin(row: &SqliteRow) -> sqlx::Result<PluginRow> {
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
        enabled_at: row.try_get::<Option<i64>, _>("enabled_at")?.map(crate::crm::instant::Instant::from_micros),
        installed_at: rows::instant(row, "installed_at")?,
        updated_at: rows::instant(row, "updated_at")?,
    })
}
