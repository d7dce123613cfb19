//! Messages to people of the organisation, with buttons.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::{Link, OnDelete};
use super::record::Reference;
use super::text;

/// A message to one user, in their language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Notification {
    /// The user it is for.
    pub to: Id,
    /// One line.
    pub title: String,
    /// The text.
    #[serde(default)]
    pub body: String,
    /// The record it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// The plugin that sent it. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// The plugin's name for the offer that it is part of. Stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the reader can press. None are left once it is settled.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// Whether there is anything to press. Kept by the host.
    #[serde(default)]
    pub open: bool,
    /// What became of the offer: stands in the place of the buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// When that was. From then on there are no buttons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Instant>,
    /// When the reader read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Instant>,
}

/// What the reader of a notification can press.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// A command of the plugin.
    pub command: String,
    /// Its words.
    pub label: String,
    /// Handed to the command.
    #[serde(default)]
    pub input: Value,
    /// Asked first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asks: Option<Question>,
}

/// What a button asks before it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// What the answer is.
    #[serde(rename = "type")]
    pub answer: Answer,
    /// The question's words.
    pub prompt: String,
}

/// What the answer to a button's question is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// A text: a comment, a reason.
    Text,
    /// The id of one of the active users.
    User,
}

/// How many buttons a notification may have.
const BUTTONS: usize = 10;

impl Entity for Notification {
    const KIND: Kind = Kind::Notification;
    const NAME: &'static str = "notification";
    const PLURAL: &'static str = "notifications";
    const OWNER: Option<&'static str> = Some("to");
    const LINKS: &'static [Link] = &[Link::refuse("to", Kind::User), Link::about(OnDelete::Keep)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        data("to", &["to"], Shape::Id),
        data("open", &["open"], Shape::Bool),
        data("read_at", &["read_at"], Shape::Instant),
        data("settled_at", &["settled_at"], Shape::Instant),
        data("about", &["about", "id"], Shape::Id),
        data("plugin", &["plugin"], Shape::Text),
        data("key", &["key"], Shape::Text),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        text::body(&mut self.body, "/body", invalid);
        text::optional_line(&mut self.plugin, "/plugin", invalid);
        text::optional_line(&mut self.key, "/key", invalid);
        text::optional_line(&mut self.outcome, "/outcome", invalid);
        invalid.check(self.buttons.len() <= BUTTONS, "/buttons", "there must not be more than 10");
        for (at, button) in self.buttons.iter_mut().enumerate() {
            button.admit(&format!("/buttons/{at}"), invalid);
        }
        if let Some(before) = before {
            invalid.check(self.to == before.to, "/to", "cannot be changed");
            invalid.check(self.plugin == before.plugin, "/plugin", "cannot be changed");
            invalid.check(self.key == before.key, "/key", "cannot be changed");
        }
        // Settling is what sets it, once and for now.
        let kept = before.and_then(|before| before.settled_at);
        let settled_at = kept.or(self.settled_at.map(|_| setting.now));
        keep(&mut self.settled_at, kept, settled_at, "/settled_at", invalid);
        if self.settled_at.is_some() {
            self.buttons.clear();
        }
        self.open = !self.buttons.is_empty();
    }
}

impl Button {
    fn admit(&mut self, field: &str, invalid: &mut Invalid) {
        text::kebab_case(&self.command, &format!("{field}/command"), invalid);
        text::line(&mut self.label, &format!("{field}/label"), invalid);
        text::json(&self.input, &format!("{field}/input"), invalid);
        if let Some(question) = &mut self.asks {
            text::line(&mut question.prompt, &format!("{field}/asks/prompt"), invalid);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admitted, refused, with};

    fn offer() -> Value {
        json!({
            "to": Id::from_bytes([1; 16]), "title": "New lead", "body": "From the web form", "key": "offer",
            "plugin": "lead-intake", "buttons": [
                {"command": "accept", "label": "Accept", "input": {"lead": 1}},
                {"command": "assign", "label": "Assign to…", "input": null, "asks": {"type": "user", "prompt": "Whom?"}},
            ],
        })
    }

    #[test]
    fn settling_takes_the_buttons_off() {
        let open = admitted(Kind::Notification, None, offer());
        assert_eq!(open["open"], json!(true));
        assert_eq!(open["buttons"], offer()["buttons"]);
        let by = json!({"open": false, "outcome": "Taken by Ann", "settled_at": NOW});
        let settled = admitted(Kind::Notification, Some(&open), with(&open, by));
        assert_eq!((&settled["open"], &settled["buttons"]), (&json!(false), &json!([])));
        assert_eq!(settled["settled_at"], json!(NOW));
        let again = admitted(Kind::Notification, Some(&settled), with(&settled, json!({"buttons": open["buttons"]})));
        assert_eq!(again, settled);
        assert_eq!(
            refused(Kind::Notification, Some(&settled), with(&settled, json!({"settled_at": null}))),
            ["/settled_at"]
        );
    }

    #[test]
    fn open_says_whether_there_are_buttons() {
        let plain = admitted(Kind::Notification, None, with(&offer(), json!({"buttons": [], "open": true})));
        assert_eq!(plain["open"], json!(false));
        let open = admitted(Kind::Notification, None, offer());
        assert_eq!(admitted(Kind::Notification, Some(&open), with(&open, json!({"open": false}))), open);
    }

    #[test]
    fn refusals_name_the_field() {
        let open = admitted(Kind::Notification, None, offer());
        let other = json!({"to": Id::from_bytes([2; 16]), "plugin": "other", "key": null});
        assert_eq!(refused(Kind::Notification, Some(&open), with(&open, other)), ["/to", "/plugin", "/key"]);
        let button = json!({"buttons": [{"command": "A", "label": "", "asks": {"type": "text", "prompt": ""}}]});
        assert_eq!(
            refused(Kind::Notification, None, with(&offer(), button)),
            ["/buttons/0/command", "/buttons/0/label", "/buttons/0/asks/prompt",]
        );
        let question = json!({"buttons": [{"command": "a", "label": "A", "asks": {"type": "date", "prompt": "?"}}]});
        assert_eq!(refused(Kind::Notification, None, with(&offer(), question)), ["/buttons/0/asks/type"]);
    }
}
