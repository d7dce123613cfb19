//! What papers are filled with: names and values out of records.
//!
//! Names are paths, `buyer.legal_name`; every name is there, empty where the records say nothing, so that a form can show
//! what is blank. What a record links to is read whoever it belongs to: a deal's paper names the deal's company.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::written;
use crate::crm::company::Company;
use crate::crm::contact::Contact;
use crate::crm::custom;
use crate::crm::deal::{Deal, DealKind};
use crate::crm::entity::Entity;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invoice::{Invoice, Payment};
use crate::crm::kind::Kind;
use crate::crm::lead::Lead;
use crate::crm::line_item::{LineItem, Totals};
use crate::crm::money::Money;
use crate::crm::organisation::Organisation;
use crate::crm::record::{Record, Reference};
use crate::crm::template::Language;
use crate::unit::{Result, Unit, UnitError, entity};

/// What is known of a party: of the buyer, and of the seller.
pub const PARTY: [&str; 9] =
    ["name", "legal_name", "tax_id", "address", "bank_account", "bank", "signatory", "phone", "email"];

/// The other names.
pub const NAMES: [&str; 9] =
    ["number", "date", "due_date", "subject", "deal.number", "total.net", "total.vat", "total.gross", "total.in_words"];

/// The kinds whose declared fields papers have, with what is before `custom`.
const CUSTOM: [(Kind, &str); 5] = [
    (Kind::Company, "buyer"),
    (Kind::Contact, "buyer"),
    (Kind::Lead, "lead"),
    (Kind::Deal, "deal"),
    (Kind::Invoice, "invoice"),
];

/// What a record fills a paper with.
#[derive(Debug, Clone, Default)]
pub struct Filling {
    /// Names and values.
    pub fields: Map<String, Value>,
    /// What is listed.
    pub items: Vec<LineItem>,
    /// What they come to.
    pub totals: Option<Totals>,
    /// What was paid.
    pub payments: Vec<Payment>,
    /// What the payments come to.
    pub paid: Option<Money>,
    /// What is sold, where a deal says it.
    pub deal_kind: Option<DealKind>,
    /// Whether the organisation is the seller by its own settings: those have its stamp.
    pub own: bool,
}

/// Who fills it, and how.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Whose paper it is.
    pub organisation: &'a Organisation,
    /// How dates and amounts are written.
    pub language: Language,
    /// What today is.
    pub now: Instant,
}

impl Setting<'_> {
    fn today(&self) -> NaiveDate {
        self.now.utc().with_timezone(&self.organisation.time_zone).date_naive()
    }

    fn written(&self, date: NaiveDate) -> String {
        written::date(date, self.language)
    }
}

/// Fills from that record.
///
/// # Errors
/// Where it is not there, and the store's.
pub async fn fill(unit: &mut Unit, from: Reference, setting: &Setting<'_>) -> Result<Filling> {
    let record = unit.read(from).await?;
    let mut filling = Filling { own: true, ..Filling::default() };
    for name in NAMES {
        filling.set(name, "");
    }
    for party in ["seller", "buyer"] {
        for name in PARTY {
            filling.set(&format!("{party}.{name}"), "");
        }
    }
    for (kind, of) in CUSTOM {
        for declared in unit.custom().of_kind(kind) {
            filling.set(&format!("{of}.custom.{}", declared.key), "");
        }
    }
    filling.set("language", setting.language.tag());
    filling.set("date", &setting.written(setting.today()));
    match from.kind {
        Kind::Company => filling.buyer(&record),
        Kind::Contact => filling.contact(unit, from.id).await?,
        Kind::Lead => filling.lead(&entity(&record)?, &record),
        Kind::Deal => filling.deal(unit, &record).await?,
        Kind::Invoice => filling.invoice(unit, &record, setting).await?,
        _ => {}
    }
    if filling.own {
        filling.seller(setting.organisation);
    }
    if let Some(totals) = &filling.totals {
        filling.fields.extend(totals_fields(totals, setting.language));
    }
    Ok(filling)
}

/// What the totals are called in a paper.
#[must_use]
pub fn totals_fields(totals: &Totals, language: Language) -> Map<String, Value> {
    [
        ("total.net", written::amount(totals.net, language)),
        ("total.vat", written::amount(totals.vat, language)),
        ("total.gross", written::amount(totals.gross, language)),
        ("total.in_words", written::words(totals.gross, language)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.into()))
    .collect()
}

impl Filling {
    fn set(&mut self, name: &str, value: &str) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// Sets it where the records have said nothing yet.
    fn or_set(&mut self, name: &str, value: Option<&str>) {
        let Some(value) = value.filter(|value| !value.is_empty()) else { return };
        if self.fields.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            self.set(name, value);
        }
    }

    /// The organisation's own fields: `deal.custom.floor`.
    fn custom(&mut self, of: &str, record: &Record) {
        for (key, value) in record.data.get(custom::FIELD).and_then(Value::as_object).into_iter().flatten() {
            let written = match value {
                Value::String(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
            };
            self.or_set(&format!("{of}.custom.{key}"), Some(&written));
        }
    }

    fn party(&mut self, party: &str, details: &Map<String, Value>) {
        for name in PARTY {
            if let Some(Value::String(value)) = details.get(name) {
                self.or_set(&format!("{party}.{name}"), Some(value));
            }
        }
    }

    fn seller(&mut self, organisation: &Organisation) {
        if let Some(Ok(Value::Object(issuer))) = organisation.issuer.as_ref().map(serde_json::to_value) {
            self.party("seller", &issuer);
        }
        self.or_set("seller.name", Some(&organisation.name));
        self.or_set("seller.legal_name", Some(&organisation.name));
    }

    /// A company or a contact: its billing details before what is known of it otherwise.
    fn buyer(&mut self, record: &Record) {
        if let Some(Value::Object(billing)) = record.data.get("billing") {
            self.party("buyer", billing);
        }
        self.party("buyer", &record.data);
        self.custom("buyer", record);
        let first = |name: &str| record.data.get(name)?.get(0)?.as_str();
        self.or_set("buyer.phone", first("phones"));
        self.or_set("buyer.email", first("emails"));
        self.or_set("buyer.legal_name", record.data.get("name").and_then(Value::as_str));
    }

    /// The company before the person, who then speaks for it.
    async fn customer(&mut self, unit: &mut Unit, company: Option<Id>, contact: Option<Id>) -> Result<()> {
        if let Some(company) = there::<Company>(unit, company).await? {
            self.buyer(&company);
        }
        if let Some(contact) = there::<Contact>(unit, contact).await? {
            self.buyer(&contact);
        }
        Ok(())
    }

    async fn contact(&mut self, unit: &mut Unit, id: Id) -> Result<()> {
        let contact: Contact = unit.get(id).await?;
        self.customer(unit, contact.company, Some(id)).await
    }

    fn lead(&mut self, lead: &Lead, record: &Record) {
        self.custom("lead", record);
        self.or_set("buyer.name", lead.company_name.as_deref().or(lead.name.as_deref()));
        self.or_set("buyer.legal_name", lead.company_name.as_deref().or(lead.name.as_deref()));
        self.or_set("buyer.signatory", lead.name.as_deref());
        self.or_set("buyer.tax_id", lead.tax_id.as_deref());
        self.or_set("buyer.phone", lead.phone.as_deref());
        self.or_set("buyer.email", lead.email.as_deref());
        self.set("subject", &lead.title);
    }

    async fn deal(&mut self, unit: &mut Unit, record: &Record) -> Result<()> {
        let deal: Deal = entity(record)?;
        self.customer(unit, deal.company, deal.contact).await?;
        self.set("subject", &deal.title);
        self.custom("deal", record);
        self.set("deal.number", &record.number.map(|number| number.to_string()).unwrap_or_default());
        self.deal_kind = Some(deal.deal_kind);
        self.totals = Totals::of(&deal.items);
        self.items = deal.items;
        Ok(())
    }

    /// An invoice says itself who pays and who issues it. Another issuer's papers get none of the organisation's details.
    async fn invoice(&mut self, unit: &mut Unit, record: &Record, setting: &Setting<'_>) -> Result<()> {
        let invoice: Invoice = entity(record)?;
        self.custom("invoice", record);
        let details = &invoice.issuer.details;
        self.party("seller", details);
        let legal_name = setting.organisation.issuer.as_ref().and_then(|issuer| issuer.legal_name.as_deref());
        let named = details.get("legal_name").or_else(|| details.get("name")).and_then(Value::as_str);
        self.own = details.is_empty() || named.is_some() && named == legal_name;
        self.or_set("seller.legal_name", named);
        self.party("buyer", &invoice.payer);
        self.customer(unit, invoice.company, invoice.contact).await?;
        if let Some(deal) = there::<Deal>(unit, invoice.deal).await? {
            self.set("deal.number", &deal.number.map(|number| number.to_string()).unwrap_or_default());
            self.deal_kind = Some(entity::<Deal>(&deal)?.deal_kind);
        }
        if let (Some(year), Some(number)) = (invoice.year, invoice.invoice_number) {
            self.set("number", &format!("{year}-{number:04}"));
        }
        if let Some(date) = invoice.issue_date {
            self.set("date", &setting.written(date));
        }
        if let Some(date) = invoice.due_date {
            self.set("due_date", &setting.written(date));
        }
        (self.items, self.totals) = (invoice.items, invoice.totals);
        (self.payments, self.paid) = (invoice.payments, invoice.paid);
        Ok(())
    }
}

/// The record that a link leads to, where it is still there.
async fn there<E: Entity>(unit: &mut Unit, link: Option<Id>) -> Result<Option<std::sync::Arc<Record>>> {
    let Some(id) = link else { return Ok(None) };
    match unit.read(Reference { kind: E::KIND, id }).await {
        Ok(record) => Ok(Some(record)),
        Err(UnitError::NotFound(_)) => Ok(None),
        Err(other) => Err(other),
    }
}
