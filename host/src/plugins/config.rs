//! The configuration of an installation, against the schema that the plugin brings.

use serde_json::Value;

use crate::crm::invalid::Invalid;
use crate::crm::schema::{errors, target};

/// Defaults are looked for so deep.
const DEEPEST: usize = 32;

/// The configuration with the schema's defaults filled in wherever something is left out, at any depth.
#[must_use]
pub fn complete(schema: &Value, config: &Value) -> Value {
    let mut config = config.clone();
    fill(schema, schema, &mut config, DEEPEST);
    config
}

/// Checks a configuration, or any other value that a plugin brings a schema for.
///
/// # Errors
/// What breaks the schema, one line a field. Settings that the schema does not know are refused where it says so.
pub fn validate(schema: &Value, config: &Value) -> Result<(), Invalid> {
    errors(schema, config, true).or(())
}

fn fill(root: &Value, schema: &Value, value: &mut Value, depth: usize) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for part in parts(root, schema) {
        fill(root, part, value, depth);
    }
    match value {
        Value::Object(members) => {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                let missing = !members.contains_key(name);
                if let Some(default) = default(root, property, DEEPEST).filter(|_| missing) {
                    members.insert(name.clone(), default.clone());
                }
                if let Some(member) = members.get_mut(name) {
                    fill(root, property, member, depth);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter_mut().for_each(|item| fill(root, schema, item, depth));
            }
        }
        _ => {}
    }
}

/// The schemas that hold of the same value as this one: what it refers to, all of `allOf`, and what is beside null in
/// `anyOf` and `oneOf`.
fn parts<'a>(root: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let list = |name| schema.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut parts: Vec<&Value> = target(root, schema).into_iter().chain(list("allOf")).collect();
    for choice in [list("anyOf"), list("oneOf")] {
        let mut choices = choice.iter().filter(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
        if let (Some(only), None) = (choices.next(), choices.next()) {
            parts.push(only);
        }
    }
    parts
}

fn default<'a>(root: &'a Value, schema: &'a Value, depth: usize) -> Option<&'a Value> {
    let depth = depth.checked_sub(1)?;
    schema.get("default").or_else(|| default(root, target(root, schema)?, depth))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn schema() -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["token"],
            "$defs": {"Span": {"type": "object", "properties": {"working": {"type": "boolean", "default": false},
                "length": {"type": "string"}}}},
            "properties": {
                "department": {"type": "string", "default": "sales"},
                "times": {"type": "integer", "default": 3, "maximum": 9},
                "within": {"$ref": "#/$defs/Span", "default": {"length": "15m"}},
                "spans": {"type": "array", "items": {"$ref": "#/$defs/Span"}},
                "limit": {"anyOf": [{"$ref": "#/$defs/Span"}, {"type": "null"}]},
                "token": {"type": "string"},
            },
        })
    }

    #[test]
    fn defaults_are_filled_in_at_any_depth() {
        let config = json!({"times": 5, "spans": [{"length": "1h"}], "limit": {"length": "2h"}});
        assert_eq!(
            complete(&schema(), &config),
            json!({
                "times": 5,
                "spans": [{"length": "1h", "working": false}],
                "limit": {"length": "2h", "working": false},
                "department": "sales",
                "within": {"length": "15m", "working": false},
            })
        );
        assert_eq!(complete(&json!(true), &json!({"a": 1})), json!({"a": 1}));
    }

    #[test]
    fn what_breaks_the_schema_is_told_field_by_field() {
        let config = json!({"times": 10, "departmnet": "x", "within": 7, "spans": [{"working": "yes"}]});
        let Invalid(errors) = validate(&schema(), &config).unwrap_err();
        let mut fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        fields.sort_unstable();
        assert_eq!(fields, ["/departmnet", "/spans/0/working", "/times", "/token", "/within"]);
        assert_eq!(validate(&schema(), &json!({"token": "x"})), Ok(()));
    }
}
