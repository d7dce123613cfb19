//! S10 `client-notify`: what clients are told, and when they are not.

use serde_json::{Value, json};

use crate::s2::path;
use crate::support::house::House;

async fn contact(house: &House, more: Value) -> Value {
    let nth = house.all("contacts").await.len();
    let mut fields = json!({"name": "Karl Kunde", "phones": [format!("+493090182{nth}")],
        "emails": [format!("karl{nth}@kunde.example")], "consent": ["sms", "email"]});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.boris.post("/api/v1/contacts", fields).await.ok()
}

async fn deal(house: &House, contact: &Value) -> Value {
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "owner": house.boris.id,
        "contact": contact["id"]});
    house.boris.post("/api/v1/deals", deal).await.ok()
}

async fn stage(house: &House, deal: &Value, stage: &str) {
    house.boris.patch(&path("deals", deal), json!({"stage": stage})).await.ok();
    house.settle().await;
}

/// Channel, address, text and state of each message.
async fn messages(house: &House) -> Vec<Value> {
    let shown = |message: &Value| json!([message["channel"], message["to"], message["body"], message["not_before"]]);
    house.all("messages").await.iter().map(shown).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_1_a_stage_is_told_once_in_the_best_way_agreed_to() {
    let house = House::with(&["client-notify"]).await;
    let deal = deal(&house, &contact(&house, json!({})).await).await;
    stage(&house, &deal, "agreed").await;
    assert!(messages(&house).await.is_empty(), "clients do not hear of this stage");
    stage(&house, &deal, "payment").await;
    let text = "Dear Karl Kunde, your order 1 “Chairs” is now: Payment.";
    assert_eq!(messages(&house).await, [json!(["sms", "+4930901820", text, null])]);
    house.boris.patch(&path("deals", &deal), json!({"title": "More chairs"})).await.ok();
    house.settle().await;
    assert_eq!(messages(&house).await.len(), 1);
    // A message never has the cause of another: not even when somebody has the event handled again.
    let run = house.ada.get("/api/v1/runs?plugin=client-notify").await.ok()["items"][0].clone();
    house.ada.post(&format!("/api/v1/runs/{}/retry", run["id"].as_str().unwrap()), json!({})).await;
    house.settle().await;
    assert_eq!(messages(&house).await.len(), 1);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_1_without_consent_or_after_opting_out_nothing_goes() {
    let house = House::with(&["client-notify"]).await;
    for (at, more) in
        [json!({"consent": []}), json!({"opted_out": ["sms", "email"]}), json!({"phones": [], "emails": []})]
            .into_iter()
            .enumerate()
    {
        let deal = deal(&house, &contact(&house, more).await).await;
        stage(&house, &deal, "payment").await;
        assert!(messages(&house).await.is_empty(), "{at}");
    }
    // Whatever a plugin or a person asks for: the host sees to it.
    let silent = contact(&house, json!({"consent": []})).await;
    let message = json!({"channel": "sms", "contact": silent["id"], "body": "Buy!"});
    let message = house.boris.post("/api/v1/messages", message).await.ok();
    assert_eq!(
        (&message["status"], &message["error"]),
        (&json!("suppressed"), &json!("the contact has not consented to this channel"))
    );
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_1_quiet_hours_are_those_of_the_client() {
    let house = House::with(&["client-notify"]).await;
    // Monday 10:00 in Berlin is 4:00 in New York: it waits until 9:00 there.
    let there = contact(&house, json!({"time_zone": "America/New_York"})).await;
    stage(&house, &deal(&house, &there).await, "payment").await;
    assert_eq!(messages(&house).await[0][3], "2026-03-02T14:00:00.000000Z");
    // 20:59 is not quiet yet, 21:00 is; the clocks of Berlin go forward on the 29th.
    house.advance_to("2026-03-28T19:59:00Z").await;
    let here = contact(&house, json!({"name": "Berta"})).await;
    stage(&house, &deal(&house, &here).await, "payment").await;
    assert_eq!(messages(&house).await[1][3], Value::Null);
    house.advance_to("2026-03-28T20:00:00Z").await;
    stage(&house, &deal(&house, &here).await, "payment").await;
    assert_eq!(messages(&house).await[2][3], "2026-03-29T07:00:00.000000Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_1_before_a_meeting() {
    let house = House::with(&["client-notify"]).await;
    let karl = contact(&house, json!({"language": "ru"})).await;
    let meeting = json!({"title": "Measuring", "place": "Hauptstr. 1", "organiser": house.boris.id,
        "starts_at": "2026-03-05T10:00:00Z", "ends_at": "2026-03-05T11:00:00Z",
        "about": {"kind": "contact", "id": karl["id"]}});
    let meeting = house.boris.post("/api/v1/meetings", meeting).await.ok();
    house.settle().await;
    house
        .boris
        .patch(
            &path("meetings", &meeting),
            json!({"starts_at": "2026-03-05T12:00:00Z", "ends_at": "2026-03-05T13:00:00Z"}),
        )
        .await
        .ok();
    house.advance_to("2026-03-04T11:59:00Z").await;
    assert!(messages(&house).await.is_empty(), "it was moved");
    house.advance_to("2026-03-04T12:00:00Z").await;
    let text = "Здравствуйте, Karl Kunde! Ждём вас: «Measuring», 2026-03-05 12:00 UTC. Hauptstr. 1";
    assert_eq!(messages(&house).await, [json!(["sms", "+4930901820", text, null])]);
    house.boris.patch(&path("meetings", &meeting), json!({"status": "cancelled"})).await.ok();
    house.advance_to("2026-03-06T12:00:00Z").await;
    assert_eq!(messages(&house).await.len(), 1);
    house.all_is_well().await;
}
