//! Requests that are done once however often they are sent: `Idempotency-Key` on POST.

use axum::http::{HeaderMap, Method};
use serde_json::Value;

use super::App;
use crate::http::code::Code;
use crate::http::identity::Caller;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::commit::Idempotency;

/// What to do with a request.
pub enum Request {
    /// Do it. Commit the key with it, where there is one.
    Fresh(Option<Idempotency>),
    /// It was done: this came of it.
    Done(Value),
}

/// Looks a request's key up.
///
/// # Errors
/// 400 for a key that is none, 422 where it was another request's.
pub async fn look(app: &App, caller: &Caller, headers: &HeaderMap, path: &str, body: &Value) -> Result<Request> {
    let Some(key) = key(headers) else { return Ok(Request::Fresh(None)) };
    look_for(app, caller.account(), key, path, body).await
}

/// The key that a request bears.
pub fn key(headers: &HeaderMap) -> Option<&str> {
    headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default())
}

/// Looks up the key of a request that comes from `actor`: one's keys are not another's.
///
/// # Errors
/// As [`look`].
pub async fn look_for(app: &App, actor: String, key: &str, path: &str, body: &Value) -> Result<Request> {
    if key.is_empty() || key.len() > 255 {
        return Err(Problem::new(Code::BadIdempotencyKey, "Idempotency-Key must have 1 to 255 ASCII characters"));
    }
    let request = secret::hex_digest(format!("{} {path}\n{body}", Method::POST).as_bytes());
    match app.engine.store().idempotency_read(&actor, key).await? {
        Some(known) if known.request == request => Ok(Request::Done(known.outcome)),
        Some(_) => Err(Problem::new(
            Code::IdempotencyKeyReused,
            "that Idempotency-Key was another request's: make a new one for every request",
        )),
        None => Ok(Request::Fresh(Some(Idempotency {
            actor,
            key: key.to_owned(),
            request,
            outcome: Value::Null,
            at: app.engine.now(),
        }))),
    }
}
