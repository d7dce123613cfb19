//! Where events are sent to outside, and what became of each.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::channels::Tested;
use super::{App, IdPath, Page, id};
use crate::channels::webhook;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::http::code::Code;
use crate::http::json::Json;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::plugins::condition::Condition;
use crate::store::outbox::{MessageRow, Webhook};

/// How many patterns a webhook may have.
const PATTERNS: usize = 100;
/// How many webhooks there may be: each is looked at in every commit.
const WEBHOOKS: usize = 200;
/// How long the secret before still signs, where nothing else is asked.
const OVERLAP_HOURS: u32 = 24;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![
        routes!(list),
        routes!(create),
        routes!(read),
        routes!(update),
        routes!(remove),
        routes!(rotate),
        routes!(messages),
        routes!(resend),
        routes!(test),
    ]
}

/// A webhook. Its secret is shown once, when it is made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WebhookView {
    /// Its id.
    id: Id,
    /// Where to.
    url: String,
    /// Which events: `lead.created`, `deal.*`, `*`.
    events: Vec<String>,
    /// A CEL condition over `before` and `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<String>,
    /// False: nothing is sent; what was queued waits.
    active: bool,
    /// Until when the secret before signs, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_until: Option<Instant>,
    /// Since when.
    created_at: Instant,
    /// When it was changed last.
    updated_at: Instant,
}

/// A webhook to make.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookDraft {
    /// `https://…`, or `http://…`.
    url: String,
    /// Which events: `lead.created`, `deal.*`, `*`.
    events: Vec<String>,
    /// A CEL condition over `before` and `after`.
    condition: Option<String>,
    /// Whether it is on.
    #[serde(default = "yes")]
    active: bool,
}

/// What to change. What is left out stays.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct WebhookPatch {
    /// Where to.
    url: Option<String>,
    /// Which events.
    events: Option<Vec<String>>,
    /// A CEL condition; null takes it away.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    condition: Option<Option<String>>,
    /// Whether it is on.
    active: Option<bool>,
}

/// A webhook with its secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WebhookMade {
    /// The webhook.
    #[serde(flatten)]
    webhook: WebhookView,
    /// Verify with it what arrives (Standard Webhooks). Shown now, and never again.
    secret: String,
}

/// How to change the secret.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Rotation {
    /// How long the secret before signs, too: 0 to 720 hours; 24 where absent.
    #[schema(minimum = 0, maximum = 720)]
    keep_hours: Option<u32>,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Webhooks {
    items: Vec<WebhookView>,
}

impl From<Webhook> for WebhookView {
    fn from(hook: Webhook) -> Self {
        let Webhook { id, url, events, condition, active, secret: _, previous, created_at, updated_at } = hook;
        let previous_until = previous.map(|(_, until)| until);
        Self { id, url, events, condition, active, previous_until, created_at, updated_at }
    }
}

/// All webhooks.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "webhook_list",
    responses((status = 200, description = "All of them.", body = Webhooks)))]
async fn list(State(app): State<App>) -> Result<axum::Json<Webhooks>> {
    let items = app.engine.store().webhook_list().await?.into_iter().map(WebhookView::from).collect();
    Ok(axum::Json(Webhooks { items }))
}

/// Makes a webhook. Events committed from now on are sent to it as CloudEvents 1.0, signed by Standard Webhooks 1.0.
/// The answer has the secret.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", operation_id = "webhook_create",
    request_body = WebhookDraft, responses((status = 201, description = "Made.", body = WebhookMade)))]
async fn create(
    State(app): State<App>,
    Json(draft): Json<WebhookDraft>,
) -> Result<(StatusCode, axum::Json<WebhookMade>)> {
    if app.engine.store().webhook_list().await?.len() >= WEBHOOKS {
        return Err(Problem::new(Code::TooMany, format!("there are {WEBHOOKS} webhooks already: that is the limit")));
    }
    let WebhookDraft { url, events, condition, active } = draft;
    let secret = webhook::secret().map_err(|error| Problem::internal(&error))?;
    let now = app.engine.now();
    let hook = Webhook {
        id: Id::new(),
        url,
        events,
        condition,
        active,
        secret: secret.clone(),
        previous: None,
        created_at: now,
        updated_at: now,
    };
    check(&app, &hook)?;
    app.engine.webhook_put(hook.clone()).await?;
    Ok((StatusCode::CREATED, axum::Json(WebhookMade { webhook: hook.into(), secret })))
}

/// One webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "webhook_get",
    params(("id" = Id, Path, description = "The webhook.")),
    responses((status = 200, description = "The webhook.", body = WebhookView)))]
async fn read(State(app): State<App>, Path(path): IdPath) -> Result<axum::Json<WebhookView>> {
    Ok(axum::Json(there(&app, id(&path)?).await?.into()))
}

/// Changes a webhook.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "webhook_update",
    params(("id" = Id, Path, description = "The webhook.")), request_body = WebhookPatch,
    responses((status = 200, description = "The webhook.", body = WebhookView)))]
async fn update(
    State(app): State<App>,
    Path(path): IdPath,
    Json(patch): Json<WebhookPatch>,
) -> Result<axum::Json<WebhookView>> {
    let hook = there(&app, id(&path)?).await?;
    let hook = Webhook {
        url: patch.url.unwrap_or(hook.url),
        events: patch.events.unwrap_or(hook.events),
        condition: patch.condition.unwrap_or(hook.condition),
        active: patch.active.unwrap_or(hook.active),
        updated_at: app.engine.now(),
        ..hook
    };
    check(&app, &hook)?;
    app.engine.webhook_put(hook.clone()).await?;
    Ok(axum::Json(hook.into()))
}

/// Takes a webhook away, with its messages.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks", operation_id = "webhook_delete",
    params(("id" = Id, Path, description = "The webhook.")),
    responses((status = 204, description = "Taken away.")))]
async fn remove(State(app): State<App>, Path(path): IdPath) -> Result<StatusCode> {
    let hook = id(&path)?;
    if app.engine.webhook_delete(hook).await? { Ok(StatusCode::NO_CONTENT) } else { Err(none(hook)) }
}

/// Gives a webhook a new secret. The one before signs, too, for a while: receivers change over meanwhile.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", tag = "webhooks", operation_id = "webhook_secret",
    params(("id" = Id, Path, description = "The webhook.")), request_body = Rotation,
    responses((status = 200, description = "The webhook with its new secret.", body = WebhookMade)))]
async fn rotate(
    State(app): State<App>,
    Path(path): IdPath,
    Json(Rotation { keep_hours }): Json<Rotation>,
) -> Result<axum::Json<WebhookMade>> {
    let hours = keep_hours.unwrap_or(OVERLAP_HOURS);
    if hours > 720 {
        return Err(Problem::field("/keep_hours", "must be from 0 to 720"));
    }
    let hook = there(&app, id(&path)?).await?;
    let now = app.engine.now();
    let secret = webhook::secret().map_err(|error| Problem::internal(&error))?;
    let until = now + Duration::from_secs(u64::from(hours) * 3600);
    let previous = (hours > 0).then_some((hook.secret.clone(), until));
    let hook = Webhook { secret: secret.clone(), previous, updated_at: now, ..hook };
    app.engine.webhook_put(hook.clone()).await?;
    Ok(axum::Json(WebhookMade { webhook: hook.into(), secret }))
}

/// Messages to a webhook, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/messages", tag = "webhooks", operation_id = "webhook_messages",
    params(
        ("id" = Id, Path, description = "The webhook."),
        ("state" = Option<String>, Query, description = "`queued`, `sent` or `dead`."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
        ("after" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of messages.", body = Page<MessageRow>)))]
async fn messages(
    State(app): State<App>,
    Path(path): IdPath,
    mut params: Params,
) -> Result<axum::Json<Page<MessageRow>>> {
    let hook = there(&app, id(&path)?).await?.id;
    let state = params
        .take("state")?
        .map(|text| serde_json::from_value(text.into()).map_err(|error| Problem::field("/state", error.to_string())));
    let (state, before, limit) = (state.transpose()?, params.number("after")?, params.limit()?);
    params.finish(&["state", "limit", "after"])?;
    let mut items = app.engine.store().outbox_list(hook, state, before, limit + 1).await?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(axum::Json(Page { items, next }))
}

/// Sends a message again, whatever came of it.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/messages/{message}/resend", tag = "webhooks",
    operation_id = "webhook_resend",
    params(("id" = Id, Path, description = "The webhook."), ("message" = u64, Path, description = "The message.")),
    responses((status = 204, description = "It is in the queue.")))]
async fn resend(State(app): State<App>, Path((path, message)): Path<(String, String)>) -> Result<StatusCode> {
    let hook = there(&app, id(&path)?).await?.id;
    let found = match message.parse::<u64>() {
        Ok(message) => app.engine.store().outbox_resend(hook, message, app.engine.now()).await?,
        Err(_) => false,
    };
    if !found {
        return Err(Problem::not_found("there is no such message, or it is being sent now"));
    }
    app.engine.send_soon();
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a test at once, an event of the type `webhook.test`, and tells what came of it. It stands nowhere, and is not tried
/// again.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks", operation_id = "webhook_test",
    params(("id" = Id, Path, description = "The webhook.")),
    responses((status = 200, description = "What came of it.", body = Tested)))]
async fn test(State(app): State<App>, Path(path): IdPath) -> Result<axum::Json<Tested>> {
    let hook = there(&app, id(&path)?).await?;
    Ok(axum::Json(Tested::of(app.engine.webhook_test(&hook)).await))
}

async fn there(app: &App, hook: Id) -> Result<Webhook> {
    let found = app.engine.store().webhook_list().await?.into_iter().find(|found| found.id == hook);
    found.ok_or_else(|| none(hook))
}

fn none(hook: Id) -> Problem {
    Problem::not_found(format!("there is no webhook {hook}"))
}

fn check(app: &App, hook: &Webhook) -> Result<()> {
    let mut invalid = Invalid::default();
    invalid.check(hook.url.len() <= 2000, "/url", "must not be longer than 2000 bytes");
    if let Err(error) = app.engine.webhooks().check(&hook.url) {
        invalid.note("/url", error.to_string());
    }
    let count = (1..=PATTERNS).contains(&hook.events.len());
    invalid.check(count, "/events", "must name 1 to 100 events, like lead.created, deal.* or *");
    for (at, pattern) in hook.events.iter().enumerate().take(PATTERNS) {
        let known = pattern == "*"
            || pattern.split_once('.').is_some_and(|(kind, verb)| {
                kind.parse::<Kind>().is_ok() && matches!(verb, "created" | "updated" | "deleted" | "*")
            });
        invalid.check(known, &format!("/events/{at}"), "must be an event, like lead.created, deal.* or *");
    }
    if let Some(Err(error)) = hook.condition.as_deref().map(Condition::compile) {
        invalid.note("/condition", error.to_string());
    }
    Ok(invalid.or(())?)
}

const fn yes() -> bool {
    true
}

/// Tells `null` from what is left out.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
