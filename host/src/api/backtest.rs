//! Backtests of releases.

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::plugin_problem_in;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::engine::{Backtest, Period, Trial};
use crate::http::json::OptionalJson;
use crate::http::problem::{Problem, Result};
use crate::plugins::effects::Difference;
use crate::store::run::Outcome;
use crate::store::shadow::Verdict;

/// The most events of one backtest.
const MOST: usize = 500;
/// Of those that did not do the same, so many are shown.
const SHOWN: usize = 100;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(backtest)]
}

/// Which past events a release is tried on.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct BacktestBody {
    /// The last so many that wake the plugin: 1 to 500; 100 where absent.
    events: usize,
    /// Those at this moment and later.
    from: Option<Instant>,
    /// Those before this moment.
    to: Option<Instant>,
    /// A configuration in the place of the plugin's.
    #[schema(value_type = Option<Object>)]
    config: Option<Value>,
}

impl Default for BacktestBody {
    fn default() -> Self {
        Self { events: 100, from: None, to: None, config: None }
    }
}

/// What a release would have done, beside what was done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BacktestView {
    /// SHA-256 of the component that was tried, hex.
    release: String,
    /// On so many events it was tried.
    events: usize,
    /// So many events of all kinds were gone back through.
    scanned: usize,
    /// Whether it ended before the period was through: it had gone back through 5000 events, or half a minute had passed.
    cut: bool,
    /// On so many it did the same.
    same: usize,
    /// On so many it did something else.
    different: usize,
    /// On so many it failed.
    failed: usize,
    /// So many that woke the plugin then do not wake it.
    not_woken: usize,
    /// So many wake it that did not then.
    new: usize,
    /// What it cost, over the events where both ran.
    cost: CostView,
    /// Those where it did not do the same, the newest 100.
    items: Vec<TrialView>,
}

/// Fuel of then and now.
#[derive(Debug, Default, Serialize, utoipa::ToSchema)]
struct CostView {
    /// What the recorded runs used.
    recorded_fuel: u64,
    /// What the tried ones did.
    fuel: u64,
}

/// One past event, and what the release made of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TrialView {
    /// The event's number.
    event: u64,
    /// `lead.created`, …
    name: String,
    /// When it happened.
    at: Instant,
    /// The record it is about.
    about: Reference,
    /// How it went.
    verdict: Verdict,
    /// What came of it; absent where the release is not woken.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<Outcome>,
    /// Why, where it was not `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// The recorded run, where there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<Id>,
    /// What came of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded_outcome: Option<Outcome>,
    /// What was not done alike: changes of records (those made are called by their place), timers, keys of state.
    #[serde(flatten)]
    difference: Difference,
    /// Whether it read state: that is as it is now, and may have been another then.
    read_state: bool,
}

impl From<Trial> for TrialView {
    fn from(Trial { event, verdict, recorded, run, difference, read_state }: Trial) -> Self {
        Self {
            event: event.id,
            name: event.name.clone(),
            at: event.at,
            about: event.about,
            verdict,
            outcome: run.as_ref().map(|run| run.outcome),
            error: run.and_then(|run| run.error),
            run: recorded.as_ref().map(|run| run.id),
            recorded_outcome: recorded.map(|run| run.outcome),
            difference,
            read_state,
        }
    }
}

impl From<Backtest> for BacktestView {
    fn from(Backtest { release, trials, scanned, cut }: Backtest) -> Self {
        let count = |verdict| trials.iter().filter(|trial| trial.verdict == verdict).count();
        let mut cost = CostView::default();
        for (recorded, run) in trials.iter().filter_map(|trial| trial.recorded.as_ref().zip(trial.run.as_ref())) {
            cost.recorded_fuel += recorded.cost.fuel;
            cost.fuel += run.cost.fuel;
        }
        Self {
            release,
            events: trials.len(),
            scanned,
            cut,
            same: count(Verdict::Same),
            different: count(Verdict::Different),
            failed: count(Verdict::Failed),
            not_woken: count(Verdict::NotWoken),
            new: count(Verdict::New),
            cost,
            items: trials
                .into_iter()
                .filter(|trial| trial.verdict != Verdict::Same)
                .take(SHOWN)
                .map(TrialView::from)
                .collect(),
        }
    }
}

/// Tries a release on past events, and commits nothing.
///
/// It runs with all capabilities that it asks for, at the moment of each recorded run, over the records as they stood then.
/// Timers that the recorded run took away are taken for set. State, reports and settings are as they are now.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/releases/{digest}/backtest", tag = "plugins",
    operation_id = "plugin_release_backtest",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("digest" = String, Path, description = "SHA-256 of the component, hex."),
    ),
    request_body = BacktestBody,
    responses((status = 200, description = "The report.", body = BacktestView)))]
async fn backtest(
    State(app): State<App>,
    Path((name, digest)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<BacktestBody>,
) -> Result<axum::Json<BacktestView>> {
    let BacktestBody { events, from, to, config } = body;
    if !(1..=MOST).contains(&events) {
        return Err(Problem::field("/events", format!("must be from 1 to {MOST}")));
    }
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(Problem::field("/to", "must be after `from`"));
    }
    let tried = app.engine.backtest(&name, &digest, Period { events, from, to }, config).await;
    Ok(axum::Json(tried.map_err(|error| plugin_problem_in("/config", error))?.into()))
}
