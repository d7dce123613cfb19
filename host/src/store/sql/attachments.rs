//! Files of records.

use sqlx::Row;

use super::dialect::{self, DbRow};
use super::{SqlStore, rows};
use crate::crm::id::Id;
use crate::crm::record::Reference;
use crate::store::attachment::Attachment;

impl SqlStore {
    pub(super) async fn put_attachment(&self, attachment: Attachment) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        let (actor, actor_id) = rows::actor_columns(&attachment.by);
        sqlx::query(
            "INSERT INTO attachment (id, kind, record, name, media, size, digest, at, actor, actor_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(attachment.id.to_string())
        .bind(attachment.record.kind.name())
        .bind(attachment.record.id.to_string())
        .bind(attachment.name)
        .bind(attachment.media)
        .bind(attachment.size.cast_signed())
        .bind(attachment.digest)
        .bind(attachment.at.micros())
        .bind(actor)
        .bind(actor_id)
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn read_attachments(&self, record: Id) -> sqlx::Result<Vec<Attachment>> {
        let found = sqlx::query("SELECT * FROM attachment WHERE record = $1 ORDER BY id")
            .bind(record.to_string())
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(attachment).collect()
    }

    pub(super) async fn delete_attachment(&self, id: Id) -> sqlx::Result<Option<bool>> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let gone = sqlx::query("DELETE FROM attachment WHERE id = $1 RETURNING digest")
            .bind(id.to_string())
            .fetch_optional(&mut *transaction)
            .await?;
        let Some(gone) = gone else { return Ok(None) };
        let others = sqlx::query("SELECT count(*) AS others FROM attachment WHERE digest = $1")
            .bind(gone.try_get::<&str, _>("digest")?)
            .fetch_one(&mut *transaction)
            .await?;
        let last = others.try_get::<i64, _>("others")? == 0;
        transaction.commit().await?;
        Ok(Some(last))
    }
}

fn attachment(row: &DbRow) -> sqlx::Result<Attachment> {
    Ok(Attachment {
        id: rows::parsed(row, "id")?,
        record: Reference { kind: rows::parsed(row, "kind")?, id: rows::parsed(row, "record")? },
        name: row.try_get("name")?,
        media: row.try_get("media")?,
        size: rows::number(row, "size")?,
        digest: row.try_get("digest")?,
        at: rows::instant(row, "at")?,
        by: rows::actor(row)?,
    })
}
