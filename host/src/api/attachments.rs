//! Files of records. What is in them stands in a folder beside the database, named by its SHA-256: the same file put
//! twice is kept once.

use std::path::Path as FilePath;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use utoipa::openapi::path::HttpMethod;
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::UtoipaMethodRouter;

use super::access::Verb;
use super::{App, IdPath, id, openapi, records};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::http::code::Code;
use crate::http::identity::Caller;
use crate::http::json;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::attachment::{Attachment, place};

/// How large a file may be.
const LIMIT: usize = 25 << 20;
/// How many files a record may have.
const MANY: usize = 100;
/// The media types that are taken. None of them runs in a browser.
const MEDIA: [&str; 18] = [
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/csv",
    "text/plain",
];

/// Files come and go one at a time: one that goes must not take along what another that comes rests on.
static ONE_BY_ONE: Mutex<()> = Mutex::const_new(());

/// The endpoints of a kind.
#[must_use]
pub fn endpoints(kind: Kind) -> Vec<UtoipaMethodRouter<App>> {
    let of_kind = |verb: &str, handler: MethodRouter<App>| described(kind, verb, handler.layer(Extension(kind)));
    vec![
        of_kind("attachments", get(list)),
        of_kind("attach", post(add)),
        of_kind("attachment", get(content)),
        of_kind("detach", delete(remove)),
    ]
}

fn described(kind: Kind, verb: &str, handler: MethodRouter<App>) -> UtoipaMethodRouter<App> {
    let one = kind.name().replace('_', " ");
    let item = json!({"$ref": "#/components/schemas/Attachment"});
    let with = |description: &str, media: &str, schema: Value| json!({"description": description, "content": {media: {"schema": schema}}});
    let binary = json!({"type": "string", "format": "binary"});
    let list =
        json!({"type": "object", "required": ["items"], "properties": {"items": {"type": "array", "items": item}}});
    let (method, summary, status, answer) = match verb {
        "attachments" => (HttpMethod::Get, "Its files", "200", with("All of them.", "application/json", list)),
        "attach" => (HttpMethod::Post, "Gives it a file", "201", with("Taken.", "application/json", item)),
        "attachment" => {
            (HttpMethod::Get, "A file of it", "200", with("The file.", "application/octet-stream", binary.clone()))
        }
        _ => (HttpMethod::Delete, "Takes a file from it", "204", json!({"description": "It is gone."})),
    };
    let one_file = matches!(verb, "attachment" | "detach");
    let mut parameters =
        vec![json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}})];
    let mut operation = json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_{verb}", kind.name()),
        "summary": format!("{summary}: of a {one}."),
        "responses": {status: answer},
    });
    if one_file {
        parameters.push(json!({"name": "attachment", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}}));
    }
    if verb == "attach" {
        let name = json!({"type": "string", "minLength": 1, "maxLength": 200});
        parameters.push(json!({"name": "name", "in": "query", "required": true, "description": "What it is called.", "schema": name}));
        let media: serde_json::Map<String, Value> =
            MEDIA.iter().map(|media| ((*media).to_owned(), json!({"schema": binary}))).collect();
        operation["requestBody"] = json!({"required": true, "content": media});
    }
    operation["parameters"] = parameters.into();
    let path = format!("/api/v1/{}/{{id}}/attachments{}", kind.plural(), if one_file { "/{attachment}" } else { "" });
    let mut schemas = vec![(Attachment::name().into_owned(), Attachment::schema())];
    Attachment::schemas(&mut schemas);
    openapi::endpoint(method, &path, operation, schemas, handler)
}

async fn list(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
) -> Result<axum::Json<Value>> {
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    let items = app.engine.store().attachment_list(record.id).await?;
    Ok(axum::Json(json!({"items": items})))
}

async fn add(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
    mut params: Params,
    request: Request,
) -> Result<(StatusCode, axum::Json<Attachment>)> {
    let record = records::within_reach_to(Verb::Write, &app, &caller, kind, id(&path)?).await?;
    let name = params.take("name")?.unwrap_or_default();
    params.finish(&["name"])?;
    let mut invalid = Invalid::default();
    check_name(&name, &mut invalid);
    invalid.or(())?;
    let given = json::media_type(request.headers());
    let Some(media) = MEDIA.iter().find(|media| media.eq_ignore_ascii_case(given)) else {
        let detail = format!("Content-Type must be the file's own, and one of {}", MEDIA.join(", "));
        return Err(Problem::unsupported_media_type(detail));
    };
    let bytes = json::read(request.into_body(), LIMIT).await?;
    if bytes.is_empty() {
        return Err(Problem::field("", "must not be empty: send the file's bytes as the body"));
    }
    let attachment = Attachment {
        id: Id::new(),
        record: record.reference(),
        name,
        media: (*media).to_owned(),
        size: bytes.len() as u64,
        digest: secret::hex_digest(&bytes),
        at: app.engine.now(),
        by: caller.actor(),
    };
    let _turn = ONE_BY_ONE.lock().await;
    if app.engine.store().attachment_list(record.id).await?.len() >= MANY {
        return Err(Problem::new(Code::TooMany, format!("the record has {MANY} files already: that is the limit")));
    }
    keep(&app.kit.attachments, &attachment.digest, &bytes).await.map_err(|error| Problem::internal(&error))?;
    app.engine.store().attachment_put(attachment.clone()).await?;
    Ok((StatusCode::CREATED, axum::Json(attachment)))
}

async fn content(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<Response> {
    let attachment = there(&app, &caller, kind, &path, Verb::Read).await?;
    let bytes = tokio::fs::read(place(&app.kit.attachments, &attachment.digest)).await;
    let bytes = bytes.map_err(|error| Problem::internal(&format!("the file {}: {error}", attachment.digest)))?;
    let mut response = Body::from(bytes).into_response();
    let headers = response.headers_mut();
    let value = |text: &str| HeaderValue::from_str(text).map_err(|error| Problem::internal(&error));
    headers.insert(header::CONTENT_TYPE, value(&attachment.media)?);
    headers.insert(header::CONTENT_DISPOSITION, value(&disposition(&attachment.name))?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

async fn remove(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): Path<(String, String)>,
) -> Result<StatusCode> {
    let attachment = there(&app, &caller, kind, &path, Verb::Write).await?;
    drop_file(&app, &attachment).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes away all files of a record.
///
/// # Errors
/// The store's, and the disk's.
pub async fn drop_all(app: &App, record: Id) -> Result<()> {
    for attachment in app.engine.store().attachment_list(record).await? {
        drop_file(app, &attachment).await?;
    }
    Ok(())
}

async fn drop_file(app: &App, attachment: &Attachment) -> Result<()> {
    let _turn = ONE_BY_ONE.lock().await;
    if app.engine.store().attachment_delete(attachment.id).await? == Some(true) {
        let path = place(&app.kit.attachments, &attachment.digest);
        tokio::fs::remove_file(path).await.map_err(|error| Problem::internal(&error))?;
    }
    Ok(())
}

async fn there(app: &App, caller: &Caller, kind: Kind, path: &(String, String), verb: Verb) -> Result<Attachment> {
    let record = records::within_reach_to(verb, app, caller, kind, id(&path.0)?).await?;
    let asked = id(&path.1)?;
    let found = app.engine.store().attachment_list(record.id).await?.into_iter().find(|it| it.id == asked);
    found.ok_or_else(|| Problem::not_found(format!("the {kind} has no file {asked}")))
}

/// Writes what is in a file to where its digest says, all of it or nothing.
async fn keep(folder: &FilePath, digest: &str, bytes: &[u8]) -> std::io::Result<()> {
    let path = place(folder, digest);
    if tokio::fs::try_exists(&path).await? {
        return Ok(());
    }
    let half = path.with_extension("part");
    if let Some(parent) = path.parent() {
        tokio::fs::create_dir_all(parent).await?;
    }
    tokio::fs::write(&half, bytes).await?;
    tokio::fs::File::open(&half).await?.sync_all().await?;
    tokio::fs::rename(&half, &path).await
}

fn check_name(name: &str, invalid: &mut Invalid) {
    let length = (1..=200).contains(&name.chars().count());
    invalid.check(length, "/name", "must have 1 to 200 characters");
    // Marks of direction can make `gpj.exe` look like `exe.jpg`.
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | ':' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    invalid.check(
        !name.contains(bad),
        "/name",
        "must be a file's name without a folder and without control characters",
    );
    let edges = name.trim() == name && !name.starts_with('.') && !name.ends_with('.');
    invalid.check(edges || name.is_empty(), "/name", "must not begin or end with a dot or a space");
}

/// The browser saves it, under its name (RFC 6266), and never shows it in place.
fn disposition(name: &str) -> String {
    let encoded: String = name
        .bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_.".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect();
    format!("attachment; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, good) in [
            ("offer.pdf", true),
            ("Angebot Nr. 7 – Küche.pdf", true),
            ("", false),
            ("../x", false),
            ("a\\b", false),
            (".htaccess", false),
            ("a.", false),
            (" a", false),
            ("a\u{0}", false),
            ("\u{202e}fdp.exe", false),
        ] {
            let mut invalid = Invalid::default();
            check_name(name, &mut invalid);
            assert_eq!(invalid.0.is_empty(), good, "{name:?}: {invalid:?}");
        }
        assert_eq!(disposition("Kü \".pdf"), "attachment; filename*=UTF-8''K%C3%BC%20%22.pdf");
    }
}
