//! Reading and writing single records.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use super::{Result, Touched, Unit, UnitError};
use crate::crm::deal::Deal;
use crate::crm::department::Department;
use crate::crm::entity::{Admitted, Entity};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::patch;
use crate::crm::pipeline::Pipeline;
use crate::crm::query::{Query, Test};
use crate::crm::record::{Data, Record, Reference};

/// How many fields the organisation may declare of a kind.
const DECLARED: u64 = 100;

impl Unit {
    /// The record as it stands in this unit of work.
    ///
    /// # Errors
    /// `NotFound`, also where the id belongs to another kind.
    pub async fn read(&mut self, reference: Reference) -> Result<Arc<Record>> {
        let found = match self.index.get(&reference.id) {
            Some(at) => self.touched[*at].after.clone(),
            None => self.fetch(reference.id).await?,
        };
        found.filter(|record| record.kind == reference.kind).ok_or(UnitError::NotFound(reference))
    }

    /// The record's fields as the struct of its kind.
    ///
    /// # Errors
    /// As [`Unit::read`].
    pub async fn get<E: Entity>(&mut self, id: Id) -> Result<E> {
        let record = self.read(Reference { kind: E::KIND, id }).await?;
        entity(&record)
    }

    /// A record as it stood in an earlier version; none where the host knows it no longer.
    ///
    /// # Errors
    /// The store's.
    pub async fn read_version(&self, record: &Record, version: u64) -> Result<Option<Arc<Record>>> {
        let mut before = None;
        loop {
            let page = self.store.audit_of_record(record.id, before, 200).await?;
            if let Some(entry) = page.iter().find(|entry| entry.version == version) {
                let events = self.store.event_after(entry.id.saturating_sub(1), &[record.kind], 1).await?;
                let event = events.into_iter().find(|event| event.id == entry.id);
                return Ok(event.and_then(|event| event.change.after.clone()));
            }
            let Some(last) = page.last() else { return Ok(None) };
            before = Some(last.id);
        }
    }

    /// Makes a record of these fields.
    ///
    /// # Errors
    /// `Invalid`, also where another record has one of its unique keys, or a link leads nowhere.
    pub async fn create(&mut self, kind: Kind, data: Data) -> Result<Arc<Record>> {
        self.create_as(Id::new(), kind, data).await
    }

    /// Makes a record of these fields under a new id that the caller chose.
    ///
    /// # Errors
    /// As [`Unit::create`].
    pub async fn create_as(&mut self, id: Id, kind: Kind, data: Data) -> Result<Arc<Record>> {
        let admitted = self.admit_alone(kind, None, data).await?;
        self.create_admitted(id, kind, admitted).await
    }

    /// Makes a record of fields that its kind admits.
    pub(super) async fn create_admitted(&mut self, id: Id, kind: Kind, admitted: Admitted) -> Result<Arc<Record>> {
        let admitted = self.admit_among(kind, None, admitted).await?;
        let record = Record {
            kind,
            id,
            number: None,
            version: 1,
            created_at: self.setting.now,
            updated_at: self.setting.now,
            data: Arc::new(admitted.data),
        };
        Ok(self.touch(None, Some(Arc::new(record)), admitted.keys))
    }

    /// Changes a record by a JSON merge patch (RFC 7396) of its fields. `expected` is the version that the caller
    /// rests on, where it does on one.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Invalid`.
    pub async fn patch(&mut self, reference: Reference, by: Value, expected: Option<u64>) -> Result<Arc<Record>> {
        let before = self.read_expected(reference, expected).await?;
        let Value::Object(by) = by else {
            return Err(Invalid::field("", "an object of fields is expected").into());
        };
        let mut data = (*before.data).clone();
        patch::apply_members(&mut data, &by);
        self.replace(before, data).await
    }

    /// Gives a record these fields in place of those it has.
    ///
    /// # Errors
    /// `NotFound`, `Invalid`.
    pub async fn put(&mut self, reference: Reference, data: Data) -> Result<Arc<Record>> {
        let before = self.read(reference).await?;
        self.replace(before, data).await
    }

    pub(super) async fn read_expected(&mut self, reference: Reference, expected: Option<u64>) -> Result<Arc<Record>> {
        let record = self.read(reference).await?;
        match expected {
            Some(version) if version != record.version => {
                Err(UnitError::Stale { record: reference, found: record.version })
            }
            _ => Ok(record),
        }
    }

    /// Takes a record that a listing gave for read, so that it is not read again before it is written.
    pub(super) fn hold(&mut self, record: &Arc<Record>) {
        if !self.index.contains_key(&record.id) {
            self.reads.entry(record.id).or_insert_with(|| record.clone());
        }
    }

    /// Has a record found by its id as if it were there. What comes of it must not be committed.
    pub fn suppose(&mut self, record: Arc<Record>) {
        self.reads.insert(record.id, record);
    }

    /// Reads from the store, and rests the commit on the version found.
    async fn fetch(&mut self, id: Id) -> Result<Option<Arc<Record>>> {
        if let Some(record) = self.reads.get(&id) {
            return Ok(Some(record.clone()));
        }
        let found = self.store.record_read(&[id]).await?.pop();
        if let Some(record) = &found {
            self.reads.insert(id, record.clone());
        }
        Ok(found)
    }

    pub(super) async fn replace(&mut self, before: Arc<Record>, data: Data) -> Result<Arc<Record>> {
        let admitted = self.admit_alone(before.kind, Some(&before), data).await?;
        let admitted = self.admit_among(before.kind, Some(&before), admitted).await?;
        Ok(self.rewrite(before, admitted.data, admitted.keys))
    }

    /// Gives a record these fields, which its kind admits.
    pub(super) fn rewrite(
        &mut self,
        before: Arc<Record>,
        data: Data,
        keys: Vec<(&'static str, String)>,
    ) -> Arc<Record> {
        if data == *before.data {
            return before;
        }
        // However often it is written here, the commit makes one version of it.
        let (base, version) = match self.index.get(&before.id).map(|at| self.touched[*at].before.clone()) {
            None => (Some(before.clone()), before.version + 1),
            Some(Some(first)) => (Some(first.clone()), first.version + 1),
            Some(None) => (None, 1),
        };
        let record = Record { version, updated_at: self.setting.now, data: Arc::new(data), ..(*before).clone() };
        self.touch(base, Some(Arc::new(record)), keys)
    }

    /// Notes a write. The first `before` of a record stays: it is what the commit is guarded by.
    pub(super) fn touch(
        &mut self,
        before: Option<Arc<Record>>,
        after: Option<Arc<Record>>,
        keys: Vec<(&'static str, String)>,
    ) -> Arc<Record> {
        let shown = after.clone().or_else(|| before.clone());
        let Some(shown) = shown else { unreachable!("a write has a record before it or after it") };
        let reference = shown.reference();
        let before = match self.index.get(&reference.id) {
            Some(at) => self.touched[*at].before.clone(),
            None => before,
        };
        self.hold_touched(Touched { reference, before, after, keys });
        shown
    }

    /// Has the record stand as it is here, in the place of what the store has.
    pub(super) fn hold_touched(&mut self, touched: Touched) {
        let Reference { kind, id } = touched.reference;
        let at = *self.index.entry(id).or_insert(self.touched.len());
        if let Some(known) = self.touched.get(at) {
            for (key, value) in &known.keys {
                self.keyed.remove(&(kind, *key, value.clone()));
            }
        }
        self.keyed.extend(touched.keys.iter().map(|(key, value)| ((kind, *key, value.clone()), at)));
        match self.touched.get_mut(at) {
            Some(known) => *known = touched,
            None => self.touched.push(touched),
        }
    }

    /// The kind's own rules.
    pub(super) async fn admit_alone(&mut self, kind: Kind, before: Option<&Record>, data: Data) -> Result<Admitted> {
        let before_data = before.map(|record| record.data.as_ref());
        let data = if kind == Kind::Message && before.is_none() { self.admit_message(data).await? } else { data };
        Ok((kind.spec().admit)(before_data, data, &self.setting)?)
    }

    /// The rules that need other records: keys, links, stages.
    async fn admit_among(&mut self, kind: Kind, before: Option<&Record>, mut admitted: Admitted) -> Result<Admitted> {
        let before_data = before.map(|record| record.data.as_ref());
        if kind == Kind::Deal {
            admitted.data = self.admit_stage(before_data, admitted.data).await?;
        }
        let mut invalid = Invalid::default();
        if kind == Kind::CustomField && before.is_none() {
            self.check_declared(&admitted.data, &mut invalid).await?;
        }
        if let (Kind::Department, Some(before)) = (kind, before) {
            self.check_parents(before.id, parse(&admitted.data)?, &mut invalid).await?;
        }
        self.check_links(before_data, &admitted, &mut invalid).await?;
        self.check_keys(kind, before.map(|record| record.id), &admitted, &mut invalid).await?;
        Ok(invalid.or(admitted)?)
    }

    /// A deal's stage must be one of its pipeline, and reaching a final one closes the deal.
    async fn admit_stage(&mut self, before: Option<&Data>, data: Data) -> Result<Data> {
        let mut deal: Deal = parse(&data)?;
        let before: Option<Deal> = before.map(parse).transpose()?;
        let pipeline: Pipeline = match self.get(deal.pipeline).await {
            Ok(pipeline) => pipeline,
            Err(UnitError::NotFound(_)) => {
                return Err(Invalid::field("/pipeline", "there is no such pipeline").into());
            }
            Err(other) => return Err(other),
        };
        let mut invalid = Invalid::default();
        deal.check_stage(&pipeline, &mut invalid);
        deal.check_lost(before.as_ref(), &pipeline, &mut invalid);
        invalid.or(())?;
        deal.close(before.as_ref(), &pipeline, self.setting.now);
        match serde_json::to_value(&deal) {
            Ok(Value::Object(data)) => Ok(data),
            _ => Err(Invalid::field("", "a deal must make an object").into()),
        }
    }

    /// A kind has no more fields of the organisation's own than every write can be checked against.
    async fn check_declared(&mut self, data: &Data, invalid: &mut Invalid) -> Result<()> {
        let of = data.get("of").cloned().into_iter().collect();
        let known = self.count(&Query::of(Kind::CustomField, 1).with("of", Test::In(of))).await?;
        invalid.check(known < DECLARED, "/of", "records of a kind have not more than 100 fields of their own");
        Ok(())
    }

    /// A department must not belong to itself.
    async fn check_parents(&mut self, own: Id, department: Department, invalid: &mut Invalid) -> Result<()> {
        let mut parents = HashMap::new();
        let mut next = department.parent;
        while let Some(id) = next.filter(|id| !parents.contains_key(id)) {
            let parent = match self.get::<Department>(id).await {
                Ok(above) => above.parent,
                Err(UnitError::NotFound(_)) => None,
                Err(other) => return Err(other),
            };
            parents.insert(id, parent);
            next = parent;
        }
        department.check_parents(own, |id| parents.get(&id).copied().flatten(), invalid);
        Ok(())
    }

    /// Links that are new must lead somewhere.
    async fn check_links(&mut self, before: Option<&Data>, admitted: &Admitted, invalid: &mut Invalid) -> Result<()> {
        for (field, link) in &admitted.links {
            if before.is_some_and(|data| data.get(*field) == admitted.data.get(*field)) {
                continue;
            }
            match self.read(*link).await {
                Ok(_) => {}
                Err(UnitError::NotFound(_)) => {
                    invalid.note(format!("/{field}"), format!("there is no {} {}", link.kind, link.id))
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn check_keys(
        &mut self,
        kind: Kind,
        own: Option<Id>,
        admitted: &Admitted,
        invalid: &mut Invalid,
    ) -> Result<()> {
        for (key, value) in &admitted.keys {
            if let Some(holder) = self.by_key(kind, key, value).await?
                && Some(holder.id) != own
            {
                self.collided = true;
                invalid.note(format!("/{key}"), format!("{kind} {} has `{value}` already", holder.id));
            }
        }
        Ok(())
    }
}

/// The record's fields as the struct of its kind.
///
/// # Errors
/// `Invalid` where the stored fields do not fit it.
pub fn entity<E: Entity>(record: &Record) -> Result<E> {
    record.entity().map_err(|error| {
        Invalid::field("", format!("the stored {} {} is damaged: {error}", record.kind, record.id)).into()
    })
}

fn parse<E: Entity>(data: &Data) -> Result<E> {
    serde_json::from_value(Value::Object(data.clone())).map_err(|error| Invalid::field("", error.to_string()).into())
}
