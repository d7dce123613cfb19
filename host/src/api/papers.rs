//! Papers: filling a document, its PDF and an invoice's, and templates tried before they are used.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::{Reach, Verb, scope};
use super::errors::{edit_problem, unit_problem};
use super::table::WITH_PAPERS;
use super::{App, IdPath, id, openapi, records};
use crate::crm::deal::DealKind;
use crate::crm::document::{Document, DocumentKind};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::record::{Record, Reference};
use crate::crm::template::{FILLS_FROM, Language, Template};
use crate::documents::choose::SHIPPED;
use crate::documents::paper::{self, Desk, Paper, PaperError};
use crate::documents::{Fault, RenderError};
use crate::http::code::Code;
use crate::http::etag;
use crate::http::identity::Caller;
use crate::http::json::OptionalJson;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::unit::{UnitError, entity};

/// Lines of the sample that a template is tried with.
const SAMPLE_LINES: usize = 10;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    let mut all = vec![routes!(fill), routes!(preview), routes!(shipped)];
    all.extend(WITH_PAPERS.map(pdf_endpoint));
    all
}

/// How to fill a document.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FillBody {
    /// The template to make it from, in place of the one that it has.
    pub template: Option<Id>,
    /// The language, where no template says it.
    pub language: Option<Language>,
    /// What people wrote that is forgotten: names of fields, `items`, or `*` for all. Else it stays.
    pub reset: Vec<String>,
}

/// What to try a template with.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PreviewBody {
    /// The record that it is filled from; a sample where absent.
    pub record: Option<Reference>,
    /// The source to try, in place of the stored one.
    pub source: Option<String>,
    /// How many lines the sample has: 0 to 500; 10 where absent.
    #[schema(minimum = 0, maximum = 500)]
    pub lines: Option<usize>,
}

/// A template that ships with the host.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShippedView {
    /// What sort of paper it makes.
    pub document_kind: DocumentKind,
    /// For what is sold; absent: for either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deal_kind: Option<DealKind>,
    /// The kinds of record that it may be filled from.
    pub fills_from: Vec<Kind>,
    /// Its language.
    pub language: Language,
    /// What is typeset.
    pub source: &'static str,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ShippedList {
    items: Vec<ShippedView>,
}

/// Fills a document's fields and items from the record that it is about. What people wrote stays, but for what `reset`
/// names.
#[utoipa::path(post, path = "/api/v1/documents/{id}/fill", tag = "documents", operation_id = "document_fill",
    params(
        ("id" = Id, Path, description = "The document."),
        ("If-Match" = Option<String>, Header, description = "The version that the caller rests on."),
    ),
    request_body = FillBody,
    responses((status = 200, description = "The document.", body = Document)))]
async fn fill(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Path(path): IdPath,
    OptionalJson(body): OptionalJson<FillBody>,
) -> Result<Response> {
    let reference = Reference { kind: Kind::Document, id: id(&path)? };
    let expected = etag::expected(&headers)?;
    let before = records::within_reach(&app, &caller, Kind::Document, reference.id).await?;
    reachable(&app, &caller, about(&before)?).await?;
    let organisation = app.engine.organisation();
    let done = app.engine.edit(caller.actor(), None, |unit| {
        let (body, organisation) = (body.clone(), organisation.clone());
        async move {
            let now = unit.now();
            let patch = body.template.map_or_else(|| json!({}), |template| json!({"template": template}));
            let record = unit.patch(reference, patch, expected).await?;
            let desk = Desk { organisation: &organisation, now, language: body.language };
            let all = body.reset.iter().any(|name| name == "*");
            let edited = record.data.get("edited").and_then(Value::as_object);
            let reset: Vec<&str> = match edited {
                Some(edited) if all => edited.keys().map(String::as_str).collect(),
                _ => body.reset.iter().map(String::as_str).collect(),
            };
            let filled = paper::fill_document(unit, &record, &desk, &reset).await.map_err(paper_fault)?;
            match serde_json::to_value(&filled) {
                Ok(Value::Object(data)) => unit.put(reference, data).await,
                _ => Err(Invalid::field("", "a document must make an object").into()),
            }
        }
        .boxed()
    });
    let (record, committed) = done.await.map_err(edit_problem)?;
    Ok(records::shown(&caller, &committed.record(reference.id).unwrap_or(record)))
}

/// `GET /{plural}/{id}/pdf`
async fn pdf(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
    mut params: Params,
) -> Result<Response> {
    let language = params.take("language")?.map(|text| language(&text)).transpose()?;
    params.finish(&["language"])?;
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    if kind == Kind::Document && !paper::is_filled(&record) {
        reachable(&app, &caller, about(&record)?).await?;
    }
    let paper = made(&app, &record, language).await?;
    typeset(&app, &paper, is_admin(&caller)).await
}

/// Tries a template: with a record or with a sample, as it is stored or with another source. What is wrong in it is
/// told with its lines.
#[utoipa::path(post, path = "/api/v1/templates/{id}/preview", tag = "templates", operation_id = "template_preview",
    params(("id" = Id, Path, description = "The template.")), request_body = PreviewBody,
    responses((status = 200, description = "The PDF.", content_type = "application/pdf", body = Vec<u8>)))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(path): IdPath,
    OptionalJson(body): OptionalJson<PreviewBody>,
) -> Result<Response> {
    let record = records::living(&app, Kind::Template, id(&path)?).await?;
    let mut template: Template = entity(&record).map_err(unit_problem)?;
    if let Some(source) = body.source {
        if source.len() > crate::crm::template::SOURCE {
            return Err(Problem::field("/source", "must not be larger than 64 KiB"));
        }
        template.source = source;
    }
    let organisation = app.engine.organisation();
    let desk = Desk { organisation: &organisation, now: app.engine.now(), language: None };
    let paper = match body.record {
        Some(from) if from.kind != template.fills_from => {
            let expected = format!("must be {}: what the template fills from", template.fills_from);
            return Err(Problem::field("/record/kind", expected));
        }
        Some(from) => {
            reachable(&app, &caller, from).await?;
            paper::preview(&mut app.engine.unit(), &template, from, &desk).await.map_err(paper_problem)?
        }
        None => {
            let lines = body.lines.unwrap_or(SAMPLE_LINES);
            if lines > crate::crm::line_item::ITEMS {
                return Err(Problem::field("/lines", "must not be more than 500"));
            }
            paper::preview_sample(&template, lines, &desk)
        }
    };
    typeset(&app, &paper, true).await
}

/// The templates that ship with the host: what papers are made from as long as no template of the organisation's is
/// the default for them.
#[utoipa::path(get, path = "/api/v1/shipped_templates", tag = "templates", operation_id = "template_shipped",
    responses((status = 200, description = "All of them.", body = ShippedList)))]
async fn shipped() -> axum::Json<ShippedList> {
    let items = SHIPPED.iter().map(|it| ShippedView {
        document_kind: it.document_kind,
        deal_kind: it.deal_kind,
        fills_from: FILLS_FROM.to_vec(),
        language: it.language,
        source: it.source,
    });
    axum::Json(ShippedList { items: items.collect() })
}

/// The paper of a document or an invoice as it stands.
pub(super) async fn made(app: &App, record: &Record, language: Option<Language>) -> Result<Paper> {
    let organisation = app.engine.organisation();
    let desk = Desk { organisation: &organisation, now: app.engine.now(), language };
    let mut unit = app.engine.unit();
    let paper = match record.kind {
        Kind::Invoice => paper::invoice(&mut unit, record, &desk).await,
        _ => paper::document(&mut unit, record, &desk).await,
    };
    paper.map_err(paper_problem)
}

/// The PDF as an answer. `told`: whether the caller is shown what is wrong in the template.
pub(super) async fn typeset(app: &App, paper: &Paper, told: bool) -> Result<Response> {
    let pdf = app.renderer.render(&paper.job).await.map_err(|error| render_problem(error, told))?;
    let mut response = pdf.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(value) = HeaderValue::from_str(&disposition(&paper.name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    if let (Some(template), Some(version)) = (paper.template.id, paper.template.version)
        && let Ok(value) = HeaderValue::from_str(&format!("{template}; version={version}"))
    {
        headers.insert(HeaderName::from_static("takt-template"), value);
    }
    Ok(response)
}

/// Shown in the browser, and named so when it is saved (RFC 6266).
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_ ".contains(c) { c } else { '_' }).collect();
    let coded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("inline; filename=\"{plain}.pdf\"; filename*=UTF-8''{coded}.pdf")
}

/// What a document is about.
fn about(record: &Record) -> Result<Reference> {
    entity::<Document>(record).map(|document| document.about).map_err(unit_problem)
}

/// Whoever fills a paper from a record must reach that, too.
async fn reachable(app: &App, caller: &Caller, record: Reference) -> Result<Arc<Record>> {
    let scope = scope(record.kind, Verb::Read);
    if !caller.reaches(&scope) {
        return Err(Problem::forbidden(format!("the token lacks the scope `{scope}`")).with("scope", scope));
    }
    let found = app.engine.store().record_read(&[record.id]).await?.pop();
    let reach = Reach::of(&app.engine, caller, record.kind).await?;
    let reached = found.filter(|found| found.kind == record.kind && reach.covers(found));
    reached.ok_or_else(|| Problem::not_found(format!("there is no {} {}", record.kind, record.id)))
}

/// Whether the caller may read the record; a document, whether also what it is filled from.
pub(super) async fn reaches(app: &App, caller: &Caller, record: Reference) -> Result<bool> {
    let tried = async {
        let found = reachable(app, caller, record).await?;
        if record.kind == Kind::Document {
            reachable(app, caller, about(&found)?).await?;
        }
        Ok(())
    };
    match tried.await {
        Ok(()) => Ok(true),
        Err(refused) if Problem::status(&refused).is_client_error() => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn is_admin(caller: &Caller) -> bool {
    caller.person.as_ref().is_none_or(|person| person.role == crate::crm::user::Role::Admin)
        && caller.reaches("templates:read")
}

pub(super) fn language(text: &str) -> Result<Language> {
    Language::ALL
        .into_iter()
        .find(|language| language.tag() == text)
        .ok_or_else(|| Problem::field("/language", "must be en or ru"))
}

fn paper_fault(error: PaperError) -> UnitError {
    match error {
        PaperError::Unit(error) => error,
        PaperError::NoTemplate(_) => Invalid::field("/template", error.to_string()).into(),
    }
}

fn paper_problem(error: PaperError) -> Problem {
    match error {
        PaperError::Unit(error) => unit_problem(error),
        PaperError::NoTemplate(_) => Problem::new(Code::NoTemplate, error.to_string()),
    }
}

fn render_problem(error: RenderError, told: bool) -> Problem {
    match error {
        RenderError::Template(ref faults) if told => {
            Problem::new(Code::BadTemplate, error.to_string()).with("faults", json!(faults))
        }
        RenderError::Template(_) => {
            Problem::new(Code::BadTemplate, "the template has a fault: an admin who tries it sees where")
        }
        RenderError::TooSlow(_) => Problem::new(Code::TemplateTooSlow, error.to_string()),
        RenderError::TooLarge(_) => Problem::new(Code::TemplateTooLarge, error.to_string()),
        RenderError::Busy => {
            Problem::new(Code::Busy, error.to_string()).header(header::RETRY_AFTER, HeaderValue::from_static("5"))
        }
        RenderError::Host(_) => Problem::internal(&error),
    }
}

fn pdf_endpoint(kind: Kind) -> UtoipaMethodRouter<App> {
    let operation = json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_pdf", kind.name()),
        "summary": format!("The PDF of {} as it stands.", if kind == Kind::Invoice { "an invoice" } else { "a document" }),
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}},
            {"name": "language", "in": "query", "required": false, "schema": {"type": "string", "enum": ["en", "ru"]},
                "description": "Where neither record nor template says it; the organisation's where absent."},
        ],
        "responses": {"200": {"description": "The PDF. `Takt-Template` names the template and its version, where none \
            that ships was used.", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}},
    });
    let path = format!("/api/v1/{}/{{id}}/pdf", kind.plural());
    let schemas = vec![("Fault".to_owned(), <Fault as utoipa::PartialSchema>::schema())];
    openapi::endpoint(HttpMethod::Get, &path, operation, schemas, get(pdf).layer(Extension(kind)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_header_values() {
        let value = disposition("Договор № 7/a\"\r\nx: y");
        assert!(HeaderValue::from_str(&value).is_ok(), "{value}");
        assert!(value.starts_with("inline; filename=\"_______ _ 7_a___x_ y.pdf\"; "), "{value}");
        assert!(value.ends_with("%20y.pdf"), "{value}");
        assert!(!value.contains('\n') && value.matches('"').count() == 2, "{value}");
    }
}
