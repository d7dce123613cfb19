//! Mail out, over SMTP (RFC 5321) with TLS and a user name where the server's URL says so.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp;
use lettre::transport::smtp::response::Category;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::{Failed, File, Letter};

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Hands mail to one server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    domain: String,
}

/// Why there is no mailer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMailer {
    /// The server's URL.
    #[error("smtp_url must be like smtps://user:password@host or smtp://host:587?tls=required: {0}")]
    Url(String),
    /// The sender.
    #[error("mail_from must be an address like `Sales <sales@example.com>`")]
    From,
}

impl Mailer {
    /// A mailer that hands mail to the server of that URL, sent by `from`.
    ///
    /// # Errors
    /// [`BadMailer`]; the URL itself, which may have a password in it, is not told.
    pub fn new(url: &str, from: &str) -> Result<Self, BadMailer> {
        let from: Mailbox = from.parse().map_err(|_| BadMailer::From)?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| BadMailer::Url(error.to_string()))?
            .timeout(Some(TIMEOUT))
            .build();
        let domain = from.email.domain().to_owned();
        Ok(Self { transport, from, domain })
    }

    /// Sends once, and gives what the server said. The message's id is its `Message-ID` at every try, so that a receiver can know it.
    ///
    /// # Errors
    /// [`Failed::ForGood`] where the server refuses the recipient or the message for good (5yz); otherwise, and where it
    /// refuses the host itself, [`Failed::ForNow`].
    pub async fn send(&self, letter: Letter<'_>) -> Result<String, Failed> {
        let to: Mailbox = letter.to.parse().map_err(|_| Failed::ForGood("the address is none".to_owned()))?;
        let text = SinglePart::plain(letter.body.to_owned());
        let builder = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.unwrap_or_default())
            .message_id(Some(format!("<{}@{}>", letter.id, self.domain)));
        let message = if letter.files.is_empty() {
            builder.singlepart(text)
        } else {
            let files = letter.files.into_iter().map(attachment);
            builder.multipart(files.fold(MultiPart::mixed().singlepart(text), MultiPart::singlepart))
        };
        let message = message.map_err(|error| Failed::ForGood(error.to_string()))?;
        match self.transport.send(message).await {
            Ok(answer) => Ok(format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" "))),
            Err(error) if error.is_permanent() && !barred(&error) => Err(Failed::ForGood(reason(&error))),
            Err(error) => Err(Failed::ForNow(reason(&error))),
        }
    }
}

fn attachment(file: File) -> SinglePart {
    let kind = ContentType::parse(file.media_type).unwrap_or(ContentType::TEXT_PLAIN);
    Attachment::new(file.name).body(file.bytes, kind)
}

/// Whether the server does not let the host in (53z of RFC 4954): not the message's fault, and an admin's to mend.
fn barred(error: &smtp::Error) -> bool {
    error.status().is_some_and(|code| code.category == Category::Unspecified3)
}

fn reason(error: &smtp::Error) -> String {
    let text = error.to_string();
    text.chars().take(500).collect()
}
