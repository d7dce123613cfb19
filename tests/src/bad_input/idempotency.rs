//! Requests that are sent again.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Answer, Person, button, send};

async fn post(person: &Person, path: &str, key: &str, body: Value) -> Answer {
    send(person.request(Method::POST, path).header("idempotency-key", key).json(&body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_sent_again_is_made_once() {
    let house = House::open().await;
    let body = json!({"title": "Chairs"});
    let first = post(&house.form, "/api/v1/leads", "k1", body.clone()).await;
    let again = post(&house.form, "/api/v1/leads", "k1", body.clone()).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!((again.body, &again.headers["location"]), (first.body, &first.headers["location"]));

    let other = post(&house.form, "/api/v1/leads", "k1", json!({"title": "Tables"})).await;
    other.problem(422, "idempotency_key_reused");
    post(&house.form, "/api/v1/leads", &"k".repeat(256), body.clone()).await.problem(400, "bad_idempotency_key");
    house.settle().await;
    assert_eq!(house.all("leads").await.len(), 1);
    assert_eq!(house.boris.titles().await, ["New lead 1 “Chairs”"]);

    // Another caller's key is another key.
    assert_eq!(post(&house.boris, "/api/v1/leads", "k1", body).await.status, 201);
    assert_eq!(house.all("leads").await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_sent_many_times_at_once_is_made_once() {
    let house = House::open().await;
    let sent = (0..20).map(|_| post(&house.form, "/api/v1/leads", "k1", json!({"title": "Chairs"})));
    let answers = futures::future::join_all(sent).await;
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer.body["id"]).collect();
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:#?}");
    assert!(ids.iter().all(|id| *id == ids[0]));
    house.settle().await;
    assert_eq!(house.boris.titles().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_does_not_use_the_key_up() {
    let house = House::open().await;
    post(&house.form, "/api/v1/leads", "k1", json!({"title": ""})).await.names(&["/title"]);
    assert_eq!(post(&house.form, "/api/v1/leads", "k1", json!({"title": "Chairs"})).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversion_sent_again_converts_once() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    let path = format!("/api/v1/leads/{}/convert", lead["id"].as_str().unwrap());
    let sent = (0..10).map(|_| post(&house.boris, &path, "k1", json!({})));
    let answers = futures::future::join_all(sent).await;
    assert!(answers.iter().all(|answer| answer.status == 200), "{answers:#?}");
    assert!(answers.iter().all(|answer| answer.body["deal"]["id"] == answers[0].body["deal"]["id"]));
    let replayed = answers.iter().filter(|answer| answer.headers.contains_key("idempotency-replayed")).count();
    assert_eq!(replayed, 9);
    assert_eq!(house.all("deals").await.len(), 1);
    post(&house.boris, &path, "k2", json!({})).await.names(&["/status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_sent_again_is_answered_as_before() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let path = button(&house.boris.last().await, "accept");
    let first = post(&house.boris, &path, "k1", json!({})).await.ok();
    house.settle().await;
    let again = post(&house.boris, &path, "k1", json!({})).await.ok();
    assert_eq!(again, first, "the same run, the same words");
    post(&house.boris, &path, "k2", json!({})).await.problem(409, "notification_settled");
    assert_eq!(house.record("leads", &lead["id"]).await["version"], 2);
    let on_record = format!("/api/v1/leads/{}/commands/accept", lead["id"].as_str().unwrap());
    post(&house.boris, &on_record, "k1", json!({})).await.problem(422, "idempotency_key_reused");
}
