//! The one writer. Commits that wait together are written by one transaction and one fsync (group commit): while one
//! batch is on its way to the disk the next one gathers, so a lone commit never waits for company.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use tokio::sync::{mpsc, oneshot};

use super::cache::RecordCache;
use super::dialect::{self, Tail, Writers};
use super::{apply, claims, facts};
use crate::store::commit::{Commit, CommitError, Committed};
use crate::store::plan::Plan;
use crate::store::{Feed, StoreError};

/// Most commits in one transaction.
const BATCH: usize = 256;

/// A commit waiting, and where its answer goes.
pub struct Job {
    /// What to write.
    pub commit: Commit,
    /// Who waits.
    pub done: oneshot::Sender<Result<Committed, CommitError>>,
}

/// What the writer works with.
pub struct Writer {
    /// The only connection that writes.
    pub connection: Writers,
    /// Kept in step with what is written.
    pub cache: Arc<RecordCache>,
    /// Where claims and events are told.
    pub feed: Feed,
    /// Tells events in their order.
    pub tail: Arc<Tail>,
    /// Proves this process's leases.
    pub token: i64,
}

type Outcome = Result<Committed, CommitError>;

impl Writer {
    /// Writes until nobody can send any more.
    pub async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(BATCH);
        while jobs.recv_many(&mut waiting, BATCH).await > 0 {
            let (commits, askers): (Vec<_>, Vec<_>) = waiting.drain(..).map(|job| (job.commit, job.done)).unzip();
            let outcomes = self.write(commits).await;
            for (asker, outcome) in askers.into_iter().zip(outcomes) {
                // An asker that gave up changes nothing: what is committed is committed.
                let _ = asker.send(outcome);
            }
        }
    }

    /// A batch that fails as a whole is written one by one, so that one bad commit takes no other with it.
    async fn write(&self, commits: Vec<Commit>) -> Vec<Outcome> {
        let alone = commits.len() == 1;
        let copies = if alone { Vec::new() } else { commits.clone() };
        match self.batch(commits).await {
            Ok(outcomes) => outcomes,
            Err(error) if alone => vec![Err(CommitError::Store(super::verbs::fault(error)))],
            Err(error) => {
                tracing::warn!(%error, "failed to write a batch of commits; writing them one by one");
                let mut outcomes = Vec::with_capacity(copies.len());
                for commit in copies {
                    outcomes.push(match self.batch(vec![commit]).await {
                        Ok(mut outcome) => outcome.pop().unwrap_or_else(|| Err(lost())),
                        Err(error) => Err(CommitError::Store(super::verbs::fault(error))),
                    });
                }
                outcomes
            }
        }
    }

    async fn batch(&self, commits: Vec<Commit>) -> sqlx::Result<Vec<Outcome>> {
        metrics::histogram!("takt_commit_batch_size").record(commits.len() as f64);
        let mut connection = dialect::write(&self.connection).await?;
        let mut transaction = dialect::begin(&mut connection).await?;
        let known = facts::read(&mut transaction, &commits.iter().collect::<Vec<_>>()).await?;
        let mut plan = Plan::new(known, self.token);
        let outcomes: Vec<Outcome> =
            commits.into_iter().map(|commit| plan.add(commit).map_err(CommitError::Conflict)).collect();
        apply::apply(&mut transaction, &plan, self.token).await?;
        let promoted = claims::load(&mut transaction, &plan.promoted).await?;
        dialect::announce(&mut transaction, &plan, self.token).await?;
        let stopwatch = Stopwatch::now();
        if let Err(error) = transaction.commit().await {
            if dialect::COMMIT_MAY_HAVE_BEEN_DONE {
                let unknown = StoreError(format!("whether the change was written is not known: {error}"));
                return Ok(outcomes.iter().map(|_| Err(CommitError::Store(unknown.clone()))).collect());
            }
            return Err(error);
        }
        metrics::histogram!("takt_commit_fsync_seconds").record(stopwatch.elapsed().as_secs_f64());
        self.tell(&plan, promoted, &outcomes).await;
        Ok(outcomes)
    }

    /// Tells this process what was committed: the cache first, then who waits for claims, then who listens to events.
    async fn tell(&self, plan: &Plan, promoted: Vec<crate::store::delivery::Claim>, outcomes: &[Outcome]) {
        for outcome in outcomes {
            if let Err(CommitError::Conflict(conflict)) = outcome {
                self.cache.doubt(conflict);
            }
        }
        for (record, deleted_at) in plan.records.values() {
            self.cache.committed(record, deleted_at.is_some());
        }
        self.feed.hand_over(claims::of_plan(plan).chain(promoted));
        self.tail.tell(&self.feed, plan.events.iter().map(|recorded| recorded.event.clone()).collect()).await;
    }
}

fn lost() -> CommitError {
    CommitError::Store(StoreError("the writer gave no answer".to_owned()))
}
