//! Requests that can't be read, or break the rules of a record.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Answer, send};

const LEADS: &str = "/api/v1/leads";

/// A body as it is, sent by the web form.
async fn raw(house: &House, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    send(house.form.request(Method::POST, LEADS).header("content-type", content_type).body(body)).await
}

/// Nothing was made, and nothing was woken.
async fn untouched(house: &House) {
    house.settle().await;
    assert_eq!(house.all("leads").await, Vec::<Value>::new());
    assert_eq!(house.all("notifications").await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_json_is_refused_with_its_place() {
    let house = House::open().await;
    let refused = raw(&house, "application/json", "{\"title\": \"Chairs\",\n \"name\": }").await;
    let refused = refused.problem(400, "malformed_json");
    assert_eq!((&refused["line"], &refused["column"]), (&json!(2), &json!(10)));
    for body in ["", "{", "{\"title\": \"Chairs\"} and more", "\u{feff}{}"] {
        raw(&house, "application/json", body).await.problem(400, "malformed_json");
    }
    raw(&house, "application/json", b"{\"title\": \"\xff\xfe\"}".to_vec()).await.problem(400, "malformed_json");
    raw(&house, "application/json", "[".repeat(100_000)).await.names(&[""]);
    raw(&house, "text/plain", "{\"title\": \"Chairs\"}").await.problem(415, "unsupported_media_type");
    untouched(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_and_wrong_types_are_named() {
    let house = House::open().await;
    for (body, fields) in [
        (json!({"title": "Chairs", "colour": "red"}), vec!["/colour"]),
        (json!({"title": "Chairs", "status": "lost"}), vec!["/status"]),
        (json!({"title": 7}), vec!["/title"]),
        (json!({"title": "Chairs", "amount": 5}), vec!["/amount"]),
        (json!({"title": "Chairs", "amount": {"minor": 1.5, "currency": "EUR"}}), vec!["/amount/minor"]),
        (json!({"title": "Chairs", "amount": {"minor": 1, "currency": "XYZ"}}), vec!["/amount/currency"]),
        (json!({"title": "Chairs", "amount": {"minor": 1, "currency": "EUR", "cents": 1}}), vec!["/amount/cents"]),
        (json!({"title": "Chairs", "owner": "Anna"}), vec!["/owner"]),
        (json!({"title": "Chairs", "owner": house.company.sales}), vec!["/owner"]),
        (json!({"title": "Chairs", "phone": "12", "email": "nobody"}), vec!["/phone", "/email"]),
        (json!({"title": "Chairs", "resume_at": "tomorrow"}), vec!["/resume_at"]),
        (json!({"title": "Chairs", "custom": []}), vec!["/custom"]),
        (json!({"title": " "}), vec!["/title"]),
        (json!({}), vec!["/title"]),
    ] {
        let refused = house.form.post(LEADS, body.clone()).await.names(&fields);
        assert!(refused["errors"][0]["message"].as_str().is_some_and(|words| !words.is_empty()), "{body}");
    }
    house.form.post(LEADS, json!([])).await.names(&[""]);
    untouched(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_long_texts_are_refused() {
    let house = House::open().await;
    house.form.post(LEADS, json!({"title": "Ж".repeat(201)})).await.names(&["/title"]);
    house.form.post(LEADS, json!({"title": "Chairs", "message": "Ж".repeat(10_001)})).await.names(&["/message"]);
    let both = json!({"title": "Chairs", "name": "n".repeat(201), "custom": {"x": "y".repeat(65_536)}});
    house.form.post(LEADS, both).await.names(&["/name", "/custom"]);
    house.form.post(LEADS, json!({"title": "Chairs", "custom": {"x": "\u{0}"}})).await.names(&["/custom"]);
    untouched(&house).await;
    let longest = json!({"title": "Ж".repeat(200), "message": "Ж".repeat(10_000)});
    let lead = house.lead(longest).await;
    assert_eq!(house.boris.last().await["about"]["id"], lead["id"], "the longest are taken, and offered");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_over_the_limit_are_refused() {
    let house = House::open().await;
    let body = json!({"title": "Chairs", "message": "x".repeat(1 << 20)}).to_string();
    let refused = raw(&house, "application/json", body.clone()).await.problem(413, "body_too_large");
    assert_eq!(refused["limit"], 1 << 20);
    // The same without its length in front.
    let chunks =
        body.into_bytes().chunks(100_000).map(|chunk| Ok::<_, std::io::Error>(chunk.to_vec())).collect::<Vec<_>>();
    let stream = reqwest::Body::wrap_stream(futures::stream::iter(chunks));
    raw(&house, "application/json", stream).await.problem(413, "body_too_large");
    untouched(&house).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_if_match_is_refused_and_says_what_there_is() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let path = format!("{LEADS}/{}", lead["id"].as_str().unwrap());
    house.ada.patch(&path, json!({"title": "Tables"})).await.ok();
    let patch =
        |tag: &str| house.ada.request(Method::PATCH, &path).header("if-match", tag).json(&json!({"title": "Lamps"}));
    let refused = send(patch("\"v1\"")).await;
    assert_eq!(refused.etag(), "\"v2\"");
    assert_eq!(refused.problem(412, "stale")["version"], 2);
    let delete = house.ada.request(Method::DELETE, &path).header("if-match", "\"v1\"");
    send(delete).await.problem(412, "stale");
    let convert = house.ada.request(Method::POST, &format!("{path}/convert")).header("if-match", "\"v1\"");
    send(convert).await.problem(412, "stale");
    send(patch("v2")).await.problem(400, "bad_if_match");
    house.settle().await;
    assert_eq!(
        (&house.record("leads", &lead["id"]).await["title"], house.all("deals").await.len()),
        (&json!("Tables"), 0)
    );
    assert_eq!(send(patch("\"v2\"")).await.ok()["version"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_methods_ids_and_parameters_are_told() {
    let house = House::bare().await;
    house.ada.get("/api/v1/orders").await.problem(404, "not_found");
    house.ada.get(&format!("{LEADS}/{}", house.ada.id)).await.problem(404, "not_found");
    house.ada.get(&format!("{LEADS}/1")).await.problem(404, "not_found");
    let put = house.ada.put(LEADS, json!({})).await;
    assert!(put.headers["allow"].to_str().unwrap().contains("POST"));
    put.problem(405, "method_not_allowed");
    house.ada.get("/api/v1/leads?colour=red&limit=0").await.problem(422, "invalid");
    house.ada.get("/api/v1/leads?limit=201").await.names(&["/limit"]);
    house.ada.get("/api/v1/leads?after=x").await.names(&["/after"]);
    house.ada.get("/api/v1/runs?outcome=lost").await.names(&["/outcome"]);
    house.ada.get("/api/v1/events?kinds=order").await.names(&["/kinds"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_told_and_changes_nothing() {
    let house = House::open().await;
    let lead = house.lead(json!({"title": "Chairs", "owner": house.boris.id})).await;
    let path = format!("{LEADS}/{}", lead["id"].as_str().unwrap());
    let before = house.record("leads", &lead["id"]).await;
    house.anna.patch(&path, json!({"title": "Mine"})).await.problem(404, "not_found");
    house.form.post("/api/v1/deals", json!({})).await.problem(403, "forbidden");
    house.helga.post("/api/v1/users", json!({"name": "Eve", "email": "eve@x.example"})).await.problem(403, "forbidden");
    house.helga.put("/api/v1/plugins/lead-intake/config", json!({})).await.problem(403, "forbidden");
    house.anna.get("/api/v1/runs").await.problem(403, "forbidden");
    let stranger = crate::support::person::Person::with_token(&house.base, "takt_nonsense", "", "stranger");
    stranger.get(LEADS).await.problem(401, "unauthenticated");
    let other_site = house.boris.request(Method::PATCH, &path).header("origin", "https://evil.example");
    send(other_site.json(&json!({"title": "Evil"}))).await.problem(403, "forbidden");
    house.settle().await;
    assert_eq!(house.record("leads", &lead["id"]).await, before);
}
