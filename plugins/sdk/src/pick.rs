use crate::kinds::Id;

/// Whom a rule looks for: [`Host::pick`](crate::Host::pick). All of it holds; who is not active is never found.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// In this department, not in those below it.
    pub department: Option<Id>,
    /// One of these, where some are named.
    pub among: Vec<Id>,
    /// None of these.
    pub except: Vec<Id>,
    /// Present, and away by none of their absences.
    pub present: bool,
    /// With all of these skills.
    pub skills: Vec<String>,
    /// At least so experienced, from 0 to 10.
    pub min_level: u8,
    /// Who speaks this language with clients: a BCP 47 tag, whose region does not matter.
    pub speaks: Option<String>,
    /// With less open work than so much.
    pub below: Option<u64>,
    /// What is counted as open work. Nothing: they take turns.
    pub load: Vec<Work>,
}

/// A sort of work that somebody may have open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Leads that they own and that are not closed.
    Leads,
    /// Deals that they own and that are not closed.
    Deals,
    /// Open tasks that are theirs.
    Tasks,
}
