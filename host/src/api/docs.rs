//! The page that shows the API's description. It works without the internet, under the strict policy for content.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use crate::http::problem::{Problem, Result};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(page), routes!(file)]
}

/// The page.
#[utoipa::path(get, path = "/docs", tag = "host", operation_id = "docs",
    responses((status = 200, description = "The page.", content_type = "text/html")))]
async fn page() -> Response {
    served("text/html; charset=utf-8", include_str!("docs/index.html"))
}

/// What the page is made of.
#[utoipa::path(get, path = "/docs/{file}", tag = "host", operation_id = "docs_file",
    params(("file" = String, Path, description = "The file's name.")),
    responses((status = 200, description = "The file.")))]
async fn file(Path(name): Path<String>) -> Result<Response> {
    match name.as_str() {
        "docs.js" => Ok(served("text/javascript; charset=utf-8", include_str!("docs/docs.js"))),
        "docs.css" => Ok(served("text/css; charset=utf-8", include_str!("docs/docs.css"))),
        "tour.txt" => Ok(served("text/plain; charset=utf-8", include_str!("docs/tour.txt"))),
        _ => Err(Problem::not_found("there is no such file")),
    }
}

fn served(media: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}
