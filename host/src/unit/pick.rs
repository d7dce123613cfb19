//! Picking a user for some work.
//!
//! Whoever picks somebody writes down that it did, and the commit rests on nobody else having done so since. So of two
//! runs that count the same load, whatever their plugins, the later one is run again, and counts what the first has given.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::records::entity;
use super::{Result, Unit};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::pick::{Candidate, Wanted, Work, choose};
use crate::crm::query::{Query, Test};
use crate::crm::user::User;
use crate::store::commit::StateChange;

/// Whose state it is that somebody was picked: no plugin is called that.
pub const PICKED: &str = ":picked";

/// What the store has of a user who was picked here, and what it shall have.
pub(super) struct Picked {
    version: u64,
    value: Value,
}

impl Unit {
    /// The user who is wanted and has the least open work of these sorts; of equals, who was picked longest ago. None
    /// where nobody fits.
    ///
    /// # Errors
    /// The store's.
    pub async fn pick(&mut self, wanted: &Wanted, load: &[Work]) -> Result<Option<Id>> {
        let (mut candidates, mut versions) = (Vec::new(), HashMap::new());
        for (id, user) in self.active_users(wanted.department).await? {
            if !wanted.fits(id, &user, self.now()) {
                continue;
            }
            // Before the work is counted: what is given meanwhile must not be taken for counted.
            let (picked, version) = self.picked(id).await?;
            let mut open = 0;
            for work in load {
                open += self.count(&work.open(id)).await?;
            }
            if wanted.below.is_none_or(|below| open < below) {
                versions.insert(id, version);
                candidates.push(Candidate { load: open, picked, id });
            }
        }
        let Some(chosen) = choose(candidates) else { return Ok(None) };
        let version = versions.get(&chosen.id).copied().unwrap_or_default();
        let times = chosen.picked.map_or(0, |(_, times)| times) + 1;
        let value = json!([self.now().micros(), times]);
        self.picked.entry(chosen.id).or_insert(Picked { version, value: Value::Null }).value = value;
        Ok(Some(chosen.id))
    }

    async fn active_users(&mut self, department: Option<Id>) -> Result<Vec<(Id, User)>> {
        let mut query = Query::of(Kind::User, 200).with("active", Test::In(vec![true.into()]));
        if let Some(department) = department {
            query = query.with("department", Test::In(vec![department.to_string().into()]));
        }
        let found = self.find_all(query).await?;
        found.iter().map(|record| Ok((record.id, entity(record)?))).collect()
    }

    /// When a user was picked last and how often, and the version that the store has of it.
    async fn picked(&self, user: Id) -> Result<(Option<(Instant, u64)>, u64)> {
        let (value, version) = match self.picked.get(&user) {
            Some(picked) => (Some(picked.value.clone()), picked.version),
            None => self.store.state_read(PICKED, &user.to_string()).await?,
        };
        let read = |value: Value| Some((Instant::from_micros(value.get(0)?.as_i64()?), value.get(1)?.as_u64()?));
        Ok((value.and_then(read), version))
    }
}

/// What was picked, as the commit rests on it and writes it.
pub(super) fn change(picked: impl IntoIterator<Item = (Id, Picked)>) -> Option<StateChange> {
    let mut change = StateChange { plugin: PICKED.to_owned(), reads: Vec::new(), writes: Vec::new() };
    for (user, Picked { version, value }) in picked {
        change.reads.push((user.to_string(), version));
        change.writes.push((user.to_string(), Some(value)));
    }
    (!change.writes.is_empty()).then_some(change)
}
