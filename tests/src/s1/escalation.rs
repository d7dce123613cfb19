//! Step 4: nobody accepts in time.

use serde_json::json;

use crate::support::house::House;

/// Helga's alert as it stands: its title and body. There is one at a time.
async fn alert(house: &House) -> Option<(String, String)> {
    let inbox = house.helga.inbox().await;
    let text = |field: &serde_json::Value| field.as_str().unwrap().to_owned();
    let alerts: Vec<_> =
        inbox.iter().filter(|notice| notice["key"].as_str().is_some_and(|key| key.starts_with("alert:"))).collect();
    assert!(alerts.len() <= 1, "an alert takes the place of the one before: {alerts:#?}");
    alerts.first().map(|alert| (text(&alert["title"]), text(&alert["body"])))
}

fn nobody(body: &str) -> Option<(String, String)> {
    Some(("Nobody took lead 1 “Chairs”".to_owned(), body.to_owned()))
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_the_head_is_alerted_after_15_minutes_every_30_at_most_3_times() {
    let house = House::open().await;
    house.chairs().await;
    house.advance(14).await;
    assert_eq!(alert(&house).await, None);
    house.advance(1).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 15 minutes. Alert 1 of 3."));
    house.advance(29).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 15 minutes. Alert 1 of 3."));
    house.advance(1).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 45 minutes. Alert 2 of 3."));
    house.advance(30).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 1 hour 15 minutes. Alert 3 of 3."));
    house.advance(24 * 60).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 1 hour 15 minutes. Alert 3 of 3."));
    assert!(house.timers("lead-intake").await.is_empty());
    assert_eq!(house.boris.last().await["open"], true, "it can still be had");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_a_lead_of_friday_17_55_escalates_on_monday_09_10() {
    let house = House::open().await;
    house.advance_to("2026-03-06T16:55:00Z").await;
    house.chairs().await;
    assert_eq!(house.timers("lead-intake").await[0].1, "2026-03-09T08:10:00.000000Z");
    house.advance_to("2026-03-09T08:09:59Z").await;
    assert_eq!(alert(&house).await, None);
    house.advance_to("2026-03-09T08:10:00Z").await;
    assert_eq!(alert(&house).await, nobody("Waiting: 2 days 15 hours. Alert 1 of 3."));
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_times_are_the_admins() {
    let house = House::open().await;
    let config = json!({"accept_within": "1h", "escalate_every": "10m", "escalate_times": 2});
    house.configure("lead-intake", config).await;
    house.advance_to("2026-03-06T16:55:00Z").await;
    house.chairs().await;
    house.advance(60).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 1 hour. Alert 1 of 2."), "plain time goes on after hours");
    house.advance(10).await;
    assert_eq!(alert(&house).await, nobody("Waiting: 1 hour 10 minutes. Alert 2 of 2."));
    assert!(house.timers("lead-intake").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_who_accepts_after_the_alert_ends_it() {
    let house = House::open().await;
    house.chairs().await;
    let offer = house.boris.last().await;
    house.advance(15).await;
    house.boris.press(&offer, "accept").await.ok();
    house.settle().await;
    let inbox = house.helga.inbox().await;
    assert_eq!(inbox[0]["title"], "Boris Weber took lead 1 “Chairs”");
    assert_eq!((&inbox[1]["outcome"], &inbox[1]["open"]), (&json!("Taken by Boris Weber"), &json!(false)));
    house.advance(60).await;
    assert_eq!(house.helga.inbox().await, inbox, "no further alert");
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_the_head_assigns_it_to_a_person() {
    let house = House::open().await;
    let lead = house.chairs().await;
    house.advance(15).await;
    let alert = house.helga.last().await;
    assert_eq!(alert["buttons"][0]["label"], "Assign to…");
    assert_eq!(alert["buttons"][0]["asks"], json!({"type": "user", "prompt": "Who is to take the lead?"}));

    house.helga.press(&alert, "assign").await.names(&["/answer"]);
    house.helga.answer(&alert, "assign", "Boris").await.names(&["/answer"]);
    let nobody = house.company.sales.to_string();
    let refused = house.helga.answer(&alert, "assign", &nobody).await.problem(409, "refused");
    assert_eq!(refused["detail"], "Choose an active user");
    house.anna.answer(&alert, "assign", &house.anna.id).await.problem(403, "notification_of_another");
    assert_eq!(house.record("leads", &lead["id"]).await, lead, "nothing has changed so far");

    let done = house.helga.answer(&alert, "assign", &house.boris.id).await.ok();
    assert_eq!(done["reply"]["message"], "Lead 1 “Chairs” was assigned to Boris Weber");
    house.settle().await;
    let given = house.record("leads", &lead["id"]).await;
    assert_eq!((&given["owner"], &given["status"]), (&json!(house.boris.id), &json!("in_progress")));
    let told = house.boris.last().await;
    assert_eq!(told["title"], "Lead 1 “Chairs” is yours now");
    assert_eq!(told["body"], "Given by: Helga Brandt");
    assert_eq!(house.clara.last().await["outcome"], "Taken by Boris Weber");
    let again = house.helga.answer(&alert, "assign", &house.anna.id).await.problem(409, "notification_settled");
    assert_eq!(again["detail"], "Taken by Boris Weber");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_nobody_there_alerts_the_head_at_once() {
    let house = House::open().await;
    for person in [&house.anna, &house.boris, &house.clara, &house.helga] {
        house.user(person, json!({"present": false})).await;
    }
    house.chairs().await;
    assert_eq!(alert(&house).await, nobody("Nobody of Sales is there. Waiting: 0 seconds. Alert 1 of 3."));
    house.user(&house.anna, json!({"present": true})).await;
    house.advance(30).await;
    assert_eq!(house.anna.titles().await, ["Новый лид 1 «Chairs»"]);
    assert_eq!(alert(&house).await, nobody("Waiting: 30 minutes. Alert 2 of 3."));
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_4_without_a_head_the_parents_head_and_then_an_admin_is_alerted() {
    let house = House::open().await;
    house.ada.patch(&format!("/api/v1/departments/{}", house.company.sales), json!({"head": null})).await.ok();
    house.chairs().await;
    house.advance(15).await;
    assert_eq!(house.ada.titles().await, ["Nobody took lead 1 “Chairs”"]);

    let office = house.all("departments").await.into_iter().find(|found| found["key"] == "office").unwrap();
    let path = format!("/api/v1/departments/{}", office["id"].as_str().unwrap());
    house.ada.patch(&path, json!({"head": house.clara.id})).await.ok();
    house.advance(30).await;
    assert_eq!(house.clara.last().await["title"], "Nobody took lead 1 “Chairs”");
}
