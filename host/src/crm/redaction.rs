//! Taking a person out of what is kept: of their own records by field, of all others by the words that name them.

use serde_json::{Map, Value, json};

use super::kind::Kind;
use super::record::Data;

/// What stands in the place of what was taken out.
pub const ERASED: &str = "[erased]";
/// Shorter words are not looked for: they would take too much else with them.
const SHORTEST: usize = 3;

/// What names a person: name, phone numbers, e-mail addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redaction {
    /// In lower case, the longest first.
    words: Vec<Vec<char>>,
}

impl Redaction {
    /// Of a person whom these words name.
    #[must_use]
    pub fn new(words: impl IntoIterator<Item = String>) -> Self {
        let folded = words.into_iter().map(|word| lower(word.trim()));
        let mut words: Vec<Vec<char>> =
            folded.filter(|word| word.len() >= SHORTEST && *word != lower(ERASED)).collect();
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        words.dedup();
        Self { words }
    }

    /// The fields of a record. `own` are those that are the person's, and not only about them.
    #[must_use]
    pub fn data(&self, kind: Kind, own: bool, data: &Data) -> Data {
        let mut left = Data::new();
        for (name, value) in data {
            let name = name.as_str();
            match if own { fate(kind, name) } else { Fate::Read } {
                Fate::Read => left.insert(name.to_owned(), self.value(value)),
                Fate::Blank => left.insert(name.to_owned(), blank(value)),
                Fate::Gone => None,
            };
        }
        left
    }

    /// What a change did to a record: the same fields were changed, nobody sees any more how.
    #[must_use]
    pub fn diff(&self, kind: Kind, own: bool, diff: &Map<String, Value>) -> Map<String, Value> {
        let side = |name: &str, value: &Value| match fate(kind, name) {
            Fate::Blank | Fate::Gone if own => blank(value),
            _ => self.value(value),
        };
        let of = |name: &String, values: &Value| match values {
            Value::Array(values) => Value::Array(values.iter().map(|value| side(name, value)).collect()),
            other => side(name, other),
        };
        diff.iter().map(|(name, values)| (name.clone(), of(name, values))).collect()
    }

    /// A value, without the words.
    #[must_use]
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.value(value))).collect::<Map<_, _>>().into()
            }
            other => other.clone(),
        }
    }

    /// A text, without the words. They are found in any case, and not within other words.
    #[must_use]
    pub fn text(&self, text: &str) -> String {
        let given: Vec<char> = text.chars().collect();
        let folded: Vec<char> = given.iter().map(|c| fold(*c)).collect();
        let mut left = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(c) = given.get(at) {
            match self.words.iter().find(|word| stands(&folded, at, word)) {
                Some(word) => {
                    left.push_str(ERASED);
                    at += word.len();
                }
                None => {
                    left.push(*c);
                    at += 1;
                }
            }
        }
        left
    }
}

/// What becomes of a field of the person's own record.
enum Fate {
    /// It stays, without the words.
    Read,
    /// It stays, and is empty: the record must have it.
    Blank,
    /// It goes.
    Gone,
}

fn fate(kind: Kind, name: &str) -> Fate {
    match (kind, name) {
        (Kind::Contact, "name" | "phones" | "emails") | (Kind::Lead, "title") | (Kind::Call, "phone") => Fate::Blank,
        (Kind::Contact | Kind::Lead | Kind::Call, "custom") => Fate::Blank,
        (Kind::Contact, "language") | (Kind::Call, "recording") => Fate::Gone,
        (
            Kind::Lead,
            "name" | "phone" | "email" | "company_name" | "tax_id" | "language" | "region" | "message" | "campaign"
            | "extra" | "letters",
        ) => Fate::Gone,
        _ => Fate::Read,
    }
}

fn blank(value: &Value) -> Value {
    match value {
        Value::Array(_) => json!([]),
        Value::Object(_) => json!({}),
        Value::String(_) => ERASED.into(),
        other => other.clone(),
    }
}

fn stands(text: &[char], at: usize, word: &[char]) -> bool {
    let joins = |at: Option<usize>| at.and_then(|at| text.get(at)).is_some_and(|c| c.is_alphanumeric());
    text.get(at..at + word.len()) == Some(word) && !joins(at.checked_sub(1)) && !joins(Some(at + word.len()))
}

fn lower(text: &str) -> Vec<char> {
    text.chars().map(fold).collect()
}

/// Lower case, one character for one.
fn fold(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maria() -> Redaction {
        Redaction::new(["Мария Ёлкина".into(), "Ann".into(), "+4930901820".into(), "ann@b.example".into(), "x".into()])
    }

    #[test]
    fn words_are_found_in_any_case_and_not_within_words() {
        for (text, left) in [
            ("Call МАРИЯ ёлкина!", "Call [erased]!"),
            ("annual planning with ANN, Joann", "annual planning with [erased], Joann"),
            ("+4930901820 or ann@b.example", "[erased] or [erased]"),
            ("x [erased]", "x [erased]"),
        ] {
            assert_eq!(maria().text(text), left);
            assert_eq!(maria().text(left), left);
        }
    }

    #[test]
    fn own_records_lose_their_fields_and_others_the_words() {
        let object = |value: Value| value.as_object().unwrap().clone();
        let lead =
            object(json!({"title": "For me", "status": "new", "phone": "1", "owner": "id", "custom": {"a": "b"}}));
        let left = json!({"title": "[erased]", "status": "new", "owner": "id", "custom": {}});
        assert_eq!(Value::Object(maria().data(Kind::Lead, true, &lead)), left);
        let task = object(json!({"title": "Call Ann", "steps": ["ask Ann"]}));
        let left = json!({"title": "Call [erased]", "steps": ["ask [erased]"]});
        assert_eq!(Value::Object(maria().data(Kind::Task, false, &task)), left);
        let diff = object(json!({"phones": [["+1"], ["+2"]], "name": [null, "Ann"], "owner": ["a", "b"]}));
        let left = json!({"phones": [[], []], "name": [null, "[erased]"], "owner": ["a", "b"]});
        assert_eq!(Value::Object(maria().diff(Kind::Contact, true, &diff)), left);
    }
}
