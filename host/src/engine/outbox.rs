//! Sends what stands in the outbox: after the commit, at least once, the same id at every try.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tracing::Instrument as _;

use super::Engine;
use crate::channels::webhook::{Parcel, SendError, envelope, test_envelope};
use crate::crm::id::Id;
use crate::store::StoreError;
use crate::store::outbox::{MessageEnd, Outgoing, Webhook};

/// Messages on their way at once.
const AT_ONCE: usize = 32;

impl Engine {
    /// Sends as messages come due, and when told that something may have.
    pub(super) async fn send_when_due(self) {
        let slots = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let next = match self.send_due(&slots).await {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(%error, "failed to look into the outbox; trying again");
                    None
                }
            };
            if !self.rest(next, &self.0.sent).await {
                return;
            }
        }
    }

    /// Begins to send all that is due and has room, and tells when the next is due that has not begun.
    async fn send_due(&self, slots: &Arc<Semaphore>) -> Result<Option<crate::crm::instant::Instant>, StoreError> {
        loop {
            let now = self.now();
            let next = self.0.store.outbox_due().await?;
            if next.is_none_or(|next| next > now) {
                return Ok(next);
            }
            let room = u32::try_from(slots.available_permits()).unwrap_or(u32::MAX);
            let taken = if room == 0 { Vec::new() } else { self.0.store.outbox_claim(now, room).await? };
            if taken.is_empty() {
                // What is due waits for room: the end of a message tells.
                return Ok(None);
            }
            for message in taken {
                let Ok(slot) = slots.clone().acquire_owned().await else { return Ok(None) };
                let engine = self.clone();
                self.0.tasks.spawn(async move {
                    let span = tracing::info_span!("message", message = message.id, event = message.event.id);
                    engine.follow_trace(&span, Some(message.event.id)).await;
                    engine.send(message).instrument(span).await;
                    drop(slot);
                    engine.0.sent.notify_one();
                });
            }
        }
    }

    async fn send(&self, message: Outgoing) {
        let now = self.now();
        let Some(hook) = self.catalogue().webhook(message.webhook) else {
            // It was taken away, and its messages with it.
            return;
        };
        let (id, body) = (format!("msg_{}", message.id), envelope(&message.event).to_string());
        let end = match self.hand_over(&hook, Parcel { id: &id, at: now, body }).await {
            Ok(_) => MessageEnd::Sent,
            Err(error @ SendError::Gone) => {
                self.switch_off(&hook).await;
                MessageEnd::Dead { error: error.to_string() }
            }
            Err(error) if message.attempt >= self.0.settings.max_attempts => {
                MessageEnd::Dead { error: format!("given up after {} tries: {error}", message.attempt) }
            }
            Err(error) => MessageEnd::Retry {
                due: self.now() + self.0.settings.backoff(message.attempt),
                error: error.to_string(),
            },
        };
        let outcome = match &end {
            MessageEnd::Sent => "sent",
            MessageEnd::Retry { .. } => "retry",
            MessageEnd::Dead { .. } => "dead",
        };
        metrics::counter!("takt_messages_total", "channel" => "webhook", "outcome" => outcome).increment(1);
        tracing::debug!(message = message.id, webhook = %hook.id, outcome, "message");
        if let Err(error) = self.0.store.outbox_end(message.id, end, self.now()).await {
            // It stays taken by this process: the next one sends it again.
            tracing::error!(%error, message = message.id, "failed to note what came of a message");
        }
    }

    /// Signed by the webhook's secret, and by the one before while that holds.
    async fn hand_over(&self, hook: &Webhook, parcel: Parcel<'_>) -> Result<String, SendError> {
        let previous =
            hook.previous.as_ref().filter(|(_, until)| *until > parcel.at).map(|(secret, _)| secret.as_str());
        let secrets: Vec<&str> = std::iter::once(hook.secret.as_str()).chain(previous).collect();
        self.0.webhooks.send(&hook.url, &secrets, parcel).await
    }

    /// Sends a webhook a test, which stands nowhere, and gives what the receiver said.
    ///
    /// # Errors
    /// [`SendError`].
    pub async fn webhook_test(&self, hook: &Webhook) -> Result<String, SendError> {
        let (id, at) = (format!("test_{}", Id::new()), self.now());
        let body = test_envelope(&id, at).to_string();
        self.hand_over(hook, Parcel { id: &id, at, body }).await
    }

    async fn switch_off(&self, hook: &Webhook) {
        let off = Webhook { active: false, updated_at: self.now(), ..hook.clone() };
        tracing::warn!(webhook = %hook.id, "the receiver answered 410 Gone; the webhook is switched off");
        if let Err(error) = self.webhook_put(off).await {
            tracing::error!(%error, webhook = %hook.id, "failed to switch a webhook off");
        }
    }

    /// Makes or changes a webhook. Events committed from now on go by it.
    ///
    /// # Errors
    /// The store's.
    pub async fn webhook_put(&self, hook: Webhook) -> Result<(), StoreError> {
        self.0.store.webhook_put(hook).await?;
        self.reload().await?;
        self.send_soon();
        Ok(())
    }

    /// Takes a webhook away. False when there is no such.
    ///
    /// # Errors
    /// The store's.
    pub async fn webhook_delete(&self, id: Id) -> Result<bool, StoreError> {
        let gone = self.0.store.webhook_delete(id).await?;
        self.reload().await?;
        Ok(gone)
    }

    /// Sends to webhooks.
    #[must_use]
    pub fn webhooks(&self) -> &crate::channels::webhook::Sender {
        &self.0.webhooks
    }

    /// Looks into the outbox now: something was put there.
    pub fn send_soon(&self) {
        self.0.sent.notify_one();
    }
}
