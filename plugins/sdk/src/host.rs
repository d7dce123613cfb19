//! What a plugin can ask of the host.

use serde_json::Value;

use crate::failure::HostError;
use crate::instant::Instant;
use crate::kinds::{
    Company, CompanyFilter, Contact, ContactChanges, ContactDraft, ContactFilter, Conversion, Deal, DealChanges,
    DealFilter, Department, Found, Id, Lead, LeadChanges, LeadFilter, Page, Pipeline, Reference, Task, TaskChanges,
    TaskDraft, TaskFilter, User, UserFilter,
};
use crate::notification::Notice;

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// To the plugin's author.
    Debug,
    /// To whoever looks.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

/// What a call of the host gives.
pub type Asked<T> = Result<T, HostError>;

/// Everything a plugin can ask of the host. In a component it is the host; in a native test it is a `MockHost`. Reads
/// see the run's own writes, which land together when the run ends well, or not at all. Every call can fail with
/// `Denied` where a capability is named, and with `Limit`.
pub trait Host {
    /// One lead, or `NotFound`. Wants `leads:read`.
    fn lead_get(&self, id: &str) -> Asked<Lead>;
    /// A page of leads, oldest first. Wants `leads:read`.
    fn lead_find(&self, filter: LeadFilter, page: Page) -> Asked<Found<Lead>>;
    /// How many leads there are. Wants `leads:read`.
    fn lead_count(&self, filter: LeadFilter) -> Asked<u64>;
    /// Changes a lead; `NotFound`, or `Invalid` where a rule of leads forbids it. Wants `leads:write`.
    fn lead_update(&self, id: &str, changes: LeadChanges) -> Asked<Lead>;
    /// Makes or finds the contact and the company, makes the deal; `NotFound`, or `Invalid` where the lead is closed.
    /// Wants `leads:write`.
    fn lead_convert(&self, id: &str) -> Asked<Conversion>;

    /// One contact, or `NotFound`. Wants `contacts:read`.
    fn contact_get(&self, id: &str) -> Asked<Contact>;
    /// A page of contacts, oldest first. Wants `contacts:read`.
    fn contact_find(&self, filter: ContactFilter, page: Page) -> Asked<Found<Contact>>;
    /// How many contacts there are. Wants `contacts:read`.
    fn contact_count(&self, filter: ContactFilter) -> Asked<u64>;
    /// Makes a contact; `Invalid` where another has the phone or e-mail. Wants `contacts:write`.
    fn contact_create(&self, draft: ContactDraft) -> Asked<Contact>;
    /// Changes a contact; `NotFound` or `Invalid`. Wants `contacts:write`.
    fn contact_update(&self, id: &str, changes: ContactChanges) -> Asked<Contact>;

    /// One company, or `NotFound`. Wants `companies:read`.
    fn company_get(&self, id: &str) -> Asked<Company>;
    /// A page of companies, oldest first. Wants `companies:read`.
    fn company_find(&self, filter: CompanyFilter, page: Page) -> Asked<Found<Company>>;
    /// How many companies there are. Wants `companies:read`.
    fn company_count(&self, filter: CompanyFilter) -> Asked<u64>;

    /// One deal, or `NotFound`. Wants `deals:read`.
    fn deal_get(&self, id: &str) -> Asked<Deal>;
    /// A page of deals, oldest first. Wants `deals:read`.
    fn deal_find(&self, filter: DealFilter, page: Page) -> Asked<Found<Deal>>;
    /// How many deals there are. Wants `deals:read`.
    fn deal_count(&self, filter: DealFilter) -> Asked<u64>;
    /// Changes a deal; `NotFound`, or `Invalid` for a stage that its pipeline lacks. Wants `deals:write`.
    fn deal_update(&self, id: &str, changes: DealChanges) -> Asked<Deal>;

    /// One pipeline, or `NotFound`. Wants `pipelines:read`.
    fn pipeline_get(&self, id: &str) -> Asked<Pipeline>;

    /// One task, or `NotFound`. Wants `tasks:read`.
    fn task_get(&self, id: &str) -> Asked<Task>;
    /// A page of tasks, oldest first. Wants `tasks:read`.
    fn task_find(&self, filter: TaskFilter, page: Page) -> Asked<Found<Task>>;
    /// How many tasks there are. Wants `tasks:read`.
    fn task_count(&self, filter: TaskFilter) -> Asked<u64>;
    /// Makes a task; `Invalid` where an open task of the plugin has the key. Wants `tasks:write`.
    fn task_create(&self, draft: TaskDraft) -> Asked<Task>;
    /// Changes a task; `NotFound` or `Invalid`. Wants `tasks:write`.
    fn task_update(&self, id: &str, changes: TaskChanges) -> Asked<Task>;

    /// One user, or `NotFound`. Wants `users:read`.
    fn user_get(&self, id: &str) -> Asked<User>;
    /// A page of users, oldest first. Wants `users:read`.
    fn user_find(&self, filter: UserFilter, page: Page) -> Asked<Found<User>>;
    /// How many users there are. Wants `users:read`.
    fn user_count(&self, filter: UserFilter) -> Asked<u64>;

    /// One department, or `NotFound`. Wants `departments:read`.
    fn department_get(&self, id: &str) -> Asked<Department>;
    /// The department of that key. Wants `departments:read`.
    fn department_by_key(&self, key: &str) -> Asked<Option<Department>>;
    /// The head of a department: its own, else its parent's and so on, else an active admin; never `except`. Wants
    /// `departments:read`.
    fn department_head(&self, department: &str, except: Option<&str>) -> Asked<Option<User>>;
    /// The head over a user, found as `department_head` does, never the user. Wants `departments:read`.
    fn head_of(&self, user: &str) -> Asked<Option<User>>;

    /// Sends a notice, and returns the notifications' ids in the order of its readers; `Invalid` for a user or command
    /// that there is not. Wants `notifications:write`.
    fn notify(&self, notice: Notice) -> Asked<Vec<Id>>;
    /// Takes the buttons off every open notification of that key and shows `outcome` in their place; returns how many.
    /// Wants `notifications:write`.
    fn settle(&self, key: &str, outcome: crate::text::Localized) -> Asked<u32>;

    /// Sets the timer of that key, in place of one that is set already. With `about` it fires in order with the
    /// record's events.
    fn timer_set(&self, key: &str, at: Instant, payload: Value, about: Option<Reference>) -> Asked<()>;
    /// Takes the timer away; false when there was none.
    fn timer_cancel(&self, key: &str) -> Asked<bool>;
    /// The moment so many seconds of working time after `start`, in the department's calendar, else the organisation's;
    /// `Invalid` for a calendar without working hours. Wants `departments:read` where a department is named.
    fn working_time_after(&self, start: Instant, seconds: u64, department: Option<&str>) -> Asked<Instant>;

    /// The value of a key of the plugin's own.
    fn state_get(&self, key: &str) -> Asked<Option<Value>>;
    /// Sets it; at most 64 KiB.
    fn state_set(&self, key: &str, value: Value) -> Asked<()>;
    /// Takes it away.
    fn state_delete(&self, key: &str) -> Asked<()>;

    /// Writes a line to the run's log.
    fn log(&self, level: Level, message: &str);
}
