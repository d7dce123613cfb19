//! Who of the organisation gets some work.

use super::id::Id;
use super::instant::Instant;
use super::kind::Kind;
use super::lead_status::LeadStatus;
use super::query::{Query, Test};
use super::user::User;

/// Whom somebody looks for. All of it holds; who is not active is never found.
#[derive(Debug, Clone, Default)]
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
    /// At least so experienced.
    pub min_level: u8,
    /// Who speaks this language with clients: a BCP 47 tag, whose region does not matter.
    pub speaks: Option<String>,
    /// With less open work than so much.
    pub below: Option<u64>,
}

/// A sort of work that somebody may have open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Leads that they own and that are not closed.
    Leads,
    /// Deals that they own and that are not closed.
    Deals,
    /// Open tasks that are theirs.
    Tasks,
}

/// Somebody who fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Candidate {
    /// How much open work they have.
    pub load: u64,
    /// When they were picked last, and how often before.
    pub picked: Option<(Instant, u64)>,
    /// The user.
    pub id: Id,
}

impl Wanted {
    /// Whether this user is wanted, as far as the user's own fields tell.
    #[must_use]
    pub fn fits(&self, id: Id, user: &User, now: Instant) -> bool {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let away = || !user.present || user.absences.iter().any(|absence| absence.from <= now && now < absence.to);
        user.active
            && self.department.is_none_or(|department| user.department == Some(department))
            && (self.among.is_empty() || self.among.contains(&id))
            && !self.except.contains(&id)
            && !(self.present && away())
            && self.skills.iter().all(|skill| user.skills.contains(skill))
            && user.level >= self.min_level
            && self.speaks.as_ref().is_none_or(|asked| user.languages.iter().any(|tag| primary(tag) == primary(asked)))
    }
}

impl Work {
    /// The kind of record that it is.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Leads => Kind::Lead,
            Self::Deals => Kind::Deal,
            Self::Tasks => Kind::Task,
        }
    }

    /// What of it a user has open.
    #[must_use]
    pub fn open(self, user: Id) -> Query {
        let user = Test::In(vec![user.to_string().into()]);
        match self {
            Self::Leads => {
                let open = [LeadStatus::New, LeadStatus::InProgress, LeadStatus::Processing, LeadStatus::Waiting];
                let open = open.iter().filter_map(|status| serde_json::to_value(status).ok()).collect();
                Query::of(Kind::Lead, 1).with("owner", user).with("status", Test::In(open))
            }
            Self::Deals => Query::of(Kind::Deal, 1).with("owner", user).with("closed_at", Test::Absent),
            Self::Tasks => {
                Query::of(Kind::Task, 1).with("assignee", user).with("status", Test::In(vec!["open".into()]))
            }
        }
    }
}

/// The one with the least open work; of equals, who was never picked, or picked longest ago.
#[must_use]
pub fn choose(candidates: impl IntoIterator<Item = Candidate>) -> Option<Candidate> {
    candidates.into_iter().min()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::NOW;

    fn user(more: serde_json::Value) -> User {
        let fields =
            json!({"name": "Ann", "email": "a@b.de", "skills": ["chairs"], "level": 3, "languages": ["de-AT"]});
        serde_json::from_value(crate::crm::testing::with(&fields, more)).unwrap()
    }

    #[test]
    fn who_fits() {
        let (id, other) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let any = Wanted::default;
        let holiday = json!({"absences": [{"from": "2026-01-10T00:00:00Z", "to": "2026-01-20T00:00:00Z"}]});
        for (wanted, fields, fits) in [
            (any(), json!({}), true),
            (any(), json!({"active": false}), false),
            (Wanted { department: Some(other), ..any() }, json!({}), false),
            (Wanted { department: Some(other), ..any() }, json!({"department": other}), true),
            (Wanted { among: vec![other], ..any() }, json!({}), false),
            (Wanted { among: vec![other, id], ..any() }, json!({}), true),
            (Wanted { except: vec![id], ..any() }, json!({}), false),
            (Wanted { skills: vec!["chairs".into()], ..any() }, json!({}), true),
            (Wanted { skills: vec!["chairs".into(), "desks".into()], ..any() }, json!({}), false),
            (Wanted { min_level: 4, ..any() }, json!({}), false),
            (Wanted { speaks: Some("DE".into()), ..any() }, json!({}), true),
            (Wanted { speaks: Some("en".into()), ..any() }, json!({}), false),
            (Wanted { present: true, ..any() }, json!({"present": false}), false),
            (Wanted { present: true, ..any() }, holiday.clone(), false),
            (any(), holiday, true),
        ] {
            assert_eq!(wanted.fits(id, &user(fields.clone()), NOW), fits, "{wanted:?} {fields}");
        }
    }

    #[test]
    fn the_least_load_first_then_the_longest_wait() {
        let candidate = |load, picked, id| Candidate { load, picked, id: Id::from_bytes([id; 16]) };
        let chosen = |all: &[Candidate]| choose(all.iter().copied()).unwrap().id;
        let (never, once, twice) = (None, Some((NOW, 1)), Some((NOW, 2)));
        assert_eq!(chosen(&[candidate(2, never, 1), candidate(1, twice, 2)]), Id::from_bytes([2; 16]));
        assert_eq!(chosen(&[candidate(1, once, 1), candidate(1, never, 2)]), Id::from_bytes([2; 16]));
        assert_eq!(chosen(&[candidate(1, twice, 1), candidate(1, once, 2)]), Id::from_bytes([2; 16]));
        assert!(choose([]).is_none());
    }
}
