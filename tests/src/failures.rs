//! What fails: grouped, tried again together, and switched off when it is too much.

use reqwest::Method;
use serde_json::{Value, json};
use takt::wasm::manifest::Manifest;

use crate::support::guest::{Does, Guest};
use crate::support::house::House;
use crate::support::native::subscribed;
use crate::support::person::{items, send};

fn guest(name: &str, version: &str, handle: Does) -> Vec<u8> {
    let manifest = Manifest { version: version.to_owned(), ..subscribed(name, &["lead.created"]) };
    Guest { handle, ..Guest::new(manifest) }.component()
}

async fn upgrade(house: &House, component: Vec<u8>) {
    let request = house.ada.request(Method::POST, "/api/v1/plugins").header("content-type", "application/wasm");
    send(request.body(component)).await.ok();
}

async fn lead(house: &House, number: u32) {
    house.lead(json!({"title": format!("Chairs {number}"), "name": "Karl Kunde"})).await;
}

async fn failures(house: &House, query: &str) -> Vec<Value> {
    items(house.ada.get(&format!("/api/v1/failures{query}")).await)
}

async fn plugin(house: &House, name: &str) -> Value {
    house.ada.get(&format!("/api/v1/plugins/{name}")).await.ok()
}

/// A house where deliveries are tried twice, with a rule that traps and one that never ends.
async fn failing(leads: u32) -> House {
    let house = House::set_up(&[], |settings| (settings.max_attempts, settings.pause_percent) = (2, 100)).await;
    for (name, does) in [("trapping", Does::Trap), ("endless", Does::LoopForEver)] {
        house.install(&guest(name, "1.0.0", does)).await;
        house.ada.put(&format!("/api/v1/plugins/{name}/budgets"), json!({"fuel": 100_000})).await.ok();
    }
    for number in 0..leads {
        lead(&house, number).await;
    }
    house.advance(120).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_alike_stands_together_and_is_tried_again_together() {
    let house = failing(3).await;
    let groups = failures(&house, "").await;
    assert_eq!(groups.len(), 2, "{groups:#?}");
    for group in &groups {
        assert_eq!((&group["dead_letters"], &group["failed_runs"]), (&json!(3), &json!(6)), "{group:#}");
        assert!(group["first_at"].as_str() < group["last_at"].as_str(), "{group:#}");
    }
    let trapping = failures(&house, "?plugin=trapping").await;
    assert_eq!(trapping.len(), 1);
    assert!(trapping[0]["fault"].as_str().unwrap().starts_with("the guest panicked"), "{trapping:#?}");
    let run = house.ada.get(&format!("/api/v1/runs/{}", trapping[0]["last_run"].as_str().unwrap())).await.ok();
    assert_eq!((&run["plugin"], &run["attempt"]), (&json!("trapping"), &json!(2)));
    let letters = items(house.ada.get("/api/v1/dead_letters?plugin=trapping").await);
    assert!(letters.iter().all(|letter| letter["fault"] == trapping[0]["fault"]), "{letters:#?}");

    upgrade(&house, guest("trapping", "1.0.1", Does::Answer)).await;
    let group = json!({"plugin": "trapping", "fault": trapping[0]["fault"]});
    let done = house.ada.post("/api/v1/failures/retry", group.clone()).await.ok();
    assert_eq!(done, json!({"count": 3, "more": false}));
    house.settle().await;
    let runs = items(house.ada.get("/api/v1/runs?plugin=trapping&outcome=ok").await);
    assert_eq!(runs.len(), 3);
    assert_eq!(failures(&house, "?plugin=trapping").await[0]["dead_letters"], 0);
    house.ada.post("/api/v1/failures/retry", group).await.problem(404, "not_found");

    let group = json!({"plugin": "endless", "fault": failures(&house, "?plugin=endless").await[0]["fault"]});
    let done = house.ada.post("/api/v1/failures/discard", group).await.ok();
    assert_eq!(done["count"], 3);
    assert_eq!(items(house.ada.get("/api/v1/dead_letters").await), Vec::<Value>::new());
    house.advance(8 * 24 * 60).await;
    assert_eq!(failures(&house, "").await, Vec::<Value>::new(), "runs of long ago are history");
    assert_eq!(failures(&house, "?days=30").await.len(), 2);
    house.ada.get("/api/v1/failures?days=91").await.names(&["/days"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_fails_too_often_is_switched_off_and_says_why() {
    let house = House::set_up(&[], |settings| (settings.pause_runs, settings.pause_percent) = (4, 50)).await;
    house.install(&guest("watcher", "1.0.0", Does::Answer)).await;
    house.install(&guest("bystander", "1.0.0", Does::Answer)).await;
    for number in 0..4 {
        lead(&house, number).await;
    }
    house.advance(1).await;
    upgrade(&house, guest("watcher", "2.0.0", Does::Trap)).await;
    for number in 4..7 {
        lead(&house, number).await;
    }
    assert_eq!(plugin(&house, "watcher").await["enabled"], true, "three runs of this release are too few to tell");
    lead(&house, 7).await;
    let paused = plugin(&house, "watcher").await;
    assert_eq!(paused["enabled"], false);
    assert_eq!((&paused["paused"]["runs"], &paused["paused"]["failed"]), (&json!(4), &json!(4)), "{paused:#}");
    assert!(paused["paused"]["error"].as_str().unwrap().starts_with("the guest panicked"), "{paused:#}");
    assert_eq!(plugin(&house, "bystander").await["enabled"], true);
    let told = house.ada.last().await;
    assert_eq!(told["title"], "Rule watcher was switched off");
    assert!(told["body"].as_str().unwrap().contains("4 of its last 4 runs failed"), "{told}");
    let waiting = plugin(&house, "watcher").await["queue"]["deliveries"].as_u64().unwrap();
    assert_eq!(waiting, 4, "what failed waits");

    house.advance(600).await;
    upgrade(&house, guest("watcher", "2.0.1", Does::Answer)).await;
    assert_eq!(plugin(&house, "watcher").await["paused"], paused["paused"], "mended is not switched on");
    let on = house.ada.post("/api/v1/plugins/watcher/enable", json!({})).await.ok();
    assert_eq!((&on["enabled"], &on["paused"]), (&json!(true), &Value::Null));
    house.settle().await;
    let now = plugin(&house, "watcher").await;
    assert_eq!((&now["queue"]["deliveries"], &now["enabled"]), (&json!(0), &json!(true)), "{now:#}");
    assert_eq!(house.ada.titles().await.iter().filter(|title| title.ends_with("switched off")).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_is_never_to_be_switched_off_is_not() {
    let house = failing(2).await;
    for name in ["trapping", "endless"] {
        let plugin = plugin(&house, name).await;
        assert_eq!((&plugin["enabled"], &plugin["queue"]["dead"]), (&json!(true), &json!(2)), "{plugin:#}");
    }
}
