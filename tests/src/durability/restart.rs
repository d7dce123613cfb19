//! The host is stopped, and started again on the same data.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpListener;

use crate::s2::path;
use crate::support::database::Data;
use crate::support::house::{House, share_compiled};
use crate::support::person::{Person, items};
use crate::support::process::{Process, command};
use crate::support::receiver::SMS_SECRET;

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

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_back_and_far_ahead_loses_and_doubles_no_timer() {
    let house = House::open().await;
    let first = house.chairs().await;
    // Back to the day before: what is written now is not older than what was, for those who read it.
    house.set_clock("2026-03-01T09:00:00Z").await;
    house.boris.patch(&path("leads", &first), json!({"title": "Chairs!"})).await.ok();
    let second = house.lead(json!({"title": "Tables"})).await;
    assert_eq!(house.helga.titles().await, ["New lead 1 “Chairs”", "New lead 2 “Tables”"]);
    // A week ahead: all comes due at once, each alert once.
    house.set_clock("2026-03-09T09:00:00Z").await;
    for _ in 0..3 {
        house.advance(60 * 24).await;
    }
    for (lead, title) in [(&first, "lead 1 “Chairs!”"), (&second, "lead 2 “Tables”")] {
        let runs = house.ada.get(&format!("/api/v1/leads/{}/runs", lead["id"].as_str().unwrap())).await;
        let fired = items(runs).iter().filter(|run| run["trigger"] == "timer" && run["outcome"] == "ok").count();
        assert_eq!(fired, 3, "{title}: three alerts, as the plugin's configuration says");
    }
    assert!(house.timers("lead-intake").await.is_empty());
    // And back where it was: nothing fires again.
    house.set_clock("2026-03-02T09:00:00Z").await;
    let told = house.helga.titles().await.len();
    house.advance(60).await;
    assert_eq!(house.helga.titles().await.len(), told);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_stops_within_ten_seconds_though_a_gateway_never_answers_and_loses_nothing() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/sms", silent.local_addr().unwrap());
    let settings = [("TAKT_SMS_URL", url.as_str()), ("TAKT_SMS_SECRET", SMS_SECRET), ("TAKT_PRIVATE_WEBHOOKS", "true")];
    let asked = async || tokio::time::timeout(Duration::from_secs(60), silent.accept()).await.unwrap().unwrap();
    let data = Data::new().await;
    share_compiled(data.path());
    let token = command(&data, &["token", "create", "--name", "admin", "--scope", "admin"]).await;
    let host = Process::start_with(&data, &settings).await;
    let base = Arc::new(RwLock::new(host.address.clone()));
    let admin = Person::with_token(&base, token["secret"].as_str().unwrap(), "", "admin");
    let message = json!({"channel": "sms", "to": "+4930901820", "body": "Hello", "expected": true});
    admin.post("/api/v1/messages", message).await.ok();
    let connection = asked().await;
    let told = Instant::now();
    host.stop().await;
    assert!(told.elapsed() < Duration::from_secs(10), "it took {:?}", told.elapsed());
    drop(connection);
    let host = Process::start_with(&data, &settings).await;
    asked().await;
    host.kill().await;
}
