//! Reports: the figures of a period (S12.1).

use axum::extract::State;
use serde::Serialize;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::access::Reach;
use super::errors::unit_problem;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::report::{Funnel, Group, Period, Report, ReportQuery};
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(figures), routes!(funnel)]
}

/// Calls, leads, deals, contracts, invoices and tasks of a period, over all or group by group. Days are those of the
/// organisation's time zone. A member is told of their own work, a head of their departments', an admin of all; what
/// nobody is responsible for is told where no user or department is asked for, to who may see all.
#[utoipa::path(get, path = "/api/v1/reports", tag = "reports", operation_id = "report_figures",
    params(
        ("from" = Option<String>, Query, format = Date, description = "The first day.", example = "2026-03-01"),
        ("to" = Option<String>, Query, format = Date, description = "The last day.", example = "2026-03-31"),
        ("period" = inline(Option<Period>), Query, description = "A period by its name, in place of the two days."),
        ("by" = inline(Option<Group>), Query, description = "What the figures are grouped by."),
        ("user" = Option<Id>, Query, description = "What this user is responsible for alone."),
        ("department" = Option<Id>, Query, description = "What people of this department and those below it are responsible for alone."),
        ("source" = Option<String>, Query, description = "What comes from leads of this source alone."),
        ("pipeline" = Option<Id>, Query, description = "What belongs to deals of this pipeline alone."),
        ("compare" = Option<bool>, Query, description = "Whether the period of the same length before it is told as well."),
    ),
    responses((status = 200, description = "The figures.", body = Report)))]
async fn figures(State(app): State<App>, caller: Caller, params: Params) -> Result<axum::Json<Report>> {
    let (query, within) = asked(&app, &caller, params).await?;
    let report = app.engine.unit().report(&query, within.as_deref()).await.map_err(unit_problem)?;
    Ok(axum::Json(report))
}

/// Funnels, one a pipeline.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Funnels {
    /// Pipelines that deals of the period belong to, and the others.
    items: Vec<Funnel>,
}

/// How far the deals came that were made in a period, stage by stage.
#[utoipa::path(get, path = "/api/v1/reports/funnel", tag = "reports", operation_id = "report_funnel",
    params(
        ("from" = Option<String>, Query, format = Date, description = "The first day.", example = "2026-03-01"),
        ("to" = Option<String>, Query, format = Date, description = "The last day.", example = "2026-03-31"),
        ("period" = inline(Option<Period>), Query, description = "A period by its name, in place of the two days."),
        ("user" = Option<Id>, Query, description = "What this user is responsible for alone."),
        ("department" = Option<Id>, Query, description = "What people of this department and those below it are responsible for alone."),
        ("source" = Option<String>, Query, description = "What comes from leads of this source alone."),
        ("pipeline" = Option<Id>, Query, description = "This pipeline alone."),
    ),
    responses((status = 200, description = "The funnels.", body = Funnels)))]
async fn funnel(State(app): State<App>, caller: Caller, params: Params) -> Result<axum::Json<Funnels>> {
    let (query, within) = asked(&app, &caller, params).await?;
    let items = app.engine.unit().funnel(&query, within.as_deref()).await.map_err(unit_problem)?;
    Ok(axum::Json(Funnels { items }))
}

const NAMES: [&str; 9] = ["from", "to", "period", "by", "user", "department", "source", "pipeline", "compare"];

/// What is asked, and the users whose work the caller may be told of; none: everybody's.
async fn asked(app: &App, caller: &Caller, mut params: Params) -> Result<(ReportQuery, Option<Vec<Id>>)> {
    let mut query = ReportQuery {
        from: params.parse("from")?,
        to: params.parse("to")?,
        period: named(params.take("period")?, "/period")?,
        by: named(params.take("by")?, "/by")?.unwrap_or_default(),
        ..ReportQuery::default()
    };
    query.user = params.parse("user")?;
    query.department = params.parse("department")?;
    query.source = params.take("source")?;
    query.pipeline = params.parse("pipeline")?;
    query.compare = params.parse("compare")?.unwrap_or(false);
    params.finish(&NAMES)?;
    let within = match Reach::of(&app.engine, caller, Kind::Deal).await? {
        Reach::All => None,
        Reach::Of { users, .. } => Some(users.iter().filter_map(|user| user.as_str()?.parse().ok()).collect()),
    };
    Ok((query, within))
}

fn named<T: serde::de::DeserializeOwned>(text: Option<String>, at: &str) -> Result<Option<T>> {
    let read =
        |text: String| serde_json::from_value(text.into()).map_err(|error| Problem::field(at, error.to_string()));
    text.map(read).transpose()
}
