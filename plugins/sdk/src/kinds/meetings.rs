use serde::{Deserialize, Serialize};

use super::{Custom, Id, Reference, null_as_default, record};
use crate::instant::Instant;

/// Where a meeting stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingStatus {
    /// It will be, or was.
    #[default]
    Planned,
    /// It will not be.
    Cancelled,
}

/// What somebody invited says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// Somebody invited: a user, or an outside address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    /// The user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// The outside e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What an outside person is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they say.
    #[serde(default)]
    pub answer: Attendance,
    /// When they said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Instant>,
}

/// A time that people spend together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meeting {
    /// The record's id.
    pub id: Id,
    /// Absent until the commit that makes it.
    pub number: Option<u64>,
    /// Grows by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// What it is about.
    pub title: String,
    /// More about it.
    pub body: Option<String>,
    /// Where it is.
    pub place: Option<String>,
    /// Where it stands.
    pub status: MeetingStatus,
    /// When it begins; of a recurring one, the first time.
    pub starts_at: Instant,
    /// When it ends; of a recurring one, the first time.
    pub ends_at: Instant,
    /// IANA time zone that its recurrence is reckoned in.
    pub time_zone: Option<String>,
    /// How it recurs: an RRULE of RFC 5545, like `FREQ=WEEKLY;COUNT=10`.
    pub recurrence: Option<String>,
    /// The user who invites.
    pub organiser: Option<Id>,
    /// Who is invited.
    #[serde(default, deserialize_with = "null_as_default")]
    pub participants: Vec<Participant>,
    /// The record it is about.
    pub about: Option<Reference>,
    /// Grows when its time, place or recurrence changes, or it is cancelled.
    #[serde(default)]
    pub sequence: u32,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Meeting, "meeting");
