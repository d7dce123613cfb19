//! Steps 5 to 7: the task, what becomes of the lead, the report, and the reminders.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::Person;

fn path(lead: &Value) -> String {
    format!("/api/v1/leads/{}", lead["id"].as_str().unwrap())
}

async fn convert(house: &House, by: &Person, lead: &Value) -> Value {
    let made = by.post(&format!("{}/convert", path(lead)), json!({})).await.ok();
    house.settle().await;
    made
}

/// A lead of these fields, taken by Boris.
async fn taken(house: &House, fields: Value) -> Value {
    let lead = house.lead(fields).await;
    house.boris.press(&house.boris.last().await, "accept").await.ok();
    house.settle().await;
    lead
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_5_the_owner_has_a_task_due_in_8_working_hours() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let offer = house.anna.last().await;
    house.advance(5).await;
    house.anna.press(&offer, "accept").await.ok();
    house.settle().await;
    let tasks = house.all("tasks").await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0]["title"], "Process lead 1 “Chairs”");
    assert_eq!((&tasks[0]["assignee"], &tasks[0]["status"]), (&json!(house.anna.id), &json!("open")));
    assert_eq!(tasks[0]["about"], json!({"kind": "lead", "id": lead["id"]}));
    // From 10:05 it is 7 h 55 min until 18:00; the rest is on Tuesday, until 09:05 in Berlin.
    assert_eq!(tasks[0]["due"], "2026-03-03T08:05:00.000000Z");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_5_converting_makes_contact_company_and_deal_linked_and_completes_the_task() {
    let house = House::open().await;
    let lead = taken(
        &house,
        json!({
            "title": "Chairs", "name": "Karl Kunde", "phone": "030 901820", "email": "Karl@Kunde.example",
            "company_name": "Kunde GmbH", "tax_id": "DE 136695976", "amount": {"minor": 123_450, "currency": "EUR"},
        }),
    )
    .await;
    let made = convert(&house, &house.boris, &lead).await;
    let (contact, company, deal) = (&made["contact"], &made["company"], &made["deal"]);
    assert_eq!(contact["phones"], json!(["+4930901820"]));
    assert_eq!(contact["emails"], json!(["karl@kunde.example"]));
    assert_eq!((&contact["name"], &contact["company"]), (&json!("Karl Kunde"), &company["id"]));
    assert_eq!((&company["name"], &company["tax_id"]), (&json!("Kunde GmbH"), &json!("DE136695976")));
    assert_eq!(deal["amount"], json!({"minor": 123_450, "currency": "EUR"}));
    assert_eq!((&deal["stage"], &deal["pipeline"]), (&json!("new"), &json!(house.company.pipeline)));
    for (field, record) in [("contact", contact), ("company", company), ("lead", &lead)] {
        assert_eq!(deal[field], record["id"], "{field}");
    }
    for record in [contact, company, deal] {
        assert_eq!(record["owner"], house.boris.id);
    }
    let after = house.record("leads", &lead["id"]).await;
    assert_eq!(after["status"], "converted");
    for (field, record) in [("contact", contact), ("company", company), ("deal", deal)] {
        assert_eq!(after[field], record["id"], "{field}");
    }
    let tasks = house.all("tasks").await;
    assert_eq!((tasks.len(), &tasks[0]["status"]), (1, &json!("done")));
    assert!(house.timers("lead-intake").await.is_empty());
    house.boris.post(&format!("{}/convert", path(&lead)), json!({})).await.names(&["/status"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_5_converting_uses_the_contact_again_that_has_the_phone_or_the_address() {
    let house = House::open().await;
    let by_phone = json!({"name": "Karl Kunde", "phones": ["+4930901820"]});
    let by_phone = house.ada.post("/api/v1/contacts", by_phone).await.ok();
    let by_email =
        house.ada.post("/api/v1/contacts", json!({"name": "Eva", "emails": ["eva@kunde.example"]})).await.ok();

    let lead = taken(&house, json!({"title": "Chairs", "name": "K.", "phone": "(030) 90 18 20"})).await;
    assert_eq!(convert(&house, &house.boris, &lead).await["contact"]["id"], by_phone["id"]);
    let lead = taken(&house, json!({"title": "Tables", "name": "E.", "email": "EVA@kunde.example"})).await;
    assert_eq!(convert(&house, &house.boris, &lead).await["contact"]["id"], by_email["id"]);
    assert_eq!(house.all("contacts").await.len(), 2, "none was made twice");

    let lead = taken(&house, json!({"title": "Lamps", "name": "Otto", "phone": "+4930901821"})).await;
    let otto = convert(&house, &house.boris, &lead).await["contact"].clone();
    assert!(otto["id"] != by_phone["id"] && otto["id"] != by_email["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_5_converting_uses_the_company_again_that_has_the_tax_id() {
    let house = House::open().await;
    let company = json!({"name": "Kunde GmbH", "tax_id": "DE136695976"});
    let company = house.ada.post("/api/v1/companies", company).await.ok();
    let fields = json!({"title": "Chairs", "name": "Karl", "company_name": "Kunde", "tax_id": "de 136-695-976"});
    let lead = taken(&house, fields).await;
    let made = convert(&house, &house.boris, &lead).await;
    assert_eq!(made["company"]["id"], company["id"]);
    assert_eq!(made["deal"]["company"], company["id"]);
    assert_eq!(house.all("companies").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_5_rejecting_needs_a_reason_and_completes_the_task() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    let before = house.boris.get(&path(&lead)).await;
    house.boris.patch(&path(&lead), json!({"status": "rejected"})).await.names(&["/reject_reason"]);
    house
        .boris
        .patch(&path(&lead), json!({"status": "rejected", "reject_reason": " "}))
        .await
        .names(&["/reject_reason"]);
    house.settle().await;
    assert_eq!(house.boris.get(&path(&lead)).await.etag(), before.etag());
    assert_eq!(house.all("tasks").await[0]["status"], "open");

    house.boris.patch(&path(&lead), json!({"status": "rejected", "reject_reason": "no budget"})).await.ok();
    house.settle().await;
    assert_eq!(house.all("tasks").await[0]["status"], "done");
    assert!(house.timers("lead-intake").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_6_the_head_gets_a_report_of_the_conversion() {
    let house = House::open().await;
    let lead =
        house.lead(json!({"title": "Chairs", "name": "Karl", "amount": {"minor": 123_450, "currency": "EUR"}})).await;
    let offer = house.anna.last().await;
    house.advance(5).await;
    house.anna.press(&offer, "accept").await.ok();
    house.settle().await;
    house.advance(130).await;
    let number = convert(&house, &house.anna, &lead).await["deal"]["number"].clone();
    let report = house.helga.last().await;
    assert_eq!(report["title"], "Lead 1 “Chairs” was converted");
    let expected = format!(
        "Responsible: Anna Petrova. Deal: {number}. Amount: 1,234.50\u{a0}EUR. Time to accept: 5 minutes. \
         Time to process: 2 hours 10 minutes."
    );
    assert_eq!(report["body"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_6_the_head_gets_a_report_of_the_rejection() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    house.advance(60).await;
    house.boris.patch(&path(&lead), json!({"status": "rejected", "reject_reason": "no budget"})).await.ok();
    house.settle().await;
    let report = house.helga.last().await;
    assert_eq!(report["title"], "Lead 1 “Chairs” was rejected");
    let expected = "Responsible: Boris Weber. Reason: no budget. Time to accept: 0 seconds. Time to process: 1 hour.";
    assert_eq!(report["body"], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_7_the_owner_is_reminded_every_2_hours_and_after_2_times_the_head_too() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.anna).await;
    let before = house.helga.titles().await;
    // Taken at 10:00, due at 18:00.
    house.advance(8 * 60 - 1).await;
    assert_eq!(house.anna.titles().await.len(), 1, "the offer");
    house.advance(1).await;
    let reminder = house.anna.last().await;
    assert_eq!(reminder["title"], "Лид 1 «Chairs» не обработан");
    assert_eq!(reminder["body"], "Ответственный: Anna Petrova. Просрочено: 0 секунд.");
    house.advance(119).await;
    assert_eq!(house.anna.last().await, reminder);
    house.advance(1).await;
    assert_eq!(house.anna.last().await["body"], "Ответственный: Anna Petrova. Просрочено: 2 часа.");
    assert_eq!(house.helga.titles().await, before, "the head hears of the third");
    house.advance(120).await;
    assert_eq!(house.anna.last().await["body"], "Ответственный: Anna Petrova. Просрочено: 4 часа.");
    let told = house.helga.last().await;
    assert_eq!(told["title"], "Lead 1 “Chairs” is not processed");
    assert_eq!(told["body"], "Responsible: Anna Petrova. Overdue: 4 hours.");

    house.anna.patch(&path(&lead), json!({"status": "rejected", "reject_reason": "no budget"})).await.ok();
    house.settle().await;
    let count = house.anna.titles().await.len();
    house.advance(24 * 60).await;
    assert_eq!(house.anna.titles().await.len(), count, "no reminder of what is done");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_7_times_are_the_admins() {
    let house = House::open().await;
    let config = json!({"process_within": "30m", "remind_every": "10m", "remind_times": 1});
    house.configure("lead-intake", config).await;
    house.accepted_by(&house.boris).await;
    let before = house.helga.titles().await.len();
    house.advance(30).await;
    assert_eq!(house.boris.last().await["title"], "Lead 1 “Chairs” is not processed");
    assert_eq!(house.helga.titles().await.len(), before);
    house.advance(10).await;
    assert_eq!(house.helga.last().await["body"], "Responsible: Boris Weber. Overdue: 10 minutes.");
}
