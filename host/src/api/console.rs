//! The web console: built files that the binary carries. They are public, and know nothing but the public API.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use rust_embed::RustEmbed;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use crate::http::problem::{Problem, Result};
use crate::http::secret;

/// What `npm run build` made of `host/console/src`.
#[derive(RustEmbed)]
#[folder = "console/dist"]
struct Dist;

/// What belongs to others: an unknown path below these is a problem, not a screen.
const RESERVED: [&str; 5] = ["/api", "/docs", "/health", "/metrics", "/assets"];

/// The place in the page that takes the nonce.
const NONCE: &str = r#"name="csp-nonce" content="""#;

/// Compressed files, each made when it is first asked for.
static COMPRESSED: LazyLock<Mutex<HashMap<String, Bytes>>> = LazyLock::new(Mutex::default);

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(root), routes!(asset)]
}

/// The console.
#[utoipa::path(get, path = "/", tag = "host", operation_id = "console",
    responses((status = 200, description = "The console's page.", content_type = "text/html")))]
async fn root() -> Result<Response> {
    page()
}

/// What the console is made of.
#[utoipa::path(get, path = "/assets/{file}", tag = "host", operation_id = "console_asset",
    params(("file" = String, Path, description = "The file's name.")),
    responses((status = 200, description = "The file.")))]
async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Result<Response> {
    let path = format!("assets/{name}");
    let file = Dist::get(&path).ok_or_else(|| Problem::not_found("there is no such file"))?;
    let media = HeaderValue::from_str(file.metadata.mimetype()).map_err(|error| Problem::internal(&error))?;
    let packed = accepts_gzip(&headers);
    let body = if packed { compressed(&path, &file.data)? } else { Bytes::from(file.data.into_owned()) };
    let mut response = body.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, media);
    // The name holds the content's hash: what is behind it never changes.
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if packed {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(response)
}

/// The page, for a browser that goes to the address of one of the console's screens: only the console knows them.
pub fn screen(request: &Request) -> Option<Response> {
    let path = request.uri().path();
    let is_below = |base: &&str| path.strip_prefix(*base).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let wants_page = request.headers().get(header::ACCEPT).is_some_and(|accept| {
        accept.to_str().is_ok_and(|accept| accept.split(',').any(|media| media.trim().starts_with("text/html")))
    });
    let is_screen = request.method() == Method::GET && wants_page && !RESERVED.iter().any(is_below);
    is_screen.then(|| page().into_response())
}

fn page() -> Result<Response> {
    let Some(file) = Dist::get("index.html") else {
        return Err(Problem::not_found("this host was built without the console; the API is described at /docs"));
    };
    let nonce = secret::random().map_err(|error| Problem::internal(&error))?;
    let html =
        String::from_utf8_lossy(&file.data).replacen(NONCE, &format!(r#"name="csp-nonce" content="{nonce}""#), 1);
    let policy = policy(&nonce).map_err(|error| Problem::internal(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONTENT_SECURITY_POLICY, policy),
    ];
    Ok((StatusCode::OK, headers, html).into_response())
}

/// As strict as the policy of all other answers, but that the styles which the page's own scripts make are taken: they
/// carry the nonce.
fn policy(nonce: &str) -> std::result::Result<HeaderValue, header::InvalidHeaderValue> {
    HeaderValue::from_str(&format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ))
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.split(',').map(str::trim).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip") && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

fn compressed(path: &str, data: &[u8]) -> Result<Bytes> {
    let mut known = COMPRESSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bytes) = known.get(path) {
        return Ok(bytes.clone());
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let made = encoder.write_all(data).and_then(|()| encoder.finish());
    let bytes = Bytes::from(made.map_err(|error| Problem::internal(&error))?);
    known.insert(path.to_owned(), bytes.clone());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn asked(method: &str, path: &str, accept: &str) -> Request {
        Request::builder().method(method).uri(path).header("accept", accept).body(Body::empty()).unwrap()
    }

    #[test]
    fn screens_shadow_nothing() {
        const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
        for path in ["/inbox", "/leads/0199a1b2-3f4c-7d5e-8f60-718293a4b5c6", "/apiary"] {
            assert!(screen(&asked("GET", path, HTML)).is_some(), "{path}");
        }
        for path in ["/api", "/api/v1/nothing", "/docs/nothing", "/health/x", "/metrics/x", "/assets/gone.js"] {
            assert!(screen(&asked("GET", path, HTML)).is_none(), "{path}");
        }
        assert!(screen(&asked("POST", "/inbox", HTML)).is_none());
        assert!(screen(&asked("GET", "/inbox", "application/json")).is_none());
    }

    #[test]
    fn the_page_names_its_nonce_in_the_policy() {
        let (one, other) = (page().unwrap(), page().unwrap());
        let policy = |page: &Response| page.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert_ne!(policy(&one), policy(&other));
        assert!(policy(&one).contains("script-src 'self';"));
        assert!(!policy(&one).contains("unsafe"));
        assert_eq!(one.headers()["cache-control"], "no-cache");
    }

    #[test]
    fn compressed_where_it_is_taken() {
        let headers =
            |text: &'static str| HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(text))]);
        assert!(accepts_gzip(&headers("gzip, deflate, br")));
        assert!(!accepts_gzip(&headers("br, gzip;q=0")));
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
