//! Rounds of approval: who is asked whether a document may go out, and what they answered.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::text;

/// How many approvers a round may have.
const APPROVERS: usize = 50;

/// One round of approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// Counts from 1.
    pub number: u32,
    /// When it began.
    pub opened_at: Instant,
    /// The user who asked for it; never one of the approvers.
    pub by: Id,
    /// Who is asked.
    pub approvers: Vec<Approver>,
    /// How it ended; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
}

/// A user who is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approver {
    /// Who.
    pub user: Id,
    /// What they said; absent until they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Their remarks, or what to work on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When they said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// When their remarks were settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Instant>,
}

/// What an approver says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ApprovalAnswer)]
pub enum Answer {
    /// Yes.
    Approve,
    /// Yes, once the remarks are settled.
    Remarks,
    /// No: it goes back to be worked on.
    Rework,
}

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RoundOutcome)]
pub enum Outcome {
    /// All approved, and all remarks are settled.
    Approved,
    /// One sent it for rework.
    Rework,
    /// It was called off.
    Withdrawn,
    /// The document was edited meanwhile.
    Void,
}

/// Why a round does not go on like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalError {
    /// There is a round already.
    #[error("round {0} is still open")]
    Open(u32),
    /// There is no open round.
    #[error("no round of approval is open")]
    NotOpen,
    /// Nobody is asked.
    #[error("a round must have 1 to {APPROVERS} approvers, each of them once")]
    Approvers,
    /// Whoever asks must not answer.
    #[error("who asks for approval must not be an approver")]
    Initiator,
    /// The user is none of the approvers.
    #[error("the user is not an approver of this round")]
    NotAsked,
    /// The user answered before.
    #[error("the user has answered already")]
    Answered,
    /// Remarks and rework say why.
    #[error("remarks and rework must have a comment")]
    Comment,
    /// There are no remarks to be settled.
    #[error("the approver has no open remarks")]
    NoRemarks,
}

impl Round {
    const fn is_open(&self) -> bool {
        self.outcome.is_none()
    }

    fn close(&mut self, outcome: Outcome, now: Instant) {
        self.outcome = Some(outcome);
        self.closed_at = Some(now);
    }

    /// What its answers come to.
    fn decided(&self) -> Option<Outcome> {
        let agrees = |approver: &Approver| match approver.answer {
            Some(Answer::Approve) => true,
            Some(Answer::Remarks) => approver.settled_at.is_some(),
            Some(Answer::Rework) | None => false,
        };
        if self.approvers.iter().any(|approver| approver.answer == Some(Answer::Rework)) {
            Some(Outcome::Rework)
        } else {
            self.approvers.iter().all(agrees).then_some(Outcome::Approved)
        }
    }

    fn settle_outcome(&mut self, now: Instant) -> Option<Outcome> {
        let outcome = self.decided()?;
        self.close(outcome, now);
        Some(outcome)
    }

    fn approver(&mut self, user: Id) -> Result<&mut Approver, ApprovalError> {
        self.approvers.iter_mut().find(|approver| approver.user == user).ok_or(ApprovalError::NotAsked)
    }
}

fn check_approvers(by: Id, approvers: &[Id]) -> Result<(), ApprovalError> {
    let distinct: HashSet<_> = approvers.iter().collect();
    if distinct.contains(&by) {
        return Err(ApprovalError::Initiator);
    }
    let sound = (1..=APPROVERS).contains(&approvers.len()) && distinct.len() == approvers.len();
    if sound { Ok(()) } else { Err(ApprovalError::Approvers) }
}

/// The open round, if there is one.
#[must_use]
pub fn current(rounds: &[Round]) -> Option<&Round> {
    rounds.last().filter(|round| round.is_open())
}

fn current_mut(rounds: &mut [Round]) -> Result<&mut Round, ApprovalError> {
    rounds.last_mut().filter(|round| round.is_open()).ok_or(ApprovalError::NotOpen)
}

/// Begins the next round.
///
/// # Errors
/// While one is open, and where the approvers are none, too many, named twice, or the one who asks.
pub fn open(rounds: &mut Vec<Round>, by: Id, approvers: &[Id], now: Instant) -> Result<(), ApprovalError> {
    if let Some(open) = current(rounds) {
        return Err(ApprovalError::Open(open.number));
    }
    check_approvers(by, approvers)?;
    let number = rounds.last().map_or(1, |round| round.number.saturating_add(1));
    let asked = |user: &Id| Approver { user: *user, answer: None, comment: None, at: None, settled_at: None };
    let approvers = approvers.iter().map(asked).collect();
    rounds.push(Round { number, opened_at: now, by, approvers, outcome: None, closed_at: None });
    Ok(())
}

/// Takes an approver's answer, and says how the round ended where this ends it.
///
/// # Errors
/// Where no round is open, the user is not asked or has answered, or a comment is missing.
pub fn answer(
    rounds: &mut [Round],
    user: Id,
    answer: Answer,
    comment: Option<String>,
    now: Instant,
) -> Result<Option<Outcome>, ApprovalError> {
    let round = current_mut(rounds)?;
    let approver = round.approver(user)?;
    if approver.answer.is_some() {
        return Err(ApprovalError::Answered);
    }
    let comment = comment.filter(|comment| !comment.trim().is_empty());
    if answer != Answer::Approve && comment.is_none() {
        return Err(ApprovalError::Comment);
    }
    (approver.answer, approver.comment, approver.at) = (Some(answer), comment, Some(now));
    Ok(round.settle_outcome(now))
}

/// Notes that an approver's remarks are settled, and says how the round ended where this ends it.
///
/// # Errors
/// Where no round is open, or the user made no remarks that are open.
pub fn settle(rounds: &mut [Round], user: Id, now: Instant) -> Result<Option<Outcome>, ApprovalError> {
    let round = current_mut(rounds)?;
    let approver = round.approver(user)?;
    if approver.answer != Some(Answer::Remarks) || approver.settled_at.is_some() {
        return Err(ApprovalError::NoRemarks);
    }
    approver.settled_at = Some(now);
    Ok(round.settle_outcome(now))
}

/// Calls the open round off.
///
/// # Errors
/// Where none is open.
pub fn withdraw(rounds: &mut [Round], now: Instant) -> Result<(), ApprovalError> {
    current_mut(rounds).map(|round| round.close(Outcome::Withdrawn, now))
}

/// Ends the open round, if there is one, with that outcome.
pub(super) fn close(rounds: &mut [Round], outcome: Outcome, now: Instant) {
    if let Ok(round) = current_mut(rounds) {
        round.close(outcome, now);
    }
}

/// Checks rounds that somebody wrote: what has ended stays as it is, numbers count on, and outcomes follow answers.
pub(super) fn admit(rounds: &mut [Round], before: &[Round], invalid: &mut Invalid) {
    let kept = rounds.len() >= before.len()
        && before.iter().zip(rounds.iter()).all(|(was, is)| {
            was == is || was.is_open() && (was.number, was.opened_at, was.by) == (is.number, is.opened_at, is.by)
        });
    invalid.check(kept, "/rounds", "what has ended stays, and none is taken away");
    let last = rounds.len().saturating_sub(1);
    for (index, round) in rounds.iter_mut().enumerate() {
        let at = format!("/rounds/{index}");
        let users: Vec<_> = round.approvers.iter().map(|approver| approver.user).collect();
        if let Err(error) = check_approvers(round.by, &users) {
            invalid.note(format!("{at}/approvers"), error.to_string());
        }
        let counted = u32::try_from(index + 1) == Ok(round.number);
        invalid.check(counted, &format!("{at}/number"), "must count from 1");
        for (index, approver) in round.approvers.iter_mut().enumerate() {
            let at = format!("{at}/approvers/{index}");
            text::optional_body(&mut approver.comment, &format!("{at}/comment"), invalid);
            let silent = matches!(approver.answer, None | Some(Answer::Approve));
            invalid.check(silent || approver.comment.is_some(), &format!("{at}/comment"), "must be there");
            let timed = approver.answer.is_some() == approver.at.is_some();
            invalid.check(timed, &format!("{at}/at"), "must be there with an answer, and only then");
        }
        let follows = match round.outcome {
            None => index == last && round.decided().is_none(),
            Some(Outcome::Withdrawn | Outcome::Void) => true,
            decided => round.decided() == decided,
        };
        invalid.check(follows, &format!("{at}/outcome"), "must be what the answers come to");
        let timed = round.outcome.is_some() == round.closed_at.is_some();
        invalid.check(timed, &format!("{at}/closed_at"), "must be there with an outcome, and only then");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::testing::NOW;

    fn user(byte: u8) -> Id {
        Id::from_bytes([byte; 16])
    }

    fn opened() -> Vec<Round> {
        let mut rounds = Vec::new();
        open(&mut rounds, user(1), &[user(2), user(3)], NOW).unwrap();
        rounds
    }

    fn say(rounds: &mut [Round], who: u8, what: Answer) -> Result<Option<Outcome>, ApprovalError> {
        answer(rounds, user(who), what, (what != Answer::Approve).then(|| "Because".to_owned()), NOW)
    }

    fn is_sound(rounds: &[Round], before: &[Round]) -> bool {
        let mut invalid = Invalid::default();
        admit(&mut rounds.to_vec(), before, &mut invalid);
        invalid.0.is_empty()
    }

    #[test]
    fn all_approve() {
        let mut rounds = opened();
        assert_eq!(say(&mut rounds, 2, Answer::Approve), Ok(None));
        assert!(is_sound(&rounds, &opened()));
        assert_eq!(say(&mut rounds, 2, Answer::Rework), Err(ApprovalError::Answered));
        assert_eq!(say(&mut rounds, 3, Answer::Approve), Ok(Some(Outcome::Approved)));
        assert!(is_sound(&rounds, &opened()));
        assert_eq!(say(&mut rounds, 3, Answer::Approve), Err(ApprovalError::NotOpen));
    }

    #[test]
    fn remarks_wait_until_they_are_settled() {
        let mut rounds = opened();
        assert_eq!(answer(&mut rounds, user(2), Answer::Remarks, Some(" ".into()), NOW), Err(ApprovalError::Comment));
        assert_eq!(say(&mut rounds, 2, Answer::Remarks), Ok(None));
        assert_eq!(say(&mut rounds, 3, Answer::Approve), Ok(None));
        assert_eq!(settle(&mut rounds, user(3), NOW), Err(ApprovalError::NoRemarks));
        assert_eq!(settle(&mut rounds, user(2), NOW), Ok(Some(Outcome::Approved)));
    }

    #[test]
    fn one_rework_ends_the_round_and_the_next_counts_on() {
        let mut rounds = opened();
        assert_eq!(say(&mut rounds, 3, Answer::Rework), Ok(Some(Outcome::Rework)));
        assert_eq!(say(&mut rounds, 2, Answer::Approve), Err(ApprovalError::NotOpen));
        let first = rounds.clone();
        open(&mut rounds, user(1), &[user(2)], NOW).unwrap();
        assert_eq!((rounds.len(), rounds[1].number, &rounds[0]), (2, 2, &first[0]));
        assert!(is_sound(&rounds, &first));
        withdraw(&mut rounds, NOW).unwrap();
        assert_eq!(rounds[1].outcome, Some(Outcome::Withdrawn));
    }

    #[test]
    fn who_may_be_asked() {
        let begin = |approvers: &[Id]| open(&mut Vec::new(), user(1), approvers, NOW);
        assert_eq!(begin(&[user(2), user(1)]), Err(ApprovalError::Initiator));
        assert_eq!(begin(&[]), Err(ApprovalError::Approvers));
        assert_eq!(begin(&[user(2), user(2)]), Err(ApprovalError::Approvers));
        let mut rounds = opened();
        assert_eq!(open(&mut rounds, user(1), &[user(2)], NOW), Err(ApprovalError::Open(1)));
        assert_eq!(say(&mut rounds, 4, Answer::Approve), Err(ApprovalError::NotAsked));
    }

    #[test]
    fn written_by_hand() {
        let mut rounds = opened();
        say(&mut rounds, 2, Answer::Rework).unwrap();
        let mut forged = rounds.clone();
        forged[0].outcome = Some(Outcome::Approved);
        assert!(!is_sound(&forged, &opened()), "the answers say otherwise");
        assert!(!is_sound(&opened(), &rounds), "what has ended stays");
        assert!(!is_sound(&[], &rounds), "history stays");
        let mut own = opened();
        own[0].approvers[0].user = user(1);
        assert!(!is_sound(&own, &[]), "the initiator is no approver");
    }
}
