//! The HTTP API: one file a feature. [`router`] puts them together, through the [policy](table).

pub mod access;
mod commands;
mod dead;
mod docs;
mod errors;
mod events;
mod health;
mod history;
mod idempotency;
mod inbox;
mod openapi;
mod plugins;
mod records;
mod records_doc;
mod runs;
mod session;
mod stream;
pub mod table;
pub mod tokens;
mod webhooks;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::Router;
use axum::extract::Path;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;

use crate::crm::kind::Kind;
use crate::engine::Engine;
use crate::http::kit::Kit;
use crate::http::layers;
use crate::http::policy::{Gap, Routes};

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Records, runs, commands.
    pub engine: Engine,
    /// The kit's own needs.
    pub kit: Kit,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
    /// Ends the streams when the host stops.
    pub closing: CancellationToken,
    /// The API's description, as JSON text.
    openapi: Arc<str>,
}

impl App {
    /// The handlers' state.
    #[must_use]
    pub fn new(engine: Engine, kit: Kit, metrics: PrometheusHandle, closing: CancellationToken) -> Self {
        Self { engine, kit, metrics, closing, openapi: "{}".into() }
    }
}

/// A page of a listing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// In order.
    pub items: Vec<T>,
    /// Give it as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// The whole API.
///
/// # Errors
/// [`Gap`]: a fault of the program's, which a test finds.
pub fn router(mut app: App) -> Result<Router, Gap> {
    let (router, openapi) = routes(&app.kit)?;
    app.openapi = openapi.to_json().unwrap_or_default().into();
    Ok(layers::around(router, &app.kit).with_state(app))
}

/// The routes and their description.
fn routes(kit: &Kit) -> Result<(Router<App>, OpenApi), Gap> {
    let mut routes = Routes::new(kit.clone(), table::table(), openapi::frame());
    for kind in Kind::ALL {
        for endpoint in records::endpoints(kind) {
            routes = routes.with(endpoint);
        }
    }
    let features = [
        commands::endpoints(),
        inbox::endpoints(),
        events::endpoints(),
        runs::endpoints(),
        plugins::endpoints(),
        dead::endpoints(),
        session::endpoints(),
        tokens::endpoints(),
        webhooks::endpoints(),
        health::endpoints(),
        docs::endpoints(),
    ];
    let (router, mut openapi) = features.into_iter().flatten().fold(routes, Routes::with).finish()?;
    records_doc::add_patches(&mut openapi);
    openapi::describe_headers(&mut openapi);
    Ok((router, openapi))
}

/// An id in the path. What is no id is nothing that is there.
type IdPath = Path<String>;

/// Reads an id of the path.
fn id(text: &str) -> crate::http::problem::Result<crate::crm::id::Id> {
    text.parse().map_err(|error: crate::crm::id::NotAnId| crate::http::problem::Problem::not_found(error.to_string()))
}
