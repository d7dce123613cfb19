//! A database that is looked at. Whatever a statement gives, it gives as text.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _, Row as _};

use super::{DoctorError, Result};
use crate::store::transfer::Place;
use crate::store::{postgres, sqlite};

/// A database, within a snapshot that only reads.
pub enum Patient {
    /// A SQLite file.
    Sqlite(SqliteConnection),
    /// A PostgreSQL database.
    Postgres(PgConnection),
}

/// A row, as texts.
pub type Texts = Vec<Option<String>>;

impl Patient {
    /// Opens it.
    pub async fn admit(place: &Place) -> Result<Self> {
        let (mut patient, known) = match place {
            Place::Sqlite(file) => {
                let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
                connection.execute("BEGIN").await?;
                (Self::Sqlite(connection), &sqlite::MIGRATIONS)
            }
            Place::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)?.application_name("takt doctor");
                let mut connection = options.connect().await?;
                connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
                (Self::Postgres(connection), &postgres::MIGRATIONS)
            }
        };
        let found = patient.one("SELECT CAST(max(version) AS TEXT) FROM _sqlx_migrations WHERE success").await?;
        let found = found.and_then(|version| version.parse().ok()).unwrap_or(0);
        let known = known.iter().map(|migration| migration.version).max().unwrap_or(0);
        if found == known { Ok(patient) } else { Err(DoctorError::OtherRelease { found, known }) }
    }

    /// Ends the snapshot: from now on each statement sees what is there as it runs.
    pub async fn see_anew(&mut self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => connection.execute("COMMIT").await.map(drop)?,
            Self::Postgres(connection) => connection.execute("COMMIT").await.map(drop)?,
        }
        Ok(())
    }

    /// The rows that a statement gives. Statements are the program's own, and hold no values but ids and digests.
    pub async fn rows(&mut self, statement: impl Into<String>) -> Result<Vec<Texts>> {
        /// The two drivers' rows have no trait in common that could say this once.
        macro_rules! texts {
            ($connection:expr) => {
                $connection
                    .fetch_all(AssertSqlSafe(statement.into()))
                    .await?
                    .iter()
                    .map(|row| (0..row.len()).map(|at| row.try_get(at)).collect::<sqlx::Result<Texts>>())
                    .collect::<sqlx::Result<_>>()?
            };
        }
        Ok(match self {
            Self::Sqlite(connection) => texts!(connection),
            Self::Postgres(connection) => texts!(connection),
        })
    }

    /// The first column of the rows that a statement gives.
    pub async fn column(&mut self, statement: impl Into<String>) -> Result<Vec<String>> {
        Ok(self.rows(statement).await?.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    /// The first value of the first row.
    pub async fn one(&mut self, statement: impl Into<String>) -> Result<Option<String>> {
        Ok(self.column(statement).await?.into_iter().next())
    }
}
