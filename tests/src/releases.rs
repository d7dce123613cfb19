//! Releases of a plugin: compared, brought into use, gone back to.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use takt::wasm::manifest::{Manifest, Need};

use crate::support::command::{Commands, Ended};
use crate::support::guest::{Does, Guest};
use crate::support::guests::{altered, component};
use crate::support::house::House;
use crate::support::native::{commanded, scheduled, subscribed};
use crate::support::person::{Answer, items, send};

const NAME: &str = "watcher";

fn watcher(version: &str) -> Manifest {
    Manifest { version: version.to_owned(), ..subscribed(NAME, &["lead.created"]) }
}

async fn upload(house: &House, component: Vec<u8>) -> Answer {
    let request = house.ada.request(Method::POST, &format!("/api/v1/plugins/{NAME}/releases"));
    send(request.header("content-type", "application/wasm").body(component)).await
}

async fn install(house: &House, component: Vec<u8>) -> Answer {
    let request = house.ada.request(Method::POST, "/api/v1/plugins");
    send(request.header("content-type", "application/wasm").body(component)).await
}

async fn activate(house: &House, release: &Value, body: Value) -> Answer {
    let digest = release["digest"].as_str().unwrap();
    house.ada.post(&format!("/api/v1/plugins/{NAME}/releases/{digest}/activate"), body).await
}

async fn diff(house: &House, release: &Value) -> Value {
    let digest = release["digest"].as_str().unwrap();
    house.ada.get(&format!("/api/v1/plugins/{NAME}/releases/{digest}/diff")).await.ok()
}

async fn plugin(house: &House) -> Value {
    house.ada.get(&format!("/api/v1/plugins/{NAME}")).await.ok()
}

async fn releases(house: &House) -> Vec<Value> {
    items(house.ada.get(&format!("/api/v1/plugins/{NAME}/releases")).await)
}

/// Releases of the runs, oldest first.
async fn ran(house: &House) -> Vec<(String, String)> {
    let runs = items(house.ada.get("/api/v1/runs?limit=200").await);
    let text = |run: &Value, field: &str| run[field].as_str().unwrap().to_owned();
    runs.iter().rev().map(|run| (text(run, "release"), text(run, "outcome"))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_is_compared_brought_into_use_and_gone_back_from() {
    let house = House::bare().await;
    house.install(&Guest::new(watcher("1.0.0")).component()).await;
    let first = plugin(&house).await["release"].clone();
    let more = Manifest {
        commands: commanded(NAME, "look").commands,
        subscriptions: subscribed(NAME, &["lead.created", "deal.created"]).subscriptions,
        config_schema: json!({"type": "object", "properties": {"times": {"type": "integer", "default": 3}}}),
        ..watcher("1.1.0")
    };
    let second = upload(&house, Guest::new(more).component()).await.ok();
    assert_eq!(
        (&second["active"], &second["version"], &second["contract"]),
        (&json!(false), &json!("1.1.0"), &json!("0.1.1"))
    );
    assert_eq!(plugin(&house).await["release"], first, "to upload is not to activate");

    let told = diff(&house, &second).await;
    assert_eq!((&told["from"]["digest"], &told["to"]["digest"]), (&first, &second["digest"]));
    assert_eq!(told["manifest"]["subscriptions"]["added"][0]["event"], "deal.created");
    assert_eq!(told["manifest"]["commands"]["added"][0]["name"], "look");
    assert_eq!(told["manifest"]["settings"]["added"][0]["name"], "times");
    assert_eq!(
        (&told["config_fits"], &told["missing_grants"], &told["blocked"]),
        (&json!(true), &json!([]), &Value::Null)
    );

    let upgraded = activate(&house, &second, json!({})).await.ok();
    assert_eq!(
        (&upgraded["release"], &upgraded["version"], &upgraded["enabled"]),
        (&second["digest"], &json!("1.1.0"), &json!(true))
    );
    assert_eq!(upgraded["config"], json!({"times": 3}));
    let back = activate(&house, &json!({"digest": first}), json!({})).await.ok();
    assert_eq!((&back["release"], &back["version"]), (&first, &json!("1.0.0")));
    let listed = releases(&house).await;
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|release| release["used_at"].is_string()));

    house.ada.get(&format!("/api/v1/plugins/{NAME}/releases/none/diff")).await.problem(404, "not_found");
    house.ada.get("/api/v1/plugins/none/releases").await.problem(404, "not_found");
    activate(&house, &json!({"digest": "none"}), json!({})).await.problem(404, "not_found");
    let other = Guest::new(subscribed("another", &["lead.created"])).component();
    upload(&house, other).await.names(&["/manifest/name"]);
    upload(&house, b"hello".to_vec()).await.problem(422, "bad_component");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_release_needs_beyond_is_granted_before_it_comes_into_use() {
    let house = House::bare().await;
    house.install(&Guest::new(watcher("1.0.0")).component()).await;
    let before = plugin(&house).await;
    let need = Need { capability: "deals:read".to_owned(), reason: "To look at deals.".to_owned() };
    let component = Guest::new(Manifest { needs: vec![need], ..watcher("2.0.0") }).component();

    let grants = format!("/api/v1/plugins/{NAME}/grants");
    house.ada.put(&grants, json!({"grants": ["deals:read"]})).await.names(&["/grants/0"]);
    let refused = install(&house, component.clone()).await.problem(409, "not_granted");
    assert_eq!(refused["missing"], json!(["deals:read"]));
    let release = upload(&house, component).await.ok();
    let told = diff(&house, &release).await;
    assert_eq!(told["manifest"]["needs"]["added"][0]["reason"], "To look at deals.");
    assert_eq!(told["missing_grants"], json!(["deals:read"]));
    assert!(told["blocked"].as_str().unwrap().contains("deals:read"));
    activate(&house, &release, json!({})).await.problem(409, "not_granted");
    assert_eq!(plugin(&house).await, before, "nothing was half done");

    house.ada.put(&grants, json!({"grants": ["deals:read"]})).await.ok();
    let upgraded = activate(&house, &release, json!({})).await.ok();
    assert_eq!((&upgraded["missing_grants"], &upgraded["grants"]), (&json!([]), &json!(["deals:read"])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_does_not_fit_is_given_with_the_release_and_goes_back_with_it() {
    let house = House::bare().await;
    let configured = |version: &str, kind: &str| Manifest {
        config_schema: json!({"type": "object", "properties": {"least": {"type": kind}}}),
        ..watcher(version)
    };
    house.install(&Guest::new(configured("1.0.0", "integer")).component()).await;
    house.configure(NAME, json!({"least": 7})).await;
    let first = plugin(&house).await;
    let second = upload(&house, Guest::new(configured("2.0.0", "string")).component()).await.ok();

    let told = diff(&house, &second).await;
    assert_eq!((&told["config_fits"], &told["config_errors"][0]["field"]), (&json!(false), &json!("/least")));
    assert_eq!(told["manifest"]["settings"]["changed"][0]["after"]["schema"]["type"], "string");
    activate(&house, &second, json!({})).await.names(&["/config/least"]);
    activate(&house, &second, json!({"config": {"least": 8}})).await.names(&["/config/least"]);
    activate(&house, &second, json!({"config": 8})).await.names(&["/config"]);
    assert_eq!(plugin(&house).await, first);

    let upgraded = activate(&house, &second, json!({"config": {"least": "8"}})).await.ok();
    assert_eq!(upgraded["config_set"], json!({"least": "8"}));
    let back = activate(&house, &json!({"digest": first["release"]}), json!({})).await.ok();
    assert_eq!(back["config_set"], json!({"least": 7}), "the configuration of then");
    let again = activate(&house, &second, json!({})).await.ok();
    assert_eq!(again["config_set"], json!({"least": "8"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_and_the_timers_are_the_new_releases() {
    let house = House::with(&["lead-intake"]).await;
    let component = component("lead-intake");
    let failing = Guest { handle: Does::Trap, ..Guest::new(watcher("1.0.0")) }.component();
    house.install(&failing).await;
    let old = plugin(&house).await["release"].as_str().unwrap().to_owned();
    house.chairs().await;
    let timers = house.timers("lead-intake").await;
    assert_eq!(timers.len(), 1);

    let mended = upload(&house, Guest::new(watcher("1.0.1")).component()).await.ok();
    activate(&house, &mended, json!({})).await.ok();
    install(&house, altered(component, "New lead", "Our lead")).await.ok();
    assert_eq!(house.timers("lead-intake").await, timers, "timers stay");
    house.advance(120).await;
    let runs = ran(&house).await;
    let new = mended["digest"].as_str().unwrap();
    assert!(runs.contains(&(old.clone(), "trap".to_owned())), "{runs:?}");
    assert!(runs.contains(&(new.to_owned(), "ok".to_owned())), "{runs:?}");
    let timed = items(house.ada.get("/api/v1/runs?plugin=lead-intake").await);
    let now = house.ada.get("/api/v1/plugins/lead-intake").await.ok()["release"].clone();
    assert_eq!((&timed[0]["trigger"], &timed[0]["release"]), (&json!("timer"), &now), "{timed:#?}");
    let dead = items(house.ada.get("/api/v1/dead_letters").await);
    assert_eq!(dead, Vec::<Value>::new(), "nothing was given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_under_the_old_release_is_run_again_under_the_new_one() {
    let house = House::bare().await;
    let endless = Guest { handle: Does::LoopForEver, ..Guest::new(watcher("1.0.0")) };
    house.install(&endless.component()).await;
    let long = json!({"fuel": 1_000_000_000_000_u64, "deadline_ms": 3000});
    house.ada.put(&format!("/api/v1/plugins/{NAME}/budgets"), long).await.ok();
    let mended = upload(&house, Guest::new(watcher("1.0.1")).component()).await.ok();
    house.form.post("/api/v1/leads", json!({"title": "Chairs", "name": "Karl Kunde"})).await.ok();
    assert_eq!(house.engine().held(), 1, "it runs");
    activate(&house, &mended, json!({})).await.ok();
    house.settle().await;
    assert_eq!(ran(&house).await, [(mended["digest"].as_str().unwrap().to_owned(), "ok".to_owned())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_a_release_brings_counts_from_when_it_comes_into_use() {
    let house = House::bare().await;
    house.install(&Guest::new(watcher("1.0.0")).component()).await;
    house.advance(26 * 60).await;
    let daily = Manifest { schedules: scheduled(NAME, "0 9 * * *").schedules, ..watcher("1.1.0") };
    install(&house, Guest::new(daily).component()).await.ok();
    house.advance(60).await;
    assert_eq!(ran(&house).await, [], "nine o'clock of that day was before it");
    house.advance(24 * 60).await;
    assert_eq!(ran(&house).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_for_an_older_contract_is_taken_back_only_where_it_was_in_use() {
    let house = House::bare().await;
    let old = Guest::new(watcher("1.0.0")).component();
    house.install(&old).await;
    let first = plugin(&house).await["release"].clone();
    let newer = altered(&Guest::new(watcher("2.0.0")).component(), "rule@0.1.1", "rule@0.1.7");
    let newer = upload(&house, newer).await.ok();
    assert_eq!(newer["contract"], "0.1.7");
    activate(&house, &newer, json!({})).await.ok();

    let downgrade = Guest::new(watcher("3.0.0")).component();
    let refused = install(&house, downgrade.clone()).await.problem(409, "contract_downgrade");
    assert!(
        refused["detail"].as_str().unwrap().contains("built for takt:crm@0.1.1, the one in use for 0.1.7"),
        "{refused}"
    );
    let downgrade = upload(&house, downgrade).await.ok();
    assert!(diff(&house, &downgrade).await["blocked"].as_str().unwrap().contains("0.1.7"));
    activate(&house, &downgrade, json!({})).await.problem(409, "contract_downgrade");
    assert_eq!(plugin(&house).await["release"], newer["digest"]);
    assert_eq!(activate(&house, &json!({"digest": first}), json!({})).await.ok()["release"], first);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_newer_host_carries_is_offered_and_not_brought_into_use() {
    let carries = Arc::new(AtomicBool::new(false));
    let told = carries.clone();
    let mut house = House::set_up(&[], move |settings| settings.bundled = told.load(Ordering::SeqCst)).await;
    let component = component("lead-intake");
    house.install(&altered(component, "New lead", "Our lead")).await;
    let own = house.ada.get("/api/v1/plugins/lead-intake").await.ok();
    carries.store(true, Ordering::SeqCst);
    house.restart_after(1).await;
    let now = house.ada.get("/api/v1/plugins/lead-intake").await.ok();
    assert_eq!((&now["release"], &now["enabled"]), (&own["release"], &json!(true)));
    let listed = items(house.ada.get("/api/v1/plugins/lead-intake/releases").await);
    let offered: Vec<&Value> = listed.iter().filter(|release| release["active"] == false).collect();
    assert_eq!((offered.len(), &offered[0]["used_at"]), (1, &Value::Null), "{listed:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_upgrade_and_roll_back() {
    let house = House::bare().await;
    house.install(&Guest::new(watcher("1.0.0")).component()).await;
    let need = Need { capability: "deals:read".to_owned(), reason: "To look at deals.".to_owned() };
    let component = Guest::new(Manifest { needs: vec![need], ..watcher("2.0.0") }).component();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("watcher.wasm");
    std::fs::write(&file, component).unwrap();
    let file = file.to_str().unwrap();
    let commands = Commands::on(&house).await;
    let takt = async |words: &[&str]| {
        let Ended { code, said } = commands.run(&[&["plugin"], words].concat()).await;
        (code, said)
    };
    let (code, said) = takt(&["upgrade", NAME, file, "--diff"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("1.0.0") && said.contains("needs what is not granted: deals:read"), "{said}");
    let (code, said) = takt(&["upgrade", NAME, file]).await;
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(plugin(&house).await["version"], "1.0.0");
    let (code, said) = takt(&["upgrade", NAME, file, "--grant"]).await;
    assert_eq!((code, plugin(&house).await["version"].as_str()), (Some(0), Some("2.0.0")), "{said}");
    let (code, said) = takt(&["rollback", NAME]).await;
    assert_eq!((code, plugin(&house).await["version"].as_str()), (Some(0), Some("1.0.0")), "{said}");
    let (_, said) = takt(&["releases", NAME]).await;
    assert!(said.contains("active") && said.contains("used before"), "{said}");
    let newer = releases(&house).await.into_iter().find(|release| release["version"] == "2.0.0").unwrap();
    let newest = newer["digest"].as_str().unwrap()[..10].to_owned();
    let (code, said) = takt(&["upgrade", NAME, "--release", &newest]).await;
    assert_eq!((code, plugin(&house).await["version"].as_str()), (Some(0), Some("2.0.0")), "{said}");
}
