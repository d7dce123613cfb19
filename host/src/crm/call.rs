//! Telephone calls.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contact::admit_phone;
use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data, key};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::{Link, OnDelete};
use super::record::Reference;
use super::text;

/// A telephone call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Who called whom.
    pub direction: Direction,
    /// Where it stands.
    #[serde(default)]
    pub status: CallStatus,
    /// The other party's number, E.164.
    pub phone: String,
    /// The organisation's own number, E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// The user who answered it, or made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// The contact, lead, company or deal that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// When it began to ring. Now, where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Instant>,
    /// When it was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Instant>,
    /// When it was over, or given up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Instant>,
    /// Whole seconds from the answer to the end. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// Where the recording is: an `https://` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording: Option<String>,
    /// The telephony system's own name for the call: unique among calls. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// Who called whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Somebody called the organisation.
    In,
    /// The organisation called somebody.
    Out,
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// Nobody has answered yet.
    #[default]
    Ringing,
    /// They speak.
    Answered,
    /// They spoke.
    Ended,
    /// Nobody answered.
    Missed,
}

impl CallStatus {
    /// Whether a call may go from here to there.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == next || matches!((self, next), (Self::Ringing, _) | (Self::Answered, Self::Ended))
    }

    const fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Missed)
    }
}

impl Call {
    fn clean(&mut self, setting: &Setting, invalid: &mut Invalid) {
        admit_phone(&mut self.phone, "/phone", setting, invalid);
        text::optional_line(&mut self.line, "/line", invalid);
        if let Some(line) = &mut self.line {
            admit_phone(line, "/line", setting, invalid);
        }
        text::optional_line(&mut self.external_id, "/external_id", invalid);
        if let Some(recording) = &self.recording {
            let link = recording.starts_with("https://") && recording.len() <= 2000;
            let clean = link && !recording.contains(|c: char| c.is_whitespace() || c.is_control());
            invalid.check(clean, "/recording", "must be an https:// URL of at most 2000 bytes");
        }
        let may = |about: Reference| matches!(about.kind, Kind::Contact | Kind::Lead | Kind::Company | Kind::Deal);
        invalid.check(self.about.is_none_or(may), "/about", "must be a contact, lead, company or deal");
        text::custom(&self.custom, invalid);
    }

    /// The times that its status asks for; those that are left out are now.
    fn admit_times(&mut self, before: Option<&Self>, now: Instant, invalid: &mut Invalid) {
        let started = *self.started_at.get_or_insert(now);
        let spoken = matches!(self.status, CallStatus::Answered | CallStatus::Ended);
        if spoken {
            let answered = *self.answered_at.get_or_insert(now);
            invalid.check(answered >= started, "/answered_at", "must not be before the call began");
        } else {
            invalid.check(self.answered_at.is_none(), "/answered_at", "only a call that was answered has one");
        }
        if self.status.is_over() {
            let ended = *self.ended_at.get_or_insert(now);
            let since = self.answered_at.unwrap_or(started);
            invalid.check(ended >= since, "/ended_at", "must not be before the call began or was answered");
        } else {
            invalid.check(self.ended_at.is_none(), "/ended_at", "only a call that is over has one");
        }
        let seconds = |answered: Instant, ended: Instant| {
            u32::try_from((ended.micros() - answered.micros()).max(0) / 1_000_000).unwrap_or(u32::MAX)
        };
        let duration = self.answered_at.zip(self.ended_at).map(|(answered, ended)| seconds(answered, ended));
        keep(&mut self.duration, before.and_then(|before| before.duration), duration, "/duration", invalid);
    }
}

impl Entity for Call {
    const KIND: Kind = Kind::Call;
    const NAME: &'static str = "call";
    const PLURAL: &'static str = "calls";
    const NUMBERED: bool = true;
    const KEYED: bool = true;
    const OWNER: Option<&'static str> = Some("user");
    const PERSONAL: &'static [&'static str] = &["phone", "recording"];
    const TEXT: &'static [&'static str] = &["phone"];
    const LINKS: &'static [Link] = &[Link::refuse("user", Kind::User), Link::about(OnDelete::Clear)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("direction", &["direction"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("phone", &["phone"], Shape::Text),
        data("user", &["user"], Shape::Id),
        data("about", &["about", "id"], Shape::Id),
        data("started_at", &["started_at"], Shape::Instant),
        key("external_id"),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        self.clean(setting, invalid);
        if let Some(before) = before {
            let may = before.status.may_become(self.status);
            invalid.check(may, "/status", "a call goes from ringing to answered or missed, and from answered to ended");
            invalid.check(self.external_id == before.external_id, "/external_id", "cannot be changed");
        }
        self.admit_times(before, setting.now, invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        self.external_id.clone().map(|id| ("external_id", id)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admit, admitted, refused, with};

    const MINUTE: Duration = Duration::from_secs(60);

    fn ringing() -> Value {
        admitted(Kind::Call, None, json!({"direction": "in", "phone": "030 901820", "started_at": NOW - MINUTE * 5}))
    }

    #[test]
    fn a_call_that_is_answered() {
        let ringing = ringing();
        assert_eq!((&ringing["status"], &ringing["phone"]), (&json!("ringing"), &json!("+4930901820")));
        let answered = with(&ringing, json!({"status": "answered", "answered_at": NOW - MINUTE * 4}));
        let answered = admitted(Kind::Call, Some(&ringing), answered);
        assert_eq!(answered.get("duration"), None);
        let ended = admitted(Kind::Call, Some(&answered), with(&answered, json!({"status": "ended"})));
        assert_eq!((&ended["ended_at"], &ended["duration"]), (&json!(NOW), &json!(240)));
        assert_eq!(refused(Kind::Call, Some(&ended), with(&ended, json!({"duration": 1}))), ["/duration"]);
    }

    #[test]
    fn a_call_that_nobody_answers() {
        let ringing = ringing();
        let missed = admitted(Kind::Call, Some(&ringing), with(&ringing, json!({"status": "missed"})));
        assert_eq!((&missed["ended_at"], missed.get("duration")), (&json!(NOW), None));
        let answered = with(&missed, json!({"status": "answered", "ended_at": null}));
        assert_eq!(refused(Kind::Call, Some(&missed), answered), ["/status"]);
        let wrong = with(&ringing, json!({"status": "missed", "answered_at": NOW}));
        assert_eq!(refused(Kind::Call, Some(&ringing), wrong), ["/answered_at"]);
    }

    #[test]
    fn every_move_is_as_the_table_says() {
        use CallStatus::{Answered, Ended, Missed, Ringing};
        let all = [Ringing, Answered, Ended, Missed];
        let may = |from: CallStatus| all.into_iter().filter(move |to| from.may_become(*to)).collect::<Vec<_>>();
        assert_eq!(may(Ringing), all);
        assert_eq!(may(Answered), [Answered, Ended]);
        assert_eq!((may(Ended), may(Missed)), (vec![Ended], vec![Missed]));
    }

    #[test]
    fn refusals_name_the_field() {
        let call = |by: Value| with(&json!({"direction": "out", "phone": "030 901820"}), by);
        for (by, fields) in [
            (json!({"phone": "1"}), ["/phone"]),
            (json!({"direction": "up"}), ["/direction"]),
            (json!({"recording": "http://x"}), ["/recording"]),
            (json!({"recording": "https://x y"}), ["/recording"]),
            (json!({"about": {"kind": "user", "id": Id::from_bytes([1; 16])}}), ["/about"]),
            (json!({"ended_at": NOW}), ["/ended_at"]),
            (json!({"status": "ended", "answered_at": NOW, "ended_at": NOW - MINUTE}), ["/ended_at"]),
        ] {
            let started = json!({"started_at": NOW - MINUTE * 9});
            assert_eq!(refused(Kind::Call, None, with(&call(by), started)), fields);
        }
    }

    #[test]
    fn the_telephony_systems_name_is_its_key() {
        let made = json!({"direction": "in", "phone": "030 901820", "external_id": "pbx-1"});
        let made = admit(Kind::Call, None, made).unwrap();
        assert_eq!(made.keys, [("external_id", "pbx-1".to_owned())]);
        let made = Value::Object(made.data);
        assert_eq!(refused(Kind::Call, Some(&made), with(&made, json!({"external_id": "pbx-2"}))), ["/external_id"]);
    }
}
