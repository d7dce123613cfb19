//! What a visitor posted, and the lead that a form makes of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::form::{Form, LeadField};
use super::instant::Instant;
use super::invalid::Invalid;
use super::lead_texts::Consent;
use super::money::{Currency, Money};
use super::record::Data;

/// Texts by the names they were posted under. One name's several values stand in one text, commas between them.
pub type Posted = BTreeMap<String, String>;

/// The name that campaign tags begin with.
const CAMPAIGN: &str = "utm_";

impl Form {
    /// Whether a machine filled it: people do not see the honeypot.
    #[must_use]
    pub fn is_trapped(&self, posted: &Posted) -> bool {
        self.honeypot.as_ref().is_some_and(|name| filled(posted, name).is_some())
    }

    /// The fields of the lead that was posted. Nothing that was posted is lost but the honeypot and the consent's box.
    ///
    /// # Errors
    /// What is wrong with it, by the form's own names.
    pub fn lead(&self, posted: &Posted, currency: Currency, now: Instant) -> Result<Data, Invalid> {
        let mut invalid = Invalid::default();
        let mut lead = Data::new();
        let mut extra = BTreeMap::new();
        let mut campaign = self.campaign.clone();
        for field in &self.fields {
            let text = filled(posted, &field.name);
            let pointer = format!("/{}", field.name);
            invalid.check(text.is_some() || !field.required, &pointer, "must be filled");
            let (Some(text), Some(to)) = (text, field.to) else { continue };
            let value =
                if to == LeadField::Amount { amount(text, currency, &pointer, &mut invalid) } else { text.into() };
            lead.insert(to.name().to_owned(), value);
        }
        for (name, text) in posted.iter().filter(|(name, text)| !text.trim().is_empty() && self.keeps(name)) {
            let kept = if name.starts_with(CAMPAIGN) { &mut campaign } else { &mut extra };
            kept.insert(name.clone(), text.trim().to_owned());
        }
        if let Some(consent) = &self.consent {
            let given = filled(posted, &consent.name).is_some_and(is_yes);
            invalid.check(given || !consent.required, &format!("/{}", consent.name), "must be agreed to");
            if given {
                lead.insert("consent".to_owned(), json!(Consent { at: now, text: consent.text.clone() }));
            }
        }
        if !["title", "name", "phone", "email"].iter().any(|name| lead.contains_key(*name)) {
            lead.insert("title".to_owned(), self.title.as_str().into());
        }
        lead.insert("source".to_owned(), self.source.as_str().into());
        lead.insert("campaign".to_owned(), json!(campaign));
        lead.insert("tags".to_owned(), json!(self.tags));
        lead.insert("extra".to_owned(), json!(extra));
        invalid.or(lead)
    }

    /// What is wrong with the lead, by the form's own names.
    #[must_use]
    pub fn in_own_names(&self, mut invalid: Invalid) -> Invalid {
        for error in &mut invalid.0 {
            let field = error.field.split('/').nth(1).and_then(|name| self.filling(name));
            if let Some(field) = field {
                error.field = format!("/{}", field.name);
            }
        }
        invalid
    }

    /// Whether what is posted under that name stands on the lead as it is: no field of the lead takes it.
    fn keeps(&self, name: &str) -> bool {
        let taken = self.fields.iter().any(|field| field.name == name && field.to.is_some());
        let own = self.honeypot.as_deref() == Some(name) || self.consent.as_ref().is_some_and(|it| it.name == name);
        !taken && !own
    }
}

fn filled<'a>(posted: &'a Posted, name: &str) -> Option<&'a str> {
    posted.get(name).map(|text| text.trim()).filter(|text| !text.is_empty())
}

/// A box that was ticked. Browsers leave out those that were not; programs say so.
fn is_yes(text: &str) -> bool {
    !["false", "no", "off", "0"].contains(&text.to_lowercase().as_str())
}

fn amount(text: &str, currency: Currency, pointer: &str, invalid: &mut Invalid) -> Value {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == ',' { '.' } else { c }).collect();
    match Money::parse(&plain, currency) {
        Ok(money) => json!(money),
        Err(error) => {
            invalid.note(pointer, error.to_string());
            Value::Null
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::kind::Kind;
    use crate::crm::testing::{NOW, admitted};

    fn form() -> Form {
        let form = json!({
            "title": "Contact", "slug": "contact", "tags": ["web"], "campaign": {"utm_source": "site"},
            "fields": [
                {"name": "Telefon", "label": "Phone", "to": "phone", "required": true},
                {"name": "budget", "label": "Budget", "to": "amount"},
                {"name": "colour", "label": "Colour"},
            ],
            "honeypot": "website", "consent": {"name": "agree", "text": "You may call me."},
        });
        serde_json::from_value(admitted(Kind::Form, None, form)).unwrap()
    }

    fn posted(texts: &[(&str, &str)]) -> Posted {
        texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn a_post_becomes_a_lead_and_nothing_is_lost() {
        let post = posted(&[
            ("Telefon", " 030 901820 "),
            ("budget", "1 200,50"),
            ("colour", "red"),
            ("utm_campaign", "spring"),
            ("shoe size", "43"),
            ("agree", "on"),
            ("empty", " "),
        ]);
        let lead = form().lead(&post, Currency::EUR, NOW).unwrap();
        let expected = json!({
            "phone": "030 901820", "amount": {"minor": 120_050, "currency": "EUR"},
            "consent": {"at": NOW, "text": "You may call me."}, "source": "web-form",
            "campaign": {"utm_source": "site", "utm_campaign": "spring"}, "tags": ["web"],
            "extra": {"colour": "red", "shoe size": "43"},
        });
        assert_eq!(Value::Object(lead), expected);
    }

    #[test]
    fn refusals_name_the_forms_own_fields() {
        let wrong = form().lead(&posted(&[("budget", "much"), ("agree", "false")]), Currency::EUR, NOW).unwrap_err();
        let named: Vec<_> = wrong.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(named, ["/Telefon", "/budget", "/agree"]);
        let of_lead = Invalid::field("/phone", "must be a phone number");
        assert_eq!(form().in_own_names(of_lead).0[0].field, "/Telefon");
    }

    #[test]
    fn the_honeypot() {
        assert!(form().is_trapped(&posted(&[("website", "http://spam.example")])));
        assert!(!form().is_trapped(&posted(&[("website", " "), ("Telefon", "1")])));
    }
}
