//! `takt:crm/companies`

use super::filter::Filter;
use super::typed::{Face, Head, Listing, Result, object, text};
use crate::crm;
use crate::crm::kind::Kind;
use crate::crm::text::tax_id;
use crate::wasm::bindings::takt::crm::companies::{Company, Filter as Given, Host};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::state::State;

impl Host for State {
    async fn get(&mut self, id: String) -> Result<Company> {
        self.record_get(&id).await
    }

    async fn find(&mut self, filter: Given, page: types::Page) -> Listing<Company> {
        self.record_find(filter.into(), page).await
    }

    async fn count(&mut self, filter: Given) -> Result<u64> {
        self.record_count(filter.into()).await
    }
}

impl From<Given> for Filter {
    fn from(given: Given) -> Self {
        // However it is written: a tax id is compared by its letters and digits.
        let id = given.tax_id.map(|id| tax_id(&id).unwrap_or_default());
        Self::of(Kind::Company).text("name", given.name).text("tax_id", id).id("owner", given.owner)
    }
}

impl Face for Company {
    type Entity = crm::company::Company;

    fn new(head: Head, company: Self::Entity) -> Self {
        Self {
            id: head.id,
            number: head.number,
            version: head.version,
            created_at: head.created_at,
            updated_at: head.updated_at,
            name: company.name,
            tax_id: company.tax_id,
            phones: company.phones,
            emails: company.emails,
            owner: text(company.owner),
            custom: object(company.custom),
        }
    }
}
