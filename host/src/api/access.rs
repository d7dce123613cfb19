//! Who may read and write which records. The whole rule stands here:
//!
//! | kind | read | write |
//! |---|---|---|
//! | that belong to somebody (leads, contacts, deals, tasks, …) | those within reach | those within reach |
//! | meetings | all: colleagues plan with each other | those within reach |
//! | notifications | one's own | admins (readers mark theirs as read, and press buttons, through the inbox) |
//! | settings (users, departments, pipelines, …) | everybody | admins |
//!
//! Within *reach* of a member: what they own and what nobody owns; all, where the organisation's `member_reach` says so.
//! Of a head: that of everybody in the departments they lead, and in the departments below those, too. Of an admin: all.
//! A program has the reach of the person that its token acts for, or all; its scopes, `leads:read` and the like, bound it
//! further. What is out of reach reads as not there. A record may be handed out of one's own reach.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::crm::department::Department;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::organisation::MemberReach;
use crate::crm::query::{Condition, Query, Test};
use crate::crm::record::Record;
use crate::crm::user::Role;
use crate::engine::Engine;
use crate::http::identity::Caller;
use crate::http::policy::Who;
use crate::http::problem::{Problem, Result};

use super::errors::unit_problem;

/// What somebody wants with records of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// To see them.
    Read,
    /// To make, change, delete them.
    Write,
}

/// The policy's row for a kind.
#[must_use]
pub fn who(kind: Kind, verb: Verb) -> Who {
    // What belongs to somebody is members' work; the rest are settings, and notifications are made by rules alone.
    let members = kind.spec().owner.is_some() && kind != Kind::Notification;
    let least = if verb == Verb::Read || members { Role::Member } else { Role::Admin };
    // Whoever makes users makes admins: that takes a token that may do all.
    if (kind, verb) == (Kind::User, Verb::Write) {
        return Who::role(Role::Admin, "admin");
    }
    Who::role(least, scope(kind, verb))
}

/// The scope that a token needs for a kind.
#[must_use]
pub fn scope(kind: Kind, verb: Verb) -> String {
    let verb = match verb {
        Verb::Read => "read",
        Verb::Write => "write",
    };
    format!("{}:{verb}", kind.plural())
}

/// Which records of a kind a caller reaches.
#[derive(Debug, Clone, PartialEq)]
pub enum Reach {
    /// All of them.
    All,
    /// Those whose field names one of these users.
    Of {
        /// The field.
        field: &'static str,
        /// The users.
        users: Vec<Value>,
        /// Whether those that name nobody are reached, too.
        unassigned: bool,
    },
}

impl Reach {
    /// What this caller may read of that kind.
    ///
    /// # Errors
    /// The store's.
    pub async fn of(engine: &Engine, caller: &Caller, kind: Kind) -> Result<Self> {
        Self::to(Verb::Read, engine, caller, kind).await
    }

    /// What this caller may read, or write, of that kind.
    ///
    /// # Errors
    /// The store's.
    pub async fn to(verb: Verb, engine: &Engine, caller: &Caller, kind: Kind) -> Result<Self> {
        if (kind, verb) == (Kind::Meeting, Verb::Read) {
            return Ok(Self::All);
        }
        let (Some(person), Some(field)) = (&caller.person, kind.spec().owner) else { return Ok(Self::All) };
        if person.role == Role::Admin {
            return Ok(Self::All);
        }
        let own_only = kind == Kind::Notification;
        if !own_only && engine.organisation().member_reach == MemberReach::All {
            return Ok(Self::All);
        }
        let mut users = vec![Value::from(person.id.to_string())];
        if person.role == Role::Head && !own_only {
            users.extend(led_by(engine, person.id).await?.into_iter().map(|id| Value::from(id.to_string())));
        }
        Ok(Self::Of { field, users, unassigned: !own_only })
    }

    /// The listing of what is within reach only.
    #[must_use]
    pub fn narrow(&self, mut query: Query) -> Query {
        if let Self::Of { field, users, unassigned } = self
            && let Some(field) = query.kind.spec().field(field)
        {
            let users = users.clone();
            let test = if *unassigned { Test::InOrAbsent(users) } else { Test::In(users) };
            query.conditions.push(Condition { field, test });
        }
        query
    }

    /// Whether a record is within reach.
    #[must_use]
    pub fn covers(&self, record: &Record) -> bool {
        match self {
            Self::All => true,
            Self::Of { field, users, unassigned } => match record.data.get(*field) {
                None | Some(Value::Null) => *unassigned,
                Some(user) => users.contains(user),
            },
        }
    }
}

/// Everybody in the departments that this user leads, and in those below.
async fn led_by(engine: &Engine, head: Id) -> Result<Vec<Id>> {
    let mut unit = engine.unit();
    let all = unit.find_all(Query::of(Kind::Department, 200)).await.map_err(unit_problem)?;
    let mut departments = HashMap::with_capacity(all.len());
    for record in &all {
        let department: Department = record.entity().map_err(|error| Problem::internal(&error))?;
        departments.insert(record.id, department);
    }
    let led = led_departments(&departments, head);
    if led.is_empty() {
        return Ok(Vec::new());
    }
    let values = led.iter().map(|id| Value::from(id.to_string())).collect();
    let people = unit.find_all(Query::of(Kind::User, 200).with("department", Test::In(values))).await;
    Ok(people.map_err(unit_problem)?.iter().map(|record| record.id).collect())
}

fn led_departments(departments: &HashMap<Id, Department>, head: Id) -> HashSet<Id> {
    let is_led = |start: Id| {
        let mut seen = HashSet::new();
        let mut next = Some(start);
        while let Some(id) = next.filter(|id| seen.insert(*id)) {
            let Some(department) = departments.get(&id) else { return false };
            if department.head == Some(head) {
                return true;
            }
            next = department.parent;
        }
        false
    };
    departments.keys().copied().filter(|id| is_led(*id)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::crm::instant::Instant;

    fn record(data: Value) -> Record {
        let Value::Object(data) = data else { panic!("an object") };
        Record {
            kind: Kind::Lead,
            id: Id::new(),
            number: None,
            version: 1,
            created_at: Instant::default(),
            updated_at: Instant::default(),
            data: Arc::new(data),
        }
    }

    #[test]
    fn reach_covers_and_narrows_alike() {
        let (me, other) = (Id::new(), Id::new());
        let reach = Reach::Of { field: "owner", users: vec![me.to_string().into()], unassigned: true };
        let listing = reach.narrow(Query::of(Kind::Lead, 10));
        for (data, covered) in [(json!({"owner": me}), true), (json!({}), true), (json!({"owner": other}), false)] {
            let record = record(data);
            assert_eq!(reach.covers(&record), covered, "{record:?}");
            assert_eq!(listing.matches(&record, &[]), covered, "{record:?}");
        }
    }

    #[test]
    fn departments_below_are_led_too() {
        let (head, top, below, aside) = (Id::new(), Id::new(), Id::new(), Id::new());
        let department = |head: Option<Id>, parent: Option<Id>| -> Department {
            serde_json::from_value(json!({"key": "d", "title": "D", "head": head, "parent": parent})).unwrap()
        };
        let all = HashMap::from([
            (top, department(Some(head), None)),
            (below, department(None, Some(top))),
            (aside, department(Some(Id::new()), None)),
        ]);
        assert_eq!(led_departments(&all, head), HashSet::from([top, below]));
        assert!(led_departments(&all, Id::new()).is_empty());
    }
}
