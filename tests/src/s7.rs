//! S7 `deal-stage-notify`: the head hears of every move of a deal.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::Person;

/// A deal of Anna's worth 1,234.50 euro, in the first stage.
async fn deal(house: &House) -> Value {
    let fields = json!({
        "title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "owner": house.anna.id,
        "amount": {"minor": 123_450, "currency": "EUR"},
    });
    let made = house.anna.post("/api/v1/deals", fields).await.ok();
    house.settle().await;
    made
}

async fn go(house: &House, by: &Person, deal: &Value, fields: Value) {
    by.patch(&format!("/api/v1/deals/{}", deal["id"].as_str().unwrap()), fields).await.ok();
    house.settle().await;
}

async fn to(house: &House, deal: &Value, stage: &str) {
    go(house, &house.anna, deal, json!({"stage": stage})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_1_the_responsible_user_moves_the_deal() {
    let house = House::open().await;
    let deal = deal(&house).await;
    to(&house, &deal, "agreed").await;
    let moved = house.record("deals", &deal["id"]).await;
    assert_eq!((&moved["stage"], &moved["version"]), (&json!("agreed"), &json!(2)));
    house
        .anna
        .patch(&format!("/api/v1/deals/{}", deal["id"].as_str().unwrap()), json!({"stage": "nowhere"}))
        .await
        .names(&["/stage"]);
    assert_eq!(house.record("deals", &deal["id"]).await, moved);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_1_only_a_move_tells_anybody() {
    let house = House::open().await;
    let deal = deal(&house).await;
    go(&house, &house.anna, &deal, json!({"title": "Tables"})).await;
    to(&house, &deal, "new").await;
    assert!(house.helga.titles().await.is_empty());
    to(&house, &deal, "agreed").await;
    assert_eq!(house.helga.titles().await.len(), 1);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_the_head_is_told_number_stages_name_and_amount() {
    let house = House::open().await;
    let deal = deal(&house).await;
    to(&house, &deal, "agreed").await;
    let told = house.helga.last().await;
    assert_eq!(told["title"], "Deal 1: New → Agreed");
    assert_eq!(told["body"], "“Chairs”. Responsible: Anna Petrova. Amount: 1,234.50\u{a0}EUR.");
    assert_eq!(told["about"], json!({"kind": "deal", "id": deal["id"]}));
    assert!(house.anna.titles().await.is_empty() && house.ada.titles().await.is_empty());

    house.user(&house.helga, json!({"language": "ru"})).await;
    to(&house, &deal, "documents").await;
    let told = house.helga.last().await;
    assert_eq!(told["title"], "Сделка 1: Agreed → Documents");
    assert_eq!(told["body"], "«Chairs». Ответственный: Anna Petrova. Сумма: 1\u{a0}234,50\u{a0}EUR.");
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_stages_are_the_admins() {
    let house = House::open().await;
    house.configure("deal-stage-notify", json!({"stages": ["contract", "won"]})).await;
    let deal = deal(&house).await;
    for stage in ["agreed", "documents", "contract", "payment", "won"] {
        to(&house, &deal, stage).await;
    }
    assert_eq!(house.helga.titles().await, ["Deal 1: Documents → Contract", "Deal 1: Payment → Won"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_pipelines_are_the_admins() {
    let house = House::open().await;
    let stages = json!([{"key": "new", "title": "New"}, {"key": "agreed", "title": "Settled"}]);
    let repairs = json!({"key": "repairs", "title": "Repairs", "stages": stages});
    let repairs = house.ada.post("/api/v1/pipelines", repairs).await.ok();
    house.configure("deal-stage-notify", json!({"pipelines": ["repairs"]})).await;
    let sale = deal(&house).await;
    to(&house, &sale, "agreed").await;
    assert!(house.helga.titles().await.is_empty());
    let fields = json!({"title": "Leg", "pipeline": repairs["id"], "stage": "new", "owner": house.anna.id});
    let repair = house.anna.post("/api/v1/deals", fields).await.ok();
    to(&house, &repair, "agreed").await;
    assert_eq!(house.helga.titles().await, ["Deal 2: New → Settled"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_further_recipients_are_told_once_each() {
    let house = House::open().await;
    let recipients = ["owner", &format!("user:{}", house.ada.id), "head:sales", "department:sales"];
    house.configure("deal-stage-notify", json!({"recipients": recipients})).await;
    let deal = deal(&house).await;
    to(&house, &deal, "agreed").await;
    for person in [&house.helga, &house.ada, &house.boris, &house.clara] {
        assert_eq!(person.titles().await, ["Deal 1: New → Agreed"], "{}", person.name);
    }
    assert_eq!(house.anna.titles().await, ["Сделка 1: New → Agreed"]);
    house.configure("deal-stage-notify", json!({"recipients": recipients, "channels": []})).await;
    to(&house, &deal, "documents").await;
    assert_eq!(house.helga.titles().await.len(), 1, "no channel, no notice");
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_several_moves_within_settle_make_one_notice() {
    let house = House::open().await;
    house.configure("deal-stage-notify", json!({"settle": "5m"})).await;
    let deal = deal(&house).await;
    to(&house, &deal, "agreed").await;
    house.advance(2).await;
    to(&house, &deal, "documents").await;
    to(&house, &deal, "contract").await;
    house.advance(2).await;
    assert!(house.helga.titles().await.is_empty());
    house.advance(1).await;
    assert_eq!(house.helga.titles().await, ["Deal 1: New → Contract"]);
    assert!(house.timers("deal-stage-notify").await.is_empty());

    to(&house, &deal, "payment").await;
    house.advance(5).await;
    assert_eq!(house.helga.titles().await, ["Deal 1: New → Contract", "Deal 1: Contract → Payment"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_there_and_back_within_settle_makes_no_notice() {
    let house = House::open().await;
    house.configure("deal-stage-notify", json!({"settle": "5m"})).await;
    let deal = deal(&house).await;
    to(&house, &deal, "agreed").await;
    to(&house, &deal, "new").await;
    house.advance(10).await;
    assert!(house.helga.titles().await.is_empty());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_2_a_deal_deleted_while_its_moves_settle_is_told_to_nobody() {
    let house = House::open().await;
    house.configure("deal-stage-notify", json!({"settle": "5m"})).await;
    let deal = deal(&house).await;
    to(&house, &deal, "agreed").await;
    assert_eq!(house.anna.delete(&format!("/api/v1/deals/{}", deal["id"].as_str().unwrap())).await.status, 204);
    house.advance(10).await;
    assert!(house.helga.titles().await.is_empty());
    house.all_is_well().await;
}
