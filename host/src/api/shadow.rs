//! Shadows: releases that run beside the ones in use.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::{plugin_problem, plugin_problem_in};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::engine::ShadowReport;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};
use crate::store::run::Outcome;
use crate::store::shadow::{ShadowTrial, Verdict};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(report), routes!(start), routes!(stop)]
}

/// Which release runs as a shadow.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ShadowBody {
    /// SHA-256 of its component, hex.
    release: String,
    /// A configuration in the place of the plugin's.
    #[schema(value_type = Option<Object>)]
    config: Option<Value>,
}

/// What came of a shadow so far.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ShadowView {
    /// SHA-256 of the component that runs as a shadow, hex.
    release: String,
    /// Since when it runs.
    since: Instant,
    /// Its configuration, where it has another than the release in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    config: Option<Value>,
    /// So often the plugin or its shadow was woken.
    trials: u64,
    /// So often it did the same.
    same: u64,
    /// So often it did something else.
    different: u64,
    /// So often it failed.
    failed: u64,
    /// So often what woke the plugin did not wake it.
    not_woken: u64,
    /// So often it was woken by what did not wake the plugin.
    new: u64,
    /// What they cost, over the trials in which both ran.
    cost: CostsView,
    /// The trials in which it did not do the same, the newest 100.
    items: Vec<ShadowTrialView>,
}

/// What the release in use cost, and its shadow.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
struct CostsView {
    /// Fuel of the release in use.
    recorded_fuel: u64,
    /// Fuel of the shadow.
    fuel: u64,
    /// Microseconds of the release in use.
    recorded_micros: u64,
    /// Microseconds of the shadow.
    micros: u64,
}

/// What the shadow made of one wake-up.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ShadowTrialView {
    /// How it went.
    verdict: Verdict,
    /// `event`, `timer`, `tick` or `command`.
    trigger: String,
    /// The event's, timer's, schedule's or command's name.
    name: String,
    /// The event, where it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<u64>,
    /// The record it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<Reference>,
    /// When.
    at: Instant,
    /// What came of it; absent where the shadow was not woken, or took too long.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    /// Why, where it was not `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The run of the release in use; absent where that was not woken.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Id>,
    /// What came of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_outcome: Option<Outcome>,
    /// Done by the release in use and not by the shadow: changes of records (those made are called by their place),
    /// timers, keys of state.
    #[schema(value_type = Vec<Object>)]
    missing: Value,
    /// Done by the shadow and not by the release in use.
    #[schema(value_type = Vec<Object>)]
    added: Value,
}

impl From<ShadowTrial> for ShadowTrialView {
    fn from(trial: ShadowTrial) -> Self {
        let list = |effects: Value| if effects.is_null() { Value::Array(Vec::new()) } else { effects };
        Self {
            run: trial.recorded.is_some().then_some(trial.id),
            verdict: trial.verdict,
            trigger: trial.trigger,
            name: trial.name,
            event: trial.event,
            about: trial.about,
            at: trial.at,
            outcome: trial.outcome,
            error: trial.error,
            recorded_outcome: trial.recorded,
            missing: list(trial.missing),
            added: list(trial.added),
        }
    }
}

impl From<ShadowReport> for ShadowView {
    fn from(ShadowReport { shadow, tallies, trials }: ShadowReport) -> Self {
        let count = |verdict| tallies.iter().filter(|tally| tally.verdict == verdict).map(|tally| tally.trials).sum();
        let mut cost = CostsView::default();
        // Where the shadow was woken alone there is nothing to hold its cost against.
        for tally in tallies.iter().filter(|tally| tally.verdict != Verdict::New) {
            cost.recorded_fuel += tally.cost.recorded_fuel;
            cost.fuel += tally.cost.fuel;
            cost.recorded_micros += tally.cost.recorded_micros;
            cost.micros += tally.cost.micros;
        }
        Self {
            release: shadow.release,
            since: shadow.since,
            config: shadow.config,
            trials: tallies.iter().map(|tally| tally.trials).sum(),
            same: count(Verdict::Same),
            different: count(Verdict::Different),
            failed: count(Verdict::Failed),
            not_woken: count(Verdict::NotWoken),
            new: count(Verdict::New),
            cost,
            items: trials.into_iter().map(ShadowTrialView::from).collect(),
        }
    }
}

/// What came of the plugin's shadow so far.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/shadow", tag = "plugins", operation_id = "plugin_shadow_get",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 200, description = "The report.", body = ShadowView)))]
async fn report(State(app): State<App>, Path(name): Path<String>) -> Result<axum::Json<ShadowView>> {
    Ok(axum::Json(app.engine.shadow_report(&name).await.map_err(plugin_problem)?.into()))
}

/// Lets a release run beside the one in use: on whatever wakes the plugin, over the same records, with all capabilities that
/// it asks for. Nothing that it does is committed; what it would do is compared. An earlier shadow's report is forgotten.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/shadow", tag = "plugins", operation_id = "plugin_shadow_start",
    params(("name" = String, Path, description = "The plugin.")), request_body = ShadowBody,
    responses((status = 200, description = "It runs from now on; the report is empty.", body = ShadowView)))]
async fn start(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(body): Json<ShadowBody>,
) -> Result<axum::Json<ShadowView>> {
    let ShadowBody { release, config } = body;
    if config.as_ref().is_some_and(|config| !config.is_object()) {
        return Err(Problem::field("/config", "a configuration must be an object"));
    }
    let started = app.engine.shadow_start(&name, &release, config).await;
    started.map_err(|error| plugin_problem_in("/config", error))?;
    tracing::info!(plugin = %name, %release, "runs as a shadow");
    report(State(app), Path(name)).await
}

/// Ends the plugin's shadow. To bring its release into use ends it, too.
#[utoipa::path(delete, path = "/api/v1/plugins/{name}/shadow", tag = "plugins", operation_id = "plugin_shadow_stop",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 204, description = "No release runs beside the one in use.")))]
async fn stop(State(app): State<App>, Path(name): Path<String>) -> Result<StatusCode> {
    app.engine.shadow_stop(&name).await.map_err(plugin_problem)?;
    Ok(StatusCode::NO_CONTENT)
}
