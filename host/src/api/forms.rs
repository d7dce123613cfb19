//! Web forms: what a website's visitors post becomes a lead.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use serde::Serialize;
use serde_json::json;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::edit_problem;
use super::idempotency::{self, Request as Once};
use crate::crm::form::Form;
use crate::crm::form_post::Posted;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::engine::EditError;
use crate::http::code::Code;
use crate::http::identity;
use crate::http::limiter::Rate;
use crate::http::posted::posted;
use crate::http::problem::{Problem, Result};
use crate::store::commit::Idempotency;
use crate::unit::UnitError;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(submit), routes!(preflight), routes!(embed)]
}

/// The name that a page's own form posts its idempotency key under.
const SUBMISSION: &str = "_submission";
const MINUTE: Duration = Duration::from_secs(60);

/// What the visitor is told.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Taken {
    /// What to show.
    thanks: String,
    /// Where to lead them.
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect: Option<String>,
}

/// Posts a form: it becomes a lead. Nothing of it is lost: what no field of the lead takes is kept among its `campaign`
/// (`utm_…`) and `extra`. Sent again with the same `Idempotency-Key`, or the same field `_submission`, it is done once.
#[utoipa::path(post, path = "/f/{slug}", tag = "forms", operation_id = "form_post",
    params(("slug" = String, Path, description = "The form's slug."),
        ("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, it is done once.")),
    request_body(content = BTreeMap<String, String>, content_type = "application/json",
        description = "Texts by name; also as application/x-www-form-urlencoded and multipart/form-data."),
    responses((status = 200, description = "It was taken.", body = Taken),
        (status = 303, description = "The same, to a browser that left the page: to the form's `redirect`."),
        (status = 429, description = "Posted too often from that address.")))]
async fn submit(State(app): State<App>, Path(slug): Path<String>, request: Request) -> Response {
    let headers = request.headers().clone();
    let (id, form) = match there(&app, &slug).await {
        Ok(found) => found,
        Err(problem) => return problem.into_response(),
    };
    let mut response = match take(&app, id, &form, request).await {
        Ok(()) => taken(&form, &headers),
        Err(problem) => problem.into_response(),
    };
    let_read(&form, &headers, response.headers_mut());
    response
}

async fn take(app: &App, id: Id, form: &Form, request: Request) -> Result<()> {
    if !may_post(form, request.headers()) {
        return Err(Problem::new(
            Code::OriginNotAllowed,
            "the form is not for pages of this site: an admin can add it to the form's origins",
        ));
    }
    let address = app.kit.address(request.headers(), request.extensions());
    let from = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
    let rate = Rate { burst: form.per_minute, refill: MINUTE / form.per_minute.max(1) };
    app.kit.limiter.take(&[(format!("form {id} {from}"), rate)], app.engine.now()).map_err(Problem::too_many)?;
    let key = idempotency::key(request.headers()).map(ToOwned::to_owned);
    let mut posted = posted(request).await?;
    if form.is_trapped(&posted) {
        tracing::info!(form = form.slug, "a machine filled the form: nothing is made");
        return Ok(());
    }
    let submission = posted.remove(SUBMISSION).filter(|key| !key.is_empty());
    make_lead(app, id, form, &posted, key.or(submission).as_deref()).await
}

async fn make_lead(app: &App, id: Id, form: &Form, posted: &Posted, key: Option<&str>) -> Result<()> {
    let body = json!(posted);
    let look = async || match key {
        Some(key) => idempotency::look_for(app, format!("form:{id}"), key, "form", &body).await,
        None => Ok(Once::Fresh(None)),
    };
    let Once::Fresh(once) = look().await? else { return Ok(()) };
    let currency = app.engine.organisation().currency;
    let lead = form.lead(posted, currency, app.engine.now())?;
    let new = Id::new();
    let once = once.map(|once| Idempotency { outcome: json!({"lead": new}), ..once });
    let actor = Actor::System(format!("form {}", form.slug));
    let made = app.engine.edit(actor, once, |unit| {
        let lead = lead.clone();
        async move { unit.create_as(new, Kind::Lead, lead).await }.boxed()
    });
    match made.await {
        Ok(_) => Ok(()),
        Err(EditError::Unit(UnitError::Invalid(invalid))) => Err(form.in_own_names(invalid).into()),
        Err(error) => match look().await? {
            // Sent twice at once: the other one has made it.
            Once::Done(_) => Ok(()),
            Once::Fresh(_) => Err(edit_problem(error)),
        },
    }
}

fn taken(form: &Form, headers: &HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let thanks = thanks(form);
    if accept.contains("text/html") {
        return match form.redirect.as_deref().and_then(|url| HeaderValue::from_str(url).ok()) {
            Some(url) => (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response(),
            None => thanks.into_response(),
        };
    }
    axum::Json(Taken { thanks, redirect: form.redirect.clone() }).into_response()
}

/// Tells a browser whether a page of another site may post the form.
#[utoipa::path(options, path = "/f/{slug}", tag = "forms", operation_id = "form_preflight",
    params(("slug" = String, Path, description = "The form's slug.")),
    responses((status = 204, description = "Its headers say whether.")))]
async fn preflight(State(app): State<App>, Path(slug): Path<String>, headers: HeaderMap) -> Result<Response> {
    let (_, form) = there(&app, &slug).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let answer = response.headers_mut();
    if let_read(&form, &headers, answer) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        let allowed = HeaderValue::from_static("content-type, idempotency-key");
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, allowed);
        answer.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    Ok(response)
}

/// A script that shows the form where it stands in a page, or posts the page's own form that its `data-form` names.
#[utoipa::path(get, path = "/f/{slug}/embed.js", tag = "forms", operation_id = "form_embed",
    params(("slug" = String, Path, description = "The form's slug.")),
    responses((status = 200, description = "The script.", content_type = "text/javascript")))]
async fn embed(State(app): State<App>, Path(slug): Path<String>) -> Result<Response> {
    let (_, form) = there(&app, &slug).await?;
    let face = json!({
        "fields": form.fields,
        "honeypot": form.honeypot,
        "consent": form.consent,
        "redirect": form.redirect,
        "button": form.button.clone().unwrap_or_else(|| "Send".to_owned()),
        "thanks": thanks(&form),
    });
    let script = format!("({})({face});\n", include_str!("forms/embed.js").trim_end());
    let headers: [(HeaderName, &str); 3] = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=60"),
        // Pages of other sites are what it is for.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    Ok((headers, script).into_response())
}

fn thanks(form: &Form) -> String {
    form.thanks.clone().unwrap_or_else(|| "Thank you.".to_owned())
}

/// The enabled form of that slug.
async fn there(app: &App, slug: &str) -> Result<(Id, Form)> {
    let none = || Problem::not_found("there is no such form");
    let record = app.engine.store().record_by_key(Kind::Form, "slug", slug).await?.ok_or_else(none)?;
    let form: Form = record.entity().map_err(|error| Problem::internal(&error))?;
    if form.enabled { Ok((record.id, form)) } else { Err(none()) }
}

/// A browser says from which site's page a form is posted. Programs say nothing, and may.
fn may_post(form: &Form, headers: &HeaderMap) -> bool {
    listed_origin(form, headers).is_some()
        || !headers.contains_key(header::ORIGIN)
        || identity::expect_same_site(headers).is_ok()
}

fn listed_origin<'a>(form: &Form, headers: &'a HeaderMap) -> Option<&'a HeaderValue> {
    let origin = headers.get(header::ORIGIN)?;
    form.origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes()).then_some(origin)
}

/// Lets the page that posted it read the answer, where it is one of the form's. Whether it is.
fn let_read(form: &Form, headers: &HeaderMap, answer: &mut HeaderMap) -> bool {
    answer.insert(header::VARY, HeaderValue::from_static("origin"));
    let Some(origin) = listed_origin(form, headers) else { return false };
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after"));
    true
}
