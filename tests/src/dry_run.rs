//! Dry runs: what a rule would do, with nothing committed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::guests::component;
use crate::support::house::House;
use crate::support::person::{self, items};

const PATH: &str = "/api/v1/plugins/lead-intake/dry-run";

/// All that a commit could have touched.
async fn everything(house: &House) -> Value {
    let store = house.engine().store();
    let timers = store.timer_list("lead-intake", 200).await.unwrap();
    let mut all = json!({"events": store.event_last().await.unwrap(), "timers": timers});
    for kind in ["leads", "tasks", "users", "notifications"] {
        all[kind] = house.all(kind).await.into();
    }
    for path in ["runs?limit=200", "queue", "dead_letters", "plugins", "holds"] {
        all[path] = house.ada.get(&format!("/api/v1/{path}")).await.ok();
    }
    all
}

async fn dry(house: &House, trigger: Value) -> Value {
    let before = everything(house).await;
    let came = house.ada.post(PATH, trigger).await.ok();
    house.settle().await;
    assert_eq!(everything(house).await, before, "a dry run has left something");
    came
}

#[tokio::test]
async fn a_past_event_shows_what_the_rule_would_do_now() {
    let house = House::bare().await;
    let lead = house.chairs().await;
    let component = component("lead-intake");
    house.install(component).await;
    let event = items(house.ada.get(&format!("/api/v1/leads/{}/history", lead["id"].as_str().unwrap())).await);
    let came = dry(&house, json!({"event": event[0]["id"]})).await;
    assert_eq!((&came["outcome"], &came["wakes"]), (&json!("ok"), &json!(true)));
    assert_eq!(came["notifications"].as_array().unwrap().len(), 4, "{came:#}");
    assert_eq!(came["timers"].as_array().unwrap().len(), 1);
    assert!(came["cost"]["fuel"].as_u64().unwrap() > 1000);
    let none = house.ada.post(PATH, json!({"event": 1_000_000})).await;
    assert_eq!(none.status, 404);
}

#[tokio::test]
async fn a_made_up_event_is_about_a_record_that_is_not_there() {
    let house = House::open().await;
    let made_up = json!({"made_up": {"name": "lead.created", "after": {"title": "Desks", "name": "Maria"}}});
    let came = dry(&house, made_up).await;
    assert_eq!(came["outcome"], "ok", "{came:#}");
    let told = came["notifications"].as_array().unwrap();
    assert!(told.iter().all(|notice| notice["title"].to_string().contains("Desks")), "{told:#?}");
    assert_eq!(told.len(), 4);
}

#[tokio::test]
async fn an_event_that_cannot_be_is_refused() {
    let house = House::open().await;
    for (made_up, field) in [
        (json!({"name": "cat.created", "after": {"title": "x"}}), "/name"),
        (json!({"name": "lead.updated", "after": {"title": "x"}}), "/name"),
        (json!({"name": "lead.created"}), "/after"),
        (json!({"name": "lead.created", "after": {"title": 7}}), "/after/title"),
    ] {
        let refused = house.ada.post(PATH, json!({"made_up": made_up})).await;
        assert_eq!(refused.status, 422, "{made_up}");
        assert_eq!(refused.body["errors"][0]["field"], field, "{made_up}");
    }
}

#[tokio::test]
async fn a_component_that_is_not_installed_runs_in_its_place() {
    let house = House::bare().await;
    let component = component("lead-intake");
    let before = everything(&house).await;
    let trigger = json!({"made_up": {"name": "lead.created", "after": {"title": "Desks", "name": "Maria"}}});
    let upload = |path: &str, component: &[u8]| {
        let request = house.ada.request(Method::POST, path).query(&[("trigger", trigger.to_string())]);
        person::send(request.header("content-type", "application/wasm").body(component.to_vec()))
    };
    let came = upload(PATH, component).await.ok();
    assert_eq!((&came["outcome"], came["notifications"].as_array().unwrap().len()), (&json!("ok"), 4));
    let other = upload("/api/v1/plugins/another/dry-run", component).await;
    assert_eq!(other.status, 422, "the component says which plugin it is");
    assert_eq!(everything(&house).await, before);
}

#[tokio::test]
async fn only_who_may_grant_may_run_dry() {
    let house = House::open().await;
    let program = crate::support::house::program(&house.ada, &house.base, "ci", &["plugins:write"]).await;
    assert_eq!(program.post(PATH, json!({"event": 1})).await.status, 403);
}

#[tokio::test]
async fn texts_are_seen_before_they_are_set() {
    let house = House::bare().await;
    let lead = house.chairs().await;
    let component = component("lead-intake");
    house.install(component).await;
    let event = items(house.ada.get(&format!("/api/v1/leads/{}/history", lead["id"].as_str().unwrap())).await);
    let trigger = json!({"event": event[0]["id"]});
    let with = async |config: Value| {
        let config = config.to_string();
        let request = house.ada.request(Method::POST, PATH).query(&[("config", config)]).json(&trigger);
        person::send(request).await
    };
    let words = "Quick: {lead}!";
    let said = with(json!({"texts": {"OFFER_TITLE": {"en": words}}})).await.ok();
    let titles: Vec<&str> =
        said["notifications"].as_array().unwrap().iter().map(|notice| notice["title"].as_str().unwrap()).collect();
    assert!(titles.contains(&"Quick: 1 “Chairs”!"), "{titles:?}");
    assert!(titles.contains(&"Новый лид 1 «Chairs»"), "what is left out stays as shipped: {titles:?}");
    assert!(!dry(&house, trigger.clone()).await.to_string().contains("Quick"), "nothing was set");
    with(json!({"accept_within": "soon"})).await.names(&["/accept_within"]);
}
