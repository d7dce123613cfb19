//! `takt:crm/users` and `takt:crm/departments`

use std::sync::Arc;

use serde_json::json;

use super::filter::Filter;
use super::typed::{Face, Head, Listing, Result, face, reads, reference_of, text};
use crate::crm;
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::pick::{Wanted, Work};
use crate::crm::record::Record;
use crate::wasm::bindings::takt::crm::departments::{self, Department};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::bindings::takt::crm::users::{self, Filter as Given, Host, Role, User};
use crate::wasm::state::State;

impl Host for State {
    async fn get(&mut self, id: String) -> Result<User> {
        self.record_get(&id).await
    }

    async fn find(&mut self, filter: Given, page: types::Page) -> Listing<User> {
        self.record_find(filter.into(), page).await
    }

    async fn count(&mut self, filter: Given) -> Result<u64> {
        self.record_count(filter.into()).await
    }

    async fn pick(&mut self, given: users::Wanted, load: Vec<users::Work>) -> Result<Option<String>> {
        let load: Vec<Work> = load.into_iter().map(Work::from).collect();
        for work in &load {
            self.wants(&reads(work.kind()))?;
        }
        let unit = self.begin(&reads(Kind::User))?;
        let picked = unit.pick(&wanted(given)?, &load).await?;
        self.meter.charge_rows(1)?;
        Ok(text(picked))
    }
}

fn wanted(given: users::Wanted) -> std::result::Result<Wanted, Invalid> {
    let id = |field: &str, id: String| id.parse::<Id>().map_err(|error| Invalid::field(field, error.to_string()));
    let ids = |field: &str, all: Vec<String>| -> std::result::Result<Vec<Id>, Invalid> {
        all.into_iter().map(|one| id(field, one)).collect()
    };
    Ok(Wanted {
        department: given.department.map(|department| id("/wanted/department", department)).transpose()?,
        among: ids("/wanted/among", given.among)?,
        except: ids("/wanted/except", given.except)?,
        present: given.present,
        skills: given.skills,
        min_level: given.min_level,
        speaks: given.speaks,
        below: given.below,
    })
}

impl From<users::Work> for Work {
    fn from(work: users::Work) -> Self {
        match work {
            users::Work::Leads => Self::Leads,
            users::Work::Deals => Self::Deals,
            users::Work::Tasks => Self::Tasks,
        }
    }
}

impl departments::Host for State {
    async fn get(&mut self, id: String) -> Result<Department> {
        self.record_get(&id).await
    }

    async fn by_key(&mut self, key: String) -> Result<Option<Department>> {
        let unit = self.begin(&reads(Kind::Department))?;
        let found = unit.by_key(Kind::Department, "key", &key).await?;
        self.meter.charge_rows(1)?;
        found.map(|record| face(&record)).transpose()
    }

    async fn head(&mut self, department: String, except: Option<String>) -> Result<Option<User>> {
        let unit = self.begin(&reads(Kind::Department))?;
        let department = reference_of(Kind::Department, &department)?;
        let except = except.map(|id| id.parse::<Id>()).transpose();
        let except = except.map_err(|error| Invalid::field("/except", error.to_string()))?;
        let head = unit.head(department.id, except).await?;
        self.person(head)
    }

    async fn head_of(&mut self, user: String) -> Result<Option<User>> {
        let unit = self.begin(&reads(Kind::Department))?;
        let user = reference_of(Kind::User, &user)?;
        let head = unit.head_of(user.id).await?;
        self.person(head)
    }
}

impl State {
    fn person(&mut self, record: Option<Arc<Record>>) -> Result<Option<User>> {
        self.meter.charge_rows(1)?;
        record.map(|record| face(&record)).transpose()
    }
}

impl From<Given> for Filter {
    fn from(given: Given) -> Self {
        let roles = given.role.into_iter().map(|role| json!(crm::user::Role::from(role))).collect();
        Self::of(Kind::User)
            .id("department", given.department)
            .any("role", roles)
            .flag("active", given.active)
            .flag("present", given.present)
    }
}

impl Face for User {
    type Entity = crm::user::User;

    fn new(head: Head, user: Self::Entity) -> Self {
        Self {
            id: head.id,
            version: head.version,
            name: user.name,
            email: user.email,
            role: user.role.into(),
            department: text(user.department),
            language: user.language,
            active: user.active,
            present: user.present,
        }
    }
}

impl Face for Department {
    type Entity = crm::department::Department;

    fn new(head: Head, department: Self::Entity) -> Self {
        Self {
            id: head.id,
            version: head.version,
            key: department.key,
            title: department.title,
            head: text(department.head),
            parent: text(department.parent),
        }
    }
}

impl From<Role> for crm::user::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Head => Self::Head,
            Role::Member => Self::Member,
        }
    }
}

impl From<crm::user::Role> for Role {
    fn from(role: crm::user::Role) -> Self {
        match role {
            crm::user::Role::Admin => Self::Admin,
            crm::user::Role::Head => Self::Head,
            crm::user::Role::Member => Self::Member,
        }
    }
}
