//! What callers see of records. Personal data of people outside (phone numbers, addresses, what they wrote) is for the
//! organisation's people, and for programs whose token has the scope [`PERSONAL`].

use serde_json::Value;

use super::history::AuditView;
use crate::crm::event::Event;
use crate::crm::kind::{Kind, Place};
use crate::crm::query::Query;
use crate::crm::record::Record;
use crate::http::identity::Caller;
use crate::http::problem::{Problem, Result};

/// The scope that a token needs to see personal data.
pub const PERSONAL: &str = "personal:read";

/// A record as this caller sees it.
#[must_use]
pub fn face(caller: &Caller, record: &Record) -> Value {
    let mut face = record.face();
    hide(caller, record.kind, &mut face);
    face
}

/// An event as this caller sees it.
#[must_use]
pub fn event(caller: &Caller, event: &Event) -> Value {
    let mut face = event.face();
    hide(caller, event.about.kind, &mut face["record"]);
    face
}

/// A change as this caller sees it: that a field was changed is told, not how.
#[must_use]
pub fn change(caller: &Caller, mut view: AuditView) -> AuditView {
    if !caller.reaches(PERSONAL) {
        for name in view.record.kind.spec().personal {
            view.diff.entry(*name).and_modify(|values| *values = Value::Array(vec![Value::Null, Value::Null]));
        }
    }
    view
}

/// Who may not see a field may not ask for records by it either.
///
/// # Errors
/// 403 that names the scope.
pub fn check(caller: &Caller, query: &Query) -> Result<()> {
    let asked = query.conditions.iter().map(|condition| condition.field).chain(query.sort.field);
    let personal = query.kind.spec().personal;
    let hidden = |place: Place| match place {
        Place::Data(path) => path.first().is_some_and(|name| personal.contains(name)),
        // A key is named as one of the values that its field lists.
        Place::Key(name) => personal.iter().any(|field| field.trim_end_matches('s') == name),
        _ => false,
    };
    let spec = query.kind.spec();
    if query.words.is_some() && spec.text.iter().any(|name| personal.contains(name)) && !caller.reaches(PERSONAL) {
        let detail = format!("`q` finds people by personal data: the token lacks the scope `{PERSONAL}`");
        return Err(Problem::forbidden(detail).with("scope", PERSONAL));
    }
    match asked.into_iter().find(|field| hidden(field.place)) {
        Some(field) if !caller.reaches(PERSONAL) => {
            let detail = format!("`{}` is personal data: the token lacks the scope `{PERSONAL}`", field.name);
            Err(Problem::forbidden(detail).with("scope", PERSONAL))
        }
        _ => Ok(()),
    }
}

fn hide(caller: &Caller, kind: Kind, face: &mut Value) {
    if caller.reaches(PERSONAL) {
        return;
    }
    if let Some(fields) = face.as_object_mut() {
        fields.retain(|name, _| !kind.spec().personal.contains(&name.as_str()));
    }
}
