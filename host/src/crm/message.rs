//! Messages to clients, by e-mail, text message or messenger.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contact::{Contact, admit_email, admit_phone};
use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::{Link, OnDelete};
use super::organisation::Organisation;
use super::record::Reference;
use super::text;

/// How many files may go with a message.
const ATTACHMENTS: usize = 20;

/// A message to a client. The host sends it, unless the client may not be written to: see [`MessageStatus`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The way it goes. Stays.
    pub channel: Channel,
    /// Where it stands.
    #[serde(default)]
    pub status: MessageStatus,
    /// The e-mail address, E.164 number or messenger id that it goes to; the contact's where it is left out. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The contact it goes to. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Id>,
    /// What it is about, in one line; wanted of an e-mail. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The text. Stays.
    pub body: String,
    /// Whether the client asked for it or waits for it, like a document that was agreed on: sent without consent and
    /// at any hour.
    #[serde(default)]
    pub expected: bool,
    /// The user who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// Documents and invoices that go with it, as PDF files. Stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Reference>,
    /// The plugin that wrote it. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// What it is sent for: no second message of a plugin has it, ever. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Not sent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Instant>,
    /// How often it was tried to be sent.
    #[serde(default)]
    #[schema(maximum = 4_294_967_295_u32)]
    pub attempts: u32,
    /// Why it was not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When the gateway took it. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// The way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail.
    Email,
    /// A text message to a phone.
    Sms,
    /// A messenger.
    Messenger,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageStatus {
    /// On its way, or waits for its time.
    #[default]
    Queued,
    /// The gateway took it.
    Sent,
    /// It could not be sent.
    Failed,
    /// It may not be sent: the client did not consent, opted out, or has no such address.
    Suppressed,
}

impl MessageStatus {
    /// Whether a message may go from here to there. One that failed may be sent again.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == next || matches!((self, next), (Self::Queued, _) | (Self::Failed, Self::Queued))
    }
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Messenger];

    /// As configurations and metrics name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Messenger => "messenger",
        }
    }
}

impl Message {
    /// What the contact's card adds: the address, where none is given.
    pub fn address(&mut self, contact: Option<&Contact>) {
        let Some(contact) = contact.filter(|_| self.to.is_none()) else { return };
        self.to = match self.channel {
            Channel::Email => contact.emails.first().cloned(),
            Channel::Sms => contact.phones.first().cloned(),
            Channel::Messenger => contact.messenger.clone(),
        };
    }

    /// Whether it may go out: the client has such an address, agreed to be written to in this way or waits for this
    /// message, and did not opt out.
    ///
    /// # Errors
    /// Why not.
    pub fn may_go(&self, contact: Option<&Contact>) -> Result<(), &'static str> {
        if self.to.is_none() {
            return Err("the contact has no address for this channel");
        }
        if contact.is_some_and(|contact| contact.opted_out.contains(&self.channel)) {
            return Err("the contact opted out of this channel");
        }
        let agreed = contact.is_some_and(|contact| contact.consent.contains(&self.channel));
        if agreed || self.expected { Ok(()) } else { Err("the contact has not consented to this channel") }
    }

    /// The first moment from `now` on at which it may go out.
    #[must_use]
    pub fn due(&self, now: Instant, contact: Option<&Contact>, organisation: &Organisation) -> Instant {
        let from = self.not_before.map_or(now, |at| at.max(now));
        if self.expected {
            return from;
        }
        let zone = contact.and_then(|contact| contact.time_zone).unwrap_or(organisation.time_zone);
        organisation.quiet_hours.over(from, zone)
    }

    fn clean(&mut self, setting: &Setting, invalid: &mut Invalid) {
        text::optional_line(&mut self.to, "/to", invalid);
        match (self.channel, &mut self.to) {
            (Channel::Email, Some(to)) => admit_email(to, "/to", invalid),
            (Channel::Sms, Some(to)) => admit_phone(to, "/to", setting, invalid),
            _ => {}
        }
        invalid.check(self.to.is_some() || self.contact.is_some(), "/to", "must be given, or a contact");
        text::optional_line(&mut self.subject, "/subject", invalid);
        let subject = self.channel != Channel::Email || self.subject.is_some();
        invalid.check(subject, "/subject", "must be given: it is an e-mail");
        text::body(&mut self.body, "/body", invalid);
        invalid.check(!self.body.is_empty(), "/body", "must not be empty");
        text::optional_line(&mut self.plugin, "/plugin", invalid);
        text::optional_line(&mut self.key, "/key", invalid);
        text::optional_body(&mut self.error, "/error", invalid);
        text::custom(&self.custom, invalid);
        invalid.check(self.attachments.len() <= ATTACHMENTS, "/attachments", "there must not be more than 20");
        let papers = self.attachments.iter().all(|file| matches!(file.kind, Kind::Document | Kind::Invoice));
        invalid.check(papers, "/attachments", "must be documents and invoices");
    }

    /// Puts a signature under a mail that does not have it yet.
    pub fn sign(&mut self, signature: &str) {
        let signature = signature.trim();
        if self.channel == Channel::Email && !signature.is_empty() && !self.body.contains(signature) {
            self.body = format!("{}\n\n{signature}", self.body.trim_end());
        }
    }

    fn check_kept(&self, before: &Self, invalid: &mut Invalid) {
        let may = before.status.may_become(self.status);
        invalid.check(
            may,
            "/status",
            "a message goes from queued to sent, failed or suppressed; a failed one may be queued",
        );
        for (same, field) in [
            (self.channel == before.channel, "/channel"),
            (self.contact == before.contact, "/contact"),
            (self.to == before.to || before.to.is_none(), "/to"),
            (self.subject == before.subject, "/subject"),
            (self.body == before.body, "/body"),
            (self.attachments == before.attachments, "/attachments"),
            (self.plugin == before.plugin, "/plugin"),
            (self.key == before.key, "/key"),
        ] {
            invalid.check(same, field, "cannot be changed");
        }
    }
}

impl Entity for Message {
    const KIND: Kind = Kind::Message;
    const NAME: &'static str = "message";
    const PLURAL: &'static str = "messages";
    const NUMBERED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["to", "subject", "body"];
    const LINKS: &'static [Link] =
        &[Link::keep("contact", Kind::Contact), Link::refuse("owner", Kind::User), Link::about(OnDelete::Keep)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("channel", &["channel"], Shape::Text),
        data("not_before", &["not_before"], Shape::Instant),
        data("status", &["status"], Shape::Text),
        data("to", &["to"], Shape::Text),
        data("contact", &["contact"], Shape::Id),
        data("owner", &["owner"], Shape::Id),
        data("about", &["about", "id"], Shape::Id),
        data("plugin", &["plugin"], Shape::Text),
        data("key", &["key"], Shape::Text),
        data("sent_at", &["sent_at"], Shape::Instant),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        self.clean(setting, invalid);
        match before {
            Some(before) => self.check_kept(before, invalid),
            None => {
                let fresh = matches!(self.status, MessageStatus::Queued | MessageStatus::Suppressed);
                invalid.check(fresh, "/status", "a new message is queued");
            }
        }
        let kept = before.and_then(|before| before.sent_at);
        let sent_at = match self.status {
            MessageStatus::Sent => kept.or(Some(setting.now)),
            _ => None,
        };
        keep(&mut self.sent_at, kept, sent_at, "/sent_at", invalid);
    }

    fn stays(&self) -> Option<&'static str> {
        (self.status == MessageStatus::Sent).then_some("a message that was sent stays on record")
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        match (&self.plugin, &self.key) {
            (Some(plugin), Some(key)) => vec![("key", format!("{plugin}:{key}"))],
            _ => Vec::new(),
        }
    }

    fn links(&self) -> Vec<(&'static str, Reference)> {
        self.attachments.iter().map(|file| ("attachments", *file)).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admit, admitted, refused, with};

    fn message() -> Value {
        let fields = json!({"channel": "sms", "to": "030 901820", "body": "Hello", "plugin": "p", "key": "k"});
        admitted(Kind::Message, None, fields)
    }

    #[test]
    fn a_message_is_sent_once() {
        let queued = message();
        assert_eq!((&queued["status"], &queued["to"]), (&json!("queued"), &json!("+4930901820")));
        let sent = admitted(Kind::Message, Some(&queued), with(&queued, json!({"status": "sent"})));
        assert_eq!(sent["sent_at"], json!(NOW));
        assert_eq!(
            refused(Kind::Message, Some(&sent), with(&sent, json!({"status": "queued", "sent_at": null}))),
            ["/status"]
        );
        let failed = admitted(Kind::Message, Some(&queued), with(&queued, json!({"status": "failed", "error": "x"})));
        admitted(Kind::Message, Some(&failed), with(&failed, json!({"status": "queued"})));
    }

    #[test]
    fn its_cause_is_its_key() {
        let keys = admit(Kind::Message, None, message()).unwrap().keys;
        assert_eq!(keys, [("key", "p:k".to_owned())]);
    }

    #[test]
    fn refusals_name_the_field() {
        let message = message();
        for (by, field) in [
            (json!({"channel": "email"}), vec!["/to", "/subject"]),
            (json!({"to": null}), vec!["/to"]),
            (json!({"body": " "}), vec!["/body"]),
            (json!({"status": "sent"}), vec!["/status"]),
            (json!({"attachments": [{"kind": "lead", "id": Id::from_bytes([1; 16])}]}), vec!["/attachments"]),
        ] {
            assert_eq!(refused(Kind::Message, None, with(&message, by)), field);
        }
        assert_eq!(
            refused(Kind::Message, Some(&message), with(&message, json!({"body": "Bye", "key": "l"}))),
            ["/body", "/key"]
        );
    }
}
