//! What a telephony system tells of a call, in whatever order and however often.

use serde::Deserialize;

use super::call::{Call, CallStatus, Direction};
use super::id::Id;
use super::instant::Instant;
use super::phone::{self, NotAPhone};
use super::record::Reference;

/// What a telephony system tells of a call.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallEvent {
    /// The system's own name for the call: the same in all that it tells of it.
    pub call: String,
    /// What happened: it `ringing`s, was `answered`, `ended` after they spoke, or was `missed`.
    pub event: CallStatus,
    /// Who called whom.
    pub direction: Direction,
    /// The other party's number. Absent where it is withheld: nothing is kept of such a call.
    pub phone: Option<String>,
    /// The organisation's own number.
    pub line: Option<String>,
    /// When it happened; now where absent.
    pub at: Option<Instant>,
    /// E-mail address of the user who answered, or who made the call.
    pub user: Option<String>,
    /// Where the recording is: an `https://` URL.
    pub recording: Option<String>,
}

/// What was looked up for an event of a call.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The other party's number, E.164.
    pub phone: String,
    /// Whose number it is.
    pub about: Option<Reference>,
    /// The user whom the event names.
    pub user: Option<Id>,
}

impl CallEvent {
    /// The call after this event. What comes late or twice changes no more than it must: the first word on a status
    /// stays, and the times are those that fit.
    #[must_use]
    pub fn onto(&self, before: Option<Call>, known: &Known, now: Instant) -> Call {
        use CallStatus::{Answered, Ended, Missed, Ringing};
        // A clock that goes ahead of ours must not make calls of tomorrow.
        let at = self.at.unwrap_or(now).min(now);
        let mut call = before.unwrap_or_else(|| self.first(known, at));
        call.about = call.about.or(known.about);
        call.recording = call.recording.or_else(|| self.recording.clone());
        call.line = call.line.or_else(|| self.line.clone());
        if self.event == Answered {
            call.user = known.user.or(call.user);
        } else if self.direction == Direction::Out || self.event == Ended {
            call.user = call.user.or(known.user);
        }
        let started = |call: &Call| call.started_at.unwrap_or(at);
        match (call.status, self.event) {
            (_, Ringing) => call.started_at = Some(started(&call).min(at)),
            (Missed, _) | (Answered | Ended, Missed) | (Ended, Ended) => {}
            (Ringing | Answered | Ended, Answered) => {
                call.started_at = Some(started(&call).min(at));
                call.answered_at = Some(call.answered_at.map_or(at, |answered| answered.min(at)));
                call.status = if call.status == Ended { Ended } else { Answered };
            }
            (Ringing | Answered, Ended) => {
                let answered = call.answered_at.unwrap_or(at).max(started(&call));
                call.answered_at = Some(answered);
                call.ended_at = Some(answered.max(at));
                call.status = Ended;
            }
            (Ringing, Missed) => {
                call.ended_at = Some(started(&call).max(at));
                call.status = Missed;
            }
        }
        call
    }

    /// The call that was not known before this event.
    fn first(&self, known: &Known, at: Instant) -> Call {
        Call {
            direction: self.direction,
            status: CallStatus::Ringing,
            phone: known.phone.clone(),
            line: None,
            user: None,
            about: None,
            started_at: Some(at),
            answered_at: None,
            ended_at: None,
            duration: None,
            recording: None,
            external_id: Some(self.call.clone()),
            custom: serde_json::Map::new(),
        }
    }
}

/// The number in E.164. Telephony systems often leave out the `+`.
///
/// # Errors
/// When the text is no number.
pub fn normalise(text: &str, region: &str) -> Result<String, NotAPhone> {
    phone::normalise(text, region).or_else(|error| {
        let digits = text.trim();
        let bare = digits.len() >= 10 && digits.bytes().all(|b| b.is_ascii_digit());
        if bare { phone::normalise(&format!("+{digits}"), region) } else { Err(error) }
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::crm::kind::Kind;
    use crate::crm::testing::{NOW, admitted};

    /// Events with the minute they happened at, in the order they come, and the call that they make.
    fn call(events: &[(&str, u64)]) -> Value {
        let start = NOW - Duration::from_secs(3600);
        let known = Known { phone: "+4930901820".to_owned(), ..Known::default() };
        let mut before: Option<Value> = None;
        for (event, minute) in events {
            let at = start + Duration::from_secs(minute * 60);
            let told = json!({"call": "pbx-1", "event": event, "direction": "in", "at": at});
            let told: CallEvent = serde_json::from_value(told).unwrap();
            let old = before.clone().map(|call| serde_json::from_value(call).unwrap());
            // The kind's own rules take every step.
            before = Some(admitted(Kind::Call, before.as_ref(), json!(told.onto(old, &known, NOW))));
        }
        before.unwrap()
    }

    #[test]
    fn the_order_does_not_matter() {
        let told = [("ringing", 0), ("answered", 1), ("ended", 5)];
        let expected = call(&told);
        assert_eq!((&expected["status"], &expected["duration"]), (&json!("ended"), &json!(240)));
        for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            assert_eq!(call(&order.map(|at| told[at])), expected, "{order:?}");
        }
        assert_eq!(call(&[told[0], told[0], told[1], told[1], told[2], told[2], told[0], told[1]]), expected);
    }

    #[test]
    fn a_missed_call_stays_missed_and_a_spoken_one_spoken() {
        let missed = call(&[("ringing", 0), ("missed", 1)]);
        assert_eq!((&missed["status"], missed.get("duration")), (&json!("missed"), None));
        assert_eq!(call(&[("missed", 1), ("ringing", 0), ("ended", 1)]), missed);
        assert_eq!(call(&[("ringing", 0), ("answered", 1), ("missed", 1)])["status"], "answered");
    }

    #[test]
    fn a_clock_ahead_makes_no_calls_of_tomorrow() {
        assert_eq!(call(&[("ringing", 600)])["started_at"], json!(NOW));
    }

    #[test]
    fn numbers_without_a_plus() {
        assert_eq!(normalise("4930901820", "FR").unwrap(), "+4930901820");
        assert_eq!(normalise("89161234567", "RU").unwrap(), "+79161234567");
        assert!(normalise("101", "DE").is_err());
    }
}
