//! Who is busy when, and when all are free.

use std::time::Duration;

use super::calendar::WorkCalendar;
use super::instant::Instant;

/// From one moment until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Its first moment.
    pub from: Instant,
    /// The first moment after it.
    pub to: Instant,
}

/// A user, as a planner sees them.
#[derive(Debug, Clone)]
pub struct Person<'a> {
    /// When they work; absent: at any time.
    pub calendar: Option<&'a WorkCalendar>,
    /// Meetings that they have not declined, in any order; they may overlap.
    pub meetings: &'a [Span],
    /// When they are away.
    pub absences: &'a [Span],
}

impl Span {
    fn within(self, whole: Self) -> Option<Self> {
        let span = Self { from: self.from.max(whole.from), to: self.to.min(whole.to) };
        (span.from < span.to).then_some(span)
    }
}

impl Person<'_> {
    /// When they are in a meeting, away or not at work, in order and apart from each other.
    #[must_use]
    pub fn busy(&self, whole: Span) -> Vec<Span> {
        let off = self.calendar.map(|calendar| complement(&working(calendar, whole), whole)).unwrap_or_default();
        let taken = self.meetings.iter().chain(self.absences).copied().chain(off);
        merged(taken.filter_map(|span| span.within(whole)).collect())
    }
}

/// The first `count` spans of that length in which all of them are free, one after the other. None where nobody is
/// asked.
#[must_use]
pub fn free_slots(people: &[Person<'_>], whole: Span, length: Duration, count: usize) -> Vec<Span> {
    if length.is_zero() || people.is_empty() {
        return Vec::new();
    }
    let busy = merged(people.iter().flat_map(|person| person.busy(whole)).collect());
    let slots = complement(&busy, whole).into_iter().flat_map(|free| {
        let starts = std::iter::successors(Some(free.from), move |from| Some(*from + length));
        starts.map(move |from| Span { from, to: from + length }).take_while(move |slot| fits(*slot, free, length))
    });
    slots.take(count).collect()
}

/// A slot at the end of all time is cut short.
fn fits(slot: Span, free: Span, length: Duration) -> bool {
    slot.to <= free.to && slot.to.since(slot.from) == length
}

fn working(calendar: &WorkCalendar, whole: Span) -> Vec<Span> {
    let spans = calendar.intervals(whole.from, whole.to).map(|(from, to)| Span { from, to });
    merged(spans.filter_map(|span| span.within(whole)).collect())
}

/// The same moments in order, what touches or overlaps made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut all: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match all.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => all.push(span),
        }
    }
    all
}

/// What is left of the whole without those spans, which are in order and apart.
fn complement(spans: &[Span], whole: Span) -> Vec<Span> {
    let starts = std::iter::once(whole.from).chain(spans.iter().map(|span| span.to));
    let ends = spans.iter().map(|span| span.from).chain(std::iter::once(whole.to));
    starts.zip(ends).map(|(from, to)| Span { from, to }).filter(|span| span.from < span.to).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(text: &str) -> Instant {
        serde_json::from_value(json!(text)).unwrap()
    }

    fn span(from: &str, to: &str) -> Span {
        Span { from: at(from), to: at(to) }
    }

    fn office(zone: &str) -> WorkCalendar {
        let day = json!([{"from": "09:00", "to": "18:00"}]);
        let week = json!({"mon": day, "tue": day, "wed": day, "thu": day, "fri": day});
        serde_json::from_value(json!({"title": "Office", "time_zone": zone, "weekly": week})).unwrap()
    }

    fn person(calendar: &WorkCalendar) -> Person<'_> {
        Person { calendar: Some(calendar), meetings: &[], absences: &[] }
    }

    /// Berlin works from 8:00 to 17:00 UTC in winter, New York from 14:00 to 23:00, Moscow from 6:00 to 15:00. Two
    /// weeks in March, America has summer time and Europe has not: New York begins an hour earlier.
    #[test]
    fn three_time_zones_and_a_change_of_clocks() {
        let offices = ["Europe/Berlin", "America/New_York", "Europe/Moscow"].map(office);
        let people = offices.each_ref().map(person);
        let whole = span("2026-03-06T00:00:00Z", "2026-03-10T00:00:00Z");
        let slots = free_slots(&people, whole, HOUR, 10);
        assert_eq!(
            slots,
            [
                span("2026-03-06T14:00:00Z", "2026-03-06T15:00:00Z"),
                span("2026-03-09T13:00:00Z", "2026-03-09T14:00:00Z"),
                span("2026-03-09T14:00:00Z", "2026-03-09T15:00:00Z"),
            ]
        );
        assert_eq!(free_slots(&people, whole, HOUR, 2), slots[..2]);
        assert!(free_slots(&people, whole, 3 * HOUR, 1).is_empty());
    }

    #[test]
    fn meetings_and_absences_are_busy() {
        let office = office("UTC");
        let meetings = [
            span("2026-03-05T10:00:00Z", "2026-03-05T11:00:00Z"),
            span("2026-03-05T09:30:00Z", "2026-03-05T10:30:00Z"),
        ];
        let absences = [span("2026-03-05T12:00:00Z", "2026-03-07T00:00:00Z")];
        let person = Person { meetings: &meetings, absences: &absences, ..person(&office) };
        let whole = span("2026-03-05T09:00:00Z", "2026-03-05T18:00:00Z");
        assert_eq!(
            person.busy(whole),
            [
                span("2026-03-05T09:30:00Z", "2026-03-05T11:00:00Z"),
                span("2026-03-05T12:00:00Z", "2026-03-05T18:00:00Z")
            ]
        );
        assert_eq!(free_slots(&[person], whole, HOUR, 5), [span("2026-03-05T11:00:00Z", "2026-03-05T12:00:00Z")]);
        assert!(free_slots(&[], whole, HOUR, 5).is_empty());
    }

    proptest! {
        #[test]
        fn a_slot_is_free_for_all(spans in prop::collection::vec((0..500u64, 1..50u64), 0..12), minutes in 1..120u64) {
            let start = at("2026-03-27T00:00:00Z");
            let minute = |count: u64| start + Duration::from_secs(60 * count * 10);
            let meetings: Vec<_> = spans.iter().map(|(from, long)| Span { from: minute(*from), to: minute(from + long) }).collect();
            let offices = ["Europe/Berlin", "Asia/Kolkata"].map(office);
            let people = [Person { meetings: &meetings, ..person(&offices[0]) }, person(&offices[1])];
            let whole = Span { from: start, to: minute(700) };
            let slots = free_slots(&people, whole, Duration::from_secs(60 * minutes), 50);
            for slot in &slots {
                prop_assert!(meetings.iter().all(|meeting| meeting.within(*slot).is_none()));
                prop_assert!(offices.iter().all(|office| office.working_time_between(slot.from, slot.to) == slot.to.since(slot.from)));
            }
            prop_assert!(slots.is_sorted());
        }
    }
}
