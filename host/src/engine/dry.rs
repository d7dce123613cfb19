//! Dry runs: what a plugin would do, with nothing committed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Engine;
use super::catalogue::{Code, Installed};
use super::plugins::PluginError;
use super::reach::DRY;
use super::run::{Ended, Supposing, Wake};
use crate::crm::change::{Change, Verb};
use crate::crm::event::{self, Cause, Command, Event, Tick, Timer, Trigger};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::record::{Actor, Data, Record};
use crate::plugins::{check, config};
use crate::store::run::RunRow;
use crate::unit::Proposal;
use crate::wasm::call::{Ending, Installation, Reply};
use crate::wasm::outside::Outside;

/// What a dry run is woken by.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Supposed {
    /// An event that happened, by its number.
    Event(u64),
    /// An event that did not.
    MadeUp(MadeUp),
    /// A timer that comes due.
    #[schema(value_type = Object)]
    Timer(Timer),
    /// A schedule that comes due.
    #[schema(value_type = Object)]
    Tick(Tick),
    /// A button that a person presses.
    #[schema(value_type = Object)]
    Command(Command),
}

/// An event that did not happen.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MadeUp {
    /// `lead.created`, `deal.updated`, …
    pub name: String,
    /// The record before it, as the API shows records; `id` and the like may be left out.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Data>,
    /// The record after it. The run finds it by its id as if it were there.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Data>,
    /// Who did it; the host itself where it is left out.
    pub by: Option<Actor>,
}

/// What came of a dry run. Nothing of it was written.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// The run's record as it would stand in the history.
    pub run: RunRow,
    /// The answer to the person who pressed.
    pub reply: Option<Reply>,
    /// What would be committed.
    pub proposal: Proposal,
    /// Whether the plugin's subscriptions and conditions let the event through; absent for what is no event.
    pub wakes: Option<bool>,
}

/// The plugin as if it were configured so.
pub(super) fn configured(installed: &Installed, config: &Value) -> Result<Arc<Installed>, Invalid> {
    super::plugins::check_config(&installed.manifest, config)?;
    let config = config::complete(&installed.manifest.config_schema, config);
    let installation = Installation { config: config.to_string().into(), ..(*installed.installation).clone() };
    Ok(Arc::new(Installed { config, installation: Arc::new(installation), ..installed.clone() }))
}

impl Engine {
    /// Runs a plugin on what is there now, and commits nothing. `component` runs in the place of the installed release,
    /// with all capabilities that it asks for; it need not be installed. `config` holds in the place of the installed
    /// configuration: what texts would say, and limits do, is seen before they are set.
    ///
    /// # Errors
    /// `NoPlugin`, `NoEvent`; `Invalid` for a made-up event that cannot be, and what is wrong with the component.
    pub async fn dry_run(
        &self,
        name: &str,
        supposed: Supposed,
        component: Option<Vec<u8>>,
        config: Option<Value>,
    ) -> Result<DryRun, PluginError> {
        let known = self.catalogue().get(name).cloned();
        let installed = match (component, known) {
            (Some(bytes), known) => self.uninstalled(name, bytes, known.as_deref()).await?,
            (None, Some(known)) => known,
            (None, None) => return Err(PluginError::NoPlugin(name.to_owned())),
        };
        let installed = match config {
            Some(config) => configured(&installed, &config).map_err(PluginError::Invalid)?,
            None => installed,
        };
        let (trigger, record) = self.suppose(supposed).await?;
        let wakes = match &trigger {
            Trigger::Event(event) => Some(installed.is_woken_by(&event.change, &self.custom())),
            _ => None,
        };
        let wake = Wake { trigger, cause: Cause::default(), attempt: 1, reruns: 0, outside: Outside::Closed(DRY) };
        let Ended { run, ending, proposal, .. } =
            self.run_supposing(&installed, wake, Supposing { record, ..Supposing::default() }).await;
        let reply = match ending {
            Ending::Ok(reply) => reply,
            _ => None,
        };
        Ok(DryRun { run, reply, proposal, wakes })
    }

    /// A component as if it were installed in the place of what is.
    pub(super) async fn uninstalled(
        &self,
        name: &str,
        bytes: Vec<u8>,
        known: Option<&Installed>,
    ) -> Result<Arc<Installed>, PluginError> {
        let component = self.0.runtime.compile(bytes.into()).await?;
        let manifest = self.0.runtime.describe(&component).await?;
        check::manifest(&manifest).map_err(PluginError::Manifest)?;
        if manifest.name != name {
            let other = format!("the component is the plugin `{}`", manifest.name);
            return Err(PluginError::Manifest(Invalid::field("/name", other)));
        }
        let mut row = known.map_or_else(|| super::plugins::new_row(name, self.now()), |known| known.row.clone());
        row.grants = manifest.needs.iter().map(|need| need.capability.clone()).collect();
        row.release = component.digest().to_owned();
        let config = config::complete(&manifest.config_schema, &row.config);
        config::validate(&manifest.config_schema, &config).map_err(PluginError::Invalid)?;
        let conditions = super::load::conditions(&manifest)
            .map_err(|error| PluginError::Manifest(Invalid::field("/subscriptions", error)))?;
        let manifest = Arc::new(manifest);
        let budgets = known.map(|known| known.installation.budgets).unwrap_or_default();
        let installation = Installation {
            manifest: manifest.clone(),
            config: config.to_string().into(),
            grants: row.grants.iter().cloned().collect(),
            budgets,
        };
        Ok(Arc::new(Installed {
            condition: known.and_then(|known| known.condition.clone()),
            code: Code::Component(component),
            installation: Arc::new(installation),
            schedules: Vec::new(),
            conditions,
            config,
            manifest,
            shadow: None,
            row,
        }))
    }

    /// The trigger, and the record that is to be found as if it were there.
    async fn suppose(&self, supposed: Supposed) -> Result<(Trigger, Option<Arc<Record>>), PluginError> {
        Ok(match supposed {
            Supposed::Event(id) => {
                let found = match id.checked_sub(1) {
                    Some(before) => self.0.store.event_after(before, &[], 1).await?.pop(),
                    None => None,
                };
                let found = found.filter(|event| event.id == id).ok_or(PluginError::NoEvent(id))?;
                (Trigger::Event(found), None)
            }
            Supposed::MadeUp(made_up) => {
                let event = self.make_up(made_up).map_err(PluginError::Invalid)?;
                let record = event.change.after.clone();
                (Trigger::Event(Arc::new(event)), record)
            }
            Supposed::Timer(timer) => (Trigger::Timer(timer), None),
            Supposed::Tick(tick) => (Trigger::Tick(tick), None),
            Supposed::Command(command) => (Trigger::Command(command), None),
        })
    }

    fn make_up(&self, MadeUp { name, before, after, by }: MadeUp) -> Result<Event, Invalid> {
        let (kind, verb) = name.split_once('.').unwrap_or_default();
        let kind: Kind = kind.parse().map_err(|_| Invalid::field("/name", "names no event: `lead.created`, say"))?;
        let before = before.map(|data| self.supposed_record(kind, data, None, "/before")).transpose()?;
        let after = after.map(|data| self.supposed_record(kind, data, before.as_ref(), "/after")).transpose()?;
        let change = Change { before: before.map(Arc::new), after: after.map(Arc::new) };
        let about =
            change.reference().ok_or_else(|| Invalid::field("/after", "an event has a record before or after it"))?;
        if verb != change.verb().name() {
            let what = match change.verb() {
                Verb::Created => "only `after` makes a record be created",
                Verb::Updated => "`before` and `after` make a record be updated",
                Verb::Deleted => "only `before` makes a record be deleted",
            };
            return Err(Invalid::field("/name", what));
        }
        Ok(Event {
            id: 0,
            name: event::name(&change),
            at: self.now(),
            by: by.unwrap_or_else(|| Actor::System("dry-run".to_owned())),
            run: None,
            about,
            changed: change.diff().keys().cloned().collect(),
            change,
            root: 0,
            depth: 0,
        })
    }

    /// A record of these fields, by the rules of its kind alone: what it points at is not looked for.
    fn supposed_record(
        &self,
        kind: Kind,
        mut data: Data,
        before: Option<&Record>,
        at: &str,
    ) -> Result<Record, Invalid> {
        let now = self.now();
        let id = data.shift_remove("id").and_then(|id| serde_json::from_value::<Id>(id).ok());
        let number = data.shift_remove("number").and_then(|number| number.as_u64());
        let version = data.shift_remove("version").and_then(|version| version.as_u64());
        for kept in ["kind", "created_at", "updated_at"] {
            data.shift_remove(kept);
        }
        let setting = self.setting(now);
        // A record before an event is what it is: it is admitted as one that stays so.
        let like = if at == "/before" { Some(&data) } else { before.map(|before| before.data.as_ref()) };
        let admitted = (kind.spec().admit)(like, data.clone(), &setting).map_err(|Invalid(errors)| {
            let below = |mut error: crate::crm::invalid::FieldError| {
                error.field = format!("{at}{}", error.field);
                error
            };
            Invalid(errors.into_iter().map(below).collect())
        })?;
        let last = before.map_or(0, |before| before.version);
        Ok(Record {
            kind,
            id: before.map(|before| before.id).or(id).unwrap_or_default(),
            number: number.or_else(|| before.and_then(|before| before.number)),
            version: version.unwrap_or(last + 1),
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
            data: Arc::new(admitted.data),
        })
    }
}

impl DryRun {
    /// The notifications that it would send, as the API shows them.
    #[must_use]
    pub fn notifications(&self) -> Vec<Value> {
        let changed = self.proposal.changes.iter().filter_map(|keyed| keyed.change.after.as_ref());
        changed.filter(|record| record.kind == Kind::Notification).map(|record| record.face()).collect()
    }
}
