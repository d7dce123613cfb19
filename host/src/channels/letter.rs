//! Mail that comes in: one raw message, read with care. Who sends mail is not to be trusted.

use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders as _};

use crate::crm::ical_reply::Reply;
use crate::crm::{email, text};

/// How many parts with parts of their own a message may declare: nested deeper, it is no letter but an attack.
const BOUNDARIES: usize = 100;
/// How many calendar files of a message are looked at: mail programs send the same twice.
const FILES: usize = 3;
/// How many messages of its thread are looked at.
const THREAD: usize = 50;

/// A message, as much of it as is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The sender's name for the message.
    pub id: Option<String>,
    /// The messages that it answers, the nearest first.
    pub thread: Vec<String>,
    /// Who sent it: lower-cased.
    pub from: String,
    /// What the sender is called.
    pub name: Option<String>,
    /// What it is about.
    pub subject: Option<String>,
    /// What it says, as plain text. What comes after 10 000 characters is cut off.
    pub text: String,
    /// Whether a machine sent it: a notice of absence, of a mail that did not arrive.
    pub automatic: bool,
    /// The answer to an invitation that it carries.
    pub reply: Option<Reply>,
}

/// The bytes are no message that can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLetter {
    /// No headers, no message.
    #[error(
        "the body is no mail message: it must be one raw message, as RFC 5322 writes it, headers first, From among them"
    )]
    NotMail,
    /// Nobody to answer to.
    #[error("the message has no sender: From must name an e-mail address")]
    NoSender,
    /// Too much in one another.
    #[error("the message has parts within parts more than {BOUNDARIES} times")]
    TooDeep,
}

impl Letter {
    /// Reads one raw message (RFC 5322, MIME).
    ///
    /// # Errors
    /// [`BadLetter`].
    pub fn read(raw: &[u8]) -> Result<Self, BadLetter> {
        let declared = raw.windows(9).filter(|window| window.eq_ignore_ascii_case(b"boundary=")).take(BOUNDARIES + 1);
        if declared.count() > BOUNDARIES {
            return Err(BadLetter::TooDeep);
        }
        let message = MessageParser::default().parse(raw).ok_or(BadLetter::NotMail)?;
        if message.header("From").is_none() {
            return Err(BadLetter::NotMail);
        }
        let from = message.from().and_then(|from| from.first()).ok_or(BadLetter::NoSender)?;
        let address = email::normalise(from.address().unwrap_or_default()).map_err(|_| BadLetter::NoSender)?;
        let mut thread: Vec<String> = ids(message.references()).collect();
        thread.reverse();
        thread.splice(0..0, ids(message.in_reply_to()));
        thread.truncate(THREAD);
        let said = message.body_text(0).unwrap_or_default();
        let submitted = message.header_raw("Auto-Submitted").unwrap_or_default().trim().to_lowercase();
        Ok(Self {
            id: message.message_id().map(ToOwned::to_owned),
            thread,
            from: address,
            name: from.name().and_then(line),
            subject: message.subject().and_then(line),
            text: said.trim().chars().take(text::BODY).collect(),
            automatic: !submitted.is_empty() && submitted != "no",
            reply: reply(&message),
        })
    }
}

/// Calendars send their answers as a part of the type `text/calendar`.
fn reply(message: &Message<'_>) -> Option<Reply> {
    let calendars = message.parts.iter().filter(|part| {
        part.content_type().is_some_and(|kind| kind.ctype() == "text" && kind.subtype() == Some("calendar"))
    });
    calendars.take(FILES).find_map(|part| Reply::read(part.text_contents()?))
}

fn ids<'a>(value: &'a HeaderValue<'_>) -> impl Iterator<Item = String> + 'a {
    let one = value.as_text().map(ToOwned::to_owned);
    let many = value.as_text_list().unwrap_or_default().iter().map(|id| id.clone().into_owned());
    // `as_text` gives the last of a list, too.
    let list = value.as_text_list().is_some();
    one.filter(|_| !list).into_iter().chain(many)
}

fn line(given: &str) -> Option<String> {
    let cut: String = given.trim().chars().take(text::LINE).collect();
    Some(cut).filter(|line| !line.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LETTER: &str = "From: =?utf-8?q?J=C3=BCrgen_Kunde?= <Kunde@Example.com>\r\nTo: sales@nordlicht.example\r\n\
        Subject: =?windows-1251?B?z/Do4uXy?=\r\nMessage-ID: <a1@example.com>\r\nIn-Reply-To: <b2@nordlicht.example>\r\n\
        References: <b1@nordlicht.example>\r\n <b2@nordlicht.example>\r\nMIME-Version: 1.0\r\n\
        Content-Type: multipart/alternative; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain; charset=koi8-r\r\n\
        Content-Transfer-Encoding: base64\r\n\r\n8NLJ18XUIQ==\r\n--x\r\nContent-Type: text/html\r\n\r\n<b>no</b>\r\n--x--\r\n";

    #[test]
    fn a_letter_in_the_charsets_of_the_world() {
        let letter = Letter::read(LETTER.as_bytes()).unwrap();
        assert_eq!((letter.from.as_str(), letter.name.as_deref()), ("kunde@example.com", Some("Jürgen Kunde")));
        assert_eq!((letter.subject.as_deref(), letter.text.as_str()), (Some("Привет"), "Привет!"));
        assert_eq!(letter.id.as_deref(), Some("a1@example.com"));
        assert_eq!(letter.thread, ["b2@nordlicht.example", "b2@nordlicht.example", "b1@nordlicht.example"]);
        assert!(!letter.automatic);
    }

    #[test]
    fn html_alone_is_read_as_text() {
        let raw = "From: a@b.example\nContent-Type: text/html\n\n<p>Ten <b>chairs</b></p><script>x()</script>";
        let letter = Letter::read(raw.as_bytes()).unwrap();
        assert!(letter.text.contains("Ten chairs") && !letter.text.contains('<'), "{}", letter.text);
        let away = Letter::read(b"From: a@b.example\nAuto-Submitted: auto-replied\n\nI am away").unwrap();
        assert!(away.automatic);
    }

    #[test]
    fn hostile_mail_is_told_what_is_wrong_or_read_as_far_as_it_goes() {
        for (raw, error) in [
            ("", BadLetter::NotMail),
            ("\0\0\0", BadLetter::NotMail),
            ("hello, I am no mail", BadLetter::NotMail),
            ("Subject: x\n\ny", BadLetter::NotMail),
            ("From: nobody\n\ny", BadLetter::NoSender),
            ("From: <>\n\ny", BadLetter::NoSender),
        ] {
            assert_eq!(Letter::read(raw.as_bytes()), Err(error), "{raw:?}");
        }
        let nested = |levels: usize| {
            let parts = (0..levels).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n"));
            format!("From: a@b.example\n{}Content-Type: text/plain\n\ndeep", parts.collect::<String>())
        };
        assert_eq!(Letter::read(nested(10_000).as_bytes()), Err(BadLetter::TooDeep));
        assert!(Letter::read(nested(20).as_bytes()).is_ok());
        let whole = (0..4).fold("Content-Type: text/plain\n\ndeep".to_owned(), |inner, n| {
            format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n{inner}\n--b{n}--\n")
        });
        assert_eq!(Letter::read(format!("From: a@b.example\n{whole}").as_bytes()).unwrap().text, "deep");
        let forwarded = "Content-Type: message/rfc822\n\n".repeat(5_000);
        assert!(Letter::read(format!("From: a@b.example\n{forwarded}x").as_bytes()).is_ok());
        let charset = b"From: a@b.example\nContent-Type: text/plain; charset=klingon\n\nchairs \xff\xfe";
        assert!(Letter::read(charset).unwrap().text.starts_with("chairs"));
        let long = format!("From: a@b.example\n\n{}", "ё".repeat(20_000));
        assert_eq!(Letter::read(long.as_bytes()).unwrap().text.chars().count(), text::BODY);
    }
}
