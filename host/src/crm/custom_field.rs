//! Fields that the organisation declares for its records, beside those that their kinds have.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, UPDATED_AT, data};
use super::invalid::Invalid;
use super::kind::Kind;
use super::{custom, schema, text};

/// A field of the organisation's own. Records have its value in `custom`, under `key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomField {
    /// Which kind of record has it. Cannot be changed.
    pub of: Kind,
    /// What it is called in `custom`, in filters, conditions and papers: snake_case, unique in its kind. Cannot be changed.
    #[schema(pattern = "^[a-z][a-z0-9_]{0,39}$")]
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What its values are: JSON Schema 2020-12. Listings can be filtered by texts, numbers, `true` and `false`, and by
    /// members of lists of texts; the schema says so by its `type`.
    #[schema(value_type = Object)]
    pub schema: Map<String, Value>,
}

impl Entity for CustomField {
    const KIND: Kind = Kind::CustomField;
    const NAME: &'static str = "custom_field";
    const PLURAL: &'static str = "custom_fields";
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["title", "key"];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        data("of", &["of"], Shape::Text),
        data("key", &["key"], Shape::Text),
        data("title", &["title"], Shape::Text),
    ];

    fn admit(&mut self, before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        let has = self.of.field_names().iter().any(|name| name == custom::FIELD);
        invalid.check(has, "/of", "records of this kind have no fields of the organisation's own");
        invalid.check(
            custom::is_key(&self.key),
            "/key",
            "must be snake_case: a lower-case letter, then at most 39 lower-case letters, digits and underscores",
        );
        if let Some(before) = before {
            invalid.check(self.of == before.of, "/of", "cannot be changed: make another field");
            invalid.check(self.key == before.key, "/key", "cannot be changed: make another field");
        }
        schema::check(&Value::Object(self.schema.clone()), "/schema", invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("key", format!("{}.{}", self.of, self.key))]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{admit, admitted, refused, with};

    #[test]
    fn what_may_be_declared() {
        let budget = json!({"of": "lead", "key": "budget", "title": " Budget ", "schema": {"type": "integer"}});
        let admitted_field = admit(Kind::CustomField, None, budget.clone()).unwrap();
        assert_eq!(admitted_field.keys, [("key", "lead.budget".to_owned())]);
        assert_eq!(admitted_field.data["title"], "Budget");
        for (wrong, field) in [
            (json!({"key": "Budget"}), "/key"),
            (json!({"key": "a.b"}), "/key"),
            (json!({"key": "a".repeat(41)}), "/key"),
            (json!({"of": "pipeline"}), "/of"),
            (json!({"schema": {"type": "money"}}), "/schema/type"),
            (json!({"schema": {"$ref": "https://example.com"}}), "/schema/$ref"),
        ] {
            assert_eq!(refused(Kind::CustomField, None, with(&budget, wrong.clone())), [field], "{wrong}");
        }
        let before = admitted(Kind::CustomField, None, budget);
        let moved = with(&before, json!({"of": "deal", "key": "cost"}));
        assert_eq!(refused(Kind::CustomField, Some(&before), moved), ["/of", "/key"]);
    }
}
