//! Work for people of the organisation.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::{Link, OnDelete};
use super::record::Reference;
use super::text;

/// How many steps a task may have.
const STEPS: usize = 100;

/// Work for a user.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// What is to be done.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub status: TaskStatus,
    /// The user who shall do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<Id>,
    /// When it shall be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// Nobody is reminded of it before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Instant>,
    /// Its steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checklist: Vec<Step>,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// The plugin that made it. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// The plugin's own name for it: at most one open task of a plugin has it. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When it was done or cancelled. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// One step of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is to be done.
    pub title: String,
    /// Whether it is.
    #[serde(default)]
    pub done: bool,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// To be done.
    #[default]
    Open,
    /// Done.
    Done,
    /// Needless.
    Cancelled,
}

impl Entity for Task {
    const KIND: Kind = Kind::Task;
    const NAME: &'static str = "task";
    const PLURAL: &'static str = "tasks";
    const NUMBERED: bool = true;
    const KEYED: bool = true;
    const OWNER: Option<&'static str> = Some("assignee");
    const TEXT: &'static [&'static str] = &["title", "body"];
    const LINKS: &'static [Link] = &[Link::refuse("assignee", Kind::User), Link::about(OnDelete::Clear)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("assignee", &["assignee"], Shape::Id),
        data("due", &["due"], Shape::Instant),
        data("about", &["about", "id"], Shape::Id),
        data("plugin", &["plugin"], Shape::Text),
        data("key", &["key"], Shape::Text),
        data("closed_at", &["closed_at"], Shape::Instant),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        text::optional_body(&mut self.body, "/body", invalid);
        text::optional_line(&mut self.plugin, "/plugin", invalid);
        text::optional_line(&mut self.key, "/key", invalid);
        text::custom(&self.custom, invalid);
        invalid.check(self.checklist.len() <= STEPS, "/checklist", "must not have more than 100 steps");
        for (at, step) in self.checklist.iter_mut().enumerate() {
            text::line(&mut step.title, &format!("/checklist/{at}/title"), invalid);
        }
        if let Some(before) = before {
            invalid.check(self.plugin == before.plugin, "/plugin", "cannot be changed");
            invalid.check(self.key == before.key, "/key", "cannot be changed");
        }
        let kept = before.and_then(|before| before.closed_at);
        let closed_at = match self.status {
            TaskStatus::Open => None,
            status if before.is_some_and(|before| before.status == status) => kept,
            _ => Some(setting.now),
        };
        keep(&mut self.closed_at, kept, closed_at, "/closed_at", invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        match (self.status, &self.plugin, &self.key) {
            (TaskStatus::Open, Some(plugin), Some(key)) => {
                vec![("open_key", format!("{plugin}:{key}"))]
            }
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admit, admitted, refused, with};

    #[test]
    fn an_open_task_holds_its_key() {
        let fields = json!({"title": "Process lead", "plugin": "lead-intake", "key": "process"});
        let open = admit(Kind::Task, None, fields).unwrap();
        assert_eq!(open.keys, [("open_key", "lead-intake:process".to_owned())]);
        let open = Value::Object(open.data);
        let done = admit(Kind::Task, Some(&open), with(&open, json!({"status": "done"}))).unwrap();
        assert!(done.keys.is_empty());
        assert!(admit(Kind::Task, None, json!({"title": "x", "key": "process"})).unwrap().keys.is_empty());
    }

    #[test]
    fn closing_and_reopening() {
        let open = admitted(Kind::Task, None, json!({"title": "Call"}));
        assert_eq!(open, json!({"title": "Call", "status": "open", "custom": {}}));
        let done = admitted(Kind::Task, Some(&open), with(&open, json!({"status": "done"})));
        assert_eq!(done["closed_at"], json!(NOW));
        assert_eq!(admitted(Kind::Task, Some(&done), with(&done, json!({"status": "open"}))), open);
        assert_eq!(
            refused(Kind::Task, Some(&open), with(&open, json!({"closed_at": Instant::default()}))),
            ["/closed_at"]
        );
    }

    #[test]
    fn refusals_name_the_field() {
        let task = admitted(Kind::Task, None, json!({"title": "Call", "plugin": "p", "key": "k"}));
        assert_eq!(
            refused(Kind::Task, Some(&task), with(&task, json!({"plugin": null, "key": "l"}))),
            ["/plugin", "/key"]
        );
        assert_eq!(refused(Kind::Task, None, json!({"title": ""})), ["/title"]);
        assert_eq!(refused(Kind::Task, None, json!({"title": "x", "about": {"kind": "lead"}})), ["/about"]);
    }
}
