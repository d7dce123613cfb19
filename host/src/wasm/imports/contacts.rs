//! `takt:crm/contacts`

use super::filter::Filter;
use super::patch::Patch;
use super::typed::{Face, Head, Listing, Result, object, text};
use crate::crm;
use crate::crm::kind::Kind;
use crate::wasm::bindings::takt::crm::contacts::{Changes, Contact, Draft, Filter as Given, Host};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::state::State;

impl Host for State {
    async fn get(&mut self, id: String) -> Result<Contact> {
        self.record_get(&id).await
    }

    async fn find(&mut self, filter: Given, page: types::Page) -> Listing<Contact> {
        self.record_find(filter.into(), page).await
    }

    async fn count(&mut self, filter: Given) -> Result<u64> {
        self.record_count(filter.into()).await
    }

    async fn create(&mut self, draft: Draft) -> Result<Contact> {
        let fields = Patch::default()
            .set("name", Some(draft.name))
            .set("phones", Some(draft.phones))
            .set("emails", Some(draft.emails))
            .set("company", draft.company)
            .set("owner", draft.owner)
            .set("language", draft.language)
            .custom(Some(&draft.custom));
        self.record_create(fields).await
    }

    async fn update(&mut self, id: String, changes: Changes) -> Result<Contact> {
        let patch = Patch::default()
            .set("name", changes.name)
            .set("phones", changes.phones)
            .set("emails", changes.emails)
            .clear("company", changes.company)
            .clear("owner", changes.owner)
            .clear("language", changes.language)
            .custom(changes.custom.as_deref());
        self.record_update(&id, patch).await
    }
}

impl From<Given> for Filter {
    fn from(given: Given) -> Self {
        Self::of(Kind::Contact)
            .text("phone", given.phone)
            .email("email", given.email)
            .id("company", given.company)
            .id("owner", given.owner)
    }
}

impl Face for Contact {
    type Entity = crm::contact::Contact;

    fn new(head: Head, contact: Self::Entity) -> Self {
        Self {
            id: head.id,
            number: head.number,
            version: head.version,
            created_at: head.created_at,
            updated_at: head.updated_at,
            name: contact.name,
            phones: contact.phones,
            emails: contact.emails,
            company: text(contact.company),
            owner: text(contact.owner),
            language: contact.language,
            custom: object(contact.custom),
        }
    }
}
