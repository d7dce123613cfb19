//! Web forms: what a website posts becomes a lead.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, UPDATED_AT, data, key};
use super::invalid::Invalid;
use super::kind::Kind;
use super::{lead_texts, text};

/// A web form: what a website posts to `/f/SLUG` becomes a lead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What people call it.
    pub title: String,
    /// Where it is posted to: `/f/SLUG`. Kebab-case, unique among forms.
    pub slug: String,
    /// What it asks for. Texts that are posted under other names are kept on the lead, too.
    pub fields: Vec<FormField>,
    /// What its leads bear as their source.
    #[serde(default = "web_form")]
    pub source: String,
    /// Campaign tags that its leads bear where the visitor brings none of that name.
    #[serde(default)]
    pub campaign: BTreeMap<String, String>,
    /// Tags that its leads bear.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whose pages may post it: `https://www.example.com`. The host's own always may.
    #[serde(default)]
    pub origins: Vec<String>,
    /// A field that people do not see: where it is filled, a machine filled it, and nothing is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub honeypot: Option<String>,
    /// What the visitor is asked to agree to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentField>,
    /// How often one address may post it in a minute.
    #[serde(default = "ten")]
    #[schema(minimum = 1, maximum = 600)]
    pub per_minute: u32,
    /// Where the visitor is led afterwards: an `https://` URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
    /// What stands on its button: `Send` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub button: Option<String>,
    /// What the visitor reads afterwards: `Thank you.` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thanks: Option<String>,
    /// False: nothing can be posted.
    #[serde(default = "yes")]
    pub enabled: bool,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    /// What it is posted under.
    pub name: String,
    /// What the visitor reads.
    pub label: String,
    /// The lead's field that takes it; where absent, it is kept among the lead's `extra`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LeadField>,
    /// Whether it must be filled.
    #[serde(default)]
    pub required: bool,
}

/// A lead's field that a form can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadField {
    /// What it is about.
    Title,
    /// The customer's name.
    Name,
    /// Their phone number.
    Phone,
    /// Their e-mail address.
    Email,
    /// Their company.
    CompanyName,
    /// Their tax id.
    TaxId,
    /// What it may be worth, in the organisation's currency: `1200.50`.
    Amount,
    /// Their language.
    Language,
    /// Their region.
    Region,
    /// What they wrote.
    Message,
}

/// What the visitor is asked to agree to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentField {
    /// What it is posted under.
    pub name: String,
    /// What they agree to: kept on the lead, word for word.
    pub text: String,
    /// Whether nothing is taken without it.
    #[serde(default = "yes")]
    pub required: bool,
}

/// How many fields a form may have.
const FIELDS: usize = 50;
/// How many origins and tags a form may have.
const MANY: usize = 20;

impl LeadField {
    /// What the lead calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Name => "name",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::CompanyName => "company_name",
            Self::TaxId => "tax_id",
            Self::Amount => "amount",
            Self::Language => "language",
            Self::Region => "region",
            Self::Message => "message",
        }
    }
}

impl Form {
    /// The form's field that fills that field of the lead.
    #[must_use]
    pub fn filling(&self, lead_field: &str) -> Option<&FormField> {
        self.fields.iter().find(|field| field.to.is_some_and(|to| to.name() == lead_field))
    }

    fn admit_fields(&mut self, invalid: &mut Invalid) {
        invalid.check((1..=FIELDS).contains(&self.fields.len()), "/fields", "must be 1 to 50 fields");
        let mut names = BTreeSet::new();
        let mut targets = BTreeSet::new();
        for (at, field) in self.fields.iter_mut().enumerate() {
            let pointer = |part: &str| format!("/fields/{at}/{part}");
            posted_name(&field.name, &pointer("name"), invalid);
            text::line(&mut field.label, &pointer("label"), invalid);
            invalid.check(names.insert(field.name.clone()), &pointer("name"), "is another field's name");
            let free = field.to.is_none_or(|to| targets.insert(to));
            invalid.check(free, &pointer("to"), "is filled by another field");
        }
        if let Some(honeypot) = &self.honeypot {
            posted_name(honeypot, "/honeypot", invalid);
            invalid.check(names.insert(honeypot.clone()), "/honeypot", "is another field's name");
        }
        if let Some(consent) = &mut self.consent {
            posted_name(&consent.name, "/consent/name", invalid);
            invalid.check(names.insert(consent.name.clone()), "/consent/name", "is another field's name");
            text::body(&mut consent.text, "/consent/text", invalid);
            invalid.check(!consent.text.is_empty(), "/consent/text", "must not be empty");
        }
    }
}

impl Entity for Form {
    const KIND: Kind = Kind::Form;
    const NAME: &'static str = "form";
    const PLURAL: &'static str = "forms";
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["title", "slug"];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        data("title", &["title"], Shape::Text),
        data("enabled", &["enabled"], Shape::Bool),
        key("slug"),
    ];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        text::kebab_case(&self.slug, "/slug", invalid);
        self.admit_fields(invalid);
        text::line(&mut self.source, "/source", invalid);
        lead_texts::admit_texts(&self.campaign, "/campaign", invalid);
        lead_texts::admit_tags(&mut self.tags, invalid);
        invalid.check(self.origins.len() <= MANY, "/origins", "there must not be more than 20");
        for (at, origin) in self.origins.iter().enumerate() {
            invalid.check(
                is_origin(origin),
                &format!("/origins/{at}"),
                "must be a scheme and a host, like https://www.example.com, without a path",
            );
        }
        invalid.check((1..=600).contains(&self.per_minute), "/per_minute", "must be from 1 to 600");
        if let Some(redirect) = &self.redirect {
            let clean = !redirect.contains(|c: char| c.is_whitespace() || c.is_control());
            let link = redirect.starts_with("https://") && redirect.len() <= 2000 && redirect.is_ascii();
            invalid.check(clean && link, "/redirect", "must be an https:// URL of at most 2000 ASCII characters");
        }
        text::optional_line(&mut self.button, "/button", invalid);
        text::optional_line(&mut self.thanks, "/thanks", invalid);
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("slug", self.slug.clone())]
    }
}

/// A name that HTML forms post: of letters, digits, `_`, `-`, `.`, not one that the host keeps for itself.
fn posted_name(name: &str, field: &str, invalid: &mut Invalid) {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let shaped = !name.trim().is_empty() && name.chars().count() <= lead_texts::TEXT_NAME && name.chars().all(plain);
    invalid.check(shaped, field, "must be 1 to 100 letters, digits, spaces, `-`, `_` and `.`");
    invalid.check(!name.starts_with('_'), field, "must not begin with `_`: such names are the host's own");
}

fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    host.is_some_and(|host| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
        !host.is_empty() && host.len() <= 255 && host.bytes().all(plain)
    })
}

fn web_form() -> String {
    "web-form".to_owned()
}

const fn ten() -> u32 {
    10
}

const fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::crm::testing::{admit, refused, with};

    fn form() -> Value {
        json!({"title": "Contact", "slug": "contact", "fields": [{"name": "Telefon", "label": "Phone", "to": "phone"}]})
    }

    #[test]
    fn the_slug_is_its_key() {
        let form = admit(Kind::Form, None, form()).unwrap();
        assert_eq!(form.keys, [("slug", "contact".to_owned())]);
        assert_eq!((&form.data["source"], &form.data["per_minute"]), (&json!("web-form"), &json!(10)));
    }

    #[test]
    fn refusals_name_the_field() {
        let field = |name: &str, to: &str| json!({"name": name, "label": "x", "to": to});
        for (by, fields) in [
            (json!({"slug": "A b"}), vec!["/slug"]),
            (json!({"fields": []}), vec!["/fields"]),
            (json!({"fields": [field("_x", "name")]}), vec!["/fields/0/name"]),
            (json!({"fields": [field("a", "name"), field("a", "name")]}), vec!["/fields/1/name", "/fields/1/to"]),
            (json!({"fields": [field("a", "owner")]}), vec!["/fields/0/to"]),
            (json!({"honeypot": "Telefon"}), vec!["/honeypot"]),
            (json!({"consent": {"name": "Telefon", "text": ""}}), vec!["/consent/name", "/consent/text"]),
            (
                json!({"origins": ["https://a.example", "*", "https://a.example/", "a.example"]}),
                vec!["/origins/1", "/origins/2", "/origins/3"],
            ),
            (json!({"per_minute": 0, "redirect": "javascript:alert(1)"}), vec!["/per_minute", "/redirect"]),
        ] {
            assert_eq!(refused(Kind::Form, None, with(&form(), by)), fields);
        }
    }
}
