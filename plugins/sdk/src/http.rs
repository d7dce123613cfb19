//! Calls of services outside.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::HostError;
use crate::host::Asked;

/// What a service is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Read.
    Get,
    /// Read the headers alone.
    Head,
    /// Make or do something.
    Post,
    /// Put in place.
    Put,
    /// Change.
    Patch,
    /// Take away.
    Delete,
}

/// What a header of a request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderValue {
    /// This.
    Text(String),
    /// A prefix, and a secret by its name: the host puts it in, and the plugin never sees it.
    Secret {
        /// What stands before it.
        prefix: String,
        /// Its name.
        name: String,
    },
}

/// A call of a service.
///
/// ```
/// use takt_sdk::HttpRequest;
///
/// let request = HttpRequest::post("https://api.example.com/orders")
///     .bearer("api-key")
///     .json(&serde_json::json!({"number": 17}));
/// assert_eq!(request.body.as_deref(), Some(r#"{"number":17}"#));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// What it is asked to do.
    pub method: Method,
    /// `https://`, host and path.
    pub url: String,
    /// Pairs of name and value.
    pub headers: Vec<(String, HeaderValue)>,
    /// Text, at most 1 MiB.
    pub body: Option<String>,
    /// Milliseconds that it may take; 3,000 where absent.
    pub timeout_ms: Option<u32>,
}

impl HttpRequest {
    /// A call of that sort.
    pub fn new(method: Method, url: impl Into<String>) -> HttpRequest {
        HttpRequest { method, url: url.into(), headers: Vec::new(), body: None, timeout_ms: None }
    }

    /// Reads.
    pub fn get(url: impl Into<String>) -> HttpRequest {
        HttpRequest::new(Method::Get, url)
    }

    /// Makes or does something.
    pub fn post(url: impl Into<String>) -> HttpRequest {
        HttpRequest::new(Method::Post, url)
    }

    /// With a header.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> HttpRequest {
        self.headers.push((name.into(), HeaderValue::Text(value.into())));
        self
    }

    /// With a header that says a secret. Wants `secret:NAME`.
    pub fn secret(mut self, header: &str, prefix: &str, name: &str) -> HttpRequest {
        self.headers.push((header.into(), HeaderValue::Secret { prefix: prefix.into(), name: name.into() }));
        self
    }

    /// With a secret as the bearer token (RFC 6750). Wants `secret:NAME`.
    pub fn bearer(self, name: &str) -> HttpRequest {
        self.secret("authorization", "Bearer ", name)
    }

    /// With a text as its body.
    pub fn body(mut self, media_type: &str, body: impl Into<String>) -> HttpRequest {
        self.body = Some(body.into());
        self.header("content-type", media_type)
    }

    /// With JSON as its body.
    pub fn json(self, body: &impl Serialize) -> HttpRequest {
        self.body("application/json", serde_json::to_string(body).unwrap_or_default())
    }

    /// So many milliseconds at most.
    pub fn timeout_ms(mut self, timeout: u32) -> HttpRequest {
        self.timeout_ms = Some(timeout);
        self
    }
}

/// What a service answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// Whatever it is: also one that tells of an error, or of a redirect.
    pub status: u16,
    /// Pairs of name, in lower case, and value.
    pub headers: Vec<(String, String)>,
    /// Text.
    pub body: String,
}

impl HttpResponse {
    /// An answer as JSON, for tests.
    pub fn of(status: u16, body: &impl Serialize) -> HttpResponse {
        let headers = vec![("content-type".into(), "application/json".into())];
        HttpResponse { status, headers, body: serde_json::to_string(body).unwrap_or_default() }
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of that name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The body, read as JSON; `Other` where it is none such.
    pub fn json<T: DeserializeOwned>(&self) -> Asked<T> {
        let wrong = |error| HostError::Other(format!("cannot read what the service answered: {error}"));
        serde_json::from_str(&self.body).map_err(wrong)
    }
}
