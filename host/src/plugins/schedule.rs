//! When a plugin's schedules fire: as its manifest says, or as a setting does that the manifest names.

use serde_json::Value;

use crate::crm::cron::Cron;
use crate::crm::invalid::Invalid;
use crate::wasm::manifest::{Manifest, Schedule};

/// The setting that a schedule's times stand in: `config.NAME`.
pub(super) fn setting(schedule: &Schedule) -> Option<&str> {
    schedule.cron.strip_prefix("config.")
}

/// When a schedule fires in an installation of that (complete) configuration.
///
/// # Errors
/// The setting, or nothing of the configuration, and what is wrong with its times.
pub fn cron(schedule: &Schedule, config: &Value) -> Result<Cron, Invalid> {
    let (at, text) = match setting(schedule) {
        Some(name) => (format!("/{name}"), config.get(name).and_then(Value::as_str).unwrap_or_default()),
        None => (String::new(), schedule.cron.as_str()),
    };
    text.parse::<Cron>().map_err(|error| Invalid::field(at, error.to_string()))
}

/// Checks the settings that say when schedules fire.
///
/// # Errors
/// Those that are wrong.
pub fn check_settings(manifest: &Manifest, config: &Value) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    for schedule in manifest.schedules.iter().filter(|schedule| setting(schedule).is_some()) {
        if let Err(wrong) = cron(schedule, config) {
            invalid.0.extend(wrong.0);
        }
    }
    invalid.or(())
}
