//! Conditions, tried on what happened.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::plugin_problem;
use crate::crm::event::Event;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::http::json::Json;
use crate::http::problem::Result;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(test)]
}

/// A condition to be tried.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TestBody {
    /// CEL over `before`, `after` and `config`; null: none.
    condition: Option<String>,
    /// Over the last so many days: 1 to 90; 7 where absent.
    #[serde(default = "week")]
    days: u64,
}

const fn week() -> u64 {
    7
}

/// What a condition would have let through.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FiringView {
    /// So many events woke the plugin by its own subscriptions.
    subscribed: usize,
    /// So many of them the condition lets through.
    fires: usize,
    /// The newest 20 of those.
    examples: Vec<Fired>,
    /// Whether it ended before all days were through: there were more than 50,000 events.
    cut: bool,
}

/// An event that a condition lets through.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Fired {
    /// Its number: give it to a dry run.
    event: u64,
    /// `lead.created`, …
    name: String,
    /// When it happened.
    at: Instant,
    /// The record it is about.
    about: Reference,
}

impl From<&Event> for Fired {
    fn from(event: &Event) -> Self {
        Self { event: event.id, name: event.name.clone(), at: event.at, about: event.about }
    }
}

/// Tells which past events a condition would have let through. Nothing is set by it.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/condition/test", tag = "plugins",
    operation_id = "plugin_condition_test",
    params(("name" = String, Path, description = "The plugin.")), request_body = TestBody,
    responses((status = 200, description = "How often it would have fired.", body = FiringView)))]
async fn test(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(body): Json<TestBody>,
) -> Result<axum::Json<FiringView>> {
    let since = app.days_ago(body.days)?;
    let fired = app.engine.would_fire(&name, body.condition.as_deref(), since).await.map_err(plugin_problem)?;
    Ok(axum::Json(FiringView {
        subscribed: fired.subscribed,
        fires: fired.fires,
        examples: fired.examples.iter().map(|event| Fired::from(event.as_ref())).collect(),
        cut: fired.cut,
    }))
}
