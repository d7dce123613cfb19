//! Who leads whom, and when they work.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use super::records::entity;
use super::{Result, Unit, UnitError};
use crate::crm::calendar::WorkCalendar;
use crate::crm::department::Department;
use crate::crm::entity::Entity;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Test};
use crate::crm::record::{Record, Reference};
use crate::crm::user::User;

impl Unit {
    /// The head of a department: its own, else its parent's and so on, else the first active admin; never `except`,
    /// and never one who is not active.
    ///
    /// # Errors
    /// `NotFound` where there is no such department.
    pub async fn head(&mut self, department: Id, except: Option<Id>) -> Result<Option<Arc<Record>>> {
        let mut seen = HashSet::new();
        let mut next = Some(department);
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            let department: Department = self.get(id).await?;
            if let Some(head) = department.head.filter(|head| Some(*head) != except)
                && let Some(record) = self.active_user(head).await?
            {
                return Ok(Some(record));
            }
            next = department.parent;
        }
        self.first_admin(except).await
    }

    /// The head over a user, never the user.
    ///
    /// # Errors
    /// `NotFound` where there is no such user.
    pub async fn head_of(&mut self, user: Id) -> Result<Option<Arc<Record>>> {
        let person: User = self.get(user).await?;
        match person.department {
            Some(department) => self.head(department, Some(user)).await,
            None => self.first_admin(Some(user)).await,
        }
    }

    /// The moment that lies `length` of working time after `start`, in the calendar of the department, of its parents,
    /// or of the organisation. Without any calendar every hour is working time.
    ///
    /// # Errors
    /// `NotFound` where there is no such department; `Invalid` where the calendar has no working hours.
    pub async fn working_time_after(
        &mut self,
        start: Instant,
        length: Duration,
        department: Option<Id>,
    ) -> Result<Instant> {
        match self.work_calendar(department).await? {
            None => Ok(start + length),
            Some(calendar) => calendar
                .working_time_after(start, length)
                .map_err(|error| Invalid::field("/work_calendar", error.to_string()).into()),
        }
    }

    pub(super) async fn work_calendar(&mut self, department: Option<Id>) -> Result<Option<WorkCalendar>> {
        let mut seen = HashSet::new();
        let mut next = department;
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            let department: Department = self.get(id).await?;
            if let Some(calendar) = department.work_calendar {
                return self.get(calendar).await.map(Some);
            }
            next = department.parent;
        }
        match self.organisation().await?.work_calendar {
            Some(calendar) => self.get(calendar).await.map(Some),
            None => Ok(None),
        }
    }

    async fn active_user(&mut self, id: Id) -> Result<Option<Arc<Record>>> {
        match self.read(Reference { kind: User::KIND, id }).await {
            Ok(record) => Ok(entity::<User>(&record)?.active.then_some(record)),
            Err(UnitError::NotFound(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn first_admin(&mut self, except: Option<Id>) -> Result<Option<Arc<Record>>> {
        let admins = Query::of(Kind::User, 2)
            .with("role", Test::In(vec!["admin".into()]))
            .with("active", Test::In(vec![true.into()]));
        let found = self.find(&admins).await?.records;
        Ok(found.into_iter().find(|record| Some(record.id) != except))
    }
}
