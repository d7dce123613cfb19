//! Records of every kind: list, make, read, change, delete.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, patch, post};
use futures::FutureExt as _;
use serde_json::{Map, Value, json};
use utoipa_axum::router::UtoipaMethodRouter;

use super::access::{Reach, Verb, scope};
use super::errors::edit_problem;
use super::idempotency::{self, Request};
use super::{App, IdPath, faces, given, history, id, merge, messages, records_doc, table, timeline};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::merge::can_merge;
use crate::crm::record::{Record, Reference};
use crate::http::etag;
use crate::http::identity::Caller;
use crate::http::json::Json;
use crate::http::page::{self, Params};
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::commit::Idempotency;
use crate::unit::UnitError;

/// The endpoints of a kind.
#[must_use]
pub fn endpoints(kind: Kind) -> Vec<UtoipaMethodRouter<App>> {
    let of_kind = |verb: &str, path: &str, handler: MethodRouter<App>| {
        records_doc::endpoint(kind, verb, path, handler.layer(Extension(kind)))
    };
    let mut all = vec![
        of_kind("list", "", get(list)),
        of_kind("create", "", post(create)),
        of_kind("get", "/{id}", get(read)),
        of_kind("update", "/{id}", patch(update)),
        of_kind("delete", "/{id}", delete(remove)),
        of_kind("history", "/{id}/history", get(history::changes)),
        of_kind("runs", "/{id}/runs", get(history::runs)),
    ];
    if table::WITH_COMMANDS.contains(&kind) {
        all.push(of_kind("timeline", "/{id}/timeline", get(timeline::timeline)));
    }
    if can_merge(kind) {
        all.push(of_kind("merge", "/{id}/merge", post(merge::merge)));
    }
    if kind == Kind::Lead {
        all.push(of_kind("convert", "/{id}/convert", post(convert)));
    }
    all
}

async fn list(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    params: Params,
) -> Result<axum::Json<Value>> {
    let query = params.query(kind, &app.engine.custom())?;
    faces::check(&caller, &query)?;
    let query = Reach::of(&app.engine, &caller, kind).await?.narrow(query);
    let page = app.engine.store().record_find(&query, &[]).await?;
    let items: Vec<Value> = page.records.iter().map(|record| faces::face(&caller, record)).collect();
    let mut body = json!({"items": items});
    if let Some(next) = &page.next {
        body["next"] = page::cursor_write(next, &query).into();
    }
    Ok(axum::Json(body))
}

async fn create(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    headers: HeaderMap,
    Json(mut data): Json<Map<String, Value>>,
) -> Result<Response> {
    given::check(&caller, kind, &data)?;
    if kind == Kind::Message {
        messages::check(&app, &caller, &data).await?;
    }
    let request = Value::Object(data.clone());
    let password = take_password(kind, &mut data)?;
    let key = match idempotency::look(&app, &caller, &headers, kind.plural(), &request).await? {
        Request::Done(outcome) => return replayed(&app, &caller, kind, &outcome).await,
        Request::Fresh(key) => key,
    };
    let hash = match password {
        Some(password) => Some(secret::password_hash(password).await.map_err(|error| Problem::internal(&error))?),
        None => None,
    };
    let id = Id::new();
    let key = key.map(|key| Idempotency { outcome: json!({"id": id}), ..key });
    let made = app.engine.edit(caller.actor(), key, |unit| {
        let (data, hash) = (data.clone(), hash.clone());
        async move {
            if let Some(hash) = hash {
                unit.set_password(id, hash);
            }
            unit.create_as(id, kind, data).await
        }
        .boxed()
    });
    let made = made.await;
    let (record, committed) = match made {
        Err(error) => return again(&app, &caller, &headers, kind, &request, edit_problem(error)).await,
        Ok(made) => made,
    };
    Ok(made_response(&caller, &committed.record(id).unwrap_or(record)))
}

/// The same request, sent twice at once: the one that came second gives what the first one did, whatever kept it from
/// doing it again.
async fn again(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    kind: Kind,
    request: &Value,
    problem: Problem,
) -> Result<Response> {
    match idempotency::look(app, caller, headers, kind.plural(), request).await? {
        Request::Done(outcome) => replayed(app, caller, kind, &outcome).await,
        Request::Fresh(_) => Err(problem),
    }
}

/// What a request gave that was done before: the record as it stands now.
async fn replayed(app: &App, caller: &Caller, kind: Kind, outcome: &Value) -> Result<Response> {
    let made = outcome.get("id").and_then(Value::as_str).unwrap_or_default();
    let mut response = made_response(caller, &*living(app, kind, id(made)?).await?);
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

fn made_response(caller: &Caller, record: &Record) -> Response {
    let mut response = (StatusCode::CREATED, shown(caller, record)).into_response();
    let location = format!("/api/v1/{}/{}", record.kind.plural(), record.id);
    if let Ok(location) = HeaderValue::from_str(&location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A user may be made with a password. It is no field of the record.
fn take_password(kind: Kind, data: &mut Map<String, Value>) -> Result<Option<String>> {
    if kind != Kind::User {
        return Ok(None);
    }
    match data.remove("password") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(password)) => match secret::password_fault(&password) {
            None => Ok(Some(password)),
            Some(fault) => Err(Problem::field("/password", fault)),
        },
        Some(_) => Err(Problem::field("/password", "must be a text")),
    }
}

async fn read(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    headers: HeaderMap,
    Path(path): IdPath,
) -> Result<Response> {
    let record = within_reach(&app, &caller, kind, id(&path)?).await?;
    if etag::is_known(&headers, record.version) {
        let tag = [(header::ETAG, etag::header_value(record.version))];
        return Ok((StatusCode::NOT_MODIFIED, tag, PRIVATE).into_response());
    }
    Ok(shown(&caller, &record))
}

async fn update(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    headers: HeaderMap,
    Path(path): IdPath,
    Json(by): Json<Map<String, Value>>,
) -> Result<Response> {
    given::check(&caller, kind, &by)?;
    let reference = Reference { kind, id: id(&path)? };
    let expected = etag::expected(&headers)?;
    let reach = Reach::to(Verb::Write, &app.engine, &caller, kind).await?;
    let by = Value::Object(by);
    let done = app.engine.edit(caller.actor(), None, |unit| {
        let (reach, by) = (reach.clone(), by.clone());
        async move {
            covered(&reach, &*unit.read(reference).await?)?;
            unit.patch(reference, by, expected).await
        }
        .boxed()
    });
    let (record, committed) = done.await.map_err(edit_problem)?;
    Ok(shown(&caller, &committed.record(reference.id).unwrap_or(record)))
}

async fn remove(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    headers: HeaderMap,
    Path(path): IdPath,
) -> Result<StatusCode> {
    let reference = Reference { kind, id: id(&path)? };
    let expected = etag::expected(&headers)?;
    let reach = Reach::to(Verb::Write, &app.engine, &caller, kind).await?;
    let done = app.engine.edit(caller.actor(), None, |unit| {
        let reach = reach.clone();
        async move {
            covered(&reach, &*unit.read(reference).await?)?;
            unit.delete(reference, expected).await
        }
        .boxed()
    });
    done.await.map_err(edit_problem)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes (or finds) contact, company and deal of a lead.
async fn convert(State(app): State<App>, caller: Caller, headers: HeaderMap, Path(path): IdPath) -> Result<Response> {
    for kind in [Kind::Contact, Kind::Company, Kind::Deal] {
        let scope = scope(kind, Verb::Write);
        if !caller.reaches(&scope) {
            return Err(Problem::forbidden(format!("the token lacks the scope `{scope}`")).with("scope", scope));
        }
    }
    let lead = id(&path)?;
    let reference = Reference { kind: Kind::Lead, id: lead };
    let expected = etag::expected(&headers)?;
    let reach = Reach::of(&app.engine, &caller, Kind::Lead).await?;
    let request = json!({"convert": lead});
    let key = match idempotency::look(&app, &caller, &headers, "leads", &request).await? {
        Request::Done(_) => return converted_before(&app, &caller, &reach, lead).await,
        Request::Fresh(key) => key,
    };
    let done = app.engine.edit(caller.actor(), key, |unit| {
        let reach = reach.clone();
        async move {
            covered(&reach, &*unit.read(reference).await?)?;
            unit.convert_lead(lead, expected).await
        }
        .boxed()
    });
    if let Err(error) = done.await {
        // Sent twice at once: the one that came second finds the lead converted, or its key used.
        return match idempotency::look(&app, &caller, &headers, "leads", &request).await? {
            Request::Done(_) => converted_before(&app, &caller, &reach, lead).await,
            Request::Fresh(_) => Err(edit_problem(error)),
        };
    }
    Ok(axum::Json(conversion(&app, &caller, &*living(&app, Kind::Lead, lead).await?).await?).into_response())
}

/// The same conversion, asked for again.
async fn converted_before(app: &App, caller: &Caller, reach: &Reach, lead: Id) -> Result<Response> {
    let lead = living(app, Kind::Lead, lead).await?;
    if !reach.covers(&lead) {
        return Err(not_there(Kind::Lead, lead.id));
    }
    let mut response = axum::Json(conversion(app, caller, &lead).await?).into_response();
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

/// A converted lead, and those of the records it became that are still there.
async fn conversion(app: &App, caller: &Caller, lead: &Record) -> Result<Value> {
    let mut body = json!({"lead": faces::face(caller, lead)});
    for (name, kind) in [("contact", Kind::Contact), ("company", Kind::Company), ("deal", Kind::Deal)] {
        let Some(part) = lead.data.get(name).and_then(Value::as_str) else { continue };
        if let Some(record) = app.engine.store().record_read(&[id(part)?]).await?.pop().filter(|it| it.kind == kind) {
            body[name] = faces::face(caller, &record);
        }
    }
    Ok(body)
}

const PRIVATE: [(header::HeaderName, &str); 1] = [(header::CACHE_CONTROL, "private, no-cache")];

/// A record with its tag.
pub(super) fn shown(caller: &Caller, record: &Record) -> Response {
    let tag = [(header::ETAG, etag::header_value(record.version))];
    (tag, PRIVATE, axum::Json(faces::face(caller, record))).into_response()
}

/// The living record.
pub(super) async fn living(app: &App, kind: Kind, id: Id) -> Result<Arc<Record>> {
    let found = app.engine.store().record_read(&[id]).await?.pop();
    found.filter(|record| record.kind == kind).ok_or_else(|| not_there(kind, id))
}

/// The living record, where the caller reaches it.
pub(super) async fn within_reach(app: &App, caller: &Caller, kind: Kind, id: Id) -> Result<Arc<Record>> {
    within_reach_to(Verb::Read, app, caller, kind, id).await
}

/// The living record, where the caller may read, or write, it.
pub(super) async fn within_reach_to(verb: Verb, app: &App, caller: &Caller, kind: Kind, id: Id) -> Result<Arc<Record>> {
    let record = living(app, kind, id).await?;
    let reach = Reach::to(verb, &app.engine, caller, kind).await?;
    if reach.covers(&record) { Ok(record) } else { Err(not_there(kind, id)) }
}

fn not_there(kind: Kind, id: Id) -> Problem {
    Problem::not_found(format!("there is no {kind} {id}"))
}

/// What is out of reach reads as not there.
pub(super) fn covered(reach: &Reach, record: &Record) -> std::result::Result<(), UnitError> {
    if reach.covers(record) { Ok(()) } else { Err(UnitError::NotFound(record.reference())) }
}
