//! Web forms: what a website's visitor posts becomes a lead.

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Answer, send};

const SITE: &str = "https://www.nordlicht.example";

/// The contact form, with what the test sets otherwise.
async fn form(house: &House, more: Value) -> Value {
    let mut form = json!({
        "title": "Contact form", "slug": "contact", "origins": [SITE], "tags": ["website"],
        "fields": [
            {"name": "your-name", "label": "Name", "to": "name", "required": true},
            {"name": "tel", "label": "Phone", "to": "phone"},
            {"name": "budget", "label": "Budget", "to": "amount"},
            {"name": "text", "label": "Message", "to": "message"},
        ],
        "honeypot": "website",
        "consent": {"name": "agree", "text": "Nordlicht may call me."},
    });
    form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    house.ada.post("/api/v1/forms", form).await.ok()
}

/// A visitor's request, who is nobody to the host.
fn visitor(house: &House, method: Method, path: &str) -> RequestBuilder {
    Client::new().request(method, format!("{}{path}", house.address()))
}

async fn post(house: &House, body: Value) -> Answer {
    send(visitor(house, Method::POST, "/f/contact").json(&body)).await
}

fn maria() -> Value {
    json!({"your-name": "Maria Keller", "tel": "030 901820", "agree": "yes"})
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_1_a_form_becomes_a_lead() {
    let house = House::bare().await;
    form(&house, json!({"campaign": {"utm_source": "site", "utm_medium": "form"}})).await;
    let mut body = maria();
    body.as_object_mut().unwrap().extend(
        json!({
            "budget": "1200.50", "text": "Ten chairs,\nplease.", "utm_source": "newsletter", "utm_campaign": "spring",
            "colour": ["oak", "black"], "floor": 3,
        })
        .as_object()
        .unwrap()
        .clone(),
    );
    let answer = post(&house, body).await.ok();
    assert_eq!(answer, json!({"thanks": "Thank you."}));
    let leads = house.all("leads").await;
    let lead = &leads[0];
    assert_eq!(leads.len(), 1);
    for (field, value) in [
        ("source", json!("web-form")),
        ("name", json!("Maria Keller")),
        ("phone", json!("+4930901820")),
        ("amount", json!({"minor": 120_050, "currency": "EUR"})),
        ("message", json!("Ten chairs,\nplease.")),
        ("campaign", json!({"utm_source": "newsletter", "utm_medium": "form", "utm_campaign": "spring"})),
        ("tags", json!(["website"])),
        ("extra", json!({"colour": "oak, black", "floor": "3"})),
        ("consent", json!({"at": "2026-03-02T09:00:00.000000Z", "text": "Nordlicht may call me."})),
    ] {
        assert_eq!(lead[field], value, "{field} of {lead:#}");
    }
    let history = house.ada.get(&format!("/api/v1/leads/{}/history", lead["id"].as_str().unwrap())).await.ok();
    assert_eq!(history["items"][0]["by"], json!({"type": "system", "id": "form contact"}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browsers_forms_are_read_too() {
    let house = House::bare().await;
    form(&house, json!({"redirect": "https://www.nordlicht.example/thanks"})).await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let url = format!("{}/f/contact", house.address());
    let left = client.post(&url).header("accept", "text/html").header("origin", SITE);
    let left = left.header("content-type", "application/x-www-form-urlencoded");
    let left = send(left.body("your-name=Maria+Keller&agree=on&ort=K%C3%B6ln")).await;
    assert_eq!(
        (left.status, &left.headers["location"]),
        (303, &"https://www.nordlicht.example/thanks".parse().unwrap())
    );
    let parts = "--x\r\nContent-Disposition: form-data; name=\"your-name\"\r\n\r\nIvan\r\n\
                 --x\r\nContent-Disposition: form-data; name=\"agree\"\r\n\r\non\r\n--x--\r\n";
    let sent = client.post(&url).header("content-type", "multipart/form-data; boundary=x").body(parts);
    assert_eq!(send(sent).await.ok()["redirect"], "https://www.nordlicht.example/thanks");
    let leads = house.all("leads").await;
    assert_eq!((&leads[0]["extra"]["ort"], &leads[1]["name"]), (&json!("Köln"), &json!("Ivan")));
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_forms_fields_and_make_nothing() {
    let house = House::bare().await;
    form(&house, json!({})).await;
    post(&house, json!({"budget": "much"})).await.names(&["/your-name", "/budget", "/agree"]);
    let mut bad = maria();
    bad["tel"] = json!("12");
    post(&house, bad).await.names(&["/tel"]);
    post(&house, json!({"your-name": {"a": 1}})).await.names(&["/your-name"]);
    let text = visitor(&house, Method::POST, "/f/contact").header("content-type", "text/plain").body("hello");
    send(text).await.problem(415, "unsupported_media_type");
    let large = visitor(&house, Method::POST, "/f/contact").json(&json!({"your-name": "x".repeat(300_000)}));
    send(large).await.problem(413, "body_too_large");
    send(visitor(&house, Method::POST, "/f/other").json(&maria())).await.problem(404, "not_found");
    assert!(house.all("leads").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_told_nothing() {
    let house = House::bare().await;
    form(&house, json!({})).await;
    let mut spam = maria();
    spam["website"] = json!("http://spam.example");
    assert_eq!(post(&house, spam).await.ok(), json!({"thanks": "Thank you."}));
    assert!(house.all("leads").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_may_post_so_often() {
    let house = House::bare().await;
    form(&house, json!({"per_minute": 2})).await;
    post(&house, maria()).await.ok();
    post(&house, maria()).await.ok();
    let limited = post(&house, maria()).await;
    assert_eq!(limited.headers["retry-after"], "30");
    limited.problem(429, "too_many_tries");
    house.advance_by(Duration::from_secs(30)).await;
    post(&house, maria()).await.ok();
    assert_eq!(house.all("leads").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn sent_twice_it_is_one_lead() {
    let house = House::bare().await;
    form(&house, json!({})).await;
    let with_key = || visitor(&house, Method::POST, "/f/contact").header("idempotency-key", "k1").json(&maria());
    let (one, two) = tokio::join!(send(with_key()), send(with_key()));
    assert_eq!(one.ok(), two.ok());
    let mut with_token = maria();
    with_token["_submission"] = json!("t1");
    for _ in 0..2 {
        post(&house, with_token.clone()).await.ok();
    }
    with_token["tel"] = json!("");
    post(&house, with_token).await.problem(422, "idempotency_key_reused");
    let leads = house.all("leads").await;
    assert_eq!(leads.len(), 2);
    assert!(leads.iter().all(|lead| lead.get("extra").is_none()), "{leads:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_listed_sites_alone_post_and_read() {
    let house = House::bare().await;
    form(&house, json!({})).await;
    let from = |method: Method, origin: &str| {
        visitor(&house, method, "/f/contact").header("origin", origin).header("sec-fetch-site", "cross-site")
    };
    let asked = send(from(Method::OPTIONS, SITE)).await;
    assert_eq!((asked.status, &asked.headers["access-control-allow-origin"]), (204, &SITE.parse().unwrap()));
    assert_eq!(asked.headers["access-control-allow-headers"], "content-type, idempotency-key");
    let sent = send(from(Method::POST, SITE).json(&maria())).await;
    assert_eq!(sent.headers["access-control-allow-origin"], SITE);
    sent.ok();
    let refused = send(from(Method::POST, SITE).json(&json!({}))).await;
    assert_eq!((refused.status, &refused.headers["access-control-allow-origin"]), (422, &SITE.parse().unwrap()));
    for other in ["https://evil.example", "null"] {
        let asked = send(from(Method::OPTIONS, other)).await;
        assert!(asked.status == 204 && !asked.headers.contains_key("access-control-allow-origin"), "{asked:?}");
        send(from(Method::POST, other).json(&maria())).await.problem(403, "origin_not_allowed");
    }
    assert_eq!(house.all("leads").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_has_the_form_and_other_sites_may_load_it() {
    let house = House::bare().await;
    let made = form(&house, json!({"button": "Absenden"})).await;
    let script = visitor(&house, Method::GET, "/f/contact/embed.js").send().await.unwrap();
    assert_eq!(script.headers()["cross-origin-resource-policy"], "cross-origin");
    assert_eq!(script.headers()["content-type"], "text/javascript; charset=utf-8");
    let text = script.text().await.unwrap();
    let (_, face) = text.rsplit_once("})({").unwrap();
    let face: Value = serde_json::from_str(&format!("{{{}", face.trim_end().trim_end_matches(");"))).unwrap();
    assert_eq!((&face["fields"], &face["button"]), (&made["fields"], &json!("Absenden")));
    // Switched off, it is not there.
    house.ada.patch(&format!("/api/v1/forms/{}", made["id"].as_str().unwrap()), json!({"enabled": false})).await.ok();
    send(visitor(&house, Method::GET, "/f/contact/embed.js")).await.problem(404, "not_found");
    post(&house, maria()).await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_alone_make_forms() {
    let house = House::bare().await;
    form(&house, json!({})).await;
    let again = json!({"title": "x", "slug": "contact", "fields": [{"name": "a", "label": "A"}]});
    house.ada.post("/api/v1/forms", again.clone()).await.names(&["/slug"]);
    house.helga.post("/api/v1/forms", again).await.problem(403, "forbidden");
}
