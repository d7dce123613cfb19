//! Organisations outside.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::billing::Billing;
use super::contact::{admit_emails, admit_phones};
use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data, key, member};
use super::id::Id;
use super::invalid::Invalid;
use super::kind::Kind;
use super::links::Link;
use super::text;

/// An organisation outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Its name.
    pub name: String,
    /// Letters and digits alone, upper case. Unique among companies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// What papers say of it.
    #[serde(default, skip_serializing_if = "Billing::is_empty")]
    pub billing: Billing,
    /// E.164; the first is the main one.
    #[serde(default)]
    pub phones: Vec<String>,
    /// Lower-cased; the first is the main one.
    #[serde(default)]
    pub emails: Vec<String>,
    /// The user responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

impl Entity for Company {
    const KIND: Kind = Kind::Company;
    const NAME: &'static str = "company";
    const PLURAL: &'static str = "companies";
    const NUMBERED: bool = true;
    const KEYED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const PERSONAL: &'static [&'static str] = &["phones", "emails"];
    const TEXT: &'static [&'static str] = &["name", "phones", "emails", "tax_id", "billing", "custom"];
    const LINKS: &'static [Link] = &[Link::refuse("owner", Kind::User)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("name", &["name"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        member("phone", "phones"),
        member("email", "emails"),
        key("tax_id"),
    ];

    fn admit(&mut self, _before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        text::optional_line(&mut self.tax_id, "/tax_id", invalid);
        self.tax_id = self.tax_id.as_deref().and_then(text::tax_id);
        self.billing.clean("/billing", invalid);
        admit_phones(&mut self.phones, setting, invalid);
        admit_emails(&mut self.emails, invalid);
        text::custom(&self.custom, invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        self.tax_id.clone().map(|id| ("tax_id", id)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{admit, refused};

    #[test]
    fn the_tax_id_is_its_key() {
        let admitted = admit(Kind::Company, None, json!({"name": "ACME", "tax_id": "de 123-456"})).unwrap();
        assert_eq!(admitted.data["tax_id"], "DE123456");
        assert_eq!(admitted.keys, [("tax_id", "DE123456".to_owned())]);
        assert!(admit(Kind::Company, None, json!({"name": "ACME", "tax_id": " "})).unwrap().keys.is_empty());
        assert_eq!(refused(Kind::Company, None, json!({"name": "", "emails": ["x"]})), ["/name", "/emails/0"]);
    }
}
