//! Work calendars, and time counted in them.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, data};
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::text;
use super::zone::{self, ClockTime};

/// Weekly hours, holidays and a time zone.
///
/// Hours are what the zone's clocks show. An interval begins and ends at the moments at which they first reach its
/// times (see [`zone::reached`]): on the days when the clocks change, one with a gap in it is shorter and one with a
/// fold in it is longer, and no moment counts twice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkCalendar {
    /// What people call it.
    pub title: String,
    /// IANA time zone.
    #[schema(value_type = String, example = "Europe/Berlin")]
    pub time_zone: Tz,
    /// The hours of an ordinary week.
    #[serde(default)]
    pub weekly: Week,
    /// Dates on which nobody works.
    #[serde(default)]
    #[schema(value_type = Vec<String>, format = Date)]
    pub holidays: BTreeSet<NaiveDate>,
    /// Dates with hours of their own, whatever the weekday: moved working days, short days before holidays.
    #[serde(default)]
    pub working_days: Vec<WorkingDay>,
}

/// The working hours of each weekday, none where a day is left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Week {
    /// Monday's.
    pub mon: Vec<Hours>,
    /// Tuesday's.
    pub tue: Vec<Hours>,
    /// Wednesday's.
    pub wed: Vec<Hours>,
    /// Thursday's.
    pub thu: Vec<Hours>,
    /// Friday's.
    pub fri: Vec<Hours>,
    /// Saturday's.
    pub sat: Vec<Hours>,
    /// Sunday's.
    pub sun: Vec<Hours>,
}

/// The hours of one date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingDay {
    /// The date.
    #[schema(value_type = String, format = Date)]
    pub date: NaiveDate,
    /// Its hours.
    pub hours: Vec<Hours>,
}

/// From one time of the day until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Its first minute.
    pub from: ClockTime,
    /// The first minute after it; `24:00` for the end of the day.
    pub to: ClockTime,
}

/// The calendar has not so much working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work calendar has not so much working time in the {HORIZON_YEARS} years after {start}")]
pub struct NoWorkingTime {
    /// Where the search began.
    pub start: Instant,
}

const HORIZON_YEARS: u64 = 10;
const HORIZON: Duration = Duration::from_secs(HORIZON_YEARS * 366 * 86_400);

impl WorkCalendar {
    /// The moment by which `length` of working time has passed since `start`: real time that passes inside working
    /// intervals. A length that just fills an interval ends with it, not where the next one begins.
    ///
    /// A length of zero gives `start` where that is working time, else the next moment that is.
    ///
    /// # Errors
    /// Where there is not so much working time in the ten years after `start`.
    pub fn working_time_after(&self, start: Instant, length: Duration) -> Result<Instant, NoWorkingTime> {
        let mut left = length;
        for (from, to) in self.intervals(start, start + HORIZON) {
            let from = from.max(start);
            let span = to.since(from);
            if left <= span {
                return Ok(from + left);
            }
            left -= span;
        }
        Err(NoWorkingTime { start })
    }

    /// How much working time lies from one moment until before another; zero where the other is not later.
    #[must_use]
    pub fn working_time_between(&self, start: Instant, end: Instant) -> Duration {
        self.intervals(start, end)
            .take_while(|(from, _)| *from < end)
            .map(|(from, to)| to.min(end).since(from.max(start)))
            .sum()
    }

    /// Whether that moment is in working time.
    #[must_use]
    pub fn is_working(&self, at: Instant) -> bool {
        self.intervals(at, at).any(|(from, to)| from <= at && at < to)
    }

    /// The working intervals that end after `start`, in order, up to the date of `end` and a little more.
    pub(super) fn intervals(&self, start: Instant, end: Instant) -> impl Iterator<Item = (Instant, Instant)> {
        // A day earlier and later: where the clocks turn back over midnight, a date comes twice.
        let date = |at| zone::clock(at, self.time_zone).date();
        let first = date(start) - Days::new(1);
        let last = date(end).checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX);
        first
            .iter_days()
            .take_while(move |date| *date <= last)
            .flat_map(move |date| {
                let reached = move |time: ClockTime| zone::reached(time.on(date), self.time_zone);
                self.hours_of(date).iter().map(move |hours| (reached(hours.from), reached(hours.to)))
            })
            .filter(move |(from, to)| from < to && *to > start)
    }

    /// The hours of a date: its own, none on a holiday, else its weekday's.
    fn hours_of(&self, date: NaiveDate) -> &[Hours] {
        let own = self.working_days.iter().find(|day| day.date == date);
        match own {
            Some(day) => &day.hours,
            None if self.holidays.contains(&date) => &[],
            None => self.weekly.hours(date.weekday()),
        }
    }
}

impl Week {
    /// The hours of that weekday.
    #[must_use]
    pub fn hours(&self, weekday: Weekday) -> &[Hours] {
        match weekday {
            Weekday::Mon => &self.mon,
            Weekday::Tue => &self.tue,
            Weekday::Wed => &self.wed,
            Weekday::Thu => &self.thu,
            Weekday::Fri => &self.fri,
            Weekday::Sat => &self.sat,
            Weekday::Sun => &self.sun,
        }
    }
}

impl Entity for WorkCalendar {
    const KIND: Kind = Kind::WorkCalendar;
    const NAME: &'static str = "work_calendar";
    const PLURAL: &'static str = "work_calendars";
    const TEXT: &'static [&'static str] = &["title"];
    const FIELDS: &'static [Field] = &[CREATED_AT, data("title", &["title"], Shape::Text)];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        let week = &mut self.weekly;
        for (day, hours) in [
            ("mon", &mut week.mon),
            ("tue", &mut week.tue),
            ("wed", &mut week.wed),
            ("thu", &mut week.thu),
            ("fri", &mut week.fri),
            ("sat", &mut week.sat),
            ("sun", &mut week.sun),
        ] {
            admit_hours(hours, &format!("/weekly/{day}"), invalid);
        }
        let mut dates = self.holidays.clone();
        for (at, day) in self.working_days.iter_mut().enumerate() {
            admit_hours(&mut day.hours, &format!("/working_days/{at}/hours"), invalid);
            let field = format!("/working_days/{at}/date");
            invalid.check(dates.insert(day.date), &field, "is a holiday, or stands here twice");
        }
        self.working_days.sort_by_key(|day| day.date);
    }
}

fn admit_hours(hours: &mut [Hours], field: &str, invalid: &mut Invalid) {
    hours.sort_by_key(|hours| hours.from);
    invalid.check(hours.iter().all(|hours| hours.from < hours.to), field, "each interval must end after it begins");
    let apart = hours.windows(2).all(|pair| pair[0].to <= pair[1].from);
    invalid.check(apart, field, "the intervals must not overlap");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn calendar(zone: &str, hours: Value) -> WorkCalendar {
        let weekly = json!({"mon": hours, "tue": hours, "wed": hours, "thu": hours, "fri": hours});
        serde_json::from_value(json!({"title": "Office", "time_zone": zone, "weekly": weekly})).unwrap()
    }

    fn office(zone: &str) -> WorkCalendar {
        calendar(zone, json!([{"from": "09:00", "to": "18:00"}]))
    }

    fn at(text: &str) -> Instant {
        serde_json::from_value(text.into()).unwrap()
    }

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn friday_evening_goes_on_on_monday() {
        let office = office("Europe/Berlin");
        let after = |start, length| office.working_time_after(at(start), length).unwrap();
        assert_eq!(after("2026-01-16T17:55:00+01:00", 15 * MINUTE), at("2026-01-19T09:10:00+01:00"));
        assert_eq!(after("2026-01-16T17:55:00+01:00", 5 * MINUTE), at("2026-01-16T18:00:00+01:00"));
        assert_eq!(after("2026-01-16T18:00:00+01:00", MINUTE), at("2026-01-19T09:01:00+01:00"));
        assert_eq!(after("2026-01-16T18:00:00+01:00", Duration::ZERO), at("2026-01-19T09:00:00+01:00"));
        assert_eq!(after("2026-01-16T17:00:00+01:00", Duration::ZERO), at("2026-01-16T17:00:00+01:00"));
        assert_eq!(after("2026-01-16T08:00:00+01:00", 45 * HOUR), at("2026-01-22T18:00:00+01:00"));
        assert!(office.is_working(at("2026-01-16T09:00:00+01:00")));
        assert!(!office.is_working(at("2026-01-16T18:00:00+01:00")));
    }

    #[test]
    fn holidays_and_moved_days() {
        let mut office = office("Europe/Moscow");
        office.holidays.insert("2026-01-09".parse().unwrap());
        let hours = serde_json::from_value(json!([{"from": "10:00", "to": "12:00"}])).unwrap();
        office.working_days.push(WorkingDay { date: "2026-01-10".parse().unwrap(), hours });
        let after = |start, length| office.working_time_after(at(start), length).unwrap();
        assert_eq!(after("2026-01-08T17:00:00+03:00", 2 * HOUR), at("2026-01-10T11:00:00+03:00"));
        assert_eq!(after("2026-01-08T17:00:00+03:00", 4 * HOUR), at("2026-01-12T10:00:00+03:00"));
    }

    #[test]
    fn gaps_shorten_and_folds_lengthen() {
        let mut nights = calendar("Europe/Berlin", json!([]));
        nights.weekly.sun = serde_json::from_value(json!([{"from": "00:00", "to": "06:00"}])).unwrap();
        let hours = |from: &str, to: &str| nights.working_time_between(at(from), at(to)).as_secs() / 3600;
        assert_eq!(hours("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 5);
        assert_eq!(hours("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 7);
        assert_eq!(hours("2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z"), 5);
        // An interval that lies in the gap is empty; two that meet in the fold do not overlap.
        nights.weekly.sun =
            serde_json::from_value(json!([{"from": "02:00", "to": "02:30"}, {"from": "02:30", "to": "04:00"}]))
                .unwrap();
        let spring = nights.working_time_between(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z"));
        assert_eq!(spring, HOUR);
        let autumn = nights.working_time_between(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z"));
        assert_eq!(autumn, 3 * HOUR);
    }

    #[test]
    fn the_last_day_counts_where_the_days_before_it_were_short() {
        let days = calendar("Europe/Berlin", json!([{"from": "00:00", "to": "24:00"}]));
        // From Saturday's last moment until Tuesday's first: 47 hours, as the night to Sunday lost one.
        let (start, end) = (at("2026-03-28T23:59:59+01:00"), at("2026-03-31T00:00:01+02:00"));
        let length = 24 * HOUR + Duration::from_secs(1);
        assert_eq!(days.working_time_after(start, length), Ok(end));
        assert_eq!(days.working_time_between(start, end), length);
    }

    #[test]
    fn no_hours_is_an_error() {
        let empty = calendar("UTC", json!([]));
        let start = at("2026-01-01T00:00:00Z");
        assert_eq!(empty.working_time_after(start, Duration::ZERO), Err(NoWorkingTime { start }));
        assert!(office("UTC").working_time_after(start, Duration::MAX).is_err());
        assert!(office("UTC").working_time_after(Instant::from_micros(i64::MAX), HOUR).is_err());
    }

    #[test]
    fn rules() {
        let admit = |hours: Value| {
            let mut calendar = calendar("UTC", hours);
            let mut invalid = Invalid::default();
            let setting = Setting { region: "DE".into(), ..Setting::default() };
            calendar.admit(None, &setting, &mut invalid);
            invalid.or(calendar.weekly.mon).map_err(|invalid| invalid.0[0].field.clone())
        };
        let sorted = admit(json!([{"from": "13:00", "to": "24:00"}, {"from": "09:00", "to": "13:00"}])).unwrap();
        assert_eq!(json!(sorted), json!([{"from": "09:00", "to": "13:00"}, {"from": "13:00", "to": "24:00"}]));
        assert_eq!(admit(json!([{"from": "09:00", "to": "09:00"}])).unwrap_err(), "/weekly/mon");
        assert_eq!(
            admit(json!([{"from": "09:00", "to": "13:00"}, {"from": "12:59", "to": "14:00"}])).unwrap_err(),
            "/weekly/mon"
        );
    }

    fn calendars() -> impl Strategy<Value = WorkCalendar> {
        let zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Europe/Moscow"];
        let hours = [
            json!([{"from": "09:00", "to": "18:00"}]),
            json!([{"from": "00:00", "to": "24:00"}]),
            json!([{"from": "01:45", "to": "02:15"}, {"from": "02:15", "to": "02:45"}, {"from": "22:00", "to": "24:00"}]),
        ];
        let date = (0..20u64).prop_map(|day| NaiveDate::default().with_year(2026).unwrap() + Days::new(83 + day));
        (
            prop::sample::select(zones.to_vec()),
            prop::sample::select(hours.to_vec()),
            prop::collection::btree_set(date, 0..4),
            any::<bool>(),
        )
            .prop_map(|(zone, hours, holidays, weekends)| {
                let mut calendar = calendar(zone, hours);
                calendar.holidays = holidays;
                if weekends {
                    calendar.weekly.sat = calendar.weekly.fri.clone();
                    calendar.weekly.sun = calendar.weekly.fri.clone();
                }
                calendar
            })
    }

    fn moments() -> impl Strategy<Value = Instant> {
        let changes = [
            "2026-03-08T07:00:00Z",
            "2026-03-29T01:00:00Z",
            "2026-04-04T15:00:00Z",
            "2026-10-03T15:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-11-01T06:00:00Z",
        ];
        let near = -3 * 86_400_000_000i64..86_400_000_000;
        (prop::sample::select(changes.to_vec()), near)
            .prop_map(|(change, off)| Instant::from_micros(at(change).micros() + off))
    }

    fn lengths() -> impl Strategy<Value = Duration> {
        (1..200_000_000_000u64).prop_map(Duration::from_micros)
    }

    proptest! {
        #[test]
        fn between_measures_what_after_counts(calendar in calendars(), start in moments(), length in lengths()) {
            let end = calendar.working_time_after(start, length).unwrap();
            prop_assert_eq!(calendar.working_time_between(start, end), length);
            prop_assert!(calendar.is_working(end - Duration::from_micros(1)));
        }

        #[test]
        fn lengths_add_up(calendar in calendars(), start in moments(), a in lengths(), b in lengths()) {
            let first = calendar.working_time_after(start, a).unwrap();
            prop_assert_eq!(calendar.working_time_after(first, b), calendar.working_time_after(start, a + b));
        }

        #[test]
        fn later_and_longer_never_ends_earlier(
            calendar in calendars(), start in moments(), length in lengths(), later in lengths(),
        ) {
            let end = calendar.working_time_after(start, length).unwrap();
            prop_assert!(calendar.working_time_after(start + later, length).unwrap() >= end);
            prop_assert!(calendar.working_time_after(start, length + later).unwrap() > end);
        }

        #[test]
        fn nothing_lasts_until_the_next_opening(calendar in calendars(), start in moments()) {
            let opening = calendar.working_time_after(start, Duration::ZERO).unwrap();
            prop_assert!(calendar.is_working(opening));
            prop_assert_eq!(calendar.working_time_between(start, opening), Duration::ZERO);
            prop_assert_eq!(calendar.is_working(start), opening == start);
        }
    }
}
