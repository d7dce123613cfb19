//! S13 `task-control`: nobody forgets a task.

use serde_json::{Value, json};

use crate::support::house::House;

/// A task of Boris's, due in four hours.
async fn task(house: &House) -> Value {
    let fields = json!({"title": "Call back", "assignee": house.boris.id, "due": "2026-03-02T13:00:00Z"});
    let task = house.boris.post("/api/v1/tasks", fields).await.ok();
    house.settle().await;
    task
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_1_soon_due_and_overdue() {
    let house = House::with(&["task-control"]).await;
    task(&house).await;
    house.advance(119).await;
    assert!(house.boris.titles().await.is_empty());
    house.advance(1).await;
    assert_eq!(house.boris.last().await["title"], "Task 1 “Call back” is due soon");
    house.advance(120).await;
    assert_eq!(house.boris.last().await["title"], "Task 1 “Call back” is due");
    assert!(house.helga.titles().await.is_empty());
    house.advance(24 * 60).await;
    assert_eq!(house.boris.last().await["title"], "Task 1 “Call back” is overdue");
    assert_eq!(house.helga.titles().await, ["Task 1 “Call back” is overdue"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_1_a_person_can_snooze() {
    let house = House::with(&["task-control"]).await;
    let task = task(&house).await;
    house.advance(240).await;
    let due = house.boris.last().await;
    house.boris.press(&due, "snooze").await.ok();
    house.settle().await;
    let snoozed = house.record("tasks", &task["id"]).await;
    assert_eq!(snoozed["snoozed_until"], "2026-03-02T14:00:00.000000Z");
    house.advance(60).await;
    let again = house.boris.last().await;
    assert_eq!(again["title"], "Task 1 “Call back” is due");
    assert_ne!(again["updated_at"], due["updated_at"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_1_done_moved_or_handed_over() {
    let house = House::with(&["task-control"]).await;
    let task = task(&house).await;
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    house.advance(120).await;
    house.boris.patch(&path, json!({"due": "2026-03-03T13:00:00Z"})).await.ok();
    house.settle().await;
    assert_eq!(house.boris.last().await["outcome"], "The task was moved");
    house.advance(3 * 60).await;
    assert_eq!(house.boris.titles().await.len(), 1);
    house.ada.patch(&path, json!({"assignee": house.clara.id})).await.ok();
    house.advance(22 * 60).await;
    assert_eq!((house.boris.titles().await.len(), house.clara.titles().await.len()), (1, 1));
    house.clara.patch(&path, json!({"status": "done"})).await.ok();
    house.settle().await;
    assert_eq!(house.clara.last().await["outcome"], "The task is closed");
    assert!(house.timers("task-control").await.is_empty());
    house.all_is_well().await;
}
