//! The fields by which records point at others, and what becomes of them when those are deleted.
//!
//! A new link must lead somewhere. When a record is deleted, what points at it decides: such a record keeps it from being
//! deleted, or lets go of it, or goes on naming what is gone. When one record is merged into another, all of them point at
//! the other from then on.

use serde_json::Value;

use super::id::Id;
use super::kind::Kind;
use super::record::{Data, Reference};

/// A field that points at a record. Listings can be filtered by it, under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The field's name.
    pub field: &'static str,
    /// What it points at.
    pub target: Target,
    /// What becomes of it when that is deleted.
    pub on_delete: OnDelete,
}

/// What a link points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A record of this kind: the field is its id.
    Kind(Kind),
    /// A record of any kind: the field is a reference.
    Any,
}

/// What becomes of a link when the record that it points at is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It keeps that record from being deleted.
    Refuse,
    /// It is taken away.
    Clear,
    /// It goes on naming what was there: it tells what happened.
    Keep,
}

impl Link {
    /// A link that keeps its record from being deleted.
    pub(super) const fn refuse(field: &'static str, to: Kind) -> Self {
        Self { field, target: Target::Kind(to), on_delete: OnDelete::Refuse }
    }

    /// A link that is taken away with its record.
    pub(super) const fn clear(field: &'static str, to: Kind) -> Self {
        Self { field, target: Target::Kind(to), on_delete: OnDelete::Clear }
    }

    /// A link that goes on naming its record.
    pub(super) const fn keep(field: &'static str, to: Kind) -> Self {
        Self { field, target: Target::Kind(to), on_delete: OnDelete::Keep }
    }

    /// The field `about`, which points at a record of any kind.
    pub(super) const fn about(on_delete: OnDelete) -> Self {
        Self { field: "about", target: Target::Any, on_delete }
    }

    /// What it points at in these fields.
    #[must_use]
    pub fn read(&self, data: &Data) -> Option<Reference> {
        let value = data.get(self.field)?;
        match self.target {
            Target::Kind(kind) => Some(Reference { kind, id: value.as_str()?.parse().ok()? }),
            Target::Any => serde_json::from_value(value.clone()).ok(),
        }
    }

    /// Has it point at another record of the same kind, or at none.
    pub fn write(&self, data: &mut Data, to: Option<Id>) {
        match (to, self.target) {
            (None, _) => {
                data.shift_remove(self.field);
            }
            (Some(id), Target::Kind(_)) => {
                data.insert(self.field.to_owned(), id.to_string().into());
            }
            (Some(id), Target::Any) => {
                if let Some(Value::Object(reference)) = data.get_mut(self.field) {
                    reference.insert("id".to_owned(), id.to_string().into());
                }
            }
        }
    }
}

/// All links that may point at records of that kind, with the kind that each is a field of.
pub fn to(kind: Kind) -> impl Iterator<Item = (Kind, &'static Link)> {
    let points_there = move |link: &Link| link.target == Target::Any || link.target == Target::Kind(kind);
    let of_kind = move |from: Kind| from.spec().links.iter().map(move |link| (from, link));
    Kind::ALL.into_iter().flat_map(of_kind).filter(move |(_, link)| points_there(link))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What points at a record is found by listings, and can be taken away where it says so.
    #[test]
    fn links_are_fields_of_listings() {
        for kind in Kind::ALL {
            let (_, schema) = (kind.spec().schemas)().swap_remove(0);
            let schema = serde_json::to_value(schema).unwrap();
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            for link in kind.spec().links {
                assert!(kind.spec().field(link.field).is_some(), "{kind} is not listed by {}", link.field);
                let must_stay = link.on_delete == OnDelete::Clear && required.contains(&link.field);
                assert!(!must_stay, "{kind} cannot be without {}", link.field);
            }
        }
    }

    #[test]
    fn links_are_read_and_written() {
        let (one, other) = (Id::from_bytes([1; 16]), Id::from_bytes([2; 16]));
        let fields = json!({"contact": one, "about": {"kind": "deal", "id": one}});
        let Value::Object(mut data) = fields else { unreachable!() };
        let (contact, about) = (Link::clear("contact", Kind::Contact), Link::about(OnDelete::Clear));
        assert_eq!(contact.read(&data), Some(Reference { kind: Kind::Contact, id: one }));
        assert_eq!(about.read(&data), Some(Reference { kind: Kind::Deal, id: one }));
        contact.write(&mut data, Some(other));
        about.write(&mut data, Some(other));
        assert_eq!(Value::Object(data.clone()), json!({"contact": other, "about": {"kind": "deal", "id": other}}));
        contact.write(&mut data, None);
        about.write(&mut data, None);
        assert!(data.is_empty());
        assert_eq!(contact.read(&data), None);
    }

    #[test]
    fn what_points_at_contacts() {
        let found: Vec<_> = to(Kind::Contact).map(|(kind, link)| (kind, link.field)).collect();
        for expected in [(Kind::Deal, "contact"), (Kind::Lead, "contact"), (Kind::Task, "about")] {
            assert!(found.contains(&expected), "{found:?}");
        }
        assert!(!found.contains(&(Kind::Deal, "company")));
    }
}
