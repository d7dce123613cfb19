//! What a plugin says of itself: the contract's `manifest`, as the host keeps it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a plugin is and wants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Manifest {
    /// Kebab-case, unique on a host.
    pub name: String,
    /// Semantic version of the plugin.
    pub version: String,
    /// Short name shown to people.
    pub title: String,
    /// One or two sentences: what it does.
    pub summary: String,
    /// The events that wake it.
    pub subscriptions: Vec<Subscription>,
    /// The clock times that wake it.
    pub schedules: Vec<Schedule>,
    /// The buttons that wake it.
    pub commands: Vec<CommandSpec>,
    /// JSON Schema (2020-12) of the configuration.
    pub config_schema: Value,
    /// What it asks to be granted.
    pub needs: Vec<Need>,
    /// The component's imports, by interface: shown beside the needs.
    #[serde(default)]
    pub imports: Vec<String>,
}

impl Manifest {
    /// Whether it asks to be granted that capability.
    #[must_use]
    pub fn asks_for(&self, capability: &str) -> bool {
        self.needs.iter().any(|need| need.capability == capability)
    }
}

/// One kind of event that wakes the plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Subscription {
    /// `lead.created`, …
    pub event: String,
    /// Only when one of these fields changed; empty: any.
    pub changed: Vec<String>,
    /// Only when this CEL expression holds.
    pub when: Option<String>,
}

/// A clock time that wakes the plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Schedule {
    /// Unique in the manifest.
    pub name: String,
    /// Five fields as crontab(5) reads them.
    pub cron: String,
    /// Shown to admins.
    pub title: String,
}

/// A command that people may give by a button.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CommandSpec {
    /// Unique in the manifest.
    pub name: String,
    /// The button's words.
    pub title: String,
    /// The kinds of record that show the button.
    pub on: Vec<String>,
    /// JSON Schema (2020-12) of the input.
    pub input_schema: Option<Value>,
}

/// A capability that the plugin needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Need {
    /// `leads:read`, …
    pub capability: String,
    /// Shown to the admin who grants it.
    pub reason: String,
}
