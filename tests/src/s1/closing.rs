//! Step 8: what becomes of timers, buttons and tasks when the lead goes its own way.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::Person;

fn path(lead: &Value) -> String {
    format!("/api/v1/leads/{}", lead["id"].as_str().unwrap())
}

async fn change(house: &House, by: &Person, lead: &Value, fields: Value) {
    by.patch(&path(lead), fields).await.ok();
    house.settle().await;
}

async fn tasks(house: &House) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    house.all("tasks").await.iter().map(|task| (text(&task["assignee"]), text(&task["status"]))).collect()
}

async fn keys(house: &House) -> Vec<String> {
    house.timers("lead-intake").await.into_iter().map(|(key, _)| key.split(':').next().unwrap().to_owned()).collect()
}

/// A week later nobody has heard anything more.
async fn silence(house: &House) {
    let inboxes = || async {
        [house.anna.inbox().await, house.boris.inbox().await, house.clara.inbox().await, house.helga.inbox().await]
    };
    let before = inboxes().await;
    house.advance(7 * 24 * 60).await;
    assert_eq!(inboxes().await, before);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_a_deleted_lead_takes_offer_and_alert_along() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let offer = house.boris.last().await;
    assert_eq!(house.ada.delete(&path(&lead)).await.status, 204);
    house.settle().await;
    let notice = house.boris.last().await;
    assert_eq!((&notice["outcome"], &notice["buttons"]), (&json!("The lead was deleted"), &json!([])));
    assert_eq!(house.anna.last().await["outcome"], "Лид удалён");
    house.boris.press(&offer, "accept").await.problem(409, "notification_settled");
    assert_eq!(keys(&house).await, Vec::<String>::new());
    silence(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_a_deleted_lead_takes_task_and_reminders_along() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    assert_eq!(keys(&house).await, ["process"]);
    assert_eq!(house.ada.delete(&path(&lead)).await.status, 204);
    house.settle().await;
    assert_eq!(tasks(&house).await, [(house.boris.id.clone(), "cancelled".to_owned())]);
    assert_eq!(keys(&house).await, Vec::<String>::new());
    silence(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_a_lead_converted_before_anybody_took_it_ends_the_offer() {
    let house = House::open().await;
    let lead = house.chairs().await;
    house.helga.post(&format!("{}/convert", path(&lead)), json!({})).await.ok();
    house.settle().await;
    let notice = house.boris.last().await;
    assert_eq!((&notice["outcome"], &notice["open"]), (&json!("The lead was converted"), &json!(false)));
    assert_eq!(house.helga.last().await["title"], "Lead 1 “Chairs” was converted");
    assert_eq!(keys(&house).await, Vec::<String>::new());
    silence(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_a_converted_lead_ends_task_and_reminders() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    house.advance(8 * 60).await;
    house.boris.post(&format!("{}/convert", path(&lead)), json!({})).await.ok();
    house.settle().await;
    assert_eq!(tasks(&house).await, [(house.boris.id.clone(), "done".to_owned())]);
    let reminder = house.boris.last().await;
    assert_eq!(reminder["title"], "Lead 1 “Chairs” is not processed");
    assert_eq!(reminder["outcome"], "The lead was converted");
    assert_eq!(keys(&house).await, Vec::<String>::new());
    silence(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_a_lead_handed_over_takes_task_and_reminders_to_the_new_owner() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    let due = house.all("tasks").await[0]["due"].clone();
    house.advance(8 * 60).await;
    change(&house, &house.helga, &lead, json!({"owner": house.anna.id})).await;
    assert_eq!(tasks(&house).await, [(house.anna.id.clone(), "open".to_owned())]);
    assert_eq!(house.all("tasks").await[0]["due"], due);
    assert_eq!(house.boris.last().await["outcome"], "Handed over to Anna Petrova");
    assert_eq!(house.anna.last().await["body"], "Кто передал: Helga Brandt");
    let before = house.boris.titles().await;
    house.advance(120).await;
    assert_eq!(house.anna.last().await["title"], "Лид 1 «Chairs» не обработан");
    assert_eq!(house.boris.titles().await, before, "it is no longer his");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_a_lead_returned_is_offered_again() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.boris).await;
    house.advance(60).await;
    change(&house, &house.boris, &lead, json!({"status": "new", "owner": null})).await;
    assert_eq!(tasks(&house).await, [(house.boris.id.clone(), "cancelled".to_owned())]);
    assert_eq!(house.timers("lead-intake").await.len(), 1);
    assert_eq!(house.timers("lead-intake").await[0].1, "2026-03-02T10:15:00.000000Z", "15 minutes from now");
    house.clara.press(&house.clara.last().await, "accept").await.ok();
    house.settle().await;
    let open = (house.clara.id.clone(), "open".to_owned());
    assert_eq!(tasks(&house).await, [(house.boris.id.clone(), "cancelled".to_owned()), open]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_8_the_reminder_moves_with_the_tasks_due_time() {
    let house = House::open().await;
    house.accepted_by(&house.boris).await;
    let task = house.all("tasks").await.remove(0);
    let path = format!("/api/v1/tasks/{}", task["id"].as_str().unwrap());
    house.boris.patch(&path, json!({"due": "2026-03-04T09:00:00Z"})).await.ok();
    house.advance_to("2026-03-04T08:59:00Z").await;
    assert_eq!(house.boris.titles().await, ["New lead 1 “Chairs”"]);
    house.advance(1).await;
    assert_eq!(house.boris.last().await["title"], "Lead 1 “Chairs” is not processed");
}
