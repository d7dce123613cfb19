//! When users are busy: their meetings, their absences, and the hours in which they do not work.

use std::sync::Arc;
use std::time::Duration;

use super::records::entity;
use super::{Result, Unit};
use crate::crm::availability::{Person, Span, free_slots};
use crate::crm::calendar::WorkCalendar;
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::meeting::Meeting;
use crate::crm::query::{Query, Test};
use crate::crm::record::Record;
use crate::crm::user::User;

/// The longest time that is looked at.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);
/// The longest meeting, and so how far back one may have begun that is still on.
const MEETING: Duration = Duration::from_secs(31 * 86_400);
/// How many users may be asked for.
const USERS: usize = 50;

/// Users, with all that keeps them.
#[derive(Debug, Default)]
pub struct Planned {
    people: Vec<Kept>,
    /// How many meetings were looked at.
    pub meetings: usize,
}

#[derive(Debug)]
struct Kept {
    user: Id,
    calendar: Option<WorkCalendar>,
    meetings: Vec<Span>,
    absences: Vec<Span>,
}

impl Kept {
    fn person(&self) -> Person<'_> {
        Person { calendar: self.calendar.as_ref(), meetings: &self.meetings, absences: &self.absences }
    }
}

impl Planned {
    /// When each of them is busy, in the order they were asked for.
    #[must_use]
    pub fn busy(&self, whole: Span) -> Vec<(Id, Vec<Span>)> {
        self.people.iter().map(|kept| (kept.user, kept.person().busy(whole))).collect()
    }

    /// See [`free_slots`].
    #[must_use]
    pub fn free_slots(&self, whole: Span, length: Duration, count: usize) -> Vec<Span> {
        let people: Vec<Person<'_>> = self.people.iter().map(Kept::person).collect();
        free_slots(&people, whole, length, count)
    }
}

impl Unit {
    /// The times at which a meeting takes place, of those that begin in `whole`.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where the time is too long.
    pub async fn meeting_times(&mut self, meeting: Id, whole: Span) -> Result<Vec<Span>> {
        let meeting: Meeting = self.get(meeting).await?;
        let zone = self.organisation().await?.time_zone;
        let mut times = meeting.times(whole, zone);
        times.retain(|span| span.from >= whole.from);
        Ok(times)
    }

    /// The meetings that take place in that time, and each of those times, in order.
    ///
    /// # Errors
    /// `Invalid` where the time is too long, or none.
    pub async fn occurrences(&mut self, whole: Span) -> Result<Vec<(Span, Arc<Record>)>> {
        let mut invalid = Invalid::default();
        check_span(whole, &mut invalid);
        invalid.or(())?;
        let zone = self.organisation().await?.time_zone;
        let mut all = Vec::new();
        for record in self.meetings_found(whole).await? {
            let meeting: Meeting = entity(&record)?;
            all.extend(meeting.times(whole, zone).into_iter().map(|span| (span, record.clone())));
        }
        all.sort_by_key(|(span, record)| (span.from, record.id));
        Ok(all)
    }

    /// What keeps these users in that time.
    ///
    /// # Errors
    /// `NotFound` where one of them is none; `Invalid` where they are too many, or the time too long or none.
    pub async fn availability(&mut self, users: &[Id], whole: Span) -> Result<Planned> {
        let mut invalid = Invalid::default();
        invalid.check(users.len() <= USERS, "/users", "must not be more than 50");
        check_span(whole, &mut invalid);
        invalid.or(())?;
        let zone = self.organisation().await?.time_zone;
        let meetings = self.meetings_in(whole).await?;
        let mut planned = Planned { people: Vec::new(), meetings: meetings.len() };
        for id in users {
            let user: User = self.get(*id).await?;
            let keeping = meetings.iter().map(|(_, meeting)| meeting).filter(|meeting| meeting.keeps(*id));
            planned.people.push(Kept {
                user: *id,
                calendar: self.work_calendar(user.department).await?,
                meetings: keeping.flat_map(|meeting| meeting.times(whole, zone)).collect(),
                absences: user.absences.iter().map(|away| Span { from: away.from, to: away.to }).collect(),
            });
        }
        Ok(planned)
    }

    /// The meetings that may take place in that time: those that begin in it or not long before, and all that recur.
    pub(super) async fn meetings_in(&mut self, whole: Span) -> Result<Vec<(Id, Meeting)>> {
        let found = self.meetings_found(whole).await?;
        found.iter().map(|record| Ok((record.id, entity(record)?))).collect()
    }

    async fn meetings_found(&mut self, whole: Span) -> Result<Vec<Arc<Record>>> {
        let planned = Query::of(Kind::Meeting, 200).with("status", Test::In(vec!["planned".into()]));
        let before = planned.with("starts_at", Test::Below(whole.to.to_string().into()));
        let since = (whole.from - MEETING).to_string();
        let once = before.clone().with("recurrence", Test::Absent).with("starts_at", Test::AtLeast(since.into()));
        let mut found = self.find_all(once).await?;
        found.extend(self.find_all(before.with("recurrence", Test::Present)).await?);
        Ok(found)
    }
}

fn check_span(whole: Span, invalid: &mut Invalid) {
    invalid.check(whole.from < whole.to, "/to", "must come after from");
    invalid.check(whole.to.since(whole.from) <= LONGEST, "/to", "must not be more than a year after from");
}
