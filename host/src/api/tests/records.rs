//! Records over HTTP.

use serde_json::json;

use super::{As, Host};

#[tokio::test]
async fn life_of_a_record() {
    let host = Host::start().await;
    let me = As::User(host.company.members[0]);
    let made = host.call(me, "POST", "/api/v1/leads", Some(json!({"title": "Chairs", "name": "Eva Kunde"}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(made.headers["etag"], "\"v1\"");
    let path = made.headers["location"].to_str().unwrap().to_owned();
    assert_eq!(made.body["number"], 1);

    let known = host.call_with(me, "GET", &path, &[("if-none-match", "\"v1\"")], None).await;
    assert_eq!(known.status, 304, "{known:?}");
    let patch = Some(json!({"title": "Ten chairs"}));
    let patched = host.call_with(me, "PATCH", &path, &[("if-match", "\"v1\"")], patch.clone()).await;
    assert_eq!(patched.headers["etag"], "\"v2\"");
    assert_eq!(patched.done()["title"], "Ten chairs");
    let stale = host.call_with(me, "PATCH", &path, &[("if-match", "\"v1\"")], patch.clone()).await;
    assert_eq!(stale.refused(412, "stale")["version"], 2);
    // What changes nothing makes no version.
    assert_eq!(host.call(me, "PATCH", &path, patch).await.done()["version"], 2);

    let history = host.call(me, "GET", &format!("{path}/history"), None).await.done();
    assert_eq!(history["items"][0]["diff"], json!({"title": ["Chairs", "Ten chairs"]}));
    assert_eq!(history["items"][0]["by"], json!({"type": "user", "id": host.company.members[0]}));
    assert_eq!(history["items"][1]["name"], "lead.created");

    assert_eq!(host.call_with(me, "DELETE", &path, &[("if-match", "\"v1\"")], None).await.status, 412);
    assert_eq!(host.call(me, "DELETE", &path, None).await.status, 204);
    host.call(me, "GET", &path, None).await.refused(404, "not_found");
    host.call(me, "GET", &format!("{path}/history"), None).await.refused(404, "not_found");
    let admin = As::User(host.company.admin);
    let history = host.call(admin, "GET", &format!("{path}/history"), None).await.done();
    assert_eq!(history["items"][0]["name"], "lead.deleted");
}

#[tokio::test]
async fn bad_input_is_refused_precisely() {
    let host = Host::start().await;
    let me = As::User(host.company.admin);
    let lead = host.lead("Chairs", None).await;
    let text = |text: &str| axum::body::Body::from(text.to_owned());
    let json_type = [("content-type", "application/json")];
    let answer = super::answer(host.send(me, "POST", "/api/v1/leads", &json_type, text("{\"title\": }")).await).await;
    let problem = answer.refused(400, "malformed_json");
    assert_eq!((&problem["line"], &problem["column"]), (&json!(1), &json!(11)));
    let answer = super::answer(host.send(me, "POST", "/api/v1/leads", &json_type, text("[]")).await).await;
    answer.refused(422, "invalid");
    let answer = super::answer(host.send(me, "POST", "/api/v1/leads", &[], text("{}")).await).await;
    answer.refused(415, "unsupported_media_type");
    let large = text(&format!("{{\"title\": \"{}\"}}", "a".repeat(1 << 20)));
    super::answer(host.send(me, "POST", "/api/v1/leads", &json_type, large).await).await.refused(413, "body_too_large");

    for (body, field) in [
        (json!({"title": "Chairs", "colour": "red"}), "/colour"),
        (json!({"title": 1}), "/title"),
        (json!({"title": "a".repeat(100_000)}), "/title"),
        (json!({"title": "Chairs", "owner": lead}), "/owner"),
        (json!({"title": "Chairs", "phone": "12"}), "/phone"),
    ] {
        let problem = host.call(me, "POST", "/api/v1/leads", Some(body)).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["field"], field, "{problem}");
    }
    host.call(me, "GET", "/api/v1/leads/not-an-id", None).await.refused(404, "not_found");
    host.call(me, "GET", &format!("/api/v1/deals/{lead}"), None).await.refused(404, "not_found");
    host.call(me, "GET", "/api/v1/leads?colour=red", None).await.refused(422, "invalid");
    host.call(me, "PUT", "/api/v1/leads", None).await.refused(405, "method_not_allowed");
    host.call(me, "GET", "/api/v1/cats", None).await.refused(404, "not_found");
    let listed = host.call(me, "GET", "/api/v1/leads", None).await.done();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn reach() {
    let host = Host::start().await;
    let [anna, boris, ..] = host.company.members[..] else { panic!("members") };
    let (of_anna, of_boris, free) =
        (host.lead("Anna's", Some(anna)).await, host.lead("Boris's", Some(boris)).await, host.lead("Free", None).await);
    let of_admin = host.lead("Admin's", Some(host.company.admin)).await;
    for (user, reached) in [
        (anna, vec![of_anna, free]),
        (boris, vec![of_boris, free]),
        (host.company.head, vec![of_anna, of_boris, free]),
        (host.company.admin, vec![of_anna, of_boris, free, of_admin]),
    ] {
        let listed = host.call(As::User(user), "GET", "/api/v1/leads", None).await.done();
        let ids: Vec<String> =
            listed["items"].as_array().unwrap().iter().map(|lead| lead["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids, reached.iter().map(ToString::to_string).collect::<Vec<_>>());
        for lead in [of_anna, of_boris, free, of_admin] {
            let path = format!("/api/v1/leads/{lead}");
            let expected = if reached.contains(&lead) { 200 } else { 404 };
            assert_eq!(host.call(As::User(user), "GET", &path, None).await.status, expected);
            let history = host.call(As::User(user), "GET", &format!("{path}/history"), None).await;
            assert_eq!(history.status, expected);
        }
    }
    let path = format!("/api/v1/leads/{of_boris}");
    host.call(As::User(anna), "PATCH", &path, Some(json!({"title": "Mine"}))).await.refused(404, "not_found");
    host.call(As::User(anna), "DELETE", &path, None).await.refused(404, "not_found");
    // A filter of one's own narrows further, and no more.
    let path = format!("/api/v1/leads?owner={boris}");
    assert_eq!(host.call(As::User(anna), "GET", &path, None).await.done()["items"], json!([]));
}

#[tokio::test]
async fn pages() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    for at in 0..5 {
        host.lead(&format!("Lead {at}"), None).await;
    }
    let mut path = "/api/v1/leads?limit=2&sort=-number".to_owned();
    let mut numbers = Vec::new();
    loop {
        let page = host.call(admin, "GET", &path, None).await.done();
        numbers.extend(page["items"].as_array().unwrap().iter().map(|lead| lead["number"].as_u64().unwrap()));
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/leads?limit=2&sort=-number&after={next}"),
            None => break,
        }
    }
    assert_eq!(numbers, [5, 4, 3, 2, 1]);
}

#[tokio::test]
async fn a_request_sent_twice_is_done_once() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    let key = [("idempotency-key", "form-1")];
    let body = Some(json!({"title": "Chairs"}));
    let first = host.call_with(admin, "POST", "/api/v1/leads", &key, body.clone()).await.done();
    let second = host.call_with(admin, "POST", "/api/v1/leads", &key, body.clone()).await;
    assert_eq!((second.status.as_u16(), &second.body), (201, &first));
    assert_eq!(second.headers["idempotency-replayed"], "true");
    let other = host.call_with(admin, "POST", "/api/v1/leads", &key, Some(json!({"title": "Tables"}))).await;
    other.refused(422, "idempotency_key_reused");
    // Another caller's key is another key.
    let head = As::User(host.company.head);
    assert_ne!(host.call_with(head, "POST", "/api/v1/leads", &key, body).await.done()["id"], first["id"]);
}

#[tokio::test]
async fn conversion() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    let lead = host.lead("Chairs", Some(host.company.members[0])).await;
    let made = host.call(admin, "POST", &format!("/api/v1/leads/{lead}/convert"), None).await.done();
    assert_eq!(made["lead"]["status"], "converted");
    assert_eq!(made["deal"]["lead"], json!(lead));
    assert_eq!(made["contact"]["name"], "Eva Kunde");
    let again = host.call(admin, "POST", &format!("/api/v1/leads/{lead}/convert"), None).await;
    assert_eq!(again.refused(422, "invalid")["errors"][0]["field"], "/status");
    let narrow = host.token(&["leads:write"], None).await;
    let path = format!("/api/v1/leads/{}/convert", host.lead("Tables", None).await);
    host.call(As::Token(&narrow), "POST", &path, None).await.refused(403, "forbidden");
}

/// Only a host whose setting says so sends into its own network.
#[tokio::test]
async fn a_webhook_does_not_lead_inside() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    for url in ["http://127.0.0.1:9000/", "http://[::1]/", "http://169.254.169.254/latest"] {
        let body = json!({"url": url, "events": ["*"]});
        let refused = host.call(admin, "POST", "/api/v1/webhooks", Some(body)).await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], "/url", "{refused}");
    }
}
