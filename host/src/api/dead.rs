//! What was given up, what the loop guard holds, and what waits.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::{App, Page, id};
use crate::crm::id::Id;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::store::delivery::{DeadDelivery, Hold, Queue};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(retry), routes!(discard), routes!(holds), routes!(release), routes!(queue)]
}

/// Deliveries that were given up, newest first.
#[utoipa::path(get, path = "/api/v1/dead_letters", tag = "runs", operation_id = "dead_letter_list",
    params(
        ("plugin" = Option<String>, Query, description = "To this plugin."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
        ("after" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = Page<DeadDelivery>)))]
async fn list(State(app): State<App>, mut params: Params) -> Result<axum::Json<Page<DeadDelivery>>> {
    let plugin = params.take("plugin")?;
    let limit = params.limit()?;
    let before = params.number("after")?;
    params.finish(&["plugin", "limit", "after"])?;
    let items = app.engine.store().dead_list(plugin.as_deref(), before, limit).await?;
    let next = (items.len() == limit as usize).then(|| items.last().map(|dead| dead.id.to_string())).flatten();
    Ok(axum::Json(Page { items, next }))
}

/// Puts one back in its lane, its attempts forgotten.
#[utoipa::path(post, path = "/api/v1/dead_letters/{id}/retry", tag = "runs", operation_id = "dead_letter_retry",
    params(("id" = u64, Path, description = "The dead letter.")),
    responses((status = 202, description = "It will be run again.")))]
async fn retry(State(app): State<App>, Path(path): Path<String>) -> Result<StatusCode> {
    let dead = number(&path)?;
    if app.engine.store().dead_retry(dead, app.engine.now()).await? {
        app.engine.wake();
        Ok(StatusCode::ACCEPTED)
    } else {
        Err(gone(&path))
    }
}

/// Forgets one.
#[utoipa::path(delete, path = "/api/v1/dead_letters/{id}", tag = "runs", operation_id = "dead_letter_discard",
    params(("id" = u64, Path, description = "The dead letter.")),
    responses((status = 204, description = "It is forgotten.")))]
async fn discard(State(app): State<App>, Path(path): Path<String>) -> Result<StatusCode> {
    if app.engine.store().dead_discard(number(&path)?).await? { Ok(StatusCode::NO_CONTENT) } else { Err(gone(&path)) }
}

fn number(path: &str) -> Result<u64> {
    path.parse().map_err(|_| gone(path))
}

fn gone(path: &str) -> Problem {
    Problem::not_found(format!("there is no dead letter {}", path.chars().take(40).collect::<String>()))
}

/// The holds.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Holds {
    items: Vec<Hold>,
}

/// Plugins that the loop guard holds for a record.
#[utoipa::path(get, path = "/api/v1/holds", tag = "runs", operation_id = "hold_list",
    responses((status = 200, description = "All of them.", body = Holds)))]
async fn holds(State(app): State<App>) -> Result<axum::Json<Holds>> {
    Ok(axum::Json(Holds { items: app.engine.store().hold_list().await? }))
}

/// Lets a plugin act on a record again.
#[utoipa::path(delete, path = "/api/v1/holds/{plugin}/{record}", tag = "runs", operation_id = "hold_release",
    params(
        ("plugin" = String, Path, description = "The plugin."),
        ("record" = Id, Path, description = "The record."),
    ),
    responses((status = 204, description = "It is released.")))]
async fn release(State(app): State<App>, Path((plugin, record)): Path<(String, String)>) -> Result<StatusCode> {
    if app.engine.store().hold_release(&plugin, id(&record)?).await? {
        app.engine.wake();
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("that plugin is not held for that record"))
    }
}

/// What waits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Queues {
    items: Vec<Queue>,
}

/// How much waits for each plugin.
#[utoipa::path(get, path = "/api/v1/queue", tag = "runs", operation_id = "queue",
    responses((status = 200, description = "Plugin by plugin.", body = Queues)))]
async fn queue(State(app): State<App>) -> Result<axum::Json<Queues>> {
    Ok(axum::Json(Queues { items: app.engine.store().queue().await? }))
}
