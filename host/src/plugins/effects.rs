//! What a run did or would do, and how that differs from what another did.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::crm::record::Reference;

/// One thing that a run did or would do, as JSON: a change of a record, a timer, a value of its state.
pub type Effect = Value;

/// What two runs did not do alike.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// Done then, and not now.
    #[schema(value_type = Vec<Object>)]
    pub missing: Vec<Effect>,
    /// Done now, and not then.
    #[schema(value_type = Vec<Object>)]
    pub added: Vec<Effect>,
}

impl Difference {
    /// What differs. In which order it was done is not looked at.
    #[must_use]
    pub fn between(then: Vec<Effect>, now: Vec<Effect>) -> Self {
        let (mut missing, mut added) = (then, Vec::new());
        for effect in now {
            match missing.iter().position(|other| *other == effect) {
                Some(same) => drop(missing.swap_remove(same)),
                None => added.push(effect),
            }
        }
        Self { missing, added }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.missing.is_empty() && self.added.is_empty()
    }
}

/// A change that a run makes: the event's name, the record, field by field.
pub type Made = (String, Reference, Map<String, Value>);

/// What a run does: its changes in the order in which they are made, and what the history keeps beside them,
/// `{"timers": [{"key", "due"}], "state": [key]}`.
///
/// A record that is made has another id each time. It is called by its kind and its place among those made instead,
/// wherever it is named; what only a commit gives it (the number of an invoice) is left out.
#[must_use]
pub fn of_run(changes: Vec<Made>, beside: &Value) -> Vec<Effect> {
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    for (_, record, _) in changes.iter().filter(|(name, ..)| name.ends_with(".created")) {
        let label = format!("new {} {}", record.kind, made.len() + 1);
        made.insert(record.id.to_string(), label);
    }
    let change = |(name, record, mut diff): Made| {
        let id = record.id.to_string();
        if let Some(series) = record.kind.spec().series.filter(|_| made.contains_key(&id)) {
            diff.remove(series.field);
        }
        json!({"event": name, "record": id, "diff": diff})
    };
    let all = |name: &str| beside.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let timers = all("timers").into_iter().map(|timer| json!({"timer": timer}));
    let state = all("state").into_iter().map(|key| json!({"state": key}));
    let mut effects: Vec<Effect> = changes.into_iter().map(change).chain(timers).chain(state).collect();
    effects.iter_mut().for_each(|effect| rename(effect, &made));
    effects
}

fn rename(value: &mut Value, made: &BTreeMap<String, String>) {
    match value {
        Value::String(text) => {
            for (id, label) in made {
                if text.contains(id) {
                    *text = text.replace(id, label);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, made)),
        Value::Object(members) => members.values_mut().for_each(|member| rename(member, made)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::id::Id;
    use crate::crm::kind::Kind;

    fn made(title: &str) -> Vec<Effect> {
        let (task, notice) = (Id::new(), Id::new());
        let diff = |value: Value| value.as_object().cloned().unwrap();
        let changes = vec![
            (
                "task.created".to_owned(),
                Reference { kind: Kind::Task, id: task },
                diff(json!({"title": [null, title]})),
            ),
            (
                "notification.created".to_owned(),
                Reference { kind: Kind::Notification, id: notice },
                diff(json!({"about": [null, {"kind": "task", "id": task}]})),
            ),
        ];
        of_run(changes, &json!({"timers": [{"key": format!("due:{task}"), "due": null}]}))
    }

    #[test]
    fn records_made_anew_are_the_same_by_what_they_are() {
        assert!(Difference::between(made("Call"), made("Call")).is_nothing());
        let difference = Difference::between(made("Call"), made("Write"));
        assert_eq!((difference.missing.len(), difference.added.len()), (1, 1));
        assert_eq!(difference.added[0]["diff"]["title"][1], "Write");
        assert_eq!(difference.added[0]["record"], "new task 1");
    }

    #[test]
    fn the_order_is_not_looked_at_but_how_often_is() {
        let (a, b) = (json!({"state": "a"}), json!({"state": "b"}));
        assert!(Difference::between(vec![a.clone(), b.clone()], vec![b.clone(), a.clone()]).is_nothing());
        assert_eq!(Difference::between(vec![a.clone()], vec![a.clone(), a.clone()]).added, [a]);
    }

    #[test]
    fn timers_and_state_are_effects() {
        let kept = json!({"timers": [{"key": "k", "due": null}], "state": ["n"]});
        assert_eq!(of_run(Vec::new(), &kept), [json!({"timer": {"key": "k", "due": null}}), json!({"state": "n"})]);
        assert_eq!(of_run(Vec::new(), &Value::Null), Vec::<Effect>::new());
    }
}
