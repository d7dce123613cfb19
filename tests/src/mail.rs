//! Mail that comes in, signed.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::Answer;
use crate::telephony::{post_signed, secret};

struct Gateway<'a> {
    house: &'a House,
    secret: String,
}

impl<'a> Gateway<'a> {
    async fn open(house: &'a House) -> Self {
        Self { house, secret: secret(house, "mail", 0).await }
    }

    async fn post(&self, id: &str, raw: &[u8]) -> Answer {
        post_signed(self.house, "/hooks/mail", &self.secret, id, raw.to_vec(), 0).await
    }

    async fn takes(&self, raw: &str) -> Vec<Value> {
        let id = format!("w{}", raw.len());
        let answer = self.post(&id, raw.as_bytes()).await;
        assert_eq!(answer.status, 204, "{answer:?}");
        self.house.all("leads").await
    }
}

fn letter(from: &str, headers: &str, text: &str) -> String {
    format!(
        "From: {from}\r\nTo: sales@nordlicht.example\r\n{headers}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    )
}

const KARL: &str = "Karl Kunde <karl@kunde.example>";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_becomes_a_lead_and_answers_join_it() {
    let house = House::bare().await;
    let gateway = Gateway::open(&house).await;
    let first = letter(KARL, "Subject: Chairs\r\nMessage-ID: <k1@kunde.example>", "Ten chairs, please.\r\nKarl");
    let leads = gateway.takes(&first).await;
    for (field, value) in [
        ("source", json!("email")),
        ("name", json!("Karl Kunde")),
        ("email", json!("karl@kunde.example")),
        ("title", json!("Chairs")),
        ("message", json!("Ten chairs, please.\nKarl")),
    ] {
        assert_eq!(leads[0][field], value, "{field}");
    }
    // The same message in another post is the same message.
    assert_eq!(gateway.post("other", first.as_bytes()).await.status, 204);
    // From another address, but in the thread; then from the same address, in none.
    let other = letter(
        "k@home.example",
        "Subject: Re: Chairs\r\nMessage-ID: <k2@x>\r\nReferences: <a@b> <k1@kunde.example>",
        "Black ones.",
    );
    gateway.takes(&other).await;
    let again = letter(KARL, "Subject: Tables\r\nMessage-ID: <k3@kunde.example>", "And tables.");
    let leads = gateway.takes(&again).await;
    assert_eq!(leads.len(), 1);
    let letters = json!([
        {"at": "2026-03-02T09:00:00.000000Z", "from": "k@home.example", "subject": "Re: Chairs", "text": "Black ones."},
        {"at": "2026-03-02T09:00:00.000000Z", "from": "karl@kunde.example", "subject": "Tables", "text": "And tables."},
    ]);
    assert_eq!(leads[0]["letters"], letters);
    // The lead is closed: what answers in its thread joins it, what begins anew is a lead of its own.
    let path = format!("/api/v1/leads/{}", leads[0]["id"].as_str().unwrap());
    house.ada.patch(&path, json!({"status": "rejected", "reject_reason": "no chairs left"})).await.ok();
    gateway.takes(&letter(KARL, "Subject: Lamps\r\nMessage-ID: <k4@kunde.example>", "Lamps?")).await;
    let leads = gateway
        .takes(&letter(KARL, "Subject: Re\r\nMessage-ID: <k5@x>\r\nIn-Reply-To: <k3@kunde.example>", "Pity."))
        .await;
    assert_eq!((leads.len(), &leads[1]["title"]), (2, &json!("Lamps")));
    assert_eq!(leads[0]["letters"][2]["text"], "Pity.");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_messages_of_a_new_sender_at_once_make_one_lead() {
    let house = House::bare().await;
    let gateway = Gateway::open(&house).await;
    let (one, two) = (letter(KARL, "Message-ID: <1@k>", "one"), letter(KARL, "Message-ID: <2@k>", "two"));
    let (one, two) = tokio::join!(gateway.post("1", one.as_bytes()), gateway.post("2", two.as_bytes()));
    assert_eq!((one.status, two.status), (204, 204));
    let leads = house.all("leads").await;
    assert_eq!((leads.len(), leads[0]["letters"].as_array().unwrap().len()), (1, 1));
    assert_eq!(leads[0]["title"], "Request from Karl Kunde");
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_and_automatic_mail_makes_nothing() {
    let house = House::bare().await;
    let gateway = Gateway::open(&house).await;
    let deep: String =
        (0..5_000).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
    for raw in ["", "no mail", "From: nobody\n\nx", &format!("From: a@b.example\n{deep}")] {
        let problem = gateway.post("m", raw.as_bytes()).await.problem(422, "bad_mail");
        assert!(problem["detail"].as_str().unwrap().starts_with("the "), "{problem}");
    }
    gateway.post("m", &vec![b'x'; (25 << 20) + 1]).await.problem(413, "body_too_large");
    let away = letter(KARL, "Auto-Submitted: auto-replied", "I am away.");
    assert_eq!(gateway.post("m2", away.as_bytes()).await.status, 204);
    let foreign = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let unsigned = post_signed(&house, "/hooks/mail", foreign, "m", letter(KARL, "", "x").into_bytes(), 0).await;
    unsigned.problem(401, "bad_signature");
    assert!(house.all("leads").await.is_empty());
    // Bytes in no charset are a message all the same: a customer wrote it.
    let odd = [letter(KARL, "Subject: \u{0}x", "").as_bytes(), b"chairs \xff\xfe"].concat();
    assert_eq!(gateway.post("m3", &odd).await.status, 204);
    assert!(house.all("leads").await[0]["message"].as_str().unwrap().starts_with("chairs"));
}
