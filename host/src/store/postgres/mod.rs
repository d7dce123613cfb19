//! The store on PostgreSQL: one database, and as many hosts on it as there are.
//!
//! What is committed is decided one batch at a time, whichever host has it: [`dialect::begin`] takes a lock of the
//! transaction's. So facts are never stale, ids of events have no gaps, and readers see them in order. [`node`] is what
//! hosts know of each other.
#![allow(clippy::duplicate_mod, reason = "one source, two databases")]

mod dialect;
pub(super) mod node;
mod nodelay;
mod tail;
pub mod temporary;

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

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use sqlx::ConnectOptions as _;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use tokio::sync::{OnceCell, mpsc};
use tokio_util::task::AbortOnDropHandle;

use super::{Feed, Result, StoreError};
use cache::RecordCache;
use dialect::{Guard, Writers};
use tail::Tail;
use verbs::fault;
use writer::{Job, Writer};

/// Commits that may wait before those who come after wait, too.
const WAITING: usize = 4096;
/// How long a database that is not there is waited for: less than a run may take, so that runs are put back and not
/// taken for slow.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a transaction may stand still, in milliseconds: a host that is frozen or cut off within one would keep the
/// others from writing.
const FROZEN: &str = "5000";
/// Records kept in memory: none, since another host may have changed them.
const CACHED: usize = 0;

/// What makes the tables, step by step.
pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// The store on PostgreSQL.
pub struct PostgresStore {
    readers: PgPool,
    connection: Writers,
    jobs: mpsc::Sender<Job>,
    cache: Arc<RecordCache>,
    feed: Feed,
    tail: Arc<Tail>,
    token: i64,
    /// What this host is called among those on the database.
    name: String,
    /// What keeps the host known to the others, once it has joined.
    node: OnceCell<AbortOnDropHandle<()>>,
}

use PostgresStore as SqlStore;

impl PostgresStore {
    /// Connects to the database, and brings its tables up to date. `name` is this host's: another process of that name
    /// is one that ran before.
    ///
    /// # Errors
    /// When the database does not answer, or was written by a later release.
    pub async fn open(url: &str, name: &str, feed: Feed) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|error| StoreError(format!("the database URL can't be used: {error}")))?
            .application_name("takt")
            .options([("idle_in_transaction_session_timeout", FROZEN)])
            .statement_cache_capacity(500)
            .disable_statement_logging();
        let port = options.get_port();
        let pool = |connections| {
            let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
            pool.after_connect(move |_, _| {
                nodelay::set(port);
                Box::pin(std::future::ready(Ok(())))
            })
        };
        let readers = pool(8).connect_with(options.clone()).await.map_err(fault)?;
        MIGRATIONS.run(&readers).await.map_err(|error| StoreError(error.to_string()))?;
        let mut filling = readers.acquire().await.map_err(fault)?;
        let mut transaction = dialect::begin(&mut filling).await.map_err(fault)?;
        texts::fill(&mut transaction).await.map_err(fault)?;
        transaction.commit().await.map_err(fault)?;
        drop(filling);
        let connection = pool(1).connect_lazy_with(options);
        let cache = Arc::new(RecordCache::new(CACHED));
        let token = i64::from(rand::random::<u32>()) + 1;
        let (jobs, waiting) = mpsc::channel(WAITING);
        let tail = Arc::new(Tail::begin(readers.clone()).await.map_err(fault)?);
        let (connection_kept, cache_kept) = (connection.clone(), cache.clone());
        let writer =
            Writer { connection: connection_kept, cache: cache_kept, feed: feed.clone(), tail: tail.clone(), token };
        tokio::spawn(writer.run(waiting));
        let (name, node) = (name.to_owned(), OnceCell::new());
        Ok(Self { readers, connection, jobs, cache, feed, tail, token, name, node })
    }

    /// The connection that writes, once nobody else of this process does.
    async fn writer(&self) -> sqlx::Result<Guard<'_>> {
        dialect::write(&self.connection).await
    }
}
