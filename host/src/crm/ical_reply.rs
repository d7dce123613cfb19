//! Answers to invitations that come back by mail (RFC 5546, 3.2.3).

use icalendar::parser::{Component, read_calendar, unfold};

use super::email;
use super::id::Id;
use super::meeting::Attendance;

/// The largest file that is read.
const LONGEST: usize = 64 << 10;
/// How many components it may have: nested deeper, it is no answer but an attack.
const COMPONENTS: usize = 50;

/// What somebody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The meeting.
    pub meeting: Id,
    /// Which state of the meeting they answer.
    pub sequence: u32,
    /// Who, by their address, and what they say.
    pub answers: Vec<(String, Attendance)>,
}

impl Reply {
    /// The answer in a calendar file; none where it is another file, or about a meeting of somebody else's.
    #[must_use]
    pub fn read(file: &str) -> Option<Self> {
        if file.len() > LONGEST || file.matches("BEGIN:").count() > COMPONENTS {
            return None;
        }
        let file = unfold(file);
        let calendar = read_calendar(&file).ok()?;
        let method = calendar.properties.iter().find(|property| property.name == "METHOD")?;
        if !method.val.as_str().eq_ignore_ascii_case("REPLY") {
            return None;
        }
        let event = calendar.components.iter().find(|component| component.name == "VEVENT")?;
        let text = |name: &str| event.find_prop(name).map(|property| property.val.as_str());
        let meeting = text("UID")?.strip_suffix("@takt")?.parse().ok()?;
        let sequence = text("SEQUENCE").and_then(|text| text.parse().ok()).unwrap_or(0);
        Some(Self { meeting, sequence, answers: answers(event) })
    }
}

fn answers(event: &Component<'_>) -> Vec<(String, Attendance)> {
    let attendees = event.properties.iter().filter(|property| property.name == "ATTENDEE");
    let answers = attendees.filter_map(|attendee| {
        let address = attendee.val.as_str();
        let address =
            address.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("mailto:")).map(|_| &address[7..])?;
        let said = attendee.params.iter().find(|parameter| parameter.key == "PARTSTAT")?.val.as_ref()?;
        let answer = match said.as_str().to_ascii_uppercase().as_str() {
            "ACCEPTED" => Attendance::Accepted,
            "DECLINED" => Attendance::Declined,
            "TENTATIVE" => Attendance::Tentative,
            _ => return None,
        };
        Some((email::normalise(address).ok()?, answer))
    });
    answers.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPLY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nMETHOD:REPLY\r\n\
        BEGIN:VEVENT\r\nDTSTART:20260304T140000Z\r\nDTSTAMP:20260302T120000Z\r\n\
        UID:07070707-0707-0707-0707-070707070707@takt\r\nSEQUENCE:2\r\n\
        ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=\"Kar\r\n l, K\";X-NUM-GUESTS=0:mailto:Karl@Kunde.example\r\n\
        SUMMARY:Plans\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn an_answer_is_read() {
        let answers = vec![("karl@kunde.example".to_owned(), Attendance::Declined)];
        let expected = Reply { meeting: Id::from_bytes([7; 16]), sequence: 2, answers };
        assert_eq!(Reply::read(REPLY), Some(expected));
    }

    #[test]
    fn what_is_no_answer_is_left() {
        let nested = "BEGIN:X\r\n".repeat(10_000);
        let long = format!("{REPLY}{}", "x".repeat(LONGEST));
        for file in [
            "",
            "BEGIN:",
            &REPLY.replace("REPLY", "REQUEST"),
            &REPLY.replace("@takt", "@elsewhere"),
            &REPLY.replace("VEVENT", "VTODO"),
            &nested,
            &long,
        ] {
            assert_eq!(Reply::read(file), None, "{}", file.chars().take(80).collect::<String>());
        }
        let silent = REPLY.replace("DECLINED", "NEEDS-ACTION").replace("mailto:", "tel:");
        assert_eq!(Reply::read(&silent).map(|reply| reply.answers), Some(vec![]));
    }
}
