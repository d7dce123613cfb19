//! Second factors.

use sqlx::Row;

use super::dialect;
use super::{SqlStore, rows};
use crate::crm::id::Id;
use crate::store::access::SecondFactor;

impl SqlStore {
    pub(super) async fn read_factor(&self, user: Id) -> sqlx::Result<Option<SecondFactor>> {
        let row = sqlx::query("SELECT * FROM second_factor WHERE \"user\" = $1")
            .bind(user.to_string())
            .fetch_optional(&self.readers)
            .await?;
        row.map(|row| {
            Ok(SecondFactor {
                user,
                secret: row.try_get("secret")?,
                confirmed: row.try_get("confirmed")?,
                step: rows::number(&row, "step")?,
            })
        })
        .transpose()
    }

    pub(super) async fn put_factor(&self, factor: SecondFactor, recovery: &[[u8; 32]]) -> sqlx::Result<()> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let user = factor.user.to_string();
        sqlx::query(
            "INSERT INTO second_factor (\"user\", secret, confirmed, step) VALUES ($1, $2, $3, $4)
             ON CONFLICT (\"user\") DO UPDATE SET secret = excluded.secret, confirmed = excluded.confirmed,
               step = excluded.step",
        )
        .bind(&user)
        .bind(factor.secret)
        .bind(factor.confirmed)
        .bind(factor.step.cast_signed())
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM recovery_code WHERE \"user\" = $1").bind(&user).execute(&mut *transaction).await?;
        for hash in recovery {
            sqlx::query("INSERT INTO recovery_code (\"user\", hash) VALUES ($1, $2)")
                .bind(&user)
                .bind(&hash[..])
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await
    }

    pub(super) async fn delete_factor(&self, user: Id) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let user = user.to_string();
        let done =
            sqlx::query("DELETE FROM second_factor WHERE \"user\" = $1").bind(&user).execute(&mut *transaction).await?;
        sqlx::query("DELETE FROM recovery_code WHERE \"user\" = $1").bind(&user).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn use_factor(&self, user: Id, step: u64) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("UPDATE second_factor SET step = $1 WHERE \"user\" = $2 AND step < $1")
            .bind(step.cast_signed())
            .bind(user.to_string())
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    pub(super) async fn use_recovery(&self, user: Id, hash: &[u8; 32]) -> sqlx::Result<bool> {
        let mut connection = self.writer().await?;
        let done = sqlx::query("DELETE FROM recovery_code WHERE \"user\" = $1 AND hash = $2")
            .bind(user.to_string())
            .bind(&hash[..])
            .execute(&mut *connection)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
