//! What a message to a client may carry away.

use serde_json::{Map, Value};

use super::{App, papers};
use crate::crm::entity;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::message::Message;
use crate::http::identity::Caller;
use crate::http::problem::Result;

/// Nobody sends what they do not reach themselves: neither a contact's address is told nor a document read that way.
///
/// # Errors
/// 422 with the fields that point out of the caller's reach, in the words that hold for what is not there.
pub(super) async fn check(app: &App, caller: &Caller, data: &Map<String, Value>) -> Result<()> {
    // What cannot be read is refused by the rules of the kind.
    let Ok(message) = serde_json::from_value::<Message>(Value::Object(data.clone())) else { return Ok(()) };
    let mut invalid = Invalid::default();
    for (field, link) in entity::links(&message, data) {
        if link.kind == Kind::User {
            continue;
        }
        if !papers::reaches(app, caller, link).await? {
            invalid.note(format!("/{field}"), format!("there is no {} {}", link.kind, link.id));
        }
    }
    Ok(invalid.or(())?)
}
