//! Notifications to people, with buttons.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Author, Result, Unit, UnitError};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Test};
use crate::crm::record::{Record, Reference};
use crate::crm::user::User;

/// The same words in several languages: pairs of a BCP 47 tag and the text.
pub type Localized = Vec<(String, String)>;

/// A notification to send.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeDraft {
    /// Users; each gets one of their own.
    pub to: Vec<Id>,
    /// One line.
    pub title: Localized,
    /// The text.
    pub body: Localized,
    /// The record it is about.
    pub about: Option<Reference>,
    /// What the reader can press.
    pub buttons: Vec<NoticeButton>,
    /// Notifications of one key are one offer.
    pub key: Option<String>,
}

/// A button in a notification.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeButton {
    /// A command of the plugin.
    pub command: String,
    /// Its words.
    pub label: Localized,
    /// Handed to the command.
    pub input: Value,
    /// Asked first.
    pub asks: Option<NoticeQuestion>,
}

/// What a button asks before it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoticeQuestion {
    /// A text.
    Text(Localized),
    /// One of the active users.
    User(Localized),
}

/// The words for a reader: in their language, in its base language, in the organisation's, else the first.
#[must_use]
pub fn in_language<'a>(texts: &'a Localized, reader: &str, organisation: &str) -> &'a str {
    let base = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let exact = |tag: &str| texts.iter().find(|(language, _)| language.eq_ignore_ascii_case(tag));
    let near = |tag: &str| texts.iter().find(|(language, _)| base(language) == base(tag));
    exact(reader)
        .or_else(|| near(reader))
        .or_else(|| exact(organisation))
        .or_else(|| near(organisation))
        .or_else(|| texts.first())
        .map_or("", |(_, text)| text.as_str())
}

fn reader_of(notice: &Record) -> Option<Id> {
    notice.data.get("to").and_then(Value::as_str).and_then(|to| to.parse().ok())
}

impl Unit {
    /// Sends a notification to each of its readers; returns the new records' ids in the order of `to`.
    ///
    /// # Errors
    /// `Invalid` where a reader is no user, or a text is missing.
    pub async fn notify(&mut self, mut draft: NoticeDraft) -> Result<Vec<Id>> {
        if let Some(about) = draft.about
            && matches!(self.read(about).await, Err(UnitError::NotFound(_)))
        {
            // Deleted meanwhile: the news stays news.
            draft.about = None;
        }
        if let Some(key) = &draft.key {
            for old in self.open_notices(key).await? {
                if reader_of(&old).is_some_and(|to| draft.to.contains(&to)) {
                    self.hold(&old);
                    self.delete(old.reference(), None).await?;
                }
            }
        }
        let mut made = Vec::with_capacity(draft.to.len());
        for (at, reader) in draft.to.iter().enumerate() {
            let language = match self.get::<User>(*reader).await {
                Ok(user) => user.language,
                Err(UnitError::NotFound(_)) => {
                    return Err(Invalid::field(format!("/to/{at}"), format!("there is no user {reader}")).into());
                }
                Err(other) => return Err(other),
            };
            let data = self.notice_data(&draft, *reader, &language);
            made.push(self.create(Kind::Notification, data).await?.id);
        }
        Ok(made)
    }

    /// Takes the buttons off every open notification of that key, shows `outcome` in their place, and returns how many.
    ///
    /// # Errors
    /// The store's.
    pub async fn settle(&mut self, key: &str, outcome: &Localized) -> Result<u32> {
        let open = self.open_notices(key).await?;
        let organisation = self.language.clone();
        for notice in &open {
            let language = match reader_of(notice) {
                Some(reader) => match self.get::<User>(reader).await {
                    Ok(user) => user.language,
                    Err(UnitError::NotFound(_)) => organisation.to_string(),
                    Err(other) => return Err(other),
                },
                None => organisation.to_string(),
            };
            let by = json!({
                "outcome": in_language(outcome, &language, &organisation),
                "settled_at": self.setting.now,
            });
            self.hold(notice);
            self.patch(notice.reference(), by, None).await?;
        }
        Ok(u32::try_from(open.len()).unwrap_or(u32::MAX))
    }

    /// This plugin's notifications of a key that are not settled.
    async fn open_notices(&mut self, key: &str) -> Result<Vec<Arc<Record>>> {
        let Author::Plugin(plugin) = &self.author else { return Ok(Vec::new()) };
        let query = Query::of(Kind::Notification, 200)
            .with("plugin", Test::In(vec![plugin.to_string().into()]))
            .with("key", Test::In(vec![key.into()]))
            .with("settled_at", Test::Absent);
        self.find_all(query).await
    }

    fn notice_data(&self, draft: &NoticeDraft, reader: Id, language: &str) -> Map<String, Value> {
        let words = |texts| Value::from(in_language(texts, language, &self.language));
        let buttons: Vec<Value> = draft
            .buttons
            .iter()
            .map(|button| {
                let asks = button.asks.as_ref().map(|asks| match asks {
                    NoticeQuestion::Text(prompt) => json!({"type": "text", "prompt": words(prompt)}),
                    NoticeQuestion::User(prompt) => json!({"type": "user", "prompt": words(prompt)}),
                });
                json!({"command": button.command, "label": words(&button.label), "input": button.input, "asks": asks})
            })
            .collect();
        let plugin = match &self.author {
            Author::Plugin(plugin) => Value::from(plugin.to_string()),
            Author::Caller => Value::Null,
        };
        let data = json!({
            "to": reader,
            "title": words(&draft.title),
            "body": words(&draft.body),
            "about": draft.about,
            "plugin": plugin,
            "key": draft.key,
            "buttons": buttons,
        });
        match data {
            Value::Object(data) => data,
            _ => Map::new(),
        }
    }
}
