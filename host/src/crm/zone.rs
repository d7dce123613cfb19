//! Between moments and what the clocks of a time zone show.

use std::fmt;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Serialize};

use super::instant::Instant;

/// A time of the day, `00:00` to `24:00`: minutes on the clock since midnight.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", example = "09:00")]
pub struct ClockTime(u16);

/// What the zone's clocks show at that moment.
#[must_use]
pub fn clock(at: Instant, zone: Tz) -> NaiveDateTime {
    at.utc().with_timezone(&zone).naive_local()
}

/// The moment at which the zone's clocks first reach that time.
///
/// A time that they skip is reached when they skip it: at the end of the gap. A time that they show twice is reached
/// the first time. So a later time is never reached earlier, and days that follow each other never overlap.
#[must_use]
pub fn reached(time: NaiveDateTime, zone: Tz) -> Instant {
    match zone.from_local_datetime(&time) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => moment(at),
        LocalResult::None => match GapInfo::new(&time, &zone).and_then(|gap| gap.end) {
            Some(end) => moment(end),
            // No gap is without an end but one that the zone's data cut off: read the time as UTC there.
            None => Instant::from(time.and_utc()),
        },
    }
}

/// The same moment without the zone.
#[must_use]
pub fn moment(at: DateTime<Tz>) -> Instant {
    Instant::from(at.to_utc())
}

impl ClockTime {
    /// A full hour, 0 to 24.
    pub(super) const fn at_hour(hour: u16) -> Self {
        Self(hour * 60)
    }

    /// This time of that date; `24:00` is the next date's midnight.
    #[must_use]
    pub fn on(self, date: NaiveDate) -> NaiveDateTime {
        date.and_time(NaiveTime::MIN) + TimeDelta::minutes(self.0.into())
    }
}

/// The text is not a time of the day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a time of the day is expected, 00:00 to 24:00")]
pub struct NotAClockTime;

impl TryFrom<String> for ClockTime {
    type Error = NotAClockTime;

    fn try_from(text: String) -> Result<Self, NotAClockTime> {
        let number = |text: &str| match text.as_bytes() {
            [b'0'..=b'9', b'0'..=b'9'] => text.parse::<u16>().ok(),
            _ => None,
        };
        let (hour, minute) = text.split_once(':').ok_or(NotAClockTime)?;
        match (number(hour), number(minute)) {
            (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok(Self(hour * 60 + minute)),
            (Some(24), Some(0)) => Ok(Self(24 * 60)),
            _ => Err(NotAClockTime),
        }
    }
}

impl From<ClockTime> for String {
    fn from(time: ClockTime) -> Self {
        time.to_string()
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day() {
        let time = |text: &str| ClockTime::try_from(text.to_owned());
        for text in ["00:00", "09:05", "23:59", "24:00"] {
            assert_eq!(time(text).map(String::from).as_deref(), Ok(text));
        }
        for wrong in ["9:00", "24:01", "25:00", "09:60", "0900", "+9:00", "09:00:00", "\u{661}9:00"] {
            assert_eq!(time(wrong), Err(NotAClockTime), "{wrong}");
        }
        let midnight = time("24:00").unwrap().on(NaiveDate::MIN);
        assert_eq!(midnight, NaiveDate::MIN.and_time(NaiveTime::MIN) + TimeDelta::days(1));
    }

    #[test]
    fn gaps_and_folds() {
        for (zone, time, at) in [
            ("Europe/Berlin", "2026-01-15T12:00:00", "2026-01-15T11:00:00.000000Z"),
            ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:00:00.000000Z"),
            ("Europe/Berlin", "2026-10-25T02:30:00", "2026-10-25T00:30:00.000000Z"),
            ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:30:00.000000Z"),
            ("America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00.000000Z"),
            ("Pacific/Apia", "2011-12-30T12:00:00", "2011-12-30T10:00:00.000000Z"),
        ] {
            assert_eq!(reached(time.parse().unwrap(), zone.parse().unwrap()).to_string(), at, "{zone} {time}");
        }
    }
}
