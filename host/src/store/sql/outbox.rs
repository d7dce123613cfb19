//! Webhooks, and the messages on their way to them.

use std::sync::Arc;

use sqlx::Row;

use super::dialect::{self, DbConnection, DbRow, among_numbers, mine_abandoned};
use super::{SqlStore, rows};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::store::outbox::{MessageEnd, MessageRow, MessageState, Outgoing, Webhook};

/// Messages of one webhook that are sent at once: a slow receiver holds up no other.
const AT_ONCE: i64 = 4;

impl SqlStore {
    pub(super) async fn read_webhooks(&self) -> sqlx::Result<Vec<Webhook>> {
        let found = sqlx::query("SELECT * FROM webhook ORDER BY id").fetch_all(&self.readers).await?;
        found.iter().map(webhook).collect()
    }

    pub(super) async fn put_webhook(&self, hook: Webhook) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let (previous, until) = hook.previous.unzip();
        sqlx::query(
            "INSERT INTO webhook (id, url, events, condition, active, secret, previous_secret, previous_until,
               created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (id) DO UPDATE SET url = excluded.url, events = excluded.events,
               condition = excluded.condition, active = excluded.active, secret = excluded.secret,
               previous_secret = excluded.previous_secret, previous_until = excluded.previous_until,
               updated_at = excluded.updated_at",
        )
        .bind(hook.id.to_string())
        .bind(hook.url)
        .bind(serde_json::Value::from(hook.events).to_string())
        .bind(hook.condition)
        .bind(hook.active)
        .bind(hook.secret)
        .bind(previous)
        .bind(until.map(Instant::micros))
        .bind(hook.created_at.micros())
        .bind(hook.updated_at.micros())
        .execute(&mut *transaction)
        .await?;
        bump(&mut transaction).await?;
        dialect::announce_catalogue(&mut transaction, self.token).await?;
        transaction.commit().await
    }

    pub(super) async fn delete_webhook(&self, id: Id) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let gone =
            sqlx::query("DELETE FROM webhook WHERE id = $1").bind(id.to_string()).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM outbox WHERE webhook = $1").bind(id.to_string()).execute(&mut *transaction).await?;
        bump(&mut transaction).await?;
        dialect::announce_catalogue(&mut transaction, self.token).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected() > 0)
    }

    pub(super) async fn claim_messages(&self, now: Instant, limit: u32) -> sqlx::Result<Vec<Outgoing>> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let rows = sqlx::query(
            "UPDATE outbox SET lease = $1 WHERE id IN (SELECT id FROM (
               SELECT o.id, row_number() OVER (PARTITION BY o.webhook ORDER BY o.due_at, o.id)
                 + (SELECT count(*) FROM outbox l WHERE l.webhook = o.webhook AND l.lease IS NOT NULL) AS turn
               FROM outbox o JOIN webhook w ON w.id = o.webhook AND w.active
               WHERE o.state = 'queued' AND o.lease IS NULL AND o.due_at <= $2) o
             WHERE turn <= $3 ORDER BY id LIMIT $4) RETURNING id",
        )
        .bind(self.token)
        .bind(now.micros())
        .bind(AT_ONCE)
        .bind(i64::from(limit))
        .fetch_all(&mut *transaction)
        .await?;
        let ids = rows.iter().map(|row| rows::number(row, "id")).collect::<sqlx::Result<Vec<_>>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let found = sqlx::query(concat!(
            "SELECT o.id AS o_id, o.webhook AS o_webhook, o.attempt AS o_attempt, a.*, e.number AS e_number,
                    e.created_at AS e_created_at, e.before_updated_at AS e_before_updated_at, e.data AS e_data
             FROM outbox o JOIN audit a ON a.id = o.event JOIN event e ON e.id = o.event
             WHERE ",
            among_numbers!("o.id", "$1"),
            " ORDER BY o.id"
        ))
        .bind(serde_json::Value::from(ids).to_string())
        .fetch_all(&mut *transaction)
        .await?;
        let claimed = found.iter().map(outgoing).collect();
        transaction.commit().await?;
        claimed
    }

    pub(super) async fn end_message(&self, id: u64, end: MessageEnd, now: Instant) -> sqlx::Result<()> {
        let (state, due, error) = match end {
            MessageEnd::Sent => (MessageState::Sent, None, None),
            MessageEnd::Retry { due, error } => (MessageState::Queued, Some(due), Some(error)),
            MessageEnd::Dead { error } => (MessageState::Dead, None, Some(error)),
        };
        let mut connection = self.writer().await?;
        sqlx::query(
            "UPDATE outbox SET state = $1, attempt = attempt + CASE WHEN $2 IS NULL THEN 0 ELSE 1 END, due_at = coalesce($2, due_at),
               error = $3, lease = NULL, ended_at = CASE WHEN $2 IS NULL THEN $4 END
             WHERE id = $5 AND lease = $6",
        )
        .bind(state.name())
        .bind(due.map(Instant::micros))
        .bind(error)
        .bind(now.micros())
        .bind(id.cast_signed())
        .bind(self.token)
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn rescue_messages(&self) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let done = sqlx::query(concat!("UPDATE outbox SET lease = NULL WHERE ", mine_abandoned!()))
            .bind(self.token)
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn read_message_due(&self) -> sqlx::Result<Option<Instant>> {
        let row = sqlx::query(
            "SELECT min(o.due_at) AS due FROM outbox o JOIN webhook w ON w.id = o.webhook AND w.active
             WHERE o.state = 'queued' AND o.lease IS NULL",
        )
        .fetch_one(&self.readers)
        .await?;
        Ok(row.try_get::<Option<i64>, _>("due")?.map(Instant::from_micros))
    }

    pub(super) async fn read_messages(
        &self,
        webhook: Id,
        state: Option<MessageState>,
        before: Option<u64>,
        limit: u32,
    ) -> sqlx::Result<Vec<MessageRow>> {
        let found = sqlx::query(
            "SELECT o.*, a.name FROM outbox o JOIN audit a ON a.id = o.event
             WHERE o.webhook = $1 AND ($2 IS NULL OR o.state = $2) AND ($3 IS NULL OR o.id < $3)
             ORDER BY o.id DESC LIMIT $4",
        )
        .bind(webhook.to_string())
        .bind(state.map(MessageState::name))
        .bind(before.map(u64::cast_signed))
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        found.iter().map(message).collect()
    }

    pub(super) async fn resend_message(&self, webhook: Id, id: u64, now: Instant) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query(
            "UPDATE outbox SET state = 'queued', attempt = 1, due_at = $1, error = NULL, ended_at = NULL
             WHERE id = $2 AND webhook = $3 AND lease IS NULL",
        )
        .bind(now.micros())
        .bind(id.cast_signed())
        .bind(webhook.to_string())
        .execute(&mut *connection)
        .await?;
        Ok(done.rows_affected() > 0)
    }
}

/// Whom an event is sent to is decided on the catalogue: a commit that began on an older one is repeated.
async fn bump(connection: &mut DbConnection) -> sqlx::Result<()> {
    let bump = "INSERT INTO counter (name, value) VALUES ('catalogue', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1";
    sqlx::query(bump).execute(connection).await.map(drop)
}

fn webhook(row: &DbRow) -> sqlx::Result<Webhook> {
    let until = row.try_get::<Option<i64>, _>("previous_until")?.map(Instant::from_micros);
    Ok(Webhook {
        id: rows::parsed(row, "id")?,
        url: row.try_get("url")?,
        events: rows::json(row, "events")?,
        condition: row.try_get("condition")?,
        active: row.try_get("active")?,
        secret: row.try_get("secret")?,
        previous: row.try_get::<Option<String>, _>("previous_secret")?.zip(until),
        created_at: rows::instant(row, "created_at")?,
        updated_at: rows::instant(row, "updated_at")?,
    })
}

fn outgoing(row: &DbRow) -> sqlx::Result<Outgoing> {
    Ok(Outgoing {
        id: rows::number(row, "o_id")?,
        webhook: rows::parsed(row, "o_webhook")?,
        event: Arc::new(rows::event(row)?),
        attempt: rows::count(row, "o_attempt")?,
    })
}

fn message(row: &DbRow) -> sqlx::Result<MessageRow> {
    let state = match row.try_get("state")? {
        "queued" => MessageState::Queued,
        "sent" => MessageState::Sent,
        _ => MessageState::Dead,
    };
    Ok(MessageRow {
        id: rows::number(row, "id")?,
        webhook: rows::parsed(row, "webhook")?,
        event: rows::number(row, "event")?,
        name: row.try_get("name")?,
        state,
        attempt: rows::count(row, "attempt")?,
        due_at: rows::instant(row, "due_at")?,
        error: row.try_get("error")?,
        created_at: rows::instant(row, "created_at")?,
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(Instant::from_micros),
    })
}
