//! Converting a lead into a contact, a company where one is given, and a deal.
//!
//! What to make and what to add, that is: finding and writing is the caller's. First the company, then the contact
//! that works there, the deal with both, and last the lead, linked to all three.

use super::company::Company;
use super::contact::Contact;
use super::deal::{Deal, DealKind};
use super::id::Id;
use super::invalid::Invalid;
use super::lead::Lead;
use super::lead_status::LeadStatus;
use super::pipeline::Pipeline;

/// What is known already of the customer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Found<'a> {
    /// The contact that has the lead's phone number.
    pub by_phone: Option<(Id, &'a Contact)>,
    /// The contact that has the lead's e-mail address. Where it is another one, the phone number decides.
    pub by_email: Option<(Id, &'a Contact)>,
    /// The company that has the lead's tax id.
    pub by_tax_id: Option<Id>,
}

/// What shall be done with a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Step<T> {
    /// Make one of these fields.
    Create(T),
    /// It is there: give it these fields.
    Update(Id, T),
    /// It is there, and stays as it is.
    Keep(Id),
}

/// A lead that can be converted.
#[derive(Debug, Clone, Copy)]
pub struct Conversion<'a> {
    lead: &'a Lead,
    found: Found<'a>,
}

impl<'a> Conversion<'a> {
    /// Begins it.
    ///
    /// # Errors
    /// Where the lead is converted or rejected, or has neither name, phone number nor e-mail address.
    pub fn of(lead: &'a Lead, found: Found<'a>) -> Result<Self, Invalid> {
        let mut invalid = Invalid::default();
        invalid.check(!lead.status.is_closed(), "/status", "the lead is converted or rejected already");
        invalid.check(lead.customer().is_some(), "", "a name, a phone number or an e-mail address is needed");
        invalid.or(Self { lead, found })
    }

    /// The company, where the lead names one or has a tax id.
    #[must_use]
    pub fn company(&self) -> Option<Step<Company>> {
        let lead = self.lead;
        let name = lead.company_name.as_ref().or(lead.tax_id.as_ref())?;
        Some(match self.found.by_tax_id {
            Some(id) => Step::Keep(id),
            None => Step::Create(Company {
                name: name.clone(),
                tax_id: lead.tax_id.clone(),
                billing: Default::default(),
                phones: Vec::new(),
                emails: Vec::new(),
                owner: lead.owner,
                custom: Default::default(),
            }),
        })
    }

    /// The contact: the one found, with what the lead adds to it, or a new one. `company` is what became of
    /// [`Conversion::company`].
    #[must_use]
    pub fn contact(&self, company: Option<Id>) -> Step<Contact> {
        let lead = self.lead;
        let Some((id, found)) = self.found_contact() else {
            return Step::Create(Contact {
                name: lead.customer().unwrap_or_default().to_owned(),
                phones: lead.phone.iter().cloned().collect(),
                emails: lead.email.iter().cloned().collect(),
                company,
                owner: lead.owner,
                language: lead.language.clone(),
                time_zone: None,
                messenger: None,
                consent: Default::default(),
                opted_out: Default::default(),
                tax_id: None,
                billing: Default::default(),
                custom: Default::default(),
            });
        };
        let mut contact = found.clone();
        // Made from a call, a contact is named by its number until somebody learns the name.
        if let Some(name) = &lead.name
            && contact.phones.contains(&contact.name)
        {
            contact.name.clone_from(name);
        }
        add(&mut contact.phones, lead.phone.as_ref());
        // Where another contact has the address, it stays there: it is unique.
        if self.found.by_email.is_none() {
            add(&mut contact.emails, lead.email.as_ref());
        }
        contact.company = contact.company.or(company);
        contact.owner = contact.owner.or(lead.owner);
        contact.language = contact.language.or_else(|| lead.language.clone());
        if contact == *found { Step::Keep(id) } else { Step::Update(id, contact) }
    }

    /// The deal, in the first stage of the pipeline. Where the lead names no company, it is with the one that the found
    /// contact works for.
    ///
    /// # Errors
    /// Where the pipeline has no stage.
    pub fn deal(
        &self,
        lead: Id,
        (pipeline, stages): (Id, &Pipeline),
        contact: Id,
        company: Option<Id>,
    ) -> Result<Deal, Invalid> {
        let first = stages.stages.first().ok_or_else(|| Invalid::field("/pipeline", "has no stage"))?;
        Ok(Deal {
            title: self.lead.title.clone(),
            deal_kind: DealKind::default(),
            pipeline,
            stage: first.key.clone(),
            owner: self.lead.owner,
            amount: self.lead.amount,
            items: Vec::new(),
            expected_at: None,
            lost_reason: None,
            contact: Some(contact),
            company: company.or_else(|| self.found_contact()?.1.company),
            lead: Some(lead),
            closed_at: None,
            custom: Default::default(),
        })
    }

    /// The lead itself, converted.
    #[must_use]
    pub fn lead(&self, contact: Id, company: Option<Id>, deal: Id) -> Lead {
        Lead {
            status: LeadStatus::Converted,
            resume_at: None,
            contact: Some(contact),
            company,
            deal: Some(deal),
            ..self.lead.clone()
        }
    }

    fn found_contact(&self) -> Option<(Id, &'a Contact)> {
        self.found.by_phone.or(self.found.by_email)
    }
}

fn add(texts: &mut Vec<String>, text: Option<&String>) {
    texts.extend(text.filter(|text| !texts.contains(text)).cloned().into_iter().collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::crm::entity::Entity;
    use crate::crm::kind::Kind;
    use crate::crm::testing::admitted;

    const fn id(n: u8) -> Id {
        Id::from_bytes([n; 16])
    }

    fn lead(more: Value) -> Lead {
        let fields = json!({"title": "Chairs", "status": "in_progress", "owner": id(1)});
        let fields = crate::crm::testing::with(&fields, more);
        serde_json::from_value(admitted(Kind::Lead, None, fields)).unwrap()
    }

    fn contact(fields: Value) -> Contact {
        serde_json::from_value(fields).unwrap()
    }

    fn is_admitted<E: Entity>(before: Option<&E>, entity: &E) {
        let before = before.map(|before| serde_json::to_value(before).unwrap());
        admitted(E::KIND, before.as_ref(), serde_json::to_value(entity).unwrap());
    }

    #[test]
    fn a_new_customer_with_a_company() {
        let lead = lead(json!({
            "name": "Ann", "phone": "030 901820", "email": "a@b.de", "company_name": "ACME", "tax_id": "DE1",
            "amount": {"minor": 500, "currency": "EUR"}, "language": "de",
        }));
        let pipeline: Pipeline = serde_json::from_value(json!({"key": "sales", "title": "Sales", "stages": [
            {"key": "first", "title": "First"}, {"key": "won", "title": "Won", "outcome": "won"},
        ]}))
        .unwrap();
        let conversion = Conversion::of(&lead, Found::default()).unwrap();

        let Some(Step::Create(company)) = conversion.company() else { panic!("a company is made") };
        assert_eq!((company.name.as_str(), company.tax_id.as_deref()), ("ACME", Some("DE1")));
        is_admitted(None, &company);
        let Step::Create(contact) = conversion.contact(Some(id(3))) else { panic!("a contact is made") };
        assert_eq!(
            serde_json::to_value(&contact).unwrap(),
            json!({"name": "Ann", "phones": ["+4930901820"], "emails": ["a@b.de"], "company": id(3), "owner": id(1),
                "language": "de", "custom": {}})
        );
        is_admitted(None, &contact);
        let deal = conversion.deal(id(2), (id(9), &pipeline), id(4), Some(id(3))).unwrap();
        assert_eq!(
            serde_json::to_value(&deal).unwrap(),
            json!({"title": "Chairs", "deal_kind": "goods", "pipeline": id(9), "stage": "first", "owner": id(1),
                "amount": {"minor": 500, "currency": "EUR"}, "contact": id(4), "company": id(3), "lead": id(2),
                "custom": {}})
        );
        is_admitted(None, &deal);
        let converted = conversion.lead(id(4), Some(id(3)), id(5));
        assert_eq!(converted.status, LeadStatus::Converted);
        is_admitted(Some(&lead), &converted);
    }

    #[test]
    fn a_known_customer_gains_what_is_new() {
        let lead = lead(json!({"name": "Ann", "phone": "+4930901820", "email": "a@b.de", "tax_id": "DE1"}));
        let known =
            contact(json!({"name": "+4930901820", "phones": ["+4930901820"], "emails": ["old@b.de"], "owner": id(8)}));
        let other = contact(json!({"name": "Bob", "emails": ["a@b.de"]}));
        let found = Found { by_phone: Some((id(4), &known)), by_email: None, by_tax_id: Some(id(3)) };
        let conversion = Conversion::of(&lead, found).unwrap();
        assert_eq!(conversion.company(), Some(Step::Keep(id(3))));
        let Step::Update(of, updated) = conversion.contact(Some(id(3))) else { panic!("the contact is updated") };
        assert_eq!(of, id(4));
        assert_eq!(updated.name, "Ann");
        assert_eq!(updated.emails, ["old@b.de", "a@b.de"]);
        assert_eq!((updated.company, updated.owner), (Some(id(3)), Some(id(8))));

        let both = Found { by_email: Some((id(6), &other)), ..found };
        let Step::Update(_, updated) = Conversion::of(&lead, both).unwrap().contact(None) else { panic!() };
        assert_eq!(updated.emails, ["old@b.de"]);

        let Step::Update(of, updated) = Conversion::of(&lead, Found { by_phone: None, ..both }).unwrap().contact(None)
        else {
            panic!()
        };
        assert_eq!((of, updated.name.as_str(), updated.phones), (id(6), "Bob", vec!["+4930901820".to_owned()]));
    }

    #[test]
    fn nothing_new_is_nothing_written() {
        let lead = lead(json!({"phone": "+4930901820"}));
        let known = contact(json!({"name": "Ann", "phones": ["+4930901820"], "owner": id(1), "company": id(7)}));
        let found = Found { by_phone: Some((id(4), &known)), ..Found::default() };
        let conversion = Conversion::of(&lead, found).unwrap();
        assert_eq!(conversion.company(), None);
        assert_eq!(conversion.contact(None), Step::Keep(id(4)));
        let pipeline: Pipeline =
            serde_json::from_value(json!({"key": "s", "title": "S", "stages": [{"key": "a", "title": "A"}]})).unwrap();
        assert_eq!(conversion.deal(id(2), (id(9), &pipeline), id(4), None).unwrap().company, Some(id(7)));
    }

    #[test]
    fn refusals() {
        let field = |lead: Lead| Conversion::of(&lead, Found::default()).unwrap_err().0[0].field.clone();
        assert_eq!(field(lead(json!({}))), "");
        assert_eq!(field(Lead { status: LeadStatus::Converted, ..lead(json!({"name": "A"})) }), "/status");
        assert_eq!(field(Lead { status: LeadStatus::Rejected, ..lead(json!({"name": "A"})) }), "/status");
    }
}
