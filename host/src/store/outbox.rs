//! What leaves the host: written by the commit that causes it, sent after it, at least once.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::crm::event::Event;
use crate::crm::id::Id;
use crate::crm::instant::Instant;

/// Where events are sent to outside.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its id.
    pub id: Id,
    /// Where to.
    pub url: String,
    /// Names of events: `lead.created`, `deal.*`, `*`.
    pub events: Vec<String>,
    /// A CEL condition over `before` and `after`.
    pub condition: Option<String>,
    /// False: nothing is sent.
    pub active: bool,
    /// What signs, as Standard Webhooks write it: `whsec_` and base64.
    pub secret: String,
    /// What signs, too, until then: receivers change over meanwhile.
    pub previous: Option<(String, Instant)>,
    /// Since when.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
}

/// An event to be sent to a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewMessage {
    /// Index of the change in [`Commit::changes`](super::commit::Commit::changes) that makes the event.
    pub change: usize,
    /// Where to.
    pub webhook: Id,
}

/// A message that this process sends now.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The same at every try.
    pub id: u64,
    /// Where to.
    pub webhook: Id,
    /// What.
    pub event: Arc<Event>,
    /// 1 for the first try.
    pub attempt: u32,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MessageEnd {
    /// The receiver has it.
    Sent,
    /// It is tried again, not before `due`.
    Retry {
        /// Not before.
        due: Instant,
        /// What went wrong.
        error: String,
    },
    /// It is given up.
    Dead {
        /// What went wrong.
        error: String,
    },
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// To be sent, for the first time or again.
    Queued,
    /// The receiver has it.
    Sent,
    /// Given up.
    Dead,
}

/// A message as admins see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MessageRow {
    /// Its id.
    pub id: u64,
    /// Where to.
    pub webhook: Id,
    /// The event.
    pub event: u64,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: MessageState,
    /// Tries so far, the coming one included.
    pub attempt: u32,
    /// When it is tried next, or was due.
    pub due_at: Instant,
    /// What went wrong at the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When the event was committed.
    pub created_at: Instant,
    /// When it was sent or given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Instant>,
}

impl MessageState {
    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Dead => "dead",
        }
    }
}

impl std::fmt::Debug for Webhook {
    /// Without its secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook").field("id", &self.id).field("url", &self.url).finish_non_exhaustive()
    }
}
