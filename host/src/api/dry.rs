//! Dry runs of plugins.

use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::header;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::plugin_problem;
use crate::crm::event;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::record::Reference;
use crate::engine::{DryRun, Supposed};
use crate::http::code::Code;
use crate::http::json::{self, Component, Json};
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::store::commit::TimerChange;
use crate::store::run::{Cost, LogLine, Outcome};
use crate::wasm::call::Reply;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(dry_run)]
}

/// What a run would have come to. Nothing of it was written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DryRunView {
    /// SHA-256 of the component that ran, hex.
    pub release: String,
    /// Whether the plugin's subscriptions and conditions let the event through; absent for what is no event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wakes: Option<bool>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where it was not `ok`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The answer to the person who pressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<Reply>,
    /// The records that it would change, field by field.
    pub changes: Vec<ProposedChange>,
    /// The notifications that it would send.
    #[schema(value_type = Vec<Object>)]
    pub notifications: Vec<Value>,
    /// The timers that it would set and take away.
    pub timers: Vec<ProposedTimer>,
    /// What it would keep in its state, by key; null takes a key away.
    #[schema(value_type = Object)]
    pub state: Map<String, Value>,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What it cost.
    pub cost: Cost,
}

/// One record that would be changed.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProposedChange {
    /// The event that it would make: `lead.updated`, …
    pub name: String,
    /// Which record.
    pub record: Reference,
    /// Field by field: `{"name": [before, after]}`.
    pub diff: Map<String, Value>,
}

/// One timer that would be set, or taken away.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProposedTimer {
    /// Unique per plugin.
    pub key: String,
    /// When it would fire; absent where it is taken away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// What it carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub payload: Option<Value>,
}

impl From<DryRun> for DryRunView {
    fn from(dry: DryRun) -> Self {
        let notifications = dry.notifications();
        let changes = dry.proposal.changes.iter().filter_map(|keyed| {
            let record = keyed.change.reference().filter(|record| record.kind != Kind::Notification)?;
            Some(ProposedChange { name: event::name(&keyed.change), record, diff: keyed.change.diff() })
        });
        let state = dry.proposal.state.iter().flat_map(|state| state.writes.iter());
        let DryRun { ref run, ref reply, wakes, .. } = dry;
        Self {
            release: run.release.clone(),
            wakes,
            outcome: run.outcome,
            error: run.error.clone(),
            reply: reply.clone(),
            changes: changes.collect(),
            notifications,
            timers: dry.proposal.timers.iter().map(ProposedTimer::from).collect(),
            state: state.map(|(key, value)| (key.clone(), value.clone().unwrap_or_default())).collect(),
            log: run.log.clone(),
            cost: run.cost,
        }
    }
}

impl From<&TimerChange> for ProposedTimer {
    fn from(timer: &TimerChange) -> Self {
        match timer {
            TimerChange::Set { key, due, payload, .. } => {
                Self { key: key.clone(), due: Some(*due), payload: Some(payload.clone()) }
            }
            TimerChange::Cancel { key, .. } => Self { key: key.clone(), due: None, payload: None },
        }
    }
}

/// Runs a plugin on what is there now, and commits nothing.
///
/// Send the trigger as JSON to run the installed release. Send a component, with the trigger as the query's `trigger`,
/// to run that instead, with all capabilities that it asks for: it need not be installed.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/dry-run", tag = "plugins", operation_id = "plugin_dry_run",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("trigger" = Option<String>, Query, description = "With a component as the body: the trigger, as JSON."),
        ("config" = Option<String>, Query, description = "A configuration, as JSON, in the place of the installed one."),
    ),
    request_body(content((Supposed = "application/json"), (Vec<u8> = "application/wasm")),
        description = "The trigger, or a component."),
    responses((status = 200, description = "What would come of it.", body = DryRunView)))]
async fn dry_run(
    State(app): State<App>,
    Path(name): Path<String>,
    mut params: Params,
    request: Request,
) -> Result<axum::Json<DryRunView>> {
    let trigger = params.take("trigger")?;
    let config: Option<Value> = params.take("config")?.map(|config| json::parse(config.as_bytes())).transpose()?;
    params.finish(&["trigger", "config"])?;
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (supposed, component) = if kind.is_some_and(|kind| kind.starts_with("application/wasm")) {
        let trigger =
            trigger.ok_or_else(|| Problem::new(Code::NoTrigger, "with a component, give `trigger` in the query"))?;
        let supposed = json::parse(trigger.as_bytes())?;
        (supposed, Some(Component::from_request(request, &app).await?.bytes.to_vec()))
    } else {
        (Json::<Supposed>::from_request(request, &app).await?.0, None)
    };
    let dry = app.engine.dry_run(&name, supposed, component, config).await.map_err(plugin_problem)?;
    Ok(axum::Json(dry.into()))
}
