//! What becomes of one request: the records of a customer, from the lead to the money.

use std::sync::Arc;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngExt as _};
use serde_json::{Value, json};

use super::Company;
use super::words::Words;
use crate::crm::change::Change;
use crate::crm::entity::Setting;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::record::{Data, Record};
use crate::store::commit::KeyedChange;

/// Tells stories: the same ones for the same seed.
pub struct Teller {
    rng: StdRng,
    words: &'static Words,
    company: Company,
    products: Vec<(Id, usize)>,
    /// How many stories were told.
    told: u64,
    setting: Setting,
    records: Vec<KeyedChange>,
}

/// A customer as the records of a story name it.
struct Customer {
    name: String,
    phone: String,
    email: String,
    owner: Id,
    contact: Option<Id>,
    company: Option<Id>,
}

impl Teller {
    /// Nothing told yet. `setting` is that of now: what lies behind it has happened.
    pub fn new(rng: StdRng, words: &'static Words, company: Company, setting: Setting) -> Self {
        Self { rng, words, company, products: Vec::new(), told: 0, setting, records: Vec::new() }
    }

    /// What the company sells.
    ///
    /// # Errors
    /// Where a record breaks the rules of its kind: a fault of the words'.
    pub fn products(&mut self, at: Instant) -> Result<Vec<KeyedChange>, Invalid> {
        for (nth, (title, unit, _)) in self.words.products.iter().enumerate() {
            let fields = json!({"title": title, "sku": format!("S-{}", nth + 1), "unit": unit, "price": self.price(nth),
                "vat_rate": 1900});
            let id = self.add(Kind::Product, at, fields)?;
            self.products.push((id, nth));
        }
        Ok(std::mem::take(&mut self.records))
    }

    /// One request that came at that moment, and all that has become of it until now.
    ///
    /// # Errors
    /// As [`Teller::products`].
    pub fn story(&mut self, at: Instant) -> Result<Vec<KeyedChange>, Invalid> {
        self.told += 1;
        let mut customer = self.customer();
        let (product, nth) = self.products.choose(&mut self.rng).copied().unwrap_or_default();
        let title = self.one(self.words.requests).replace("{}", self.words.products[nth].0);
        let fate = self.rng.random_range(0..100);
        let (accepted, closed) = (self.later(at, 60), self.later(at, 60 * 24 * 3));
        let happened = closed <= self.setting.now;
        let status = match fate {
            _ if !happened => self.one(&["new", "in_progress"]),
            0..50 => "converted",
            50..75 => "rejected",
            75..90 => "processing",
            _ => "in_progress",
        };
        let mut lead = json!({
            "title": title, "status": status, "name": customer.name, "phone": customer.phone, "email": customer.email,
            "source": self.one(&["website", "telephone", "fair", "referral", "newsletter"]), "language": self.words.tag,
        });
        if status != "new" {
            lead["owner"] = json!(customer.owner);
            lead["accepted_at"] = json!(accepted.min(self.setting.now));
        }
        match status {
            "rejected" => {
                lead["reject_reason"] = self.one(self.words.reasons).into();
                lead["closed_at"] = json!(closed);
            }
            "converted" => {
                self.become_known(&mut customer, closed)?;
                let deal = self.deal(&customer, closed, &title, (product, nth))?;
                lead["closed_at"] = json!(closed);
                lead["contact"] = json!(customer.contact);
                lead["company"] = json!(customer.company);
                lead["deal"] = json!(deal);
            }
            _ => {}
        }
        self.add(Kind::Lead, at, lead)?;
        if self.rng.random_bool(0.5) {
            self.call(&customer, at)?;
        }
        // Whoever points at a record comes after it: they are written in the order of their moments.
        self.records.sort_by_key(|keyed| keyed.change.after.as_ref().map(|record| record.created_at));
        Ok(std::mem::take(&mut self.records))
    }

    fn customer(&mut self) -> Customer {
        let (first, last) = if self.rng.random_bool(0.5) { self.words.men } else { self.words.women };
        let name = format!("{} {}", self.one(first), self.one(last));
        // Numbers without repeats: the factor has no divisor in common with the modulus.
        let digits = self.told * 7_919 % 10_000_000;
        let owner = *self.company.members.choose(&mut self.rng).unwrap_or(&self.company.head);
        Customer {
            name,
            phone: format!("{}{digits:07}", self.words.phone),
            email: format!("customer-{}@example.com", self.told),
            owner,
            contact: None,
            company: None,
        }
    }

    /// A contact of the customer, and more often than not a company.
    fn become_known(&mut self, customer: &mut Customer, at: Instant) -> Result<(), Invalid> {
        if self.rng.random_bool(0.6) {
            let name = self.one(self.words.forms).replace("{}", self.one(self.words.companies));
            let address = self.one(self.words.addresses).replace("{}", &self.rng.random_range(1..80).to_string());
            let fields = json!({"name": name, "tax_id": format!("{}{:09}", self.words.tax_id, self.told),
                "billing": {"legal_name": name, "address": address}, "owner": customer.owner});
            customer.company = Some(self.add(Kind::Company, at, fields)?);
        }
        let fields = json!({"name": customer.name, "phones": [customer.phone], "emails": [customer.email],
            "company": customer.company, "owner": customer.owner, "language": self.words.tag, "consent": ["email"]});
        customer.contact = Some(self.add(Kind::Contact, at, fields)?);
        Ok(())
    }

    fn deal(
        &mut self,
        customer: &Customer,
        at: Instant,
        title: &str,
        (product, nth): (Id, usize),
    ) -> Result<Id, Invalid> {
        let closed = self.later(at, 60 * 24 * 20);
        let stage = match self.rng.random_range(0..10) {
            _ if closed > self.setting.now => self.one(&["new", "agreed", "documents", "contract", "payment"]),
            0..6 => "won",
            6..9 => "lost",
            _ => "payment",
        };
        let quantity = self.rng.random_range(1..40);
        let line = json!({"product": product, "title": self.words.products[nth].0, "unit": self.words.products[nth].1,
            "quantity": quantity.to_string(), "price": self.price(nth), "vat_rate": 1900});
        let mut fields = json!({
            "title": title, "pipeline": self.company.pipeline, "stage": stage, "owner": customer.owner, "items": [line],
            "contact": customer.contact, "company": customer.company,
            "expected_at": self.later(at, 60 * 24 * 40).utc().date_naive(),
        });
        if matches!(stage, "won" | "lost") {
            fields["closed_at"] = json!(closed);
        }
        if stage == "lost" {
            fields["lost_reason"] = self.one(self.words.reasons).into();
        }
        let deal = self.add(Kind::Deal, at, fields)?;
        self.task(customer, at, deal)?;
        self.call(customer, at)?;
        if stage == "won" {
            self.contract(customer, at, deal, title)?;
            self.invoice(customer, at, deal, &line)?;
        }
        Ok(deal)
    }

    fn task(&mut self, customer: &Customer, at: Instant, deal: Id) -> Result<(), Invalid> {
        let due = self.later(at, 60 * 24 * 4);
        let mut fields = json!({"title": self.one(self.words.tasks), "assignee": customer.owner, "due": due,
            "about": {"kind": "deal", "id": deal}});
        let done = self.later(at, 60 * 24 * 5);
        if done <= self.setting.now && self.rng.random_bool(0.8) {
            fields["status"] = "done".into();
            fields["closed_at"] = json!(done);
        }
        self.add(Kind::Task, at, fields).map(drop)
    }

    fn call(&mut self, customer: &Customer, at: Instant) -> Result<(), Invalid> {
        let missed = self.rng.random_bool(0.15);
        let direction = if missed || self.rng.random_bool(0.5) { "in" } else { "out" };
        let mut fields = json!({"direction": direction, "status": if missed { "missed" } else { "ended" },
            "phone": customer.phone, "user": customer.owner, "started_at": at,
            "ended_at": at + Duration::from_secs(30 + self.rng.random_range(0..900))});
        if !missed {
            fields["answered_at"] = json!(at + Duration::from_secs(self.rng.random_range(3..25)));
        }
        if let Some(contact) = customer.contact {
            fields["about"] = json!({"kind": "contact", "id": contact});
        }
        self.add(Kind::Call, at, fields).map(drop)
    }

    fn contract(&mut self, customer: &Customer, at: Instant, deal: Id, title: &str) -> Result<(), Invalid> {
        let fields = json!({"document_kind": "contract", "title": self.words.contract.replace("{}", title),
            "status": "signed", "owner": customer.owner, "about": {"kind": "deal", "id": deal},
            "signed_at": self.later(at, 60 * 24 * 7).min(self.setting.now)});
        self.add(Kind::Document, at, fields).map(drop)
    }

    /// An invoice, with its number and year from the moment at which it was issued; most are paid.
    fn invoice(&mut self, customer: &Customer, at: Instant, deal: Id, line: &Value) -> Result<(), Invalid> {
        let draft = json!({"deal": deal, "owner": customer.owner, "contact": customer.contact, "company": customer.company,
            "payer": {"legal_name": customer.name}, "issuer": {"key": "main", "details": {"legal_name": "Main"}},
            "items": [line]});
        let draft = (Kind::Invoice.spec().admit)(None, filled(draft)?, &self.setting)?;
        let mut fields = Value::Object(draft.data);
        let issued = self.later(at, 60 * 24 * 10).min(self.setting.now);
        let (date, due) = (issued.utc().date_naive(), self.later(issued, 60 * 24 * 28));
        let overdue = due < self.setting.now;
        fields["issue_date"] = json!(date);
        fields["due_date"] = json!(due.utc().date_naive());
        fields["year"] = json!(chrono::Datelike::year(&date));
        if self.rng.random_bool(0.85) {
            let gross = fields["totals"]["gross"].clone();
            let paid = self.later(issued, 60 * 24 * 14).min(self.setting.now);
            fields["payments"] = json!([{"amount": gross, "at": paid, "method": "bank-transfer", "reference": format!("P{}", self.told)}]);
            fields["paid"] = gross;
            fields["status"] = "paid".into();
        } else {
            fields["status"] = if overdue { "overdue" } else { "sent" }.into();
        }
        self.add(Kind::Invoice, issued, fields).map(drop)
    }

    /// A record that was made at that moment, as it stands now.
    fn add(&mut self, kind: Kind, at: Instant, fields: Value) -> Result<Id, Invalid> {
        let at = at.min(self.setting.now);
        let fields = filled(fields)?;
        // It stands as it stood: what the host keeps is given, not set anew.
        let data = (kind.spec().admit)(Some(&fields), fields.clone(), &self.setting)?.data;
        let mut random = [0; 10];
        self.rng.fill_bytes(&mut random);
        let keys = (kind.spec().keys)(&data)?;
        let record = Record {
            kind,
            id: Id::at(at, &random),
            number: None,
            version: 1,
            created_at: at,
            updated_at: at,
            data: Arc::new(data),
        };
        let id = record.id;
        self.records.push(KeyedChange { change: Change { before: None, after: Some(Arc::new(record)) }, keys });
        Ok(id)
    }

    fn price(&self, nth: usize) -> Value {
        let (currency, factor) = self.words.currency;
        json!({"minor": self.words.products[nth].2 * factor, "currency": currency})
    }

    fn one(&mut self, from: &[&'static str]) -> &'static str {
        from.choose(&mut self.rng).copied().unwrap_or_default()
    }

    /// Some time after a moment, so many minutes at most.
    fn later(&mut self, at: Instant, minutes: u64) -> Instant {
        at + Duration::from_secs(60 * self.rng.random_range(1..=minutes))
    }
}

/// The fields that are there.
fn filled(fields: Value) -> Result<Data, Invalid> {
    let Value::Object(mut fields) = fields else { return Err(Invalid::field("", "a record is an object")) };
    fields.retain(|_, value| !value.is_null());
    Ok(fields)
}
