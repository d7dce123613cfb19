//! The trait [`Store`], in the words of the files beside this one.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::Connection;
use tokio::sync::oneshot;

use super::SqlStore;
use super::writer::Job;
use crate::crm::event::Event;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::query::{Page, Query};
use crate::crm::record::Record;
use crate::crm::report::Figures;
use crate::store::access::{SecondFactor, Session, Token};
use crate::store::attachment::Attachment;
use crate::store::audit::{AuditEntry, AuditFilter, AuditPage};
use crate::store::commit::{Commit, CommitError, Committed, Idempotency};
use crate::store::delivery::{Claim, DeadDelivery, Hold, Queue, ScheduleFire};
use crate::store::erasure::Erasure;
use crate::store::fault::{Failure, Tally};
use crate::store::inbound::Inbound;
use crate::store::key::TrustedKey;
use crate::store::link::Link;
use crate::store::outbox::{MessageEnd, MessageRow, MessageState, Outgoing, Webhook};
use crate::store::plugin::{NewRelease, PluginRow, PluginWrite, ReleaseRow};
use crate::store::report::{FigureQuery, Reached};
use crate::store::retention::{Kept, Swept};
use crate::store::run::{RunFilter, RunRow};
use crate::store::secret::PluginSecret;
use crate::store::shadow::{ShadowTally, ShadowTrial};
use crate::store::{Result, Store, StoreError};

/// A database error as a fault of the store's.
pub fn fault(error: sqlx::Error) -> StoreError {
    StoreError(error.to_string())
}

#[async_trait]
impl Store for SqlStore {
    async fn record_read(&self, ids: &[Id]) -> Result<Vec<Arc<Record>>> {
        self.read_records(ids).await.map_err(fault)
    }
    async fn record_by_key(&self, kind: Kind, key: &str, value: &str) -> Result<Option<Arc<Record>>> {
        self.read_by_key(kind, key, value).await.map_err(fault)
    }
    async fn keys_taken(&self, kind: Kind, keys: &[(&'static str, String)]) -> Result<HashSet<(String, String)>> {
        self.taken_keys(kind, keys).await.map_err(fault)
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

    fn commits_waiting(&self) -> usize {
        self.jobs.max_capacity() - self.jobs.capacity()
    }

    async fn audit_of_record(&self, record: Id, before: Option<u64>, limit: u32) -> Result<Vec<AuditEntry>> {
        self.read_audit_of_record(record, before, limit).await.map_err(fault)
    }
    async fn audit_search(&self, filter: &AuditFilter) -> Result<AuditPage> {
        self.search_audit(filter).await.map_err(fault)
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
    async fn trace_of(&self, event: u64) -> Result<Option<String>> {
        self.read_trace(event).await.map_err(fault)
    }
    async fn event_last(&self) -> Result<u64> {
        self.read_last_event().await.map_err(fault)
    }

    async fn delivery_claim(&self, plugins: &[String], now: Instant, limit: u32) -> Result<Vec<Claim>> {
        self.claim_ready(plugins, now, limit).await.map_err(fault)
    }
    async fn delivery_count(&self, most: u64) -> Result<u64> {
        self.count_deliveries(most).await.map_err(fault)
    }
    async fn delivery_rescue(&self) -> Result<u64> {
        self.rescue().await.map_err(fault)
    }
    async fn delivery_held(&self) -> Result<Vec<u64>> {
        self.read_held().await.map_err(fault)
    }
    async fn delivery_let_go(&self, deliveries: &[u64]) -> Result<()> {
        self.let_go(deliveries).await.map_err(fault)
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
    async fn failure_list(&self, plugin: Option<&str>, since: Instant, limit: u32) -> Result<Vec<Failure>> {
        self.read_failures(plugin, since, limit).await.map_err(fault)
    }
    async fn failure_retry(&self, plugin: &str, of: &str, now: Instant, limit: u32) -> Result<u64> {
        self.retry_dead_of(plugin, of, now, limit).await.map_err(fault)
    }
    async fn failure_discard(&self, plugin: &str, of: &str) -> Result<u64> {
        self.discard_dead_of(plugin, of).await.map_err(fault)
    }
    async fn run_tally(&self, plugin: &str, since: Instant, last: u32) -> Result<Tally> {
        self.read_tally(plugin, since, last).await.map_err(fault)
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

    async fn shadow_tally(&self, plugin: &str) -> Result<Vec<ShadowTally>> {
        self.read_shadow_tally(plugin).await.map_err(fault)
    }
    async fn shadow_trials(&self, plugin: &str, limit: u32) -> Result<Vec<ShadowTrial>> {
        self.read_shadow_trials(plugin, limit).await.map_err(fault)
    }
    async fn journal_read(&self, run: Id) -> Result<Option<serde_json::Value>> {
        self.read_journal(run).await.map_err(fault)
    }

    async fn plugin_list(&self) -> Result<(Vec<PluginRow>, u64)> {
        self.read_plugins().await.map_err(fault)
    }
    async fn plugin_write(&self, writes: Vec<PluginWrite>) -> Result<u64> {
        self.write_plugins(writes).await.map_err(fault)
    }
    async fn release_read(&self, digest: &str) -> Result<Option<Vec<u8>>> {
        self.read_release(digest).await.map_err(fault)
    }
    async fn release_put(&self, release: NewRelease) -> Result<()> {
        self.put_release(release).await.map_err(fault)
    }
    async fn release_list(&self, plugin: &str, limit: u32) -> Result<Vec<ReleaseRow>> {
        self.read_releases(plugin, limit).await.map_err(fault)
    }

    async fn key_list(&self) -> Result<Vec<TrustedKey>> {
        self.read_keys().await.map_err(fault)
    }
    async fn key_put(&self, key: TrustedKey) -> Result<()> {
        self.put_key(key).await.map_err(fault)
    }
    async fn key_delete(&self, name: &str) -> Result<bool> {
        self.delete_key(name).await.map_err(fault)
    }

    async fn secret_list(&self, plugin: &str) -> Result<Vec<PluginSecret>> {
        self.read_secrets(plugin).await.map_err(fault)
    }
    async fn secret_put(&self, secret: PluginSecret) -> Result<()> {
        self.put_secret(secret).await.map_err(fault)
    }
    async fn secret_delete(&self, plugin: &str, name: &str) -> Result<bool> {
        self.delete_secret(plugin, name).await.map_err(fault)
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
    async fn session_list(&self, user: Option<Id>) -> Result<Vec<Session>> {
        self.read_sessions(user).await.map_err(fault)
    }
    async fn factor_read(&self, user: Id) -> Result<Option<SecondFactor>> {
        self.read_factor(user).await.map_err(fault)
    }
    async fn factor_put(&self, factor: SecondFactor, recovery: &[[u8; 32]]) -> Result<()> {
        self.put_factor(factor, recovery).await.map_err(fault)
    }
    async fn factor_delete(&self, user: Id) -> Result<bool> {
        self.delete_factor(user).await.map_err(fault)
    }
    async fn factor_use(&self, user: Id, step: u64) -> Result<bool> {
        self.use_factor(user, step).await.map_err(fault)
    }
    async fn factor_recover(&self, user: Id, hash: &[u8; 32]) -> Result<bool> {
        self.use_recovery(user, hash).await.map_err(fault)
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

    async fn inbound_list(&self) -> Result<Vec<Inbound>> {
        self.read_inbound().await.map_err(fault)
    }

    async fn inbound_put(&self, inbound: Inbound) -> Result<()> {
        self.put_inbound(inbound).await.map_err(fault)
    }

    async fn inbound_delete(&self, name: &str) -> Result<bool> {
        self.delete_inbound(name).await.map_err(fault)
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

    async fn link_put(&self, link: Link) -> Result<()> {
        self.put_link(link).await.map_err(fault)
    }
    async fn link_read(&self, hash: &[u8; 32]) -> Result<Option<Link>> {
        self.read_link(hash).await.map_err(fault)
    }
    async fn link_list(&self, record: Id) -> Result<Vec<Link>> {
        self.read_links(record).await.map_err(fault)
    }
    async fn link_revoke(&self, record: Id, id: Id, now: Instant) -> Result<bool> {
        self.revoke_link(record, id, now).await.map_err(fault)
    }
    async fn link_view(&self, id: Id, now: Instant) -> Result<()> {
        self.count_view(id, now).await.map_err(fault)
    }
    async fn person_erase(&self, erasure: Erasure) -> Result<u64> {
        self.erase_person(erasure).await.map_err(fault)
    }

    async fn attachment_put(&self, attachment: Attachment) -> Result<()> {
        self.put_attachment(attachment).await.map_err(fault)
    }

    async fn attachment_list(&self, record: Id) -> Result<Vec<Attachment>> {
        self.read_attachments(record).await.map_err(fault)
    }

    async fn attachment_delete(&self, id: Id) -> Result<Option<bool>> {
        self.delete_attachment(id).await.map_err(fault)
    }

    async fn report_figures(&self, query: &FigureQuery) -> Result<BTreeMap<Option<String>, Figures>> {
        self.figures(query).await.map_err(fault)
    }
    async fn report_funnel(&self, query: &FigureQuery) -> Result<Vec<Reached>> {
        self.funnel(query).await.map_err(fault)
    }

    async fn node_join(&self) -> Result<()> {
        self.join().await.map_err(fault)
    }
    async fn node_leave(&self) -> Result<()> {
        self.leave().await.map_err(fault)
    }
    async fn post_claim(&self, message: Id) -> Result<bool> {
        self.claim_post(message).await.map_err(fault)
    }
    async fn post_release(&self, message: Id) -> Result<()> {
        self.release_post(message).await.map_err(fault)
    }

    async fn sweep(&self, kept: Kept, before: Instant, from: Option<&str>, limit: u32) -> Result<Swept> {
        self.sweep_step(kept, before, from, limit).await.map_err(fault)
    }

    async fn ping(&self) -> Result<()> {
        let mut connection = self.readers.acquire().await.map_err(fault)?;
        connection.ping().await.map_err(fault)
    }
}
