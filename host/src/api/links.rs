//! Links to papers: whoever has one sees the PDF, for a time, and nothing else.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::{MethodRouter, delete, get, post};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::PartialSchema as _;
use utoipa::openapi::path::HttpMethod;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::table::WITH_PAPERS;
use super::{App, IdPath, id, openapi, papers, records};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::template::Language;
use crate::http::code::Code;
use crate::http::identity::Caller;
use crate::http::json::OptionalJson;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::link::Link;

/// Days that a link is good for, where nothing else is asked.
const DAYS: u32 = 30;
/// The most that may be asked.
const DAYS_MAX: u32 = 365;
/// How many links one paper may have.
const LINKS: usize = 100;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    let mut all = vec![routes!(open)];
    for kind in WITH_PAPERS {
        let of = |method, path: &str, operation, handler: MethodRouter<App>| {
            let path = format!("/api/v1/{}/{{id}}{path}", kind.plural());
            openapi::endpoint(method, &path, operation, schemas(), handler.layer(Extension(kind)))
        };
        all.push(of(HttpMethod::Post, "/link", describe_make(kind), post(make)));
        all.push(of(HttpMethod::Get, "/links", describe_list(kind), get(list)));
        all.push(of(HttpMethod::Delete, "/links/{link}", describe_revoke(kind), delete(revoke)));
    }
    all
}

/// What link to make.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct LinkBody {
    /// Days that it is good for: 1 to 365; 30 where absent.
    #[schema(minimum = 1, maximum = 365)]
    days: Option<u32>,
    /// The language that it is shown in, where neither record nor template says it.
    language: Option<Language>,
}

/// A link to a paper. Its address is shown once, when it is made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LinkView {
    /// Its id, which is no secret.
    id: Id,
    /// The user who made it; absent where a program did.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Id>,
    /// Since when.
    created_at: Instant,
    /// Until when.
    expires_at: Instant,
    /// When it was called back.
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Instant>,
    /// How often it was opened.
    views: u64,
    /// When last.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_viewed_at: Option<Instant>,
}

/// A link with its address.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct LinkMade {
    /// The link.
    #[serde(flatten)]
    link: LinkView,
    /// What to give on. Shown now, and never again.
    url: String,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        let Link { id, hash: _, record: _, language: _, by, created_at, expires_at, revoked_at, views, last_viewed_at } =
            link;
        Self { id, by, created_at, expires_at, revoked_at, views, last_viewed_at }
    }
}

/// `POST /{plural}/{id}/link`
async fn make(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
    OptionalJson(body): OptionalJson<LinkBody>,
) -> Result<(StatusCode, axum::Json<LinkMade>)> {
    let days = body.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(Problem::field("/days", "must be from 1 to 365"));
    }
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    if app.engine.store().link_list(record.id).await?.len() >= LINKS {
        return Err(Problem::new(Code::TooMany, format!("there are {LINKS} links to it already: that is the limit")));
    }
    let (secret, now) = (secret::random().map_err(|error| Problem::internal(&error))?, app.engine.now());
    let link = Link {
        id: Id::new(),
        hash: secret::hash(&secret),
        record: record.reference(),
        language: body.language.map(|language| language.tag().to_owned()),
        by: caller.person.map(|person| person.id),
        created_at: now,
        expires_at: now + Duration::from_secs(u64::from(days) * 86_400),
        revoked_at: None,
        views: 0,
        last_viewed_at: None,
    };
    app.engine.store().link_put(link.clone()).await?;
    let url = format!("{}/d/{secret}", app.base);
    Ok((StatusCode::CREATED, axum::Json(LinkMade { link: link.into(), url })))
}

/// `GET /{plural}/{id}/links`
async fn list(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
) -> Result<axum::Json<Value>> {
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    let links = app.engine.store().link_list(record.id).await?;
    let items: Vec<LinkView> = links.into_iter().map(LinkView::from).collect();
    Ok(axum::Json(json!({"items": items})))
}

/// `DELETE /{plural}/{id}/links/{link}`
async fn revoke(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path((path, link)): Path<(String, String)>,
) -> Result<StatusCode> {
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    if app.engine.store().link_revoke(record.id, id(&link)?, app.engine.now()).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Problem::not_found(format!("there is no link {link} to it")))
}

/// The paper that a link shows. To open it is counted, and changes no record.
#[utoipa::path(get, path = "/d/{token}", tag = "links", operation_id = "link_open",
    params(("token" = String, Path, description = "The link's secret.")),
    responses((status = 200, description = "The PDF.", content_type = "application/pdf", body = Vec<u8>)))]
async fn open(State(app): State<App>, method: Method, Path(token): Path<String>) -> Result<Response> {
    // Whatever is not to be seen is not there: nobody learns what once was.
    let none = || Problem::not_found("there is no such paper, or the link to it is no longer good");
    let (store, now) = (app.engine.store(), app.engine.now());
    let hash = secret::hash(&token);
    let link = store.link_read(&hash).await?.filter(|link| secret::same(&link.hash, &hash) && link.is_open(now));
    let link = link.filter(|link| WITH_PAPERS.contains(&link.record.kind)).ok_or_else(none)?;
    let found = store.record_read(&[link.record.id]).await?.pop();
    let record = found.filter(|record| record.kind == link.record.kind).ok_or_else(none)?;
    let paper = papers::made(&app, &record, link.language.as_deref().and_then(Language::of_tag)).await?;
    let mut shown = papers::typeset(&app, &paper, false).await?;
    if method == Method::GET {
        store.link_view(link.id, now).await?;
    }
    let headers = shown.headers_mut();
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    headers.remove(HeaderName::from_static("takt-template"));
    Ok(shown)
}

fn schemas() -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
    vec![
        ("LinkBody".to_owned(), LinkBody::schema()),
        ("LinkView".to_owned(), LinkView::schema()),
        ("LinkMade".to_owned(), LinkMade::schema()),
        ("Language".to_owned(), Language::schema()),
    ]
}

fn parameters(names: &[&str]) -> Value {
    let parameter = |name: &&str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    names.iter().map(parameter).collect()
}

fn describe_make(kind: Kind) -> Value {
    json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_link", kind.name()),
        "summary": "Makes a link that shows its PDF to whoever has it.",
        "parameters": parameters(&["id"]),
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/LinkBody"}}}},
        "responses": {"201": {"description": "Made.", "content": {"application/json": {
            "schema": {"$ref": "#/components/schemas/LinkMade"},
        }}}},
    })
}

fn describe_list(kind: Kind) -> Value {
    json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_links", kind.name()),
        "summary": "The links to its PDF, and how often each was opened.",
        "parameters": parameters(&["id"]),
        "responses": {"200": {"description": "All of them, oldest first.", "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/LinkView"}}},
        }}}}},
    })
}

fn describe_revoke(kind: Kind) -> Value {
    json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_link_revoke", kind.name()),
        "summary": "Calls a link back: it shows nothing from now on.",
        "parameters": parameters(&["id", "link"]),
        "responses": {"204": {"description": "Called back."}},
    })
}
