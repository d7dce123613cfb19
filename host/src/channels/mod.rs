//! The ways out of the host, and letters that come in. What is sent stands in the database first; the engine hands it to a channel, which says what
//! came of it. Channels decide nothing and keep nothing.

pub mod address;
mod client;
pub mod gateway;
pub mod letter;
pub mod mail;
pub mod service;
pub mod webhook;

use gateway::Gateway;
use mail::{BadMailer, Mailer};
use webhook::Sender;

use crate::crm::instant::Instant;
use crate::crm::message::Channel;

/// What is sent to a client.
pub struct Letter<'a> {
    /// The same at every try.
    pub id: &'a str,
    /// The address.
    pub to: &'a str,
    /// One line, of an e-mail.
    pub subject: Option<&'a str>,
    /// The text.
    pub body: &'a str,
    /// What goes with an e-mail.
    pub files: Vec<File>,
}

/// A file that goes with a message.
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type (RFC 6838).
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a message did not go.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// It may go later.
    #[error("{0}")]
    ForNow(String),
    /// It never will.
    #[error("{0}")]
    ForGood(String),
}

/// Where the channels lead, as the settings say. A channel without a gateway sends nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Gateways {
    /// The mail server's URL, and who sends.
    pub mail: Option<(String, String)>,
    /// Text messages.
    pub sms: Option<Gateway>,
    /// The messenger.
    pub messenger: Option<Gateway>,
}

/// What takes the messages of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// A mail server.
    Smtp,
    /// A signed webhook of the gateway's.
    Webhook,
    /// The Bot API of a messenger.
    Bot,
}

/// The channels to clients.
#[derive(Default)]
pub struct Channels {
    mailer: Option<Mailer>,
    sms: Option<Gateway>,
    messenger: Option<Gateway>,
}

impl Channels {
    /// The channels to those gateways.
    ///
    /// # Errors
    /// Where the mail server's URL or the sender is none.
    pub fn new(gateways: &Gateways) -> Result<Self, BadMailer> {
        let mailer = gateways.mail.as_ref().map(|(url, from)| Mailer::new(url, from)).transpose()?;
        Ok(Self { mailer, sms: gateways.sms.clone(), messenger: gateways.messenger.clone() })
    }

    /// What a channel leads through; none where no gateway is set for it.
    #[must_use]
    pub fn through(&self, channel: Channel) -> Option<Through> {
        let gateway = |gateway: &Gateway| match gateway {
            Gateway::Webhook { .. } => Through::Webhook,
            Gateway::Bot(_) => Through::Bot,
        };
        match channel {
            Channel::Email => self.mailer.as_ref().map(|_| Through::Smtp),
            Channel::Sms => self.sms.as_ref().map(gateway),
            Channel::Messenger => self.messenger.as_ref().map(gateway),
        }
    }

    /// Sends once, and gives what the other side said.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn send(
        &self,
        channel: Channel,
        sender: &Sender,
        letter: Letter<'_>,
        at: Instant,
    ) -> Result<String, Failed> {
        let none = || Failed::ForGood(format!("no gateway is set for {}", channel.name()));
        match channel {
            Channel::Email => self.mailer.as_ref().ok_or_else(none)?.send(letter).await,
            Channel::Sms => self.sms.as_ref().ok_or_else(none)?.send(sender, &letter, at).await,
            Channel::Messenger => self.messenger.as_ref().ok_or_else(none)?.send(sender, &letter, at).await,
        }
    }
}

impl std::fmt::Debug for Gateways {
    /// Without secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateways").field("mail", &self.mail.is_some()).finish_non_exhaustive()
    }
}
