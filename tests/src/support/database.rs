//! The database that tests work on: SQLite in the test's folder, or a PostgreSQL database of the test's own where
//! `TAKT_TEST_DATABASE_URL` names a server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection, query_scalar};
use takt::store::postgres::PostgresStore;
use takt::store::postgres::temporary::Temporary;
use takt::store::sqlite::SqliteStore;
use takt::store::{Feed, Store};
use tempfile::TempDir;

use super::postgres::Server;

/// A folder, and the database that goes with it.
pub struct Data {
    dir: TempDir,
    database: Option<Arc<Temporary>>,
    /// The server of the database, where it is the test's own: it ends after the database.
    server: Option<Arc<Server>>,
}

impl Data {
    /// Empty ones.
    pub async fn new() -> Self {
        let server = std::env::var("TAKT_TEST_DATABASE_URL").ok().filter(|url| !url.is_empty());
        let database = match server {
            Some(server) => Some(Arc::new(Temporary::create(&server).await.expect("the server makes a database"))),
            None => None,
        };
        Self { dir: TempDir::new().unwrap(), database, server: None }
    }

    /// Empty ones, with a database on that server.
    pub async fn on(server: &str) -> Self {
        let database = Arc::new(Temporary::create(server).await.expect("the server makes a database"));
        Self { dir: TempDir::new().unwrap(), database: Some(database), server: None }
    }

    /// Three folders on one database, with one key; none where there is no PostgreSQL to be tried.
    pub async fn three() -> Option<[Self; 3]> {
        let mut first = Self::new().await;
        if first.database.is_none() {
            let server = Arc::new(Server::start()?);
            first = Self { server: Some(server.clone()), ..Self::on(&server.url()).await };
        }
        let beside =
            || Self { dir: TempDir::new().unwrap(), database: first.database.clone(), server: first.server.clone() };
        let (second, third) = (beside(), beside());
        Some([first, second, third])
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Where the database is; empty for SQLite in the folder.
    pub fn url(&self) -> String {
        self.database.as_ref().map_or_else(String::new, |database| database.url().unwrap())
    }

    /// Where it is, as `takt migrate` names it.
    pub fn place(&self) -> String {
        match self.url() {
            url if url.is_empty() => format!("sqlite:{}", self.path().display()),
            url => url,
        }
    }

    /// Does to the database what no host does.
    pub async fn sql(&self, statement: &str) -> sqlx::Result<()> {
        match self.url() {
            url if url.is_empty() => self.file().await.execute(AssertSqlSafe(statement)).await.map(drop),
            url => PgConnection::connect(&url).await?.execute(AssertSqlSafe(statement)).await.map(drop),
        }
    }

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> i64 {
        let count = AssertSqlSafe(format!("SELECT count(*) FROM {table}"));
        match self.url() {
            url if url.is_empty() => query_scalar(count).fetch_one(&mut self.file().await).await.unwrap(),
            url => query_scalar(count).fetch_one(&mut PgConnection::connect(&url).await.unwrap()).await.unwrap(),
        }
    }

    async fn file(&self) -> SqliteConnection {
        let file = SqliteConnectOptions::new().filename(self.path().join("takt.db"));
        SqliteConnection::connect_with(&file.busy_timeout(Duration::from_secs(10))).await.unwrap()
    }

    /// Opens it as a host does.
    pub async fn store(&self, feed: Feed) -> Arc<dyn Store> {
        let url = self.url();
        if url.is_empty() {
            return Arc::new(SqliteStore::open(&self.path().join("takt.db"), feed).await.unwrap());
        }
        Arc::new(PostgresStore::open(&url, "test", feed).await.unwrap())
    }
}
