//! A release that runs beside the one in use, and what came of it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::run::Outcome;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;

/// A release that runs beside the one in use. Nothing that it does is committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shadow {
    /// SHA-256 of its component, hex.
    pub release: String,
    /// Its configuration, where it has another than the release in use.
    pub config: Option<Value>,
    /// Since when it runs.
    pub since: Instant,
}

/// How a release did beside what was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It did the same.
    Same,
    /// It did something else.
    Different,
    /// It failed.
    Failed,
    /// It is not woken by what woke the plugin then.
    NotWoken,
    /// It is woken by what did not wake the plugin then.
    New,
}

/// What a shadow made of one wake-up.
#[derive(Debug, Clone, PartialEq)]
pub struct ShadowTrial {
    /// Its id; the run's of the release in use, where there was one.
    pub id: Id,
    /// Whose.
    pub plugin: String,
    /// How it went.
    pub verdict: Verdict,
    /// The event, where it was one.
    pub event: Option<u64>,
    /// `event`, `timer`, `tick` or `command`.
    pub trigger: String,
    /// The event's, timer's, schedule's or command's name.
    pub name: String,
    /// The record it is about.
    pub about: Option<Reference>,
    /// When.
    pub at: Instant,
    /// What came of the run of the release in use; absent where that was not woken.
    pub recorded: Option<Outcome>,
    /// What came of the shadow's; absent where it was not woken.
    pub outcome: Option<Outcome>,
    /// Why, where it was not `ok`.
    pub error: Option<String>,
    /// Done by the release in use and not by the shadow: a list of effects, or null.
    pub missing: Value,
    /// Done by the shadow and not by the release in use: a list of effects, or null.
    pub added: Value,
    /// What the two cost.
    pub cost: Costs,
}

/// What a release and its shadow cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Costs {
    /// Fuel of the release in use.
    pub recorded_fuel: u64,
    /// Fuel of the shadow.
    pub fuel: u64,
    /// Microseconds of the release in use.
    pub recorded_micros: u64,
    /// Microseconds of the shadow.
    pub micros: u64,
}

/// How many trials went so, and what they cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShadowTally {
    /// So.
    pub verdict: Verdict,
    /// So many.
    pub trials: u64,
    /// What they cost together.
    pub cost: Costs,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Same, Self::Different, Self::Failed, Self::NotWoken, Self::New];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Failed => "failed",
            Self::NotWoken => "not_woken",
            Self::New => "new",
        }
    }
}

/// The text names no verdict.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not a verdict")]
pub struct NotAVerdict(String);

impl std::str::FromStr for Verdict {
    type Err = NotAVerdict;

    fn from_str(text: &str) -> Result<Self, NotAVerdict> {
        Self::ALL
            .into_iter()
            .find(|verdict| verdict.name() == text)
            .ok_or_else(|| NotAVerdict(text.chars().take(32).collect()))
    }
}
