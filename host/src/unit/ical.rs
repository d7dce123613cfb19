//! Meetings as iCalendar, with the names and addresses of who takes part.

use super::{Result, Unit, UnitError};
use crate::crm::availability::Span;
use crate::crm::ical::{Address, Entry, Method, write};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::meeting::Meeting;
use crate::crm::user::User;

/// How far ahead the times of a recurring meeting are written down: two years.
const AHEAD: std::time::Duration = std::time::Duration::from_secs(2 * 366 * 86_400);

impl Unit {
    /// The iCalendar file of these meetings.
    ///
    /// # Errors
    /// The store's.
    pub async fn ical(&mut self, method: Method, meetings: &[(Id, Meeting)], now: Instant) -> Result<String> {
        let zone = self.organisation().await?.time_zone;
        let mut entries = Vec::with_capacity(meetings.len());
        for (id, meeting) in meetings {
            let mut addresses = Vec::with_capacity(meeting.participants.len());
            for participant in &meeting.participants {
                addresses.push(match (participant.user, &participant.email) {
                    (Some(user), _) => self.address(user).await?,
                    (None, email) => email.clone().map(|email| Address { name: participant.name.clone(), email }),
                });
            }
            let whole = Span { from: meeting.starts_at, to: meeting.starts_at + AHEAD };
            let times = if meeting.recurrence.is_some() { meeting.times(whole, zone) } else { Vec::new() };
            let organiser = self.address(meeting.organiser).await?;
            entries.push(Entry { id: *id, meeting, organiser, addresses, times });
        }
        Ok(write(method, &entries, now))
    }

    async fn address(&mut self, user: Id) -> Result<Option<Address>> {
        match self.get::<User>(user).await {
            Ok(user) => Ok(Some(Address { name: Some(user.name), email: user.email })),
            Err(UnitError::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// The meetings that a user organises or is invited to, and has not declined, around a moment: from a month before.
    ///
    /// # Errors
    /// The store's.
    pub async fn meetings_of(&mut self, user: Id, now: Instant) -> Result<Vec<(Id, Meeting)>> {
        let month = std::time::Duration::from_secs(31 * 86_400);
        let whole = Span { from: now - month, to: now + AHEAD };
        let mut meetings = self.meetings_in(whole).await?;
        meetings.retain(|(_, meeting)| meeting.keeps(user));
        Ok(meetings)
    }
}
