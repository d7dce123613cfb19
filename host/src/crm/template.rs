//! Templates that papers are made from.

use serde::{Deserialize, Serialize};

use super::deal::DealKind;
use super::document::DocumentKind;
use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data, key};
use super::invalid::Invalid;
use super::kind::Kind;
use super::text;

/// How many bytes a template's source may have.
pub const SOURCE: usize = 64 * 1024;

/// A template that papers are made from. Its version is the record's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// What people call it.
    pub name: String,
    /// What sort of paper it makes.
    pub document_kind: DocumentKind,
    /// For what is sold: a contract of goods is another than one of services. Absent: for either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal_kind: Option<DealKind>,
    /// The kind of record that it is filled from: company, contact, lead, deal or invoice.
    pub fills_from: Kind,
    /// The language that it is written in, and that dates and amounts in words are.
    pub language: Language,
    /// What is typeset, in Typst's language. It finds its values in `/data.json`.
    #[schema(max_length = 65_536)]
    pub source: String,
    /// Whether it is the one for what it makes, where a document names none. One is at most.
    #[serde(default)]
    pub default: bool,
}

/// A language that papers are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
}

/// The kinds of record that a template may fill from.
pub const FILLS_FROM: [Kind; 5] = [Kind::Company, Kind::Contact, Kind::Lead, Kind::Deal, Kind::Invoice];

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Ru];

    /// Its BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ru => "ru",
        }
    }

    /// The one of a BCP 47 tag's primary subtag, where papers are written in it.
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }
}

impl Template {
    /// The value of the key `default` that the default template for this has.
    #[must_use]
    pub fn default_key(
        document_kind: DocumentKind,
        deal_kind: Option<DealKind>,
        fills_from: Kind,
        language: Language,
    ) -> String {
        let deal_kind = match deal_kind {
            None => "any",
            Some(DealKind::Goods) => "goods",
            Some(DealKind::Service) => "service",
        };
        format!("{}:{deal_kind}:{fills_from}:{}", document_kind.name(), language.tag())
    }
}

impl Entity for Template {
    const KIND: Kind = Kind::Template;
    const NAME: &'static str = "template";
    const PLURAL: &'static str = "templates";
    const NUMBERED: bool = true;
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["name"];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("name", &["name"], Shape::Text),
        data("document_kind", &["document_kind"], Shape::Text),
        data("fills_from", &["fills_from"], Shape::Text),
        data("language", &["language"], Shape::Text),
        key("default"),
    ];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.name, "/name", invalid);
        let fills = FILLS_FROM.contains(&self.fills_from);
        invalid.check(fills, "/fills_from", "must be company, contact, lead, deal or invoice");
        invalid.check(!self.source.trim().is_empty(), "/source", "must not be empty");
        invalid.check(self.source.len() <= SOURCE, "/source", "must not be larger than 64 KiB");
        invalid.check(!self.source.contains('\0'), "/source", "must not hold the character U+0000");
    }

    /// One default for each purpose.
    fn keys(&self) -> Vec<(&'static str, String)> {
        let key = || Self::default_key(self.document_kind, self.deal_kind, self.fills_from, self.language);
        self.default.then(|| ("default", key())).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crm::testing::{admit, refused};

    #[test]
    fn a_default_has_the_key_of_its_purpose() {
        let template = json!({"name": " Contract ", "document_kind": "contract", "deal_kind": "goods",
            "fills_from": "deal", "language": "ru", "source": "= Договор", "default": true});
        let admitted = admit(Kind::Template, None, template.clone()).unwrap();
        assert_eq!(admitted.data["name"], "Contract");
        let purpose = Template::default_key(DocumentKind::Contract, Some(DealKind::Goods), Kind::Deal, Language::Ru);
        assert_eq!(admitted.keys, [("default", purpose)]);
        let mut other = template;
        other["default"] = false.into();
        assert!(admit(Kind::Template, None, other).unwrap().keys.is_empty());
    }

    #[test]
    fn refusals_name_the_field() {
        let right = json!({"name": "x", "document_kind": "act", "fills_from": "deal", "language": "en", "source": "x"});
        let long = "x".repeat(SOURCE + 1);
        for (field, value) in
            [("name", ""), ("fills_from", "task"), ("language", "de"), ("source", " "), ("source", &long)]
        {
            let mut wrong = right.clone();
            wrong[field] = value.into();
            assert_eq!(refused(Kind::Template, None, wrong), [format!("/{field}")], "{field}");
        }
    }

    #[test]
    fn languages_by_tag() {
        assert_eq!(Language::of_tag("ru-RU"), Some(Language::Ru));
        assert_eq!(Language::of_tag("EN"), Some(Language::En));
        assert_eq!(Language::of_tag("de"), None);
    }
}
