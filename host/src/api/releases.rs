//! Releases of plugins: upload, compare, bring into use, go back.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::{plugin_problem, plugin_problem_in};
use super::plugins::{PluginDetail, detail};
use crate::crm::instant::Instant;
use crate::crm::invalid::FieldError;
use crate::engine::{ReleaseDiff, Upload};
use crate::http::code::Code;
use crate::http::json::{Component, OptionalJson};
use crate::http::problem::{Problem, Result};
use crate::plugins::diff::ManifestDiff;
use crate::store::plugin::ReleaseRow;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(upload), routes!(diff), routes!(activate)]
}

/// A release of a plugin.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReleaseView {
    /// SHA-256 of the component, hex.
    pub digest: String,
    /// The plugin's version that it says it is.
    pub version: String,
    /// The contract's version that it is built for; absent where that was not noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// Who signed it, by the name of the trusted key; `takt` for what the host carries; absent where nobody did who is
    /// trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_by: Option<String>,
    /// Bytes of the component.
    pub size: u64,
    /// When it was uploaded.
    pub uploaded_at: Instant,
    /// When it last came into use; absent where it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used_at: Option<Instant>,
    /// Whether it is in use.
    pub active: bool,
}

/// Releases, the newest first.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Releases {
    items: Vec<ReleaseView>,
}

/// What changes where a release comes into use.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DiffView {
    /// The release in use.
    from: ReleaseView,
    /// The other.
    to: ReleaseView,
    /// What it asks for and offers.
    manifest: ManifestDiff,
    /// Capabilities that it needs and that are not granted.
    missing_grants: Vec<String>,
    /// Whether the present configuration fits its schema.
    config_fits: bool,
    /// What of the present configuration breaks its schema, field by field.
    config_errors: Vec<FieldError>,
    /// Why it can't come into use as things are; absent where it can.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<String>,
}

impl ReleaseView {
    fn of(row: ReleaseRow, active: &str) -> Self {
        Self {
            version: row.manifest.get("version").and_then(Value::as_str).unwrap_or_default().to_owned(),
            contract: Some(row.contract).filter(|contract| !contract.is_empty()),
            signed_by: row.vouched.signer,
            size: row.size,
            uploaded_at: row.at,
            used_at: row.used_at,
            active: row.digest == active,
            digest: row.digest,
        }
    }
}

impl From<ReleaseDiff> for DiffView {
    fn from(diff: ReleaseDiff) -> Self {
        let active = diff.from.digest.clone();
        Self {
            from: ReleaseView::of(diff.from, &active),
            to: ReleaseView::of(diff.to, &active),
            manifest: diff.manifest,
            missing_grants: diff.missing_grants,
            config_fits: diff.config.is_empty(),
            config_errors: diff.config,
            blocked: diff.blocked,
        }
    }
}

/// The releases of a plugin, the newest first.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/releases", tag = "plugins", operation_id = "plugin_release_list",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 200, description = "The newest 200.", body = Releases)))]
async fn list(State(app): State<App>, Path(name): Path<String>) -> Result<axum::Json<Releases>> {
    let found = app.engine.release_list(&name).await.map_err(plugin_problem)?;
    let active = in_use(&app, &name);
    Ok(axum::Json(Releases { items: found.into_iter().map(|row| ReleaseView::of(row, &active)).collect() }))
}

/// Keeps a component as a release of an installed plugin. It does not come into use by that.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/releases", tag = "plugins", operation_id = "plugin_release_upload",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("takt-signature" = Option<String>, Header, description = "What `takt plugin sign` made, where it is signed."),
    ),
    request_body(content_type = "application/wasm", content = Vec<u8>, description = "The component, up to 64 MiB."),
    responses((status = 201, description = "It is kept.", body = ReleaseView)))]
async fn upload(
    State(app): State<App>,
    Path(name): Path<String>,
    Component { bytes, signature }: Component,
) -> Result<(StatusCode, axum::Json<ReleaseView>)> {
    if bytes.is_empty() {
        return Err(Problem::new(Code::NotAComponent, "the body is empty: send the component's bytes"));
    }
    let release = app
        .engine
        .release_upload(&name, Upload { component: bytes.to_vec(), signature })
        .await
        .map_err(plugin_problem)?;
    Ok((StatusCode::CREATED, axum::Json(ReleaseView::of(release, &in_use(&app, &name)))))
}

/// What changes where a release comes into use in the place of the one that is.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/releases/{digest}/diff", tag = "plugins",
    operation_id = "plugin_release_diff",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("digest" = String, Path, description = "SHA-256 of the component, hex."),
    ),
    responses((status = 200, description = "The differences.", body = DiffView)))]
async fn diff(State(app): State<App>, Path((name, digest)): Path<(String, String)>) -> Result<axum::Json<DiffView>> {
    Ok(axum::Json(app.engine.release_diff(&name, &digest).await.map_err(plugin_problem)?.into()))
}

/// What goes with a release.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
struct ActivateBody {
    /// A configuration in the place of the present one: for a release that the present one does not fit.
    #[schema(value_type = Option<Object>)]
    config: Option<Value>,
}

/// Brings a release into use: a newer one, or one that was in use before.
///
/// Timers, state, and deliveries that wait are the plugin's, and so the new release's; a run of the old one that has not
/// ended is run again under the new one. A release that was in use before takes its configuration of then back where the
/// present one does not fit it.
#[utoipa::path(post, path = "/api/v1/plugins/{name}/releases/{digest}/activate", tag = "plugins",
    operation_id = "plugin_release_activate",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("digest" = String, Path, description = "SHA-256 of the component, hex."),
    ),
    request_body = ActivateBody,
    responses((status = 200, description = "It is in use.", body = PluginDetail)))]
async fn activate(
    State(app): State<App>,
    Path((name, digest)): Path<(String, String)>,
    OptionalJson(body): OptionalJson<ActivateBody>,
) -> Result<axum::Json<PluginDetail>> {
    if body.config.as_ref().is_some_and(|config| !config.is_object()) {
        return Err(Problem::field("/config", "a configuration must be an object"));
    }
    let activated = app.engine.release_activate(&name, &digest, body.config).await;
    let installed = activated.map_err(|error| plugin_problem_in("/config", error))?;
    tracing::info!(plugin = %name, release = %digest, "activated");
    detail(&app, &installed).await
}

fn in_use(app: &App, name: &str) -> String {
    app.engine.catalogue().get(name).map(|installed| installed.row.release.clone()).unwrap_or_default()
}
