//! S14: everything is on the record.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{items, send};

fn path(lead: &Value, more: &str) -> String {
    format!("/api/v1/leads/{}{more}", lead["id"].as_str().unwrap())
}

/// The changes of a record, oldest first.
async fn history(house: &House, kind: &str, id: &Value) -> Vec<Value> {
    let mut changes = items(house.ada.get(&format!("/api/v1/{kind}/{}/history", id.as_str().unwrap())).await);
    changes.reverse();
    changes
}

async fn run(house: &House, id: &Value) -> Value {
    house.ada.get(&format!("/api/v1/runs/{}", id.as_str().unwrap())).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_1_a_change_by_a_program_or_a_person_says_when_what_and_who() {
    let house = House::open().await;
    let lead = house.lead(json!({"title": "Chairs", "owner": house.boris.id, "phone": "030 901820"})).await;
    house.advance(7).await;
    let by = json!({"title": "Tables", "phone": null, "amount": {"minor": 5, "currency": "EUR"}});
    house.boris.patch(&path(&lead, ""), by).await.ok();
    house.advance(1).await;
    house.boris.delete(&path(&lead, "")).await;
    let changes = history(&house, "leads", &lead["id"]).await;
    let names: Vec<&Value> = changes.iter().map(|change| &change["name"]).collect();
    assert_eq!(names, ["lead.created", "lead.updated", "lead.deleted"]);

    let [made, changed, deleted] = &changes[..] else { panic!("three changes") };
    assert_eq!((&made["at"], &made["version"]), (&json!("2026-03-02T09:00:00.000000Z"), &json!(1)));
    assert_eq!(made["by"], json!({"type": "system", "id": "web-form"}));
    assert_eq!(made["diff"]["title"], json!([null, "Chairs"]));
    assert_eq!(made["diff"]["phone"], json!([null, "+4930901820"]));
    assert_eq!((&made["run"], &made["cause"]["event"]), (&Value::Null, &Value::Null));

    assert_eq!((&changed["at"], &changed["version"]), (&json!("2026-03-02T09:07:00.000000Z"), &json!(2)));
    assert_eq!(changed["by"], json!({"type": "user", "id": house.boris.id}));
    let diff = json!({
        "title": ["Chairs", "Tables"],
        "phone": ["+4930901820", null],
        "amount": [null, {"minor": 5, "currency": "EUR"}],
    });
    assert_eq!(changed["diff"], diff);
    assert_eq!(changed["record"], json!({"kind": "lead", "id": lead["id"]}));

    assert_eq!(deleted["diff"]["title"], json!(["Tables", null]));
    assert!(made["id"].as_u64() < changed["id"].as_u64() && changed["id"].as_u64() < deleted["id"].as_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_1_a_change_by_a_plugin_says_which_run_of_which_release_and_why() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let pressed = house.anna.press(&house.anna.last().await, "accept").await.ok();
    house.settle().await;
    let changes = history(&house, "leads", &lead["id"]).await;
    let taken = changes.last().unwrap();
    assert_eq!(taken["by"], json!({"type": "plugin", "id": "lead-intake"}));
    assert_eq!(taken["run"], pressed["run"]);
    assert_eq!(taken["diff"]["owner"], json!([null, house.anna.id]));
    assert_eq!(taken["diff"]["status"], json!(["new", "in_progress"]));

    let plugin = house.ada.get("/api/v1/plugins/lead-intake").await.ok();
    let button = run(&house, &taken["run"]).await;
    assert_eq!((&button["plugin"], &button["release"]), (&json!("lead-intake"), &plugin["release"]));
    assert_eq!((&button["trigger"], &button["name"]), (&json!("command"), &json!("accept")));
    assert_eq!(button["by"], house.anna.id, "the person who pressed");

    // The task was made because of the lead's change.
    let task = house.all("tasks").await.remove(0);
    let made = history(&house, "tasks", &task["id"]).await.remove(0);
    assert_eq!(made["by"], json!({"type": "plugin", "id": "lead-intake"}));
    assert_eq!(made["cause"]["event"], taken["id"]);
    assert_eq!(run(&house, &made["run"]).await["cause"]["event"], taken["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_1_nobody_can_alter_the_record_of_it_through_the_api() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.anna).await;
    let before = history(&house, "leads", &lead["id"]).await;
    let runs = items(house.ada.get("/api/v1/runs?limit=200").await);
    let paths = [
        path(&lead, "/history"),
        path(&lead, "/runs"),
        format!("{}/{}", path(&lead, "/history"), before[0]["id"]),
        "/api/v1/runs".to_owned(),
        format!("/api/v1/runs/{}", runs[0]["id"].as_str().unwrap()),
        "/api/v1/events".to_owned(),
        "/api/v1/audit".to_owned(),
    ];
    for path in &paths {
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let answer = send(house.ada.request(method.clone(), path).json(&json!({"diff": {}}))).await;
            assert!(matches!(answer.status, 404 | 405), "{method} {path}: {answer:#?}");
        }
    }
    for field in ["id", "number", "version", "created_at", "updated_at", "kind"] {
        house.ada.patch(&path(&lead, ""), json!({field: lead["number"]})).await.names(&[&format!("/{field}")]);
    }
    assert_eq!(history(&house, "leads", &lead["id"]).await, before);
    assert_eq!(items(house.ada.get("/api/v1/runs?limit=200").await), runs);

    // Deleting the record leaves its history.
    assert_eq!(house.ada.delete(&path(&lead, "")).await.status, 204);
    house.settle().await;
    assert_eq!(history(&house, "leads", &lead["id"]).await[..before.len()], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_2_from_a_record_to_its_runs_their_causes_and_what_they_caused() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let pressed = house.anna.press(&house.anna.last().await, "accept").await.ok();
    house.settle().await;

    // From the record to the runs that touched it.
    let mut runs = items(house.ada.get(&path(&lead, "/runs")).await);
    runs.reverse();
    let names: Vec<(&str, &str)> =
        runs.iter().map(|run| (run["trigger"].as_str().unwrap(), run["name"].as_str().unwrap())).collect();
    assert_eq!(names, [("event", "lead.created"), ("command", "accept"), ("event", "lead.updated")]);
    assert_eq!(runs[1]["id"], pressed["run"]);

    // From a run to the event that caused it, and all the way up.
    let last = run(&house, &runs[2]["id"]).await;
    let changes = history(&house, "leads", &lead["id"]).await;
    assert_eq!(last["cause"]["event"], changes[1]["id"]);
    assert_eq!((&last["cause"]["root"], &last["cause"]["depth"]), (&changes[1]["id"], &json!(1)));
    assert_eq!(last["chain"][0]["change"], changes[1]);
    assert_eq!(last["chain"][0]["run"]["id"], pressed["run"]);
    assert_eq!(last["chain"].as_array().unwrap().len(), 1, "the press began it: {:#}", last["chain"]);
    let first = run(&house, &runs[0]["id"]).await;
    assert_eq!(first["chain"][0]["change"], changes[0]);
    assert_eq!(first["chain"][0].get("run"), None, "a program outside began it");

    // From a run to the runs it caused in turn.
    let button = run(&house, &pressed["run"]).await;
    let caused: Vec<&Value> = button["caused"].as_array().unwrap().iter().map(|run| &run["id"]).collect();
    assert_eq!(caused, [&runs[2]["id"]]);
    let by_filter = items(house.ada.get(&format!("/api/v1/runs?caused_by={}", button["id"].as_str().unwrap())).await);
    assert_eq!(by_filter.len(), 1);
    assert_eq!(by_filter[0]["id"], runs[2]["id"]);

    // And to all that it changed, and set beside records.
    let kinds = |run: &Value| {
        let changes = run["changes"].as_array().unwrap().iter();
        changes.map(|change| change["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(
        kinds(&button),
        [
            "lead.updated",
            "notification.updated",
            "notification.updated",
            "notification.updated",
            "notification.updated"
        ]
    );
    assert_eq!(kinds(&last), ["notification.created", "task.created"]);
    assert!(last["effects"].to_string().contains("process:"), "the timer of the reminder: {}", last["effects"]);
    assert!(last["cost"]["fuel"].as_u64().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_2_a_timers_run_leads_back_to_the_run_that_set_it() {
    let house = House::open().await;
    let lead = house.chairs().await;
    house.advance(15).await;
    let runs = items(house.ada.get(&path(&lead, "/runs")).await);
    assert_eq!((&runs[0]["trigger"], &runs[1]["name"]), (&json!("timer"), &json!("lead.created")));
    let timer = run(&house, &runs[0]["id"]).await;
    assert_eq!(timer["cause"]["run"], runs[1]["id"]);
    assert_eq!(timer["chain"][0]["run"]["id"], runs[1]["id"]);
    let made = &history(&house, "leads", &lead["id"]).await[0];
    assert_eq!(timer["chain"].as_array().unwrap().last().unwrap()["change"], *made);
    let first = run(&house, &runs[1]["id"]).await;
    assert!(first["caused"].as_array().unwrap().iter().any(|caused| caused["id"] == runs[0]["id"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn s14_2_a_run_that_refused_is_on_the_record_and_changed_nothing() {
    let house = House::open().await;
    let lead = house.accepted_by(&house.anna).await;
    let refused = house.helga.post(&path(&lead, "/commands/accept"), json!({})).await.problem(409, "refused");
    let run = run(&house, &refused["run"]).await;
    assert_eq!((&run["outcome"], &run["error"]), (&json!("refused"), &refused["detail"]));
    assert_eq!((&run["changes"], &run["by"]), (&json!([]), &json!(house.helga.id)));
    let runs = items(house.ada.get(&path(&lead, "/runs")).await);
    assert_eq!(runs[0]["id"], run["id"]);
}
