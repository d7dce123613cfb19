//! The setup of all rules as one file.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::{plugin_problem, plugin_problem_in};
use crate::engine::{PluginChange, PluginSetup};
use crate::http::json::LargeJson;
use crate::http::page::Params;
use crate::http::problem::Result;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(export), routes!(apply)]
}

/// How all rules are set up. No secrets stand in it but those that admins put into configurations.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Automation {
    /// The plugins, by name.
    plugins: Vec<PluginSetup>,
}

/// What a setup changes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct AppliedView {
    /// Whether it was done, and not only looked at.
    applied: bool,
    /// Plugin by plugin, as they stand in the setup; with an empty `diff` where nothing changes.
    plugins: Vec<PluginChange>,
    /// Plugins of this host that the setup does not name: they stay as they are.
    untouched: Vec<String>,
}

/// The setup of all rules: releases, configurations, grants, conditions, budgets, switches.
#[utoipa::path(get, path = "/api/v1/automation", tag = "plugins", operation_id = "automation_export",
    params(("components" = Option<bool>, Query,
        description = "With the components that no host of this version carries. False where absent.")),
    responses((status = 200, description = "The setup, to be applied on another host.", body = Automation)))]
async fn export(State(app): State<App>, mut params: Params) -> Result<axum::Json<Automation>> {
    let components = params.parse("components")?.unwrap_or(false);
    params.finish(&["components"])?;
    let plugins = app.engine.automation(components).await.map_err(plugin_problem)?;
    Ok(axum::Json(Automation { plugins }))
}

/// Sets rules up as on another host: all of it or nothing. With `dry=true` it only tells what would change.
///
/// Plugins that are not named stay as they are; state and timers are no part of a setup.
#[utoipa::path(post, path = "/api/v1/automation", tag = "plugins", operation_id = "automation_apply",
    params(("dry" = Option<bool>, Query, description = "Only tell what would change. False where absent.")),
    request_body = Automation,
    responses((status = 200, description = "What changed, or would.", body = AppliedView)))]
async fn apply(
    State(app): State<App>,
    mut params: Params,
    LargeJson(setup): LargeJson<Automation>,
) -> Result<axum::Json<AppliedView>> {
    let dry = params.parse("dry")?.unwrap_or(false);
    params.finish(&["dry"])?;
    let catalogue = app.engine.catalogue();
    let named = |name: &String| setup.plugins.iter().any(|plugin| plugin.name == *name);
    let untouched = catalogue.iter().map(|plugin| plugin.row.name.clone()).filter(|name| !named(name)).collect();
    let applied = app.engine.automation_apply(setup.plugins, dry).await;
    let plugins = applied.map_err(|error| plugin_problem_in("/plugins", error))?;
    if !dry {
        tracing::info!(plugins = plugins.len(), "took a setup of automation over");
    }
    Ok(axum::Json(AppliedView { applied: !dry, plugins, untouched }))
}
