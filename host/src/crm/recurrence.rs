//! How meetings recur: the RRULE of RFC 5545, reckoned in a time zone's local time.

use chrono_tz::Tz;
use rrule::{RRule, RRuleSet, Unvalidated};

use super::instant::Instant;

/// How many times of a recurrence are looked at. A daily meeting has as many in 27 years.
const TIMES: u16 = 10_000;

/// Whether a rule is one that can be followed.
///
/// # Errors
/// What is wrong with it, as a sentence's end.
pub fn check(rule: &str, start: Instant) -> Result<(), String> {
    if rule.len() > 500 {
        return Err("must not be longer than 500 characters".to_owned());
    }
    if ["SECONDLY", "MINUTELY", "HOURLY"].iter().any(|often| rule.contains(often)) {
        return Err("must not recur more often than daily".to_owned());
    }
    set(rule, start, Tz::UTC).map(drop).map_err(|error| format!("must be an RRULE of RFC 5545: {error}"))
}

/// When it begins, of the times from `from` until before `to`, in order. A rule that cannot be followed has none.
#[must_use]
pub fn between(rule: &str, start: Instant, zone: Tz, from: Instant, to: Instant) -> Vec<Instant> {
    let Ok(set) = set(rule, start, zone) else { return Vec::new() };
    let zoned = |at: Instant| at.utc().with_timezone(&rrule::Tz::Tz(zone));
    let found = set.after(zoned(from)).before(zoned(to)).all(TIMES);
    let starts = found.dates.into_iter().map(|date| Instant::from(date.to_utc()));
    starts.filter(|at| *at >= from && *at < to).collect()
}

fn set(rule: &str, start: Instant, zone: Tz) -> Result<RRuleSet, rrule::RRuleError> {
    let rule: RRule<Unvalidated> = rule.parse()?;
    rule.build(start.utc().with_timezone(&rrule::Tz::Tz(zone)))
}
