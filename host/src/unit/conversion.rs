//! Turning a lead into a contact, a company where it names one, and a deal.

use serde_json::Value;

use super::records::entity;
use super::{Result, Unit};
use crate::crm::company::Company;
use crate::crm::contact::Contact;
use crate::crm::convert::{Conversion, Found, Step};
use crate::crm::entity::Entity;
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::lead::Lead;
use crate::crm::pipeline::Pipeline;
use crate::crm::query::Query;
use crate::crm::record::{Data, Reference};

/// What a lead became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Converted {
    /// The contact, new or found.
    pub contact: Id,
    /// The company, new or found.
    pub company: Option<Id>,
    /// The deal.
    pub deal: Id,
}

impl Unit {
    /// Makes (or finds, by phone, e-mail or tax id) the contact and the company, makes the deal in the first stage of
    /// the pipeline that was made first, and links all four.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where the lead is converted or rejected already, or there is no pipeline.
    pub async fn convert_lead(&mut self, id: Id, expected: Option<u64>) -> Result<Converted> {
        let reference = Reference { kind: Kind::Lead, id };
        let record = self.read_expected(reference, expected).await?;
        let lead: Lead = entity(&record)?;
        let by_phone = self.contact_by("phone", lead.phone.as_deref()).await?;
        let by_email = self.contact_by("email", lead.email.as_deref()).await?;
        let by_tax_id = match &lead.tax_id {
            Some(tax_id) => self.by_key(Kind::Company, "tax_id", tax_id).await?.map(|record| record.id),
            None => None,
        };
        let found = Found {
            by_phone: by_phone.as_ref().map(|(id, contact)| (*id, contact)),
            by_email: by_email.as_ref().map(|(id, contact)| (*id, contact)),
            by_tax_id,
        };
        let conversion = Conversion::of(&lead, found)?;
        let company = match conversion.company() {
            Some(step) => Some(self.take::<Company>(step).await?),
            None => None,
        };
        let contact = self.take::<Contact>(conversion.contact(company)).await?;
        let Some(pipeline) = self.find(&Query::of(Kind::Pipeline, 1)).await?.records.pop() else {
            return Err(Invalid::field("", "there is no pipeline for the deal: an admin must make one").into());
        };
        let stages: Pipeline = entity(&pipeline)?;
        let deal = conversion.deal(id, (pipeline.id, &stages), contact, company)?;
        let company = deal.company;
        let deal = self.create(Kind::Deal, data(&deal)?).await?.id;
        self.put(reference, data(&conversion.lead(contact, company, deal))?).await?;
        Ok(Converted { contact, company, deal })
    }

    async fn contact_by(&mut self, key: &'static str, value: Option<&str>) -> Result<Option<(Id, Contact)>> {
        let Some(value) = value else { return Ok(None) };
        match self.by_key(Kind::Contact, key, value).await? {
            Some(record) => Ok(Some((record.id, entity(&record)?))),
            None => Ok(None),
        }
    }

    async fn take<E: Entity>(&mut self, step: Step<E>) -> Result<Id> {
        match step {
            Step::Keep(id) => Ok(id),
            Step::Create(fields) => Ok(self.create(E::KIND, data(&fields)?).await?.id),
            Step::Update(id, fields) => Ok(self.put(Reference { kind: E::KIND, id }, data(&fields)?).await?.id),
        }
    }
}

fn data<E: Entity>(fields: &E) -> Result<Data> {
    match serde_json::to_value(fields) {
        Ok(Value::Object(data)) => Ok(data),
        _ => Err(Invalid::field("", "a record's fields must make an object").into()),
    }
}
