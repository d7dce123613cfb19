//! JSON Schemas that plugins bring and admins write: which are taken, and what breaks them.
//!
//! Schemas are data of somebody else's: they reach nothing outside of themselves, and validating takes a time that grows
//! with the value alone, since references do not go in circles and do not unfold without end.

use std::fmt;
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{PatternOptions, ValidationError, Validator};
use serde_json::Value;

use super::invalid::{Invalid, escaped};
use super::text::cut;

/// The largest schema, in bytes of JSON.
const LARGEST: usize = 64 << 10;
/// The parts that a schema may have once its references are unfolded.
const PARTS: usize = 5_000;
/// How deep it may be nested, references unfolded.
const DEEPEST: usize = 64;
/// Bytes of a compiled regular expression.
const PATTERN: usize = 1 << 20;
/// What is wrong with a value is told so often at most.
const ERRORS: usize = 50;
/// What an error message may have at most, in bytes.
const MESSAGE: usize = 300;
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Notes what is wrong with a schema; `at` is the JSON Pointer of where it stands. It is sound where nothing is noted.
pub fn check(schema: &Value, at: &str, invalid: &mut Invalid) {
    if schema.to_string().len() > LARGEST {
        return invalid.note(at, format!("must not be larger than {LARGEST} bytes of JSON"));
    }
    let dialect = schema.get("$schema").and_then(Value::as_str).unwrap_or(DIALECT);
    if dialect.trim_end_matches('#') != DIALECT {
        return invalid.note(format!("{at}/$schema"), "only JSON Schema 2020-12 is served");
    }
    let before = invalid.0.len();
    references(schema, at, true, invalid);
    if invalid.0.len() > before {
        return;
    }
    let mut left = PARTS;
    if !unfolds(schema, schema, DEEPEST, &mut left) {
        return invalid.note(
            at,
            format!("its references go in circles, or unfold to over {PARTS} parts or deeper than {DEEPEST} levels"),
        );
    }
    if let Err(error) = jsonschema::draft202012::meta::validate(schema) {
        return invalid.note(format!("{at}{}", error.instance_path()), cut(error.to_string(), MESSAGE));
    }
    if let Err(error) = validator(schema) {
        invalid.note(format!("{at}{}", error.instance_path()), cut(error.to_string(), MESSAGE));
    }
}

/// What breaks the schema, where anything does. A property that is not there counts where `complete` is set.
#[must_use]
pub fn errors(schema: &Value, value: &Value, complete: bool) -> Invalid {
    match Schema::compile(schema) {
        Ok(schema) => schema.errors(value, complete),
        Err(invalid) => invalid,
    }
}

/// A schema that many values are checked by. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Arc<Validator>);

impl Schema {
    /// Reads a schema.
    ///
    /// # Errors
    /// Where it is not sound: [`check`] says what is wrong with it.
    pub fn compile(schema: &Value) -> Result<Self, Invalid> {
        match validator(schema) {
            Ok(validator) => Ok(Self(Arc::new(validator))),
            Err(error) => Err(Invalid::field("", cut(format!("the schema is not sound: {error}"), MESSAGE))),
        }
    }

    /// What of a value breaks it: see [`errors`].
    #[must_use]
    pub fn errors(&self, value: &Value, complete: bool) -> Invalid {
        let mut invalid = Invalid::default();
        for error in self.0.iter_errors(value) {
            if complete || !matches!(error.kind(), ValidationErrorKind::Required { .. }) {
                note(&error, &mut invalid);
            }
            if invalid.0.len() >= ERRORS {
                break;
            }
        }
        invalid
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

/// The part of `root` that a schema stands for: itself, or what its `$ref` points to.
pub fn target<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
    let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
    root.pointer(&percent_decoded(pointer))
}

fn validator(schema: &Value) -> Result<Validator, ValidationError<'static>> {
    jsonschema::draft202012::options()
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN).dfa_size_limit(PATTERN))
        .build(schema)
}

/// Only what stands in the schema itself may be referred to, by its JSON Pointer.
fn references(schema: &Value, at: &str, root: bool, invalid: &mut Invalid) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}/{}", escaped(name));
                match (name.as_str(), member) {
                    ("$ref", Value::String(to)) if to != "#" && !to.starts_with("#/") => {
                        invalid.note(at, "only references into the schema itself are taken, like #/$defs/name");
                    }
                    ("$dynamicRef" | "$recursiveRef", Value::String(_)) => {
                        invalid.note(at, "dynamic references are not taken");
                    }
                    ("$id", Value::String(_)) if !root => invalid.note(at, "only the schema as a whole may have an id"),
                    ("const" | "default" | "enum" | "examples", _) => {}
                    _ => references(member, &at, false, invalid),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                references(item, &format!("{at}/{index}"), false, invalid);
            }
        }
        _ => {}
    }
}

/// Whether the schema ends, its references unfolded.
fn unfolds(root: &Value, schema: &Value, depth: usize, left: &mut usize) -> bool {
    let (Some(depth), Some(fewer)) = (depth.checked_sub(1), left.checked_sub(1)) else { return false };
    *left = fewer;
    match schema {
        Value::Object(members) => {
            let referred = target(root, schema).is_none_or(|target| unfolds(root, target, depth, left));
            let defined = ["$defs", "definitions", "const", "default", "enum", "examples"];
            let mut parts = members.iter().filter(|(name, _)| !defined.contains(&name.as_str()));
            referred && parts.all(|(_, part)| unfolds(root, part, depth, left))
        }
        Value::Array(items) => items.iter().all(|part| unfolds(root, part, depth, left)),
        _ => true,
    }
}

/// One error of the validator's as one line a field.
fn note(error: &ValidationError<'_>, invalid: &mut Invalid) {
    let at = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                invalid.note(cut(format!("{at}/{}", escaped(name)), MESSAGE), "there is no such setting");
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            invalid.note(format!("{at}/{}", escaped(name)), "must be given");
        }
        _ => invalid.note(at, cut(error.to_string(), MESSAGE)),
    }
}

/// A URI fragment as the JSON Pointer that it stands for.
fn percent_decoded(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn wrong(schema: Value) -> (String, String) {
        let mut invalid = Invalid::default();
        check(&schema, "/s", &mut invalid);
        let error = invalid.0.into_iter().next().expect("refused");
        (error.field, error.message)
    }

    #[test]
    fn unsound_schemas_are_refused() {
        for (schema, field) in [
            (json!({"type": "objekt"}), "/s/type"),
            (json!({"$schema": "http://json-schema.org/draft-07/schema#"}), "/s/$schema"),
            (json!({"properties": {"a": {"$ref": "https://example.com/a"}}}), "/s/properties/a/$ref"),
            (json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}), "/s/properties/a/$ref"),
            (json!({"items": {"$id": "https://example.com/"}}), "/s/items/$id"),
            (json!({"items": {"$dynamicRef": "#x"}}), "/s/items/$dynamicRef"),
            (json!({"$ref": "#"}), "/s"),
            (json!({"$ref": "#/$defs/none"}), "/s"),
            (json!({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}, "$ref": "#/$defs/a"}), "/s"),
            (json!(7), "/s"),
        ] {
            assert_eq!(wrong(schema.clone()).0, field, "{schema}: {}", wrong(schema.clone()).1);
        }
        assert!(!wrong(json!({"properties": {"a": {"pattern": "("}}})).1.is_empty());
        assert!(!wrong(json!({"properties": {"a": {"pattern": "(\\w{500}){500}"}}})).1.is_empty());
        assert!(wrong(json!({"description": "x".repeat(LARGEST)})).1.contains("larger"));
    }

    #[test]
    fn bombs_are_refused() {
        let mut defs = json!({"d0": {"type": "string"}});
        for level in 1..40 {
            let below = json!({"$ref": format!("#/$defs/d{}", level - 1)});
            defs[format!("d{level}")] = json!({"anyOf": [below, below]});
        }
        assert!(wrong(json!({"$defs": defs, "$ref": "#/$defs/d39"})).1.contains("unfold"));
    }

    #[test]
    fn sound_schemas_are_taken() {
        let mut invalid = Invalid::default();
        let schema = json!({
            "$schema": DIALECT,
            "$id": "https://example.com/config",
            "$defs": {"a b": {"type": "string", "pattern": "^[a-z]+$"}},
            "type": "object",
            "properties": {"x": {"$ref": "#/$defs/a%20b"}, "y": {"anyOf": [{"$ref": "#/$defs/a%20b"}, {"type": "null"}]}},
        });
        check(&schema, "/s", &mut invalid);
        assert_eq!(invalid, Invalid::default());
        assert_eq!(errors(&schema, &json!({"x": "A"}), true).0[0].field, "/x");
    }
}
