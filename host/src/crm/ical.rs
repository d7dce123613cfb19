//! Meetings as iCalendar (RFC 5545), to invite by (RFC 5546) and to subscribe to.
//!
//! Times are in UTC. A meeting that recurs is written with each of its times (RDATE) instead of its rule: the rule is
//! reckoned in a time zone's local time, and no receiver has to know the zone as we do.

use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};

use super::availability::Span;
use super::id::Id;
use super::instant::Instant;
use super::meeting::{Attendance, Meeting, MeetingStatus};

/// Who is meant by an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// What they are called.
    pub name: Option<String>,
    /// Their e-mail address.
    pub email: String,
}

/// A meeting with what its record does not say itself.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The record's id: the UID is made of it.
    pub id: Id,
    /// The record.
    pub meeting: &'a Meeting,
    /// Who invites.
    pub organiser: Option<Address>,
    /// The participants' addresses, in their order; absent where one has none.
    pub addresses: Vec<Option<Address>>,
    /// The times at which it takes place, in order; its first where there are none.
    pub times: Vec<Span>,
}

/// What a file of meetings is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// To be answered: an invitation, or a change of one.
    Request,
    /// It will not be.
    Cancel,
    /// To be looked at.
    Publish,
}

/// The file of these meetings, written at `now`.
#[must_use]
pub fn write(method: Method, entries: &[Entry<'_>], now: Instant) -> String {
    let mut calendar = Calendar::empty();
    calendar.append_property(Property::new("VERSION", "2.0"));
    calendar.append_property(Property::new("PRODID", "-//Takt//Takt//EN"));
    calendar.append_property(Property::new("METHOD", method.name()));
    for entry in entries {
        calendar.push(event(entry, now));
    }
    calendar.to_string()
}

fn event(entry: &Entry<'_>, now: Instant) -> Event {
    let Entry { id, meeting, organiser, addresses, times } = entry;
    let first = Span { from: meeting.starts_at, to: meeting.ends_at };
    let (first, others) = times.split_first().map_or((first, &[][..]), |(first, others)| (*first, others));
    let mut event = Event::with_uid(&format!("{id}@takt"));
    event.timestamp(now.utc());
    event.starts(first.from.utc()).ends(first.to.utc());
    event.summary(&meeting.title);
    event.add_property("SEQUENCE", meeting.sequence.to_string());
    event.status(match meeting.status {
        MeetingStatus::Planned => EventStatus::Confirmed,
        MeetingStatus::Cancelled => EventStatus::Cancelled,
    });
    if let Some(body) = &meeting.body {
        event.description(body);
    }
    if let Some(place) = &meeting.place {
        event.location(place);
    }
    for time in others {
        event.append_multi_property(Property::new("RDATE", time.from.utc().format("%Y%m%dT%H%M%SZ").to_string()));
    }
    if let Some(organiser) = organiser {
        event.append_property(named("ORGANIZER", organiser));
    }
    for (participant, address) in meeting.participants.iter().zip(addresses) {
        if let Some(address) = address {
            let mut attendee = named("ATTENDEE", address);
            attendee.add_parameter("PARTSTAT", answer(participant.answer)).add_parameter("RSVP", "TRUE");
            event.append_multi_property(attendee);
        }
    }
    event.done()
}

/// What stands in a parameter must have no quotes, and none of the marks that end one.
fn named(property: &str, address: &Address) -> Property {
    let mut property = Property::new(property, format!("mailto:{}", address.email));
    if let Some(name) = &address.name {
        let name: String = name.chars().map(|c| if c.is_control() || "\":;,".contains(c) { ' ' } else { c }).collect();
        property.add_parameter("CN", name.trim());
    }
    property
}

const fn answer(attendance: Attendance) -> &'static str {
    match attendance {
        Attendance::Pending => "NEEDS-ACTION",
        Attendance::Accepted => "ACCEPTED",
        Attendance::Declined => "DECLINED",
        Attendance::Tentative => "TENTATIVE",
    }
}

impl Method {
    /// As RFC 5546 writes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel => "CANCEL",
            Self::Publish => "PUBLISH",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_invitation() {
        let meeting: Meeting = serde_json::from_value(json!({
            "title": "Demo, with; marks", "body": "Line one\nline two", "place": "Room 1", "organiser": Id::from_bytes([1; 16]),
            "starts_at": "2026-03-02T09:00:00.000000Z", "ends_at": "2026-03-02T10:00:00.000000Z", "sequence": 2,
            "participants": [{"email": "eve@client.example", "answer": "accepted"}, {"user": Id::from_bytes([2; 16])}],
        }))
        .unwrap();
        let address = |name: &str, email: &str| Some(Address { name: Some(name.to_owned()), email: email.to_owned() });
        let entry = Entry {
            id: Id::from_bytes([7; 16]),
            meeting: &meeting,
            organiser: address("Ann \"Lee\"; x", "ann@example.com"),
            addresses: vec![address("Eve", "eve@client.example"), None],
            times: Vec::new(),
        };
        let text = write(Method::Request, &[entry], meeting.starts_at).replace("\r\n ", "");
        for line in [
            "METHOD:REQUEST",
            "UID:07070707-0707-0707-0707-070707070707@takt",
            "DTSTAMP:20260302T090000Z",
            "DTSTART:20260302T090000Z",
            "DTEND:20260302T100000Z",
            "SUMMARY:Demo\\, with\\; marks",
            "DESCRIPTION:Line one\\nline two",
            "SEQUENCE:2",
            "STATUS:CONFIRMED",
            "ORGANIZER;CN=Ann  Lee   x:mailto:ann@example.com",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
        assert_eq!(text.matches("ATTENDEE").count(), 1, "{text}");
        assert!(text.contains("PARTSTAT=ACCEPTED"), "{text}");
    }
}
