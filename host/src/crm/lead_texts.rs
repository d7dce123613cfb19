//! What customers say: letters, consent, and texts by names that nobody foresaw.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::instant::Instant;
use super::invalid::Invalid;
use super::text;

/// What a customer agreed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// When.
    pub at: Instant,
    /// To what, word for word.
    pub text: String,
}

/// Mail that joined a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadLetter {
    /// When it came.
    pub at: Instant,
    /// Who sent it.
    pub from: String,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What it says: the first 4000 characters.
    pub text: String,
}

/// How many letters a lead keeps, and how many characters of each: every version of the lead has them all.
const LETTERS: usize = 50;
const LETTER: usize = 4000;

/// How many characters the name of a text in `campaign` or `extra` may have.
pub const TEXT_NAME: usize = 100;

impl LeadLetter {
    /// Adds a letter that came to those that came before.
    pub fn join(mut self, letters: &mut Vec<Self>) {
        self.text = self.text.chars().take(LETTER).collect();
        letters.push(self);
        let over = letters.len().saturating_sub(LETTERS);
        letters.drain(..over);
    }
}

/// Letters: no more than a record may have.
pub(super) fn admit_letters(letters: &mut [LeadLetter], invalid: &mut Invalid) {
    invalid.check(letters.len() <= LETTERS, "/letters", "there must not be more than 50");
    for (at, letter) in letters.iter_mut().enumerate() {
        text::body(&mut letter.text, &format!("/letters/{at}/text"), invalid);
        text::optional_line(&mut letter.subject, &format!("/letters/{at}/subject"), invalid);
    }
}

/// Texts by name: no name too long, and no more than fits in a record.
pub(super) fn admit_texts(texts: &BTreeMap<String, String>, field: &str, invalid: &mut Invalid) {
    let named = |name: &String| !name.is_empty() && name.chars().count() <= TEXT_NAME;
    invalid.check(texts.keys().all(named), field, "names must have 1 to 100 characters");
    invalid.check(texts.len() <= 200, field, "there must not be more than 200");
    text::json(&json!(texts), field, invalid);
}

/// Tags: lines, each once.
pub(super) fn admit_tags(tags: &mut Vec<String>, invalid: &mut Invalid) {
    let mut seen = BTreeSet::new();
    for (at, tag) in tags.iter_mut().enumerate() {
        text::line(tag, &format!("/tags/{at}"), invalid);
    }
    tags.retain(|tag| seen.insert(tag.clone()));
    invalid.check(tags.len() <= 20, "/tags", "there must not be more than 20");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(text: &str) -> LeadLetter {
        LeadLetter { at: Instant::default(), from: "a@b.example".into(), subject: None, text: text.into() }
    }

    #[test]
    fn the_last_letters_stay_and_long_ones_are_cut() {
        let mut letters = Vec::new();
        for at in 0..LETTERS + 2 {
            letter(&at.to_string()).join(&mut letters);
        }
        assert_eq!((letters.len(), letters[0].text.as_str()), (LETTERS, "2"));
        letter(&"ё".repeat(LETTER + 1)).join(&mut letters);
        assert_eq!(letters[LETTERS - 1].text.chars().count(), LETTER);
    }

    #[test]
    fn refusals_name_the_field() {
        let mut invalid = Invalid::default();
        admit_texts(&BTreeMap::from([("x".repeat(101), "y".to_owned())]), "/extra", &mut invalid);
        admit_texts(&BTreeMap::from([("x".to_owned(), "y".repeat(70_000))]), "/campaign", &mut invalid);
        let mut tags = vec!["a".to_owned(), " ".to_owned(), " a".to_owned()];
        admit_tags(&mut tags, &mut invalid);
        let named: Vec<_> = invalid.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!((named, tags.len()), (vec!["/extra", "/campaign", "/tags/1"], 2));
    }
}
