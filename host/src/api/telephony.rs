//! Calls that the telephony system tells of.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use futures::FutureExt as _;
use serde_json::{Value, json};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::edit_problem;
use super::idempotency::{self, Request as Once};
use super::inbound::{self, Signed};
use crate::crm::call::Call;
use crate::crm::call_event::{CallEvent, Known, normalise};
use crate::crm::email;
use crate::crm::entity::Entity as _;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::lead::Lead;
use crate::crm::query::{Query, Sort, Test};
use crate::crm::record::{Actor, Data, Record, Reference};
use crate::http::json;
use crate::http::problem::{Problem, Result};
use crate::unit::{self, Unit};

/// How large what is told of a call may be.
const LIMIT: usize = 64 << 10;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(told)]
}

/// Tells of a call: the record of the call is made, or moved on. Signed by Standard Webhooks with the secret that an
/// admin made; the same `webhook-id` is done once. Events may come late, twice, and in any order.
#[utoipa::path(post, path = "/hooks/telephony", tag = "inbound", operation_id = "telephony_hook",
    request_body = CallEvent,
    responses((status = 204, description = "It was taken."), (status = 401, description = "The signature is wrong."),
        (status = 429, description = "Too many wrong signatures.")))]
async fn told(State(app): State<App>, request: Request) -> Result<StatusCode> {
    let Signed { id, body } = inbound::signed(&app, "telephony", request, LIMIT).await?;
    let told: CallEvent = json::parse(&body)?;
    let Some(given) = told.phone.as_deref().map(str::trim).filter(|phone| !phone.is_empty()) else {
        tracing::info!(call = told.call, "a call without a number is not kept");
        return Ok(StatusCode::NO_CONTENT);
    };
    let region = app.engine.organisation().region.clone();
    let phone = normalise(given, &region).map_err(|error| Problem::field("/phone", error.to_string()))?;
    if told.call.trim().is_empty() {
        return Err(Problem::field("/call", "must not be empty"));
    }
    let line = match told.line.as_deref().map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => Some(normalise(line, &region).map_err(|error| Problem::field("/line", error.to_string()))?),
        None => None,
    };
    let call = told.call.split_whitespace().collect::<Vec<_>>().join(" ");
    let told = CallEvent { line, call, ..told };
    let request = json!(String::from_utf8_lossy(&body));
    let look = async || idempotency::look_for(&app, "telephony".to_owned(), &id, "telephony", &request).await;
    let Once::Fresh(once) = look().await? else { return Ok(StatusCode::NO_CONTENT) };
    let done = app.engine.edit(Actor::System("telephony".to_owned()), once, |unit| {
        let (told, phone) = (told.clone(), phone.clone());
        async move { take(unit, told, phone).await }.boxed()
    });
    match done.await {
        Ok(_) => Ok(StatusCode::NO_CONTENT),
        Err(error) => match look().await? {
            // Told twice at once: the other one is done.
            Once::Done(_) => Ok(StatusCode::NO_CONTENT),
            Once::Fresh(_) => Err(edit_problem(error)),
        },
    }
}

async fn take(unit: &mut Unit, told: CallEvent, phone: String) -> unit::Result<()> {
    let known = Known { about: whose(unit, &phone).await?, user: user(unit, told.user.as_deref()).await?, phone };
    let record = unit.by_key(Kind::Call, "external_id", &told.call).await?;
    let before = record.as_deref().map(entity).transpose()?;
    let call = data(&told.onto(before, &known, unit.now()))?;
    match record {
        Some(record) => unit.put(record.reference(), call).await.map(drop),
        None => unit.create(Kind::Call, call).await.map(drop),
    }
}

/// Whose number it is: a contact's, else a company's, else that of the newest lead, an open one first.
async fn whose(unit: &mut Unit, phone: &str) -> unit::Result<Option<Reference>> {
    if let Some(contact) = unit.by_key(Kind::Contact, "phone", phone).await? {
        return Ok(Some(contact.reference()));
    }
    let with_phone = |kind: Kind, limit: u32| {
        let query = Query::of(kind, limit).with("phone", Test::In(vec![phone.into()]));
        Query { sort: Sort { field: None, descending: true }, ..query }
    };
    if let Some(company) = unit.find(&with_phone(Kind::Company, 1)).await?.records.pop() {
        return Ok(Some(company.reference()));
    }
    let leads = unit.find(&with_phone(Kind::Lead, 20)).await?.records;
    let open = |record: &Record| record.entity::<Lead>().is_ok_and(|lead| !lead.status.is_closed());
    let found = leads.iter().find(|record| open(record)).or_else(|| leads.first());
    Ok(found.map(|record| record.reference()))
}

async fn user(unit: &mut Unit, address: Option<&str>) -> unit::Result<Option<crate::crm::id::Id>> {
    let Some(address) = address.and_then(|address| email::normalise(address).ok()) else { return Ok(None) };
    Ok(unit.by_key(Kind::User, "email", &address).await?.map(|record| record.id))
}

fn entity(record: &Record) -> unit::Result<Call> {
    record.entity().map_err(|error| Invalid::field("", format!("the stored call is damaged: {error}")).into())
}

fn data(call: &Call) -> unit::Result<Data> {
    match serde_json::to_value(call) {
        Ok(Value::Object(data)) => Ok(data),
        _ => Err(Invalid::field("", format!("a {} must make an object", Call::NAME)).into()),
    }
}
