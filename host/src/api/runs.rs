//! Runs of plugins: which there were, what each did and cost, what led to it and what it led to.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::history::{AuditView, CauseView};
use super::{App, IdPath, Page, faces, id};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::http::code::Code;
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::store::run::{Cost, LogLine, Outcome, RunFilter, RunRow};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(show), routes!(retry), routes!(journal)]
}

/// One run of one plugin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// Its id.
    pub id: Id,
    /// Whose.
    pub plugin: String,
    /// SHA-256 of the component, hex.
    pub release: String,
    /// `event`, `timer`, `tick` or `command`.
    pub trigger: String,
    /// The event's, timer's, schedule's or command's name.
    pub name: String,
    /// The record it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// The person who pressed, for a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Id>,
    /// What led to it.
    pub cause: CauseView,
    /// 1 for the first try.
    pub attempt: u32,
    /// How often it was run again because what it rested on had moved.
    pub reruns: u32,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where it was not `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it began.
    pub at: Instant,
    /// What it cost.
    pub cost: Cost,
}

/// One run, and all that belongs to it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RunDetail {
    /// The run.
    #[serde(flatten)]
    pub run: RunView,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What it changed in records, in order.
    pub changes: Vec<AuditView>,
    /// What it set beside records: timers and state.
    pub effects: Value,
    /// What led to it, the nearest first, up to the chain's beginning.
    pub chain: Vec<Link>,
    /// The runs that it caused.
    pub caused: Vec<RunView>,
}

/// One step up the chain that led to a run: the event that woke it and the run that made the event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Link {
    /// The change whose event woke the run below; absent for a timer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<AuditView>,
    /// The run that made it; absent where a person or an outside system did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<RunView>,
}

impl From<RunRow> for RunView {
    fn from(row: RunRow) -> Self {
        Self {
            id: row.id,
            plugin: row.plugin,
            release: row.release,
            trigger: row.trigger,
            name: row.name,
            about: row.about,
            by: row.by,
            cause: row.cause.into(),
            attempt: row.attempt,
            reruns: row.reruns,
            outcome: row.outcome,
            error: row.error,
            at: row.at,
            cost: row.cost,
        }
    }
}

/// A page of runs, newest first.
pub(super) fn page(found: Vec<RunRow>, limit: u32) -> Page<RunView> {
    let next = (found.len() == limit as usize).then(|| found.last().map(|run| run.id.to_string())).flatten();
    Page { items: found.into_iter().map(RunView::from).collect(), next }
}

/// Runs, newest first.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", operation_id = "run_list",
    params(
        ("plugin" = Option<String>, Query, description = "Of this plugin."),
        ("outcome" = Option<Outcome>, Query, description = "With this outcome."),
        ("record" = Option<Id>, Query, description = "About this record, or changing it."),
        ("event" = Option<u64>, Query, description = "Woken by this event."),
        ("caused_by" = Option<Id>, Query, description = "Woken by what this run did."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
        ("after" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of runs.", body = Page<RunView>)))]
async fn list(State(app): State<App>, mut params: Params) -> Result<axum::Json<Page<RunView>>> {
    let outcome = params.take("outcome")?.map(|text| {
        serde_json::from_value(Value::from(text)).map_err(|error| Problem::field("/outcome", error.to_string()))
    });
    let filter = RunFilter {
        plugin: params.take("plugin")?,
        outcome: outcome.transpose()?,
        record: params.parse("record")?,
        event: params.number("event")?,
        caused_by: params.parse("caused_by")?,
        before: params.parse("after")?,
        limit: params.limit()?,
    };
    params.finish(&["plugin", "outcome", "record", "event", "caused_by", "limit", "after"])?;
    let found = app.engine.store().run_list(&filter).await?;
    Ok(axum::Json(page(found, filter.limit)))
}

/// One run: its log, all it changed, what led to it, and the runs it caused.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "runs", operation_id = "run_get",
    params(("id" = Id, Path, description = "The run.")),
    responses((status = 200, description = "The run.", body = RunDetail)))]
async fn show(State(app): State<App>, caller: Caller, Path(path): IdPath) -> Result<axum::Json<RunDetail>> {
    let row = read(&app, id(&path)?).await?;
    let store = app.engine.store();
    let changes = store.audit_of_run(row.id).await?;
    let caused = store.run_list(&RunFilter { caused_by: Some(row.id), limit: 200, ..RunFilter::default() }).await?;
    let mut chain = chain(&app, &row).await?;
    for link in &mut chain {
        link.change = link.change.take().map(|change| faces::change(&caller, change));
    }
    let (log, effects) = (row.log.clone(), row.effects.clone());
    Ok(axum::Json(RunDetail {
        run: row.into(),
        log,
        changes: changes.into_iter().map(|entry| faces::change(&caller, entry.into())).collect(),
        effects,
        chain,
        caused: caused.into_iter().map(RunView::from).collect(),
    }))
}

/// What a run was told, call by call: enough to play it again with `takt run replay`.
///
/// It is kept of each run that failed, and of some that went well. It holds what the plugin read, personal data too.
#[utoipa::path(get, path = "/api/v1/runs/{id}/journal", tag = "runs", operation_id = "run_journal",
    params(("id" = Id, Path, description = "The run.")),
    responses((status = 200, description = "The journal.", body = Object)))]
async fn journal(State(app): State<App>, Path(path): IdPath) -> Result<axum::Json<Value>> {
    let run = id(&path)?;
    let found = app.engine.store().journal_read(run).await?;
    found.map(axum::Json).ok_or_else(|| Problem::not_found(format!("no journal was kept of run {run}")))
}

/// How far up a chain is followed: farther than the loop guard lets any grow.
const CHAIN: usize = 64;

async fn chain(app: &App, row: &RunRow) -> Result<Vec<Link>> {
    let store = app.engine.store();
    let mut links = Vec::new();
    let mut cause = row.cause;
    while links.len() < CHAIN {
        let change = match cause.event {
            Some(event) => store.audit_read(event).await?,
            None => None,
        };
        let by = cause.run.or(change.as_ref().and_then(|change| change.run));
        let run = match by {
            Some(run) => store.run_read(run).await?,
            None => None,
        };
        if change.is_none() && run.is_none() {
            break;
        }
        let next = run.as_ref().map(|run| run.cause);
        links.push(Link { change: change.map(AuditView::from), run: run.map(RunView::from) });
        match next {
            Some(next) => cause = next,
            None => break,
        }
    }
    Ok(links)
}

/// Puts the delivery that a failed run gave up back in its lane.
#[utoipa::path(post, path = "/api/v1/runs/{id}/retry", tag = "runs", operation_id = "run_retry",
    params(("id" = Id, Path, description = "The run.")),
    responses((status = 202, description = "It will be run again.")))]
async fn retry(State(app): State<App>, Path(path): IdPath) -> Result<StatusCode> {
    let row = read(&app, id(&path)?).await?;
    let store = app.engine.store();
    let mut before = None;
    loop {
        let dead = store.dead_list(Some(&row.plugin), before, 200).await?;
        let same = dead.iter().find(|dead| {
            dead.trigger == row.trigger
                && dead.name == row.name
                && dead.event == row.cause.event
                && dead.about == row.about
        });
        if let Some(dead) = same {
            store.dead_retry(dead.id, app.engine.now()).await?;
            app.engine.wake();
            return Ok(StatusCode::ACCEPTED);
        }
        before = dead.last().map(|dead| dead.id);
        if dead.len() < 200 {
            return Err(Problem::new(
                Code::NotGivenUp,
                "only what was given up can be run again: this run's delivery is done, waiting, or discarded",
            ));
        }
    }
}

async fn read(app: &App, run: Id) -> Result<RunRow> {
    app.engine.store().run_read(run).await?.ok_or_else(|| Problem::not_found(format!("there is no run {run}")))
}
