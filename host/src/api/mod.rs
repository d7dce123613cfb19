//! The HTTP API: one file a feature. [`router`] puts them together, through the [policy](table).

pub mod access;
mod attachments;
mod audit;
mod automation;
mod backtest;
mod batch;
mod bulk;
mod calendar;
mod channels;
mod commands;
mod console;
mod dead;
mod docs;
mod dry;
mod errors;
mod events;
mod faces;
mod failures;
mod firing;
mod forms;
mod given;
mod health;
mod history;
mod idempotency;
mod inbound;
mod inbox;
mod keys;
mod links;
mod mail;
mod merge;
mod messages;
mod openapi;
mod openapi_problems;
mod papers;
mod permissions;
mod persons;
mod plugins;
mod records;
mod records_doc;
mod releases;
mod reports;
mod runs;
mod search;
mod second_factor;
mod secrets;
mod session;
mod sessions;
mod shadow;
mod stream;
pub mod table;
mod telephony;
mod timeline;
pub mod tokens;
mod webhooks;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use utoipa::openapi::OpenApi;

use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::documents::Renderer;
use crate::engine::Engine;
use crate::http::kit::Kit;
use crate::http::layers;
use crate::http::policy::{Gap, Routes};
use crate::http::problem::Problem;

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Records, runs, commands.
    pub engine: Engine,
    /// The kit's own needs.
    pub kit: Kit,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
    /// What makes PDFs.
    pub renderer: Renderer,
    /// What links begin with: `https://crm.example`, or nothing.
    pub base: Arc<str>,
    /// Ends the streams when the host stops.
    pub closing: CancellationToken,
    /// The API's description, as JSON text.
    openapi: Arc<str>,
}

/// So many days are gone back at most.
const DAYS: u64 = 90;

impl App {
    /// The handlers' state.
    #[must_use]
    pub fn new(engine: Engine, kit: Kit, metrics: PrometheusHandle, closing: CancellationToken) -> Self {
        let renderer = engine.renderer().clone();
        Self { engine, kit, metrics, renderer, base: "".into(), closing, openapi: "{}".into() }
    }

    /// The moment so many days ago: 1 to 90, as the field `days` of a request asks.
    fn days_ago(&self, days: u64) -> Result<Instant, Problem> {
        if (1..=DAYS).contains(&days) {
            return Ok(self.engine.now() - Duration::from_secs(days * 86_400));
        }
        Err(Problem::field("/days", format!("must be from 1 to {DAYS}")))
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
    Ok(layers::around(router, &app.kit, console::screen).with_state(app))
}

/// The routes and their description.
fn routes(kit: &Kit) -> Result<(Router<App>, OpenApi), Gap> {
    let mut routes = Routes::new(kit.clone(), table::table(), openapi::frame());
    for kind in Kind::ALL {
        routes = records::endpoints(kind).into_iter().fold(routes, Routes::with);
        routes = bulk::endpoints(kind).into_iter().fold(routes, Routes::with);
        if table::WITH_COMMANDS.contains(&kind) {
            routes = attachments::endpoints(kind).into_iter().fold(routes, Routes::with);
        }
    }
    let features = [
        commands::endpoints(),
        inbox::endpoints(),
        events::endpoints(),
        runs::endpoints(),
        plugins::endpoints(),
        secrets::endpoints(),
        keys::endpoints(),
        permissions::endpoints(),
        releases::endpoints(),
        backtest::endpoints(),
        shadow::endpoints(),
        firing::endpoints(),
        automation::endpoints(),
        dry::endpoints(),
        dead::endpoints(),
        audit::endpoints(),
        channels::endpoints(),
        failures::endpoints(),
        session::endpoints(),
        sessions::endpoints(),
        second_factor::endpoints(),
        tokens::endpoints(),
        persons::endpoints(),
        webhooks::endpoints(),
        papers::endpoints(),
        batch::endpoints(),
        calendar::endpoints(),
        reports::endpoints(),
        search::endpoints(),
        links::endpoints(),
        forms::endpoints(),
        inbound::endpoints(),
        telephony::endpoints(),
        mail::endpoints(),
        health::endpoints(),
        docs::endpoints(),
        console::endpoints(),
    ];
    let (router, mut openapi) = features.into_iter().flatten().fold(routes, Routes::with).finish()?;
    records_doc::add_patches(&mut openapi);
    openapi::join_parts(&mut openapi);
    openapi::describe_headers(&mut openapi);
    openapi_problems::describe(&mut openapi);
    openapi::show_examples(&mut openapi);
    Ok((router, openapi))
}

/// An id in the path. What is no id is nothing that is there.
type IdPath = Path<String>;

/// Reads an id of the path.
fn id(text: &str) -> crate::http::problem::Result<crate::crm::id::Id> {
    text.parse().map_err(|error: crate::crm::id::NotAnId| crate::http::problem::Problem::not_found(error.to_string()))
}
