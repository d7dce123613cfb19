//! `takt:crm/leads`

use serde_json::json;

use super::filter::Filter;
use super::patch::Patch;
use super::typed::{Face, Head, Listing, Result, micros, money, object, reference_of, text, writes};
use crate::crm;
use crate::crm::kind::Kind;
use crate::crm::lead_status::LeadStatus;
use crate::wasm::bindings::takt::crm::leads::{Changes, Conversion, Filter as Given, Host, Lead, Status};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::state::State;

/// What a conversion may write: the lead, a contact, a company and a deal.
const CONVERTED: usize = 4;

impl Host for State {
    async fn get(&mut self, id: String) -> Result<Lead> {
        self.record_get(&id).await
    }

    async fn find(&mut self, filter: Given, page: types::Page) -> Listing<Lead> {
        self.record_find(filter.into(), page).await
    }

    async fn count(&mut self, filter: Given) -> Result<u64> {
        self.record_count(filter.into()).await
    }

    async fn update(&mut self, id: String, changes: Changes) -> Result<Lead> {
        let patch = Patch::default()
            .set("title", changes.title)
            .set("status", changes.status.map(|status| json!(LeadStatus::from(status))))
            .clear("owner", changes.owner)
            .moment("resume_at", changes.resume_at)
            .clear("reject_reason", changes.reject_reason)
            .custom(changes.custom.as_deref());
        self.record_update(&id, patch).await
    }

    async fn convert(&mut self, id: String) -> Result<Conversion> {
        self.begin(&writes(Kind::Lead))?;
        self.meter.charge_writes(CONVERTED)?;
        let lead = reference_of(Kind::Lead, &id)?;
        let converted = self.unit()?.convert_lead(lead.id, None).await?;
        Ok(Conversion {
            contact: converted.contact.to_string(),
            company: converted.company.map(|id| id.to_string()),
            deal: converted.deal.to_string(),
        })
    }
}

impl From<Given> for Filter {
    fn from(given: Given) -> Self {
        let statuses = given.status.into_iter().map(|status| json!(LeadStatus::from(status))).collect();
        Self::of(Kind::Lead)
            .any("status", statuses)
            .id("owner", given.owner)
            .text("phone", given.phone)
            .email("email", given.email)
            .from("created_at", given.created_from)
            .before("created_at", given.created_to)
    }
}

impl Face for Lead {
    type Entity = crm::lead::Lead;

    fn new(head: Head, lead: Self::Entity) -> Self {
        Self {
            id: head.id,
            number: head.number,
            version: head.version,
            created_at: head.created_at,
            updated_at: head.updated_at,
            title: lead.title,
            status: lead.status.into(),
            owner: text(lead.owner),
            name: lead.name,
            phone: lead.phone,
            email: lead.email,
            company_name: lead.company_name,
            tax_id: lead.tax_id,
            amount: lead.amount.map(money),
            source: lead.source,
            language: lead.language,
            region: lead.region,
            message: lead.message,
            resume_at: micros(lead.resume_at),
            reject_reason: lead.reject_reason,
            accepted_at: micros(lead.accepted_at),
            closed_at: micros(lead.closed_at),
            contact: text(lead.contact),
            company: text(lead.company),
            deal: text(lead.deal),
            custom: object(lead.custom),
        }
    }
}

impl From<Status> for LeadStatus {
    fn from(status: Status) -> Self {
        match status {
            Status::New => Self::New,
            Status::InProgress => Self::InProgress,
            Status::Processing => Self::Processing,
            Status::Waiting => Self::Waiting,
            Status::Converted => Self::Converted,
            Status::Rejected => Self::Rejected,
        }
    }
}

impl From<LeadStatus> for Status {
    fn from(status: LeadStatus) -> Self {
        match status {
            LeadStatus::New => Self::New,
            LeadStatus::InProgress => Self::InProgress,
            LeadStatus::Processing => Self::Processing,
            LeadStatus::Waiting => Self::Waiting,
            LeadStatus::Converted => Self::Converted,
            LeadStatus::Rejected => Self::Rejected,
        }
    }
}
