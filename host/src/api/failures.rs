//! What failed, by plugin and fault: the inbox of errors.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use crate::http::json::Json;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::store::fault::Failure;

/// Runs are looked at so many days back, where nothing else is asked for.
const DAYS: u64 = 7;
/// So many are tried again at once: each is a run.
const AT_ONCE: u32 = 500;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(retry), routes!(discard)]
}

/// What failed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Failures {
    items: Vec<Failure>,
}

/// What failed, by plugin and fault, the latest first: dead letters, and runs of the last days.
///
/// A fault is an error without ids, numbers and addresses, so that what fails alike stands together.
#[utoipa::path(get, path = "/api/v1/failures", tag = "runs", operation_id = "failure_list",
    params(
        ("plugin" = Option<String>, Query, description = "Of this plugin."),
        ("days" = Option<u64>, Query, description = "Runs so far back: 1 to 90; 7 where absent."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, description = "The latest.", body = Failures)))]
async fn list(State(app): State<App>, mut params: Params) -> Result<axum::Json<Failures>> {
    let plugin = params.take("plugin")?;
    let days = params.number("days")?.unwrap_or(DAYS);
    let since = app.days_ago(days)?;
    let limit = params.limit()?;
    params.finish(&["plugin", "days", "limit"])?;
    let items = app.engine.store().failure_list(plugin.as_deref(), since, limit).await?;
    Ok(axum::Json(Failures { items }))
}

/// Which failures.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Group {
    /// Of this plugin.
    plugin: String,
    /// With this fault, word by word as the listing has it.
    fault: String,
}

/// What became of a group's dead letters.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Done {
    /// So many.
    count: u64,
    /// Whether there may be more: do it again.
    more: bool,
}

/// Puts the dead letters of a group back in their lanes, the oldest 500, their attempts forgotten.
#[utoipa::path(post, path = "/api/v1/failures/retry", tag = "runs", operation_id = "failure_retry",
    request_body = Group, responses((status = 200, description = "They will be run again.", body = Done)))]
async fn retry(State(app): State<App>, Json(group): Json<Group>) -> Result<axum::Json<Done>> {
    let count = app.engine.store().failure_retry(&group.plugin, &group.fault, app.engine.now(), AT_ONCE).await?;
    app.engine.wake();
    some(count, count == u64::from(AT_ONCE))
}

/// Forgets the dead letters of a group.
#[utoipa::path(post, path = "/api/v1/failures/discard", tag = "runs", operation_id = "failure_discard",
    request_body = Group, responses((status = 200, description = "They are forgotten.", body = Done)))]
async fn discard(State(app): State<App>, Json(group): Json<Group>) -> Result<axum::Json<Done>> {
    some(app.engine.store().failure_discard(&group.plugin, &group.fault).await?, false)
}

fn some(count: u64, more: bool) -> Result<axum::Json<Done>> {
    if count == 0 {
        return Err(Problem::not_found("no dead letter of that plugin has that fault"));
    }
    Ok(axum::Json(Done { count, more }))
}
