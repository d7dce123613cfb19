//! S6 `lead-waiting`: a lead that waits comes back at its time.

use serde_json::{Value, json};

use crate::support::house::House;

async fn lead(house: &House) -> Value {
    let fields = json!({"title": "Chairs", "name": "Karl", "status": "in_progress", "owner": house.boris.id});
    house.lead(fields).await
}

async fn change(house: &House, lead: &Value, fields: Value) -> crate::support::person::Answer {
    let answer = house.boris.patch(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap()), fields).await;
    house.settle().await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_1_waiting_wants_a_time_to_come_back() {
    let house = House::with(&["lead-waiting"]).await;
    let lead = lead(&house).await;
    change(&house, &lead, json!({"status": "waiting"})).await.names(&["/resume_at"]);
    let past = json!({"status": "waiting", "resume_at": "2026-03-02T08:59:59Z"});
    change(&house, &lead, past).await.names(&["/resume_at"]);
    change(&house, &lead, json!({"status": "processing"})).await.ok();
    let waiting = change(&house, &lead, json!({"status": "waiting", "resume_at": "2026-03-04T09:00:00Z"})).await.ok();
    assert_eq!(waiting["status"], "waiting");
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_2_at_that_time_it_is_processed_again_and_the_owner_is_told() {
    let mut house = House::with(&["lead-waiting"]).await;
    let lead = lead(&house).await;
    change(&house, &lead, json!({"status": "waiting", "resume_at": "2026-03-02T10:00:00Z"})).await.ok();
    house.restart_after(59).await;
    house.settle().await;
    assert_eq!(house.record("leads", &lead["id"]).await["status"], "waiting");
    house.advance(1).await;
    assert_eq!(house.record("leads", &lead["id"]).await["status"], "processing");
    assert_eq!(house.boris.titles().await, ["Lead 1 “Chairs” is back"]);
    house.advance(24 * 60).await;
    assert_eq!(house.boris.titles().await.len(), 1);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_3_moved_or_taken_up_by_hand_the_old_timer_does_nothing() {
    let house = House::with(&["lead-waiting"]).await;
    let moved = lead(&house).await;
    change(&house, &moved, json!({"status": "waiting", "resume_at": "2026-03-02T10:00:00Z"})).await.ok();
    change(&house, &moved, json!({"resume_at": "2026-03-02T12:00:00Z"})).await.ok();
    let taken = lead(&house).await;
    change(&house, &taken, json!({"status": "waiting", "resume_at": "2026-03-02T10:00:00Z"})).await.ok();
    change(&house, &taken, json!({"status": "in_progress"})).await.ok();
    house.advance(61).await;
    assert_eq!(house.record("leads", &moved["id"]).await["status"], "waiting");
    assert_eq!(house.record("leads", &taken["id"]).await["status"], "in_progress");
    assert!(house.boris.titles().await.is_empty());
    house.advance(120).await;
    assert_eq!(house.record("leads", &moved["id"]).await["status"], "processing");
    assert_eq!(house.boris.titles().await.len(), 1);
    assert!(house.timers("lead-waiting").await.is_empty());
    house.all_is_well().await;
}
