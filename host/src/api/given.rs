//! Fields that people do not write themselves, whatever they reach.

use serde_json::{Map, Value};

use crate::crm::kind::Kind;
use crate::http::identity::Caller;
use crate::http::problem::{Problem, Result};

/// The answers of approvers stand in a document's rounds: each gives their own, by the button of the rule that asks. Who
/// could write them would answer for others. An admin may, to mend what went wrong; the audit tells.
///
/// # Errors
/// 422 that names the field.
pub(super) fn check(caller: &Caller, kind: Kind, fields: &Map<String, Value>) -> Result<()> {
    if kind == Kind::Document && fields.contains_key("rounds") && !caller.is_admin() {
        return Err(Problem::field("/rounds", "approvers answer by the buttons of their notifications"));
    }
    Ok(())
}
