//! Services outside that rules call.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, Response, Url};

use super::client::{address, client, is_bare, leads_inside, reason};

/// Bytes of a body that is sent or answered.
pub const BODY: usize = 1 << 20;
/// Bytes of all headers of an answer.
const HEADERS: usize = 64 << 10;

/// Calls services.
pub struct Services {
    client: Client,
    private: bool,
}

/// What is asked of a service.
pub struct Question {
    /// What it is to do.
    pub method: Method,
    /// One that [`Services::check`] gave.
    pub url: Url,
    /// All that are sent but those of the connection.
    pub headers: HeaderMap,
    /// What goes with it.
    pub body: Option<String>,
    /// How long it may take, to the end of the answer.
    pub within: Duration,
}

/// What a service answered.
pub struct Answer {
    /// Whatever it is.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As text.
    pub body: String,
}

/// Why a URL is none that is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadAddress {
    /// No URL, or another protocol.
    #[error("must be an https:// URL without user name and password")]
    NotHttps,
    /// An address inside a network.
    #[error("leads to a private address: the operator can allow it by the setting private_services")]
    Private,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// No connection, or it broke.
    #[error("{host} can't be reached: {why}")]
    Unreached {
        /// Who.
        host: String,
        /// Why.
        why: String,
    },
    /// It took too long.
    #[error("{host} did not answer within {} ms", .within.as_millis())]
    Late {
        /// Who.
        host: String,
        /// How long was waited.
        within: Duration,
    },
    /// Too much of it.
    #[error("{host} answered with more than {most} bytes of {what}")]
    TooLong {
        /// Who.
        host: String,
        /// `headers` or `body`.
        what: &'static str,
        /// What is taken.
        most: usize,
    },
    /// Bytes that are no text.
    #[error("{host} answered with a body that is no text in UTF-8")]
    NotText {
        /// Who.
        host: String,
    },
}

/// The host that a text names, as capabilities name it: with its port where that is not 443. A URL names its host.
#[must_use]
pub fn host(text: &str) -> Option<String> {
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) }.ok()?;
    named(&url).filter(|_| text.contains("://") || url.path() == "/" && url.query().is_none())
}

fn named(url: &Url) -> Option<String> {
    // URLs take more for a host's name than any host has: `*`, say, which looks as if it meant all.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-[]:".contains(&byte);
    let host = url.host_str().filter(|host| !host.is_empty() && host.bytes().all(plain) && is_bare(url))?;
    Some(match url.port_or_known_default()? {
        443 => host.to_owned(),
        port => format!("{host}:{port}"),
    })
}

impl Services {
    /// Private addresses are called only where that is allowed, and loopback without TLS, too, then.
    ///
    /// # Errors
    /// Where the system's TLS cannot be set up.
    pub fn new(private: bool) -> reqwest::Result<Self> {
        Ok(Self { client: client(private)?, private })
    }

    /// The URL, where it is one that may be called. What its name resolves to is looked at as it is called.
    ///
    /// # Errors
    /// [`BadAddress`].
    pub fn check(&self, url: &str) -> Result<Url, BadAddress> {
        let url = Url::parse(url).map_err(|_| BadAddress::NotHttps)?;
        let local = address(&url).is_some_and(|address| address.is_loopback());
        let safe = url.scheme() == "https" || url.scheme() == "http" && local && self.private;
        if !safe || named(&url).is_none() {
            return Err(BadAddress::NotHttps);
        }
        if leads_inside(&url) && !self.private { Err(BadAddress::Private) } else { Ok(url) }
    }

    /// Asks once.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn ask(&self, question: Question) -> Result<Answer, Unanswered> {
        let Question { method, url, headers, body, within } = question;
        let host = named(&url).unwrap_or_default();
        let failed = |error: reqwest::Error| match error.is_timeout() {
            true => Unanswered::Late { host: host.clone(), within },
            false => Unanswered::Unreached { host: host.clone(), why: reason(error) },
        };
        let mut request = self.client.request(method, url).headers(headers).timeout(within);
        if let Some(body) = body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(failed)?;
        let too_long = |what, most| Unanswered::TooLong { host: host.clone(), what, most };
        let headers = texts(response.headers()).ok_or_else(|| too_long("headers", HEADERS))?;
        let status = response.status().as_u16();
        let bytes = read(&mut response).await.map_err(failed)?.ok_or_else(|| too_long("body", BODY))?;
        let body = String::from_utf8(bytes).map_err(|_| Unanswered::NotText { host: host.clone() })?;
        Ok(Answer { status, headers, body })
    }
}

/// None where there are too many.
fn texts(headers: &HeaderMap) -> Option<Vec<(String, String)>> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let headers: Vec<_> = headers.iter().map(text).collect();
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    (bytes <= HEADERS).then_some(headers)
}

/// None where it is too long: what comes after is not waited for.
async fn read(response: &mut Response) -> reqwest::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_with_the_ports_that_are_not_usual() {
        for (text, named) in [
            ("api.example.com", Some("api.example.com")),
            ("API.Example.com", Some("api.example.com")),
            ("api.example.com:443", Some("api.example.com")),
            ("api.example.com:8443", Some("api.example.com:8443")),
            ("https://api.example.com/v1?x=1", Some("api.example.com")),
            ("http://127.0.0.1:4711/v1", Some("127.0.0.1:4711")),
            ("http://127.0.0.1", Some("127.0.0.1:80")),
            ("https://me:word@api.example.com", None),
            ("api.example.com@evil.example", None),
            ("api.example.com/path", None),
            ("api.example.com?x", None),
            ("file:///etc/passwd", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(host(text).as_deref(), named, "{text}");
        }
    }

    #[test]
    fn urls_that_are_called() {
        let (careful, lax) = (Services::new(false).unwrap(), Services::new(true).unwrap());
        for (url, strict, allowed) in [
            ("https://api.example.com/v1", None, None),
            ("http://api.example.com/v1", Some(BadAddress::NotHttps), Some(BadAddress::NotHttps)),
            ("ftp://api.example.com", Some(BadAddress::NotHttps), Some(BadAddress::NotHttps)),
            ("https://me:word@api.example.com", Some(BadAddress::NotHttps), Some(BadAddress::NotHttps)),
            ("api.example.com", Some(BadAddress::NotHttps), Some(BadAddress::NotHttps)),
            ("https://127.0.0.1/", Some(BadAddress::Private), None),
            ("https://2130706433/", Some(BadAddress::Private), None),
            ("https://0x7f.1/", Some(BadAddress::Private), None),
            ("https://[::1]/", Some(BadAddress::Private), None),
            ("https://[::ffff:10.0.0.1]/", Some(BadAddress::Private), None),
            ("https://169.254.169.254/latest", Some(BadAddress::Private), None),
            ("https://10.0.0.1/", Some(BadAddress::Private), None),
            ("http://127.0.0.1:9000/", Some(BadAddress::NotHttps), None),
            ("http://[::1]:9000/", Some(BadAddress::NotHttps), None),
            ("http://10.0.0.1/", Some(BadAddress::NotHttps), Some(BadAddress::NotHttps)),
            ("http://localhost/", Some(BadAddress::NotHttps), Some(BadAddress::NotHttps)),
        ] {
            assert_eq!(careful.check(url).err(), strict, "{url}");
            assert_eq!(lax.check(url).err(), allowed, "{url} where private addresses are allowed");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_not_reached() {
        let services = Services::new(false).unwrap();
        let url = services.check("https://localhost/").unwrap();
        let (headers, within) = (HeaderMap::new(), Duration::from_secs(5));
        let asked = services.ask(Question { method: Method::GET, url, headers, body: None, within }).await;
        let error = asked.err().unwrap().to_string();
        assert!(error.contains("localhost has no public address"), "{error}");
    }
}
