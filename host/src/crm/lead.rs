//! Requests from possible customers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::contact::{admit_email, admit_phone};
use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data, member};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::lead_status::LeadStatus;
use super::lead_texts::{Consent, LeadLetter, admit_letters, admit_tags, admit_texts};
use super::links::Link;
use super::money::{Money, check_amount};
use super::text;

/// A request from a possible customer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lead {
    /// What it is about. Left out where it is made, it is named after the customer.
    #[serde(default)]
    pub title: String,
    /// Where it stands.
    #[serde(default)]
    pub status: LeadStatus,
    /// The user responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// The customer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Lower-cased e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The customer's company, as they wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_name: Option<String>,
    /// The customer's tax id: letters and digits alone, upper case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax_id: Option<String>,
    /// What it may be worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Where it came from: `web-form`, `call`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// BCP 47 tag of the customer's language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The customer's region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The product or service that they ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What the customer wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What led the customer here: `utm_source`, `utm_campaign`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub campaign: BTreeMap<String, String>,
    /// Words that the organisation sorts its leads by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// All else that the customer gave, by the names it was given under.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
    /// What the customer agreed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// Mail that came after the first message, the oldest first. The last 50 are kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub letters: Vec<LeadLetter>,
    /// When a waiting lead comes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_at: Option<Instant>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reject_reason: Option<String>,
    /// When its first owner took it. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Instant>,
    /// When it was converted or rejected. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
    /// The contact it became. Set by converting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Id>,
    /// The company it became. Set by converting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Id>,
    /// The deal it became. Set by converting it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deal: Option<Id>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

impl Lead {
    fn clean(&mut self, setting: &Setting, invalid: &mut Invalid) {
        for (text, field) in [
            (&mut self.name, "/name"),
            (&mut self.phone, "/phone"),
            (&mut self.email, "/email"),
            (&mut self.company_name, "/company_name"),
            (&mut self.tax_id, "/tax_id"),
            (&mut self.source, "/source"),
            (&mut self.region, "/region"),
            (&mut self.product, "/product"),
            (&mut self.reject_reason, "/reject_reason"),
        ] {
            text::optional_line(text, field, invalid);
        }
        if let Some(phone) = &mut self.phone {
            admit_phone(phone, "/phone", setting, invalid);
        }
        if let Some(email) = &mut self.email {
            admit_email(email, "/email", invalid);
        }
        self.tax_id = self.tax_id.as_deref().and_then(text::tax_id);
        if let Some(language) = &self.language {
            text::language(language, "/language", invalid);
        }
        text::optional_body(&mut self.message, "/message", invalid);
        check_amount(self.amount, invalid);
        text::custom(&self.custom, invalid);
        admit_texts(&self.campaign, "/campaign", invalid);
        admit_texts(&self.extra, "/extra", invalid);
        admit_tags(&mut self.tags, invalid);
        admit_letters(&mut self.letters, invalid);
        if let Some(consent) = &mut self.consent {
            text::body(&mut consent.text, "/consent/text", invalid);
        }
        if self.title.trim().is_empty()
            && let Some(customer) = self.customer()
        {
            let name: String = customer.chars().take(text::LINE - 20).collect();
            self.title = format!("Request from {name}");
        }
        text::line(&mut self.title, "/title", invalid);
    }

    /// What is known of who the customer is: the name, else the phone number, else the e-mail address.
    #[must_use]
    pub fn customer(&self) -> Option<&str> {
        self.name.as_deref().or(self.phone.as_deref()).or(self.email.as_deref())
    }

    /// The table of moves, and what each status wants and clears.
    fn admit_status(&mut self, before: Option<&Self>, now: Instant, invalid: &mut Invalid) {
        let status = self.status;
        let moved = before.is_none_or(|before| before.status != status);
        match before {
            Some(before) => {
                let may = before.status.may_become(status);
                invalid.check(
                    may,
                    "/status",
                    "a converted lead stays so, and a rejected one is reopened as in_progress",
                );
                let handed_back = !moved || status != LeadStatus::New || self.owner.is_none();
                invalid.check(handed_back, "/owner", "must be taken off when a lead is handed back");
            }
            None => {
                let may = status != LeadStatus::Converted;
                invalid.check(may, "/status", "a lead becomes converted by being converted");
            }
        }
        invalid.check(!status.is_taken() || self.owner.is_some(), "/owner", "a lead in hand must have an owner");

        let resume_set = self.resume_at != before.and_then(|before| before.resume_at);
        if status == LeadStatus::Waiting {
            let ahead = self.resume_at.is_some_and(|at| at > now);
            let set = moved || resume_set;
            invalid.check(ahead || !set, "/resume_at", "a waiting lead must have a time to come back, in the future");
        } else {
            let given = resume_set && self.resume_at.is_some();
            invalid.check(!given, "/resume_at", "only a waiting lead has one");
            self.resume_at = None;
        }

        let reason_before = before.and_then(|before| before.reject_reason.as_ref());
        if status == LeadStatus::Rejected {
            invalid.check(self.reject_reason.is_some(), "/reject_reason", "a rejected lead must have a reason");
        } else {
            let reason = self.reject_reason.as_ref();
            let given = reason.is_some() && reason != reason_before;
            invalid.check(!given, "/reject_reason", "only a rejected lead has one");
            self.reject_reason = None;
        }
    }

    /// What the host keeps, and what only a conversion sets.
    fn admit_kept(&mut self, before: Option<&Self>, now: Instant, invalid: &mut Invalid) {
        let status = self.status;
        let accepted_before = before.and_then(|before| before.accepted_at);
        let taken = status != LeadStatus::New && self.owner.is_some();
        let accepted_at = accepted_before.or(taken.then_some(now));
        keep(&mut self.accepted_at, accepted_before, accepted_at, "/accepted_at", invalid);

        let closed_before = before.and_then(|before| before.closed_at);
        let closed_at = match before {
            Some(before) if before.status == status => closed_before,
            _ => status.is_closed().then_some(now),
        };
        keep(&mut self.closed_at, closed_before, closed_at, "/closed_at", invalid);

        if status == LeadStatus::Converted && before.is_some_and(|before| before.status != status) {
            let linked = self.contact.is_some() && self.deal.is_some();
            invalid.check(linked, "/status", "a lead becomes converted by being converted");
            return;
        }
        let links = |lead: &Self| [lead.contact, lead.company, lead.deal];
        let were = before.map_or([None; 3], links);
        for (field, (is, was)) in ["/contact", "/company", "/deal"].iter().zip(links(self).iter().zip(were)) {
            invalid.check(*is == was, field, "is set by converting the lead");
        }
    }
}

impl Entity for Lead {
    const KIND: Kind = Kind::Lead;
    const NAME: &'static str = "lead";
    const PLURAL: &'static str = "leads";
    const NUMBERED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const PERSONAL: &'static [&'static str] = &["phone", "email", "extra", "letters"];
    const TEXT: &'static [&'static str] =
        &["title", "name", "phone", "email", "company_name", "tax_id", "message", "tags", "custom"];
    const LINKS: &'static [Link] = &[
        Link::refuse("owner", Kind::User),
        Link::clear("contact", Kind::Contact),
        Link::clear("company", Kind::Company),
        Link::clear("deal", Kind::Deal),
    ];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        data("phone", &["phone"], Shape::Text),
        data("email", &["email"], Shape::Text),
        data("source", &["source"], Shape::Text),
        data("amount", &["amount", "minor"], Shape::Integer),
        data("resume_at", &["resume_at"], Shape::Instant),
        data("region", &["region"], Shape::Text),
        data("tax_id", &["tax_id"], Shape::Text),
        member("tag", "tags"),
        data("accepted_at", &["accepted_at"], Shape::Instant),
        data("closed_at", &["closed_at"], Shape::Instant),
        data("contact", &["contact"], Shape::Id),
        data("company", &["company"], Shape::Id),
        data("deal", &["deal"], Shape::Id),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        self.clean(setting, invalid);
        self.admit_status(before, setting.now, invalid);
        self.admit_kept(before, setting.now, invalid);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admit, admitted, refused, with};

    const ANN: Id = Id::from_bytes([1; 16]);
    const HOUR: Duration = Duration::from_secs(3600);

    /// A lead of that status, as the host keeps it since an hour.
    fn lead(status: &str) -> Value {
        let (then, soon) = (NOW - HOUR, NOW + HOUR);
        let mut lead = json!({"title": "Chairs", "status": status, "custom": {}});
        let more = match status {
            "new" => json!({}),
            "waiting" => json!({"owner": ANN, "accepted_at": then, "resume_at": soon}),
            "rejected" => {
                json!({"owner": ANN, "accepted_at": then, "closed_at": then, "reject_reason": "spam"})
            }
            "converted" => {
                json!({"owner": ANN, "accepted_at": then, "closed_at": then, "contact": ANN, "deal": ANN})
            }
            _ => json!({"owner": ANN, "accepted_at": then}),
        };
        lead.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        lead
    }

    fn change(status: &str, by: Value) -> Result<Value, Vec<String>> {
        let before = lead(status);
        admit(Kind::Lead, Some(&before), with(&before, by))
            .map(|admitted| Value::Object(admitted.data))
            .map_err(|invalid| invalid.0.into_iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_title_is_made_where_none_is_given() {
        let title = |by: Value| admitted(Kind::Lead, None, by)["title"].clone();
        assert_eq!(title(json!({"name": "Ann", "phone": "030 901820"})), "Request from Ann");
        assert_eq!(title(json!({"title": " ", "phone": "030 901820"})), "Request from +4930901820");
        assert_eq!(title(json!({"email": "A@b.de"})), "Request from a@b.de");
        let long = title(json!({"name": "n".repeat(200)}));
        assert!(long.as_str().unwrap().len() <= 200);
        assert_eq!(refused(Kind::Lead, None, json!({"message": "Hello"})), ["/title"]);
    }

    #[test]
    fn fields_are_cleaned() {
        let made = admitted(
            Kind::Lead,
            None,
            json!({
                "name": " Ann  Lee ", "phone": "+7 800 555-35-35",
                "email": "", "tax_id": "de 12", "message": " hi \r\n there ", "source": null,
            }),
        );
        assert_eq!(
            made,
            json!({
                "title": "Request from Ann Lee", "status": "new", "name": "Ann Lee", "phone": "+78005553535",
                "tax_id": "DE12", "message": "hi \n there", "custom": {},
            })
        );
        let wrong = json!({"title": "x", "phone": "12", "email": "y", "language": "", "amount": {"minor": -1, "currency": "EUR"}});
        assert_eq!(refused(Kind::Lead, None, wrong), ["/phone", "/email", "/language", "/amount"]);
        assert_eq!(refused(Kind::Lead, None, json!({"title": "x", "score": 1})), ["/score"]);
    }

    #[test]
    fn every_move_is_as_the_table_says() {
        let all = "new in_progress processing waiting converted rejected";
        for from in all.split(' ') {
            for to in all.split(' ') {
                let mut by = json!({"status": to, "owner": ANN});
                if from != to {
                    match to {
                        "new" => by["owner"] = Value::Null,
                        "waiting" => by["resume_at"] = json!(NOW + HOUR),
                        "rejected" => by["reject_reason"] = json!("spam"),
                        "converted" => {
                            by["contact"] = json!(ANN);
                            by["deal"] = json!(ANN);
                        }
                        _ => {}
                    }
                }
                let status = |name: &str| serde_json::from_value::<LeadStatus>(name.into()).unwrap();
                let may = status(from).may_become(status(to));
                assert_eq!(change(from, by).is_ok(), may, "{from} to {to}");
            }
        }
    }

    #[test]
    fn a_lead_in_hand_has_an_owner() {
        assert_eq!(change("new", json!({"status": "in_progress"})), Err(vec!["/owner".into()]));
        assert_eq!(change("processing", json!({"owner": null})), Err(vec!["/owner".into()]));
        assert_eq!(change("processing", json!({"status": "new"})), Err(vec!["/owner".into()]));
        let accepted = change("new", json!({"status": "in_progress", "owner": ANN})).unwrap();
        assert_eq!(accepted["accepted_at"], json!(NOW));
        let handed_back = change("waiting", json!({"status": "new", "owner": null})).unwrap();
        assert_eq!(handed_back["accepted_at"], json!(NOW - HOUR));
        assert_eq!(handed_back.get("resume_at"), None);
    }

    #[test]
    fn waiting_wants_a_time_ahead() {
        for resume_at in [json!(null), json!(NOW), json!(NOW - HOUR)] {
            let by = json!({"status": "waiting", "resume_at": resume_at});
            assert_eq!(change("processing", by), Err(vec!["/resume_at".into()]));
            assert_eq!(change("waiting", json!({"resume_at": resume_at})), Err(vec!["/resume_at".into()]));
        }
        assert_eq!(change("processing", json!({"resume_at": NOW + HOUR})), Err(vec!["/resume_at".into()]));
        let back = change("waiting", json!({"status": "processing"})).unwrap();
        assert_eq!(back.get("resume_at"), None);
        // It is due: it may still be edited.
        let mut due = lead("waiting");
        due["resume_at"] = json!(NOW - HOUR);
        assert_eq!(admitted(Kind::Lead, Some(&due), with(&due, json!({"title": "Tables"})))["title"], "Tables");
    }

    #[test]
    fn rejecting_and_reopening() {
        assert_eq!(change("processing", json!({"status": "rejected"})), Err(vec!["/reject_reason".into()]));
        assert_eq!(change("processing", json!({"reject_reason": "x"})), Err(vec!["/reject_reason".into()]));
        let rejected = change("waiting", json!({"status": "rejected", "reject_reason": "spam"})).unwrap();
        assert_eq!(rejected["closed_at"], json!(NOW));
        assert_eq!(rejected.get("resume_at"), None);
        let reopened = change("rejected", json!({"status": "in_progress"})).unwrap();
        assert_eq!((reopened.get("reject_reason"), reopened.get("closed_at")), (None, None));
        assert_eq!(change("rejected", json!({"status": "in_progress", "owner": null})), Err(vec!["/owner".into()]));
    }

    #[test]
    fn the_host_keeps_its_own() {
        for field in ["accepted_at", "closed_at"] {
            assert_eq!(change("processing", json!({field: NOW - HOUR * 2})), Err(vec![format!("/{field}")]));
        }
        assert_eq!(change("processing", json!({"accepted_at": null})), Err(vec!["/accepted_at".into()]));
        for field in ["contact", "company", "deal"] {
            assert_eq!(change("processing", json!({field: ANN})), Err(vec![format!("/{field}")]));
        }
        assert_eq!(change("converted", json!({"deal": null})), Err(vec!["/deal".into()]));
        assert_eq!(change("processing", json!({"status": "converted"})), Err(vec!["/status".into()]));
        assert_eq!(refused(Kind::Lead, None, json!({"title": "x", "accepted_at": NOW - HOUR})), ["/accepted_at"]);
        assert_eq!(refused(Kind::Lead, None, lead("converted"))[0], "/status");
    }
}
