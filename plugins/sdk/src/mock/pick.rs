use super::world::World;
use crate::host::Asked;
use crate::kinds::{Deal, Id, Lead, LeadStatus, Task, TaskStatus, User};
use crate::pick::{Wanted, Work};

impl World {
    /// As the host does it: the least open work, then who was picked longest ago.
    pub(super) fn pick(&mut self, wanted: &Wanted) -> Asked<Option<Id>> {
        self.wants("users:read")?;
        for work in &wanted.load {
            self.wants(match work {
                Work::Leads => "leads:read",
                Work::Deals => "deals:read",
                Work::Tasks => "tasks:read",
            })?;
        }
        let fitting = self.all::<User>().into_iter().filter(|user| self.fits(wanted, user));
        let loads = fitting.map(|user| (self.load(wanted, &user.id), self.picked.get(&user.id).copied(), user.id));
        let chosen = loads.filter(|(load, ..)| wanted.below.is_none_or(|below| *load < below)).min();
        let Some((_, _, id)) = chosen else { return Ok(None) };
        let turn = self.picked.values().max().map_or(0, |last| last + 1);
        self.picked.insert(id.clone(), turn);
        Ok(Some(id))
    }

    fn fits(&self, wanted: &Wanted, user: &User) -> bool {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let away = user.absences.iter().any(|absence| absence.from <= self.now && self.now < absence.to);
        let speaks = |asked: &String| user.languages.iter().any(|tag| primary(tag) == primary(asked));
        user.active
            && (wanted.department.is_none() || wanted.department == user.department)
            && (wanted.among.is_empty() || wanted.among.contains(&user.id))
            && !wanted.except.contains(&user.id)
            && (!wanted.present || user.present && !away)
            && wanted.skills.iter().all(|skill| user.skills.contains(skill))
            && user.level >= wanted.min_level
            && wanted.speaks.as_ref().is_none_or(speaks)
    }

    fn load(&self, wanted: &Wanted, user: &str) -> u64 {
        let is = |owner: &Option<Id>| owner.as_deref() == Some(user);
        let closed = [LeadStatus::Converted, LeadStatus::Rejected];
        let count = |work: &Work| match work {
            Work::Leads => self.all::<Lead>().iter().filter(|it| is(&it.owner) && !closed.contains(&it.status)).count(),
            Work::Deals => self.all::<Deal>().iter().filter(|it| is(&it.owner) && it.closed_at.is_none()).count(),
            Work::Tasks => {
                self.all::<Task>().iter().filter(|it| is(&it.assignee) && it.status == TaskStatus::Open).count()
            }
        };
        wanted.load.iter().map(|work| count(work) as u64).sum()
    }
}
