//! S11 `deal-progress`: a deal moves on when its work is done.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::Answer;

async fn deal(house: &House) -> Value {
    let fields =
        json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "documents", "owner": house.anna.id});
    house.anna.post("/api/v1/deals", fields).await.ok()
}

async fn document(house: &House, deal: &Value, kind: &str) -> Value {
    let about = json!({"kind": "deal", "id": deal["id"]});
    let fields = json!({"title": kind, "document_kind": kind, "about": about, "owner": house.anna.id});
    house.anna.post("/api/v1/documents", fields).await.ok()
}

async fn set(house: &House, document: &Value, status: &str) -> Answer {
    let path = format!("/api/v1/documents/{}", document["id"].as_str().unwrap());
    let answer = house.anna.patch(&path, json!({"status": status})).await;
    house.settle().await;
    answer
}

async fn stage(house: &House, deal: &Value) -> String {
    house.record("deals", &deal["id"]).await["stage"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_1_from_documents_to_won() {
    let house = House::with(&["deal-progress"]).await;
    let deal = deal(&house).await;
    let (contract, waybill) = (document(&house, &deal, "contract").await, document(&house, &deal, "waybill").await);
    set(&house, &contract, "sent").await.ok();
    assert_eq!(stage(&house, &deal).await, "documents");
    set(&house, &contract, "signed").await.ok();
    assert_eq!(stage(&house, &deal).await, "payment", "the contract is signed and with the client");
    let company = house.anna.post("/api/v1/companies", json!({"name": "ACME"})).await.ok();
    let item = json!({"title": "Chair", "quantity": "2", "price": {"minor": 5000, "currency": "EUR"}});
    let fields = json!({"deal": deal["id"], "issuer": {"key": "us", "details": {"legal_name": "We"}}, "company": company["id"], "items": [item],
        "due_date": "2026-04-01", "payer": {"legal_name": "ACME"}});
    let invoice = house.anna.post("/api/v1/invoices", fields).await.ok();
    let payment =
        json!([{"amount": {"minor": 10_000, "currency": "EUR"}, "at": "2026-03-02T09:00:00Z", "reference": "b1"}]);
    let path = format!("/api/v1/invoices/{}", invoice["id"].as_str().unwrap());
    house.anna.patch(&path, json!({"status": "issued"})).await.ok();
    house.anna.patch(&path, json!({"payments": payment})).await.ok();
    house.settle().await;
    assert_eq!(stage(&house, &deal).await, "shipment");
    set(&house, &waybill, "sent").await.ok();
    set(&house, &waybill, "signed").await.ok();
    let won = house.record("deals", &deal["id"]).await;
    assert_eq!((&won["stage"], won["closed_at"].is_null()), (&json!("won"), false));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_1_never_backwards_nor_past_what_a_person_set() {
    let house = House::with(&["deal-progress"]).await;
    let deal = deal(&house).await;
    let (contract, act) = (document(&house, &deal, "contract").await, document(&house, &deal, "act").await);
    let path = format!("/api/v1/deals/{}", deal["id"].as_str().unwrap());
    house.anna.patch(&path, json!({"stage": "agreed"})).await.ok();
    for status in ["sent", "signed"] {
        set(&house, &contract, status).await.ok();
    }
    assert_eq!(stage(&house, &deal).await, "agreed", "it is in no stage that ends by itself");
    house.anna.patch(&path, json!({"stage": "documents"})).await.ok();
    house.settle().await;
    set(&house, &act, "sent").await.ok();
    assert_eq!(stage(&house, &deal).await, "documents", "what was done before the person set it does not count");
    house.anna.patch(&path, json!({"stage": "won"})).await.ok();
    set(&house, &act, "signed").await.ok();
    assert_eq!(stage(&house, &deal).await, "won");
    house.all_is_well().await;
}
