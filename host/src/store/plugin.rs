//! Installed plugins and their releases.

use serde_json::Value;

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
    /// Capabilities that the admin gave.
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
    /// When it was last switched on.
    pub enabled_at: Option<Instant>,
    /// When it was installed.
    pub installed_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

/// One uploaded component.
#[derive(Debug, Clone)]
pub struct Release {
    /// SHA-256 of the component, hex.
    pub digest: String,
    /// The component.
    pub component: Vec<u8>,
    /// When it came.
    pub at: Instant,
}

/// A write to the catalogue.
#[derive(Debug, Clone)]
pub struct PluginWrite {
    /// The plugin as it shall be.
    pub plugin: PluginRow,
    /// A component that comes with it.
    pub release: Option<Release>,
    /// Forget its waiting deliveries and timers.
    pub drop_pending: bool,
}
