//! The host of a component: each call is a call of an import.

use serde_json::Value;

use crate::bindings::takt::crm::{
    companies, contacts, deals, departments, leads, log, notifications as notes, pipelines, state, tasks, timers, users,
};
use crate::failure::HostError;
use crate::host::{Asked, Host, Level};
use crate::instant::Instant;
use crate::kinds::{
    Company, CompanyFilter, Contact, ContactChanges, ContactDraft, ContactFilter, Conversion, Deal, DealChanges,
    DealFilter, Department, Found, Id, Lead, LeadChanges, LeadFilter, Lower, Page, Pipeline, Reference, Task,
    TaskChanges, TaskDraft, TaskFilter, User, UserFilter,
};
use crate::notification::{Button, Notice, Question};
use crate::text::Localized;

/// The host, through the component's imports. An import that a plugin never calls is not in its component.
#[derive(Clone, Copy, Debug)]
pub struct ComponentHost;

fn found<W, T: From<W>>((records, cursor): (Vec<W>, Option<String>)) -> Found<T> {
    (records.into_iter().map(T::from).collect(), cursor)
}

impl From<Question> for notes::Question {
    fn from(question: Question) -> Self {
        match question {
            Question::Text(words) => notes::Question::Text(words.into_pairs()),
            Question::User(words) => notes::Question::User(words.into_pairs()),
        }
    }
}

impl From<Button> for notes::Button {
    fn from(button: Button) -> Self {
        notes::Button {
            command: button.command,
            label: button.label.into_pairs(),
            input: button.input.to_string(),
            asks: button.asks.map(Into::into),
        }
    }
}

impl From<Notice> for notes::Draft {
    fn from(notice: Notice) -> Self {
        notes::Draft {
            to: notice.to,
            title: notice.title.into_pairs(),
            body: notice.body.into_pairs(),
            about: notice.about.map(Into::into),
            buttons: notice.buttons.into_iter().map(Into::into).collect(),
            key: notice.key,
        }
    }
}

impl Host for ComponentHost {
    fn lead_get(&self, id: &str) -> Asked<Lead> {
        Ok(leads::get(id)?.into())
    }

    fn lead_find(&self, filter: LeadFilter, page: Page) -> Asked<Found<Lead>> {
        Ok(found(leads::find(&filter.into(), &page.into())?))
    }

    fn lead_count(&self, filter: LeadFilter) -> Asked<u64> {
        Ok(leads::count(&filter.into())?)
    }

    fn lead_update(&self, id: &str, changes: LeadChanges) -> Asked<Lead> {
        Ok(leads::update(id, &changes.into())?.into())
    }

    fn lead_convert(&self, id: &str) -> Asked<Conversion> {
        Ok(leads::convert(id)?.into())
    }

    fn contact_get(&self, id: &str) -> Asked<Contact> {
        Ok(contacts::get(id)?.into())
    }

    fn contact_find(&self, filter: ContactFilter, page: Page) -> Asked<Found<Contact>> {
        Ok(found(contacts::find(&filter.into(), &page.into())?))
    }

    fn contact_count(&self, filter: ContactFilter) -> Asked<u64> {
        Ok(contacts::count(&filter.into())?)
    }

    fn contact_create(&self, draft: ContactDraft) -> Asked<Contact> {
        Ok(contacts::create(&draft.into())?.into())
    }

    fn contact_update(&self, id: &str, changes: ContactChanges) -> Asked<Contact> {
        Ok(contacts::update(id, &changes.into())?.into())
    }

    fn company_get(&self, id: &str) -> Asked<Company> {
        Ok(companies::get(id)?.into())
    }

    fn company_find(&self, filter: CompanyFilter, page: Page) -> Asked<Found<Company>> {
        Ok(found(companies::find(&filter.into(), &page.into())?))
    }

    fn company_count(&self, filter: CompanyFilter) -> Asked<u64> {
        Ok(companies::count(&filter.into())?)
    }

    fn deal_get(&self, id: &str) -> Asked<Deal> {
        Ok(deals::get(id)?.into())
    }

    fn deal_find(&self, filter: DealFilter, page: Page) -> Asked<Found<Deal>> {
        Ok(found(deals::find(&filter.into(), &page.into())?))
    }

    fn deal_count(&self, filter: DealFilter) -> Asked<u64> {
        Ok(deals::count(&filter.into())?)
    }

    fn deal_update(&self, id: &str, changes: DealChanges) -> Asked<Deal> {
        Ok(deals::update(id, &changes.into())?.into())
    }

    fn pipeline_get(&self, id: &str) -> Asked<Pipeline> {
        Ok(pipelines::get(id)?.into())
    }

    fn task_get(&self, id: &str) -> Asked<Task> {
        Ok(tasks::get(id)?.into())
    }

    fn task_find(&self, filter: TaskFilter, page: Page) -> Asked<Found<Task>> {
        Ok(found(tasks::find(&filter.into(), &page.into())?))
    }

    fn task_count(&self, filter: TaskFilter) -> Asked<u64> {
        Ok(tasks::count(&filter.into())?)
    }

    fn task_create(&self, draft: TaskDraft) -> Asked<Task> {
        Ok(tasks::create(&draft.into())?.into())
    }

    fn task_update(&self, id: &str, changes: TaskChanges) -> Asked<Task> {
        Ok(tasks::update(id, &changes.into())?.into())
    }

    fn user_get(&self, id: &str) -> Asked<User> {
        Ok(users::get(id)?.into())
    }

    fn user_find(&self, filter: UserFilter, page: Page) -> Asked<Found<User>> {
        Ok(found(users::find(&filter.into(), &page.into())?))
    }

    fn user_count(&self, filter: UserFilter) -> Asked<u64> {
        Ok(users::count(&filter.into())?)
    }

    fn department_get(&self, id: &str) -> Asked<Department> {
        Ok(departments::get(id)?.into())
    }

    fn department_by_key(&self, key: &str) -> Asked<Option<Department>> {
        Ok(departments::by_key(key)?.map(Into::into))
    }

    fn department_head(&self, department: &str, except: Option<&str>) -> Asked<Option<User>> {
        Ok(departments::head(department, except)?.map(Into::into))
    }

    fn head_of(&self, user: &str) -> Asked<Option<User>> {
        Ok(departments::head_of(user)?.map(Into::into))
    }

    fn notify(&self, notice: Notice) -> Asked<Vec<Id>> {
        Ok(notes::notify(&notice.into())?)
    }

    fn settle(&self, key: &str, outcome: Localized) -> Asked<u32> {
        Ok(notes::settle(key, &outcome.into_pairs())?)
    }

    fn timer_set(&self, key: &str, at: Instant, payload: Value, about: Option<Reference>) -> Asked<()> {
        let about = about.map(Lower::lower);
        Ok(timers::set(key, at.0, &payload.to_string(), about.as_ref())?)
    }

    fn timer_cancel(&self, key: &str) -> Asked<bool> {
        Ok(timers::cancel(key)?)
    }

    fn working_time_after(&self, start: Instant, seconds: u64, department: Option<&str>) -> Asked<Instant> {
        Ok(Instant(timers::working_time_after(start.0, seconds, department)?))
    }

    fn state_get(&self, key: &str) -> Asked<Option<Value>> {
        let Some(json) = state::get(key)? else { return Ok(None) };
        serde_json::from_str(&json).map(Some).map_err(|error| HostError::Other(error.to_string()))
    }

    fn state_set(&self, key: &str, value: Value) -> Asked<()> {
        Ok(state::set(key, &value.to_string())?)
    }

    fn state_delete(&self, key: &str) -> Asked<()> {
        Ok(state::delete(key)?)
    }

    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        log::write(level, message);
    }
}
