//! Releases tried on what happened.

use reqwest::Method;
use serde_json::{Value, json};
use takt::wasm::manifest::Manifest;

use crate::support::guest::{Does, Guest};
use crate::support::guests::{altered, component};
use crate::support::house::House;
use crate::support::native::subscribed;
use crate::support::person::{Answer, items, send};

const PLUGIN: &str = "/api/v1/plugins/lead-intake";

async fn upload(house: &House, path: &str, component: Vec<u8>) -> String {
    let request = house.ada.request(Method::POST, &format!("{path}/releases"));
    let release = send(request.header("content-type", "application/wasm").body(component)).await.ok();
    release["digest"].as_str().unwrap().to_owned()
}

async fn backtest(house: &House, path: &str, digest: &str, body: Value) -> Answer {
    house.ada.post(&format!("{path}/releases/{digest}/backtest"), body).await
}

/// Three leads: one accepted, one left until its head was told, one new; then much of it changed by hand.
async fn eventful() -> House {
    let house = House::with(&["lead-intake"]).await;
    house.accepted_by(&house.anna).await;
    house.lead(json!({"title": "Desks", "name": "Maria", "source": "web"})).await;
    house.advance(60).await;
    house.lead(json!({"title": "Lamps", "name": "Lena", "source": "web"})).await;
    for lead in house.all("leads").await {
        let path = format!("/api/v1/leads/{}", lead["id"].as_str().unwrap());
        house.ada.patch(&path, json!({"title": "Renamed", "owner": house.boris.id})).await.ok();
    }
    for notice in house.all("notifications").await {
        house.ada.delete(&format!("/api/v1/notifications/{}", notice["id"].as_str().unwrap())).await;
    }
    house.settle().await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn the_release_that_ran_does_the_same_again_over_what_was_there_then() {
    let house = eventful().await;
    let digest = house.ada.get(PLUGIN).await.ok()["release"].as_str().unwrap().to_owned();
    let before = (house.engine().store().event_last().await.unwrap(), house.timers("lead-intake").await);
    let report = backtest(&house, PLUGIN, &digest, json!({})).await.ok();
    assert!(report["events"].as_u64().unwrap() >= 4, "{report:#}");
    assert_eq!(report["same"], report["events"], "{report:#}");
    assert_eq!((&report["items"], &report["cut"]), (&json!([]), &json!(false)));
    assert!(report["cost"]["fuel"].as_u64().unwrap() > 1000);
    let after = (house.engine().store().event_last().await.unwrap(), house.timers("lead-intake").await);
    assert_eq!(after, before, "nothing was written");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_release_shows_what_it_would_have_done_otherwise() {
    let house = eventful().await;
    let digest = upload(&house, PLUGIN, altered(component("lead-intake"), "New lead", "Our lead")).await;
    let report = backtest(&house, PLUGIN, &digest, json!({})).await.ok();
    assert_eq!((&report["different"], &report["failed"]), (&json!(3), &json!(0)), "{report:#}");
    let told = report["items"].as_array().unwrap();
    assert_eq!(told.len(), 3);
    for trial in told {
        assert_eq!((&trial["name"], &trial["verdict"]), (&json!("lead.created"), &json!("different")));
        let titles = |side: &str| trial[side].as_array().unwrap().iter().map(Value::to_string).collect::<String>();
        assert!(titles("missing").contains("New lead") && titles("added").contains("Our lead"), "{trial:#}");
        assert!(!titles("added").contains("Renamed"), "the lead is as it was then: {trial:#}");
    }
    let one = backtest(&house, PLUGIN, &digest, json!({"events": 1})).await.ok();
    assert_eq!(one["events"], 1);
    let early = backtest(&house, PLUGIN, &digest, json!({"to": "2026-03-02T09:30:00Z"})).await.ok();
    assert_eq!(early["different"], 2, "{early:#}");
    let late = backtest(&house, PLUGIN, &digest, json!({"from": "2026-03-02T09:30:00Z"})).await.ok();
    assert_eq!(late["different"], 1, "{late:#}");
    assert_eq!(house.ada.get(PLUGIN).await.ok()["enabled"], true);
    let config = json!({"config": {"accept_within": "30m working"}});
    let slower = backtest(&house, PLUGIN, &digest, config).await.ok();
    assert!(slower["items"][0]["added"].to_string().contains("\"timer\""), "{slower:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_fails_or_is_woken_by_other_events_is_told() {
    let house = House::bare().await;
    let path = "/api/v1/plugins/watcher";
    let guest = |version: &str, events: &[&str], handle| {
        let manifest = Manifest { version: version.to_owned(), ..subscribed("watcher", events) };
        Guest { handle, ..Guest::new(manifest) }.component()
    };
    house.install(&guest("1.0.0", &["lead.created"], Does::Answer)).await;
    let lead = house.chairs().await;
    let change = json!({"title": "Two chairs"});
    house.ada.patch(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap()), change).await.ok();

    let trapping = upload(&house, path, guest("2.0.0", &["lead.created"], Does::Trap)).await;
    let report = backtest(&house, path, &trapping, json!({})).await.ok();
    assert_eq!((&report["events"], &report["failed"]), (&json!(1), &json!(1)), "{report:#}");
    assert_eq!(
        (&report["items"][0]["outcome"], &report["items"][0]["recorded_outcome"]),
        (&json!("trap"), &json!("ok"))
    );
    let other = upload(&house, path, guest("3.0.0", &["lead.updated"], Does::Answer)).await;
    let report = backtest(&house, path, &other, json!({})).await.ok();
    assert_eq!((&report["new"], &report["not_woken"]), (&json!(1), &json!(1)), "{report:#}");
    assert_eq!(items(house.ada.get("/api/v1/runs").await).len(), 1, "no run is recorded");

    backtest(&house, path, &other, json!({"events": 501})).await.names(&["/events"]);
    let period = json!({"from": "2026-03-02T09:30:00Z", "to": "2026-03-02T09:30:00Z"});
    backtest(&house, path, &other, period).await.names(&["/to"]);
    backtest(&house, path, "none", json!({})).await.problem(404, "not_found");
    let program = crate::support::house::program(&house.ada, &house.base, "ci", &["plugins:write"]).await;
    assert_eq!(program.post(&format!("{path}/releases/{other}/backtest"), json!({})).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_tells_how_often_it_would_have_fired() {
    let house = House::bare().await;
    house.install(&Guest::new(subscribed("watcher", &["lead.created"])).component()).await;
    house.lead(json!({"title": "Long ago", "source": "web"})).await;
    house.advance(8 * 24 * 60).await;
    for (title, source) in [("Chairs", "web"), ("Desks", "call"), ("Lamps", "web")] {
        house.lead(json!({"title": title, "source": source})).await;
    }
    let path = "/api/v1/plugins/watcher/condition/test";
    let of_web = json!({"condition": "after.source == 'web'"});
    let told = house.ada.post(path, of_web.clone()).await.ok();
    assert_eq!((&told["subscribed"], &told["fires"], &told["cut"]), (&json!(3), &json!(2), &json!(false)), "{told:#}");
    let newest = house.record("leads", &told["examples"][0]["about"]["id"]).await;
    assert_eq!(newest["title"], "Lamps");
    let month = json!({"condition": "after.source == 'web'", "days": 30});
    assert_eq!(house.ada.post(path, month).await.ok()["fires"], 3);
    assert_eq!(house.ada.post(path, json!({"condition": null})).await.ok()["fires"], 3);
    assert_eq!(house.ada.get("/api/v1/plugins/watcher").await.ok()["condition"], Value::Null, "nothing was set");
    house.ada.post(path, json!({"condition": "after.source =="})).await.names(&["/condition"]);
    house.ada.post(path, json!({"condition": null, "days": 0})).await.names(&["/days"]);
    house.ada.post("/api/v1/plugins/none/condition/test", of_web).await.problem(404, "not_found");
}
