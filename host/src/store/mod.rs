//! Where everything is kept. [`Store`] is the one trait; nothing outside this folder speaks SQL.
//!
//! A change is written by [`Store::commit`] alone: records, audit, events with their deliveries, timers, messages, the
//! run and the end of the delivery that woke it, all in one transaction or not at all. What a commit rests on (versions
//! of records and of state, the lease, the catalogue) is checked inside that transaction.

pub mod access;
pub mod attachment;
pub mod audit;
pub mod commit;
pub mod delivery;
pub mod digest;
pub mod doctor;
pub mod erasure;
pub mod fault;
pub mod inbound;
pub mod key;
pub mod lanes;
pub mod link;
pub mod outbox;
pub mod plan;
pub mod plugin;
pub mod postgres;
pub mod report;
pub mod retention;
pub mod run;
pub mod seal;
pub mod secret;
pub mod shadow;
pub mod sqlite;
pub mod transfer;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{broadcast, mpsc};

use crate::crm::event::Event;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::query::{Page, Query};
use crate::crm::record::Record;
use crate::crm::report::Figures;

use access::{SecondFactor, Session, Token};
use attachment::Attachment;
use audit::{AuditEntry, AuditFilter, AuditPage};
use commit::{Commit, CommitError, Committed};
use delivery::{Claim, DeadDelivery, Hold, Queue, ScheduleFire};
use erasure::Erasure;
use fault::{Failure, Tally};
use inbound::Inbound;
use key::TrustedKey;
use link::Link;
use outbox::{MessageEnd, MessageRow, MessageState, Outgoing, Webhook};
use plugin::{NewRelease, PluginRow, PluginWrite, ReleaseRow};
use report::{FigureQuery, Reached};
use retention::{Kept, Swept};
use run::{RunFilter, RunRow};
use secret::PluginSecret;
use shadow::{ShadowTally, ShadowTrial};

/// The store could not do its work: the disk, the database or its contents are at fault, not the request.
#[derive(Debug, Clone, thiserror::Error)]
#[error("store: {0}")]
pub struct StoreError(pub String);

/// What came of reading.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Where a store tells its own process at once what it has committed. Other processes learn it by asking.
#[derive(Debug, Clone)]
pub struct Feed {
    /// Events in the order of their ids.
    pub events: broadcast::Sender<Arc<Event>>,
    /// What other processes on the same database did.
    pub news: broadcast::Sender<News>,
    /// Deliveries that commits have claimed for this process.
    pub claims: mpsc::UnboundedSender<Claim>,
}

/// What another process on the same database did. To be told once too often does no harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It changed plugins or webhooks.
    Catalogue,
    /// It changed the organisation's settings: see [`Kind::is_setting`].
    Settings,
    /// It left something to do that nobody has taken.
    Due,
}

impl Feed {
    /// A feed, and the end at which claims come out. What nobody takes is dropped: claims left behind by a process
    /// are rescued by the next.
    #[must_use]
    pub fn new() -> (Self, mpsc::UnboundedReceiver<Claim>) {
        let (claims, receiver) = mpsc::unbounded_channel();
        let (events, _) = broadcast::channel(65_536);
        let (news, _) = broadcast::channel(1024);
        (Self { events, news, claims }, receiver)
    }

    /// Hands claims to who takes them. Where nobody does, the next process that takes claims rescues them.
    pub fn hand_over(&self, claims: impl IntoIterator<Item = Claim>) {
        for claim in claims {
            let _ = self.claims.send(claim);
        }
    }
}

/// Everything that outlives the process. All methods may be called from any task at once.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The living records among these ids, in no order.
    async fn record_read(&self, ids: &[Id]) -> Result<Vec<Arc<Record>>>;
    /// The living record that has this unique key.
    async fn record_by_key(&self, kind: Kind, key: &str, value: &str) -> Result<Option<Arc<Record>>>;
    /// Which of these unique keys, pairs of key kind and value, some record of the kind has.
    async fn keys_taken(&self, kind: Kind, keys: &[(&'static str, String)]) -> Result<HashSet<(String, String)>>;
    /// A page of living records, those in `without` left out.
    async fn record_find(&self, query: &Query, without: &[Id]) -> Result<Page>;
    /// How many living records the conditions fit, those in `without` left out. Limit and place are not looked at.
    async fn record_count(&self, query: &Query, without: &[Id]) -> Result<u64>;

    /// Writes all of it, or nothing. Commits that wait together share one transaction and one fsync.
    async fn commit(&self, commit: Commit) -> std::result::Result<Committed, CommitError>;

    /// How many commits wait to be written by this process.
    fn commits_waiting(&self) -> usize;

    /// What was changed in a record, newest first, before that audit number.
    async fn audit_of_record(&self, record: Id, before: Option<u64>, limit: u32) -> Result<Vec<AuditEntry>>;
    /// What a run changed, in order.
    async fn audit_of_run(&self, run: Id) -> Result<Vec<AuditEntry>>;
    /// Entries that fit, newest first.
    async fn audit_search(&self, filter: &AuditFilter) -> Result<AuditPage>;
    /// One audit entry.
    async fn audit_read(&self, id: u64) -> Result<Option<AuditEntry>>;
    /// Events after that id in the order of their ids, of these kinds (all when empty).
    async fn event_after(&self, id: u64, kinds: &[Kind], limit: u32) -> Result<Vec<Arc<Event>>>;
    /// The span that an event was committed under, as a `traceparent`, where traces were written.
    async fn trace_of(&self, event: u64) -> Result<Option<String>>;
    /// The id of the newest event; 0 before the first.
    async fn event_last(&self) -> Result<u64>;

    /// Takes ready deliveries for this process, `limit` of each of these plugins at most.
    async fn delivery_claim(&self, plugins: &[String], now: Instant, limit: u32) -> Result<Vec<Claim>>;
    /// How many deliveries wait or are taken, counted no further than `most`.
    async fn delivery_count(&self, most: u64) -> Result<u64>;
    /// Frees what processes before this one had claimed and never finished.
    async fn delivery_rescue(&self) -> Result<u64>;
    /// Turns timers of these plugins that are due into deliveries, and claims those that are ready.
    async fn timer_fire(&self, plugins: &[String], now: Instant, limit: u32) -> Result<Vec<Claim>>;
    /// Which deliveries this process holds.
    async fn delivery_held(&self) -> Result<Vec<u64>>;
    /// Lets go of some of them: whoever claims next may have them.
    async fn delivery_let_go(&self, deliveries: &[u64]) -> Result<()>;
    /// When the next timer or waiting delivery of these plugins is due.
    async fn due_next(&self, plugins: &[String]) -> Result<Option<Instant>>;
    /// Notes that a schedule fired at its due time, and makes the delivery. False when that was noted before.
    async fn schedule_fire(&self, fire: ScheduleFire) -> Result<bool>;
    /// When each schedule of a plugin fired last: pairs of name and due time.
    async fn schedule_last(&self, plugin: &str) -> Result<Vec<(String, Instant)>>;
    /// How much is waiting.
    async fn queue(&self) -> Result<Vec<Queue>>;
    /// Timers of a plugin that are set: key and due time, the next first.
    async fn timer_list(&self, plugin: &str, limit: u32) -> Result<Vec<(String, Instant)>>;

    /// Deliveries that were given up, newest first.
    async fn dead_list(&self, plugin: Option<&str>, before: Option<u64>, limit: u32) -> Result<Vec<DeadDelivery>>;
    /// Puts one back in its lane with its attempts forgotten. False when there is no such.
    async fn dead_retry(&self, id: u64, now: Instant) -> Result<bool>;
    /// Forgets one. False when there is no such.
    async fn dead_discard(&self, id: u64) -> Result<bool>;
    /// What failed: dead letters, and runs since that moment, by plugin and fault, the latest first.
    async fn failure_list(&self, plugin: Option<&str>, since: Instant, limit: u32) -> Result<Vec<Failure>>;
    /// Puts dead letters of a plugin's that have that fault back in their lanes, the oldest first. How many there were.
    async fn failure_retry(&self, plugin: &str, of: &str, now: Instant, limit: u32) -> Result<u64>;
    /// Forgets the dead letters of a plugin's that have that fault. How many there were.
    async fn failure_discard(&self, plugin: &str, of: &str) -> Result<u64>;
    /// How the last so many runs of a plugin went, as far as they began at that moment or later.
    async fn run_tally(&self, plugin: &str, since: Instant, last: u32) -> Result<Tally>;
    /// Plugins held for a record by the loop guard.
    async fn hold_list(&self) -> Result<Vec<Hold>>;
    /// Lets a plugin act on the record again. False when it was not held.
    async fn hold_release(&self, plugin: &str, record: Id) -> Result<bool>;

    /// Runs, newest first.
    async fn run_list(&self, filter: &RunFilter) -> Result<Vec<RunRow>>;
    /// One run.
    async fn run_read(&self, id: Id) -> Result<Option<RunRow>>;
    /// What a run was told, where that was kept.
    async fn journal_read(&self, run: Id) -> Result<Option<serde_json::Value>>;
    /// What came of a plugin's last shadow, by verdict.
    async fn shadow_tally(&self, plugin: &str) -> Result<Vec<ShadowTally>>;
    /// The trials of a plugin's last shadow that did not do the same, the newest first.
    async fn shadow_trials(&self, plugin: &str, limit: u32) -> Result<Vec<ShadowTrial>>;

    /// Every installed plugin, and the catalogue's number: it grows with every write to it.
    async fn plugin_list(&self) -> Result<(Vec<PluginRow>, u64)>;
    /// Writes the catalogue, all of it or nothing: installs, configures, switches. Returns its new number.
    async fn plugin_write(&self, writes: Vec<PluginWrite>) -> Result<u64>;
    /// A release's component.
    async fn release_read(&self, digest: &str) -> Result<Option<Vec<u8>>>;
    /// Keeps a component as a release of a plugin that is not in use.
    async fn release_put(&self, release: NewRelease) -> Result<()>;
    /// The releases of a plugin, the newest first.
    async fn release_list(&self, plugin: &str, limit: u32) -> Result<Vec<ReleaseRow>>;

    /// The keys whose components are trusted, by name.
    async fn key_list(&self) -> Result<Vec<TrustedKey>>;
    /// Makes one.
    async fn key_put(&self, key: TrustedKey) -> Result<()>;
    /// Takes one away. False when there is no such.
    async fn key_delete(&self, name: &str) -> Result<bool>;

    /// The secrets that were set for a plugin, by name.
    async fn secret_list(&self, plugin: &str) -> Result<Vec<PluginSecret>>;
    /// Sets one.
    async fn secret_put(&self, secret: PluginSecret) -> Result<()>;
    /// Takes one away. False when there is no such.
    async fn secret_delete(&self, plugin: &str, name: &str) -> Result<bool>;

    /// Opens a session.
    async fn session_put(&self, session: Session) -> Result<()>;
    /// The session of that token hash.
    async fn session_read(&self, hash: &[u8; 32]) -> Result<Option<Session>>;
    /// Ends it. False when there was none.
    async fn session_delete(&self, hash: &[u8; 32]) -> Result<bool>;
    /// Ends every session of a user but `except`.
    async fn session_delete_of(&self, user: Id, except: Option<[u8; 32]>) -> Result<u64>;
    /// Sessions of a user, or of all, the newest first.
    async fn session_list(&self, user: Option<Id>) -> Result<Vec<Session>>;
    /// The second factor of a user.
    async fn factor_read(&self, user: Id) -> Result<Option<SecondFactor>>;
    /// Sets it, with the hashes of its recovery codes in place of those before.
    async fn factor_put(&self, factor: SecondFactor, recovery: &[[u8; 32]]) -> Result<()>;
    /// Takes it away. False where there was none.
    async fn factor_delete(&self, user: Id) -> Result<bool>;
    /// Notes that the code of a step was used. False where it or a later one was before.
    async fn factor_use(&self, user: Id, step: u64) -> Result<bool>;
    /// Uses up a recovery code. False where there is no such.
    async fn factor_recover(&self, user: Id, hash: &[u8; 32]) -> Result<bool>;
    /// Makes a token.
    async fn token_put(&self, token: Token) -> Result<()>;
    /// The token of that hash.
    async fn token_read(&self, hash: &[u8; 32]) -> Result<Option<Token>>;
    /// All tokens.
    async fn token_list(&self) -> Result<Vec<Token>>;
    /// Takes one away. False when there is no such.
    async fn token_delete(&self, id: Id) -> Result<bool>;
    /// The password hash (PHC string) of a user.
    async fn password_read(&self, user: Id) -> Result<Option<String>>;
    /// Sets it.
    async fn password_put(&self, user: Id, hash: &str) -> Result<()>;

    /// When a plugin's timer is due, where it is set.
    async fn timer_read(&self, plugin: &str, key: &str) -> Result<Option<Instant>>;
    /// A value of a plugin's state, and its version: 0 where it never was.
    async fn state_read(&self, plugin: &str, key: &str) -> Result<(Option<serde_json::Value>, u64)>;

    /// What came of the request with that idempotency key, where there was one.
    async fn idempotency_read(&self, actor: &str, key: &str) -> Result<Option<commit::Idempotency>>;
    /// Where events are sent to outside.
    async fn webhook_list(&self) -> Result<Vec<Webhook>>;
    /// Makes or changes one. The catalogue's number grows by it.
    async fn webhook_put(&self, webhook: Webhook) -> Result<()>;
    /// Takes one away, with its messages. False when there is no such.
    async fn webhook_delete(&self, id: Id) -> Result<bool>;
    /// Outside systems that may post to the host.
    async fn inbound_list(&self) -> Result<Vec<Inbound>>;
    /// Makes or changes one.
    async fn inbound_put(&self, inbound: Inbound) -> Result<()>;
    /// Takes one away. False when there is no such.
    async fn inbound_delete(&self, name: &str) -> Result<bool>;
    /// Takes messages that are due for this process to send, few for each webhook at once.
    async fn outbox_claim(&self, now: Instant, limit: u32) -> Result<Vec<Outgoing>>;
    /// Notes what came of sending a message that this process has.
    async fn outbox_end(&self, id: u64, end: MessageEnd, now: Instant) -> Result<()>;
    /// Frees what processes before this one had taken and not sent.
    async fn outbox_rescue(&self) -> Result<u64>;
    /// When the next message is due.
    async fn outbox_due(&self) -> Result<Option<Instant>>;
    /// Messages to a webhook, newest first, before that id.
    async fn outbox_list(
        &self,
        webhook: Id,
        state: Option<MessageState>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<MessageRow>>;
    /// Puts a message to that webhook back into the queue with its tries forgotten. False when there is no such, or it
    /// is being sent now.
    async fn outbox_resend(&self, webhook: Id, id: u64, now: Instant) -> Result<bool>;
    /// Makes a link to a paper.
    async fn link_put(&self, link: Link) -> Result<()>;
    /// The link of that hash.
    async fn link_read(&self, hash: &[u8; 32]) -> Result<Option<Link>>;
    /// All links to a record, oldest first.
    async fn link_list(&self, record: Id) -> Result<Vec<Link>>;
    /// Calls a link to that record back. False when there is no such.
    async fn link_revoke(&self, record: Id, id: Id, now: Instant) -> Result<bool>;
    /// Counts that a link was opened.
    async fn link_view(&self, id: Id, now: Instant) -> Result<()>;
    /// Takes a person out of records, of what they were, and of what is queued about them. Returns how many records
    /// that changed. Nobody is woken by it.
    async fn person_erase(&self, erasure: Erasure) -> Result<u64>;
    /// Notes a file of a record.
    async fn attachment_put(&self, attachment: Attachment) -> Result<()>;
    /// The files of a record, the oldest first.
    async fn attachment_list(&self, record: Id) -> Result<Vec<Attachment>>;
    /// Forgets one, and tells whether it was the last with that digest. None where there is no such.
    async fn attachment_delete(&self, id: Id) -> Result<Option<bool>>;
    /// The figures of a report, by group; the groups that nothing happened in are left out.
    async fn report_figures(&self, query: &FigureQuery) -> Result<BTreeMap<Option<String>, Figures>>;
    /// How far the deals came that were made in a period.
    async fn report_funnel(&self, query: &FigureQuery) -> Result<Vec<Reached>>;
    /// Becomes one of the hosts that work on this store: it is known to be alive, and hears what others do.
    async fn node_join(&self) -> Result<()>;
    /// Is one of them no more: what this process holds is anybody's.
    async fn node_leave(&self) -> Result<()>;
    /// Takes a message to a client for this process to send. False when another has it.
    async fn post_claim(&self, message: Id) -> Result<bool>;
    /// Lets go of such a message.
    async fn post_release(&self, message: Id) -> Result<()>;
    /// Deletes what is of that kind, older than the moment and needed by nothing: of so many rows from that place on.
    async fn sweep(&self, kept: Kept, before: Instant, from: Option<&str>, limit: u32) -> Result<Swept>;
    /// A cheap round trip: whether the store answers.
    async fn ping(&self) -> Result<()>;
}
