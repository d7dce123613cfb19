//! What became of a record, and which runs had to do with it.

use axum::Extension;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::{Map, Value};

use super::runs::RunView;
use super::{App, IdPath, Page, faces, id, records};
use crate::crm::event::Cause;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::record::{Actor, Reference};
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::Result;
use crate::store::audit::AuditEntry;
use crate::store::run::RunFilter;

/// One change of one record: when, what, who, why.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AuditView {
    /// The id of the event that the change made.
    pub id: u64,
    /// When.
    pub at: Instant,
    /// `lead.created`, `deal.updated`, …
    pub name: String,
    /// Which record.
    pub record: Reference,
    /// The record's version after it.
    pub version: u64,
    /// Who.
    pub by: Actor,
    /// The run that did it, where one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Id>,
    /// What led to it.
    pub cause: CauseView,
    /// Field by field: `{"name": [before, after]}`.
    pub diff: Map<String, Value>,
}

/// What led to something.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CauseView {
    /// The event that woke the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<u64>,
    /// The run whose change or timer woke it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<Id>,
    /// The first event of the chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root: Option<u64>,
    /// How many runs lie between the chain's beginning and this.
    pub depth: u32,
}

impl From<Cause> for CauseView {
    fn from(Cause { event, run, root, depth }: Cause) -> Self {
        Self { event, run, root, depth }
    }
}

impl From<AuditEntry> for AuditView {
    fn from(entry: AuditEntry) -> Self {
        let AuditEntry { id, at, name, record, version, by, run, cause, diff } = entry;
        Self { id, at, name, record, version, by, run, cause: cause.into(), diff }
    }
}

/// `GET /{plural}/{id}/history`: newest first. An admin reads that of deleted records, too.
pub async fn changes(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
    mut params: Params,
) -> Result<axum::Json<Page<AuditView>>> {
    let record = id(&path)?;
    let limit = params.limit()?;
    let before = params.number("after")?;
    params.finish(&["limit", "after"])?;
    let reached = records::within_reach(&app, &caller, kind, record).await;
    if !caller.is_admin() {
        reached.as_ref().map_err(Clone::clone)?;
    }
    let found = app.engine.store().audit_of_record(record, before, limit).await?;
    if found.is_empty() && before.is_none() {
        reached?;
    }
    let next = (found.len() == limit as usize).then(|| found.last().map(|entry| entry.id.to_string())).flatten();
    Ok(axum::Json(Page { items: found.into_iter().map(|entry| faces::change(&caller, entry.into())).collect(), next }))
}

/// `GET /{plural}/{id}/runs`: newest first.
pub async fn runs(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
    mut params: Params,
) -> Result<axum::Json<Page<RunView>>> {
    let record = id(&path)?;
    let limit = params.limit()?;
    let before = params.parse::<Id>("after")?;
    params.finish(&["limit", "after"])?;
    if !caller.is_admin() {
        records::within_reach(&app, &caller, kind, record).await?;
    }
    let filter = RunFilter { record: Some(record), before, limit, ..RunFilter::default() };
    let found = app.engine.store().run_list(&filter).await?;
    Ok(axum::Json(super::runs::page(found, limit)))
}
