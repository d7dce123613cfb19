//! S3 `contract-approval`: a contract goes out when those have agreed who must.

use serde_json::{Value, json};

use crate::support::house::House;

async fn contract(house: &House, amount: i64) -> Value {
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "contract", "owner": house.boris.id,
        "amount": {"minor": amount, "currency": "EUR"}});
    let deal = house.boris.post("/api/v1/deals", deal).await.ok();
    let fields = json!({"title": "Contract", "document_kind": "contract", "owner": house.boris.id,
        "about": {"kind": "deal", "id": deal["id"]}, "fields": {"price": "100"}});
    house.boris.post("/api/v1/documents", fields).await.ok()
}

async fn change(house: &House, document: &Value, fields: Value) -> Value {
    let path = format!("/api/v1/documents/{}", document["id"].as_str().unwrap());
    house.boris.patch(&path, fields).await.ok();
    house.settle().await;
    house.record("documents", &document["id"]).await
}

async fn submit(house: &House, document: &Value) -> Value {
    change(house, document, json!({"status": "approval"})).await
}

/// Open tasks of a person, oldest first.
async fn tasks(house: &House, of: &str) -> Vec<String> {
    let tasks = house.all("tasks").await;
    let open = tasks.iter().filter(|task| task["assignee"] == of && task["status"] == "open");
    open.map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

/// The head and the admin approve; from a million on Clara, too.
async fn house() -> House {
    let house = House::with(&["contract-approval"]).await;
    let rules = json!([
        {"approvers": ["head", "role:admin"]},
        {"min_amount": 100_000_000, "approvers": [format!("user:{}", house.clara.id)]},
        {"deal_kind": "service", "approvers": [format!("user:{}", house.anna.id)]},
        {"department": "office", "approvers": [format!("user:{}", house.anna.id)]},
        {"approvers": [format!("user:{}", house.boris.id)]},
    ]);
    house.configure("contract-approval", json!({"rules": rules})).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_1_and_2_approvers_are_found_by_the_rules() {
    let house = house().await;
    let small = submit(&house, &contract(&house, 99_999_999).await).await;
    let users = |document: &Value| -> Vec<Value> {
        document["rounds"][0]["approvers"].as_array().unwrap().iter().map(|approver| approver["user"].clone()).collect()
    };
    assert_eq!((&small["status"], &small["rounds"][0]["by"]), (&json!("approval"), &json!(house.boris.id)));
    assert_eq!(users(&small), [json!(house.helga.id), json!(house.ada.id)], "never the initiator");
    let large = submit(&house, &contract(&house, 100_000_000).await).await;
    assert_eq!(users(&large), [json!(house.helga.id), json!(house.ada.id), json!(house.clara.id)]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_2_in_order_one_is_asked_after_the_other() {
    let house = house().await;
    let rules = json!([{"approvers": ["head", "role:admin"]}]);
    house.configure("contract-approval", json!({"rules": rules, "mode": "sequence"})).await;
    let document = submit(&house, &contract(&house, 100).await).await;
    assert!(house.ada.titles().await.is_empty());
    house.helga.press(&house.helga.last().await, "approve").await.ok();
    house.settle().await;
    house.ada.press(&house.ada.last().await, "approve").await.ok();
    house.settle().await;
    assert_eq!(house.record("documents", &document["id"]).await["status"], "approved");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_3_each_gets_a_task_and_three_buttons() {
    let house = house().await;
    submit(&house, &contract(&house, 100).await).await;
    for person in [&house.helga, &house.ada] {
        assert_eq!(tasks(&house, &person.id).await, ["Approve 1 “Contract”"]);
        let notice = person.last().await;
        let buttons: Vec<&str> =
            notice["buttons"].as_array().unwrap().iter().map(|button| button["label"].as_str().unwrap()).collect();
        assert_eq!(buttons, ["Approve", "Approve with remarks", "Send for rework"]);
        assert_eq!(notice["buttons"][1]["asks"]["type"], "text");
        person.answer(&notice, "send-for-rework", " ").await.names(&["/answer"]);
    }
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_4_and_7_the_initiator_hears_each_answer_and_gets_the_task() {
    let house = house().await;
    let document = submit(&house, &contract(&house, 100).await).await;
    let (helga, ada) = (house.helga.last().await, house.ada.last().await);
    house.helga.answer(&helga, "approve-with-remarks", "Add a date").await.ok();
    house.ada.press(&ada, "approve").await.ok();
    house.settle().await;
    let waits = house.record("documents", &document["id"]).await;
    assert_eq!(waits["status"], "approval", "the remarks are to be settled first");
    house.helga.press(&helga, "approve").await.problem(409, "notification_settled");
    // Nobody answers for others by writing the record.
    let path = format!("/api/v1/documents/{}", document["id"].as_str().unwrap());
    let forged = json!({"op": "update", "kind": "documents", "id": document["id"], "patch": {"rounds": []}});
    house.boris.patch(&path, json!({"rounds": waits["rounds"]})).await.names(&["/rounds"]);
    house.boris.post("/api/v1/batch", json!({"operations": [forged]})).await.names(&["/rounds"]);
    let inbox = house.boris.inbox().await;
    let remarks = inbox.iter().find(|notice| notice["body"] == "Add a date").unwrap();
    house.boris.press(remarks, "settle-remarks").await.ok();
    house.settle().await;
    assert_eq!(house.record("documents", &document["id"]).await["status"], "approved");
    let titles = house.boris.titles().await;
    assert_eq!(titles.len(), 3);
    for title in [
        "Helga Brandt on 1 “Contract”: approved with remarks",
        "Ada Lindqvist on 1 “Contract”: approved",
        "1 “Contract” is approved",
    ] {
        assert!(titles.iter().any(|told| told == title), "{title}: {titles:?}");
    }
    assert_eq!(tasks(&house, &house.boris.id).await, ["Send contract to client: 1 “Contract”"]);
    assert!(tasks(&house, &house.ada.id).await.is_empty() && house.timers("contract-approval").await.is_empty());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_5_not_decided_in_time() {
    let house = house().await;
    let rules = json!([{"approvers": [format!("user:{}", house.clara.id)]}]);
    house.configure("contract-approval", json!({"rules": rules})).await;
    submit(&house, &contract(&house, 100).await).await;
    house.advance_to("2026-03-02T16:59:00Z").await;
    assert!(house.helga.titles().await.is_empty());
    // Asked at ten with eight working hours a day: until six in the evening there are eight.
    house.advance_to("2026-03-02T17:00:00Z").await;
    assert_eq!(house.helga.titles().await, ["Clara Schmidt has not decided on 1 “Contract”"]);
    assert_eq!(house.clara.last().await["title"], "1 “Contract” waits for your decision");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_6_rework_and_the_next_round() {
    let house = house().await;
    let document = submit(&house, &contract(&house, 100).await).await;
    house.helga.answer(&house.helga.last().await, "send-for-rework", "Wrong price").await.ok();
    house.settle().await;
    let back = house.record("documents", &document["id"]).await;
    assert_eq!((&back["status"], &back["rounds"][0]["outcome"]), (&json!("draft"), &json!("rework")));
    assert_eq!(back["rounds"][0]["approvers"][0]["comment"], "Wrong price");
    assert_eq!(house.ada.last().await["outcome"], "The round is over");
    assert!(tasks(&house, &house.ada.id).await.is_empty(), "the other approvals are withdrawn");
    let again = submit(&house, &document).await;
    assert_eq!((&again["rounds"][1]["number"], &again["rounds"][0]), (&json!(2), &back["rounds"][0]));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_2_whoever_leads_an_approver_who_left_is_asked() {
    let house = house().await;
    let rules = json!([{"approvers": [format!("user:{}", house.clara.id)]}]);
    house.configure("contract-approval", json!({"rules": rules})).await;
    let document = submit(&house, &contract(&house, 100).await).await;
    assert_eq!(tasks(&house, &house.clara.id).await, ["Approve 1 “Contract”"]);
    house.user(&house.clara, json!({"active": false})).await;
    assert!(tasks(&house, &house.clara.id).await.is_empty());
    assert_eq!(tasks(&house, &house.helga.id).await, ["Approve 1 “Contract”"]);
    house.helga.press(&house.helga.last().await, "approve").await.ok();
    house.settle().await;
    assert_eq!(house.record("documents", &document["id"]).await["status"], "approved");
    // Where nobody can take the place, the document goes back: it is the head herself who asked.
    let rules = json!([{"approvers": [format!("user:{}", house.anna.id)]}]);
    house.configure("contract-approval", json!({"rules": rules})).await;
    let own = json!({"title": "Own", "document_kind": "contract", "owner": house.helga.id, "about": document["about"]});
    let own = house.helga.post("/api/v1/documents", own).await.ok();
    house
        .helga
        .patch(&format!("/api/v1/documents/{}", own["id"].as_str().unwrap()), json!({"status": "approval"}))
        .await
        .ok();
    house.settle().await;
    house.user(&house.anna, json!({"active": false})).await;
    assert_eq!(house.record("documents", &own["id"]).await["status"], "draft");
    assert!(house.helga.titles().await.iter().any(|title| title.contains("nobody") || title.contains("Nobody")));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_8_edited_in_approval_the_round_is_void() {
    let house = house().await;
    let document = submit(&house, &contract(&house, 100).await).await;
    let edited = change(&house, &document, json!({"fields": {"price": "200"}})).await;
    assert_eq!((&edited["status"], &edited["rounds"][0]["outcome"]), (&json!("draft"), &json!("void")));
    for person in [&house.boris, &house.helga, &house.ada] {
        assert_eq!(person.last().await["title"], "1 “Contract” was edited: round 1 is void");
    }
    assert!(tasks(&house, &house.helga.id).await.is_empty() && house.timers("contract-approval").await.is_empty());
    house.all_is_well().await;
}
