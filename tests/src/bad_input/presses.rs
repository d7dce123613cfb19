//! Buttons pressed when, where or by whom they can't be.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::button;

async fn state(house: &House) -> [Vec<Value>; 3] {
    house.settle().await;
    [house.all("leads").await, house.all("tasks").await, house.all("notifications").await]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settled_notification_takes_no_press() {
    let house = House::open().await;
    house.chairs().await;
    let offer = house.boris.last().await;
    house.anna.press(&house.anna.last().await, "accept").await.ok();
    let before = state(&house).await;
    for _ in 0..2 {
        let refused = house.boris.press(&offer, "accept").await.problem(409, "notification_settled");
        assert_eq!(refused["detail"], "Taken by Anna Petrova");
    }
    assert_eq!(state(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_is_pressed_by_its_reader_alone() {
    let house = House::open().await;
    house.chairs().await;
    let offer = house.boris.last().await;
    let before = state(&house).await;
    for person in [&house.anna, &house.helga, &house.ada] {
        person.press(&offer, "accept").await.problem(403, "notification_of_another");
    }
    house.form.press(&offer, "accept").await.problem(403, "forbidden");
    assert_eq!(state(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_double_click_takes_the_lead_once() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let offer = house.boris.last().await;
    let (first, second) = tokio::join!(house.boris.press(&offer, "accept"), house.boris.press(&offer, "accept"));
    let mut codes = [first.status, second.status];
    codes.sort_unstable();
    assert_eq!(codes, [200, 409], "{first:#?} {second:#?}");
    house.settle().await;
    assert_eq!(house.record("leads", &lead["id"]).await["version"], 2);
    assert_eq!(house.all("tasks").await.len(), 1);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_to_press_is_told() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let offer = house.boris.last().await;
    let before = state(&house).await;
    house.boris.press(&offer, "assign").await.problem(404, "not_found");
    house.boris.answer(&offer, "accept", "yes").await.names(&["/answer"]);
    house.boris.post(&button(&offer, "accept"), json!({"colour": "red"})).await.names(&["/colour"]);
    house.boris.post(&button(&json!({"id": lead["id"]}), "accept"), json!({})).await.problem(404, "not_found");
    let on_lead = |command: &str| format!("/api/v1/leads/{}/commands/{command}", lead["id"].as_str().unwrap());
    house.boris.post(&on_lead("assign"), json!({})).await.problem(404, "not_found");
    house.boris.post(&on_lead("accept"), json!({"plugin": "nobody"})).await.problem(404, "not_found");
    house.boris.post(&on_lead("accept"), json!({"plugin": 7})).await.names(&["/plugin"]);
    house.form.post(&on_lead("accept"), json!({})).await.problem(403, "forbidden");
    // A link scanner opens links: a GET presses nothing.
    house.boris.get(&button(&offer, "accept")).await.problem(405, "method_not_allowed");
    assert_eq!(state(&house).await, before);

    house.ada.post("/api/v1/plugins/lead-intake/disable", json!({})).await.ok();
    house.boris.press(&offer, "accept").await.problem(409, "plugin_disabled");
    house.boris.post(&on_lead("accept"), json!({})).await.problem(409, "plugin_disabled");
    assert_eq!(state(&house).await, before);
    house.ada.post("/api/v1/plugins/lead-intake/enable", json!({})).await.ok();
    house.boris.press(&offer, "accept").await.ok();
}
