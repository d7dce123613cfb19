//! Calls that the telephony system tells of, signed.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::house::House;
use crate::support::person::{Answer, send};

/// The telephony system: it knows its secret, and counts its messages.
struct Pbx<'a> {
    house: &'a House,
    secret: String,
}

pub async fn secret(house: &House, system: &str, keep_hours: u32) -> String {
    let path = format!("/api/v1/inbound/{system}/secret");
    let made = house.ada.post(&path, json!({"keep_hours": keep_hours})).await.ok();
    made["secret"].as_str().unwrap().to_owned()
}

/// Posts a body that is signed by that secret at that moment of the clock.
pub async fn post_signed(house: &House, path: &str, secret: &str, id: &str, body: Vec<u8>, ago: i64) -> Answer {
    let seconds = house.engine().now().micros() / 1_000_000 - ago;
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(&body);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let request = Client::new().request(Method::POST, format!("{}{path}", house.address())).body(body);
    let request = request.header("webhook-id", id).header("webhook-timestamp", seconds.to_string());
    send(request.header("webhook-signature", format!("v1,bm8= v1,{signature}"))).await
}

impl<'a> Pbx<'a> {
    async fn open(house: &'a House) -> Self {
        Self { house, secret: secret(house, "telephony", 24).await }
    }

    async fn tell(&self, id: &str, event: Value) -> Answer {
        post_signed(self.house, "/hooks/telephony", &self.secret, id, event.to_string().into_bytes(), 0).await
    }
}

fn event(event: &str, at: &str) -> Value {
    json!({"call": "pbx-1", "event": event, "direction": "in", "phone": "030 901820", "line": "+49 30 123456", "at": at})
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_1_a_call_is_logged_on_whom_the_number_belongs_to() {
    let house = House::bare().await;
    let pbx = Pbx::open(&house).await;
    let contact = json!({"name": "Karl", "phones": ["+4930901820"]});
    let contact = house.ada.post("/api/v1/contacts", contact).await.ok();
    assert_eq!(pbx.tell("m1", event("ringing", "2026-03-02T08:50:00Z")).await.status, 204);
    let ringing = house.all("calls").await;
    assert_eq!((ringing[0]["status"].as_str(), ringing[0]["phone"].as_str()), (Some("ringing"), Some("+4930901820")));
    let mut answered = event("answered", "2026-03-02T08:50:10Z");
    answered["user"] = json!("Anna@nordlicht.example");
    assert_eq!(pbx.tell("m2", answered).await.status, 204);
    let mut ended = event("ended", "2026-03-02T08:55:10Z");
    ended["recording"] = json!("https://pbx.example/1");
    assert_eq!(pbx.tell("m3", ended).await.status, 204);
    let calls = house.all("calls").await;
    assert_eq!(calls.len(), 1);
    for (field, value) in [
        ("status", json!("ended")),
        ("duration", json!(300)),
        ("user", json!(house.anna.id)),
        ("about", json!({"kind": "contact", "id": contact["id"]})),
        ("line", json!("+4930123456")),
        ("recording", json!("https://pbx.example/1")),
        ("external_id", json!("pbx-1")),
        ("version", json!(3)),
    ] {
        assert_eq!(calls[0][field], value, "{field}");
    }
    // Nothing else came of it.
    assert_eq!((house.all("contacts").await.len(), house.all("leads").await.len()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn companies_and_leads_are_found_too() {
    let house = House::bare().await;
    let pbx = Pbx::open(&house).await;
    let tell = async |call: &str, phone: &str| {
        let told = json!({"call": call, "event": "missed", "direction": "in", "phone": phone});
        assert_eq!(pbx.tell(call, told).await.status, 204);
        house.all("calls").await.pop().unwrap()
    };
    let company = house.ada.post("/api/v1/companies", json!({"name": "ACME", "phones": ["030 901821"]})).await.ok();
    assert_eq!(tell("a", "4930901821").await["about"], json!({"kind": "company", "id": company["id"]}));
    let lead = house.chairs().await;
    let closed = json!({"title": "Tables", "phone": "030 901820", "status": "rejected", "reject_reason": "spam"});
    house.ada.post("/api/v1/leads", closed).await.ok();
    assert_eq!(tell("b", "030 901820").await["about"], json!({"kind": "lead", "id": lead["id"]}));
    assert!(tell("c", "030 901899").await.get("about").is_none());
    // Who withholds the number leaves nothing behind.
    let hidden = json!({"call": "d", "event": "missed", "direction": "in", "phone": ""});
    assert_eq!(pbx.tell("d", hidden).await.status, 204);
    assert_eq!(house.all("calls").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_and_repeated_events_are_safe() {
    let house = House::bare().await;
    let pbx = Pbx::open(&house).await;
    let ended = event("ended", "2026-03-02T08:55:10Z");
    assert_eq!(pbx.tell("m3", ended.clone()).await.status, 204);
    assert_eq!(pbx.tell("m2", event("answered", "2026-03-02T08:50:10Z")).await.status, 204);
    let (one, two) = tokio::join!(
        pbx.tell("m1", event("ringing", "2026-03-02T08:50:00Z")),
        pbx.tell("m4", event("ringing", "2026-03-02T08:50:00Z")),
    );
    assert_eq!((one.status, two.status), (204, 204));
    let once = house.all("calls").await;
    assert_eq!((once.len(), &once[0]["status"], &once[0]["duration"]), (1, &json!("ended"), &json!(300)));
    assert_eq!(once[0]["started_at"], "2026-03-02T08:50:00.000000Z");
    // The same message, and the same word in another message, change nothing.
    assert_eq!(pbx.tell("m3", ended.clone()).await.status, 204);
    assert_eq!(pbx.tell("m5", ended).await.status, 204);
    assert_eq!(house.all("calls").await, once);
    // A message's id with other words in it is no repeat.
    pbx.tell("m3", event("missed", "2026-03-02T08:55:10Z")).await.problem(422, "idempotency_key_reused");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_events_of_a_new_call_at_once_make_one_call() {
    let house = House::bare().await;
    let pbx = Pbx::open(&house).await;
    let tell = |id: &'static str, name: &str, at: &str| pbx.tell(id, event(name, at));
    let answers = tokio::join!(
        tell("m1", "ringing", "2026-03-02T08:50:00Z"),
        tell("m2", "answered", "2026-03-02T08:50:10Z"),
        tell("m3", "ended", "2026-03-02T08:55:10Z"),
    );
    assert_eq!((answers.0.status, answers.1.status, answers.2.status), (204, 204, 204));
    let calls = house.all("calls").await;
    assert_eq!((calls.len(), &calls[0]["duration"]), (1, &json!(300)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_signed_now_by_the_secret_is_refused() {
    let house = House::bare().await;
    let body = || event("ringing", "2026-03-02T08:50:00Z").to_string().into_bytes();
    let path = "/hooks/telephony";
    let foreign = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    post_signed(&house, path, foreign, "m1", body(), 0).await.problem(401, "bad_signature");
    let old = secret(&house, "telephony", 0).await;
    post_signed(&house, path, foreign, "m1", body(), 0).await.problem(401, "bad_signature");
    for ago in [301, -301] {
        post_signed(&house, path, &old, "m1", body(), ago).await.problem(401, "bad_signature");
    }
    let bare = Client::new().post(format!("{}{path}", house.address())).body(body());
    send(bare).await.problem(401, "bad_signature");
    // The secret of another system is no good.
    let mail = secret(&house, "mail", 0).await;
    post_signed(&house, path, &mail, "m1", body(), 0).await.problem(401, "bad_signature");
    // A new secret: the one before signs for a while.
    let new = secret(&house, "telephony", 1).await;
    assert_eq!(post_signed(&house, path, &old, "m1", body(), 0).await.status, 204);
    assert_eq!(post_signed(&house, path, &new, "m2", body(), 299).await.status, 204);
    house.advance(61).await;
    post_signed(&house, path, &old, "m3", body(), 0).await.problem(401, "bad_signature");
    assert_eq!(house.all("calls").await.len(), 1);
    // It is shown at no other time, and not to others.
    let listed = house.ada.get("/api/v1/inbound").await.ok();
    assert!(listed["items"][1].get("secret").is_none() && listed["items"][1]["path"] == path, "{listed}");
    house.helga.get("/api/v1/inbound").await.problem(403, "forbidden");
    assert_eq!(house.ada.delete("/api/v1/inbound/telephony").await.status, 204);
    post_signed(&house, path, &new, "m4", body(), 0).await.problem(401, "bad_signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_is_slowed_down_and_bad_events_name_their_fields() {
    let house = House::bare().await;
    let pbx = Pbx::open(&house).await;
    let with = |field: &str, value: Value| {
        let mut told = event("ringing", "2026-03-02T08:50:00Z");
        told[field] = value;
        told
    };
    for (field, value) in [
        ("phone", json!("12")),
        ("line", json!("x")),
        ("event", json!("exploded")),
        ("colour", json!("red")),
        ("recording", json!("http://x")),
        ("call", json!(" ")),
    ] {
        pbx.tell("m", with(field, value)).await.names(&[&format!("/{field}")]);
    }
    assert!(house.all("calls").await.is_empty());
    for at in 0..20 {
        let answer = Client::new().post(format!("{}/hooks/telephony", house.address())).body(format!("{at}"));
        send(answer).await.problem(401, "bad_signature");
    }
    let limited = send(Client::new().post(format!("{}/hooks/telephony", house.address()))).await;
    limited.problem(429, "too_many_tries");
    // Who signs rightly is not held up by who does not.
    assert_eq!(pbx.tell("m", event("ringing", "2026-03-02T08:50:00Z")).await.status, 204);
    house.advance_by(Duration::from_secs(11)).await;
    let again = send(Client::new().post(format!("{}/hooks/telephony", house.address()))).await;
    again.problem(401, "bad_signature");
}
