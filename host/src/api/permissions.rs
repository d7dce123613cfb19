//! What a release may do and what it wants to, as data: for a screen on which an admin decides.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use serde::Serialize;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::plugin_problem;
use super::secrets::{SecretView, views};
use crate::crm::kind::Kind;
use crate::engine::Asking;
use crate::http::page::Params;
use crate::http::problem::Result;
use crate::wasm::capability::Capability;
use crate::wasm::manifest::Need;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(show)]
}

/// What a release of a plugin wants, what it was granted, and what is new in it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Permissions {
    /// SHA-256 of the component, hex.
    release: String,
    /// Its version.
    version: String,
    /// Whether it is in use.
    active: bool,
    /// Who signed it, by the name of the trusted key; absent where nobody did who is trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    signed_by: Option<String>,
    /// What it asks for.
    needs: Vec<NeedView>,
    /// What the release in use asks for and this one does not any more.
    dropped: Vec<String>,
    /// The interfaces that its component imports.
    imports: Vec<ImportView>,
    /// The secrets that it asks for, and those that are set.
    secrets: Vec<SecretView>,
}

/// One thing that a release asks for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct NeedView {
    /// As grants name it.
    capability: String,
    /// Why, as its author says.
    reason: String,
    /// What it is about.
    sort: Sort,
    /// The kind of record, of `read` and `write`.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// The host that is called, of `call`; absent where the configuration names none.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// The setting that names the host, where one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
    /// Whether it is granted.
    granted: bool,
    /// Whether the release in use does not ask for it.
    new: bool,
}

/// What a capability is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Sort {
    /// Reading records of a kind.
    Read,
    /// Changing records of a kind.
    Write,
    /// Calling a host outside.
    Call,
    /// Using a secret in such calls.
    Secret,
    /// Anything else.
    Other,
}

/// An interface that a component imports.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ImportView {
    /// With its version.
    name: String,
    /// Whether the release in use does not import it.
    new: bool,
}

/// What a release wants and may do; of the release in use where none is named.
///
/// Before a release comes into use it tells what that would change: `new` and `dropped` are beside the release in use.
#[utoipa::path(get, path = "/api/v1/plugins/{name}/permissions", tag = "plugins", operation_id = "plugin_permissions",
    params(
        ("name" = String, Path, description = "The plugin."),
        ("release" = Option<String>, Query, description = "SHA-256 of a release's component, hex."),
    ),
    responses((status = 200, description = "What it wants.", body = Permissions)))]
async fn show(State(app): State<App>, Path(name): Path<String>, mut params: Params) -> Result<axum::Json<Permissions>> {
    let release = params.take("release")?;
    params.finish(&["release"])?;
    let asking = app.engine.release_asking(&name, release.as_deref()).await.map_err(plugin_problem)?;
    let secrets = app.engine.secret_list(&name).await.map_err(plugin_problem)?;
    Ok(axum::Json(permissions(asking, |needs| views(needs, secrets))))
}

fn permissions(asking: Asking, secrets: impl FnOnce(&[Need]) -> Vec<SecretView>) -> Permissions {
    let Asking { release, manifest, in_use, config, grants, active } = asking;
    let named = |needs: &[Need]| needs.iter().map(|need| need.capability.clone()).collect::<BTreeSet<_>>();
    let (now, before) = (named(&manifest.needs), named(&in_use.needs));
    let needs = manifest.needs.iter().map(|need| {
        let capability = Capability::of(&need.capability);
        let (sort, kind) = sort(capability);
        NeedView {
            capability: need.capability.clone(),
            reason: need.reason.clone(),
            sort,
            kind,
            host: capability.host(&config),
            setting: match capability {
                Capability::HostOf(setting) => Some(setting.to_owned()),
                _ => None,
            },
            granted: grants.contains(&need.capability),
            new: !before.contains(&need.capability),
        }
    });
    let import = |name: &String| ImportView { name: name.clone(), new: !in_use.imports.contains(name) };
    Permissions {
        needs: needs.collect(),
        dropped: before.difference(&now).cloned().collect(),
        imports: manifest.imports.iter().map(import).collect(),
        secrets: secrets(&manifest.needs),
        active,
        version: manifest.version.clone(),
        signed_by: release.vouched.signer,
        release: release.digest,
    }
}

fn sort(capability: Capability<'_>) -> (Sort, Option<String>) {
    match capability {
        Capability::Host(_) | Capability::HostOf(_) => (Sort::Call, None),
        Capability::Secret(_) => (Sort::Secret, None),
        Capability::Other(text) => match text.split_once(':') {
            Some((plural, verb)) => match (Kind::of_plural(plural), verb) {
                (Some(kind), "read") => (Sort::Read, Some(kind.name().to_owned())),
                (Some(kind), "write") => (Sort::Write, Some(kind.name().to_owned())),
                _ => (Sort::Other, None),
            },
            None => (Sort::Other, None),
        },
    }
}
