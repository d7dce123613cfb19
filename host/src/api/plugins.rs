//! The installed plugins: install, configure, grant, switch.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::plugin_problem;
use crate::crm::cron::Cron;
use crate::crm::instant::Instant;
use crate::crm::missed::Missed;
use crate::engine::catalogue::{Code as Loaded, Installed};
use crate::engine::{Pending, Upload, missing_grants};
use crate::http::code::Code;
use crate::http::json::{Component, Json, OptionalJson};
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::store::delivery::Queue;
use crate::store::plugin::Paused;
use crate::wasm::call::Budgets;
use crate::wasm::manifest::Manifest;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![
        routes!(list),
        routes!(install),
        routes!(show),
        routes!(enable),
        routes!(disable),
        routes!(config),
        routes!(configure),
        routes!(grant),
        routes!(condition),
        routes!(budgets),
        routes!(missed),
        routes!(timers),
        routes!(release),
    ]
}

/// An installed plugin, in a listing.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PluginView {
    /// Unique on this host.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Shown to people.
    pub title: String,
    /// What it does.
    pub summary: String,
    /// Whether it is woken.
    pub enabled: bool,
    /// SHA-256 of the component in use, hex.
    pub release: String,
    /// Why the component can't be run here, where it can't.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// Why the host switched it off by itself, where it did: it failed too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused: Option<Paused>,
    /// What it needs and was not granted. It can't be enabled before.
    pub missing_grants: Vec<String>,
    /// The release that runs beside it as a shadow, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shadow: Option<String>,
    /// When it was installed.
    pub installed_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// An installed plugin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PluginDetail {
    /// What the listing says.
    #[serde(flatten)]
    pub plugin: PluginView,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The configuration, defaults filled in.
    pub config: Value,
    /// What the admin set of it.
    pub config_set: Value,
    /// Capabilities that it has.
    pub grants: Vec<String>,
    /// The admin's condition on the events that wake it.
    pub condition: Option<String>,
    /// What a run may use.
    pub budgets: Budgets,
    /// What of it the admin set.
    pub budgets_set: Value,
    /// What becomes of times of its schedules that went by while the host was down.
    pub missed: Missed,
    /// What waits for it.
    pub queue: Queue,
    /// When its schedules wake it next, as long as it is enabled.
    pub upcoming: Vec<Upcoming>,
}

/// When a schedule wakes its plugin next.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Upcoming {
    /// The schedule's name.
    schedule: String,
    /// The next three times.
    times: Vec<Instant>,
}

/// Pages are for what grows without bound; plugins are few.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Plugins {
    items: Vec<PluginView>,
}

impl From<&Installed> for PluginView {
    fn from(installed: &Installed) -> Self {
        let (row, manifest) = (&installed.row, &installed.manifest);
        Self {
            name: row.name.clone(),
            version: manifest.version.clone(),
            title: manifest.title.clone(),
            summary: manifest.summary.clone(),
            enabled: row.enabled,
            release: row.release.clone(),
            broken: match &installed.code {
                Loaded::Broken(why) => Some(why.clone()),
                Loaded::Component(_) | Loaded::Native(_) => None,
            },
            paused: row.paused.clone(),
            missing_grants: missing_grants(installed),
            shadow: row.shadow.as_ref().map(|shadow| shadow.release.clone()),
            installed_at: row.installed_at,
            updated_at: row.updated_at,
        }
    }
}

/// The installed plugins, by name.
#[utoipa::path(get, path = "/api/v1/plugins", tag = "plugins", operation_id = "plugin_list",
    responses((status = 200, description = "All of them.", body = Plugins)))]
async fn list(State(app): State<App>) -> axum::Json<Plugins> {
    let items = app.engine.catalogue().iter().map(|installed| PluginView::from(installed.as_ref())).collect();
    axum::Json(Plugins { items })
}

/// Installs a component, or puts it in the place of the release that is there.
///
/// A new plugin is disabled and has no grants; one that was there keeps configuration, grants and state.
#[utoipa::path(post, path = "/api/v1/plugins", tag = "plugins", operation_id = "plugin_install",
    params(("takt-signature" = Option<String>, Header, description = "What `takt plugin sign` made, where it is signed.")),
    request_body(content_type = "application/wasm", content = Vec<u8>, description = "The component, up to 64 MiB."),
    responses((status = 201, description = "It is installed.", body = PluginDetail)))]
async fn install(
    State(app): State<App>,
    Component { bytes, signature }: Component,
) -> Result<(StatusCode, axum::Json<PluginDetail>)> {
    if bytes.is_empty() {
        return Err(Problem::new(Code::NotAComponent, "the body is empty: send the component's bytes"));
    }
    let installed =
        app.engine.plugin_install(Upload { component: bytes.to_vec(), signature }).await.map_err(plugin_problem)?;
    tracing::info!(plugin = %installed.row.name, release = %installed.row.release, "installed");
    Ok((StatusCode::CREATED, detail(&app, &installed).await?))
}

/// One plugin.
#[utoipa::path(get, path = "/api/v1/plugins/{name}", tag = "plugins", operation_id = "plugin_get",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 200, description = "The plugin.", body = PluginDetail)))]
async fn show(State(app): State<App>, Path(name): Path<String>) -> Result<axum::Json<PluginDetail>> {
    detail(&app, &*installed(&app, &name)?).await
}

/// What becomes of what waited.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct EnableBody {
    /// What becomes of deliveries and timers that waited while it was disabled.
    pending: Waited,
}

/// What becomes of deliveries and timers that waited while a plugin was disabled.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Waited {
    /// They are done now.
    #[default]
    Keep,
    /// They are forgotten.
    Drop,
}

/// Switches a plugin on.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/enable", tag = "plugins", operation_id = "plugin_enable",
    params(("name" = String, Path, description = "The plugin.")), request_body = EnableBody,
    responses((status = 200, description = "It is enabled.", body = PluginDetail)))]
async fn enable(
    State(app): State<App>,
    Path(name): Path<String>,
    OptionalJson(body): OptionalJson<EnableBody>,
) -> Result<axum::Json<PluginDetail>> {
    let pending = match body.pending {
        Waited::Keep => Pending::Keep,
        Waited::Drop => Pending::Drop,
    };
    detail(&app, &*app.engine.plugin_enable(&name, pending).await.map_err(plugin_problem)?).await
}

/// Switches a plugin off: neither what waits nor what runs of it lands any more.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/disable", tag = "plugins", operation_id = "plugin_disable",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 200, description = "It is disabled.", body = PluginDetail)))]
async fn disable(State(app): State<App>, Path(name): Path<String>) -> Result<axum::Json<PluginDetail>> {
    detail(&app, &*app.engine.plugin_disable(&name).await.map_err(plugin_problem)?).await
}

/// A plugin's configuration: its schema, what the admin set, and what holds with the defaults.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/config", tag = "plugins", operation_id = "plugin_config_get",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 200, description = "`schema`, `set` and `effective`.", body = Object)))]
async fn config(State(app): State<App>, Path(name): Path<String>) -> Result<axum::Json<Value>> {
    let plugin = installed(&app, &name)?;
    Ok(axum::Json(json!({
        "schema": plugin.manifest.config_schema,
        "set": plugin.row.config,
        "effective": plugin.config,
    })))
}

/// Sets a plugin's configuration; what is left out takes its default.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/config", tag = "plugins", operation_id = "plugin_config_put",
    params(("name" = String, Path, description = "The plugin.")),
    request_body(content = Object, description = "By the plugin's own schema."),
    responses((status = 200, description = "It is set.", body = PluginDetail)))]
async fn configure(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(config): Json<Value>,
) -> Result<axum::Json<PluginDetail>> {
    if !config.is_object() {
        return Err(Problem::field("", "a configuration must be an object"));
    }
    detail(&app, &*app.engine.plugin_configure(&name, config).await.map_err(plugin_problem)?).await
}

/// What is granted.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct GrantsBody {
    /// Capabilities, in place of those it has.
    grants: Vec<String>,
}

/// Sets what a plugin may do, in place of what it might.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/grants", tag = "plugins", operation_id = "plugin_grants_put",
    params(("name" = String, Path, description = "The plugin.")), request_body = GrantsBody,
    responses((status = 200, description = "They are set.", body = PluginDetail)))]
async fn grant(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(body): Json<GrantsBody>,
) -> Result<axum::Json<PluginDetail>> {
    detail(&app, &*app.engine.plugin_grant(&name, body.grants).await.map_err(plugin_problem)?).await
}

/// The admin's condition.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ConditionBody {
    /// CEL over `before`, `after` and `config`; null takes it away.
    condition: Option<String>,
}

/// Sets a condition on the events that wake a plugin, on top of its own.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/condition", tag = "plugins", operation_id = "plugin_condition_put",
    params(("name" = String, Path, description = "The plugin.")), request_body = ConditionBody,
    responses((status = 200, description = "It is set.", body = PluginDetail)))]
async fn condition(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(body): Json<ConditionBody>,
) -> Result<axum::Json<PluginDetail>> {
    detail(&app, &*app.engine.plugin_condition(&name, body.condition).await.map_err(plugin_problem)?).await
}

/// Sets what a run of a plugin may use; what is left out takes the host's default.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/budgets", tag = "plugins", operation_id = "plugin_budgets_put",
    params(("name" = String, Path, description = "The plugin.")), request_body = Budgets,
    responses((status = 200, description = "They are set.", body = PluginDetail)))]
async fn budgets(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(budgets): Json<Value>,
) -> Result<axum::Json<PluginDetail>> {
    if !budgets.is_object() {
        return Err(Problem::field("", "budgets must be an object"));
    }
    detail(&app, &*app.engine.plugin_budgets(&name, budgets).await.map_err(plugin_problem)?).await
}

/// What becomes of missed times.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct MissedBody {
    /// `coalesce`, `skip`, or `{"catch_up": 3}`.
    missed: Missed,
}

/// Sets what becomes of times of a plugin's schedules that went by while the host was down.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/missed", tag = "plugins", operation_id = "plugin_missed_put",
    params(("name" = String, Path, description = "The plugin.")), request_body = MissedBody,
    responses((status = 200, description = "It is set.", body = PluginDetail)))]
async fn missed(
    State(app): State<App>,
    Path(name): Path<String>,
    Json(body): Json<MissedBody>,
) -> Result<axum::Json<PluginDetail>> {
    detail(&app, &*app.engine.plugin_missed(&name, body.missed).await.map_err(plugin_problem)?).await
}

/// A timer that is set.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TimerView {
    /// Unique per plugin.
    key: String,
    /// When it fires.
    due: Instant,
}

/// The next timers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Timers {
    items: Vec<TimerView>,
}

/// The timers that a plugin has set, the next first.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/timers", tag = "plugins", operation_id = "plugin_timers",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, description = "The next ones.", body = Timers)))]
async fn timers(State(app): State<App>, Path(name): Path<String>, mut params: Params) -> Result<axum::Json<Timers>> {
    let limit = params.limit()?;
    params.finish(&["limit"])?;
    installed(&app, &name)?;
    let found = app.engine.store().timer_list(&name, limit).await?;
    let items = found.into_iter().map(|(key, due)| TimerView { key, due }).collect();
    Ok(axum::Json(Timers { items }))
}

/// The component of a release: the one in use, or one that was before.
#[utoipa::path(get, path = "/api/v1/releases/{digest}", tag = "plugins", operation_id = "release_get",
    params(("digest" = String, Path, description = "SHA-256 of the component, hex.")),
    responses((status = 200, description = "The component.", body = Vec<u8>, content_type = "application/wasm")))]
async fn release(State(app): State<App>, Path(digest): Path<String>) -> Result<impl IntoResponse> {
    let shown: String = digest.chars().take(80).collect();
    let found = app.engine.store().release_read(&digest).await?;
    let component = found.filter(|component| !component.is_empty());
    let component = component.ok_or_else(|| Problem::not_found(format!("there is no release {shown}")))?;
    Ok(([(header::CONTENT_TYPE, "application/wasm")], component))
}

fn installed(app: &App, name: &str) -> Result<std::sync::Arc<Installed>> {
    app.engine.catalogue().get(name).cloned().ok_or_else(|| {
        Problem::not_found(format!("there is no plugin `{}`", name.chars().take(80).collect::<String>()))
    })
}

pub(super) async fn detail(app: &App, installed: &Installed) -> Result<axum::Json<PluginDetail>> {
    let name = &installed.row.name;
    let empty = || Queue { plugin: name.clone(), deliveries: 0, oldest: None, timers: 0, dead: 0 };
    let queues = app.engine.store().queue().await?;
    Ok(axum::Json(PluginDetail {
        plugin: installed.into(),
        manifest: installed.manifest.as_ref().clone(),
        config: installed.config.clone(),
        config_set: installed.row.config.clone(),
        grants: installed.row.grants.clone(),
        condition: installed.row.condition.clone(),
        budgets: installed.installation.budgets,
        budgets_set: installed.row.budgets.clone(),
        missed: installed.row.missed,
        queue: queues.into_iter().find(|queue| queue.plugin == *name).unwrap_or_else(empty),
        upcoming: upcoming(app, installed),
    }))
}

/// In the organisation's time zone, as they fire.
fn upcoming(app: &App, installed: &Installed) -> Vec<Upcoming> {
    let (now, zone) = (app.engine.now(), app.engine.organisation().time_zone);
    let next = |(schedule, cron): &(String, Cron)| {
        let times = std::iter::successors(cron.next_after(now, zone), |at| cron.next_after(*at, zone));
        Upcoming { schedule: schedule.clone(), times: times.take(3).collect() }
    };
    installed.schedules.iter().map(next).collect()
}
