//! Secrets of plugins: set, and never shown.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::plugin_problem;
use crate::crm::instant::Instant;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};
use crate::store::secret::PluginSecret;
use crate::wasm::capability::Capability;
use crate::wasm::manifest::Need;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(set), routes!(remove)]
}

/// A secret of a plugin: everything but itself.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SecretView {
    /// Its name.
    pub name: String,
    /// What the release in use wants it for; absent where it does not ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it is set.
    pub set: bool,
    /// The hosts that it may be sent to.
    pub hosts: Vec<String>,
    /// When it was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_at: Option<Instant>,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Secrets {
    items: Vec<SecretView>,
}

/// A secret to set.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretBody {
    /// The secret: 8 to 4096 characters of ASCII. It is never shown.
    value: String,
    /// The hosts that it may be sent to, in lower case, with their ports where those are not 443.
    hosts: Vec<String>,
}

/// What is asked for, set or not, and then what is set without being asked for.
pub(super) fn views(needs: &[Need], mut set: Vec<PluginSecret>) -> Vec<SecretView> {
    let mut views = Vec::new();
    for need in needs {
        let Capability::Secret(name) = Capability::of(&need.capability) else { continue };
        let known = set.iter().position(|secret| secret.name == name).map(|at| set.remove(at));
        views.push(view(name.to_owned(), Some(need.reason.clone()), known));
    }
    views.extend(set.into_iter().map(|secret| view(secret.name.clone(), None, Some(secret))));
    views
}

fn view(name: String, reason: Option<String>, known: Option<PluginSecret>) -> SecretView {
    let set_at = known.as_ref().map(|secret| secret.at);
    SecretView {
        name,
        reason,
        set: known.is_some(),
        hosts: known.map(|secret| secret.hosts).unwrap_or_default(),
        set_at,
    }
}

/// The secrets that a plugin asks for, and those that are set. None is shown.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/secrets", tag = "plugins", operation_id = "plugin_secret_list",
    params(("name" = String, Path, description = "The plugin.")),
    responses((status = 200, description = "All of them.", body = Secrets)))]
async fn list(State(app): State<App>, Path(name): Path<String>) -> Result<axum::Json<Secrets>> {
    let set = app.engine.secret_list(&name).await.map_err(plugin_problem)?;
    let items = views(&needs(&app, &name), set);
    Ok(axum::Json(Secrets { items }))
}

/// Sets a secret, in the place of one that is set. The host puts it into headers of the plugin's calls.
#[utoipa::path(put, path = "/api/v1/plugins/{name}/secrets/{secret}", tag = "plugins",
    operation_id = "plugin_secret_put",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("secret" = String, Path, description = "The secret's name, as the manifest asks for it."),
    ),
    request_body = SecretBody,
    responses((status = 200, description = "It is set.", body = SecretView)))]
async fn set(
    State(app): State<App>,
    Path((name, secret)): Path<(String, String)>,
    Json(body): Json<SecretBody>,
) -> Result<axum::Json<SecretView>> {
    let set = app.engine.secret_set(&name, &secret, &body.value, body.hosts).await.map_err(plugin_problem)?;
    tracing::info!(plugin = %name, secret = %set.name, "a secret was set");
    let reason =
        needs(&app, &name).into_iter().find(|need| Capability::of(&need.capability) == Capability::Secret(&secret));
    Ok(axum::Json(view(secret.clone(), reason.map(|need| need.reason), Some(set))))
}

/// Takes a secret away.
#[utoipa::path(delete, path = "/api/v1/plugins/{name}/secrets/{secret}", tag = "plugins",
    operation_id = "plugin_secret_delete",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("secret" = String, Path, description = "The secret's name."),
    ),
    responses((status = 204, description = "Taken away.")))]
async fn remove(State(app): State<App>, Path((name, secret)): Path<(String, String)>) -> Result<StatusCode> {
    if app.engine.secret_remove(&name, &secret).await.map_err(plugin_problem)? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("the plugin has no such secret"))
    }
}

fn needs(app: &App, name: &str) -> Vec<Need> {
    app.engine.catalogue().get(name).map(|installed| installed.manifest.needs.clone()).unwrap_or_default()
}
