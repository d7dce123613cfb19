//! Sessions, tokens, passwords, and requests that must be done once.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{SqliteStore, rows};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::store::access::{Session, Token};
use crate::store::commit::Idempotency;

impl SqliteStore {
    pub(super) async fn put_session(&self, session: Session) -> sqlx::Result<()> {
        let mut connection = self.writer().await;
        sqlx::query("INSERT INTO session (hash, user, at, expires_at) VALUES (?, ?, ?, ?)")
            .bind(&session.hash[..])
            .bind(session.user.to_string())
            .bind(session.at.micros())
            .bind(session.expires_at.micros())
            .execute(&mut *connection)
            .await?;
        Ok(())
    }

    pub(super) async fn read_session(&self, hash: &[u8; 32]) -> sqlx::Result<Option<Session>> {
        let row = sqlx::query("SELECT user, at, expires_at FROM session WHERE hash = ?")
            .bind(&hash[..])
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(Session {
                hash: *hash,
                user: rows::parsed(&row, "user")?,
                at: rows::instant(&row, "at")?,
                expires_at: rows::instant(&row, "expires_at")?,
            })
        })
        .transpose()
    }

    pub(super) async fn delete_session(&self, hash: &[u8; 32]) -> sqlx::Result<bool> {
        let mut connection = self.writer().await;
        let done = sqlx::query("DELETE FROM session WHERE hash = ?").bind(&hash[..]).execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn delete_sessions_of(&self, user: Id, except: Option<[u8; 32]>) -> sqlx::Result<u64> {
        let mut connection = self.writer().await;
        let done = sqlx::query("DELETE FROM session WHERE user = ? AND (?2 IS NULL OR hash <> ?2)")
            .bind(user.to_string())
            .bind(except.map(|hash| hash.to_vec()))
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected())
    }

    pub(super) async fn put_token(&self, token: Token) -> sqlx::Result<()> {
        let mut connection = self.writer().await;
        sqlx::query("INSERT INTO token (id, name, hash, scopes, user, at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)")
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
            sqlx::query("SELECT * FROM token WHERE hash = ?").bind(&hash[..]).fetch_optional(&self.readers).await?;
        row.as_ref().map(token).transpose()
    }

    pub(super) async fn read_tokens(&self) -> sqlx::Result<Vec<Token>> {
        let rows = sqlx::query("SELECT * FROM token ORDER BY id").fetch_all(&self.readers).await?;
        rows.iter().map(token).collect()
    }

    pub(super) async fn delete_token(&self, id: Id) -> sqlx::Result<bool> {
        let mut connection = self.writer().await;
        let done = sqlx::query("DELETE FROM token WHERE id = ?").bind(id.to_string()).execute(&mut *connection).await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn read_password(&self, user: Id) -> sqlx::Result<Option<String>> {
        let row = sqlx::query("SELECT hash FROM password WHERE user = ?")
            .bind(user.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| row.try_get("hash")).transpose()
    }

    pub(super) async fn put_password(&self, user: Id, hash: &str) -> sqlx::Result<()> {
        let mut connection = self.writer().await;
        sqlx::query(
            "INSERT INTO password (user, hash) VALUES (?, ?) ON CONFLICT (user) DO UPDATE SET hash = excluded.hash",
        )
        .bind(user.to_string())
        .bind(hash)
        .execute(&mut *connection)
        .await?;
        Ok(())
    }

    pub(super) async fn read_idempotency(&self, actor: &str, key: &str) -> sqlx::Result<Option<Idempotency>> {
        let row = sqlx::query("SELECT * FROM idempotency WHERE actor = ? AND key = ?")
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

fn token(row: &SqliteRow) -> sqlx::Result<Token> {
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
