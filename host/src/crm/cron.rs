//! Clock times that come again: five fields as crontab(5) reads them.

use std::fmt;
use std::iter;
use std::str::FromStr;

use chrono::{DateTime, LocalResult, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use cron::Schedule;

use super::instant::Instant;
use super::zone;

/// A crontab(5) expression: minute, hour, day of month, month, day of week.
///
/// Lists, ranges, steps of `*` and of ranges, names of months and days, and both 0 and 7 for Sunday. Where both days
/// are restricted (neither field begins with `*`), either is enough.
///
/// It keeps time on local clocks, as Vixie's cron does:
/// - Where minute and hour are fixed, every listed time comes **once** a day: one that the clocks skip, at the end of
///   the gap; one that they show twice, the first time.
/// - Where the minute or the hour field begins with `*`, it comes **whenever** the clocks show a listed time: not in a
///   gap, and in both passes of a fold.
#[derive(Debug, Clone)]
pub struct Cron {
    source: String,
    /// The times on a clock without gaps and folds, any of them. Two where either day is enough: the `cron` crate
    /// itself wants both.
    schedules: Vec<Schedule>,
    whenever_shown: bool,
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not five fields.
    #[error("five fields are expected (minute, hour, day of month, month, day of week), not {0}")]
    Count(usize),
    /// One field cannot be read.
    #[error("the {field} field cannot be read: `{text}`")]
    Field {
        /// Which one.
        field: &'static str,
        /// What stands there.
        text: String,
    },
}

impl Cron {
    /// The first moment after `after` at which it comes in that zone; none when it never does (30 February), or not
    /// before the year 2101.
    #[must_use]
    pub fn next_after(&self, after: Instant, zone: Tz) -> Option<Instant> {
        let shown = zone::clock(after, zone).and_utc();
        let mut again = None;
        for time in self.times_after(shown - turned_back(after, zone)) {
            let local = time.naive_utc();
            let first = match zone.from_local_datetime(&local) {
                LocalResult::None if self.whenever_shown => continue,
                LocalResult::Ambiguous(_, second) if self.whenever_shown => {
                    let second = zone::moment(second);
                    again = again.or(Some(second).filter(|second| *second > after));
                    zone::reached(local, zone)
                }
                _ => zone::reached(local, zone),
            };
            if first > after {
                return Some(again.map_or(first, |again| again.min(first)));
            }
        }
        again
    }

    /// The listed times after that one, on a clock without gaps and folds.
    fn times_after(&self, start: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        iter::successors(self.time_after(&start), |time| self.time_after(time))
    }

    fn time_after(&self, time: &DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.schedules.iter().filter_map(|schedule| schedule.after(time).next()).min()
    }
}

impl FromStr for Cron {
    type Err = CronError;

    fn from_str(source: &str) -> Result<Self, CronError> {
        let fields: Vec<&str> = source.split_whitespace().collect();
        let &[minute, hour, day_of_month, month, day_of_week] = fields.as_slice() else {
            return Err(CronError::Count(fields.len()));
        };
        check("minute", minute, minute, "0 {} * * * *")?;
        check("hour", hour, hour, "0 * {} * * *")?;
        check("day of month", day_of_month, day_of_month, "0 * * {} * *")?;
        check("month", month, month, "0 * * * {} *")?;
        let weekdays = from_sunday_as_one(day_of_week).unwrap_or_default();
        check("day of week", day_of_week, &weekdays, "0 * * * * {}")?;

        let both_restricted = !day_of_month.starts_with('*') && !day_of_week.starts_with('*');
        let days = match both_restricted {
            true => vec![(day_of_month, "*"), ("*", weekdays.as_str())],
            false => vec![(day_of_month, weekdays.as_str())],
        };
        let schedules = days
            .into_iter()
            .map(|(of_month, of_week)| schedule(&format!("0 {minute} {hour} {of_month} {month} {of_week}")))
            .collect::<Option<_>>()
            .ok_or(CronError::Count(fields.len()))?;
        Ok(Self {
            source: fields.join(" "),
            schedules,
            whenever_shown: minute.starts_with('*') || hour.starts_with('*'),
        })
    }
}

impl fmt::Display for Cron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

/// How far the zone's clocks are turned back within the day after `at`: so far back lie times that are still to be
/// shown again.
fn turned_back(at: Instant, zone: Tz) -> TimeDelta {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    let back = offset(at.utc()) - offset(at.utc() + TimeDelta::days(1));
    TimeDelta::seconds(back.max(0).into())
}

/// Has the `cron` crate read one field alone, so that the error can name it. `translated` is what the crate is given.
fn check(field: &'static str, text: &str, translated: &str, frame: &str) -> Result<(), CronError> {
    // What the crate takes beyond crontab(5): `?`, and a step after a single value.
    let plain = text.split(',').all(|part| {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '*' | '-');
        range.chars().all(known) && (step.is_none() || range == "*" || range.contains('-'))
    });
    let read = plain && !translated.is_empty() && schedule(&frame.replace("{}", translated)).is_some();
    read.then_some(()).ok_or_else(|| CronError::Field { field, text: text.chars().take(64).collect() })
}

fn schedule(six_fields: &str) -> Option<Schedule> {
    six_fields.parse().ok()
}

/// The day-of-week field as the `cron` crate counts: Sunday is 1, and no range passes over Saturday.
fn from_sunday_as_one(field: &str) -> Option<String> {
    const NAMES: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let day = |text: &str| match text.parse::<usize>() {
        Ok(number) => Some(number).filter(|number| *number <= 7),
        Err(_) => NAMES.iter().position(|name| text.eq_ignore_ascii_case(name)),
    };
    if field == "*" {
        return Some(field.to_owned());
    }
    let mut days = Vec::new();
    for part in field.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step = step.parse().ok().filter(|step| *step > 0)?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (0, 6),
            Some((from, to)) => (day(from)?, day(to)?),
            None => (day(range)?, day(range)?),
        };
        // A range that ends on Sunday ends the week, whichever way the Sunday is written.
        let to = if to == 0 && from > 0 { 7 } else { to };
        days.extend((from..=to).step_by(step).map(|day| (day % 7 + 1).to_string()));
    }
    Some(days.join(","))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400_000_000;

    fn at(text: &str) -> Instant {
        Instant::from(text.parse::<DateTime<Utc>>().unwrap())
    }

    /// Compares the first moments after `start` with `expected`, both as local times with their offset.
    fn comes(cron: &str, zone: &str, start: &str, expected: &[&str]) {
        let (parsed, tz): (Cron, Tz) = (cron.parse().unwrap(), zone.parse().unwrap());
        let start = Instant::from(start.parse::<DateTime<chrono::FixedOffset>>().unwrap().to_utc());
        let moments = iter::successors(parsed.next_after(start, tz), |at| parsed.next_after(*at, tz));
        let shown: Vec<String> = moments
            .take(expected.len())
            .map(|at| at.utc().with_timezone(&tz).format("%Y-%m-%dT%H:%M%:z").to_string())
            .collect();
        assert_eq!(shown, expected, "{cron} in {zone}");
    }

    #[test]
    fn a_daily_job_in_the_gap_comes_once_at_its_end() {
        comes(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T00:00:00+01:00",
            &["2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00"],
        );
        comes(
            "30 2 * * *",
            "America/New_York",
            "2026-03-08T00:00:00-05:00",
            &["2026-03-08T03:00-04:00", "2026-03-09T02:30-04:00"],
        );
        comes(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-04T00:00:00+10:30",
            &["2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00"],
        );
        comes(
            "0,30 2,3 * * *",
            "Europe/Berlin",
            "2026-03-29T00:00:00+01:00",
            &["2026-03-29T03:00+02:00", "2026-03-29T03:30+02:00", "2026-03-30T02:00+02:00"],
        );
    }

    #[test]
    fn a_daily_job_in_the_fold_comes_once_the_first_time() {
        comes(
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-25T00:00:00+02:00",
            &["2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00"],
        );
        comes("30 2 * * *", "Europe/Berlin", "2026-10-25T02:10:00+01:00", &["2026-10-26T02:30+01:00"]);
        comes(
            "30 1 * * *",
            "America/New_York",
            "2026-11-01T00:00:00-04:00",
            &["2026-11-01T01:30-04:00", "2026-11-02T01:30-05:00"],
        );
        comes(
            "45 1 * * *",
            "Australia/Lord_Howe",
            "2026-04-05T00:00:00+11:00",
            &["2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"],
        );
    }

    #[test]
    fn every_half_hour_comes_in_both_passes_and_not_in_the_gap() {
        comes(
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-10-25T01:30:00+02:00",
            &[
                "2026-10-25T02:00+02:00",
                "2026-10-25T02:30+02:00",
                "2026-10-25T02:00+01:00",
                "2026-10-25T02:30+01:00",
                "2026-10-25T03:00+01:00",
            ],
        );
        comes(
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-03-29T01:00:00+01:00",
            &["2026-03-29T01:30+01:00", "2026-03-29T03:00+02:00"],
        );
        comes(
            "*/30 * * * *",
            "America/New_York",
            "2026-11-01T00:30:00-04:00",
            &[
                "2026-11-01T01:00-04:00",
                "2026-11-01T01:30-04:00",
                "2026-11-01T01:00-05:00",
                "2026-11-01T01:30-05:00",
                "2026-11-01T02:00-05:00",
            ],
        );
        comes(
            "*/15 * * * *",
            "Australia/Lord_Howe",
            "2026-04-05T01:15:00+11:00",
            &[
                "2026-04-05T01:30+11:00",
                "2026-04-05T01:45+11:00",
                "2026-04-05T01:30+10:30",
                "2026-04-05T01:45+10:30",
                "2026-04-05T02:00+10:30",
            ],
        );
        comes("*/15 * * * *", "Australia/Lord_Howe", "2026-10-04T01:45:00+10:30", &["2026-10-04T02:30+11:00"]);
    }

    #[test]
    fn days_as_crontab_reads_them() {
        let start = "2026-05-31T12:00:00+00:00"; // A Sunday.
        comes(
            "0 9 13 * FRI",
            "UTC",
            start,
            &["2026-06-05T09:00+00:00", "2026-06-12T09:00+00:00", "2026-06-13T09:00+00:00"],
        );
        comes("0 9 * * FRI", "UTC", start, &["2026-06-05T09:00+00:00", "2026-06-12T09:00+00:00"]);
        comes("0 9 1-7 * */7", "UTC", start, &["2026-06-07T09:00+00:00", "2026-07-05T09:00+00:00"]);
        comes("0 9 13 * *", "UTC", start, &["2026-06-13T09:00+00:00", "2026-07-13T09:00+00:00"]);
        comes("0 9 31 * 1-7", "UTC", start, &["2026-06-01T09:00+00:00", "2026-06-02T09:00+00:00"]);
        for sunday in ["0", "7", "SUN", "sun"] {
            comes(&format!("0 9 * * {sunday}"), "UTC", start, &["2026-06-07T09:00+00:00"]);
        }
        for weekend in ["6-7", "SAT-SUN", "6,0", "SAT,SUN", "6-0"] {
            comes(&format!("0 9 * * {weekend}"), "UTC", start, &["2026-06-06T09:00+00:00", "2026-06-07T09:00+00:00"]);
        }
        comes("0 0 29 FEB *", "UTC", start, &["2028-02-29T00:00+00:00", "2032-02-29T00:00+00:00"]);
        comes("5-59/20 8-10/2 1 jan,dec *", "UTC", start, &["2026-12-01T08:05+00:00", "2026-12-01T08:25+00:00"]);
        let never: Cron = "0 0 30 2 *".parse().unwrap();
        assert_eq!(never.next_after(at("2026-01-01T00:00:00Z"), Tz::UTC), None);
    }

    #[test]
    fn errors_name_the_field() {
        for (text, field) in [
            ("60 * * * *", "minute"),
            ("? * * * *", "minute"),
            ("5/10 * * * *", "minute"),
            ("*/0 * * * *", "minute"),
            (", * * * *", "minute"),
            ("0 24 * * *", "hour"),
            ("0 10-8 * * *", "hour"),
            ("0 0 0 * *", "day of month"),
            ("0 0 L * *", "day of month"),
            ("0 0 * 13 *", "month"),
            ("0 0 * FOO *", "month"),
            ("0 0 * * 8", "day of week"),
            ("0 0 * * MON#1", "day of week"),
            ("0 0 * * 2/3", "day of week"),
            ("0 0 * * 5-1", "day of week"),
        ] {
            match text.parse::<Cron>() {
                Err(CronError::Field { field: named, .. }) => assert_eq!(named, field, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        assert_eq!("@daily".parse::<Cron>().unwrap_err(), CronError::Count(1));
        assert_eq!("0 0 * * * *".parse::<Cron>().unwrap_err(), CronError::Count(6));
    }

    proptest! {
        /// croner keeps the same rules where each field is one number or a step of `*`.
        #[test]
        fn croner_agrees(
            minute in prop_oneof![(0..60u8).prop_map(|m| m.to_string()), Just("*".into()), Just("*/15".into())],
            hour in prop_oneof![3 => (0..4u8).prop_map(|h| h.to_string()), 1 => Just("*".to_owned())],
            day in prop_oneof![3 => Just("*".to_owned()), 1 => (1..=31u8).prop_map(|d| d.to_string())],
            weekday in prop_oneof![3 => Just("*".to_owned()), 1 => (0..=7u8).prop_map(|d| d.to_string())],
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]),
            near in prop::sample::select(vec!["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-04", "2026-10-25", "2026-11-01", "2027-02-27"]),
            off in -DAY..DAY,
        ) {
            let text = format!("{minute} {hour} {day} * {weekday}");
            let tz: Tz = zone.parse().unwrap();
            let start = Instant::from_micros(at(&format!("{near}T00:00:00Z")).micros() + off / 1_000_000 * 1_000_000);
            let oracle = croner::Cron::from_str(&text).unwrap();
            let theirs: Vec<_> = oracle
                .iter_after(start.utc().with_timezone(&tz))
                .take(6)
                .map(zone::moment)
                .collect();
            let cron: Cron = text.parse().unwrap();
            let ours: Vec<_> =
                iter::successors(cron.next_after(start, tz), |at| cron.next_after(*at, tz)).take(6).collect();
            prop_assert_eq!(ours, theirs, "{} in {} after {}", text, zone, start);
        }
    }
}
