//! When people are free, and the feeds that their calendars subscribe to.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::errors::unit_problem;
use super::{App, faces};
use crate::crm::availability::Span;
use crate::crm::ical;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::meeting::Meeting;
use crate::crm::record::{Record, Reference};
use crate::http::identity::Caller;
use crate::http::json::Json;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::link::Link;

/// A feed does not come to an end by itself.
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 86_400);
/// Free times that are proposed at most.
const SLOTS: u32 = 100;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(availability), routes!(occurrences), routes!(feed_make), routes!(feed_revoke), routes!(feed)]
}

/// Whom to look for a time with.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AvailabilityBody {
    /// Users, at most 50.
    users: Vec<Id>,
    /// From when.
    from: Instant,
    /// Until when; at most a year later.
    to: Instant,
    /// How many minutes they need.
    #[serde(default = "hour")]
    #[schema(minimum = 1, maximum = 44_640)]
    minutes: u32,
    /// How many free times are proposed: 1 to 100.
    #[serde(default = "five")]
    #[schema(minimum = 1, maximum = 100)]
    slots: u32,
}

const fn hour() -> u32 {
    60
}

const fn five() -> u32 {
    5
}

/// From one moment until before another.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SpanView {
    /// Its first moment.
    from: Instant,
    /// The first moment after it.
    to: Instant,
}

/// When somebody is in a meeting, away or not at work.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BusyView {
    /// The user.
    user: Id,
    /// In order, and apart from each other.
    busy: Vec<SpanView>,
}

/// Who is busy when, and the first times at which nobody is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AvailabilityView {
    /// In the order they were asked for.
    users: Vec<BusyView>,
    /// In order.
    slots: Vec<SpanView>,
}

impl From<Span> for SpanView {
    fn from(span: Span) -> Self {
        Self { from: span.from, to: span.to }
    }
}

/// Says who is busy (in meetings, away, outside working hours) and proposes the next times that fit all. What keeps
/// somebody is not told.
#[utoipa::path(post, path = "/api/v1/availability", tag = "meetings", operation_id = "availability",
    request_body = AvailabilityBody,
    responses((status = 200, description = "Who is busy when.", body = AvailabilityView)))]
async fn availability(
    State(app): State<App>,
    _caller: Caller,
    Json(body): Json<AvailabilityBody>,
) -> Result<axum::Json<AvailabilityView>> {
    if !(1..=44_640).contains(&body.minutes) {
        return Err(Problem::field("/minutes", "must be from 1 to 44640: 31 days"));
    }
    if !(1..=SLOTS).contains(&body.slots) {
        return Err(Problem::field("/slots", "must be from 1 to 100"));
    }
    let whole = Span { from: body.from, to: body.to };
    let planned = app.engine.unit().availability(&body.users, whole).await.map_err(unit_problem)?;
    let length = Duration::from_secs(u64::from(body.minutes) * 60);
    let slots = planned.free_slots(whole, length, body.slots as usize);
    let users = planned.busy(whole).into_iter();
    let users = users.map(|(user, busy)| BusyView { user, busy: busy.into_iter().map(SpanView::from).collect() });
    Ok(axum::Json(AvailabilityView { users: users.collect(), slots: slots.into_iter().map(SpanView::from).collect() }))
}

/// A time at which a meeting takes place.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Occurrence {
    /// The meeting.
    meeting: Id,
    /// When it begins, this time.
    from: Instant,
    /// When it ends.
    to: Instant,
}

/// What takes place when.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Occurrences {
    /// In order.
    items: Vec<Occurrence>,
    /// The meetings, each once.
    #[schema(value_type = Vec<Object>)]
    meetings: Vec<Value>,
}

/// The meetings that take place in a time, those that recur time by time. What was cancelled is left out.
#[utoipa::path(get, path = "/api/v1/occurrences", tag = "meetings", operation_id = "occurrences",
    params(
        ("from" = Instant, Query, description = "What ends after this moment."),
        ("to" = Instant, Query, description = "What begins before this moment; at most a year later."),
        ("user" = Option<Id>, Query, description = "Only what keeps this user: they organise it, or are invited and have not declined."),
    ),
    responses((status = 200, description = "What takes place when.", body = Occurrences)))]
async fn occurrences(State(app): State<App>, caller: Caller, mut params: Params) -> Result<axum::Json<Occurrences>> {
    let (from, to) = (params.parse("from")?, params.parse("to")?);
    let user: Option<Id> = params.parse("user")?;
    params.finish(&["from", "to", "user"])?;
    let needed = |name: &str| Problem::field(format!("/{name}"), "a moment is needed, like 2026-03-29T09:00:00Z");
    let from = from.ok_or_else(|| needed("from"))?;
    let to = to.ok_or_else(|| needed("to"))?;
    let mut unit = app.engine.unit();
    let mut found = unit.occurrences(Span { from, to }).await.map_err(unit_problem)?;
    if let Some(user) = user {
        found.retain(|(_, record)| record.entity::<Meeting>().is_ok_and(|meeting| meeting.keeps(user)));
    }
    let meetings: BTreeMap<Id, &Record> = found.iter().map(|(_, record)| (record.id, record.as_ref())).collect();
    let meetings = meetings.into_values().map(|record| faces::face(&caller, record)).collect();
    let items = found.iter().map(|(span, record)| Occurrence { meeting: record.id, from: span.from, to: span.to });
    Ok(axum::Json(Occurrences { items: items.collect(), meetings }))
}

/// Where one's calendar can be subscribed to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FeedMade {
    /// The address. Shown now, and never again: whoever has it sees the meetings.
    url: String,
}

/// Makes the address of one's own calendar feed, in place of the one before.
#[utoipa::path(post, path = "/api/v1/calendar_feed", tag = "meetings", operation_id = "calendar_feed_make",
    responses((status = 201, description = "The address.", body = FeedMade)))]
async fn feed_make(State(app): State<App>, caller: Caller) -> Result<(StatusCode, axum::Json<FeedMade>)> {
    let user = caller.person()?.id;
    revoke_all(&app, user).await?;
    let (secret, now) = (secret::random().map_err(|error| Problem::internal(&error))?, app.engine.now());
    let link = Link {
        id: Id::new(),
        hash: secret::hash(&secret),
        record: Reference { kind: Kind::User, id: user },
        language: None,
        by: Some(user),
        created_at: now,
        expires_at: now + FOR_EVER,
        revoked_at: None,
        views: 0,
        last_viewed_at: None,
    };
    app.engine.store().link_put(link).await?;
    Ok((StatusCode::CREATED, axum::Json(FeedMade { url: format!("{}/calendar/{secret}", app.base) })))
}

/// Calls the address of one's own calendar feed back.
#[utoipa::path(delete, path = "/api/v1/calendar_feed", tag = "meetings", operation_id = "calendar_feed_revoke",
    responses((status = 204, description = "There is none any more.")))]
async fn feed_revoke(State(app): State<App>, caller: Caller) -> Result<StatusCode> {
    revoke_all(&app, caller.person()?.id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A user's meetings as iCalendar, for Thunderbird, Google or Apple Calendar to subscribe to.
#[utoipa::path(get, path = "/calendar/{token}", tag = "meetings", operation_id = "calendar_feed",
    params(("token" = String, Path, description = "The feed's secret.")),
    responses((status = 200, description = "The meetings.", content_type = "text/calendar", body = String)))]
async fn feed(State(app): State<App>, Path(token): Path<String>) -> Result<Response> {
    let none = || Problem::not_found("there is no such calendar, or its address was called back");
    let (store, now) = (app.engine.store(), app.engine.now());
    let hash = secret::hash(token.trim_end_matches(".ics"));
    let link = store.link_read(&hash).await?.filter(|link| secret::same(&link.hash, &hash) && link.is_open(now));
    let link = link.filter(|link| link.record.kind == Kind::User).ok_or_else(none)?;
    let mut unit = app.engine.unit();
    let user: crate::crm::user::User = unit.get(link.record.id).await.map_err(|_| none())?;
    if !user.active {
        return Err(none());
    }
    let meetings = unit.meetings_of(link.record.id, now).await.map_err(unit_problem)?;
    let text = unit.ical(ical::Method::Publish, &meetings, now).await.map_err(unit_problem)?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

async fn revoke_all(app: &App, user: Id) -> Result<()> {
    for link in app.engine.store().link_list(user).await? {
        app.engine.store().link_revoke(user, link.id, app.engine.now()).await?;
    }
    Ok(())
}
