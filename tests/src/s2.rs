//! S2 `deal-documents`: a deal's papers, from the billing details to the client's mailbox.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::items;
use crate::support::smtp::MailServer;

/// A deal of Boris's with a company that has no billing details yet.
pub async fn deal(house: &House, kind: &str) -> (Value, Value) {
    let company = json!({"name": "ACME", "emails": ["office@acme.example"]});
    let company = house.boris.post("/api/v1/companies", company).await.ok();
    let item =
        json!({"title": "Chair", "quantity": "4", "price": {"minor": 25_000, "currency": "EUR"}, "vat_rate": 1900});
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "deal_kind": kind,
        "owner": house.boris.id, "company": company["id"], "items": [item]});
    (house.boris.post("/api/v1/deals", deal).await.ok(), company)
}

pub async fn stage(house: &House, deal: &Value, stage: &str) {
    house.boris.patch(&path("deals", deal), json!({"stage": stage})).await.ok();
    house.settle().await;
}

pub async fn complete(house: &House, company: &Value) {
    let billing = json!({"legal_name": "ACME GmbH", "address": "Hauptstr. 1, Berlin", "bank_account": "DE02120300000000202051",
        "signatory": "Karl Kunde, director"});
    let path = path("companies", company);
    house.boris.patch(&path, json!({"tax_id": "DE123456789", "billing": billing})).await.ok();
    house.settle().await;
}

pub fn path(kind: &str, record: &Value) -> String {
    format!("/api/v1/{kind}/{}", record["id"].as_str().unwrap())
}

async fn documents(house: &House) -> Vec<String> {
    let of = |document: &Value| document["document_kind"].as_str().unwrap().to_owned();
    house.all("documents").await.iter().map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_1_the_owner_is_asked_for_the_details() {
    let house = House::with(&["deal-documents"]).await;
    let (deal, _) = deal(&house, "goods").await;
    stage(&house, &deal, "agreed").await;
    let task = house.all("tasks").await.remove(0);
    assert_eq!(task["title"], "Request billing details: 1 “Chairs”");
    assert_eq!((&task["assignee"], &task["due"]), (&json!(house.boris.id), &json!("2026-03-03T09:00:00.000000Z")));
    let body = "Given by Helga Brandt. Missing: legal_name, tax_id, address, bank_account, signatory.";
    assert_eq!(task["body"], body);
    assert_eq!(house.boris.titles().await, ["Billing details are needed for 1 “Chairs”"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_2_the_task_completes_itself() {
    let house = House::with(&["deal-documents"]).await;
    let (deal, company) = deal(&house, "goods").await;
    stage(&house, &deal, "agreed").await;
    house.boris.patch(&path("companies", &company), json!({"billing": {"legal_name": "ACME GmbH"}})).await.ok();
    house.settle().await;
    assert_eq!(house.all("tasks").await[0]["status"], "open");
    complete(&house, &company).await;
    assert_eq!(house.all("tasks").await[0]["status"], "done");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_3_the_deal_s_kind_says_which_papers() {
    for (kind, papers) in [("goods", ["contract", "invoice", "waybill"]), ("service", ["contract", "invoice", "act"])] {
        let house = House::with(&["deal-documents"]).await;
        let (deal, company) = deal(&house, kind).await;
        complete(&house, &company).await;
        stage(&house, &deal, "agreed").await;
        assert_eq!(documents(&house).await, papers);
        assert!(house.all("tasks").await.is_empty(), "nothing was to be asked for");
        let deal = house.record("deals", &deal["id"]).await;
        assert_eq!(deal["stage"], "documents");
        assert_eq!(house.all("documents").await[0]["totals"]["gross"]["minor"], 119_000);
        house.all_is_well().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_6_the_owner_sends_the_papers_by_mail() {
    let mut server = MailServer::open().await;
    let house = House::set_up(&["deal-documents"], server.settings()).await;
    let (deal, company) = deal(&house, "goods").await;
    let button = format!("{}/commands/send-documents", path("deals", &deal));
    let nothing = house.boris.post(&button, json!({})).await.problem(409, "refused");
    assert_eq!(nothing["detail"], "There are no documents to send");
    complete(&house, &company).await;
    stage(&house, &deal, "agreed").await;
    let not_hers = house.helga.post(&button, json!({})).await.problem(409, "refused");
    assert_eq!(not_hers["detail"], "Only the deal's owner sends its documents");
    server.answers(&["451 4.3.0 Try again"]);
    let pressed = house.boris.post(&button, json!({})).await.ok();
    assert_eq!(pressed["reply"]["message"], "The documents are on their way to office@acme.example");
    house.settle().await;
    // The deal shows how it goes: queued with the reason why, then sent.
    let about = format!("/api/v1/messages?about={}", deal["id"].as_str().unwrap());
    let on_the_deal = async || items(house.boris.get(&about).await).remove(0);
    let waits = on_the_deal().await;
    assert_eq!((&waits["status"], &waits["attempts"]), (&json!("queued"), &json!(1)));
    assert!(waits["error"].as_str().unwrap().contains("Try again"), "{waits}");
    house.advance(60).await;
    assert_eq!(on_the_deal().await["status"], "sent");
    let mail = server.next().await;
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    assert_eq!((mail.to[0].as_str(), parsed.subject()), ("office@acme.example", Some("Documents: Chairs")));
    let files: Vec<&[u8]> = parsed.attachments().map(mail_parser::MessagePart::contents).collect();
    assert_eq!(files.len(), 3);
    assert!(files.iter().all(|file| file.starts_with(b"%PDF-")));
    assert!(house.all("documents").await.iter().all(|document| document["status"] == "sent"));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s2_7_signed_papers_move_the_deal_on() {
    let house = House::with(&["deal-documents", "deal-progress"]).await;
    let (deal, company) = deal(&house, "service").await;
    complete(&house, &company).await;
    stage(&house, &deal, "agreed").await;
    let papers = house.all("documents").await;
    let kinds: Vec<&str> = papers.iter().map(|paper| paper["document_kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["contract", "invoice", "act"]);
    let set = async |paper: &Value, status: &str| {
        house.boris.patch(&path("documents", paper), json!({"status": status})).await.ok();
        house.settle().await;
        house.record("deals", &deal["id"]).await["stage"].clone()
    };
    for paper in &papers {
        assert_eq!(set(paper, "sent").await, "documents");
    }
    assert_eq!(set(&papers[0], "signed").await, "payment", "through `contract`: it is with the client, and signed");
    house.all_is_well().await;
}
