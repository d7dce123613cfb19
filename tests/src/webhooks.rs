//! Webhooks out, to a real server that checks what arrives.

use serde_json::{Value, json};
use std::time::Duration;

use crate::support::house::House;
use crate::support::person::items;
use crate::support::receiver::Receiver;

async fn webhook(house: &House, receiver: &Receiver, more: Value) -> Value {
    let mut body = json!({"url": receiver.url, "events": ["lead.*"]});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.ada.post("/api/v1/webhooks", body).await.ok()
}

fn path(hook: &Value) -> String {
    format!("/api/v1/webhooks/{}", hook["id"].as_str().unwrap())
}

/// The messages of a webhook, so many of them, once each is in that state and has come to that try.
async fn messages(house: &House, hook: &Value, count: usize, state: &str, attempt: u64) -> Vec<Value> {
    let waited = async {
        loop {
            let found = items(house.ada.get(&format!("{}/messages", path(hook))).await);
            let there = |message: &Value| message["state"] == state && message["attempt"] == attempt;
            if found.len() == count && found.iter().all(there) {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waited).await.unwrap_or_else(|_| panic!("never {state}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_signed_in_an_envelope() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[]).await;
    let hook = webhook(&house, &receiver, json!({})).await;
    let lead = house.lead(json!({"title": "Chairs", "name": "Maria"})).await;
    let arrived = receiver.next().await;
    assert_eq!(arrived.signed_by(hook["secret"].as_str().unwrap()), 1);
    assert_eq!(arrived.header("content-type"), "application/cloudevents+json");
    let event = arrived.event();
    assert_eq!((event["specversion"].as_str(), event["type"].as_str()), (Some("1.0"), Some("lead.created")));
    assert_eq!(event["subject"], format!("leads/{}", lead["id"].as_str().unwrap()));
    assert_eq!(event["data"]["record"], lead);
    assert_eq!(messages(&house, &hook, 1, "sent", 1).await[0]["event"].to_string(), event["id"].as_str().unwrap());
    // The secret is shown at no other time.
    assert!(house.ada.get(&path(&hook)).await.ok().get("secret").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_asked_for_is_sent() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[]).await;
    let condition = json!({"events": ["lead.created"], "condition": "after.source == 'fair'"});
    let hook = webhook(&house, &receiver, condition).await;
    house.lead(json!({"title": "Chairs"})).await;
    let lead = house.lead(json!({"title": "Tables", "source": "fair"})).await;
    house.ada.patch(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap()), json!({"title": "Desks"})).await.ok();
    house.ada.patch(&path(&hook), json!({"active": false})).await.ok();
    house.lead(json!({"title": "Lamps", "source": "fair"})).await;
    house.ada.patch(&path(&hook), json!({"active": true, "condition": null})).await.ok();
    house.lead(json!({"title": "Doors"})).await;
    let titles = [receiver.next().await, receiver.next().await];
    let titles = titles.each_ref().map(|arrived| arrived.event()["data"]["record"]["title"].clone());
    assert_eq!(titles, ["Tables", "Doors"]);
    receiver.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_fails_gets_it_later_with_the_same_id() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[500, 302]).await;
    let hook = webhook(&house, &receiver, json!({})).await;
    house.lead(json!({"title": "Chairs"})).await;
    let first = receiver.next().await;
    let queued = messages(&house, &hook, 1, "queued", 2).await;
    assert_eq!(queued[0]["error"], "the receiver answered 500 Internal Server Error");
    let mut ids = vec![first.id().to_owned()];
    for attempt in 2..4 {
        messages(&house, &hook, 1, "queued", attempt).await;
        house.advance(60).await;
        ids.push(receiver.next().await.id().to_owned());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let sent = messages(&house, &hook, 1, "sent", 3).await;
    assert_eq!(sent[0].get("error"), None);
    receiver.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_never_arrives_is_given_up_and_can_be_sent_again() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[503; 8]).await;
    let hook = webhook(&house, &receiver, json!({})).await;
    house.lead(json!({"title": "Chairs"})).await;
    for attempt in 1..8 {
        receiver.next().await;
        messages(&house, &hook, 1, "queued", attempt + 1).await;
        house.advance(60).await;
    }
    receiver.next().await;
    let dead = messages(&house, &hook, 1, "dead", 8).await;
    assert_eq!(dead[0]["error"], "given up after 8 tries: the receiver answered 503 Service Unavailable");
    house.ada.post(&format!("{}/messages/{}/resend", path(&hook), dead[0]["id"]), json!({})).await.ok();
    receiver.next().await;
    messages(&house, &hook, 1, "sent", 1).await;
    house.ada.post(&format!("{}/messages/999/resend", path(&hook)), json!({})).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_signs_beside_the_one_before_for_a_while() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[]).await;
    let hook = webhook(&house, &receiver, json!({})).await;
    let old = hook["secret"].as_str().unwrap().to_owned();
    let rotated = house.ada.post(&format!("{}/secret", path(&hook)), json!({"keep_hours": 2})).await.ok();
    let new = rotated["secret"].as_str().unwrap().to_owned();
    house.lead(json!({"title": "Chairs"})).await;
    let both = receiver.next().await;
    assert_eq!((both.signed_by(&old), both.signed_by(&new)), (1, 1));
    house.advance(121).await;
    house.lead(json!({"title": "Tables"})).await;
    let one = receiver.next().await;
    assert_eq!((one.signed_by(&old), one.signed_by(&new)), (0, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_gone_switches_its_webhook_off() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[410]).await;
    let hook = webhook(&house, &receiver, json!({})).await;
    house.lead(json!({"title": "Chairs"})).await;
    receiver.next().await;
    messages(&house, &hook, 1, "dead", 1).await;
    assert_eq!(house.ada.get(&path(&hook)).await.ok()["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_queued_is_sent_after_a_restart() {
    let mut house = House::bare().await;
    let mut receiver = Receiver::open(&[500; 20]).await;
    let hook = webhook(&house, &receiver, json!({})).await;
    for n in 0..10 {
        house.lead(json!({"title": format!("Lead {n}")})).await;
    }
    for _ in 0..10 {
        receiver.next().await;
    }
    messages(&house, &hook, 10, "queued", 2).await;
    receiver.answers.lock().unwrap().clear();
    house.restart_after(60).await;
    let mut titles = Vec::new();
    for _ in 0..10 {
        titles.push(receiver.next().await.event()["data"]["record"]["title"].as_str().unwrap().to_owned());
    }
    titles.sort();
    assert_eq!(titles, (0..10).map(|n| format!("Lead {n}")).collect::<Vec<_>>());
    messages(&house, &hook, 10, "sent", 2).await;
    receiver.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_webhooks_are_refused_and_nothing_is_made() {
    let house = House::bare().await;
    let wrong = json!({"url": "ftp://example.com", "events": ["lead.made", "*", "cat.*"], "condition": "after."});
    house.ada.post("/api/v1/webhooks", wrong).await.names(&["/url", "/events/0", "/events/2", "/condition"]);
    house.ada.post("/api/v1/webhooks", json!({"url": "https://example.com", "events": []})).await.names(&["/events"]);
    let answer = house.boris.post("/api/v1/webhooks", json!({"url": "https://example.com", "events": ["*"]})).await;
    answer.problem(403, "forbidden");
    assert!(items(house.ada.get("/api/v1/webhooks").await).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_signed_and_tells_what_the_receiver_said() {
    let house = House::bare().await;
    let mut receiver = Receiver::open(&[204, 500]).await;
    let hook = webhook(&house, &receiver, json!({"active": false})).await;
    let test = format!("{}/test", path(&hook));
    let tested = house.ada.post(&test, json!({})).await.ok();
    assert_eq!((&tested["arrived"], &tested["said"]), (&json!(true), &json!("the receiver answered 204 No Content")));
    let arrived = receiver.next().await;
    assert_eq!(arrived.signed_by(hook["secret"].as_str().unwrap()), 1);
    assert_eq!((&arrived.event()["type"], &arrived.event()["data"]), (&json!("webhook.test"), &json!({})));
    let tested = house.ada.post(&test, json!({})).await.ok();
    assert_eq!(tested["said"], "the receiver answered 500 Internal Server Error");
    assert_eq!(items(house.ada.get(&format!("{}/messages", path(&hook))).await), Vec::<Value>::new());
    house.helga.post(&test, json!({})).await.problem(403, "forbidden");
}
