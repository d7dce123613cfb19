//! Sessions, tokens, passwords, and requests that must be done once.

use sqlx::Row;

use super::dialect::DbRow;
use super::{SqlStore, rows};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::store::access::{Session, Token};
use crate::store::commit::Idempotency;

impl SqlStore {
    pub(super) async fn put_session(&self, session: Session) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        // Those that are over are of no use to anybody.
        sqlx::query("DELETE FROM session WHERE expires_at <= $1")
            .bind(session.at.micros())
            .execute(&mut *connection)
            .await?;
        sqlx::query(
            "INSERT INTO session (hash, \"user\", at, expires_at, address, agent) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&session.hash[..])
        .bind(session.user.to_string())
        .bind(session.at.micros())
        .bind(session.expires_at.micros())
        .bind(session.address)
        .bind(session.agent)
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn read_session(&self, hash: &[u8; 32]) -> sqlx::Result<Option<Session>> {
        let row =
            sqlx::query("SELECT * FROM session WHERE hash = $1").bind(&hash[..]).fetch_optional(&self.readers).await?;
        row.as_ref().map(session).transpose()
    }

    pub(super) async fn read_sessions(&self, user: Option<Id>) -> sqlx::Result<Vec<Session>> {
        let found = sqlx::query("SELECT * FROM session WHERE $1 IS NULL OR \"user\" = $1 ORDER BY at DESC")
            .bind(user.map(|user| user.to_string()))
            .fetch_all(&self.readers)
            .await?;
        found.iter().map(session).collect()
    }

    pub(super) async fn delete_session(&self, hash: &[u8; 32]) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM session WHERE hash = $1").bind(&hash[..]).execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn delete_sessions_of(&self, user: Id, except: Option<[u8; 32]>) -> sqlx::Result<u64> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM session WHERE \"user\" = $1 AND ($2 IS NULL OR hash <> $2)")
            .bind(user.to_string())
            .bind(except.map(|hash| hash.to_vec()))
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn put_token(&self, token: Token) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query(
            "INSERT INTO token (id, name, hash, scopes, \"user\", at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(token.id.to_string())
        .bind(token.name)
        .bind(&token.hash[..])
        .bind(serde_json::Value::from(token.scopes).to_string())
        .bind(token.user.map(|user| user.to_string()))
        .bind(token.at.micros())
        .bind(token.expires_at.map(Instant::micros))
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn read_token(&self, hash: &[u8; 32]) -> sqlx::Result<Option<Token>> {
        let row =
            sqlx::query("SELECT * FROM token WHERE hash = $1").bind(&hash[..]).fetch_optional(&self.readers).await?;
        row.as_ref().map(token).transpose()
    }

    pub(super) async fn read_tokens(&self) -> sqlx::Result<Vec<Token>> {
        let rows = sqlx::query("SELECT * FROM token ORDER BY id").fetch_all(&self.readers).await?;
        rows.iter().map(token).collect()
    }

    pub(super) async fn delete_token(&self, id: Id) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done =
            sqlx::query("DELETE FROM token WHERE id = $1").bind(id.to_string()).execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn read_password(&self, user: Id) -> sqlx::Result<Option<String>> {
        let row = sqlx::query("SELECT hash FROM password WHERE \"user\" = $1")
            .bind(user.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.try_get("hash")).transpose()
    }

    pub(super) async fn put_password(&self, user: Id, hash: &str) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        sqlx::query(
            "INSERT INTO password (\"user\", hash) VALUES ($1, $2) ON CONFLICT (\"user\") DO UPDATE SET hash = excluded.hash",
        )
        .bind(user.to_string())
        .bind(hash)
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn read_idempotency(&self, actor: &str, key: &str) -> sqlx::Result<Option<Idempotency>> {
        let row = sqlx::query("SELECT * FROM idempotency WHERE actor = $1 AND key = $2")
            .bind(actor)
            .bind(key)
            .fetch_optional(&self.readers)
            .await?;
        if row.is_some() {
            // The database shows a commit a moment before the cache does: once the writer is free, both do.
            drop(self.writer().await);
        }
        row.map(|row| {
            Ok(Idempotency {
                actor: row.try_get("actor")?,
                key: row.try_get("key")?,
                request: row.try_get("request")?,
                outcome: rows::json(&row, "outcome")?,
                at: rows::instant(&row, "at")?,
            })
        })
        .transpose()
    }
}

fn session(row: &DbRow) -> sqlx::Result<Session> {
    let hash: &[u8] = row.try_get("hash")?;
    Ok(Session {
        hash: hash.try_into().map_err(rows::decode)?,
        user: rows::parsed(row, "user")?,
        at: rows::instant(row, "at")?,
        expires_at: rows::instant(row, "expires_at")?,
        address: row.try_get("address")?,
        agent: row.try_get("agent")?,
    })
}

fn token(row: &DbRow) -> sqlx::Result<Token> {
    let hash: &[u8] = row.try_get("hash")?;
    Ok(Token {
        id: rows::parsed(row, "id")?,
        name: row.try_get("name")?,
        hash: hash.try_into().map_err(rows::decode)?,
        scopes: rows::json(row, "scopes")?,
        user: rows::parsed_maybe(row, "user")?,
        at: rows::instant(row, "at")?,
        expires_at: row.try_get::<Option<i64>, _>("expires_at")?.map(Instant::from_micros),
    })
}
