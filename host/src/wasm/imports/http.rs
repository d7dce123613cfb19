//! `takt:crm/http`

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256};

use super::typed::Result;
use crate::channels::service::{self, Answer, BODY, Question};
use crate::crm::invalid::Invalid;
use crate::store::digest::hex;
use crate::wasm::bindings::takt::crm::http::{self, Header, HeaderValue as Given, Host, Request, Response};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::capability::{calls, uses};
use crate::wasm::journal::asked;
use crate::wasm::outside::{NoSecret, Outside, Reach};
use crate::wasm::state::{HostError, State, Stop};

/// The function's name in journals.
pub(in crate::wasm) const CALL: &str = "http.send";
/// How long a call may take that does not say.
const TIMEOUT_MS: u32 = 3_000;
/// Headers of a request.
const HEADERS: usize = 50;
/// Bytes of a header's text.
const HEADER: usize = 8 << 10;
/// Headers that the connection's own program sets.
const OWN: [&str; 10] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// What tells a service that it has done a call before.
const ONCE: HeaderName = HeaderName::from_static("idempotency-key");
/// What stands in an answer in the place of a secret.
const MASK: &str = "***";

impl Host for State {
    async fn send(&mut self, request: Request) -> Result<Response> {
        self.meter.charge_call()?;
        let number = self.meter.charge_http()?;
        let host = service::host(&request.url).filter(|_| request.url.contains("://"));
        let host =
            host.ok_or_else(|| wrong("/request/url", "must be an https:// URL without user name and password"))?;
        if !self.installation()?.reaches(&host) {
            return Err(HostError::Told(types::Error::Denied(calls(&host))));
        }
        for header in &request.headers {
            if let Given::Secret(secret) = &header.value {
                self.wants(&uses(&secret.name))?;
            }
        }
        match self.outside.clone() {
            Outside::Closed(why) => Err(HostError::Told(types::Error::Other(why.to_owned()))),
            Outside::Recorded(recorded) => match recorded.take(&asked(&(&request,))) {
                Some(answer) => answer.read(),
                None => Err(HostError::Told(types::Error::Other(
                    "a backtest calls nothing, and the recorded run has no such call in its journal".to_owned(),
                ))),
            },
            Outside::Open(reach) => self.ask(&reach, request, &host, number).await,
        }
    }
}

impl State {
    async fn ask(&mut self, reach: &Reach, request: Request, host: &str, number: u64) -> Result<Response> {
        let url = reach.services.check(&request.url).map_err(|error| wrong("/request/url", &error.to_string()))?;
        if request.body.as_ref().is_some_and(|body| body.len() > BODY) {
            return Err(wrong("/request/body", "has more than 1 MiB").into());
        }
        let plugin = self.installation()?.manifest.name.clone();
        let (mut headers, secrets) = headers(reach, &plugin, host, request.headers).await?;
        let method = method(request.method);
        if !method.is_safe() && !headers.contains_key(&ONCE) {
            headers.insert(ONCE, key(&reach.once, number)?);
        }
        let given = Duration::from_millis(request.timeout.unwrap_or(TIMEOUT_MS).into());
        // Some is left to the guest: it may want to say what went wrong.
        let within = given.min(self.meter.time_left().mul_f32(0.9));
        let answer = reach.services.ask(Question { method, url, headers, body: request.body, within }).await;
        let answer = answer.map_err(|error| HostError::Told(types::Error::Other(error.to_string())))?;
        Ok(masked(answer, &secrets))
    }
}

/// The headers as they are sent, and the secrets among them.
async fn headers(reach: &Reach, plugin: &str, host: &str, given: Vec<Header>) -> Result<(HeaderMap, Vec<String>)> {
    if given.len() > HEADERS {
        return Err(wrong("/request/headers", &format!("has more than {HEADERS} entries")).into());
    }
    let (mut headers, mut secrets) = (HeaderMap::new(), Vec::new());
    for (at, header) in given.into_iter().enumerate() {
        let field = |part: &str| format!("/request/headers/{at}/{part}");
        let name = header.name.parse::<HeaderName>();
        let name = name.map_err(|_| wrong(&field("name"), "is no header's name"))?;
        if OWN.contains(&name.as_str()) || name.as_str().starts_with("proxy-") {
            return Err(wrong(&field("name"), "is the host's to set").into());
        }
        let (text, is_secret) = match header.value {
            Given::Text(text) => (text, false),
            Given::Secret(secret) => {
                let value = reach.secret(plugin, &secret.name, host).await;
                let value = value.map_err(|error| unset(&field("value"), error))?;
                secrets.push(value.clone());
                (secret.prefix + &value, true)
            }
        };
        let sound = HeaderValue::from_str(&text).ok().filter(|_| text.len() <= HEADER);
        let mut value = sound.ok_or_else(|| wrong(&field("value"), "is no header's value of at most 8 KiB"))?;
        value.set_sensitive(is_secret);
        headers.append(name, value);
    }
    Ok((headers, secrets))
}

fn method(method: http::Method) -> Method {
    match method {
        http::Method::Get => Method::GET,
        http::Method::Head => Method::HEAD,
        http::Method::Post => Method::POST,
        http::Method::Put => Method::PUT,
        http::Method::Patch => Method::PATCH,
        http::Method::Delete => Method::DELETE,
    }
}

/// The same for the same call of the same trigger.
fn key(once: &str, number: u64) -> Result<HeaderValue> {
    let digest = Sha256::digest(format!("{once}\n{number}"));
    HeaderValue::from_str(&hex(&digest[..16])).map_err(|error| Stop::Host(error.to_string()).into())
}

/// A service may say back what it was sent.
fn masked(answer: Answer, secrets: &[String]) -> Response {
    let mask = |text: String| secrets.iter().fold(text, |text, secret| text.replace(secret.as_str(), MASK));
    let headers = answer.headers.into_iter().map(|(name, value)| (name, mask(value))).collect();
    Response { status: answer.status, headers, body: mask(answer.body) }
}

fn wrong(field: &str, message: &str) -> Invalid {
    Invalid::field(field, message)
}

fn unset(field: &str, error: NoSecret) -> HostError {
    match error {
        NoSecret::Store(error) => Stop::Host(error.to_string()).into(),
        error => wrong(field, &error.to_string()).into(),
    }
}
