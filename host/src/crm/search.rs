//! Full-text search: which words a record is found by.
//!
//! Words are what stands between spaces and signs, without case and accents. A question finds the records that have, for
//! each of its words, a word that begins so. Telephone numbers are found by their last digits, too. The databases keep the
//! words as they are made here, and only look for them: all of them find the same.

use std::collections::BTreeSet;

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::record::Record;

/// Words of a question at most.
const ASKED: usize = 8;
/// The longest question, in characters.
const LONGEST: usize = 200;
/// Words of a record at most: of long texts the beginning is found.
const KEPT: usize = 300;
/// The longest word that is kept, in bytes.
const WORD: usize = 64;
/// A number that is at least so long is found by its ends.
const NUMBER: usize = 7;
/// How short such an end may be.
const END: usize = 4;

/// A question: each of its words begins a word of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// Reads a question.
    ///
    /// # Errors
    /// What is wrong with it: it has no words, or too many.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.chars().nth(LONGEST).is_some() {
            return Err(format!("must not be longer than {LONGEST} characters"));
        }
        let words: BTreeSet<String> = words(text).collect();
        match words.len() {
            0 => Err("must have a letter or a digit".to_owned()),
            count if count > ASKED => Err(format!("must not have more than {ASKED} words")),
            _ => Ok(Self(words.into_iter().collect())),
        }
    }

    /// Letters and digits alone, lower-cased.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether a record is found by it.
    #[must_use]
    pub fn find(&self, record: &Record) -> bool {
        let kept = text_of(record);
        self.iter().all(|asked| kept.split(' ').any(|word| word.starts_with(asked)))
    }
}

/// The words that a record is found by, in no order, with single spaces between. Empty where its kind is not searched.
#[must_use]
pub fn text_of(record: &Record) -> String {
    let mut kept = BTreeSet::new();
    let fields = record.kind.spec().text;
    if !fields.is_empty() {
        kept.extend(record.number.map(|number| number.to_string()));
    }
    for value in fields.iter().filter_map(|name| record.data.get(*name)) {
        collect(value, &mut kept);
    }
    kept.into_iter().collect::<Vec<_>>().join(" ")
}

/// Whether two versions of a record are found by the same words.
#[must_use]
pub fn is_same(before: &Record, after: &Record) -> bool {
    before.number == after.number
        && after.kind.spec().text.iter().all(|name| before.data.get(*name) == after.data.get(*name))
}

fn collect(value: &Value, kept: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let is_number = digits.len() >= NUMBER && text.chars().all(|c| !c.is_alphabetic());
            for word in words(text).chain(is_number.then_some(digits.clone())) {
                keep(&word, kept);
            }
            if is_number {
                let ends = (1..=digits.len() - END).map(|at| &digits[at..]);
                ends.for_each(|end| keep(end, kept));
            }
        }
        Value::Number(number) => keep(&number.to_string(), kept),
        Value::Array(items) => items.iter().for_each(|item| collect(item, kept)),
        Value::Object(members) => members.values().for_each(|member| collect(member, kept)),
        Value::Null | Value::Bool(_) => {}
    }
}

fn keep(word: &str, kept: &mut BTreeSet<String>) {
    if kept.len() < KEPT && !word.is_empty() {
        kept.insert(word[..word.floor_char_boundary(WORD)].to_owned());
    }
}

/// The words of a text. A number loses its leading zeros: `030 901820` is a part of `+49 30 901820`.
fn words(text: &str) -> impl Iterator<Item = String> {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| {
            let number = word.bytes().all(|b| b.is_ascii_digit()) && word.bytes().any(|b| b != b'0');
            if number { word.trim_start_matches('0') } else { word }
        })
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect();
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::crm::id::Id;
    use crate::crm::instant::Instant;
    use crate::crm::kind::Kind;

    fn record(kind: Kind, data: Value) -> Record {
        Record {
            kind,
            id: Id::from_bytes([1; 16]),
            number: Some(42),
            version: 1,
            created_at: Instant::default(),
            updated_at: Instant::default(),
            data: Arc::new(data.as_object().unwrap().clone()),
        }
    }

    #[test]
    fn people_find_what_they_mean() {
        let contact = record(
            Kind::Contact,
            json!({"name": "Jürgen Müller-Lüdenscheidt", "phones": ["+4930901820"], "emails": ["j.m@example.com"],
                "billing": {"address": "Ёлкина ул. 5"}, "custom": {"note": "VIP"}, "owner": "none"}),
        );
        for (question, found) in [
            ("jurgen", true),
            ("JÜR müller", true),
            ("ludensch", true),
            ("елкина", true),
            ("vip", true),
            ("42", true),
            ("901820", true),
            ("030 901820", true),
            ("+49 30 90 18 20", false),
            ("+4930901820", true),
            ("1820", true),
            ("j.m@example.com", true),
            ("urgen", false),
            ("jürgen meier", false),
            ("none", false),
        ] {
            assert_eq!(Words::read(question).unwrap().find(&contact), found, "{question}");
        }
    }

    #[test]
    fn questions_have_words() {
        for wrong in ["", " +-* ", &"a ".repeat(101), "a b c d e f g h i"] {
            assert!(Words::read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(Words::read("a a A").unwrap(), Words(vec!["a".to_owned()]));
    }

    #[test]
    fn what_is_not_searched_has_no_words() {
        let user = record(Kind::Notification, json!({"title": "New lead"}));
        assert_eq!(text_of(&user), "");
        let lead = record(Kind::Lead, json!({"title": "a".repeat(100)}));
        assert_eq!(text_of(&lead), format!("42 {}", "a".repeat(64)));
    }

    #[test]
    fn fields_of_text_are_the_kinds_own() {
        for kind in Kind::ALL {
            for name in kind.spec().text {
                assert!(kind.field_names().iter().any(|own| own == name), "{kind} has no {name}");
            }
        }
    }

    proptest! {
        /// A text is found by each of its words, and words are nothing but letters and digits.
        #[test]
        fn texts_are_found_by_their_words(text in "\\PC{0,60}") {
            let lead = record(Kind::Lead, json!({"title": text}));
            for word in words(&text) {
                prop_assert!(word.chars().all(char::is_alphanumeric), "{word:?}");
                if word.len() <= WORD {
                    prop_assert!(Words(vec![word.clone()]).find(&lead), "{word:?}");
                }
            }
        }
    }
}
