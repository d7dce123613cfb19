use serde::{Deserialize, Serialize};

use super::{Custom, Id, Reference, null_as_default, record};
use crate::instant::Instant;

/// The way a message goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageChannel {
    /// E-mail.
    #[default]
    Email,
    /// A text message to a phone.
    Sms,
    /// A messenger.
    Messenger,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// On its way, or waits for its time.
    #[default]
    Queued,
    /// Handed to the gateway.
    Sent,
    /// Could not be sent.
    Failed,
    /// May not be sent: no consent, opted out, no address.
    Suppressed,
}

/// A message to a client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The record's id.
    pub id: Id,
    /// Absent until the commit that makes it.
    pub number: Option<u64>,
    /// Grows by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// The way it goes.
    pub channel: MessageChannel,
    /// Where it stands.
    pub status: MessageStatus,
    /// The address, E.164 number or messenger id that it goes to.
    pub to: Option<String>,
    /// The contact it goes to.
    pub contact: Option<Id>,
    /// The user who answers for it.
    pub owner: Option<Id>,
    /// One line; of an e-mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// Whether the client waits for it: it goes without consent and at any hour. Wants `messages:expected`.
    #[serde(default)]
    pub expected: bool,
    /// Not sent before.
    pub not_before: Option<Instant>,
    /// The record it is about.
    pub about: Option<Reference>,
    /// Documents and invoices that go with it as PDF files.
    #[serde(default, deserialize_with = "null_as_default")]
    pub attachments: Vec<Reference>,
    /// The plugin that sent it.
    pub plugin: Option<String>,
    /// What it is sent for: no second message of a plugin has it.
    pub key: Option<String>,
    /// Why it was not sent.
    pub error: Option<String>,
    /// When it was handed to the gateway.
    pub sent_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Message, "message");
