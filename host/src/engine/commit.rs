//! The one way that changes are committed.

use futures::future::BoxFuture;

use super::Engine;
use super::catalogue::Catalogue;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::store::StoreError;
use crate::store::commit::{Commit, CommitError, Committed, Conflict, Disposal, Idempotency, TimerChange};
use crate::traces;
use crate::unit::{Proposal, Unit, UnitError};

/// What a caller does with a unit of work. It may be run more than once, each time on a fresh one.
pub trait Work<T>: for<'a> Fn(&'a mut Unit) -> BoxFuture<'a, Result<T, UnitError>> + Send + Sync {}

impl<T, F> Work<T> for F where F: for<'a> Fn(&'a mut Unit) -> BoxFuture<'a, Result<T, UnitError>> + Send + Sync {}

/// Why a caller's change was not committed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The change itself.
    #[error(transparent)]
    Unit(#[from] UnitError),
    /// What it rests on moved again and again, or the idempotency key was used.
    #[error("{0}")]
    Conflict(Conflict),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Engine {
    /// Runs `work` on a fresh unit of work and commits what it proposes. When another commit came first it is run again
    /// on what is there then: a caller that rests on a version says so in its work.
    ///
    /// # Errors
    /// Nothing is written then.
    pub async fn edit<T: Send>(
        &self,
        actor: Actor,
        idempotency: Option<Idempotency>,
        work: impl Work<T>,
    ) -> Result<(T, Committed), EditError> {
        let mut reruns = 0;
        loop {
            let mut unit = self.unit();
            let at = unit.now();
            let result = work(&mut unit).await?;
            // A person saw the record they change, and is asked for its version; what else was read only checked links.
            unit.forget_reads();
            let mut commit = Commit::new(at, actor.clone());
            commit.idempotency.clone_from(&idempotency);
            self.take_proposal(&mut commit, unit.finish(), &self.catalogue());
            match self.commit(commit).await {
                Ok(committed) => return Ok((result, committed)),
                Err(CommitError::Store(error)) => return Err(error.into()),
                Err(CommitError::Conflict(conflict @ Conflict::Idempotency)) => {
                    return Err(EditError::Conflict(conflict));
                }
                Err(CommitError::Conflict(conflict)) if reruns >= self.0.settings.max_reruns => {
                    return Err(EditError::Conflict(conflict));
                }
                Err(CommitError::Conflict(_)) => reruns += 1,
            }
        }
    }

    /// Fills a commit with what a unit of work proposes, and with whom that wakes. It rests on this catalogue: a run on
    /// the one that it began under.
    pub(super) fn take_proposal(&self, commit: &mut Commit, proposal: Proposal, catalogue: &Catalogue) {
        commit.changes = proposal.changes;
        commit.reads = proposal.reads;
        commit.state = proposal.state.into_iter().chain(proposal.picked).collect();
        commit.timers = proposal.timers;
        commit.passwords = proposal.passwords;
        commit.files_moved = proposal.files_moved;
        let custom = self.custom();
        let depth = if commit.run.is_some() { commit.cause.depth + 1 } else { 0 };
        if !proposal.silent {
            commit.deliveries = catalogue.deliveries(&commit.changes, &custom, depth > self.0.settings.max_depth);
            commit.shadows = catalogue.shadows(&commit.changes, &custom);
        }
        commit.messages = catalogue.messages(&commit.changes, &custom);
        commit.catalogue = Some(catalogue.number());
        self.0.waiting.make_room(&mut commit.deliveries, &self.0.settings);
    }

    /// Commits. After a conflict over the catalogue, the one in memory is the store's again.
    ///
    /// # Errors
    /// The store's, and conflicts.
    pub(super) async fn commit(&self, mut commit: Commit) -> Result<Committed, CommitError> {
        commit.trace = traces::here();
        let due = comes_due_later(&commit);
        let sends = !commit.messages.is_empty();
        let shadows = std::mem::take(&mut commit.shadows);
        let outcome = self.0.store.commit(commit).await;
        if matches!(outcome, Err(CommitError::Store(_))) {
            self.doubt();
        }
        if matches!(outcome, Err(CommitError::Conflict(Conflict::Catalogue))) {
            self.reload().await?;
        }
        let committed = outcome?;
        if due {
            self.0.wake.notify_one();
        }
        if sends {
            self.send_soon();
        }
        if committed.events.iter().any(|event| event.about.kind == Kind::Message) {
            self.0.posted.notify_one();
        }
        self.tell_stopped(&committed);
        self.wake_shadows(&shadows, &committed);
        if committed.events.iter().any(|event| event.about.kind.is_setting()) {
            self.reload_settings().await?;
        }
        Ok(committed)
    }

    /// Has a span go on from the one that an event was committed under.
    pub(super) async fn follow_trace(&self, span: &tracing::Span, event: Option<u64>) {
        let Some(event) = event.filter(|_| traces::are_on()) else { return };
        match self.0.store.trace_of(event).await {
            Ok(Some(from)) => traces::go_on(span, &from),
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, event, "a trace ends here: what it goes on from can't be read"),
        }
    }
}

/// Whether the commit sets something that comes due later.
fn comes_due_later(commit: &Commit) -> bool {
    let timers = commit.timers.iter().any(|timer| matches!(timer, TimerChange::Set { .. }));
    let waits = matches!(&commit.delivery, Some((_, Disposal::Retry { .. } | Disposal::Release { .. })));
    timers || waits
}
