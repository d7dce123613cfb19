//! Records of whatever kind: what the host's `records` interface does, over the JSON faces in memory.

use serde_json::{Map, Value, json};

use super::world::World;
use crate::failure::HostError;
use crate::host::Asked;
use crate::kinds::{
    Call, Company, Contact, Deal, Department, Document, Found, Invoice, Lead, Meeting, Message, Page, Pipeline,
    Product, Record, Reference, Task, TaskStatus, User,
};
use crate::query::{Conditions, Test};

type Face = Map<String, Value>;

/// The face with every field that the kind has, and whether it can be read as the kind.
fn check<T: Record + Default>(face: &Face) -> Asked<Face> {
    let blank = serde_json::to_value(T::default()).map_err(|error| HostError::Other(error.to_string()))?;
    let Value::Object(mut whole) = blank else { return Err(HostError::Other("a record is no object".into())) };
    for (field, value) in face {
        if !whole.contains_key(field) {
            return Err(invalid(&format!("/{field}"), "is no field that the SDK knows of this kind"));
        }
        whole.insert(field.clone(), value.clone());
    }
    match serde_json::from_value::<T>(Value::Object(whole.clone())) {
        Ok(_) => Ok(whole),
        Err(error) => Err(invalid("", &error.to_string())),
    }
}

macro_rules! kinds {
    ($($kind:ident),*) => {
        fn check_kind(kind: &str, face: &Face) -> Asked<Face> {
            match kind {
                $(<$kind as Record>::KIND => check::<$kind>(face),)*
                _ => Err(invalid("/kind", "is no kind of record that the SDK knows")),
            }
        }
    };
}

kinds!(
    Call, Company, Contact, Deal, Department, Document, Invoice, Lead, Meeting, Message, Pipeline, Product, Task, User
);

/// The kind's plural, which capabilities name it by.
pub(super) fn plural(kind: &str) -> String {
    match kind {
        "company" => "companies".into(),
        kind => format!("{kind}s"),
    }
}

fn invalid(field: &str, what: &str) -> HostError {
    HostError::Invalid(vec![(field.into(), what.into())])
}

impl World {
    pub(super) fn face(&self, kind: &str, id: &str) -> Asked<Value> {
        let face = self.records.get(&(kind.to_owned(), id.to_owned()));
        let none = || HostError::NotFound(Reference { kind: kind.into(), id: id.into() });
        face.cloned().map(Value::Object).ok_or_else(none)
    }

    pub(super) fn fitting(&self, kind: &str, conditions: &Conditions) -> Vec<Value> {
        let of_kind = self.records.iter().filter(|((of, _), _)| of == kind).map(|(_, face)| face);
        let fits = |face: &&Face| conditions.all.iter().all(|(field, test)| holds(test, &values(face, field)));
        let mut fitting: Vec<Value> = of_kind.filter(fits).cloned().map(Value::Object).collect();
        if let Some(sort) = &conditions.sort {
            let field = sort.trim_start_matches('-');
            let key = |face: &Value| face.as_object().and_then(|face| values(face, field).into_iter().next());
            fitting.sort_by(|a, b| order(&key(a).unwrap_or_default(), &key(b).unwrap_or_default()));
            if sort.starts_with('-') {
                fitting.reverse();
            }
        }
        fitting
    }

    /// A page; the cursor is the position to go on from.
    pub(super) fn listing(&self, kind: &str, conditions: &Conditions, page: &Page) -> Asked<Found<Value>> {
        if !(1..=200).contains(&page.limit) {
            return Err(invalid("/page/limit", "must be 1 to 200"));
        }
        let from: usize = match &page.cursor {
            Some(cursor) => cursor.parse().map_err(|_| invalid("/page/cursor", "is not one of this listing"))?,
            None => 0,
        };
        let fitting = self.fitting(kind, conditions);
        let limit = page.limit as usize;
        let next = (from + limit < fitting.len()).then(|| (from + limit).to_string());
        Ok((fitting.into_iter().skip(from).take(limit).collect(), next))
    }

    pub(super) fn make(&mut self, kind: &str, fields: Value) -> Asked<Value> {
        let Value::Object(mut fields) = fields else { return Err(invalid("", "must be an object")) };
        fields.retain(|_, value| !value.is_null());
        if matches!(kind, "task" | "message") {
            fields.insert("plugin".into(), json!(self.plugin));
        }
        self.check_key(kind, &fields)?;
        let id = self.new_id(kind);
        fields.insert("id".into(), json!(id));
        let mut face = check_kind(kind, &fields)?;
        for (field, value) in [("version", json!(1)), ("created_at", json!(self.now)), ("updated_at", json!(self.now))]
        {
            if let Some(there) = face.get_mut(field) {
                *there = value;
            }
        }
        self.records.insert((kind.to_owned(), id.clone()), face);
        self.face(kind, &id)
    }

    /// A plugin has one open task, and one message, of a key.
    fn check_key(&self, kind: &str, fields: &Face) -> Asked<()> {
        let Some(key) = fields.get("key") else { return Ok(()) };
        let mut same = Conditions::default();
        same.all.push(("key".into(), Test::Any(vec![key.clone()])));
        same.all.push(("plugin".into(), Test::Any(vec![json!(self.plugin)])));
        match kind {
            "task" => same.all.push(("status".into(), Test::Any(vec![json!(TaskStatus::Open)]))),
            "message" => {}
            _ => return Ok(()),
        }
        if self.fitting(kind, &same).is_empty() { Ok(()) } else { Err(invalid("/key", "is taken already")) }
    }

    pub(super) fn patch(&mut self, kind: &str, id: &str, patch: Value) -> Asked<Value> {
        let Value::Object(patch) = patch else { return Err(invalid("", "must be an object")) };
        let key = (kind.to_owned(), id.to_owned());
        let Value::Object(before) = self.face(kind, id)? else { return self.face(kind, id) };
        let mut after = before.clone();
        merge(&mut after, patch);
        let after = check_kind(kind, &after)?;
        self.records.insert(key.clone(), after);
        if let Err(error) = self.settle_change(kind, id, &before) {
            self.records.insert(key, before);
            return Err(error);
        }
        self.face(kind, id)
    }
}

/// RFC 7396; a field that is cleared stays in the face, as null.
fn merge(into: &mut Face, patch: Face) {
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(old)), Value::Object(new)) => {
                for (member, value) in new {
                    if value.is_null() { drop(old.remove(&member)) } else { drop(old.insert(member, value)) }
                }
            }
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

/// What a listing can find a record by under that name: the field, the id that it points at, the minor units of an
/// amount, or each of several phones and e-mails.
fn values(face: &Face, field: &str) -> Vec<Value> {
    match face.get(field) {
        Some(Value::Object(object)) => object.get("minor").or(object.get("id")).cloned().into_iter().collect(),
        Some(Value::Null) => Vec::new(),
        Some(value) => vec![value.clone()],
        None => match face.get(&format!("{field}s")) {
            Some(Value::Array(several)) => several.clone(),
            _ => Vec::new(),
        },
    }
}

fn holds(test: &Test, values: &[Value]) -> bool {
    match test {
        Test::Any(any) => values.iter().any(|value| any.contains(value)),
        Test::AtLeast(least) => values.iter().any(|value| order(value, least).is_ge()),
        Test::Below(bound) => values.iter().any(|value| order(value, bound).is_lt()),
        Test::Absent => values.is_empty(),
        Test::Present => !values.is_empty(),
    }
}

fn order(a: &Value, b: &Value) -> std::cmp::Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        _ => a.as_str().cmp(&b.as_str()),
    }
}
