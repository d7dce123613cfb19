//! Releases that run beside the one in use, with nothing of them committed.

use reqwest::Method;
use serde_json::{Value, json};
use takt::wasm::manifest::Manifest;

use crate::support::command::Commands;
use crate::support::guest::{Does, Guest};
use crate::support::guests::{altered, component};
use crate::support::house::House;
use crate::support::native::subscribed;
use crate::support::person::{Answer, items, send};

const PLUGIN: &str = "/api/v1/plugins/lead-intake";
const WATCHER: &str = "/api/v1/plugins/watcher";

async fn upload(house: &House, path: &str, component: Vec<u8>) -> String {
    let request = house.ada.request(Method::POST, &format!("{path}/releases"));
    let release = send(request.header("content-type", "application/wasm").body(component)).await.ok();
    release["digest"].as_str().unwrap().to_owned()
}

async fn start(house: &House, path: &str, body: Value) -> Answer {
    house.ada.put(&format!("{path}/shadow"), body).await
}

async fn report(house: &House, path: &str) -> Value {
    house.settle().await;
    house.ada.get(&format!("{path}/shadow")).await.ok()
}

fn counts(report: &Value) -> [u64; 6] {
    ["trials", "same", "different", "failed", "not_woken", "new"].map(|name| report[name].as_u64().unwrap())
}

/// What a host tells of itself that a shadow must not change.
async fn told(house: &House) -> Vec<usize> {
    let mut told = Vec::new();
    for kind in ["notifications", "leads", "tasks"] {
        told.push(house.all(kind).await.len());
    }
    told.push(house.timers("lead-intake").await.len());
    told
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shadow_of_the_same_rule_does_the_same_and_nothing_is_done_twice() {
    let plain = House::with(&["lead-intake"]).await;
    let house = House::with(&["lead-intake"]).await;
    // Another component, and the same rule: a title that nobody reads is another.
    let digest = upload(&house, PLUGIN, altered(component("lead-intake"), "Lead intake", "Lead shadow")).await;
    let begun = start(&house, PLUGIN, json!({"release": digest})).await.ok();
    assert_eq!((&begun["release"], counts(&begun)), (&json!(digest), [0; 6]));
    for house in [&plain, &house] {
        house.accepted_by(&house.anna).await;
        house.lead(json!({"title": "Desks", "name": "Maria", "source": "web"})).await;
        house.advance(60).await;
    }
    let report = report(&house, PLUGIN).await;
    let [trials, same, ..] = counts(&report);
    let runs = items(house.ada.get("/api/v1/runs?limit=200").await).len() as u64;
    assert_eq!((trials, same), (runs, runs), "one trial for each run, buttons and timers too: {report:#}");
    assert!(runs >= 5, "{runs}");
    assert!(report["cost"]["fuel"].as_u64().unwrap() > 1000, "{report:#}");
    assert!(report["cost"]["micros"].as_u64().unwrap() > 0, "{report:#}");
    assert_eq!(told(&house).await, told(&plain).await, "a shadow changes nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_shadow_would_do_otherwise_is_told_and_it_is_brought_into_use_from_there() {
    let house = House::with(&["lead-intake"]).await;
    let digest = upload(&house, PLUGIN, altered(component("lead-intake"), "New lead", "Our lead")).await;
    start(&house, PLUGIN, json!({"release": digest})).await.ok();
    house.lead(json!({"title": "Desks", "name": "Maria", "source": "web"})).await;
    let told = report(&house, PLUGIN).await;
    assert_eq!(counts(&told), [1, 0, 1, 0, 0, 0], "{told:#}");
    let trial = &told["items"][0];
    assert_eq!((&trial["name"], &trial["verdict"]), (&json!("lead.created"), &json!("different")));
    assert!(trial["missing"].to_string().contains("New lead") && trial["added"].to_string().contains("Our lead"));
    let run = house.ada.get(&format!("/api/v1/runs/{}", trial["run"].as_str().unwrap())).await.ok();
    assert_eq!(run["outcome"], "ok", "the run of the release in use");
    assert_eq!(house.ada.get(PLUGIN).await.ok()["shadow"], json!(digest));
    for notice in house.all("notifications").await {
        assert!(!notice.to_string().contains("Our lead"), "{notice:#}");
    }

    let said = Commands::on(&house).await.run(&["plugin", "shadow", "lead-intake"]).await;
    assert!(said.said.contains("1 trials: 0 same, 1 different"), "{}", said.said);
    assert!(told.to_string().contains("Maria"), "{told:#}");
    let person = json!({"kind": "lead", "id": trial["about"]["id"]});
    house.ada.post("/api/v1/persons/erase", person).await.ok();
    assert!(!report(&house, PLUGIN).await.to_string().contains("Maria"), "who is erased is erased there, too");

    house.ada.post(&format!("{PLUGIN}/releases/{digest}/activate"), json!({})).await.ok();
    house.ada.get(&format!("{PLUGIN}/shadow")).await.problem(404, "not_found");
    house.lead(json!({"title": "Lamps", "name": "Lena", "source": "web"})).await;
    let notices = house.all("notifications").await;
    assert!(notices.iter().any(|notice| notice.to_string().contains("Our lead")), "{notices:#?}");
}

fn watcher(version: &str, events: &[&str], handle: Does) -> Vec<u8> {
    let manifest = Manifest { version: version.to_owned(), ..subscribed("watcher", events) };
    Guest { handle, ..Guest::new(manifest) }.component()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shadow_that_traps_loops_or_is_woken_by_other_events_harms_nobody() {
    let house = House::bare().await;
    house.install(&watcher("1.0.0", &["lead.created"], Does::Answer)).await;
    let trapping = upload(&house, WATCHER, watcher("2.0.0", &["lead.created"], Does::Trap)).await;
    start(&house, WATCHER, json!({"release": trapping})).await.ok();
    house.chairs().await;
    let told = report(&house, WATCHER).await;
    assert_eq!(counts(&told), [1, 0, 0, 1, 0, 0], "{told:#}");
    assert_eq!((&told["items"][0]["outcome"], &told["items"][0]["recorded_outcome"]), (&json!("trap"), &json!("ok")));

    let looping = upload(&house, WATCHER, watcher("3.0.0", &["lead.created"], Does::LoopForEver)).await;
    let begun = start(&house, WATCHER, json!({"release": looping})).await.ok();
    assert_eq!(counts(&begun), [0; 6], "what the one before did is forgotten");
    house.lead(json!({"title": "Lamps", "source": "web"})).await;
    let told = report(&house, WATCHER).await;
    assert_eq!(counts(&told), [1, 0, 0, 1, 0, 0], "{told:#}");

    let other = upload(&house, WATCHER, watcher("4.0.0", &["lead.updated"], Does::Answer)).await;
    start(&house, WATCHER, json!({"release": other})).await.ok();
    let lead = house.lead(json!({"title": "Sofas", "source": "web"})).await;
    house
        .ada
        .patch(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap()), json!({"title": "Two sofas"}))
        .await
        .ok();
    let told = report(&house, WATCHER).await;
    assert_eq!(counts(&told), [2, 0, 0, 0, 1, 1], "{told:#}");
    assert_eq!(told["items"][0]["run"], Value::Null, "the release in use was not woken: {told:#}");

    let runs = items(house.ada.get("/api/v1/runs?limit=200").await);
    assert_eq!(runs.len(), 3, "only runs of the release in use are recorded");
    assert!(runs.iter().all(|run| run["outcome"] == "ok"));
    assert!(items(house.ada.get("/api/v1/failures").await).is_empty(), "it is nobody's failure");
    house.ada.delete(&format!("{WATCHER}/shadow")).await;
    house.chairs().await;
    house.ada.get(&format!("{WATCHER}/shadow")).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_may_be_the_shadow() {
    let house = House::with(&["lead-intake"]).await;
    let active = house.ada.get(PLUGIN).await.ok()["release"].as_str().unwrap().to_owned();
    start(&house, PLUGIN, json!({"release": active})).await.names(&["/release"]);
    start(&house, PLUGIN, json!({"release": active, "config": []})).await.names(&["/config"]);
    start(&house, PLUGIN, json!({"release": active, "config": {"accept_within": "soon"}}))
        .await
        .names(&["/config/accept_within"]);
    start(&house, PLUGIN, json!({"release": "none"})).await.problem(404, "not_found");
    start(&house, "/api/v1/plugins/none", json!({"release": active})).await.problem(404, "not_found");
    house.ada.get(&format!("{PLUGIN}/shadow")).await.problem(404, "not_found");

    start(&house, PLUGIN, json!({"release": active, "config": {"accept_within": "45m working"}})).await.ok();
    house.chairs().await;
    let told = report(&house, PLUGIN).await;
    assert_eq!(counts(&told), [1, 0, 1, 0, 0, 0], "{told:#}");
    assert!(told["items"][0]["added"].to_string().contains("timer"), "{told:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shadow_outlives_the_host() {
    let mut house = House::with(&["lead-intake"]).await;
    let digest = upload(&house, PLUGIN, altered(component("lead-intake"), "New lead", "Our lead")).await;
    start(&house, PLUGIN, json!({"release": digest})).await.ok();
    house.chairs().await;
    house.restart_after(1).await;
    house.lead(json!({"title": "Lamps", "name": "Lena", "source": "web"})).await;
    let told = report(&house, PLUGIN).await;
    assert_eq!(told["different"], 2, "{told:#}");
}
