//! Takes personal data out of a journal, so that it can stand among a project's tests.
//!
//! What stands in a field that may name a person is masked in that field, and wherever else the same words stand, also
//! in what the guest asked: so that the masked journal mostly plays as the run did.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Fields whose texts may tell of a person, with underscores.
const PERSONAL: [&str; 15] = [
    "name",
    "title",
    "phone",
    "phones",
    "email",
    "emails",
    "company_name",
    "tax_id",
    "message",
    "body",
    "region",
    "reject_reason",
    "number",
    "text",
    "answer",
];
/// Fields of the contract's own words, which a person's may happen to be.
const KEPT: [&str; 5] = ["status", "role", "deal_kind", "kind", "call"];
/// A shorter text is masked in its field alone: it would be found everywhere.
const SHORTEST: usize = 3;

/// The journal, with each letter of what may be personal an x, and each digit a 0.
#[must_use]
pub fn mask(mut journal: Value) -> Value {
    let mut words = BTreeSet::new();
    for pointer in ["/trigger", "/calls"] {
        if let Some(part) = journal.pointer_mut(pointer) {
            collect(part, false, &mut words);
        }
    }
    // The longest first: one may be part of another.
    let mut words: Vec<String> = words.into_iter().filter(|word| word.chars().count() >= SHORTEST).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for pointer in ["/trigger", "/calls", "/error", "/log"] {
        if let Some(part) = journal.pointer_mut(pointer) {
            replace(part, &words);
        }
    }
    journal
}

/// Gathers the texts of personal fields. What the guest asked is no field.
fn collect(value: &Value, personal: bool, words: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => match embedded(text) {
            Some(members) => collect(&Value::Object(members), personal, words),
            None if personal => {
                words.insert(text.clone());
            }
            None => {}
        },
        Value::Array(items) => items.iter().for_each(|item| collect(item, personal, words)),
        Value::Object(members) => {
            // What woke the run has a name of its own, which is nobody's; and a call's answer is no person's.
            let own = match () {
                () if members.contains_key("changed") || members.contains_key("input") => "name",
                () if members.contains_key("asked") => "answer",
                () => "",
            };
            for (name, value) in members {
                let named = PERSONAL.contains(&name.replace('-', "_").as_str()) && name != own;
                if name != "asked" {
                    collect(value, personal || named || name == "custom", words);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn replace(value: &mut Value, words: &[String]) {
    match value {
        Value::String(text) => {
            for word in words {
                if text.contains(word.as_str()) {
                    *text = text.replace(word.as_str(), &masked(word));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, words)),
        Value::Object(members) => {
            let masked = members.iter_mut().filter(|(name, _)| !KEPT.contains(&name.as_str()));
            masked.for_each(|(_, value)| replace(value, words));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A JSON object in a text, as the contract hands records over.
fn embedded(text: &str) -> Option<Map<String, Value>> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

/// Of the same shape: the rule's own checks of an address or a number go as they went.
fn masked(text: &str) -> String {
    let letter = |letter: char| match letter {
        _ if letter.is_uppercase() => 'X',
        _ if letter.is_alphabetic() => 'x',
        _ if letter.is_ascii_digit() => '0',
        other => other,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_tells_of_a_person_is_gone_wherever_it_stands() {
        let lead = json!({"title": "Chairs for Ann Lee", "name": "Ann Lee", "status": "new", "phone": "+4930901820"});
        let journal = json!({
            "context": {"config": "{\"department\": \"sales\"}"},
            "trigger": {"event": {"name": "lead.created", "about": {"kind": "lead", "id": "1"}, "changed": [],
                "after": lead.to_string()}},
            "calls": [
                {"call": "users.get", "asked": "(\"7\",)", "answer": {"ok": {"name": "Boris", "role": "Member", "language": "en"}}},
                {"call": "notifications.notify", "asked": "(Draft { body: \"Ann Lee called; Boris\" },)",
                    "answer": {"ok": ["9"]}},
            ],
        });
        let masked = mask(journal);
        let text = masked.to_string();
        for gone in ["Ann", "Lee", "Boris", "4930901820"] {
            assert!(!text.contains(gone), "{gone} in {text}");
        }
        assert_eq!(masked["trigger"]["event"]["name"], "lead.created");
        assert_eq!(masked["calls"][0]["answer"]["ok"], json!({"name": "Xxxxx", "role": "Member", "language": "en"}));
        assert_eq!(masked["calls"][1]["asked"], "(Draft { body: \"Xxx Xxx called; Xxxxx\" },)");
        assert!(masked["trigger"]["event"]["after"].as_str().unwrap().contains("\"status\":\"new\""));
    }
}
