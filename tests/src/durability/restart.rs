//! The host is stopped, and started again on the same data.

use serde_json::json;

use crate::support::house::House;

#[tokio::test(flavor = "multi_thread")]
async fn timers_come_due_after_a_restart_and_once() {
    let mut house = House::open().await;
    house.chairs().await;
    house.advance(10).await;
    let timers = house.timers("lead-intake").await;
    house.restart_after(0).await;
    assert_eq!(house.timers("lead-intake").await, timers);
    house.advance(4).await;
    assert_eq!(house.helga.titles().await, ["New lead 1 “Chairs”"]);
    house.advance(1).await;
    assert_eq!(house.helga.titles().await, ["New lead 1 “Chairs”", "Nobody took lead 1 “Chairs”"]);
    house.restart_after(0).await;
    house.settle().await;
    assert_eq!(house.helga.titles().await.len(), 2);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_that_came_due_while_the_host_was_down_fire_when_it_is_up() {
    let mut house = House::open().await;
    house.chairs().await;
    house.restart_after(40).await;
    house.settle().await;
    let alert = house.helga.last().await;
    assert_eq!(alert["body"], "Waiting: 40 minutes. Alert 1 of 3.");
    // The next one is counted from when the first was due: 15 + 30 minutes after the lead came.
    house.advance(5).await;
    assert_eq!(house.helga.last().await["body"], "Waiting: 45 minutes. Alert 2 of 3.");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_and_not_begun_is_done_after_a_restart() {
    let mut house = House::open().await;
    for n in 1..=30 {
        house.form.post("/api/v1/leads", json!({"title": format!("Lead {n}")})).await.ok();
    }
    house.restart_after(0).await;
    house.settle().await;
    let mut titles = house.boris.titles().await;
    titles.sort_unstable();
    let mut expected: Vec<String> = (1..=30).map(|n| format!("New lead {n} “Lead {n}”")).collect();
    expected.sort_unstable();
    assert_eq!(titles, expected);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_programs_plugins_and_offers_are_as_they_were() {
    let mut house = House::open().await;
    house.configure("lead-intake", json!({"process_within": "1h"})).await;
    let plugins = house.ada.get("/api/v1/plugins/lead-intake").await.ok();
    house.chairs().await;
    let offer = house.boris.last().await;
    house.restart_after(0).await;
    assert_eq!(house.ada.get("/api/v1/plugins/lead-intake").await.ok()["config"], plugins["config"]);
    house.boris.press(&offer, "accept").await.ok();
    house.settle().await;
    assert_eq!(house.all("tasks").await[0]["due"], "2026-03-02T10:00:00.000000Z");
    house.lead(json!({"title": "Tables"})).await;
    assert_eq!(house.boris.last().await["title"], "New lead 2 “Tables”");
}
