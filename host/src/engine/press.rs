//! A person's button: the run answers at once, and is not queued.

use serde_json::{Value, json};
use tracing::Instrument as _;

use super::Engine;
use super::catalogue::{Catalogue, Installed};
use super::reach::once_pressed;
use super::run::{Wake, conflicting, count};
use crate::crm::event::{Cause, Command, Trigger};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::record::Actor;
use crate::plugins::config;
use crate::store::StoreError;
use crate::store::commit::{Commit, CommitError, Conflict, Idempotency};
use crate::store::run::Outcome;
use crate::wasm::call::{Ending, Reply};

/// What came of a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    /// What the person sees.
    pub reply: Option<Reply>,
    /// The run.
    pub run: Id,
}

/// Why a button did nothing.
#[derive(Debug, thiserror::Error)]
pub enum PressError {
    /// There is no such plugin.
    #[error("there is no plugin `{0}`")]
    NoPlugin(String),
    /// The plugin is switched off.
    #[error("the plugin `{0}` is disabled")]
    Disabled(String),
    /// The plugin has no such command.
    #[error("the plugin `{plugin}` has no command `{command}`")]
    NoCommand {
        /// The plugin.
        plugin: String,
        /// What it has not.
        command: String,
    },
    /// The input breaks the command's schema.
    #[error("{0}")]
    Input(Invalid),
    /// The plugin refused, and why.
    #[error("{message}")]
    Refused {
        /// For the person.
        message: String,
        /// The run.
        run: Id,
    },
    /// The plugin failed.
    #[error("the rule failed: {message}")]
    Failed {
        /// The run.
        run: Id,
        /// How.
        outcome: Outcome,
        /// Why.
        message: String,
    },
    /// The idempotency key was used by a request that came at the same time.
    #[error("a request with this idempotency key is being answered")]
    InProgress,
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Runs a command of a plugin for a person, and commits it.
    ///
    /// # Errors
    /// Nothing is written then but the run's record.
    pub async fn press(
        &self,
        plugin: &str,
        command: Command,
        idempotency: Option<Idempotency>,
    ) -> Result<Pressed, PressError> {
        let span = tracing::info_span!(
            "press",
            run = tracing::field::Empty,
            plugin,
            command = command.name,
            by = %command.by,
            record = command.on.map(|on| tracing::field::display(on.id)),
        );
        self.press_in(plugin, command, idempotency).instrument(span).await
    }

    async fn press_in(
        &self,
        plugin: &str,
        command: Command,
        idempotency: Option<Idempotency>,
    ) -> Result<Pressed, PressError> {
        let mut reruns = 0;
        let outside = self.reach(&once_pressed(plugin, idempotency.as_ref()));
        loop {
            let catalogue = self.catalogue();
            let installed = able(&catalogue, plugin, &command)?;
            let trigger = Trigger::Command(command.clone());
            let wake = Wake { trigger, cause: Cause::default(), attempt: 1, reruns, outside: outside.clone() };
            let ended = self.run_once(&installed, wake).await;
            let (run, outcome) = (ended.run.id, ended.run.outcome);
            let message = ended.run.error.clone().unwrap_or_default();
            let mut commit = Commit::new(ended.run.at, Actor::Plugin(plugin.to_owned()));
            let told = (reruns >= self.0.settings.max_reruns).then(|| ended.run.clone());
            commit.run = Some(ended.run);
            commit.trial = ended.trial;
            let answer = match ended.ending {
                Ending::Ok(reply) => {
                    commit.idempotency = idempotency
                        .clone()
                        .map(|idempotency| Idempotency { outcome: json!({"reply": reply, "run": run}), ..idempotency });
                    Ok(Pressed { reply, run })
                }
                Ending::Refused(message) => Err(PressError::Refused { message, run }),
                _ => Err(PressError::Failed { run, outcome, message }),
            };
            self.take_proposal(&mut commit, ended.proposal, &catalogue);
            match self.commit(commit).await {
                Ok(_) => {
                    count(plugin, outcome);
                    if outcome.is_fault()
                        && let Err(PressError::Failed { message, .. }) = &answer
                    {
                        self.pause_if_failing(plugin, message).await;
                    }
                    return answer;
                }
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(CommitError::Conflict(Conflict::Idempotency)) => return Err(PressError::InProgress),
                Err(CommitError::Conflict(conflict)) if reruns >= self.0.settings.max_reruns => {
                    let message = conflict.to_string();
                    let mut commit = Commit::new(self.now(), Actor::Plugin(plugin.to_owned()));
                    commit.run = told.map(|run| conflicting(run, &conflict));
                    if let Err(error) = self.commit(commit).await {
                        tracing::error!(plugin, %error, "failed to record a press that met conflicts");
                    }
                    count(plugin, Outcome::Conflict);
                    return Err(PressError::Failed { run, outcome: Outcome::Conflict, message });
                }
                Err(CommitError::Conflict(_)) => reruns += 1,
            }
        }
    }
}

/// The plugin, where it can be given that command.
fn able(catalogue: &Catalogue, plugin: &str, command: &Command) -> Result<std::sync::Arc<Installed>, PressError> {
    let installed = catalogue.get(plugin).ok_or_else(|| PressError::NoPlugin(plugin.to_owned()))?;
    if !installed.row.enabled {
        return Err(PressError::Disabled(plugin.to_owned()));
    }
    let spec = installed
        .manifest
        .commands
        .iter()
        .find(|spec| spec.name == command.name)
        .ok_or_else(|| PressError::NoCommand { plugin: plugin.to_owned(), command: command.name.clone() })?;
    if let Some(schema) = &spec.input_schema {
        config::validate(schema, &command.input).map_err(PressError::Input)?;
    }
    Ok(installed.clone())
}

/// What an earlier press under the same idempotency key came to.
#[must_use]
pub fn pressed_before(outcome: &Value) -> Option<Pressed> {
    let reply = serde_json::from_value(outcome.get("reply")?.clone()).ok()?;
    let run = outcome.get("run")?.as_str()?.parse().ok()?;
    Some(Pressed { reply, run })
}
