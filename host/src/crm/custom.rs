//! What the organisation has declared of its own fields, at hand for every write and every listing.
//!
//! Where a kind has declared fields, its records take no others: what is misspelt is told. Where it has none, `custom` is
//! free. A value is checked when it is written or changed: what a record had before a field was declared, or declared
//! otherwise, it may keep.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use serde_json::{Map, Value};

use super::custom_field::CustomField;
use super::field::{Field, Place, Shape};
use super::instant::Instant;
use super::invalid::{Invalid, escaped};
use super::kind::Kind;
use super::record::Data;
use super::schema::Schema;

/// The field of a record that holds them.
pub const FIELD: &str = "custom";
/// The longest key, in bytes.
const LONGEST: usize = 40;

/// The declared fields of each kind.
#[derive(Debug, Default)]
pub struct CustomFields(HashMap<Kind, Vec<Declared>>);

/// One of them.
#[derive(Debug)]
pub struct Declared {
    /// What it is called in `custom`.
    pub key: String,
    /// What listings call it, where they can be filtered by it: `custom.KEY`.
    pub field: Option<&'static Field>,
    /// What its values are.
    schema: Schema,
    /// Whether they are moments: these are written in one form.
    moments: bool,
}

impl CustomFields {
    /// What these declare. One whose schema is not sound declares nothing.
    pub fn of(fields: impl IntoIterator<Item = CustomField>) -> Self {
        let mut all: HashMap<Kind, Vec<Declared>> = HashMap::new();
        for field in fields {
            let Ok(schema) = Schema::compile(&Value::Object(field.schema.clone())) else { continue };
            let moments = field.schema.get("format").and_then(Value::as_str) == Some("date-time");
            let listed = place(&field.schema).and_then(|form| listed(&field.key, form));
            all.entry(field.of).or_default().push(Declared { key: field.key, field: listed, schema, moments });
        }
        Self(all)
    }

    /// The declared fields of a kind.
    #[must_use]
    pub fn of_kind(&self, kind: Kind) -> &[Declared] {
        self.0.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The field of that name, the kind's own or a declared one, where a listing may be filtered by it.
    #[must_use]
    pub fn listed(&self, kind: Kind, name: &str) -> Option<&'static Field> {
        let own = kind.spec().field(name);
        own.or_else(|| self.of_kind(kind).iter().filter_map(|declared| declared.field).find(|field| field.name == name))
    }

    /// All fields that a listing of the kind may be filtered by.
    pub fn all_listed(&self, kind: Kind) -> impl Iterator<Item = &'static Field> {
        kind.spec().fields.iter().chain(self.of_kind(kind).iter().filter_map(|declared| declared.field))
    }

    /// Checks what a record has in `custom`, as far as it differs from what it had.
    pub fn check(&self, kind: Kind, before: Option<&Data>, after: &mut Data, invalid: &mut Invalid) {
        let declared = self.of_kind(kind);
        let Some(Value::Object(values)) = after.get_mut(FIELD) else { return };
        if declared.is_empty() {
            return;
        }
        let before = before.and_then(|data| data.get(FIELD)).and_then(Value::as_object);
        for (key, value) in values {
            if before.is_some_and(|before| before.get(key) == Some(&*value)) {
                continue;
            }
            let at = format!("/{FIELD}/{}", escaped(key));
            match declared.iter().find(|declared| declared.key == *key) {
                Some(declared) => declared.check(value, &at, invalid),
                None => {
                    let known: Vec<_> = declared.iter().map(|declared| declared.key.as_str()).collect();
                    invalid.note(at, format!("is not declared; declared are {}", known.join(", ")));
                }
            }
        }
    }

    /// Adds `null` for every declared field that is missing: a condition may ask for each of them.
    pub fn complete(&self, kind: Kind, face: &mut Map<String, Value>) {
        let declared = self.of_kind(kind);
        if declared.is_empty() {
            return;
        }
        if let Value::Object(values) = face.entry(FIELD).or_insert_with(|| Map::new().into()) {
            for declared in declared {
                values.entry(declared.key.as_str()).or_insert(Value::Null);
            }
        }
    }
}

impl Declared {
    fn check(&self, value: &mut Value, at: &str, invalid: &mut Invalid) {
        for error in self.schema.errors(value, true).0 {
            invalid.note(format!("{at}{}", error.field), error.message);
        }
        let moment = serde_json::from_value::<Instant>(value.clone()).ok().filter(|_| self.moments);
        if let Some(moment) = moment {
            *value = moment.to_string().into();
        }
    }
}

/// Whether a declared field may be called that. It becomes part of the database's words: nothing else may pass here.
#[must_use]
pub fn is_key(key: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    key.len() <= LONGEST && key.starts_with(|first: char| first.is_ascii_lowercase()) && key.bytes().all(word)
}

/// Where the values of a schema stand, and what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Form {
    One(Shape),
    /// Texts in a list.
    Several,
}

fn place(schema: &Map<String, Value>) -> Option<Form> {
    Some(match schema.get("type")?.as_str()? {
        "string" if schema.get("format").and_then(Value::as_str) == Some("date-time") => Form::One(Shape::Instant),
        "string" => Form::One(Shape::Text),
        "integer" | "number" => Form::One(Shape::Number),
        "boolean" => Form::One(Shape::Bool),
        "array" if schema.get("items")?.get("type")?.as_str()? == "string" => Form::Several,
        _ => return None,
    })
}

/// The field as listings know it. Queries hold their fields for as long as the process lives, so each is made once and
/// kept: there are no more of them than admins ever declare.
fn listed(key: &str, form: Form) -> Option<&'static Field> {
    static KNOWN: LazyLock<Mutex<HashMap<(String, Form), &'static Field>>> = LazyLock::new(Mutex::default);
    if !is_key(key) {
        return None;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let field = known.entry((key.to_owned(), form)).or_insert_with(|| {
        let name: &'static str = format!("{FIELD}.{key}").leak();
        let (place, shape) = match form {
            Form::One(shape) => {
                let path: &'static [&'static str] = vec![FIELD, &name[FIELD.len() + 1..]].leak();
                (Place::Data(path), shape)
            }
            Form::Several => (Place::Members(name), Shape::Text),
        };
        Box::leak(Box::new(Field { name, place, shape }))
    });
    Some(field)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn declared() -> CustomFields {
        let field = |key: &str, schema: Value| -> CustomField {
            serde_json::from_value(json!({"of": "lead", "key": key, "title": key, "schema": schema})).unwrap()
        };
        CustomFields::of([
            field("budget", json!({"type": "integer", "minimum": 0})),
            field("tags", json!({"type": "array", "items": {"type": "string"}})),
            field("since", json!({"type": "string", "format": "date-time"})),
            field("size", json!({"type": "object"})),
        ])
    }

    fn check(before: Option<Value>, after: Value) -> (Vec<String>, Value) {
        let object = |value: Value| value.as_object().unwrap().clone();
        let mut data = object(json!({"custom": after}));
        let before = before.map(|custom| object(json!({"custom": custom})));
        let mut invalid = Invalid::default();
        declared().check(Kind::Lead, before.as_ref(), &mut data, &mut invalid);
        (invalid.0.into_iter().map(|error| error.field).collect(), data.remove("custom").unwrap())
    }

    #[test]
    fn values_are_checked_when_they_change() {
        assert!(check(None, json!({"budget": 5, "tags": ["a"], "size": {"m": 1}})).0.is_empty());
        assert_eq!(check(None, json!({"budget": -1})).0, ["/custom/budget"]);
        assert_eq!(check(None, json!({"budget": "5", "tags": [1]})).0, ["/custom/budget", "/custom/tags/0"]);
        assert_eq!(check(None, json!({"buget": 5})).0, ["/custom/buget"]);
        // What was there before the field was declared may stay, and go.
        let old = json!({"budget": "much", "colour": "red"});
        assert!(check(Some(old.clone()), old.clone()).0.is_empty());
        assert!(check(Some(old.clone()), json!({"budget": 7})).0.is_empty());
        assert_eq!(check(Some(old), json!({"budget": "more", "colour": "red"})).0, ["/custom/budget"]);
    }

    #[test]
    fn moments_have_one_form() {
        let (wrong, custom) = check(None, json!({"since": "2026-03-29T10:00:00+01:00"}));
        assert!(wrong.is_empty());
        assert_eq!(custom, json!({"since": "2026-03-29T09:00:00.000000Z"}));
        assert_eq!(check(None, json!({"since": "yesterday"})).0, ["/custom/since"]);
    }

    #[test]
    fn a_kind_without_declared_fields_is_free() {
        let mut data = json!({"custom": {"anything": 1}}).as_object().unwrap().clone();
        let mut invalid = Invalid::default();
        declared().check(Kind::Deal, None, &mut data, &mut invalid);
        assert!(invalid.0.is_empty());
    }

    #[test]
    fn listings_know_what_can_be_compared() {
        let fields = declared();
        let shape = |name: &str| fields.listed(Kind::Lead, name).map(|field| (field.place, field.shape));
        assert_eq!(shape("custom.budget"), Some((Place::Data(&["custom", "budget"]), Shape::Number)));
        assert_eq!(shape("custom.tags"), Some((Place::Members("custom.tags"), Shape::Text)));
        assert_eq!(shape("custom.since"), Some((Place::Data(&["custom", "since"]), Shape::Instant)));
        assert_eq!((shape("custom.size"), shape("custom.other")), (None, None));
        assert!(shape("title").is_some());
        assert!(fields.listed(Kind::Deal, "custom.budget").is_none());
        let twice = [fields.listed(Kind::Lead, "custom.budget"), declared().listed(Kind::Lead, "custom.budget")];
        assert!(std::ptr::eq(twice[0].unwrap(), twice[1].unwrap()));
    }

    #[test]
    fn keys_are_plain_words() {
        for (key, ok) in [("a", true), ("floor_2", true), ("", false), ("2a", false), ("a'b", false), ("a.b", false)] {
            assert_eq!(is_key(key), ok, "{key}");
        }
        assert!(listed("a') OR 1=1", Form::Several).is_none());
    }
}
