//! Shadows: a release that runs beside the one in use, and of which nothing is committed.
//!
//! Both run on the same wake-up, over the same records, at the same moment and with the same random numbers. What they
//! would do is compared, and the comparison is written by the commit of the release in use: so there is one trial for each
//! run that landed. What wakes the shadow alone is run after the commit that made the event, and kept by nobody: a host
//! that ends then loses the trial.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinHandle;
use tracing::Instrument as _;

use super::Engine;
use super::backtest::{proposed, verdict_of};
use super::catalogue::{Code, Installed};
use super::dry::configured;
use super::plugins::{PluginError, Result};
use super::reach::SHADOW;
use super::run::{Ended, Supposing, Wake};
use crate::crm::event::{Cause, Event, Trigger};
use crate::crm::id::Id;
use crate::crm::record::Actor;
use crate::plugins::effects::Difference;
use crate::store::StoreError;
use crate::store::commit::{Commit, CommitError, Committed, NewDelivery};
use crate::store::plugin::PluginRow;
use crate::store::run::{Outcome, RunRow};
use crate::store::shadow::{Costs, Shadow, ShadowTally, ShadowTrial, Verdict};
use crate::wasm::outside::Outside;

/// So much longer than the release in use a shadow may take: what people wait for does not wait for it.
const PATIENCE: Duration = Duration::from_millis(250);
/// So many runs of shadows that are woken alone are under way at once; what comes then is counted and left out.
pub(super) const AT_ONCE: usize = 4;
/// Of the trials that did not do the same, so many are told.
const TOLD: u32 = 100;

/// What came of a shadow so far.
#[derive(Debug, Clone)]
pub struct ShadowReport {
    /// The shadow.
    pub shadow: Shadow,
    /// How many trials went how.
    pub tallies: Vec<ShadowTally>,
    /// Those that did not do the same, the newest first.
    pub trials: Vec<ShadowTrial>,
}

/// What became of the shadow's run.
enum Beside {
    NotWoken,
    Late,
    Ended(Box<Ended>),
}

impl Engine {
    /// Lets a release run beside the one in use. What an earlier shadow of the plugin did is forgotten.
    ///
    /// # Errors
    /// `NoPlugin`, `NoRelease`, `Component`; `InUse` unless a configuration is given; `Invalid` where that does not fit the
    /// release.
    pub async fn shadow_start(&self, name: &str, digest: &str, config: Option<Value>) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let installed = self.installed(name)?;
        if digest == installed.row.release && config.is_none() {
            return Err(PluginError::InUse(digest.to_owned()));
        }
        self.release(name, digest).await?;
        let shadow = Shadow { release: digest.to_owned(), config, since: self.now() };
        self.shadow_of(&installed, &shadow).await?;
        self.write(PluginRow { shadow: Some(shadow), ..installed.row.clone() }, None, false).await
    }

    /// Ends a plugin's shadow.
    ///
    /// # Errors
    /// `NoPlugin`.
    pub async fn shadow_stop(&self, name: &str) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let installed = self.installed(name)?;
        if installed.row.shadow.is_none() {
            return Ok(installed);
        }
        self.write(PluginRow { shadow: None, ..installed.row.clone() }, None, false).await
    }

    /// What came of a plugin's shadow so far.
    ///
    /// # Errors
    /// `NoPlugin`, `NoShadow`.
    pub async fn shadow_report(&self, name: &str) -> Result<ShadowReport> {
        let installed = self.installed(name)?;
        let shadow = installed.row.shadow.clone().ok_or_else(|| PluginError::NoShadow(name.to_owned()))?;
        let tallies = self.0.store.shadow_tally(name).await?;
        let trials = self.0.store.shadow_trials(name, TOLD).await?;
        Ok(ShadowReport { shadow, tallies, trials })
    }

    /// The shadow as it runs: with all capabilities that its release asks for.
    async fn shadow_of(&self, installed: &Installed, shadow: &Shadow) -> Result<Arc<Installed>> {
        let component = self.0.store.release_read(&shadow.release).await?;
        let component = component.ok_or_else(|| PluginError::NoRelease(shadow.release.clone()))?;
        let beside = self.uninstalled(&installed.row.name, component, Some(installed)).await?;
        let config = shadow.config.as_ref().unwrap_or(&installed.row.config);
        configured(&beside, config).map_err(PluginError::Invalid)
    }

    /// The shadow of a plugin that is loaded. One that cannot be run says why in its trials.
    pub(super) async fn load_shadow(
        &self,
        installed: &Installed,
    ) -> std::result::Result<Option<Arc<Installed>>, StoreError> {
        let Some(shadow) = &installed.row.shadow else { return Ok(None) };
        match self.shadow_of(installed, shadow).await {
            Ok(beside) => Ok(Some(beside)),
            Err(PluginError::Store(error)) => Err(error),
            Err(error) => {
                tracing::warn!(plugin = %installed.row.name, %error, "failed to load a shadow");
                let code = Code::Broken(error.to_string());
                Ok(Some(Arc::new(Installed { code, shadow: None, ..installed.clone() })))
            }
        }
    }

    /// Runs the plugin with its shadow beside it, and commits nothing.
    pub(super) async fn run_beside(&self, installed: &Arc<Installed>, shadow: &Arc<Installed>, wake: Wake) -> Ended {
        let (run, now) = (Id::new(), self.now());
        let same = || Supposing { run: Some(run), now: Some(now), ..Supposing::default() };
        let woken = self.is_woken_by(shadow, &wake.trigger);
        let closed = Wake { outside: Outside::Closed(SHADOW), ..wake.clone() };
        let beside = woken.then(|| self.begin(shadow.clone(), closed, same()));
        let mut ended = self.run_live(installed, wake, same()).await;
        let beside = match beside {
            Some(beside) => in_time(beside).await,
            None => Beside::NotWoken,
        };
        ended.trial = compared(&ended, beside);
        ended
    }

    fn begin(&self, shadow: Arc<Installed>, wake: Wake, supposing: Supposing) -> JoinHandle<Ended> {
        let span = tracing::debug_span!("shadow", run = tracing::field::Empty, plugin = %shadow.row.name);
        let engine = self.clone();
        let run = async move { engine.run_supposing(&shadow, wake, supposing).await };
        tokio::spawn(run.instrument(span))
    }

    fn is_woken_by(&self, shadow: &Installed, trigger: &Trigger) -> bool {
        match trigger {
            Trigger::Event(event) => shadow.is_woken_by(&event.change, &self.custom()),
            Trigger::Timer(_) => true,
            Trigger::Tick(tick) => shadow.manifest.schedules.iter().any(|schedule| schedule.name == tick.schedule),
            Trigger::Command(command) => shadow.manifest.commands.iter().any(|other| other.name == command.name),
        }
    }

    /// Runs the shadows that events of this commit wake alone.
    pub(super) fn wake_shadows(&self, shadows: &[NewDelivery], committed: &Committed) {
        for new in shadows {
            let Some(event) = committed.events.get(new.change).cloned() else { continue };
            let Ok(slot) = self.0.shadows.clone().try_acquire_owned() else {
                metrics::counter!("takt_shadow_left_out_total", "plugin" => new.plugin.to_string()).increment(1);
                continue;
            };
            let (engine, plugin) = (self.clone(), new.plugin.clone());
            self.0.tasks.spawn(async move {
                engine.run_alone(&plugin, event).await;
                drop(slot);
                engine.0.ended.notify_waiters();
            });
        }
    }

    async fn run_alone(&self, plugin: &str, event: Arc<Event>) {
        let catalogue = self.catalogue();
        let Some(shadow) = catalogue.get(plugin).and_then(|installed| installed.shadow.clone()) else { return };
        let cause = Cause { event: Some(event.id), run: event.run, root: Some(event.root), depth: event.depth };
        let outside = Outside::Closed(SHADOW);
        let wake = Wake { trigger: Trigger::Event(event), cause, attempt: 1, reruns: 0, outside };
        let Beside::Ended(ended) = in_time(self.begin(shadow, wake, Supposing::default())).await else { return };
        let difference = Difference::between(Vec::new(), proposed(&ended));
        let mut commit = Commit::new(ended.run.at, Actor::Plugin(plugin.to_owned()));
        commit.catalogue = Some(catalogue.number());
        commit.trial = Some(ShadowTrial {
            verdict: verdict_of(None, ended.run.outcome, &difference),
            recorded: None,
            cost: Costs { fuel: ended.run.cost.fuel, micros: ended.run.cost.micros, ..Costs::default() },
            outcome: Some(ended.run.outcome),
            error: ended.run.error.clone(),
            ..trial(&ended.run, &difference)
        });
        match self.0.store.commit(commit).await {
            // The plugins have changed meanwhile: it may be the shadow no more.
            Ok(_) | Err(CommitError::Conflict(_)) => {}
            Err(CommitError::Store(error)) => tracing::error!(plugin, %error, "failed to note what a shadow did"),
        }
    }

    /// Whether no shadow that was woken alone is running.
    pub(super) fn shadows_are_idle(&self) -> bool {
        self.0.shadows.available_permits() == AT_ONCE
    }
}

async fn in_time(mut beside: JoinHandle<Ended>) -> Beside {
    match tokio::time::timeout(PATIENCE, &mut beside).await {
        Ok(Ok(ended)) => Beside::Ended(Box::new(ended)),
        Ok(Err(_)) | Err(_) => {
            beside.abort();
            Beside::Late
        }
    }
}

/// The trial; none where the host itself was at fault, and the run is done again.
fn compared(live: &Ended, beside: Beside) -> Option<ShadowTrial> {
    let recorded = live.run.outcome;
    if recorded == Outcome::Host {
        return None;
    }
    let (verdict, difference, run, error) = match beside {
        Beside::NotWoken => (Verdict::NotWoken, Difference::between(proposed(live), Vec::new()), None, None),
        Beside::Late => {
            let late = format!("it took {} ms longer than the release in use", PATIENCE.as_millis());
            (Verdict::Failed, Difference::default(), None, Some(late))
        }
        Beside::Ended(ended) if ended.run.outcome == Outcome::Host => return None,
        Beside::Ended(ended) => {
            let difference = Difference::between(proposed(live), proposed(&ended));
            let verdict = verdict_of(Some(recorded), ended.run.outcome, &difference);
            let error = ended.run.error.clone();
            (verdict, difference, Some(ended.run), error)
        }
    };
    let cost = run.as_ref().map_or_else(Costs::default, |run| Costs {
        recorded_fuel: live.run.cost.fuel,
        fuel: run.cost.fuel,
        recorded_micros: live.run.cost.micros,
        micros: run.cost.micros,
    });
    let outcome = run.map(|run| run.outcome);
    Some(ShadowTrial { verdict, recorded: Some(recorded), outcome, error, cost, ..trial(&live.run, &difference) })
}

/// A trial beside that run; what came of it is the caller's to say.
fn trial(run: &RunRow, difference: &Difference) -> ShadowTrial {
    let effects = |effects: &Vec<Value>| if effects.is_empty() { Value::Null } else { effects.clone().into() };
    ShadowTrial {
        id: run.id,
        plugin: run.plugin.clone(),
        verdict: Verdict::Same,
        event: run.cause.event,
        trigger: run.trigger.clone(),
        name: run.name.clone(),
        about: run.about,
        at: run.at,
        recorded: None,
        outcome: None,
        error: None,
        missing: effects(&difference.missing),
        added: effects(&difference.added),
        cost: Costs::default(),
    }
}
