//! Calls of services outside, as the input says: words divided by a bar.

use crate::bindings::exports::takt::crm::rule::Failure;
use crate::bindings::takt::crm::http::{self, Header, HeaderValue, Method, Request, Secret};
use crate::bindings::takt::crm::log;

/// Asks what `"METHOD|URL|NAME=VALUE|…"` says: `body=…`, `timeout=…`, `secret=…` (as a bearer token), or a header. Says
/// what came of it, and logs all that it was told.
pub fn ask(input: &str) -> Result<String, Failure> {
    let input = input.trim_matches('"').replace("\\n", "\n");
    let words = input.split('|').collect::<Vec<_>>();
    let [method, url, rest @ ..] = words.as_slice() else { return Err(Failure::Permanent("no question".to_owned())) };
    let method = match *method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        other => return Err(Failure::Permanent(format!("no method {other}"))),
    };
    let mut request = Request { method, url: (*url).to_owned(), headers: Vec::new(), body: None, timeout: None };
    for word in rest {
        match word.split_once('=').unwrap_or((word, "")) {
            ("body", bytes) => request.body = Some("x".repeat(bytes.parse().unwrap_or_default())),
            ("timeout", timeout) => request.timeout = timeout.parse().ok(),
            ("secret", name) => {
                let secret = Secret { name: name.to_owned(), prefix: "Bearer ".to_owned() };
                let value = HeaderValue::Secret(secret);
                request.headers.push(Header { name: "authorization".to_owned(), value });
            }
            (name, text) => {
                let value = HeaderValue::Text(text.to_owned());
                request.headers.push(Header { name: name.to_owned(), value });
            }
        }
    }
    let answer = http::send(&request);
    log::write(log::Level::Info, &format!("{answer:?}").chars().take(2_000).collect::<String>());
    match answer {
        Ok(answer) => Ok(format!("{} {}", answer.status, answer.body)),
        Err(error) => Ok(format!("{error:?}")),
    }
}
