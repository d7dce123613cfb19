//! Server-sent events.

use axum::body::{Body, BodyDataStream};
use futures::StreamExt as _;
use serde_json::json;

use super::{As, Host};

/// The next event's text; panics where none comes.
async fn next(stream: &mut BodyDataStream) -> String {
    let chunk = tokio::time::timeout(std::time::Duration::from_secs(5), stream.next()).await.expect("an event in time");
    String::from_utf8(chunk.unwrap().unwrap().to_vec()).unwrap()
}

async fn open(host: &Host, caller: As<'_>, path: &str, headers: &[(&str, &str)]) -> BodyDataStream {
    let response = host.send(caller, "GET", path, headers, Body::empty()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

#[tokio::test]
async fn events_within_reach_live_and_missed() {
    let host = Host::start().await;
    let [anna, boris, ..] = host.company.members[..] else { panic!("members") };
    let mut live = open(&host, As::User(anna), "/api/v1/events?kinds=lead", &[]).await;
    host.lead("Boris's", Some(boris)).await;
    let first = host.lead("Anna's", Some(anna)).await;
    let text = next(&mut live).await;
    assert!(text.contains("event: lead.created") && text.contains(&first.to_string()), "{text}");
    let id = text.lines().find_map(|line| line.strip_prefix("id: ")).unwrap().to_owned();

    // Handed over out of reach: told once, as it goes.
    let path = format!("/api/v1/leads/{first}");
    host.call(As::User(anna), "PATCH", &path, Some(json!({"owner": boris}))).await.done();
    assert!(next(&mut live).await.contains("event: lead.updated"));
    let second = host.lead("Free", None).await;

    let mut resumed = open(&host, As::User(anna), "/api/v1/events?kinds=lead", &[("last-event-id", &id)]).await;
    assert!(next(&mut resumed).await.contains("event: lead.updated"));
    assert!(next(&mut resumed).await.contains(&second.to_string()));
}

#[tokio::test]
async fn an_inbox_is_told_of_its_own_only() {
    let host = Host::start().await.with_rule("offers").await;
    let [anna, ..] = host.company.members[..] else { panic!("members") };
    let mut live = open(&host, As::User(anna), "/api/v1/inbox/events", &[]).await;
    host.lead("Chairs", None).await;
    host.engine.idle().await;
    let text = next(&mut live).await;
    assert!(text.contains("event: notification.created") && text.contains(&format!("\"to\":\"{anna}\"")), "{text}");
    host.lead("Tables", None).await;
    host.engine.idle().await;
    assert!(next(&mut live).await.contains(&format!("\"to\":\"{anna}\"")));
}

#[tokio::test]
async fn refusals() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    host.call(admin, "GET", "/api/v1/events?kinds=cat", None).await.refused(422, "invalid");
    let bad = host.call_with(admin, "GET", "/api/v1/events", &[("last-event-id", "x")], None).await;
    bad.refused(400, "bad_last_event_id");
    let narrow = host.token(&["events:read", "leads:read"], None).await;
    host.call(As::Token(&narrow), "GET", "/api/v1/events?kinds=deal", None).await.refused(403, "forbidden");
}
