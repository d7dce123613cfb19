//! S5 `contact-from-call`: whoever calls is known afterwards.

use serde_json::{Value, json};

use crate::support::house::House;

const NUMBER: &str = "+4930901820";

async fn call(house: &House, id: &str, fields: Value) -> Value {
    let mut call = json!({"direction": "in", "phone": "030 901820", "external_id": id});
    call.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = house.ada.post("/api/v1/calls", call).await.ok();
    house.settle().await;
    house.record("calls", &made["id"]).await
}

async fn change(house: &House, call: &Value, fields: Value) {
    house.ada.patch(&format!("/api/v1/calls/{}", call["id"].as_str().unwrap()), fields).await.ok();
    house.settle().await;
}

/// Titles of all notices to people of sales.
async fn told(house: &House) -> Vec<String> {
    let mut told = Vec::new();
    for person in [&house.anna, &house.boris, &house.clara, &house.helga] {
        told.extend(person.titles().await);
    }
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_1_a_known_number_is_logged_and_nothing_else() {
    let house = House::with(&["contact-from-call"]).await;
    for (kind, fields) in [
        ("companies", json!({"name": "ACME", "phones": ["+49 30 111111", NUMBER]})),
        ("leads", json!({"title": "Chairs", "phone": NUMBER})),
        ("contacts", json!({"name": "Karl", "phones": [NUMBER]})),
    ] {
        let known = house.ada.post(&format!("/api/v1/{kind}"), fields).await.ok();
        let call = call(&house, kind, json!({"status": "missed"})).await;
        assert_eq!(call["about"]["id"], known["id"], "{kind}");
    }
    assert_eq!(house.all("contacts").await.len(), 1);
    assert!(told(&house).await.is_empty() && house.timers("contact-from-call").await.is_empty());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_2_and_3_an_unknown_missed_call_makes_a_contact_of_somebody_present() {
    let house = House::with(&["contact-from-call"]).await;
    for person in [&house.anna, &house.boris, &house.helga] {
        house.user(person, json!({"present": false})).await;
    }
    let call = call(&house, "1", json!({"status": "missed"})).await;
    let contact = house.all("contacts").await.remove(0);
    assert_eq!((&contact["name"], &contact["owner"]), (&json!(NUMBER), &json!(house.clara.id)));
    assert_eq!(call["about"], json!({"kind": "contact", "id": contact["id"]}));
    assert_eq!(house.clara.titles().await, [format!("Missed call from {NUMBER}")]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_4_who_answered_has_time_to_make_the_card() {
    let house = House::with(&["contact-from-call"]).await;
    let first = call(&house, "1", json!({"status": "answered", "user": house.boris.id})).await;
    house.advance(5).await;
    change(&house, &first, json!({"status": "ended"})).await;
    house.advance(4).await;
    assert!(house.all("contacts").await.is_empty());
    house.advance(1).await;
    let contact = house.all("contacts").await.remove(0);
    assert_eq!((&contact["name"], &contact["owner"]), (&json!(NUMBER), &json!(house.boris.id)));
    assert_eq!(house.boris.titles().await, [format!("A contact for {NUMBER} was made")]);

    let other = call(&house, "2", json!({"status": "answered", "user": house.clara.id, "phone": "030 901821"})).await;
    let card = json!({"name": "Karl", "phones": ["030 901821"]});
    let card = house.clara.post("/api/v1/contacts", card).await.ok();
    house.advance(10).await;
    assert_eq!(house.all("contacts").await.len(), 2);
    assert_eq!(house.record("calls", &other["id"]).await["about"]["id"], card["id"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_5_reminded_until_the_number_has_a_name() {
    let house = House::with(&["contact-from-call"]).await;
    call(&house, "1", json!({"status": "answered", "user": house.boris.id})).await;
    house.advance(10).await;
    for nth in 1..=6 {
        house.advance(3 * 24 * 60).await;
        assert_eq!(house.all("contacts").await.len(), 1);
        let last = house.boris.last().await;
        assert_eq!(last["title"], format!("Contact {NUMBER} has no name yet"));
        assert_eq!(last["body"], format!("Reminder {} of 5.", nth.min(5)));
    }
    assert!(house.timers("contact-from-call").await.is_empty(), "five times at most");

    call(&house, "2", json!({"status": "missed", "phone": "030 901821"})).await;
    let contact = house.all("contacts").await.remove(1);
    let path = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    house.ada.patch(&path, json!({"name": "Karl"})).await.ok();
    house.settle().await;
    assert!(house.timers("contact-from-call").await.is_empty());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_6_two_calls_at_the_same_moment_make_one_contact() {
    let house = House::with(&["contact-from-call"]).await;
    let calls = (0..8).map(|n| {
        let fields = json!({"direction": "in", "phone": NUMBER, "status": "missed", "external_id": format!("{n}")});
        house.ada.post("/api/v1/calls", fields)
    });
    for made in futures::future::join_all(calls.collect::<Vec<_>>().into_iter()).await {
        made.ok();
    }
    house.settle().await;
    let contacts = house.all("contacts").await;
    assert_eq!(contacts.len(), 1);
    for call in house.all("calls").await {
        assert_eq!(call["about"]["id"], contacts[0]["id"]);
    }
    assert_eq!(told(&house).await.len(), 1);
    house.all_is_well().await;
}
