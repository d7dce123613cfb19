//! People outside the organisation.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::billing::Billing;
use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data, key};
use super::id::Id;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::Link;
use super::message::Channel;
use super::{email, phone, text};

/// A person outside the organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Their name.
    pub name: String,
    /// E.164; the first is the main one. Unique among contacts.
    #[serde(default)]
    pub phones: Vec<String>,
    /// Lower-cased; the first is the main one. Unique among contacts.
    #[serde(default)]
    pub emails: Vec<String>,
    /// Where they work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Id>,
    /// The user responsible for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// BCP 47 tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// IANA time zone: at night there, the contact is not written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub time_zone: Option<Tz>,
    /// Their id in the messenger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messenger: Option<String>,
    /// The ways in which they agreed to be written to.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub consent: BTreeSet<Channel>,
    /// The ways in which they asked not to be written to any more: goes before consent.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub opted_out: BTreeSet<Channel>,
    /// Letters and digits alone, upper case: of a person who buys in their own name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// What papers say of them.
    #[serde(default, skip_serializing_if = "Billing::is_empty")]
    pub billing: Billing,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

impl Entity for Contact {
    const KIND: Kind = Kind::Contact;
    const NAME: &'static str = "contact";
    const PLURAL: &'static str = "contacts";
    const NUMBERED: bool = true;
    const KEYED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const PERSONAL: &'static [&'static str] = &["phones", "emails"];
    const TEXT: &'static [&'static str] = &["name", "phones", "emails", "messenger", "tax_id", "billing", "custom"];
    const LINKS: &'static [Link] = &[Link::clear("company", Kind::Company), Link::refuse("owner", Kind::User)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("name", &["name"], Shape::Text),
        data("company", &["company"], Shape::Id),
        data("owner", &["owner"], Shape::Id),
        key("phone"),
        key("email"),
        data("language", &["language"], Shape::Text),
        data("tax_id", &["tax_id"], Shape::Text),
    ];

    fn admit(&mut self, _before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        admit_phones(&mut self.phones, setting, invalid);
        admit_emails(&mut self.emails, invalid);
        if let Some(language) = &self.language {
            text::language(language, "/language", invalid);
        }
        text::optional_line(&mut self.messenger, "/messenger", invalid);
        text::optional_line(&mut self.tax_id, "/tax_id", invalid);
        self.tax_id = self.tax_id.as_deref().and_then(text::tax_id);
        self.billing.clean("/billing", invalid);
        text::custom(&self.custom, invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        let phones = self.phones.iter().map(|phone| ("phone", phone.clone()));
        phones.chain(self.emails.iter().map(|email| ("email", email.clone()))).collect()
    }
}

/// How many phone numbers, and how many addresses, one record may have.
const MANY: usize = 20;

/// Brings a phone number into E.164.
pub(super) fn admit_phone(number: &mut String, field: &str, setting: &Setting, invalid: &mut Invalid) {
    match phone::normalise(number, &setting.region) {
        Ok(normal) => *number = normal,
        Err(error) => invalid.note(field, error.to_string()),
    }
}

/// Lower-cases an e-mail address.
pub(super) fn admit_email(address: &mut String, field: &str, invalid: &mut Invalid) {
    match email::normalise(address) {
        Ok(normal) => *address = normal,
        Err(error) => invalid.note(field, error.to_string()),
    }
}

/// The same for a record's `phones`. A repeated one is dropped.
pub(super) fn admit_phones(numbers: &mut Vec<String>, setting: &Setting, invalid: &mut Invalid) {
    for (at, number) in numbers.iter_mut().enumerate() {
        admit_phone(number, &format!("/phones/{at}"), setting, invalid);
    }
    drop_repeated(numbers);
    invalid.check(numbers.len() <= MANY, "/phones", "there must not be more than 20");
}

/// The same for a record's `emails`.
pub(super) fn admit_emails(addresses: &mut Vec<String>, invalid: &mut Invalid) {
    for (at, address) in addresses.iter_mut().enumerate() {
        admit_email(address, &format!("/emails/{at}"), invalid);
    }
    drop_repeated(addresses);
    invalid.check(addresses.len() <= MANY, "/emails", "there must not be more than 20");
}

fn drop_repeated(texts: &mut Vec<String>) {
    let mut seen = std::collections::HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{admit, refused};

    #[test]
    fn phones_and_emails_have_one_form() {
        let contact = json!({
            "name": "Ann", "phones": ["030 901820", "+49 30 901820"], "emails": ["A@B.de", "a@b.DE", "c@b.de"],
        });
        let admitted = admit(Kind::Contact, None, contact).unwrap();
        assert_eq!(
            Value::Object(admitted.data),
            json!({"name": "Ann", "phones": ["+4930901820"], "emails": ["a@b.de", "c@b.de"], "custom": {}})
        );
        assert_eq!(
            admitted.keys,
            [("phone", "+4930901820".to_owned()), ("email", "a@b.de".to_owned()), ("email", "c@b.de".to_owned()),]
        );
    }

    #[test]
    fn refusals_name_the_field() {
        let wrong = json!({"name": " ", "phones": ["+4930901820", "x"], "emails": ["y"], "language": "e"});
        assert_eq!(refused(Kind::Contact, None, wrong), ["/name", "/phones/1", "/emails/0", "/language"]);
        assert_eq!(refused(Kind::Contact, None, json!({"name": "A", "company": "x"})), ["/company"]);
        let large = json!({"name": "A", "custom": {"x": "x".repeat(text::JSON)}});
        assert_eq!(refused(Kind::Contact, None, large), ["/custom"]);
        let many = vec!["x"; 21];
        assert!(refused(Kind::Contact, None, json!({"name": "A", "phones": many})).len() > 1);
    }
}
