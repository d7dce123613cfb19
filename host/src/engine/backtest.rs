//! Backtests: what a release would have done with past events, beside what was done.
//!
//! Each event is given to the release at the moment of the run that was recorded, with that run's random numbers, over
//! the records as they stood before that run's changes. They are had by going back through the events from the newest.
//! Timers that the recorded run took away are taken for set, and no others. State, reports and the organisation's settings
//! are as they are now: of them no past is kept.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use serde_json::Value;

use super::Engine;
use super::catalogue::Installed;
use super::dry::configured;
use super::past::{Past, Period};
use super::plugins::{PluginError, Result};
use super::run::{Ended, Supposing, Wake};
use crate::crm::custom::CustomFields;
use crate::crm::event::{Cause, Event, Trigger, name};
use crate::plugins::effects::{self, Difference, Effect};
use crate::store::audit::AuditEntry;
use crate::store::run::{Outcome, RunFilter, RunRow};
use crate::store::shadow::Verdict;

/// So many events are gone back through at most: they are held in memory.
const SCANNED: usize = 5_000;
/// No event is begun after this time.
const LONGEST: Duration = Duration::from_secs(30);

/// One past event, and what the release made of it.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The event.
    pub event: Arc<Event>,
    /// How it went.
    pub verdict: Verdict,
    /// The run of then.
    pub recorded: Option<RunRow>,
    /// The run of now; none where the release is not woken.
    pub run: Option<RunRow>,
    /// What was not done alike.
    pub difference: Difference,
    /// Whether it read state, which may have been another then.
    pub read_state: bool,
}

/// What came of a backtest.
#[derive(Debug, Clone)]
pub struct Backtest {
    /// SHA-256 of the component, hex.
    pub release: String,
    /// Event by event, the newest first.
    pub trials: Vec<Trial>,
    /// So many events were gone back through, of all kinds.
    pub scanned: usize,
    /// Whether it ended before the period was through: it had gone back too far, or took too long.
    pub cut: bool,
}

/// An event with what the plugin made of it, and up to which event the records then stood as that run saw them.
struct Case {
    event: Arc<Event>,
    recorded: Option<(RunRow, Vec<AuditEntry>)>,
    until: u64,
}

impl Engine {
    /// Runs a release over past events, and commits nothing. `config` holds in the place of the plugin's configuration.
    ///
    /// # Errors
    /// `NoPlugin`, `NoRelease`; `Invalid` where the configuration does not fit the release.
    pub async fn backtest(
        &self,
        plugin: &str,
        digest: &str,
        period: Period,
        config: Option<Value>,
    ) -> Result<Backtest> {
        let begun = Clock::now();
        let known = self.installed(plugin)?;
        self.release(plugin, digest).await?;
        let component = self.0.store.release_read(digest).await?;
        let component = component.ok_or_else(|| PluginError::NoRelease(digest.to_owned()))?;
        let mut installed = self.uninstalled(plugin, component, Some(&known)).await?;
        if let Some(config) = config {
            installed = configured(&installed, &config).map_err(PluginError::Invalid)?;
        }
        let custom = self.custom();
        let wakes = |event: &Event| wakes(&installed, &known, event, &custom);
        let (events, wake, mut cut) = self.newest(&period, wakes).await?;
        let mut cases = self.cases(plugin, wake).await?;
        cases.sort_by_key(|case| std::cmp::Reverse(case.until));
        let mut past = Past::default();
        let mut trials = Vec::with_capacity(cases.len());
        for case in cases {
            if begun.elapsed() > LONGEST {
                cut = true;
                break;
            }
            past.go_back(&events, case.until, &self.setting(self.now()));
            trials.push(self.try_case(&installed, case, &past).await);
        }
        trials.sort_by_key(|trial| std::cmp::Reverse(trial.event.id));
        Ok(Backtest { release: digest.to_owned(), trials, scanned: events.len(), cut })
    }

    /// The newest events, back to where the period begins or enough of them wake; those that do; and whether there were
    /// too many.
    async fn newest(
        &self,
        period: &Period,
        wakes: impl Fn(&Event) -> bool,
    ) -> Result<(Vec<Arc<Event>>, Vec<Arc<Event>>, bool)> {
        let (mut events, mut wake) = (Vec::new(), Vec::new());
        let cut = self.go_back(period, SCANNED, |event| {
            if period.admits(&event) && wakes(&event) {
                wake.push(event.clone());
            }
            events.push(event);
            if wake.len() == period.events { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        let cut = cut.await?;
        Ok((events, wake, cut))
    }

    async fn cases(&self, plugin: &str, wake: Vec<Arc<Event>>) -> Result<Vec<Case>> {
        let mut cases = Vec::with_capacity(wake.len());
        for event in wake {
            let filter =
                RunFilter { plugin: Some(plugin.to_owned()), event: Some(event.id), limit: 50, ..RunFilter::default() };
            let runs = self.0.store.run_list(&filter).await?;
            let told = |run: &RunRow| !matches!(run.outcome, Outcome::Conflict | Outcome::Host);
            let recorded = match runs.into_iter().find(told) {
                Some(run) => {
                    let changes = self.0.store.audit_of_run(run.id).await?;
                    Some((run, changes))
                }
                None => None,
            };
            let first = recorded.as_ref().and_then(|(_, changes)| changes.first());
            let until = first.map_or(event.id, |change| change.id.saturating_sub(1).max(event.id));
            cases.push(Case { event, recorded, until });
        }
        Ok(cases)
    }

    async fn try_case(&self, installed: &Arc<Installed>, case: Case, past: &Past) -> Trial {
        let Case { event, recorded, .. } = case;
        if !installed.is_woken_by(&event.change, &self.custom()) {
            let difference = Difference { missing: recorded.as_ref().map(then).unwrap_or_default(), added: Vec::new() };
            let recorded = recorded.map(|(run, _)| run);
            return Trial { event, verdict: Verdict::NotWoken, recorded, run: None, difference, read_state: false };
        }
        let run = recorded.as_ref().map(|(run, _)| run);
        let supposing = Supposing {
            run: run.map(|run| run.id),
            now: Some(run.map_or(event.at, |run| run.at)),
            past: past.records(),
            timers: Some(run.map(|run| taken_away(&run.effects)).unwrap_or_default()),
            record: None,
        };
        let attempt = run.map_or(1, |run| run.attempt);
        let outside = self.recorded(run.map(|run| run.id)).await;
        let wake =
            Wake { trigger: Trigger::Event(event.clone()), cause: Cause::default(), attempt, reruns: 0, outside };
        let ended = self.run_supposing(installed, wake, supposing).await;
        let difference = Difference::between(recorded.as_ref().map(then).unwrap_or_default(), proposed(&ended));
        let verdict = verdict_of(recorded.as_ref().map(|(run, _)| run.outcome), ended.run.outcome, &difference);
        let read_state = ended.proposal.state.as_ref().is_some_and(|state| !state.reads.is_empty());
        Trial { event, verdict, recorded: recorded.map(|(run, _)| run), run: Some(ended.run), difference, read_state }
    }
}

/// Whether an event wakes the release, or the one in use.
fn wakes(release: &Installed, known: &Installed, event: &Event, custom: &CustomFields) -> bool {
    release.is_woken_by(&event.change, custom) || known.is_woken_by(&event.change, custom)
}

/// Keys of the timers that a recorded run took away: they were set then. Of others that is not known.
fn taken_away(effects: &Value) -> HashSet<String> {
    let timers = effects.get("timers").and_then(Value::as_array).into_iter().flatten();
    let gone = timers.filter(|timer| timer.get("due").is_some_and(Value::is_null));
    gone.filter_map(|timer| timer.get("key")?.as_str().map(str::to_owned)).collect()
}

/// What a recorded run did.
fn then((run, changes): &(RunRow, Vec<AuditEntry>)) -> Vec<Effect> {
    let changes = changes.iter().map(|entry| (entry.name.clone(), entry.record, entry.diff.clone()));
    effects::of_run(changes.collect(), &run.effects)
}

/// How a run went beside another, which came to `recorded`; none where there was no other.
pub(super) fn verdict_of(recorded: Option<Outcome>, outcome: Outcome, difference: &Difference) -> Verdict {
    match recorded {
        _ if outcome.is_failure() => Verdict::Failed,
        None => Verdict::New,
        Some(recorded) if recorded == outcome && difference.is_nothing() => Verdict::Same,
        Some(_) => Verdict::Different,
    }
}

/// What a run would do.
pub(super) fn proposed(ended: &Ended) -> Vec<Effect> {
    let changes = ended.proposal.changes.iter().filter_map(|keyed| {
        let record = keyed.change.reference()?;
        Some((name(&keyed.change), record, keyed.change.diff()))
    });
    effects::of_run(changes.collect(), &ended.run.effects)
}
