//! The setup of all rules, taken from one host to another.

use reqwest::Method;
use serde_json::{Value, json};
use takt::wasm::manifest::{Manifest, Need};

use crate::support::command::{Commands, Ended};
use crate::support::guest::Guest;
use crate::support::house::{House, program};
use crate::support::native::subscribed;
use crate::support::person::{Answer, items, send};

const PATH: &str = "/api/v1/automation";

fn watcher(version: &str) -> Vec<u8> {
    let need = Need { capability: "deals:read".to_owned(), reason: "To look at deals.".to_owned() };
    let manifest = Manifest {
        version: version.to_owned(),
        needs: vec![need],
        config_schema: json!({"type": "object", "properties": {"least": {"type": "integer"}}}),
        ..subscribed("watcher", &["lead.created"])
    };
    Guest::new(manifest).component()
}

/// A house whose rules are set up, one of them its own.
async fn staging() -> House {
    let house = House::with(&["lead-intake"]).await;
    house.install(&watcher("1.0.0")).await;
    house.configure("lead-intake", json!({"accept_within": "30m working"})).await;
    house.configure("watcher", json!({"least": 7})).await;
    for (part, body) in [
        ("condition", json!({"condition": "after.source == 'web'"})),
        ("budgets", json!({"fuel": 2_000_000})),
        ("missed", json!({"missed": {"catch_up": 3}})),
    ] {
        house.ada.put(&format!("/api/v1/plugins/watcher/{part}"), body).await.ok();
    }
    house
}

async fn export(house: &House, query: &str) -> Value {
    house.ada.get(&format!("{PATH}{query}")).await.ok()
}

async fn apply(house: &House, setup: &Value, query: &str) -> Answer {
    house.ada.post(&format!("{PATH}{query}"), setup.clone()).await
}

/// Everything that admins see of the plugins.
async fn plugins(house: &House) -> Vec<Value> {
    items(house.ada.get("/api/v1/plugins").await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setup_is_compared_and_taken_over_by_another_host() {
    let (staging, production) = (staging().await, House::bare().await);
    let setup = export(&staging, "?components=true").await;
    let carries = |name: &str| {
        let plugin = setup["plugins"].as_array().unwrap().iter().find(|plugin| plugin["name"] == name).unwrap();
        plugin["component"].is_string()
    };
    assert_eq!(
        (carries("watcher"), carries("lead-intake")),
        (true, false),
        "each host carries the bundled ones itself"
    );

    let told = apply(&production, &setup, "?dry=true").await.ok();
    assert_eq!((&told["applied"], &told["untouched"]), (&json!(false), &json!([])));
    assert!(told["plugins"].as_array().unwrap().iter().all(|plugin| plugin["installs"] == true), "{told:#}");
    assert_eq!(told["plugins"][1]["diff"]["enabled"], json!([null, true]));
    assert_eq!(plugins(&production).await, Vec::<Value>::new(), "a look changes nothing");

    assert_eq!(apply(&production, &setup, "").await.ok()["applied"], true);
    assert_eq!(export(&production, "?components=true").await, setup);
    let lead = production.chairs().await;
    let runs = items(production.ada.get(&format!("/api/v1/leads/{}/runs", lead["id"].as_str().unwrap())).await);
    let ran: Vec<&Value> = runs.iter().map(|run| &run["plugin"]).collect();
    assert!(ran.contains(&&json!("watcher")) && ran.contains(&&json!("lead-intake")), "{ran:?}");
    let again = apply(&production, &setup, "").await.ok();
    assert!(again["plugins"].as_array().unwrap().iter().all(|plugin| plugin["diff"] == json!({})), "{again:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_is_shown_field_by_field() {
    let house = staging().await;
    let before = plugins(&house).await;
    let mut setup = export(&house, "").await;
    let upload = house.ada.request(Method::POST, "/api/v1/plugins/watcher/releases");
    let release = send(upload.header("content-type", "application/wasm").body(watcher("2.0.0"))).await.ok();
    let first = setup["plugins"][1]["release"].clone();
    setup["plugins"][1]["release"] = release["digest"].clone();
    setup["plugins"][1]["config"] = json!({"least": 8});
    setup["plugins"][1]["condition"] = Value::Null;
    setup["plugins"].as_array_mut().unwrap().remove(0);
    let told = apply(&house, &setup, "?dry=true").await.ok();
    assert_eq!(told["untouched"], json!(["lead-intake"]));
    let diff = &told["plugins"][0]["diff"];
    assert_eq!(diff["config"], json!([{"least": 7}, {"least": 8}]));
    assert_eq!(diff["condition"], json!(["after.source == 'web'", null]));
    assert_eq!((&diff["release"], &diff["version"]), (&json!([first, release["digest"]]), &json!(["1.0.0", "2.0.0"])));
    assert_eq!(told["plugins"][0]["manifest"]["needs"], json!({"added": [], "removed": [], "changed": []}));
    assert_eq!(plugins(&house).await, before);

    apply(&house, &setup, "").await.ok();
    let now = house.ada.get("/api/v1/plugins/watcher").await.ok();
    assert_eq!(
        (&now["version"], &now["config_set"], &now["enabled"]),
        (&json!("2.0.0"), &json!({"least": 8}), &json!(true))
    );
    assert_eq!(house.ada.get("/api/v1/plugins/lead-intake").await.ok()["enabled"], true, "who is not named stays");
    setup["plugins"][0]["enabled"] = false.into();
    apply(&house, &setup, "").await.ok();
    assert_eq!(house.ada.get("/api/v1/plugins/watcher").await.ok()["enabled"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fault_and_nothing_is_done() {
    let (staging, production) = (staging().await, House::bare().await);
    let setup = export(&staging, "?components=true").await;
    let bare = export(&staging, "").await;
    apply(&production, &bare, "").await.names(&["/plugins/1/release"]);
    for (member, value, fields) in [
        ("grants", json!([]), &["/plugins/1/grants"][..]),
        ("grants", json!(["leads:write", "deals:read"]), &["/plugins/1/grants/0"]),
        ("config", json!({"least": "much"}), &["/plugins/1/config/least"]),
        ("config", json!(7), &["/plugins/1/config"]),
        ("condition", json!("after.status =="), &["/plugins/1/condition"]),
        ("budgets", json!({"fule": 1}), &["/plugins/1/budgets"]),
        ("missed", json!({"catch_up": 0}), &["/plugins/1/missed/catch_up"]),
        ("component", json!("?"), &["/plugins/1/component"]),
        ("component", json!("AGFzbQ=="), &["/plugins/1/component"]),
        ("release", json!("none"), &["/plugins/1/component"]),
        ("name", json!("another"), &["/plugins/1/name"]),
        ("name", json!("lead-intake"), &["/plugins/1/name", "/plugins/1/name"]),
    ] {
        let mut wrong = setup.clone();
        wrong["plugins"][1][member] = value;
        apply(&production, &wrong, "").await.names(fields);
        apply(&production, &wrong, "?dry=true").await.names(fields);
    }
    apply(&production, &setup, "?dry=maybe").await.names(&["/dry"]);
    apply(&production, &json!({"plugins": 7}), "").await.names(&["/plugins"]);
    assert_eq!(plugins(&production).await, Vec::<Value>::new(), "not even the sound one is there");
    let ci = program(&production.ada, &production.base, "ci", &["plugins:write", "plugins:read"]).await;
    assert_eq!(ci.post(PATH, setup).await.status, 403);
    assert_eq!(ci.get(PATH).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_export_and_apply() {
    let house = staging().await;
    let commands = Commands::on(&house).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("automation.json");
    let takt = async |words: &[&str]| {
        let Ended { code, said } = commands.run(&[&["automation"], words].concat()).await;
        assert_eq!(code, Some(0), "{said}");
        said
    };
    std::fs::write(&file, takt(&["export", "--components"]).await).unwrap();
    house.configure("watcher", json!({"least": 9})).await;
    let file = file.to_str().unwrap();
    let told = takt(&["apply", file, "--diff"]).await;
    assert!(told.contains(r#"config: {"least":9} → {"least":7}"#) && told.ends_with("nothing was changed\n"), "{told}");
    assert_eq!(house.ada.get("/api/v1/plugins/watcher").await.ok()["config_set"], json!({"least": 9}));
    assert!(takt(&["apply", file]).await.ends_with("it is done\n"));
    assert_eq!(house.ada.get("/api/v1/plugins/watcher").await.ok()["config_set"], json!({"least": 7}));
}
