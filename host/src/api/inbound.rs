//! Outside systems that post to the host: their secrets, and the check of what they sign.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use crate::channels::webhook;
use crate::crm::instant::Instant;
use crate::http::code::Code;
use crate::http::json::{self, OptionalJson};
use crate::http::limiter::Rate;
use crate::http::problem::{Problem, Result};
use crate::store::inbound::Inbound;

/// The systems that there are.
const SYSTEMS: [&str; 2] = ["telephony", "mail"];
/// How far the clock of the system may be from the host's.
const TOLERANCE: Duration = Duration::from_secs(300);
/// Wrong signatures from one address.
const WRONG: Rate = Rate { burst: 20, refill: Duration::from_secs(10) };
/// How long the secret before still signs, where nothing else is asked.
const OVERLAP_HOURS: u32 = 24;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(renew), routes!(remove)]
}

/// An outside system that may post to the host.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct InboundView {
    /// `telephony` or `mail`.
    name: String,
    /// Where it posts to.
    path: String,
    /// Until when the secret before signs, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_until: Option<Instant>,
    /// Since when.
    created_at: Instant,
    /// Since when it has its secret.
    updated_at: Instant,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AllInbound {
    items: Vec<InboundView>,
}

/// How to change the secret.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Renewal {
    /// How long the secret before signs, too: 0 to 720 hours; 24 where absent.
    #[schema(minimum = 0, maximum = 720)]
    keep_hours: Option<u32>,
}

/// A system with its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct InboundMade {
    /// The system.
    #[serde(flatten)]
    inbound: InboundView,
    /// What it signs with (Standard Webhooks). Shown now, and never again.
    secret: String,
}

impl From<Inbound> for InboundView {
    fn from(inbound: Inbound) -> Self {
        let Inbound { name, secret: _, previous, created_at, updated_at } = inbound;
        let (path, previous_until) = (format!("/hooks/{name}"), previous.map(|(_, until)| until));
        Self { name, path, previous_until, created_at, updated_at }
    }
}

/// The outside systems that may post to the host.
#[utoipa::path(get, path = "/api/v1/inbound", tag = "inbound", operation_id = "inbound_list",
    responses((status = 200, description = "All of them.", body = AllInbound)))]
async fn list(State(app): State<App>) -> Result<axum::Json<AllInbound>> {
    let items = app.engine.store().inbound_list().await?.into_iter().map(InboundView::from).collect();
    Ok(axum::Json(AllInbound { items }))
}

/// Gives a system its secret, or a new one. The one before signs, too, for a while.
#[utoipa::path(post, path = "/api/v1/inbound/{name}/secret", tag = "inbound", operation_id = "inbound_secret",
    params(("name" = String, Path, description = "`telephony` or `mail`.")), request_body = Renewal,
    responses((status = 200, description = "The system with its new secret.", body = InboundMade)))]
async fn renew(
    State(app): State<App>,
    Path(name): Path<String>,
    OptionalJson(Renewal { keep_hours }): OptionalJson<Renewal>,
) -> Result<axum::Json<InboundMade>> {
    if !SYSTEMS.contains(&name.as_str()) {
        return Err(Problem::not_found(format!("the systems are {}", SYSTEMS.join(" and "))));
    }
    let hours = keep_hours.unwrap_or(OVERLAP_HOURS);
    if hours > 720 {
        return Err(Problem::field("/keep_hours", "must be from 0 to 720"));
    }
    let now = app.engine.now();
    let secret = webhook::secret().map_err(|error| Problem::internal(&error))?;
    let sealed = app.kit.seal.seal(&place(&name), &secret).map_err(|error| Problem::internal(&error))?;
    let before = find(&app, &name).await?;
    let until = now + Duration::from_secs(u64::from(hours) * 3600);
    let inbound = Inbound {
        name,
        secret: sealed,
        previous: before.as_ref().filter(|_| hours > 0).map(|before| (before.secret.clone(), until)),
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
    };
    app.engine.store().inbound_put(inbound.clone()).await?;
    Ok(axum::Json(InboundMade { inbound: inbound.into(), secret }))
}

/// Takes a system's secret away: it posts no more.
#[utoipa::path(delete, path = "/api/v1/inbound/{name}", tag = "inbound", operation_id = "inbound_delete",
    params(("name" = String, Path, description = "`telephony` or `mail`.")),
    responses((status = 204, description = "Taken away.")))]
async fn remove(State(app): State<App>, Path(name): Path<String>) -> Result<StatusCode> {
    if app.engine.store().inbound_delete(&name).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("there is no such system, or it has no secret"))
    }
}

/// A request whose signature is right.
pub struct Signed {
    /// The request's id: the same when it is sent again.
    pub id: String,
    /// Its body.
    pub body: Bytes,
}

/// Reads a request that a system signed (Standard Webhooks).
///
/// # Errors
/// 401 where the signature is wrong, missing or of another time, 429 after many of them, 413 for a body over `limit`.
pub async fn signed(app: &App, name: &str, request: Request, limit: usize) -> Result<Signed> {
    let address = app.kit.address(request.headers(), request.extensions());
    let (parts, body) = request.into_parts();
    let body = json::read(body, limit).await?;
    match check(app, name, &parts.headers, &body).await? {
        Ok(id) => Ok(Signed { id, body }),
        Err(why) => {
            let from = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
            let key = (format!("inbound {from}"), WRONG);
            app.kit.limiter.take(&[key], app.engine.now()).map_err(Problem::too_many)?;
            Err(Problem::new(Code::BadSignature, why))
        }
    }
}

async fn check(
    app: &App,
    name: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<std::result::Result<String, &'static str>> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let parts = (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
    let (Some(id), Some(seconds), Some(signatures)) = parts else {
        return Ok(Err("sign by Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature are missing"));
    };
    let now = app.engine.now();
    let Ok(stamp) = seconds.parse::<i64>() else {
        return Ok(Err("webhook-timestamp must be whole seconds since 1970"));
    };
    let far = stamp.abs_diff(now.micros().div_euclid(1_000_000));
    let Some(inbound) = find(app, name).await? else {
        return Ok(Err("this way has no secret yet: an admin can make one"));
    };
    let previous = inbound.previous.filter(|(_, until)| *until > now).map(|(secret, _)| secret);
    let mut secrets = Vec::new();
    for sealed in std::iter::once(inbound.secret).chain(previous) {
        secrets.push(app.kit.seal.open(&place(name), &sealed).map_err(|error| Problem::internal(&error))?);
    }
    if !secrets.iter().any(|secret| webhook::verify(secret, id, stamp, body, signatures)) {
        return Ok(Err("the signature does not fit the body, the id, the timestamp and the secret"));
    }
    if far > TOLERANCE.as_secs() {
        return Ok(Err("webhook-timestamp is more than five minutes from now: sign anew at every try"));
    }
    if id.is_empty() || id.len() > 255 {
        return Ok(Err("webhook-id must have 1 to 255 characters"));
    }
    Ok(Ok(id.to_owned()))
}

async fn find(app: &App, name: &str) -> Result<Option<Inbound>> {
    Ok(app.engine.store().inbound_list().await?.into_iter().find(|inbound| inbound.name == name))
}

/// What a secret is sealed for.
fn place(name: &str) -> String {
    format!("inbound {name}")
}
