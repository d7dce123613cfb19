//! What every request goes through: its id and span, its time limit, its headers, and panics made problems.

use std::any::Any;
use std::time::Instant as Stopwatch;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument as _;

use super::code::Code;
use super::kit::Kit;
use super::problem::Problem;
use crate::crm::id::Id;
use crate::traces;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing but the host's own files runs or shows in its pages, and nobody frames them.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Gives the page of a path that no route answers, where a browser is to see one.
pub type Screen = fn(&Request) -> Option<Response>;

/// Puts the layers around all routes, and answers what no route does.
pub fn around<S: Clone + Send + Sync + 'static>(router: Router<S>, kit: &Kit, screen: Screen) -> Router<S> {
    router
        .fallback(async move |request: Request| match screen(&request) {
            Some(page) => page,
            None => unknown_path(request).await.into_response(),
        })
        .method_not_allowed_fallback(unknown_method)
        .layer(from_fn_with_state(kit.clone(), in_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(with_headers))
        .layer(from_fn(observed))
}

async fn unknown_path(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    Problem::not_found(format!("there is nothing at {path}; /docs lists what there is"))
}

async fn unknown_method(request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    let detail = format!("{} is not for {path}; the Allow header lists what is", request.method());
    Problem::new(Code::MethodNotAllowed, detail)
}

async fn in_time(State(kit): State<Kit>, request: Request, next: Next) -> Response {
    // A file of many rows takes what it takes. Who may send none is turned away before it is read.
    if request.uri().path().ends_with("/import") {
        return next.run(request).await;
    }
    match tokio::time::timeout(kit.options.timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(
            Code::Timeout,
            format!(
                "no answer within {} s: look whether it was done before sending it again",
                kit.options.timeout.as_secs()
            ),
        )
        .into_response(),
    }
}

/// Made for the layer, which wants the payload by value.
#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(payload: Box<dyn Any + Send + 'static>) -> Response {
    let message = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    Problem::internal(&format!("a handler panicked: {message}")).into_response()
}

async fn with_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in SECURITY {
        // A page with a policy of its own keeps it.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// One span and one measurement a request. Neither query nor headers are logged: they may hold secrets.
async fn observed(mut request: Request, next: Next) -> Response {
    let start = Stopwatch::now();
    let id = request_id(&request);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "request",
        request = %id.to_str().unwrap_or_default(),
        %method,
        route,
        caller = tracing::field::Empty,
    );
    if let Some(from) = request.headers().get(traces::TRACEPARENT).and_then(|from| from.to_str().ok()) {
        traces::go_on(&span, from);
    }
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    let elapsed = start.elapsed();
    span.in_scope(|| tracing::info!(status = status.as_u16(), micros = elapsed.as_micros() as u64, "answered"));
    let labels = [("method", method.as_str().to_owned()), ("route", route), ("status", status.as_u16().to_string())];
    metrics::counter!("takt_http_requests_total", &labels).increment(1);
    metrics::histogram!("takt_http_request_seconds", &labels[..2]).record(elapsed.as_secs_f64());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The caller's own id for the request where it is a plain one, else a new one.
fn request_id(request: &Request) -> HeaderValue {
    let plain = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        !bytes.is_empty() && bytes.len() <= 64 && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    request.headers().get(&REQUEST_ID).filter(plain).cloned().unwrap_or_else(|| {
        // A UUID is always a header value.
        HeaderValue::from_str(&Id::new().to_string()).unwrap_or_else(|_| HeaderValue::from_static("-"))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn call(method: &str, path: &str) -> Response {
        let router: Router = Router::new()
            .route("/api/v1/x", get(|| async { "x" }))
            .route(
                "/boom",
                get(|| async {
                    if true {
                        panic!("secret detail")
                    }
                }),
            )
            .fallback(unknown_path)
            .method_not_allowed_fallback(unknown_method)
            .layer(CatchPanicLayer::custom(panicked))
            .layer(from_fn(with_headers))
            .layer(from_fn(observed));
        router.oneshot(Request::builder().method(method).uri(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[track_caller]
    fn check_headers(response: &Response) {
        assert!(response.headers().contains_key("x-request-id"));
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert!(!response.headers()["content-security-policy"].to_str().unwrap().contains("unsafe"));
    }

    #[tokio::test]
    async fn every_answer_is_a_problem_with_headers() {
        for (method, path, status) in
            [("GET", "/api/v1/y", 404), ("DELETE", "/api/v1/x", 405), ("GET", "/boom", 500), ("GET", "/api/v1/x", 200)]
        {
            let response = call(method, path).await;
            assert_eq!(response.status(), status, "{path}");
            check_headers(&response);
            if status != 200 {
                assert_eq!(response.headers()["content-type"], "application/problem+json", "{path}");
            }
        }
    }

    #[tokio::test]
    async fn panics_show_no_detail() {
        let body = axum::body::to_bytes(call("GET", "/boom").await.into_body(), 10_000).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("secret detail"));
    }
}
