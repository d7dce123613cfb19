//! Whether the host lives, whether it can work, and how it does.

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::Serialize;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use crate::http::code::Code;
use crate::http::problem::{Problem, Result};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(live), routes!(ready), routes!(metrics), routes!(super::openapi::document)]
}

/// How the host is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Health {
    /// `ok`.
    status: &'static str,
    /// The host's version.
    version: &'static str,
}

const OK: Health = Health { status: "ok", version: env!("CARGO_PKG_VERSION") };

/// Whether the process answers.
#[utoipa::path(get, path = "/health/live", tag = "host", operation_id = "health_live",
    responses((status = 200, description = "It does.", body = Health)))]
async fn live() -> axum::Json<Health> {
    axum::Json(OK)
}

/// Whether the host can take requests: the store answers, and the host is not stopping.
#[utoipa::path(get, path = "/health/ready", tag = "host", operation_id = "health_ready",
    responses((status = 200, description = "It can.", body = Health), (status = 503, description = "It can't.")))]
async fn ready(State(app): State<App>) -> Result<axum::Json<Health>> {
    let unready = |detail: &str| Problem::new(Code::NotReady, detail);
    if app.closing.is_cancelled() {
        return Err(unready("the host is stopping"));
    }
    app.engine.store().ping().await.map_err(|error| {
        tracing::warn!(%error, "the store does not answer");
        unready("the store does not answer")
    })?;
    Ok(axum::Json(OK))
}

/// The host's measurements, in Prometheus' text format.
#[utoipa::path(get, path = "/metrics", tag = "host", operation_id = "metrics",
    responses((status = 200, description = "The measurements.", content_type = "text/plain")))]
async fn metrics(State(app): State<App>) -> Result<impl IntoResponse> {
    for queue in app.engine.store().queue().await? {
        let labels = [("plugin", queue.plugin)];
        // Exact up to 2⁵³, which no queue reaches.
        metrics::gauge!("takt_queue_deliveries", &labels).set(queue.deliveries as f64);
        metrics::gauge!("takt_queue_timers", &labels).set(queue.timers as f64);
        metrics::gauge!("takt_queue_dead", &labels).set(queue.dead as f64);
    }
    metrics::gauge!("takt_commits_waiting").set(app.engine.store().commits_waiting() as f64);
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.metrics.render()))
}
