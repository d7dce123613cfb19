//! What the host in memory remembers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::services::Services;
use crate::failure::HostError;
use crate::host::{Asked, Level};
use crate::instant::Instant;
use crate::kinds::{Id, Lead, LeadStatus, Record, Reference, Report, Task, TaskStatus};
use crate::notification::Button;
use crate::text::Localized;

/// A notification as its one reader has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notification {
    /// The notification's id.
    pub id: Id,
    /// Whose it is.
    pub to: Id,
    /// One line.
    pub title: Localized,
    /// What there is to say.
    pub body: Localized,
    /// The record it is about.
    pub about: Option<Reference>,
    /// What the reader can do about it; none once it is settled.
    pub buttons: Vec<Button>,
    /// The offer that it is part of.
    pub key: Option<String>,
    /// What became of the offer, once it is settled.
    pub outcome: Option<Localized>,
}

/// A timer that is set.
#[derive(Clone, Debug, PartialEq)]
pub struct SetTimer {
    /// When it is due.
    pub at: Instant,
    /// What is given with it.
    pub payload: Value,
    /// The record whose lane it fires in.
    pub about: Option<Reference>,
}

/// The hours of Monday to Friday, UTC, that are working time.
#[derive(Clone, Copy, Debug)]
pub(super) struct WorkingHours {
    pub(super) from: i64,
    pub(super) to: i64,
}

/// Records by kind and id, as their JSON face.
pub(super) type Records = BTreeMap<(String, Id), Map<String, Value>>;

/// Everything that a run can read and write: cloned before a run, put back when it fails.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) plugin: String,
    pub(super) granted: BTreeSet<String>,
    pub(super) commands: BTreeSet<String>,
    pub(super) now: Instant,
    pub(super) hours: WorkingHours,
    pub(super) records: Records,
    pub(super) notifications: Vec<Notification>,
    pub(super) timers: BTreeMap<String, SetTimer>,
    pub(super) state: BTreeMap<String, Value>,
    /// In which order users were picked last.
    pub(super) picked: BTreeMap<Id, u64>,
    pub(super) report: Report,
    pub(super) services: Services,
    pub(super) log: Vec<(Level, String)>,
    pub(super) last_id: u64,
}

impl World {
    pub(super) fn wants(&self, capability: &str) -> Asked<()> {
        if self.granted.contains(capability) { Ok(()) } else { Err(HostError::Denied(capability.into())) }
    }

    pub(super) fn new_id(&mut self, prefix: &str) -> Id {
        self.last_id += 1;
        format!("{prefix}-{}", self.last_id)
    }

    pub(super) fn all<T: Record>(&self) -> Vec<T> {
        let of_kind = self.records.iter().filter(|((kind, _), _)| kind == T::KIND);
        of_kind.filter_map(|(_, face)| read(face)).collect()
    }

    pub(super) fn get<T: Record>(&self, id: &str) -> Asked<T> {
        let reference = Reference { kind: T::KIND.into(), id: id.into() };
        let face = self.records.get(&(reference.kind.clone(), reference.id.clone()));
        face.and_then(read).ok_or(HostError::NotFound(reference))
    }

    /// Puts a record in, as it is.
    pub(super) fn put<T: Record>(&mut self, record: &T) {
        if let Ok(Value::Object(face)) = serde_json::to_value(record) {
            self.records.insert((T::KIND.into(), record.id().clone()), face);
        }
    }

    /// Puts a record in that is made now.
    pub(super) fn put_new<T: Record>(&mut self, record: &T) {
        self.put(record);
        let now = self.now;
        if let Some(face) = self.records.get_mut(&(T::KIND.to_owned(), record.id().clone())) {
            face.insert("version".into(), json!(1));
            for moment in ["created_at", "updated_at"] {
                face.entry(moment).and_modify(|at| *at = json!(now));
            }
        }
    }

    /// Changes a record by the rules of its kind; a change of nothing leaves the version as it was.
    pub(super) fn change<T: Record>(&mut self, id: &str, change: impl FnOnce(&mut T)) -> Asked<T> {
        let before: T = self.get(id)?;
        let mut after = before.clone();
        change(&mut after);
        self.put(&after);
        if let Err(error) = self.settle_change(T::KIND, id, &face_of(&before)) {
            self.put(&before);
            return Err(error);
        }
        self.get(id)
    }

    /// Keeps the rules of the kind, and makes a version of what differs.
    pub(super) fn settle_change(&mut self, kind: &str, id: &str, before: &Map<String, Value>) -> Asked<()> {
        self.keep_rules(kind, id)?;
        let now = self.now;
        if let Some(face) = self.records.get_mut(&(kind.to_owned(), id.to_owned()))
            && changed_fields(before, face).next().is_some()
        {
            let version = face.get("version").and_then(Value::as_u64).unwrap_or(0);
            face.insert("version".into(), json!(version + 1));
            if face.contains_key("updated_at") {
                face.insert("updated_at".into(), json!(now));
            }
        }
        Ok(())
    }

    /// The few rules of the host's that a plugin relies on.
    fn keep_rules(&mut self, kind: &str, id: &str) -> Asked<()> {
        let now = self.now;

        match kind {
            "lead" => {
                let mut lead: Lead = self.get(id)?;
                if lead.owner.is_none() && lead.status.is_open() && lead.status != LeadStatus::New {
                    return Err(HostError::Invalid(vec![(
                        "/owner".into(),
                        "a lead in hand must have an owner".into(),
                    )]));
                }
                if lead.status != LeadStatus::New && lead.owner.is_some() {
                    lead.accepted_at.get_or_insert(now);
                }
                lead.closed_at = if lead.status.is_open() { None } else { lead.closed_at.or(Some(now)) };
                self.put(&lead);
            }
            "task" => {
                let mut task: Task = self.get(id)?;
                task.closed_at = if task.status == TaskStatus::Open { None } else { task.closed_at.or(Some(now)) };
                self.put(&task);
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn working_time_after(&self, start: Instant, seconds: u64) -> Asked<Instant> {
        const DAY: i64 = 86_400;
        if self.hours.from >= self.hours.to {
            return Err(HostError::Invalid(vec![("/calendar".into(), "has no working hours".into())]));
        }
        let mut at = start.0.div_euclid(1_000_000);
        let mut left = i64::try_from(seconds).unwrap_or(i64::MAX);
        loop {
            let day = at.div_euclid(DAY);
            let (opens, closes) = (day * DAY + self.hours.from * 3600, day * DAY + self.hours.to * 3600);
            // 1970-01-01 was a Thursday.
            let weekend = (day + 3).rem_euclid(7) >= 5;
            if weekend || at >= closes {
                at = (day + 1) * DAY;
                continue;
            }
            at = at.max(opens);
            if left <= closes - at {
                return Ok(Instant((at + left) * 1_000_000));
            }
            left -= closes - at;
            at = (day + 1) * DAY;
        }
    }
}

/// The host refuses words that are missing or too long.
pub(super) fn admit(field: &str, words: &Localized, least: usize, most: usize) -> Asked<()> {
    let fits = |words: &str| (least..=most).contains(&words.chars().count());
    let all = words.clone().into_pairs();
    if all.len() >= least && all.iter().all(|(_, words)| fits(words)) {
        return Ok(());
    }
    Err(HostError::Invalid(vec![(field.into(), format!("must have {least} to {most} characters"))]))
}

fn read<T: Record>(face: &Map<String, Value>) -> Option<T> {
    serde_json::from_value(Value::Object(face.clone())).ok()
}

fn face_of<T: Record>(record: &T) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(face)) => face,
        _ => Map::new(),
    }
}

/// Names of the fields that differ, but for those that change with every change.
pub(super) fn changed_fields<'a>(
    before: &'a Map<String, Value>,
    after: &'a Map<String, Value>,
) -> impl Iterator<Item = &'a String> {
    let counted = |name: &&String| !matches!(name.as_str(), "version" | "updated_at");
    after.iter().filter(|(name, value)| before.get(*name) != Some(value)).map(|(name, _)| name).filter(counted)
}
