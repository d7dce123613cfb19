//! Messages to people of the organisation.

use serde_json::Value;

use crate::kinds::{Id, Reference};
use crate::text::{BODY, LINE, Localized};

/// What a button asks before it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Question {
    /// A text: a comment, a reason.
    Text(Localized),
    /// One of the organisation's active users; the answer is the user's id.
    User(Localized),
}

/// A button in a notification.
#[derive(Clone, Debug, PartialEq)]
pub struct Button {
    /// A command that the manifest declares.
    pub command: String,
    /// The button's words.
    pub label: Localized,
    /// Handed to the command as its input.
    pub input: Value,
    /// Asked of the person first; the answer is handed to the command.
    pub asks: Option<Question>,
}

impl Button {
    /// A button that gives a command.
    pub fn new(command: &str, label: Localized) -> Button {
        Button { command: command.into(), label, input: Value::Object(Default::default()), asks: None }
    }

    /// Hands the command an input.
    pub fn input(mut self, input: Value) -> Button {
        self.input = input;
        self
    }

    /// Asks the person first.
    pub fn asks(mut self, question: Question) -> Button {
        self.asks = Some(question);
        self
    }
}

/// A notification to send, to each reader one of their own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Notice {
    /// User ids.
    pub to: Vec<Id>,
    /// One line.
    pub title: Localized,
    /// What there is to say.
    pub body: Localized,
    /// The record it is about: shown as a link, and handed to the command.
    pub about: Option<Reference>,
    /// What the reader can do about it.
    pub buttons: Vec<Button>,
    /// Notifications of one key are one offer: [`Host::settle`](crate::Host::settle) closes them all. A repeated
    /// notice with a key replaces, for each reader, the open one.
    pub key: Option<String>,
}

impl Notice {
    /// A notice to these users.
    pub fn to<I: IntoIterator<Item = S>, S: Into<Id>>(readers: I) -> Notice {
        Notice { to: readers.into_iter().map(Into::into).collect(), ..Notice::default() }
    }

    /// What it says: one line, and what there is to say. What is longer than the host takes is cut.
    pub fn says(mut self, title: Localized, body: Localized) -> Notice {
        self.title = title.clipped(LINE);
        self.body = body.clipped(BODY);
        self
    }

    /// The record it is about.
    pub fn about(mut self, record: Reference) -> Notice {
        self.about = Some(record);
        self
    }

    /// One more thing that the reader can do.
    pub fn button(mut self, button: Button) -> Notice {
        self.buttons.push(button);
        self
    }

    /// Makes it part of one offer.
    pub fn key(mut self, key: impl Into<String>) -> Notice {
        self.key = Some(key.into());
        self
    }
}
