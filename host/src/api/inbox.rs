//! A person's own notifications.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::Reach;
use super::errors::edit_problem;
use super::stream::{self, Reader};
use super::{App, IdPath, id, records};
use crate::crm::custom::CustomFields;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Sort, Test};
use crate::crm::record::Reference;
use crate::http::identity::Caller;
use crate::http::page::{Params, cursor_write};
use crate::http::problem::{Problem, Result};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(read), routes!(follow)]
}

/// A page of an inbox.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InboxPage {
    /// The notifications, newest first.
    #[schema(value_type = Vec<Object>)]
    pub items: Vec<Value>,
    /// Give it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many are unread, on all pages.
    pub unread: u64,
}

/// The caller's notifications, newest first.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "inbox", operation_id = "inbox_list",
    params(
        ("open" = Option<bool>, Query, description = "Only those with buttons to press, or only those without."),
        ("unread" = Option<bool>, Query, description = "Only those not read, or only those read."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
        ("after" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = InboxPage)))]
async fn list(State(app): State<App>, caller: Caller, mut params: Params) -> Result<axum::Json<InboxPage>> {
    let me = Value::from(caller.person()?.id.to_string());
    let open = flag(&mut params, "open")?;
    let unread = flag(&mut params, "unread")?;
    let mut query = page(params)?.with("to", Test::In(vec![me.clone()]));
    if let Some(open) = open {
        query = query.with("open", Test::In(vec![open.into()]));
    }
    if let Some(unread) = unread {
        query = query.with("read_at", if unread { Test::Absent } else { Test::Present });
    }
    let store = app.engine.store();
    let found = store.record_find(&query, &[]).await?;
    let all_unread = Query::of(Kind::Notification, 1).with("to", Test::In(vec![me])).with("read_at", Test::Absent);
    let unread = store.record_count(&all_unread, &[]).await?;
    let items = found.records.iter().map(|record| record.face()).collect();
    let next = found.next.as_ref().map(|next| cursor_write(next, &query));
    Ok(axum::Json(InboxPage { items, next, unread }))
}

/// Limit and place, newest first.
fn page(mut params: Params) -> Result<Query> {
    params.0.push(("sort".to_owned(), "-id".to_owned()));
    let known = ["limit", "after", "sort"];
    let unknown: Vec<_> = params.0.iter().filter(|(name, _)| !known.contains(&name.as_str())).cloned().collect();
    Params(unknown).finish(&["open", "unread", "limit", "after"])?;
    let query = params.query(Kind::Notification, &CustomFields::default())?;
    Ok(Query { sort: Sort { field: None, descending: true }, ..query })
}

fn flag(params: &mut Params, name: &str) -> Result<Option<bool>> {
    params
        .take(name)?
        .map(|text| text.parse().map_err(|_| Problem::field(format!("/{name}"), "must be true or false")))
        .transpose()
}

/// Marks a notification as read.
#[utoipa::path(post, path = "/api/v1/inbox/{id}/read", tag = "inbox", operation_id = "inbox_read",
    params(("id" = Id, Path, description = "The notification.")),
    responses((status = 200, description = "The notification, read.", body = Object)))]
async fn read(State(app): State<App>, caller: Caller, Path(path): IdPath) -> Result<Response> {
    let reference = Reference { kind: Kind::Notification, id: id(&path)? };
    let record = records::living(&app, Kind::Notification, reference.id).await?;
    let own = Value::from(caller.person()?.id.to_string());
    if record.data.get("to") != Some(&own) {
        return Err(Problem::not_found(format!("there is no notification {}", reference.id)));
    }
    if record.data.get("read_at").is_some_and(|read| !read.is_null()) {
        return Ok(records::shown(&caller, &record));
    }
    let by = json!({"read_at": app.engine.now()});
    let done = app.engine.edit(caller.actor(), None, |unit| unit.patch(reference, by.clone(), None).boxed());
    let (record, committed) = done.await.map_err(edit_problem)?;
    Ok(records::shown(&caller, &committed.record(reference.id).unwrap_or(record)))
}

/// The caller's notifications as they come and change, as server-sent events.
#[utoipa::path(get, path = "/api/v1/inbox/events", tag = "inbox", operation_id = "inbox_events",
    params(("Last-Event-ID" = Option<u64>, Header, description = "The last event that the reader has.")),
    responses((status = 200, description = "The events.", content_type = "text/event-stream")))]
async fn follow(State(app): State<App>, caller: Caller, headers: HeaderMap) -> Result<impl IntoResponse> {
    let me = caller.person()?.id;
    let own = Reach::Of { field: "to", users: vec![me.to_string().into()], unassigned: false };
    let reader = Reader { reach: vec![(Kind::Notification, own)], caller, own: true };
    stream::open(app, &headers, reader).await
}
