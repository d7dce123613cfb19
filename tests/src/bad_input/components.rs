//! Components that can't be installed, and such that misbehave when they are.

use reqwest::Method;
use serde_json::{Value, json};
use takt::bundled;
use takt::wasm::manifest::Manifest;

use crate::support::guest::{Does, Guest};
use crate::support::guests::altered;
use crate::support::house::House;
use crate::support::native::{commanded, manifest, scheduled, subscribed};
use crate::support::person::{Answer, items, send};

async fn upload(house: &House, bytes: impl Into<reqwest::Body>) -> Answer {
    let request = house.ada.request(Method::POST, "/api/v1/plugins").header("content-type", "application/wasm");
    send(request.body(bytes)).await
}

/// The bundled lead intake, altered.
fn lead_intake(from: &str, to: &str) -> Vec<u8> {
    let (_, component) = bundled::components().iter().find(|(name, _)| *name == "lead-intake").unwrap();
    altered(component, from, to)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_component_for_this_host_is_refused_and_says_why() {
    let house = House::bare().await;
    let component = bundled::components()[0].1;
    for (bytes, words) in [
        (b"hello".to_vec(), "not WebAssembly"),
        (b"\0asm\x01\0\0\0".to_vec(), "core WebAssembly module"),
        (component[..component.len() / 2].to_vec(), "malformed"),
        (lead_intake("takt:crm/rule@0.1.1", "takt:crm/ruin@0.1.1"), "no interface takt:crm/rule"),
        (lead_intake("@0.1.1", "@9.1.0"), "takt:crm@9.1.0; this host serves 0.1.x"),
        (lead_intake("takt:crm/records@", "evil:crm/records@"), "evil:crm/records@0.1.1"),
        (lead_intake("takt:crm/timers@", "takt:crm/rumour@"), "takt:crm/rumour@0.1.1"),
    ] {
        let refused = upload(&house, bytes).await.problem(422, "bad_component");
        assert!(refused["detail"].as_str().unwrap().contains(words), "{words}: {refused}");
    }
    upload(&house, "").await.problem(400, "not_a_component");
    let json = house.ada.post("/api/v1/plugins", json!({})).await;
    json.problem(415, "unsupported_media_type");
    assert_eq!(items(house.ada.get("/api/v1/plugins").await), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_over_64_mib_is_refused() {
    let house = House::bare().await;
    let refused = upload(&house, vec![0; (64 << 20) + 1]).await.problem(413, "body_too_large");
    assert_eq!(refused["limit"], 64 << 20);
    assert_eq!(items(house.ada.get("/api/v1/plugins").await), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_describe_that_traps_or_never_ends_is_refused() {
    let house = House::bare().await;
    for (does, words) in [(Does::Trap, "`describe` failed"), (Does::LoopForEver, "used up its budget")] {
        let guest = Guest { describe: does, ..Guest::new(manifest("bad-guest")) };
        let refused = upload(&house, guest.component()).await.problem(422, "bad_component");
        assert!(refused["detail"].as_str().unwrap().contains(words), "{does:?}: {refused}");
    }
    assert_eq!(items(house.ada.get("/api/v1/plugins").await), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_that_breaks_the_contract_is_refused_by_field() {
    let house = House::bare().await;
    let conditional = |when: &str| {
        let mut made = subscribed("bad-guest", &["lead.created"]);
        made.subscriptions[0].when = Some(when.to_owned());
        made
    };
    for (made, field) in [
        (manifest("Bad Guest"), "/manifest/name"),
        (Manifest { version: "1".to_owned(), ..manifest("bad-guest") }, "/manifest/version"),
        (subscribed("bad-guest", &["lead.created", "lead.exploded"]), "/manifest/subscriptions/1/event"),
        (conditional("after.status =="), "/manifest/subscriptions/0/when"),
        (conditional("nothing.status == 'new'"), "/manifest/subscriptions/0/when"),
        (scheduled("bad-guest", "61 * * * *"), "/manifest/schedules/0/cron"),
        (commanded("bad-guest", "Press Me"), "/manifest/commands/0/name"),
        (Manifest { config_schema: json!({"type": "wish"}), ..manifest("bad-guest") }, "/manifest/config_schema/type"),
        (Manifest { config_schema: json!({"type": "array"}), ..manifest("bad-guest") }, "/manifest/config_schema"),
    ] {
        let refused = upload(&house, Guest::new(made).component()).await.problem(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field, "{refused}");
    }
    let guest = Guest { schema: "{\"type\": ".to_owned(), ..Guest::new(manifest("bad-guest")) };
    let refused = upload(&house, guest.component()).await;
    assert_eq!(refused.status, 422, "{refused:#?}");
    assert!(refused.body["detail"].as_str().unwrap().contains("config_schema"), "{refused:#?}");
    assert_eq!(items(house.ada.get("/api/v1/plugins").await), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_component_in_the_place_of_a_good_one_changes_nothing() {
    let house = House::bare().await;
    let good = subscribed("replaced", &["lead.created"]);
    assert_eq!(house.install(&Guest::new(good.clone()).component()).await, "replaced");
    let before = house.ada.get("/api/v1/plugins/replaced").await.ok();
    let bad = Manifest { version: "two".to_owned(), ..good };
    upload(&house, Guest::new(bad).component()).await.names(&["/manifest/version"]);
    assert_eq!(house.ada.get("/api/v1/plugins/replaced").await.ok(), before);
    let lead = house.chairs().await;
    let runs = items(house.ada.get(&format!("/api/v1/leads/{}/runs", lead["id"].as_str().unwrap())).await);
    assert_eq!((runs.len(), &runs[0]["outcome"], &runs[0]["plugin"]), (1, &json!("ok"), &json!("replaced")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_is_enabled_with_what_it_needs_only() {
    let house = House::bare().await;
    let plugin = upload(&house, bundled::components()[0].1).await.ok();
    let name = plugin["name"].as_str().unwrap();
    assert_eq!(plugin["enabled"], false);
    let path = format!("/api/v1/plugins/{name}/enable");
    let refused = house.ada.post(&path, json!({})).await.problem(409, "not_granted");
    assert_eq!(refused["missing"], plugin["missing_grants"]);
    assert_eq!(house.ada.get(&format!("/api/v1/plugins/{name}")).await.ok()["enabled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_trap_or_never_end_are_told_apart_and_given_up() {
    let house = House::bare().await;
    for (name, does) in [("trapping", Does::Trap), ("endless", Does::LoopForEver)] {
        let guest = Guest { handle: does, ..Guest::new(subscribed(name, &["lead.created"])) };
        house.install(&guest.component()).await;
        house.ada.put(&format!("/api/v1/plugins/{name}/budgets"), json!({"fuel": 1_000_000})).await.ok();
    }
    let lead = house.chairs().await;
    for _ in 0..12 {
        house.advance(60).await;
    }
    let runs = items(house.ada.get("/api/v1/runs?limit=200").await);
    let of = |name: &str| runs.iter().filter(|run| run["plugin"] == name).collect::<Vec<_>>();
    for (name, outcome, words) in [("trapping", "trap", "unreachable"), ("endless", "budget", "fuel")] {
        let tries = of(name);
        assert!(!tries.is_empty());
        for run in tries {
            assert_eq!(run["outcome"], outcome, "{run:#}");
            assert!(run["error"].as_str().unwrap().contains(words), "{run:#}");
        }
        let dead = items(house.ada.get(&format!("/api/v1/dead_letters?plugin={name}")).await);
        assert_eq!((dead.len(), &dead[0]["about"]["id"]), (1, &lead["id"]), "{name}");
    }
    assert_eq!(house.record("leads", &lead["id"]).await, lead, "nothing of them was written");
    let alerts = house.ada.titles().await;
    assert!(alerts.contains(&"Rule trapping failed".to_owned()) && alerts.contains(&"Rule endless failed".to_owned()));
}
