//! What the organisation sells.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data, key};
use super::invalid::Invalid;
use super::kind::Kind;
use super::money::{Money, check_amount};
use super::text;

/// What the organisation sells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// What people call it.
    pub title: String,
    /// The stock keeping unit: unique among products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// What it is counted in: `pcs`, `h`, `kg`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The price of one. Not negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Whether that price has VAT in it.
    #[serde(default)]
    pub price_includes_vat: bool,
    /// VAT in basis points: 1900 is 19 %. Absent: exempt from VAT, which is not the same as a rate of 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10_000)]
    pub vat_rate: Option<u16>,
    /// False: sold no more.
    #[serde(default = "yes")]
    pub active: bool,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

impl Entity for Product {
    const KIND: Kind = Kind::Product;
    const NAME: &'static str = "product";
    const PLURAL: &'static str = "products";
    const NUMBERED: bool = true;
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["title", "sku"];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("active", &["active"], Shape::Bool),
        data("price", &["price", "minor"], Shape::Integer),
        key("sku"),
    ];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        text::optional_line(&mut self.sku, "/sku", invalid);
        text::optional_line(&mut self.unit, "/unit", invalid);
        let mut price = Invalid::default();
        check_amount(self.price, &mut price);
        for error in price.0 {
            invalid.note(error.field.replacen("/amount", "/price", 1), error.message);
        }
        let rate = self.vat_rate.is_none_or(|rate| rate <= 10_000);
        invalid.check(rate, "/vat_rate", "must not be more than 10000 basis points: 100 %");
        text::custom(&self.custom, invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        self.sku.clone().map(|sku| ("sku", sku)).into_iter().collect()
    }
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{admit, refused};

    #[test]
    fn the_sku_is_its_key() {
        let chair = json!({"title": " Office  chair ", "sku": " CH-1 ", "price": {"minor": 5000, "currency": "EUR"}, "vat_rate": 1900});
        let chair = admit(Kind::Product, None, chair).unwrap();
        assert_eq!((chair.data["title"].as_str(), chair.data["active"].as_bool()), (Some("Office chair"), Some(true)));
        assert_eq!(chair.keys, [("sku", "CH-1".to_owned())]);
        assert!(admit(Kind::Product, None, json!({"title": "Advice", "sku": " "})).unwrap().keys.is_empty());
    }

    #[test]
    fn refusals_name_the_field() {
        let wrong = json!({"title": "", "price": {"minor": -1, "currency": "EUR"}, "vat_rate": 10_001});
        assert_eq!(refused(Kind::Product, None, wrong), ["/title", "/price", "/vat_rate"]);
        assert_eq!(refused(Kind::Product, None, json!({"title": "x", "vat_rate": 19.5})), ["/vat_rate"]);
    }
}
