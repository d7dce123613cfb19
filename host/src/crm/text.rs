//! Cleaning and checking texts that people and forms give.
//!
//! The functions here put a value into its one written form where they can, and note what is wrong with it where they
//! cannot. `field` is always the JSON Pointer of the value.

use serde::Serialize;
use serde_json::{Map, Value};

use super::invalid::Invalid;

/// How many characters a title, a name and any other one-line text may have.
pub const LINE: usize = 200;
/// How many characters a message may have.
pub const BODY: usize = 10_000;
/// How many bytes a JSON value of somebody's own may have when it is written.
pub const JSON: usize = 64 * 1024;

/// A text of one line that must be there: 1 to [`LINE`] characters, each run of white space made one space.
pub fn line(text: &mut String, field: &str, invalid: &mut Invalid) {
    *text = one_line(text);
    invalid.check(!text.is_empty(), field, "must not be empty");
    check_length(text, LINE, field, invalid);
}

/// The same for a text that may be left out: an empty one is absent.
pub fn optional_line(text: &mut Option<String>, field: &str, invalid: &mut Invalid) {
    *text = text.as_deref().map(one_line).filter(|text| !text.is_empty());
    check_length(text.as_deref().unwrap_or_default(), LINE, field, invalid);
}

/// A text of many lines, at most [`BODY`] characters: trimmed, line ends made `\n`, control characters dropped.
pub fn body(text: &mut String, field: &str, invalid: &mut Invalid) {
    let kept = text.replace("\r\n", "\n").replace('\r', "\n");
    *text = kept.trim().chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    check_length(text, BODY, field, invalid);
}

/// The same for a text that may be left out: an empty one is absent.
pub fn optional_body(text: &mut Option<String>, field: &str, invalid: &mut Invalid) {
    if let Some(text) = text {
        body(text, field, invalid);
    }
    text.take_if(|text| text.is_empty());
}

/// A key that configurations and URLs name a record by: kebab-case, 1 to 64 characters.
pub fn kebab_case(key: &str, field: &str, invalid: &mut Invalid) {
    let word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    invalid.check(
        key.len() <= 64 && key.split('-').all(word),
        field,
        "must be kebab-case: at most 64 lower-case letters, digits and single hyphens between them",
    );
}

/// A language tag of the shape that BCP 47 asks: `en`, `pt-BR`, `zh-Hant-TW`.
pub fn language(tag: &str, field: &str, invalid: &mut Invalid) {
    let mut subtags = tag.split('-');
    let primary = subtags.next().unwrap_or_default();
    let shaped = (2..=8).contains(&primary.len())
        && primary.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags.all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()));
    invalid.check(shaped && tag.len() <= 35, field, "must be a BCP 47 language tag, like en or pt-BR");
}

/// A text for people that has at most so many bytes, and a sign where it is cut.
#[must_use]
pub fn cut(mut text: String, most: usize) -> String {
    if text.len() > most {
        text.truncate(text.floor_char_boundary(most));
        text.push('…');
    }
    text
}

/// A tax id in the one form it is compared by: letters and digits alone, upper case. Absent when nothing is left.
#[must_use]
pub fn tax_id(text: &str) -> Option<String> {
    let id: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    Some(id).filter(|id| !id.is_empty())
}

/// Fields of the organisation's own: at most [`JSON`] bytes, and nothing a database could not keep.
pub fn custom(fields: &Map<String, Value>, invalid: &mut Invalid) {
    let storable = fields.iter().all(|(name, value)| !name.contains('\0') && !has_nul(value));
    check_json(fields, storable, "/custom", invalid);
}

/// A JSON value that is handed on as it is: the same limits as [`custom`].
pub fn json(value: &Value, field: &str, invalid: &mut Invalid) {
    check_json(value, !has_nul(value), field, invalid);
}

fn check_json<T: Serialize>(value: &T, storable: bool, field: &str, invalid: &mut Invalid) {
    let size = serde_json::to_vec(value).map_or(usize::MAX, |bytes| bytes.len());
    invalid.check(size <= JSON, field, "must not be larger than 64 KiB");
    invalid.check(storable, field, "must not hold the character U+0000");
}

/// PostgreSQL refuses U+0000 in JSON, and SQLite's JSON functions cut the text there.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn check_length(text: &str, most: usize, field: &str, invalid: &mut Invalid) {
    if text.chars().nth(most).is_some() {
        invalid.note(field, format!("must not be longer than {most} characters"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn wrong(check: impl FnOnce(&mut Invalid)) -> bool {
        let mut invalid = Invalid::default();
        check(&mut invalid);
        !invalid.0.is_empty()
    }

    #[test]
    fn a_line_is_cleaned_and_measured_in_characters() {
        let mut text = "  Ёлки \r\n\u{0} и\u{a0}палки ".to_owned();
        assert!(!wrong(|invalid| line(&mut text, "/title", invalid)));
        assert_eq!(text, "Ёлки и палки");
        assert!(!wrong(|invalid| line(&mut "ё".repeat(LINE), "", invalid)));
        assert!(wrong(|invalid| line(&mut "ё".repeat(LINE + 1), "", invalid)));
        assert!(wrong(|invalid| line(&mut " \t".to_owned(), "", invalid)));
    }

    #[test]
    fn an_empty_optional_text_is_absent() {
        let mut text = Some("  ".to_owned());
        assert!(!wrong(|invalid| optional_line(&mut text, "", invalid)));
        assert_eq!(text, None);
        let mut text = Some(" \u{0} ".to_owned());
        assert!(!wrong(|invalid| optional_body(&mut text, "", invalid)));
        assert_eq!(text, None);
    }

    #[test]
    fn a_body_keeps_its_lines() {
        let mut text = " one\r\n\ttwo\u{7}\rthree \n".to_owned();
        assert!(!wrong(|invalid| body(&mut text, "", invalid)));
        assert_eq!(text, "one\n\ttwo\nthree");
        assert!(wrong(|invalid| body(&mut "x".repeat(BODY + 1), "", invalid)));
    }

    #[test]
    fn keys_and_tags() {
        for (key, ok) in [("a", true), ("sales-2", true), ("", false), ("a--b", false), ("-a", false), ("A", false)] {
            assert_eq!(!wrong(|invalid| kebab_case(key, "", invalid)), ok, "{key}");
        }
        for (tag, ok) in [("en", true), ("zh-Hant-TW", true), ("e", false), ("en_US", false), ("en-", false)] {
            assert_eq!(!wrong(|invalid| language(tag, "", invalid)), ok, "{tag}");
        }
    }

    #[test]
    fn a_tax_id_has_one_form() {
        assert_eq!(tax_id(" de 123-456/789 ").as_deref(), Some("DE123456789"));
        assert_eq!(tax_id(" - "), None);
    }

    #[test]
    fn json_is_bounded() {
        assert!(!wrong(|invalid| json(&json!({"a": "\\u0000"}), "", invalid)));
        assert!(wrong(|invalid| json(&json!({"a": ["\u{0}"]}), "", invalid)));
        assert!(wrong(|invalid| json(&json!("x".repeat(JSON)), "", invalid)));
    }
}
