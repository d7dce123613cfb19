//! Moments in time.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

use crate::text::Elapsed;

const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400;

/// A moment: microseconds since 1970-01-01T00:00:00Z. In JSON an RFC 3339 string in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

impl Instant {
    /// How long it was from `earlier` until this moment; nothing when `earlier` is the later one.
    pub fn since(self, earlier: Instant) -> Elapsed {
        Elapsed::seconds((self.0 - earlier.0).max(0).unsigned_abs() / MICROS.unsigned_abs())
    }

    /// The moment so many seconds later.
    pub fn plus_seconds(self, seconds: u64) -> Instant {
        let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(MICROS);
        Instant(self.0.saturating_add(micros))
    }
}

impl Instant {
    /// The moment so many seconds earlier.
    pub fn minus_seconds(self, seconds: u64) -> Instant {
        let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(MICROS);
        Instant(self.0.saturating_sub(micros))
    }
}

impl Add<Elapsed> for Instant {
    type Output = Instant;
    fn add(self, elapsed: Elapsed) -> Instant {
        self.plus_seconds(elapsed.as_seconds())
    }
}

impl Sub for Instant {
    type Output = Elapsed;
    fn sub(self, earlier: Instant) -> Elapsed {
        self.since(earlier)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(MICROS);
        let (year, month, day) = date_of(seconds.div_euclid(DAY));
        let clock = seconds.rem_euclid(DAY);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:06}Z",
            clock / 3600,
            clock / 60 % 60,
            clock % 60,
            self.0.rem_euclid(MICROS)
        )
    }
}

/// The text was not an RFC 3339 moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnInstant;

impl fmt::Display for NotAnInstant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an RFC 3339 moment such as 2026-11-24T13:25:50Z")
    }
}

impl std::error::Error for NotAnInstant {}

impl FromStr for Instant {
    type Err = NotAnInstant;

    fn from_str(text: &str) -> Result<Self, NotAnInstant> {
        parse(text).ok_or(NotAnInstant)
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

fn parse(text: &str) -> Option<Instant> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
        digits.parse().ok()
    };
    let mark = |at: usize, one_of: &[u8]| text.as_bytes().get(at).filter(|b| one_of.contains(b)).map(|_| ());
    mark(4, b"-").and(mark(7, b"-")).and(mark(10, b"Tt ")).and(mark(13, b":")).and(mark(16, b":"))?;
    let (month, day) = (number(5, 7)?, number(8, 10)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let clock = number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?;
    let (micros, zone) = fraction(text.get(19..)?)?;
    let seconds = days_of(number(0, 4)?, month, day) * DAY + clock - offset(zone)?;
    Some(Instant(seconds * MICROS + micros))
}

/// The microseconds of `.123456…`, which may be missing, and what follows.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, zone) = rest.split_at(length);
    let micros = format!("{digits:0<6}").get(..6)?.parse().ok()?;
    (length > 0).then_some((micros, zone))
}

/// The seconds that a zone (`Z`, `+03:00`) is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant's `days_from_civil`).
fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The date of a number of days since 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_what_the_host_writes() {
        let text = "2026-11-24T13:25:50.000000Z";
        let instant: Instant = text.parse().unwrap();
        assert_eq!(instant, Instant(1_795_526_750 * MICROS));
        assert_eq!(instant.to_string(), text);
        assert_eq!("2026-11-24T16:25:50+03:00".parse(), Ok(instant));
        assert_eq!("2026-11-24T13:25:50.5Z".parse(), Ok(Instant(instant.0 + 500_000)));
    }

    #[test]
    fn refuses_what_is_no_moment() {
        for text in [
            "",
            "2026-11-24",
            "2026-11-24T13:25:50",
            "2026-13-24T13:25:50Z",
            "2026-11-24T13:25:50.Z",
            "моменты-вр-емяT00",
        ] {
            assert_eq!(text.parse::<Instant>(), Err(NotAnInstant), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same(micros in -62_167_219_200_000_000_i64..253_402_300_800_000_000) {
            prop_assert_eq!(Instant(micros).to_string().parse(), Ok(Instant(micros)));
        }
    }
}
