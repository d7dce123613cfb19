//! Errors of the inner parts as problems: converted here, last.

use crate::crm::invalid::Invalid;
use crate::engine::{EditError, PluginError, PressError};
use crate::http::code::Code;
use crate::http::etag;
use crate::http::problem::Problem;
use crate::store::commit::Conflict;
use crate::unit::UnitError;

/// What the caller sees of a unit of work that did not do what it was asked.
#[must_use]
pub fn unit_problem(error: UnitError) -> Problem {
    match error {
        UnitError::NotFound(_) => Problem::not_found(error.to_string()),
        UnitError::Invalid(invalid) => invalid.into(),
        UnitError::Stale { found, .. } => etag::stale(found),
        UnitError::Store(error) => error.into(),
    }
}

/// What is wrong, with its place in a body of several changes.
pub(super) fn placed(error: UnitError, at: &str) -> UnitError {
    match error {
        UnitError::Invalid(mut invalid) => {
            for wrong in &mut invalid.0 {
                wrong.field = format!("{at}{}", wrong.field);
            }
            UnitError::Invalid(invalid)
        }
        UnitError::NotFound(record) => {
            Invalid::field(at.to_owned(), format!("there is no {} {}", record.kind, record.id)).into()
        }
        other => other,
    }
}

/// What the caller sees of an edit that was not committed.
#[must_use]
pub fn edit_problem(error: EditError) -> Problem {
    match error {
        EditError::Unit(error) => unit_problem(error),
        EditError::Conflict(conflict) => conflict_problem(&conflict),
        EditError::Store(error) => error.into(),
    }
}

/// What the caller sees of a press that came to nothing.
#[must_use]
pub fn press_problem(error: PressError) -> Problem {
    match error {
        PressError::NoPlugin(name) => Problem::not_found(format!("there is no plugin `{name}`")),
        PressError::Disabled(name) => {
            Problem::new(Code::PluginDisabled, format!("the plugin `{name}` is disabled: an admin can enable it"))
        }
        PressError::NoCommand { plugin, command } => {
            Problem::not_found(format!("the plugin `{plugin}` has no command `{command}`"))
        }
        PressError::Input(invalid) => below("/input", invalid).into(),
        PressError::Refused { message, run } => Problem::new(Code::Refused, message).with("run", run.to_string()),
        PressError::Failed { run, outcome, message } => {
            tracing::warn!(%run, ?outcome, %message, "a command's run failed");
            Problem::new(
                Code::RunFailed,
                format!("the plugin could not do it, and nothing was changed; run {run} says why"),
            )
            .with("run", run.to_string())
            .with("outcome", serde_json::to_value(outcome).unwrap_or_default())
        }
        PressError::InProgress => conflict_problem(&Conflict::Idempotency),
        PressError::Store(error) => error.into(),
    }
}

/// What the caller sees of a plugin that was not installed or changed.
#[must_use]
pub fn plugin_problem(error: PluginError) -> Problem {
    match error {
        PluginError::NoPlugin(_) | PluginError::NoRelease(_) | PluginError::NoShadow(_) | PluginError::NoEvent(_) => {
            Problem::not_found(error.to_string())
        }
        PluginError::InUse(_) => Problem::field("/release", error.to_string()),
        PluginError::Untrusted(_) => Problem::new(Code::UntrustedComponent, error.to_string()),
        PluginError::Older { .. } => Problem::new(Code::ContractDowngrade, error.to_string()),
        PluginError::Component(bad) => Problem::new(Code::BadComponent, bad.to_string()),
        PluginError::Manifest(invalid) => Problem::from(below("/manifest", invalid)),
        PluginError::Invalid(invalid) => invalid.into(),
        PluginError::NotGranted(missing) => {
            let detail = format!("the plugin needs what it was not granted: {}", missing.join(", "));
            Problem::new(Code::NotGranted, detail).with("missing", missing)
        }
        PluginError::Store(error) => error.into(),
    }
}

/// The same, where what is invalid is a part of the body.
#[must_use]
pub fn plugin_problem_in(part: &str, error: PluginError) -> Problem {
    match error {
        PluginError::Invalid(invalid) => below(part, invalid).into(),
        other => plugin_problem(other),
    }
}

/// The same errors, in a part of the body.
#[must_use]
pub fn below(prefix: &str, mut invalid: Invalid) -> Invalid {
    for error in &mut invalid.0 {
        error.field.insert_str(0, prefix);
    }
    invalid
}

fn conflict_problem(conflict: &Conflict) -> Problem {
    match conflict {
        Conflict::Key { key, holder, .. } => Problem::new(Code::Duplicate, conflict.to_string())
            .with("key", key.as_str())
            .with("holder", holder.to_string()),
        Conflict::Idempotency => Problem::new(Code::IdempotencyInFlight, conflict.to_string()),
        _ => Problem::new(Code::Conflict, format!("{conflict}, again and again: try once more")),
    }
}
