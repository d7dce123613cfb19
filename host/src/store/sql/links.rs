//! Links to papers.

use sqlx::Row;

use super::dialect::DbRow;
use super::{SqlStore, rows};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::store::link::Link;

impl SqlStore {
    pub(super) async fn put_link(&self, link: Link) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query(
            "INSERT INTO link (id, hash, kind, record, language, by_user, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(link.id.to_string())
        .bind(&link.hash[..])
        .bind(link.record.kind.name())
        .bind(link.record.id.to_string())
        .bind(link.language)
        .bind(link.by.map(|by| by.to_string()))
        .bind(link.created_at.micros())
        .bind(link.expires_at.micros())
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn read_link(&self, hash: &[u8; 32]) -> sqlx::Result<Option<Link>> {
        let row = sqlx::query("SELECT * FROM link LEFT JOIN link_view ON link = id WHERE hash = $1")
            .bind(&hash[..])
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(link).transpose()
    }

    pub(super) async fn read_links(&self, record: Id) -> sqlx::Result<Vec<Link>> {
        let rows = sqlx::query("SELECT * FROM link LEFT JOIN link_view ON link = id WHERE record = $1 ORDER BY id")
            .bind(record.to_string())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(link).collect()
    }

    pub(super) async fn revoke_link(&self, record: Id, id: Id, now: Instant) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("UPDATE link SET revoked_at = coalesce(revoked_at, $1) WHERE record = $2 AND id = $3")
            .bind(now.micros())
            .bind(record.to_string())
            .bind(id.to_string())
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn count_view(&self, id: Id, now: Instant) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query(
            "INSERT INTO link_view (link, views, last_at) VALUES ($1, 1, $2)
             ON CONFLICT (link) DO UPDATE SET views = link_view.views + 1, last_at = excluded.last_at",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .execute(&mut *connection)
        .await?;
        Ok(())
    }
}

fn link(row: &DbRow) -> sqlx::Result<Link> {
    let hash: &[u8] = row.try_get("hash")?;
    let moment = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(Instant::from_micros));
    Ok(Link {
        id: rows::parsed(row, "id")?,
        hash: hash.try_into().map_err(rows::decode)?,
        record: Reference { kind: rows::parsed(row, "kind")?, id: rows::parsed(row, "record")? },
        language: row.try_get("language")?,
        by: rows::parsed_maybe(row, "by_user")?,
        created_at: rows::instant(row, "created_at")?,
        expires_at: rows::instant(row, "expires_at")?,
        revoked_at: moment("revoked_at")?,
        views: rows::number_maybe(row, "views")?.unwrap_or_default(),
        last_viewed_at: moment("last_at")?,
    })
}
