//! Keys whose signatures of components are trusted.

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
use crate::store::key::TrustedKey;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(add), routes!(remove)]
}

/// A key that is trusted.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct KeyView {
    /// Whose it is, for people.
    name: String,
    /// The public key: Ed25519, in Base64.
    key: String,
    /// Since when it is trusted.
    added_at: Instant,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Keys {
    items: Vec<KeyView>,
}

/// A key to trust.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct KeyDraft {
    /// Whose it is: 1 to 100 characters, no other key's.
    name: String,
    /// The public key as `takt plugin keygen` shows it.
    key: String,
}

impl From<TrustedKey> for KeyView {
    fn from(TrustedKey { name, key, at }: TrustedKey) -> Self {
        Self { name, key, added_at: at }
    }
}

/// The keys whose signatures of components are trusted.
#[utoipa::path(get, path = "/api/v1/signing_keys", tag = "plugins", operation_id = "signing_key_list",
    responses((status = 200, description = "All of them.", body = Keys)))]
async fn list(State(app): State<App>) -> Result<axum::Json<Keys>> {
    let items = app.engine.key_list().await.map_err(plugin_problem)?.into_iter().map(KeyView::from).collect();
    Ok(axum::Json(Keys { items }))
}

/// Trusts a key: what it signs is taken, also where signatures are required.
#[utoipa::path(post, path = "/api/v1/signing_keys", tag = "plugins", operation_id = "signing_key_add",
    request_body = KeyDraft, responses((status = 201, description = "It is trusted.", body = KeyView)))]
async fn add(State(app): State<App>, Json(draft): Json<KeyDraft>) -> Result<(StatusCode, axum::Json<KeyView>)> {
    let key = app.engine.key_add(&draft.name, &draft.key).await.map_err(plugin_problem)?;
    tracing::info!(name = %key.name, key = %key.key, "a signing key is trusted");
    Ok((StatusCode::CREATED, axum::Json(key.into())))
}

/// Trusts a key no more. What it signed and is in use stays in use.
#[utoipa::path(delete, path = "/api/v1/signing_keys/{name}", tag = "plugins", operation_id = "signing_key_delete",
    params(("name" = String, Path, description = "The key's name.")),
    responses((status = 204, description = "It is trusted no more.")))]
async fn remove(State(app): State<App>, Path(name): Path<String>) -> Result<StatusCode> {
    if app.engine.key_remove(&name).await.map_err(plugin_problem)? {
        tracing::info!(%name, "a signing key is trusted no more");
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found("there is no trusted key of that name"))
    }
}
