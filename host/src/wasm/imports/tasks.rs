//! `takt:crm/tasks`

use serde_json::json;

use super::filter::Filter;
use super::patch::Patch;
use super::typed::{Face, Head, Listing, Result, micros, object, text};
use crate::crm;
use crate::crm::kind::Kind;
use crate::crm::task::TaskStatus;
use crate::wasm::bindings::takt::crm::tasks::{Changes, Draft, Filter as Given, Host, Status, Task};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::convert::{parse_reference, reference};
use crate::wasm::state::State;

impl Host for State {
    async fn get(&mut self, id: String) -> Result<Task> {
        self.record_get(&id).await
    }

    async fn find(&mut self, filter: Given, page: types::Page) -> Listing<Task> {
        let filter = self.task_filter(filter)?;
        self.record_find(filter, page).await
    }

    async fn count(&mut self, filter: Given) -> Result<u64> {
        let filter = self.task_filter(filter)?;
        self.record_count(filter).await
    }

    async fn create(&mut self, draft: Draft) -> Result<Task> {
        let fields = Patch::default()
            .set("title", Some(draft.title))
            .set("body", draft.body)
            .set("assignee", draft.assignee)
            .moment("due", draft.due.map(Some))
            .reference("about", draft.about)
            .set("plugin", Some(self.installation()?.manifest.name.clone()))
            .set("key", draft.key);
        self.record_create(fields).await
    }

    async fn update(&mut self, id: String, changes: Changes) -> Result<Task> {
        let patch = Patch::default()
            .set("title", changes.title)
            .set("status", changes.status.map(|status| json!(TaskStatus::from(status))))
            .clear("assignee", changes.assignee)
            .moment("due", changes.due);
        self.record_update(&id, patch).await
    }
}

impl State {
    fn task_filter(&self, given: Given) -> Result<Filter> {
        let about = given.about.map(|about| parse_reference(&about, "/filter/about")).transpose()?;
        // A key is the plugin's own: another one's task may have the same.
        let plugin = match &given.key {
            Some(_) => Some(self.installation()?.manifest.name.clone()),
            None => None,
        };
        let statuses = given.status.into_iter().map(|status| json!(TaskStatus::from(status))).collect();
        Ok(Filter::of(Kind::Task)
            .any("status", statuses)
            .id("assignee", given.assignee)
            .id("about", about.map(|about| about.id.to_string()))
            .text("plugin", plugin)
            .text("key", given.key)
            .before("due", given.due_to))
    }
}

impl Face for Task {
    type Entity = crm::task::Task;

    fn new(head: Head, task: Self::Entity) -> Self {
        Self {
            id: head.id,
            number: head.number,
            version: head.version,
            created_at: head.created_at,
            updated_at: head.updated_at,
            title: task.title,
            body: task.body,
            status: task.status.into(),
            assignee: text(task.assignee),
            due: micros(task.due),
            about: task.about.map(reference),
            plugin: task.plugin,
            key: task.key,
            closed_at: micros(task.closed_at),
            custom: object(task.custom),
        }
    }
}

impl From<Status> for TaskStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::Open => Self::Open,
            Status::Done => Self::Done,
            Status::Cancelled => Self::Cancelled,
        }
    }
}

impl From<TaskStatus> for Status {
    fn from(status: TaskStatus) -> Self {
        match status {
            TaskStatus::Open => Self::Open,
            TaskStatus::Done => Self::Done,
            TaskStatus::Cancelled => Self::Cancelled,
        }
    }
}
