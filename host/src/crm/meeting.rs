//! Times that people spend together.

use std::time::Duration;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::availability::Span;
use super::contact::admit_email;
use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::{Link, OnDelete};
use super::record::Reference;
use super::{recurrence, text};

/// How many people may be invited.
const PARTICIPANTS: usize = 200;
/// The longest meeting.
const LONGEST: Duration = Duration::from_secs(31 * 86_400);

/// A time that people spend together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    /// What it is about.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where it is: a room, an address, a link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub status: MeetingStatus,
    /// When it begins; of a recurring one, the first time.
    pub starts_at: Instant,
    /// When it ends; of a recurring one, the first time.
    pub ends_at: Instant,
    /// The time zone that its recurrence is reckoned in; the organisation's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub time_zone: Option<Tz>,
    /// How it recurs: an RRULE of RFC 5545, like `FREQ=WEEKLY;COUNT=10`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<String>,
    /// The user who invites.
    pub organiser: Id,
    /// Who is invited.
    #[serde(default)]
    pub participants: Vec<Participant>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// Grows when its time, place or recurrence changes, or it is cancelled: what RFC 5545 calls SEQUENCE. Kept by the
    /// host.
    #[serde(default)]
    #[schema(maximum = 4_294_967_295_u32)]
    pub sequence: u32,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// Somebody invited: a user, or somebody outside by their address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// The address of somebody outside, lower-cased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What somebody outside is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they say.
    #[serde(default)]
    pub answer: Attendance,
    /// When they said it. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Instant>,
}

/// Where a meeting stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeetingStatus {
    /// It will be, or was.
    #[default]
    Planned,
    /// It will not be.
    Cancelled,
}

/// What somebody invited says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attendance {
    /// Nothing yet.
    #[default]
    Pending,
    /// Comes.
    Accepted,
    /// Does not come.
    Declined,
    /// May come.
    Tentative,
}

impl Meeting {
    /// Whether it keeps a user from something else: they organise it or are invited, and have not declined.
    #[must_use]
    pub fn keeps(&self, user: Id) -> bool {
        let invited = |participant: &Participant| participant.user == Some(user);
        let answer = self.participants.iter().find(|participant| invited(participant)).map(|invited| invited.answer);
        self.status == MeetingStatus::Planned
            && answer.map_or(self.organiser == user, |answer| answer != Attendance::Declined)
    }

    /// The times at which it takes place, of those that touch `whole`, in order. `zone` is what its recurrence is
    /// reckoned in where it has no time zone of its own.
    #[must_use]
    pub fn times(&self, whole: Span, zone: Tz) -> Vec<Span> {
        let length = self.ends_at.since(self.starts_at);
        let Some(rule) = &self.recurrence else {
            let once = Span { from: self.starts_at, to: self.ends_at };
            return Some(once).filter(|once| once.from < whole.to && once.to > whole.from).into_iter().collect();
        };
        let zone = self.time_zone.unwrap_or(zone);
        let starts = recurrence::between(rule, self.starts_at, zone, whole.from - length, whole.to);
        starts.into_iter().map(|from| Span { from, to: from + length }).filter(|span| span.to > whole.from).collect()
    }

    fn clean(&mut self, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        text::optional_body(&mut self.body, "/body", invalid);
        text::optional_line(&mut self.place, "/place", invalid);
        text::custom(&self.custom, invalid);
        let length = self.ends_at.since(self.starts_at);
        invalid.check(self.ends_at > self.starts_at, "/ends_at", "must come after starts_at");
        invalid.check(length <= LONGEST, "/ends_at", "must not be more than 31 days after starts_at");
        self.recurrence = self.recurrence.take().map(|rule| rule.trim().trim_start_matches("RRULE:").to_uppercase());
        if let Some(rule) = &self.recurrence
            && let Err(error) = recurrence::check(rule, self.starts_at)
        {
            invalid.note("/recurrence", error);
        }
    }

    fn clean_participants(&mut self, before: Option<&Self>, now: Instant, invalid: &mut Invalid) {
        invalid.check(self.participants.len() <= PARTICIPANTS, "/participants", "there must not be more than 200");
        let mut seen = std::collections::HashSet::new();
        for (at, participant) in self.participants.iter_mut().enumerate() {
            let field = format!("/participants/{at}");
            text::optional_line(&mut participant.name, &format!("{field}/name"), invalid);
            if let Some(email) = &mut participant.email {
                admit_email(email, &format!("{field}/email"), invalid);
            }
            let one = participant.user.is_some() != participant.email.is_some();
            invalid.check(one, &field, "must have a user, or an email of somebody outside");
            let new = seen.insert((participant.user, participant.email.clone()));
            invalid.check(new, &field, "is invited already");
            let was = before.and_then(|before| before.participants.iter().find(|was| was.is(participant)));
            participant.answered_at = match was {
                Some(was) if was.answer == participant.answer => was.answered_at,
                None if participant.answer == Attendance::Pending => None,
                _ => (participant.answer != Attendance::Pending).then_some(now),
            };
        }
    }
}

impl Participant {
    fn is(&self, other: &Self) -> bool {
        (self.user, &self.email) == (other.user, &other.email)
    }
}

impl Entity for Meeting {
    const KIND: Kind = Kind::Meeting;
    const NAME: &'static str = "meeting";
    const PLURAL: &'static str = "meetings";
    const NUMBERED: bool = true;
    const OWNER: Option<&'static str> = Some("organiser");
    const TEXT: &'static [&'static str] = &["title", "place"];
    const LINKS: &'static [Link] = &[Link::refuse("organiser", Kind::User), Link::about(OnDelete::Clear)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("organiser", &["organiser"], Shape::Id),
        data("about", &["about", "id"], Shape::Id),
        data("starts_at", &["starts_at"], Shape::Instant),
        data("ends_at", &["ends_at"], Shape::Instant),
        data("recurrence", &["recurrence"], Shape::Text),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        self.clean(invalid);
        self.clean_participants(before, setting.now, invalid);
        let kept = before.map_or(0, |before| before.sequence);
        let moved = before.is_some_and(|before| {
            (before.starts_at, before.ends_at, before.status) != (self.starts_at, self.ends_at, self.status)
                || (&before.recurrence, &before.place) != (&self.recurrence, &self.place)
        });
        keep(&mut self.sequence, kept, kept + u32::from(moved), "/sequence", invalid);
    }

    fn links(&self) -> Vec<(&'static str, Reference)> {
        let users = self.participants.iter().filter_map(|participant| participant.user);
        users.map(|id| ("participants", Reference { kind: Kind::User, id })).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admitted, refused, with};

    const HOUR: Duration = Duration::from_secs(3600);

    fn user(byte: u8) -> Id {
        Id::from_bytes([byte; 16])
    }

    fn meeting() -> Value {
        let people = json!([{"user": user(2)}, {"email": "Eve@Client.example"}]);
        admitted(
            Kind::Meeting,
            None,
            json!({"title": "Demo", "starts_at": NOW, "ends_at": NOW + HOUR, "organiser": user(1), "participants": people}),
        )
    }

    #[test]
    fn answers_and_sequence() {
        let made = meeting();
        assert_eq!((&made["sequence"], &made["participants"][1]["email"]), (&json!(0), &json!("eve@client.example")));
        let people = json!([{"user": user(2), "answer": "accepted"}, {"email": "eve@client.example"}]);
        let answered = admitted(Kind::Meeting, Some(&made), with(&made, json!({"participants": people})));
        assert_eq!((&answered["sequence"], &answered["participants"][0]["answered_at"]), (&json!(0), &json!(NOW)));
        let moved = with(&answered, json!({"starts_at": NOW + HOUR, "ends_at": NOW + HOUR * 2}));
        let moved = admitted(Kind::Meeting, Some(&answered), moved);
        assert_eq!(moved["sequence"], json!(1));
        assert_eq!(refused(Kind::Meeting, Some(&moved), with(&moved, json!({"sequence": 7}))), ["/sequence"]);
    }

    #[test]
    fn whom_it_keeps() {
        let mut meeting: Meeting = serde_json::from_value(meeting()).unwrap();
        assert_eq!([1, 2, 3].map(|id| meeting.keeps(user(id))), [true, true, false]);
        meeting.participants[0].answer = Attendance::Declined;
        assert!(!meeting.keeps(user(2)));
        meeting.status = MeetingStatus::Cancelled;
        assert!(!meeting.keeps(user(1)));
    }

    /// Every Monday at nine in Berlin, over the end of summer time.
    #[test]
    fn recurring_ones_keep_local_time() {
        let at = |text: &str| -> Instant { serde_json::from_value(json!(text)).unwrap() };
        let meeting = admitted(
            Kind::Meeting,
            None,
            json!({"title": "Weekly", "organiser": user(1), "recurrence": "freq=weekly;count=3",
                "starts_at": "2026-10-19T07:00:00Z", "ends_at": "2026-10-19T08:00:00Z", "time_zone": "Europe/Berlin"}),
        );
        let meeting: Meeting = serde_json::from_value(meeting).unwrap();
        let whole = Span { from: at("2026-10-01T00:00:00Z"), to: at("2026-12-01T00:00:00Z") };
        let starts: Vec<Instant> = meeting.times(whole, Tz::UTC).into_iter().map(|span| span.from).collect();
        assert_eq!(starts, ["2026-10-19T07:00:00Z", "2026-10-26T08:00:00Z", "2026-11-02T08:00:00Z"].map(at));
        let part = Span { from: at("2026-10-26T08:30:00Z"), to: at("2026-10-26T08:31:00Z") };
        assert_eq!(meeting.times(part, Tz::UTC).len(), 1);
    }

    #[test]
    fn refusals_name_the_field() {
        let meeting = meeting();
        for (by, field) in [
            (json!({"ends_at": NOW}), "/ends_at"),
            (json!({"ends_at": NOW + HOUR * 24 * 32}), "/ends_at"),
            (json!({"recurrence": "FREQ=SOMETIMES"}), "/recurrence"),
            (json!({"recurrence": "FREQ=SECONDLY"}), "/recurrence"),
            (json!({"participants": [{"name": "X"}]}), "/participants/0"),
            (json!({"participants": [{"user": user(2)}, {"user": user(2)}]}), "/participants/1"),
            (json!({"participants": [{"email": "x"}]}), "/participants/0/email"),
            (json!({"time_zone": "Mars/Olympus"}), "/time_zone"),
        ] {
            assert_eq!(refused(Kind::Meeting, Some(&meeting), with(&meeting, by)), [field]);
        }
    }
}
