//! Messages to clients: whom they reach, and whether and when they may go.

use serde_json::Value;

use super::records::entity;
use super::{Result, Unit, UnitError};
use crate::crm::contact::Contact;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::message::{Message, MessageStatus};
use crate::crm::organisation::Organisation;
use crate::crm::query::Query;
use crate::crm::record::Data;
use crate::crm::user::User;

impl Unit {
    /// A new message as it is kept: addressed, not before the client may be written to, and suppressed where they may
    /// not be, whoever wrote it.
    pub(super) async fn admit_message(&mut self, data: Data) -> Result<Data> {
        // What cannot be read is refused by the rules of the kind.
        let Ok(mut message) = serde_json::from_value::<Message>(Value::Object(data.clone())) else { return Ok(data) };
        if message.status != MessageStatus::Queued {
            return Ok(data);
        }
        let contact = match message.contact {
            Some(id) => match self.get::<Contact>(id).await {
                Ok(contact) => Some(contact),
                Err(UnitError::NotFound(_)) => return Ok(data),
                Err(other) => return Err(other),
            },
            None => None,
        };
        message.address(contact.as_ref());
        if let Some(owner) = message.owner
            && let Ok(user) = self.get::<User>(owner).await
            && let Some(signature) = &user.signature
        {
            message.sign(signature);
        }
        match message.may_go(contact.as_ref()) {
            Ok(()) => {
                let organisation = self.organisation().await?;
                let due = message.due(self.setting.now, contact.as_ref(), &organisation);
                message.not_before = (due > self.setting.now).then_some(due);
            }
            Err(why) => {
                message.status = MessageStatus::Suppressed;
                message.error = Some(why.to_owned());
            }
        }
        match serde_json::to_value(&message) {
            Ok(Value::Object(data)) => Ok(data),
            _ => Err(Invalid::field("", "a message must make an object").into()),
        }
    }

    /// The organisation's settings, or what holds where there are none yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn organisation(&mut self) -> Result<Organisation> {
        let found = self.find(&Query::of(Kind::Organisation, 1)).await?.records.pop();
        Ok(found.map(|record| entity(&record)).transpose()?.unwrap_or_default())
    }
}
