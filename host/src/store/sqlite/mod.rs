//! The store on SQLite, embedded: one file beside the process, nothing to install.
//!
//! One connection writes (`synchronous=FULL`, group commit: see [`writer`]), a pool of others reads.
#![allow(clippy::duplicate_mod, reason = "one source, two databases")]

mod dialect;

// What both databases say alike stands once, in `../sql/`, and is compiled for each.
#[path = "../sql/access.rs"]
mod access;
#[path = "../sql/apply.rs"]
mod apply;
#[path = "../sql/attachments.rs"]
mod attachments;
#[path = "../sql/audit.rs"]
mod audit;
#[path = "../sql/cache.rs"]
mod cache;
#[path = "../sql/catalogue.rs"]
mod catalogue;
#[path = "../sql/claims.rs"]
mod claims;
#[path = "../sql/erasure.rs"]
mod erasure;
#[path = "../sql/factors.rs"]
mod factors;
#[path = "../sql/facts.rs"]
mod facts;
#[path = "../sql/faults.rs"]
mod faults;
#[path = "../sql/history.rs"]
mod history;
#[path = "../sql/inbound.rs"]
mod inbound;
#[path = "../sql/insert.rs"]
mod insert;
#[path = "../sql/keys.rs"]
mod keys;
#[path = "../sql/links.rs"]
mod links;
#[path = "../sql/outbox.rs"]
mod outbox;
#[path = "../sql/queue.rs"]
mod queue;
#[path = "../sql/reads.rs"]
mod reads;
#[path = "../sql/reports.rs"]
mod reports;
#[path = "../sql/retention.rs"]
mod retention;
#[path = "../sql/rows.rs"]
mod rows;
#[path = "../sql/secrets.rs"]
mod secrets;
#[path = "../sql/shadow.rs"]
mod shadow;
#[path = "../sql/texts.rs"]
mod texts;
#[path = "../sql/verbs.rs"]
mod verbs;
#[path = "../sql/writer.rs"]
mod writer;

use std::path::Path;
use std::sync::Arc;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _};
use tokio::sync::mpsc;

use super::{Feed, Result, StoreError};
use crate::crm::id::Id;
use cache::RecordCache;
use dialect::{Guard, Tail, WriteConnection, Writers};
use verbs::fault;
use writer::{Job, Writer};

/// Commits that may wait before those who come after wait, too.
const WAITING: usize = 4096;
/// Records kept in memory.
const CACHED: usize = 50_000;

/// What makes the tables, step by step.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// The store on SQLite.
pub struct SqliteStore {
    readers: SqlitePool,
    connection: Writers,
    jobs: mpsc::Sender<Job>,
    cache: Arc<RecordCache>,
    feed: Feed,
    token: i64,
}

use SqliteStore as SqlStore;

impl SqliteStore {
    /// Opens the database file, makes it where there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, or was written by a later release.
    pub async fn open(path: &Path, feed: Feed) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(std::time::Duration::from_secs(10))
            .statement_cache_capacity(500)
            .pragma("cache_size", "-65536")
            .pragma("wal_autocheckpoint", "4000")
            .pragma("temp_store", "memory")
            .disable_statement_logging();
        let mut connection = options.connect().await.map_err(fault)?;
        MIGRATIONS.run(&mut connection).await.map_err(|error| StoreError(format!("{}: {error}", path.display())))?;
        let mut filling = connection.begin_with("BEGIN IMMEDIATE").await.map_err(fault)?;
        texts::fill(&mut filling).await.map_err(fault)?;
        filling.commit().await.map_err(fault)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .connect_with(options.clone().read_only(true))
            .await
            .map_err(fault)?;
        let connection = Arc::new(WriteConnection::new(options, connection));
        let cache = Arc::new(RecordCache::new(CACHED));
        let token = i64::from(rand::random::<u32>()) + 1;
        let (jobs, waiting) = mpsc::channel(WAITING);
        let (cache_kept, tail) = (cache.clone(), Arc::new(Tail));
        let writer = Writer { connection: connection.clone(), cache: cache_kept, feed: feed.clone(), tail, token };
        tokio::spawn(writer.run(waiting));
        Ok(Self { readers, connection, jobs, cache, feed, token })
    }

    /// The writing connection, once nobody else writes.
    async fn writer(&self) -> sqlx::Result<Guard<'_>> {
        dialect::write(&self.connection).await
    }

    /// One process works on the file: a lock beside it sees to that.
    async fn join(&self) -> sqlx::Result<()> {
        Ok(())
    }

    async fn leave(&self) -> sqlx::Result<()> {
        Ok(())
    }

    async fn claim_post(&self, _message: Id) -> sqlx::Result<bool> {
        Ok(true)
    }

    async fn release_post(&self, _message: Id) -> sqlx::Result<()> {
        Ok(())
    }
}
