use takt_sdk::prelude::*;

use super::DealDocuments;

fn trial() -> Trial<DealDocuments> {
    let trial = Trial::new();
    let user = |id: &str| User { id: id.into(), active: true, department: Some("d".into()), ..User::default() };
    trial.add(Department { id: "d".into(), head: Some("eve".into()), ..Department::default() });
    trial.add(user("ann"));
    trial.add(user("eve"));
    trial.add(Company {
        id: "c".into(),
        name: "ACME".into(),
        emails: vec!["a@acme.example".into()],
        ..Company::default()
    });
    let (owner, company) = (Some("ann".into()), Some("c".into()));
    let deal = Deal { id: "x".into(), title: "Chairs".into(), stage: "new".into(), owner, company, ..Deal::default() };
    trial.add(deal);
    trial
}

fn complete(trial: &Trial<DealDocuments>) {
    let some = |text: &str| Some(text.to_owned());
    trial
        .change::<Company>(&Actor::User("ann".into()), "c", |company| {
            company.tax_id = some("DE1");
            company.billing = Billing {
                legal_name: some("ACME GmbH"),
                address: some("Berlin"),
                bank: None,
                bank_account: some("DE02"),
                signatory: some("K. Kunde"),
            };
        })
        .unwrap();
}

#[test]
fn asked_completed_prepared_and_sent() {
    let trial = trial();
    let ann = Actor::User("ann".into());
    trial.change::<Deal>(&ann, "x", |deal| deal.stage = "agreed".into()).unwrap();
    let task = trial.all::<Task>().remove(0);
    assert_eq!((task.title.as_str(), task.assignee.as_deref()), ("Request billing details: “Chairs”", Some("ann")));
    assert!(trial.all::<Document>().is_empty());
    complete(&trial);
    assert_eq!(trial.get::<Task>(&task.id).unwrap().status, TaskStatus::Done);
    let kinds: Vec<DocumentKind> = trial.all::<Document>().iter().map(|document| document.document_kind).collect();
    assert_eq!(kinds, [DocumentKind::Contract, DocumentKind::Invoice, DocumentKind::Waybill]);
    assert_eq!(trial.get::<Deal>("x").unwrap().stage, "documents");
    let deal = trial.get::<Deal>("x").unwrap().reference();
    assert!(trial.press_on(&deal, "send-documents", "eve").is_err());
    trial.press_on(&deal, "send-documents", "ann").unwrap();
    let message = trial.all::<Message>().remove(0);
    assert_eq!((message.to.as_deref(), message.attachments.len()), (Some("a@acme.example"), 3));
    assert!(trial.all::<Document>().iter().all(|document| document.status == DocumentStatus::Sent));
    assert!(trial.press_on(&deal, "send-documents", "ann").is_err());
    assert!(trial.failures().is_empty());
}

#[test]
fn a_deal_that_goes_on_by_itself_is_asked_for_nothing() {
    let trial = trial();
    let ann = Actor::User("ann".into());
    trial.change::<Deal>(&ann, "x", |deal| deal.stage = "agreed".into()).unwrap();
    trial.change::<Deal>(&ann, "x", |deal| deal.stage = "lost".into()).unwrap();
    assert_eq!(trial.all::<Task>()[0].status, TaskStatus::Cancelled);
    complete(&trial);
    assert!(trial.all::<Document>().is_empty() && trial.failures().is_empty());
}
