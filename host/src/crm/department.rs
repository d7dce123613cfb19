//! Parts of the organisation.

use serde::{Deserialize, Serialize};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, data, key};
use super::id::Id;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::Link;
use super::text;

/// A part of the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Kebab-case, unique: what configurations name it by.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// The user who leads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Id>,
    /// The department it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// When its people work; the parent's calendar where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work_calendar: Option<Id>,
}

/// How deep departments may be nested.
const DEPTH: usize = 32;

impl Department {
    /// Notes where the department `own` would belong to itself, at once or through its parents, or be nested too deep.
    /// `parent_of` tells the parent of any other department.
    pub fn check_parents(&self, own: Id, parent_of: impl Fn(Id) -> Option<Id>, invalid: &mut Invalid) {
        let mut above = std::iter::successors(self.parent, |id| parent_of(*id)).take(DEPTH + 1);
        let sound = above.by_ref().take(DEPTH).all(|id| id != own) && above.next().is_none();
        invalid.check(sound, "/parent", "must not lead back to the department, nor be nested over 32 deep");
    }
}

/// A department and all below it.
#[must_use]
pub fn below(all: &[(Id, Department)], top: Id) -> Vec<Id> {
    let parent_of = |id: &Id| all.iter().find(|(own, _)| own == id).and_then(|(_, department)| department.parent);
    let leads_up = |id: Id| std::iter::successors(Some(id), parent_of).take(DEPTH + 1).any(|id| id == top);
    all.iter().map(|(id, _)| *id).filter(|id| leads_up(*id)).collect()
}

impl Entity for Department {
    const KIND: Kind = Kind::Department;
    const NAME: &'static str = "department";
    const PLURAL: &'static str = "departments";
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["title", "key"];
    const LINKS: &'static [Link] = &[
        Link::refuse("head", Kind::User),
        Link::refuse("parent", Kind::Department),
        Link::refuse("work_calendar", Kind::WorkCalendar),
    ];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        data("title", &["title"], Shape::Text),
        data("head", &["head"], Shape::Id),
        data("parent", &["parent"], Shape::Id),
        key("key"),
        data("work_calendar", &["work_calendar"], Shape::Id),
    ];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::kebab_case(&self.key, "/key", invalid);
        text::line(&mut self.title, "/title", invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("key", self.key.clone())]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::testing::{admitted, refused};
    use serde_json::json;

    #[test]
    fn fields() {
        let sales = json!({"key": "sales", "title": "Sales"});
        assert_eq!(admitted(Kind::Department, None, sales.clone()), sales);
        assert_eq!(refused(Kind::Department, None, json!({"key": "Sales!", "title": ""})), ["/key", "/title"]);
    }

    #[test]
    fn no_department_belongs_to_itself() {
        let ids: Vec<Id> = (0..40u8).map(|n| Id::from_bytes([n; 16])).collect();
        let below = |parent| Department { key: "x".into(), title: "X".into(), head: None, parent, work_calendar: None };
        let errors = |parent: Option<Id>, parent_of: &dyn Fn(Id) -> Option<Id>| {
            let mut invalid = Invalid::default();
            below(parent).check_parents(ids[0], parent_of, &mut invalid);
            invalid.0.len()
        };
        assert_eq!(errors(None, &|_| None), 0);
        assert_eq!(errors(Some(ids[1]), &|_| None), 0);
        assert_eq!(errors(Some(ids[0]), &|_| None), 1);
        assert_eq!(errors(Some(ids[1]), &|id| (id == ids[1]).then_some(ids[0])), 1);
        let chain = |id: Id| ids.get(usize::from(id.as_bytes()[0]) + 1).copied();
        assert_eq!(errors(Some(ids[1]), &chain), 1);
        assert_eq!(errors(Some(ids[20]), &chain), 0);
    }
}
