//! Buttons, inboxes, runs and plugins over HTTP.

use serde_json::{Value, json};

use super::{As, Host};
use crate::crm::id::Id;

async fn notice(host: &Host, user: Id) -> Value {
    let inbox = host.call(As::User(user), "GET", "/api/v1/inbox?open=true", None).await.done();
    inbox["items"][0].clone()
}

#[tokio::test]
async fn a_notification_is_pressed_by_its_reader_once() {
    let host = Host::start().await.with_rule("offers").await;
    let [anna, boris, ..] = host.company.members[..] else { panic!("members") };
    let lead = host.lead("Chairs", None).await;
    host.engine.idle().await;
    let (hers, his) = (notice(&host, anna).await, notice(&host, boris).await);
    let path = |notice: &Value, name: &str| {
        format!("/api/v1/notifications/{}/commands/{name}", notice["id"].as_str().unwrap())
    };

    let host = &host;
    let press = |user, path: String, body| async move { host.call(As::User(user), "POST", &path, body).await };
    press(boris, path(&hers, "accept"), None).await.refused(403, "notification_of_another");
    press(anna, path(&hers, "steal"), None).await.refused(404, "not_found");
    let problem = press(anna, path(&hers, "reject"), None).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "/answer");
    let problem = press(anna, path(&hers, "accept"), Some(json!({"answer": "x"}))).await.refused(422, "invalid");
    assert_eq!(problem["errors"][0]["field"], "/answer");

    let key = [("idempotency-key", "press-1")];
    let done = host.call_with(As::User(anna), "POST", &path(&hers, "accept"), &key, None).await.done();
    assert_eq!(done["reply"]["message"], "it is yours");
    let again = host.call_with(As::User(anna), "POST", &path(&hers, "accept"), &key, None).await.done();
    assert_eq!(again, done);
    for (user, notice) in [(anna, &hers), (boris, &his)] {
        let problem = press(user, path(notice, "accept"), None).await.refused(409, "notification_settled");
        assert_eq!(problem["detail"], "taken by a test");
    }
    let path = format!("/api/v1/leads/{lead}");
    let read = host.call(As::User(anna), "GET", &path, None).await.done();
    assert_eq!((&read["owner"], &read["version"]), (&json!(anna), &json!(2)));

    let run = done["run"].as_str().unwrap();
    let admin = As::User(host.company.admin);
    let shown = host.call(admin, "GET", &format!("/api/v1/runs/{run}"), None).await.done();
    assert_eq!((&shown["trigger"], &shown["outcome"]), (&json!("command"), &json!("ok")));
    assert!(shown["changes"].as_array().unwrap().iter().any(|change| change["name"] == "lead.updated"), "{shown}");
    let runs = host.call(As::User(anna), "GET", &format!("{path}/runs"), None).await.done();
    assert_eq!(runs["items"][0]["id"], *run);
}

#[tokio::test]
async fn a_run_says_what_led_to_it() {
    let host = Host::start().await.with_rule("offers").await;
    let lead = host.lead("Chairs", None).await;
    host.engine.idle().await;
    let admin = As::User(host.company.admin);
    let runs = host.call(admin, "GET", "/api/v1/runs?plugin=offers&outcome=ok", None).await.done();
    let run = runs["items"][0]["id"].as_str().unwrap().to_owned();
    let shown = host.call(admin, "GET", &format!("/api/v1/runs/{run}"), None).await.done();
    assert_eq!(shown["chain"][0]["change"]["name"], "lead.created");
    assert_eq!(shown["chain"][0]["change"]["record"]["id"], json!(lead));
    assert_eq!(shown["changes"].as_array().unwrap().len(), host.company.members.len());
    host.call(admin, "POST", &format!("/api/v1/runs/{run}/retry"), None).await.refused(409, "not_given_up");
    host.call(admin, "GET", "/api/v1/runs?outcome=fine", None).await.refused(422, "invalid");
    let queue = host.call(admin, "GET", "/api/v1/queue", None).await.done();
    assert!(queue["items"].is_array());
}

#[tokio::test]
async fn a_records_button() {
    let host = Host::start().await.with_rule("offers").await;
    let anna = As::User(host.company.members[0]);
    let lead = host.lead("Chairs", None).await;
    host.engine.idle().await;
    let base = format!("/api/v1/leads/{lead}/commands");
    let shown = host.call(anna, "GET", &base, None).await.done();
    assert_eq!(shown["items"].as_array().unwrap().len(), 2, "{shown}");
    host.call(anna, "POST", &format!("{base}/sing"), None).await.refused(404, "not_found");
    host.call(anna, "POST", &format!("{base}/reject"), None).await.refused(404, "not_found");
    let failed = host.call(anna, "POST", &format!("{base}/fail"), None).await.refused(500, "run_failed");
    assert_eq!(failed["outcome"], "failed");
    host.call(anna, "POST", &format!("{base}/accept"), Some(json!({"plugin": "none"}))).await.refused(404, "not_found");
    assert!(host.call(anna, "POST", &format!("{base}/accept"), None).await.done()["run"].is_string());
    host.call(anna, "POST", &format!("{base}/accept"), None).await.refused(409, "refused");

    let program = host.token(&["admin"], None).await;
    host.call(As::Token(&program), "POST", &format!("{base}/accept"), None).await.refused(403, "forbidden");
    let host = host.with_rule("others").await;
    let ambiguous = host.call(anna, "POST", &format!("{base}/accept"), None).await.refused(409, "ambiguous_command");
    assert_eq!(ambiguous["plugins"], json!(["offers", "others"]));
    let admin = As::User(host.company.admin);
    for name in ["offers", "others"] {
        host.call(admin, "POST", &format!("/api/v1/plugins/{name}/disable"), None).await.done();
    }
    host.call(anna, "POST", &format!("{base}/accept"), None).await.refused(409, "plugin_disabled");
}

#[tokio::test]
async fn an_inbox_is_ones_own() {
    let host = Host::start().await.with_rule("offers").await;
    let [anna, boris, ..] = host.company.members[..] else { panic!("members") };
    host.lead("Chairs", None).await;
    host.engine.idle().await;
    let hers = notice(&host, anna).await;
    let id = hers["id"].as_str().unwrap();
    host.call(As::User(boris), "POST", &format!("/api/v1/inbox/{id}/read"), None).await.refused(404, "not_found");
    host.call(As::User(boris), "GET", &format!("/api/v1/notifications/{id}"), None).await.refused(404, "not_found");
    let inbox = host.call(As::User(anna), "GET", "/api/v1/inbox?unread=true", None).await.done();
    assert_eq!((inbox["items"].as_array().unwrap().len(), &inbox["unread"]), (1, &json!(1)));
    let read = host.call(As::User(anna), "POST", &format!("/api/v1/inbox/{id}/read"), None).await.done();
    assert!(read["read_at"].is_string());
    let again = host.call(As::User(anna), "POST", &format!("/api/v1/inbox/{id}/read"), None).await.done();
    assert_eq!(again["version"], read["version"]);
    let inbox = host.call(As::User(anna), "GET", "/api/v1/inbox?unread=true", None).await.done();
    assert_eq!((&inbox["items"], &inbox["unread"]), (&json!([]), &json!(0)));
    host.call(As::User(anna), "GET", "/api/v1/inbox?open=maybe", None).await.refused(422, "invalid");
    host.call(As::User(anna), "GET", "/api/v1/inbox?colour=red", None).await.refused(422, "invalid");
}

#[tokio::test]
async fn plugins_are_configured_within_their_schema() {
    let host = Host::start().await.with_rule("offers").await;
    let admin = As::User(host.company.admin);
    let path = "/api/v1/plugins/offers";
    let listed = host.call(admin, "GET", "/api/v1/plugins", None).await.done();
    assert_eq!(listed["items"][0]["name"], "offers");
    let shown = host.call(admin, "PUT", &format!("{path}/config"), Some(json!({"times": 5}))).await.done();
    assert_eq!(shown["config"]["times"], 5);
    for bad in [json!({"times": 0}), json!({"times": "often"}), json!({"tmes": 5}), json!([])] {
        host.call(admin, "PUT", &format!("{path}/config"), Some(bad)).await.refused(422, "invalid");
    }
    let config = host.call(admin, "GET", &format!("{path}/config"), None).await.done();
    assert_eq!((&config["set"], &config["effective"]), (&json!({"times": 5}), &json!({"times": 5})));
    let grants = host.call(admin, "PUT", &format!("{path}/grants"), Some(json!({"grants": ["moon:write"]}))).await;
    assert_eq!(grants.refused(422, "invalid")["errors"][0]["field"], "/grants/0");
    let condition = host.call(admin, "PUT", &format!("{path}/condition"), Some(json!({"condition": "after.("}))).await;
    condition.refused(422, "invalid");
    host.call(admin, "PUT", &format!("{path}/budgets"), Some(json!({"fuel": 1000}))).await.done();
    host.call(admin, "PUT", &format!("{path}/budgets"), Some(json!({"petrol": 1}))).await.refused(422, "invalid");
    host.call(admin, "GET", "/api/v1/plugins/none", None).await.refused(404, "not_found");
    assert_eq!(host.call(admin, "GET", &format!("{path}/timers"), None).await.done()["items"], json!([]));
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    let wasm = [("content-type", "application/wasm")];
    for bytes in [&b"not wasm"[..], b"\0asm\x01\0\0\0"] {
        let sent = host.send(admin, "POST", "/api/v1/plugins", &wasm, bytes.to_vec().into()).await;
        let problem = super::answer(sent).await.refused(422, "bad_component");
        assert!(!problem["detail"].as_str().unwrap().is_empty());
    }
    let sent = host.send(admin, "POST", "/api/v1/plugins", &wasm, axum::body::Body::empty()).await;
    super::answer(sent).await.refused(400, "not_a_component");
    let sent = host.send(admin, "POST", "/api/v1/plugins", &wasm, vec![0_u8; (64 << 20) + 1].into()).await;
    super::answer(sent).await.refused(413, "body_too_large");
}
