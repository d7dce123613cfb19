//! The store on SQLite, embedded: one file beside the process, nothing to install.
//!
//! One connection writes (`synchronous=FULL`, group commit: see [`writer`]), a pool of others reads.

mod access;
mod apply;
mod cache;
mod catalogue;
mod claims;
mod facts;
mod history;
mod insert;
mod outbox;
mod queue;
mod reads;
mod rows;
mod writer;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, MutexGuard, mpsc, oneshot};

use super::access::{Session, Token};
use super::audit::AuditEntry;
use super::commit::{Commit, CommitError, Committed, Idempotency};
use super::delivery::{Claim, DeadDelivery, Hold, Queue, ScheduleFire};
use super::outbox::{MessageEnd, MessageRow, MessageState, Outgoing, Webhook};
use super::plugin::{PluginRow, PluginWrite, Release};
use super::run::{RunFilter, RunRow};
use super::{Feed, Result, Store, StoreError};
use crate::crm::event::Event;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::query::{Page, Query};
use crate::crm::record::Record;
use cache::RecordCache;
use writer::{Job, Writer};

/// Commits that may wait before those who come after wait, too.
const WAITING: usize = 4096;
/// Records kept in memory.
const CACHED: usize = 50_000;

/// The store on SQLite.
pub struct SqliteStore {
    readers: SqlitePool,
    connection: Arc<Mutex<SqliteConnection>>,
    jobs: mpsc::Sender<Job>,
    cache: Arc<RecordCache>,
    feed: Feed,
    token: i64,
}

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
        sqlx::migrate!("migrations/sqlite")
            .run(&mut connection)
            .await
            .map_err(|error| StoreError(format!("{}: {error}", path.display())))?;
        let readers = SqlitePoolOptions::new()
            .max_connections(8)
            .test_before_acquire(false)
            .connect_with(options.read_only(true))
            .await
            .map_err(fault)?;
        let connection = Arc::new(Mutex::new(connection));
        let cache = Arc::new(RecordCache::new(CACHED));
        let token = i64::from(rand::random::<u32>()) + 1;
        let (jobs, waiting) = mpsc::channel(WAITING);
        let writer = Writer { connection: connection.clone(), cache: cache.clone(), feed: feed.clone(), token };
        tokio::spawn(writer.run(waiting));
        Ok(Self { readers, connection, jobs, cache, feed, token })
    }

    /// The writing connection, once nobody else writes.
    async fn writer(&self) -> MutexGuard<'_, SqliteConnection> {
        self.connection.lock().await
    }
}

/// A database error as a fault of the store's.
fn fault(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

#[async_trait]
impl Store for SqliteStore {
    async fn record_read(&self, ids: &[Id]) -> Result<Vec<Arc<Record>>> {
        self.read_records(ids).await.map_err(fault)
    }
    async fn record_by_key(&self, kind: Kind, key: &str, value: &str) -> Result<Option<Arc<Record>>> {
        self.read_by_key(kind, key, value).await.map_err(fault)
    }
    async fn record_find(&self, query: &Query, without: &[Id]) -> Result<Page> {
        self.find_records(query, without).await.map_err(fault)
    }
    async fn record_count(&self, query: &Query, without: &[Id]) -> Result<u64> {
        self.count_records(query, without).await.map_err(fault)
    }

    async fn commit(&self, commit: Commit) -> std::result::Result<Committed, CommitError> {
        let (done, answer) = oneshot::channel();
        let gone = || CommitError::Store(StoreError("the writer has stopped".to_owned()));
        self.jobs.send(Job { commit, done }).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    async fn audit_of_record(&self, record: Id, before: Option<u64>, limit: u32) -> Result<Vec<AuditEntry>> {
        self.read_audit_of_record(record, before, limit).await.map_err(fault)
    }
    async fn audit_of_run(&self, run: Id) -> Result<Vec<AuditEntry>> {
        self.read_audit_of_run(run).await.map_err(fault)
    }
    async fn audit_read(&self, id: u64) -> Result<Option<AuditEntry>> {
        self.read_audit(id).await.map_err(fault)
    }
    async fn event_after(&self, id: u64, kinds: &[Kind], limit: u32) -> Result<Vec<Arc<Event>>> {
        self.read_events(id, kinds, limit).await.map_err(fault)
    }
    async fn event_last(&self) -> Result<u64> {
        self.read_last_event().await.map_err(fault)
    }

    async fn delivery_claim(&self, plugins: &[String], now: Instant, limit: u32) -> Result<Vec<Claim>> {
        self.claim_ready(plugins, now, limit).await.map_err(fault)
    }
    async fn delivery_rescue(&self) -> Result<u64> {
        self.rescue().await.map_err(fault)
    }
    async fn delivery_held(&self) -> Result<u64> {
        self.count_held().await.map_err(fault)
    }
    async fn timer_fire(&self, plugins: &[String], now: Instant, limit: u32) -> Result<Vec<Claim>> {
        self.fire_timers(plugins, now, limit).await.map_err(fault)
    }
    async fn due_next(&self, plugins: &[String]) -> Result<Option<Instant>> {
        self.read_due_next(plugins).await.map_err(fault)
    }
    async fn schedule_fire(&self, fire: ScheduleFire) -> Result<bool> {
        self.fire_schedule(fire).await.map_err(fault)
    }
    async fn schedule_last(&self, plugin: &str) -> Result<Vec<(String, Instant)>> {
        self.read_schedule_last(plugin).await.map_err(fault)
    }
    async fn queue(&self) -> Result<Vec<Queue>> {
        self.read_queue().await.map_err(fault)
    }
    async fn timer_list(&self, plugin: &str, limit: u32) -> Result<Vec<(String, Instant)>> {
        self.read_timers(plugin, limit).await.map_err(fault)
    }
    async fn timer_read(&self, plugin: &str, key: &str) -> Result<Option<Instant>> {
        self.read_timer(plugin, key).await.map_err(fault)
    }
    async fn state_read(&self, plugin: &str, key: &str) -> Result<(Option<serde_json::Value>, u64)> {
        self.read_state(plugin, key).await.map_err(fault)
    }

    async fn dead_list(&self, plugin: Option<&str>, before: Option<u64>, limit: u32) -> Result<Vec<DeadDelivery>> {
        self.read_dead(plugin, before, limit).await.map_err(fault)
    }
    async fn dead_retry(&self, id: u64, now: Instant) -> Result<bool> {
        self.retry_dead(id, now).await.map_err(fault)
    }
    async fn dead_discard(&self, id: u64) -> Result<bool> {
        self.discard_dead(id).await.map_err(fault)
    }
    async fn hold_list(&self) -> Result<Vec<Hold>> {
        self.read_holds().await.map_err(fault)
    }
    async fn hold_release(&self, plugin: &str, record: Id) -> Result<bool> {
        self.release_hold(plugin, record).await.map_err(fault)
    }

    async fn run_list(&self, filter: &RunFilter) -> Result<Vec<RunRow>> {
        self.read_runs(filter).await.map_err(fault)
    }
    async fn run_read(&self, id: Id) -> Result<Option<RunRow>> {
        self.read_run(id).await.map_err(fault)
    }

    async fn plugin_list(&self) -> Result<(Vec<PluginRow>, u64)> {
        self.read_plugins().await.map_err(fault)
    }
    async fn plugin_write(&self, write: PluginWrite) -> Result<u64> {
        self.write_plugin(write).await.map_err(fault)
    }
    async fn release_read(&self, digest: &str) -> Result<Option<Release>> {
        self.read_release(digest).await.map_err(fault)
    }

    async fn session_put(&self, session: Session) -> Result<()> {
        self.put_session(session).await.map_err(fault)
    }
    async fn session_read(&self, hash: &[u8; 32]) -> Result<Option<Session>> {
        self.read_session(hash).await.map_err(fault)
    }
    async fn session_delete(&self, hash: &[u8; 32]) -> Result<bool> {
        self.delete_session(hash).await.map_err(fault)
    }
    async fn session_delete_of(&self, user: Id, except: Option<[u8; 32]>) -> Result<u64> {
        self.delete_sessions_of(user, except).await.map_err(fault)
    }
    async fn token_put(&self, token: Token) -> Result<()> {
        self.put_token(token).await.map_err(fault)
    }
    async fn token_read(&self, hash: &[u8; 32]) -> Result<Option<Token>> {
        self.read_token(hash).await.map_err(fault)
    }
    async fn token_list(&self) -> Result<Vec<Token>> {
        self.read_tokens().await.map_err(fault)
    }
    async fn token_delete(&self, id: Id) -> Result<bool> {
        self.delete_token(id).await.map_err(fault)
    }
    async fn password_read(&self, user: Id) -> Result<Option<String>> {
        self.read_password(user).await.map_err(fault)
    }
    async fn password_put(&self, user: Id, hash: &str) -> Result<()> {
        self.put_password(user, hash).await.map_err(fault)
    }

    async fn idempotency_read(&self, actor: &str, key: &str) -> Result<Option<Idempotency>> {
        self.read_idempotency(actor, key).await.map_err(fault)
    }
    async fn webhook_list(&self) -> Result<Vec<Webhook>> {
        self.read_webhooks().await.map_err(fault)
    }

    async fn webhook_put(&self, webhook: Webhook) -> Result<()> {
        self.put_webhook(webhook).await.map_err(fault)
    }

    async fn webhook_delete(&self, id: Id) -> Result<bool> {
        self.delete_webhook(id).await.map_err(fault)
    }

    async fn outbox_claim(&self, now: Instant, limit: u32) -> Result<Vec<Outgoing>> {
        self.claim_messages(now, limit).await.map_err(fault)
    }

    async fn outbox_end(&self, id: u64, end: MessageEnd, now: Instant) -> Result<()> {
        self.end_message(id, end, now).await.map_err(fault)
    }

    async fn outbox_rescue(&self) -> Result<u64> {
        self.rescue_messages().await.map_err(fault)
    }

    async fn outbox_due(&self) -> Result<Option<Instant>> {
        self.read_message_due().await.map_err(fault)
    }

    async fn outbox_list(
        &self,
        webhook: Id,
        state: Option<MessageState>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<MessageRow>> {
        self.read_messages(webhook, state, before, limit).await.map_err(fault)
    }

    async fn outbox_resend(&self, webhook: Id, id: u64, now: Instant) -> Result<bool> {
        self.resend_message(webhook, id, now).await.map_err(fault)
    }

    async fn ping(&self) -> Result<()> {
        let mut connection = self.readers.acquire().await.map_err(fault)?;
        connection.ping().await.map_err(fault)
    }
}
