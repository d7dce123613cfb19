//! Webhooks out: an event as a CloudEvents 1.0 envelope, signed by Standard Webhooks 1.0.
//!
//! Sources: <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>,
//! <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md> and its JSON format.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, StatusCode, Url};
use serde_json::{Value, json};
use sha2::Sha256;

use super::client::{client, is_bare, leads_inside, reason};
use crate::crm::event::Event;
use crate::crm::instant::Instant;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Sends to webhooks.
pub struct Sender {
    client: Client,
    private: bool,
}

/// Why a message did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The receiver wants no more: 410.
    #[error("the receiver answered 410 Gone")]
    Gone,
    /// Anything else: it may go better later.
    #[error("{0}")]
    Failed(String),
}

/// Why a URL is none that is sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadUrl {
    /// Not a URL, or not of the web.
    #[error("must be an http:// or https:// URL without user name and password")]
    NotWeb,
    /// An address inside a network.
    #[error("must not lead to a private address: an admin of the host can allow it by the setting private_webhooks")]
    Private,
}

/// What is sent.
pub struct Parcel<'a> {
    /// The same at every try: the receiver knows a message by it.
    pub id: &'a str,
    /// The moment of the try.
    pub at: Instant,
    /// The envelope.
    pub body: String,
}

impl Sender {
    /// A sender. Private addresses are sent to only where that is allowed.
    ///
    /// # Errors
    /// Where the system's TLS cannot be set up.
    pub fn new(private: bool) -> reqwest::Result<Self> {
        Ok(Self { client: client(private)?, private })
    }

    /// The URL, where it is one that may be sent to. A name's addresses are looked at when it is sent to.
    ///
    /// # Errors
    /// [`BadUrl`].
    pub fn check(&self, url: &str) -> Result<Url, BadUrl> {
        let url = Url::parse(url).map_err(|_| BadUrl::NotWeb)?;
        if !matches!(url.scheme(), "http" | "https") || !is_bare(&url) || url.host_str().is_none() {
            return Err(BadUrl::NotWeb);
        }
        if leads_inside(&url) && !self.private { Err(BadUrl::Private) } else { Ok(url) }
    }

    /// Sends once, signed by each of the secrets, and gives what the receiver said.
    ///
    /// # Errors
    /// [`SendError`]: anything but an answer of 2xx.
    pub async fn send(&self, url: &str, secrets: &[&str], parcel: Parcel<'_>) -> Result<String, SendError> {
        let url = self.check(url).map_err(|error| SendError::Failed(error.to_string()))?;
        let seconds = parcel.at.micros().div_euclid(1_000_000);
        let signatures: Vec<String> = secrets
            .iter()
            .filter_map(|secret| Some(format!("v1,{}", sign(secret, parcel.id, seconds, &parcel.body)?)))
            .collect();
        let request = self
            .client
            .post(url)
            .timeout(TIMEOUT)
            .header("content-type", "application/cloudevents+json")
            .header("webhook-id", parcel.id)
            .header("webhook-timestamp", seconds.to_string())
            .header("webhook-signature", signatures.join(" "))
            .body(parcel.body);
        let answer = request.send().await.map_err(|error| SendError::Failed(reason(error)))?;
        match answer.status() {
            status if status.is_success() => Ok(format!("the receiver answered {status}")),
            StatusCode::GONE => Err(SendError::Gone),
            status => Err(SendError::Failed(format!("the receiver answered {status}"))),
        }
    }
}

impl Sender {
    /// Posts JSON once, and gives the status and what was answered; null where that was no JSON.
    ///
    /// # Errors
    /// Where no answer came.
    pub async fn post(&self, url: &str, body: &Value) -> Result<(u16, Value), String> {
        let url = self.check(url).map_err(|error| error.to_string())?;
        let answer = self.client.post(url).timeout(TIMEOUT).json(body).send().await.map_err(reason)?;
        let status = answer.status().as_u16();
        Ok((status, answer.json().await.unwrap_or(Value::Null)))
    }
}

/// A new secret: 32 random bytes.
///
/// # Errors
/// Where the operating system gives none.
pub fn secret() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(format!("{PREFIX}{}", STANDARD.encode(bytes)))
}

/// The envelope of an event.
#[must_use]
pub fn envelope(event: &Event) -> Value {
    json!({
        "specversion": "1.0",
        "id": event.id.to_string(),
        "source": "urn:takt",
        "type": event.name,
        "subject": format!("{}/{}", event.about.kind.plural(), event.about.id),
        "time": event.at,
        "datacontenttype": "application/json",
        "data": event.face(),
    })
}

/// The envelope of a test: of an event that never is.
#[must_use]
pub fn test_envelope(id: &str, at: Instant) -> Value {
    json!({
        "specversion": "1.0",
        "id": id,
        "source": "urn:takt",
        "type": "webhook.test",
        "time": at,
        "datacontenttype": "application/json",
        "data": {},
    })
}

/// Whether one of the signatures of a request that came in is this secret's. How long each is looked at tells nothing of it.
#[must_use]
pub fn verify(secret: &str, id: &str, seconds: i64, body: &[u8], signatures: &str) -> bool {
    let Some(mac) = mac(secret, id, seconds, body) else { return false };
    let mut given = signatures.split(' ').filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok());
    given.any(|signature| mac.clone().verify_slice(&signature).is_ok())
}

fn sign(secret: &str, id: &str, seconds: i64, body: &str) -> Option<String> {
    Some(STANDARD.encode(mac(secret, id, seconds, body.as_bytes())?.finalize().into_bytes()))
}

fn mac(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signed = sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.as_deref(), Some("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
        let verified = |body: &str, signatures: &str| {
            verify(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body.as_bytes(), signatures)
        };
        let given = format!("v1,bm8= v2,x v1,{}", signed.unwrap());
        assert!(verified(r#"{"test": 2432232314}"#, &given));
        assert!(!verified(r#"{"test": 2432232315}"#, &given));
        assert!(!verified(r#"{"test": 2432232314}"#, "") && !verified("", "v1,"));
    }

    #[test]
    fn urls_that_are_sent_to() {
        let (careful, lax) = (Sender::new(false).unwrap(), Sender::new(true).unwrap());
        for (url, error) in [
            ("https://example.com/hook?key=1", None),
            ("ftp://example.com", Some(BadUrl::NotWeb)),
            ("https://me:secret@example.com", Some(BadUrl::NotWeb)),
            ("example.com", Some(BadUrl::NotWeb)),
            ("http://127.0.0.1:9000", Some(BadUrl::Private)),
            ("http://2130706433/", Some(BadUrl::Private)),
            ("http://[::1]/", Some(BadUrl::Private)),
            ("http://169.254.169.254/latest", Some(BadUrl::Private)),
        ] {
            assert_eq!(careful.check(url).err(), error, "{url}");
        }
        assert!(lax.check("http://127.0.0.1:9000").is_ok());
    }
}
