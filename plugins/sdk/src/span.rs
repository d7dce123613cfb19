//! Lengths of time as a configuration writes them.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const WORKING_DAY: u64 = 8 * HOUR;

/// A length of plain or of working time: `"15m"`, `"2h"`, `"1d"`, `"8h working"`, `"1d working"`. The units are `s`,
/// `m`, `h` and `d`; a working day is eight working hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many seconds of it.
    pub seconds: u64,
    /// Whether only the work calendar's hours count.
    pub working: bool,
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span { seconds: 0, working: false };

    /// So many minutes of plain time.
    pub const fn minutes(minutes: u64) -> Span {
        Span { seconds: minutes * MINUTE, working: false }
    }

    /// So many hours of plain time.
    pub const fn hours(hours: u64) -> Span {
        Span { seconds: hours * HOUR, working: false }
    }

    /// The same length, of working time.
    pub const fn working(self) -> Span {
        Span { working: true, ..self }
    }
}

/// The text was not a [`Span`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotASpan(String);

impl fmt::Display for NotASpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a length of time such as 15m, 2h, 1d or 8h working", self.0)
    }
}

impl std::error::Error for NotASpan {}

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Self, NotASpan> {
        parse(text).ok_or_else(|| NotASpan(text.into()))
    }
}

fn parse(text: &str) -> Option<Span> {
    let (length, working) = match text.strip_suffix(" working") {
        Some(length) => (length, true),
        None => (text, false),
    };
    let unit = match length.chars().last()? {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' if working => WORKING_DAY,
        'd' => DAY,
        _ => return None,
    };
    let count = length.get(..length.len() - 1)?;
    // Ten digits, as in the schema; `parse` alone would take a sign.
    if count.is_empty() || count.len() > 10 || !count.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(Span { seconds: count.parse::<u64>().ok()?.checked_mul(unit)?, working })
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self.seconds {
            0 => (0, 's'),
            n if n % DAY == 0 && !self.working => (n / DAY, 'd'),
            n if n % HOUR == 0 => (n / HOUR, 'h'),
            n if n % MINUTE == 0 => (n / MINUTE, 'm'),
            n => (n, 's'),
        };
        write!(f, "{count}{unit}{}", if self.working { " working" } else { "" })
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]{1,10}[smhd]( working)?$",
            "examples": ["15m", "2h", "1d", "8h working"],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_plain_and_working_time() {
        let read = |text: &str| text.parse::<Span>().unwrap();
        assert_eq!(read("15m"), Span::minutes(15));
        assert_eq!(read("1d"), Span::hours(24));
        assert_eq!(read("8h working"), Span::hours(8).working());
        assert_eq!(read("1d working"), read("8h working"));
        assert_eq!(read("0s"), Span::ZERO);
    }

    #[test]
    fn refuses_everything_else() {
        for text in ["", "m", "15", "15 m", "-1h", "+1h", "1w", "1h  working", "99999999999d", "ы"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same(seconds in 0_u64..9_999_999_999, working: bool) {
            let span = Span { seconds, working };
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }
}
