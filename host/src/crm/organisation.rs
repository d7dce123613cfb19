//! The organisation itself.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::issuer::IssuerDetails;
use super::kind::Kind;
use super::links::Link;
use super::money::Currency;
use super::phone;
use super::retention::Retention;
use super::text;
use super::zone::{self, ClockTime};

/// The organisation's settings. There is one record of this kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    /// BCP 47 tag: the language for those whose own is not known.
    #[serde(default = "english")]
    pub language: String,
    /// IANA time zone that schedules are read in.
    #[serde(default)]
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// The currency of amounts that name none.
    #[serde(default = "euro")]
    pub currency: Currency,
    /// ISO 3166-1 alpha-2 code of the country whose national phone numbers are understood.
    #[serde(default = "germany")]
    pub region: String,
    /// When clients are not written to, in their own time zone.
    #[serde(default)]
    pub quiet_hours: QuietHours,
    /// What members see.
    #[serde(default, skip_serializing_if = "MemberReach::is_default")]
    pub member_reach: MemberReach,
    /// For how long what happened is kept.
    #[serde(default)]
    pub retention: Retention,
    /// When people work, where their department does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_calendar: Option<Id>,
    /// Who it is on its papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<IssuerDetails>,
}

/// A part of each day, over midnight where `to` comes before `from`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From this time of the day.
    pub from: ClockTime,
    /// Until this one; the same as `from`: at no time.
    pub to: ClockTime,
}

/// From nine in the evening until nine in the morning.
impl Default for QuietHours {
    fn default() -> Self {
        Self { from: ClockTime::at_hour(21), to: ClockTime::at_hour(9) }
    }
}

impl QuietHours {
    /// The first moment from `at` on at which it is not quiet in that time zone.
    #[must_use]
    pub fn over(self, at: Instant, zone: Tz) -> Instant {
        let local = zone::clock(at, zone);
        let today = local.date();
        let (from, to) = (self.from.on(today), self.to.on(today));
        if from == to {
            at
        } else if from < to {
            if local >= from && local < to { zone::reached(to, zone) } else { at }
        } else if local < to {
            zone::reached(to, zone)
        } else if local >= from {
            zone::reached(self.to.on(today.succ_opt().unwrap_or(today)), zone)
        } else {
            at
        }
    }
}

/// What members see of the records that belong to somebody.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberReach {
    /// Their own, and those that belong to nobody.
    #[default]
    Own,
    /// Those of everybody.
    All,
}

impl MemberReach {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The region of an organisation that names none.
pub const DEFAULT_REGION: &str = "DE";

/// What holds as long as there is no record of the organisation.
impl Default for Organisation {
    fn default() -> Self {
        Self {
            name: "Organisation".to_owned(),
            language: english(),
            time_zone: Tz::default(),
            currency: euro(),
            region: germany(),
            quiet_hours: QuietHours::default(),
            member_reach: MemberReach::default(),
            retention: Retention::default(),
            work_calendar: None,
            issuer: None,
        }
    }
}

impl Entity for Organisation {
    const KIND: Kind = Kind::Organisation;
    const NAME: &'static str = "organisation";
    const PLURAL: &'static str = "organisations";
    const KEYED: bool = true;
    const LINKS: &'static [Link] = &[Link::refuse("work_calendar", Kind::WorkCalendar)];
    const FIELDS: &'static [Field] = &[CREATED_AT, data("work_calendar", &["work_calendar"], Shape::Id)];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        text::language(&self.language, "/language", invalid);
        let known = phone::is_region(&self.region);
        invalid.check(known, "/region", "must be an ISO 3166-1 alpha-2 country code, like DE");
        self.retention.admit("/retention", invalid);
        if let Some(issuer) = &mut self.issuer {
            issuer.admit("/issuer", invalid);
        }
    }

    /// One key for all of them: there is never a second record.
    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("organisation", "only".to_owned())]
    }
}

fn english() -> String {
    "en".to_owned()
}

const fn euro() -> Currency {
    Currency::EUR
}

fn germany() -> String {
    DEFAULT_REGION.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{admitted, refused};

    #[test]
    fn defaults() {
        assert_eq!(
            admitted(Kind::Organisation, None, json!({"name": "ACME"})),
            json!({
                "name": "ACME", "language": "en", "time_zone": "UTC", "currency": "EUR", "region": "DE",
                "quiet_hours": {"from": "21:00", "to": "09:00"},
                "retention": {
                    "runs": 90, "journals": 30, "events": 90, "messages": 30, "answers": 180, "sessions": 30,
                },
            })
        );
    }

    /// Berlin is an hour ahead of UTC in winter, and two in summer: the clocks go forward on 2026-03-29.
    #[test]
    fn quiet_hours_are_over_in_the_morning() {
        let at = |text: &str| -> Instant { serde_json::from_value(json!(text)).unwrap() };
        let over = |text: &str| QuietHours::default().over(at(text), Tz::Europe__Berlin);
        assert_eq!(over("2026-03-02T07:59:59Z"), at("2026-03-02T08:00:00Z"));
        assert_eq!(over("2026-03-02T08:00:00Z"), at("2026-03-02T08:00:00Z"));
        assert_eq!(over("2026-03-02T19:59:59Z"), at("2026-03-02T19:59:59Z"));
        assert_eq!(over("2026-03-28T20:00:00Z"), at("2026-03-29T07:00:00Z"));
        let noon = QuietHours { from: ClockTime::at_hour(12), to: ClockTime::at_hour(13) };
        assert_eq!(noon.over(at("2026-03-02T12:30:00Z"), Tz::UTC), at("2026-03-02T13:00:00Z"));
        let never = QuietHours { from: ClockTime::at_hour(9), to: ClockTime::at_hour(9) };
        assert_eq!(never.over(at("2026-03-02T00:00:00Z"), Tz::UTC), at("2026-03-02T00:00:00Z"));
    }

    #[test]
    fn what_happened_is_kept_for_as_long_as_is_said() {
        let kept = |retention| admitted(Kind::Organisation, None, json!({"name": "ACME", "retention": retention}));
        assert_eq!(kept(json!({"runs": 7, "audit": 3650}))["retention"]["audit"], 3650);
        assert_eq!(kept(json!({"runs": 7}))["retention"]["journals"], 30);
        for (retention, field) in [
            (json!({"runs": 0}), "/retention/runs"),
            (json!({"events": 36_501}), "/retention/events"),
            (json!({"audit": 364}), "/retention/audit"),
        ] {
            assert_eq!(
                refused(Kind::Organisation, None, json!({"name": "ACME", "retention": retention})),
                [field.to_owned()]
            );
        }
    }

    #[test]
    fn refusals_name_the_field() {
        for (field, value) in [("time_zone", "Mars/Olympus"), ("currency", "eur"), ("region", "de"), ("language", "")] {
            assert_eq!(refused(Kind::Organisation, None, json!({"name": "ACME", field: value})), [format!("/{field}")]);
        }
    }
}
