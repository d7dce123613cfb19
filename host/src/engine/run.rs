//! One run: a plugin, woken by one delivery, on a fresh unit of work, to its commit.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tracing::Instrument;

use super::catalogue::{Catalogue, Code, Installed};
use super::{Engine, contention, reach};
use crate::crm::event::{Cause, Trigger};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::{Actor, Record};
use crate::store::commit::{Commit, CommitError, Conflict, Disposal, TimerChange};
use crate::store::delivery::{Claim, Lease};
use crate::store::run::{Cost, Outcome, RunRow};
use crate::store::shadow::ShadowTrial;
use crate::unit::{Author, Proposal, Then};
use crate::wasm::call::{Call, Ending, Report};
use crate::wasm::journal::{Journal, Written};
use crate::wasm::outside::Outside;

/// Wait before a delivery that the host could not serve is tried again.
const HOST_PAUSE: Duration = Duration::from_secs(1);

/// A run that came to its end, not committed yet.
pub(super) struct Ended {
    pub(super) run: RunRow,
    pub(super) ending: Ending,
    /// What it proposes; nothing unless it ended well.
    pub(super) proposal: Proposal,
    /// What the shadow made of the same.
    pub(super) trial: Option<ShadowTrial>,
    /// Whether it wanted a unique key that a record had already.
    collided: bool,
}

/// What wakes a plugin for one run.
#[derive(Clone)]
pub(super) struct Wake {
    pub(super) trigger: Trigger,
    pub(super) cause: Cause,
    pub(super) attempt: u32,
    pub(super) reruns: u32,
    /// What it reaches outside the host.
    pub(super) outside: Outside,
}

/// What a run is to take for given that commits nothing.
#[derive(Default)]
pub(super) struct Supposing {
    /// A record that is found by its id as if it were there.
    pub(super) record: Option<Arc<Record>>,
    /// The run that it is in the place of: its random numbers are that one's.
    pub(super) run: Option<Id>,
    /// The moment; this one where it is left out.
    pub(super) now: Option<Instant>,
    /// Records as they once stood.
    pub(super) past: Vec<Then>,
    /// Keys of timers that are taken for set, in the place of those that are.
    pub(super) timers: Option<HashSet<String>>,
}

impl Engine {
    /// Runs the plugin that a delivery is for, until its end is committed.
    pub(super) async fn execute(&self, claim: Claim) {
        let span = tracing::info_span!(
            "run",
            run = tracing::field::Empty,
            plugin = %claim.plugin,
            trigger = claim.trigger.kind(),
            name = claim.trigger.name(),
            event = claim.cause.event,
            record = claim.trigger.about().map(|about| tracing::field::display(about.id)),
            delivery = claim.lease.delivery,
        );
        // A timer has no event of its own: it goes on from where its chain began.
        self.follow_trace(&span, claim.cause.event.or(claim.cause.root)).await;
        self.execute_in(claim).instrument(span).await;
    }

    async fn execute_in(&self, claim: Claim) {
        let Claim { lease, plugin, trigger, cause, attempt, .. } = claim;
        let mut reruns = 0;
        let mut over = plugin.to_string();
        let mut turn = None;
        let outside = self.reach(&reach::once(&plugin, &trigger));
        loop {
            let catalogue = self.catalogue();
            let Some(installed) = catalogue.get(&plugin).filter(|plugin| plugin.row.enabled).cloned() else {
                return self.park(&plugin, cause, lease, None).await;
            };
            if turn.is_none() {
                turn = self.0.contended.turn(&over, reruns).await;
            }
            let wake = Wake { trigger: trigger.clone(), cause, attempt, reruns, outside: outside.clone() };
            let ended = self.run_once(&installed, wake).await;
            let outcome = ended.run.outcome;
            let failure = ended.run.error.clone();
            let told = (reruns >= self.0.settings.max_reruns).then(|| ended.run.clone());
            let (commit, dead) = self.commit_of(ended, lease, attempt, &catalogue);
            match self.commit(commit).await {
                Ok(_) => {
                    count(&plugin, outcome);
                    let failure = failure.unwrap_or_default();
                    if outcome.is_fault() {
                        self.pause_if_failing(&plugin, &failure).await;
                    }
                    if dead {
                        self.alert(&plugin, failure).await;
                    }
                    return;
                }
                // Somebody else has finished it, or the plugin's work was dropped: nothing of this run may land.
                Err(CommitError::Conflict(Conflict::Lease)) => return,
                Err(CommitError::Conflict(conflict)) if reruns >= self.0.settings.max_reruns => {
                    tracing::warn!(%conflict, reruns, "what the run rests on moved again and again; it will be tried later");
                    return self.park(&plugin, cause, lease, told.map(|run| conflicting(run, &conflict))).await;
                }
                Err(CommitError::Conflict(conflict)) => {
                    metrics::counter!("takt_run_conflicts_total", "plugin" => plugin.to_string()).increment(1);
                    let now_over = contention::over(&conflict, &plugin);
                    if now_over != over {
                        // Nobody has two turns at once.
                        (turn, over) = (None, now_over.to_owned());
                    }
                    reruns += 1;
                }
                Err(CommitError::Store(error)) => {
                    // The commit may have landed all the same: then the lease is gone, and the next round learns it.
                    tracing::error!(%error, "failed to commit a run; trying again");
                    tokio::time::sleep(HOST_PAUSE).await;
                    if self.0.stopping.is_cancelled() {
                        return;
                    }
                }
            }
        }
    }

    /// Runs the plugin, with its shadow where it has one, and commits nothing.
    pub(super) async fn run_once(&self, installed: &Arc<Installed>, wake: Wake) -> Ended {
        match &installed.shadow {
            Some(shadow) => self.run_beside(installed, shadow, wake).await,
            None => self.run_live(installed, wake, Supposing::default()).await,
        }
    }

    /// Runs the plugin alone, and commits nothing.
    ///
    /// A run that fails over a unique key is run once more: what it had looked for in vain may have come to be since, and
    /// is found now.
    pub(super) async fn run_live(&self, installed: &Arc<Installed>, wake: Wake, supposing: Supposing) -> Ended {
        let ended = self.run_supposing(installed, wake.clone(), supposing).await;
        if ended.collided && !matches!(ended.ending, Ending::Ok(_)) {
            let wake = Wake { reruns: wake.reruns + 1, ..wake };
            return self.run_supposing(installed, wake, Supposing::default()).await;
        }
        ended
    }

    /// The same, with some things taken for given.
    pub(super) async fn run_supposing(&self, installed: &Arc<Installed>, wake: Wake, supposing: Supposing) -> Ended {
        let organisation = self.organisation();
        let now = supposing.now.unwrap_or_else(|| self.now());
        let call = Call {
            run: supposing.run.unwrap_or_default(),
            now,
            attempt: wake.attempt,
            trigger: wake.trigger,
            installation: installed.installation.clone(),
            language: organisation.language.as_str().into(),
            time_zone: organisation.time_zone.name().into(),
            outside: wake.outside,
        };
        // Each try has an id of its own; the line that tells the last one tells the run that is kept.
        tracing::Span::current().record("run", tracing::field::display(call.run));
        let mut unit = self.unit_of(Author::Plugin(installed.row.name.as_str().into()), now);
        if let Some(record) = supposing.record {
            unit.suppose(record);
        }
        unit.suppose_past(supposing.past);
        if let Some(timers) = supposing.timers {
            unit.suppose_timers(timers);
        }
        let (unit, report) = match &installed.code {
            Code::Component(component) => self.0.runtime.run(component, &call, unit).await,
            Code::Native(rule) => {
                let begun = std::time::Instant::now();
                let ending = rule.handle(&call, &mut unit).await;
                let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
                (
                    unit,
                    Report {
                        ending,
                        cost: Cost { micros, ..Cost::default() },
                        log: Vec::new(),
                        calls: Written::default(),
                    },
                )
            }
            Code::Broken(reason) => {
                let ending = Ending::Permanent(reason.clone());
                (unit, Report { ending, cost: Cost::default(), log: Vec::new(), calls: Written::default() })
            }
        };
        metrics::histogram!("takt_run_seconds", "plugin" => installed.row.name.clone())
            .record(Duration::from_micros(report.cost.micros).as_secs_f64());
        let collided = unit.collided();
        let proposal = match &report.ending {
            Ending::Ok(_) => unit.finish(),
            _ => Proposal::default(),
        };
        let (outcome, error) = outcome_of(&report.ending);
        let journal = self.keeps_journal(&installed.code, outcome).then(|| {
            let (release, log) = (&installed.row.release, report.log.clone());
            Journal::of(&call, release, report.calls, outcome, error.clone(), log)
        });
        let run = RunRow {
            id: call.run,
            plugin: installed.row.name.clone(),
            release: installed.row.release.clone(),
            trigger: call.trigger.kind().to_owned(),
            name: call.trigger.name().to_owned(),
            about: call.trigger.about(),
            by: match &call.trigger {
                Trigger::Command(command) => Some(command.by),
                _ => None,
            },
            cause: wake.cause,
            attempt: wake.attempt,
            reruns: wake.reruns,
            outcome,
            error,
            at: now,
            cost: report.cost,
            log: report.log,
            effects: effects(&proposal),
            journal: journal.and_then(|journal| serde_json::to_value(journal).ok()),
        };
        tracing::debug!(run = %run.id, outcome = run.outcome.name(), error = run.error, "run ended");
        Ended { run, ending: report.ending, proposal, trial: None, collided }
    }

    fn keeps_journal(&self, code: &Code, outcome: Outcome) -> bool {
        let sampled = || rand::random_range(0..100) < self.0.settings.journal_percent;
        matches!(code, Code::Component(_)) && (outcome.is_failure() || sampled())
    }

    /// The commit that ends a delivery by a run; true when the delivery is given up by it.
    fn commit_of(&self, ended: Ended, lease: Lease, attempt: u32, catalogue: &Catalogue) -> (Commit, bool) {
        let Ended { run, ending, proposal, trial, .. } = ended;
        let at = run.at;
        let mut commit = Commit::new(at, Actor::Plugin(run.plugin.clone()));
        commit.cause = run.cause;
        let disposal = match &ending {
            Ending::Ok(_) | Ending::Refused(_) => Disposal::Done,
            Ending::Permanent(reason) => Disposal::Dead { reason: reason.clone() },
            Ending::Host(_) => Disposal::Release { due: at + HOST_PAUSE },
            Ending::Retry(_) | Ending::Trap(_) | Ending::Budget(_) => self.again(at, &run, &ending, attempt),
        };
        let dead = matches!(disposal, Disposal::Dead { .. });
        commit.delivery = Some((lease, disposal));
        commit.run = Some(run);
        commit.trial = trial;
        self.take_proposal(&mut commit, proposal, catalogue);
        (commit, dead)
    }

    fn again(&self, at: Instant, run: &RunRow, ending: &Ending, attempt: u32) -> Disposal {
        if attempt >= self.0.settings.max_attempts {
            let reason = run.error.clone().unwrap_or_default();
            return Disposal::Dead { reason: format!("given up after {attempt} tries: {reason}") };
        }
        let asked = match ending {
            Ending::Retry(seconds) => Duration::from_secs(seconds.unwrap_or(0)),
            _ => Duration::ZERO,
        };
        Disposal::Retry { due: at + self.0.settings.backoff(attempt).max(asked) }
    }

    /// Puts a delivery back as it was. `run` tells what kept it from its end, where it got so far.
    async fn park(&self, plugin: &str, cause: Cause, lease: Lease, run: Option<RunRow>) {
        let actor = Actor::Plugin(plugin.to_owned());
        let mut commit = Commit { cause, ..Commit::new(self.now(), actor) };
        commit.delivery = Some((lease, Disposal::Release { due: commit.at + HOST_PAUSE }));
        if let Some(run) = &run {
            count(plugin, run.outcome);
        }
        commit.run = run;
        if let Err(CommitError::Store(error)) = self.commit(commit).await {
            // It stays taken by this host: see `doubt.rs`.
            tracing::error!(plugin, %error, "failed to put a delivery back");
        }
    }
}

/// The record of a run that proposed something and could not commit it.
pub(super) fn conflicting(run: RunRow, conflict: &Conflict) -> RunRow {
    RunRow { outcome: Outcome::Conflict, error: Some(conflict.to_string()), effects: Value::Null, ..run }
}

/// Counts a run for the metrics.
pub(super) fn count(plugin: &str, outcome: Outcome) {
    metrics::counter!("takt_runs_total", "plugin" => plugin.to_owned(), "outcome" => outcome.name()).increment(1);
}

/// An ending as the history has it: the outcome, and why it was not `ok`.
#[must_use]
pub fn outcome_of(ending: &Ending) -> (Outcome, Option<String>) {
    match ending {
        Ending::Ok(_) => (Outcome::Ok, None),
        Ending::Retry(Some(seconds)) => (Outcome::Retry, Some(format!("asked to be run again after {seconds} s"))),
        Ending::Retry(None) => (Outcome::Retry, Some("asked to be run again".to_owned())),
        Ending::Refused(message) => (Outcome::Refused, Some(message.clone())),
        Ending::Permanent(message) => (Outcome::Failed, Some(message.clone())),
        Ending::Trap(message) => (Outcome::Trap, Some(message.clone())),
        Ending::Budget(budget) => (Outcome::Budget, Some(format!("the budget `{}` is used up", budget.name()))),
        Ending::Host(message) => (Outcome::Host, Some(message.clone())),
    }
}

/// What a run sets beside records, for its page in the history.
fn effects(proposal: &Proposal) -> Value {
    if proposal.timers.is_empty() && proposal.state.is_none() {
        return Value::Null;
    }
    let timers: Vec<Value> = proposal
        .timers
        .iter()
        .map(|timer| match timer {
            TimerChange::Set { key, due, .. } => json!({"key": key, "due": due}),
            TimerChange::Cancel { key, .. } => json!({"key": key, "due": null}),
        })
        .collect();
    let state: Vec<&String> = proposal.state.iter().flat_map(|state| state.writes.iter().map(|(key, _)| key)).collect();
    json!({"timers": timers, "state": state})
}
