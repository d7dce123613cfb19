//! Installed plugins and their releases.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::shadow::Shadow;
use crate::crm::instant::Instant;
use crate::crm::missed::Missed;

/// An installed plugin.
#[derive(Debug, Clone, PartialEq)]
pub struct PluginRow {
    /// Unique.
    pub name: String,
    /// SHA-256 of the component in use, hex.
    pub release: String,
    /// What the component says of itself, as JSON.
    pub manifest: Value,
    /// What the admin set; without the defaults.
    pub config: Value,
    /// Capabilities that the admin gave. Those hold that the release in use asks for.
    pub grants: Vec<String>,
    /// A CEL condition of the admin's, on top of the subscriptions' own.
    pub condition: Option<String>,
    /// Whether it is woken.
    pub enabled: bool,
    /// One more with every switch: what was queued or running under another one does not land.
    pub generation: u64,
    /// Budgets that differ from the host's, as JSON.
    pub budgets: Value,
    /// What becomes of times of its schedules that no process saw.
    pub missed: Missed,
    /// Why the host switched it off by itself, where it did.
    pub paused: Option<Paused>,
    /// The release that runs beside it, where one does.
    pub shadow: Option<Shadow>,
    /// When it was last switched on.
    pub enabled_at: Option<Instant>,
    /// When the release in use came into use.
    pub released_at: Option<Instant>,
    /// When it was installed.
    pub installed_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// Why the host switched a plugin off by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Paused {
    /// When.
    pub at: Instant,
    /// Its last so many runs were looked at.
    pub runs: u64,
    /// So many of them had failed.
    pub failed: u64,
    /// Why the last of them did.
    pub error: String,
}

/// A release of a plugin, its component aside.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseRow {
    /// Whose.
    pub plugin: String,
    /// SHA-256 of the component, hex.
    pub digest: String,
    /// What the component says of itself, as JSON.
    pub manifest: Value,
    /// The contract's version that the component is built for; empty where that was not noted.
    pub contract: String,
    /// Bytes of the component.
    pub size: u64,
    /// When it came.
    pub at: Instant,
    /// When it last came into use; none where it never did.
    pub used_at: Option<Instant>,
    /// What the admin had set when it was last in use.
    pub config: Option<Value>,
    /// Who vouched for it as it came.
    pub vouched: Vouched,
}

/// Who vouches for a component.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Vouched {
    /// Its signature; none where it came without.
    pub signature: Option<String>,
    /// The name of the trusted key that made it; none where it was a stranger's.
    pub signer: Option<String>,
}

/// A component that comes as a release of a plugin.
#[derive(Debug, Clone)]
pub struct NewRelease {
    /// Whose.
    pub plugin: String,
    /// SHA-256 of the component, hex.
    pub digest: String,
    /// What the component says of itself, as JSON.
    pub manifest: Value,
    /// The contract's version that the component is built for.
    pub contract: String,
    /// When it came.
    pub at: Instant,
    /// The component.
    pub component: Vec<u8>,
    /// Who vouches for it.
    pub vouched: Vouched,
}

impl ReleaseRow {
    /// A release that was never in use.
    #[must_use]
    pub fn of(new: &NewRelease) -> Self {
        Self {
            plugin: new.plugin.clone(),
            digest: new.digest.clone(),
            manifest: new.manifest.clone(),
            contract: new.contract.clone(),
            size: new.component.len() as u64,
            at: new.at,
            used_at: None,
            config: None,
            vouched: new.vouched.clone(),
        }
    }
}

/// A write to the catalogue.
#[derive(Debug, Clone)]
pub struct PluginWrite {
    /// The plugin as it shall be.
    pub plugin: PluginRow,
    /// A release that comes with it.
    pub release: Option<NewRelease>,
    /// Forget its waiting deliveries and timers.
    pub drop_pending: bool,
}
