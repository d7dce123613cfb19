//! What one release asks for and offers that another does not.

use serde::Serialize;
use serde_json::{Value, json};

use crate::wasm::manifest::Manifest;

/// What changes with a release, by the two manifests.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ManifestDiff {
    /// Events that wake it.
    pub subscriptions: Entries,
    /// Clock times that wake it.
    pub schedules: Entries,
    /// Buttons that wake it.
    pub commands: Entries,
    /// Capabilities that it needs.
    pub needs: Entries,
    /// Interfaces that the component imports.
    pub imports: Entries,
    /// Settings that its configuration may have, each with its schema.
    pub settings: Entries,
}

/// What came, went, and is another under the same name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Entries {
    /// There was none of that name.
    #[schema(value_type = Vec<Object>)]
    pub added: Vec<Value>,
    /// There is none of that name any more.
    #[schema(value_type = Vec<Object>)]
    pub removed: Vec<Value>,
    /// It is another.
    pub changed: Vec<Changed>,
}

/// One that is another under the same name.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Changed {
    /// What it was.
    #[schema(value_type = Object)]
    pub before: Value,
    /// What it is.
    #[schema(value_type = Object)]
    pub after: Value,
}

impl ManifestDiff {
    /// What changes where `after` follows `before`.
    #[must_use]
    pub fn between(before: &Manifest, after: &Manifest) -> Self {
        Self {
            subscriptions: entries(&before.subscriptions, &after.subscriptions, "event"),
            schedules: entries(&before.schedules, &after.schedules, "name"),
            commands: entries(&before.commands, &after.commands, "name"),
            needs: entries(&before.needs, &after.needs, "capability"),
            imports: entries(&named(&before.imports), &named(&after.imports), "name"),
            settings: entries(&settings(&before.config_schema), &settings(&after.config_schema), "name"),
        }
    }
}

fn entries<T: Serialize>(before: &[T], after: &[T], key: &str) -> Entries {
    let values = |list: &[T]| list.iter().filter_map(|entry| serde_json::to_value(entry).ok()).collect::<Vec<_>>();
    let (mut removed, mut added) = (values(before), Vec::new());
    // One event may wake by several conditions: what is the same goes first, and what is left is paired by its name.
    for entry in values(after) {
        match removed.iter().position(|old| *old == entry) {
            Some(same) => drop(removed.remove(same)),
            None => added.push(entry),
        }
    }
    let mut changed = Vec::new();
    added.retain(|entry| match removed.iter().position(|old| old.get(key) == entry.get(key)) {
        Some(old) => {
            changed.push(Changed { before: removed.remove(old), after: entry.clone() });
            false
        }
        None => true,
    });
    Entries { added, removed, changed }
}

fn named(imports: &[String]) -> Vec<Value> {
    imports.iter().map(|name| json!({"name": name})).collect()
}

/// The settings of a schema, and the parts that they refer to.
fn settings(schema: &Value) -> Vec<Value> {
    let members = |name: &str| schema.get(name).and_then(Value::as_object).into_iter().flatten();
    let required = schema.get("required").and_then(Value::as_array);
    let properties = members("properties").map(|(name, schema)| {
        let required = required.is_some_and(|names| names.iter().any(|required| required == name));
        json!({"name": name, "required": required, "schema": schema})
    });
    let parts = members("$defs").map(|(name, schema)| json!({"name": format!("$defs/{name}"), "schema": schema}));
    properties.chain(parts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(events: &[(&str, Option<&str>)], schema: Value) -> Manifest {
        let subscriptions =
            events.iter().map(|(event, when)| json!({"event": event, "changed": [], "when": when})).collect::<Vec<_>>();
        serde_json::from_value(json!({
            "name": "x", "version": "1.0.0", "title": "x", "summary": "x", "subscriptions": subscriptions,
            "schedules": [], "commands": [], "config_schema": schema, "needs": [],
        }))
        .unwrap()
    }

    #[test]
    fn the_same_is_no_difference() {
        let one = manifest(&[("lead.created", None), ("lead.created", Some("true"))], json!({"properties": {"a": {}}}));
        let diff = ManifestDiff::between(&one, &one);
        assert_eq!((diff.subscriptions, diff.settings), (Entries::default(), Entries::default()));
    }

    #[test]
    fn what_is_another_under_its_name_is_changed() {
        let before = manifest(&[("lead.created", None), ("deal.created", None)], json!({"properties": {"a": {}}}));
        let after = manifest(
            &[("lead.created", Some("true")), ("lead.created", None), ("task.created", None)],
            json!({"properties": {"a": {}, "b": {}}, "required": ["a"]}),
        );
        let diff = ManifestDiff::between(&before, &after);
        let names = |values: &[Value]| values.iter().map(|value| value["event"].clone()).collect::<Vec<_>>();
        assert_eq!(names(&diff.subscriptions.added), ["lead.created", "task.created"]);
        assert_eq!(names(&diff.subscriptions.removed), ["deal.created"]);
        assert_eq!(diff.subscriptions.changed, []);
        assert_eq!(diff.settings.added, [json!({"name": "b", "required": false, "schema": {}})]);
        assert_eq!(diff.settings.changed[0].after["required"], true);
    }
}
