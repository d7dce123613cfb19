//! S10.2: the ways out to clients, each to a real server.

use mail_parser::MessageParser;
use serde_json::{Value, json};
use takt::config::Secret;

use crate::s2::path;
use crate::support::house::House;
use crate::support::receiver::{Receiver, SMS_SECRET};
use crate::support::smtp::MailServer;

async fn mailing(server: &MailServer) -> House {
    let sends = server.settings();
    House::set_up(&[], move |settings| {
        sends(settings);
        settings.max_attempts = 3;
    })
    .await
}

/// Boris writes to Karl, who waits for it.
async fn write(house: &House, fields: Value) -> Value {
    let mut message = json!({"channel": "email", "to": "karl@kunde.example", "subject": "Ёлка & co", "body": "Dear Karl,\n.\nBye",
        "expected": true});
    message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let made = house.boris.post("/api/v1/messages", message).await.ok();
    house.settle().await;
    house.record("messages", &made["id"]).await
}

async fn state(house: &House, message: &Value) -> (String, u64, Value) {
    let message = house.record("messages", &message["id"]).await;
    (message["status"].as_str().unwrap().to_owned(), message["attempts"].as_u64().unwrap(), message["error"].clone())
}

/// As long as the longest pause between two tries.
async fn later(house: &House) {
    house.advance(60).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_mail_arrives_as_it_was_written() {
    let mut server = MailServer::open().await;
    let house = mailing(&server).await;
    let message = write(&house, json!({})).await;
    assert_eq!((&message["status"], &message["sent_at"]), (&json!("sent"), &json!("2026-03-02T09:00:00.000000Z")));
    let mail = server.next().await;
    assert_eq!((mail.from.as_str(), mail.to[0].as_str()), ("sales@nordlicht.example", "karl@kunde.example"));
    let parsed = MessageParser::default().parse(&mail.raw).unwrap();
    assert_eq!(parsed.subject(), Some("Ёлка & co"));
    assert_eq!(parsed.body_text(0).unwrap().trim_end().replace("\r\n", "\n"), "Dear Karl,\n.\nBye");
    assert_eq!(parsed.message_id(), Some(format!("{}@nordlicht.example", message["id"].as_str().unwrap()).as_str()));
    server.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_mail_has_its_writers_signature_once() {
    let mut server = MailServer::open().await;
    let house = mailing(&server).await;
    house.user(&house.boris, json!({"signature": "Boris Weber\r\nNordlicht, Sales"})).await;
    let signed = "Dear Karl\n\nBoris Weber\nNordlicht, Sales";
    for body in ["Dear Karl", signed] {
        let message = write(&house, json!({"body": body, "owner": house.boris.id})).await;
        assert_eq!(message["body"], signed);
        let mail = server.next().await;
        let parsed = MessageParser::default().parse(&mail.raw).unwrap();
        assert_eq!(parsed.body_text(0).unwrap().trim_end().replace("\r\n", "\n"), signed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_a_refused_recipient_is_told_and_sent_again_when_somebody_says_so() {
    let mut server = MailServer::open().await;
    let house = mailing(&server).await;
    server.answers(&["550 5.1.1 No such user here"]);
    let message = write(&house, json!({})).await;
    let (status, attempts, error) = state(&house, &message).await;
    assert_eq!((status.as_str(), attempts), ("failed", 1));
    assert!(error.as_str().unwrap().contains("No such user here"), "{error}");
    later(&house).await;
    server.nothing_more();
    house.boris.patch(&path("messages", &message), json!({"status": "queued"})).await.ok();
    house.settle().await;
    assert_eq!(state(&house, &message).await, ("sent".to_owned(), 2, Value::Null));
    server.next().await;
    house.boris.patch(&path("messages", &message), json!({"status": "queued"})).await.names(&["/status"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_a_server_that_is_busy_is_asked_again_and_given_up_in_the_end() {
    let mut server = MailServer::open().await;
    let house = mailing(&server).await;
    server.answers(&["451 4.3.0 Try again", "451 4.3.0 Try again"]);
    let message = write(&house, json!({})).await;
    let (status, attempts, error) = state(&house, &message).await;
    assert_eq!((status.as_str(), attempts), ("queued", 1));
    assert!(error.as_str().unwrap().contains("Try again"), "{error}");
    later(&house).await;
    assert_eq!(state(&house, &message).await.1, 2);
    later(&house).await;
    assert_eq!(state(&house, &message).await, ("sent".to_owned(), 3, Value::Null));
    server.next().await;
    server.answers(&["451 4.3.0 Try again"; 3]);
    let message = write(&house, json!({})).await;
    later(&house).await;
    later(&house).await;
    let (status, attempts, error) = state(&house, &message).await;
    assert_eq!((status.as_str(), attempts), ("failed", 3));
    assert!(error.as_str().unwrap().starts_with("given up after 3 tries: "), "{error}");
    server.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_text_messages_are_signed_webhooks_with_the_same_id_at_every_try() {
    let mut gateway = Receiver::open(&[503]).await;
    let house = House::set_up(&[], gateway.sms_settings()).await;
    let message = write(&house, json!({"channel": "sms", "to": "030 901820", "subject": null})).await;
    assert_eq!(message["status"], "queued");
    later(&house).await;
    assert_eq!(state(&house, &message).await, ("sent".to_owned(), 2, Value::Null));
    let (first, second) = (gateway.next().await, gateway.next().await);
    for arrived in [&first, &second] {
        assert_eq!(arrived.signed_by(SMS_SECRET), 1);
        assert_eq!(arrived.id(), message["id"].as_str().unwrap());
        assert_eq!(arrived.event(), json!({"id": message["id"], "to": "+4930901820", "body": "Dear Karl,\n.\nBye"}));
    }
    gateway.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_a_bot_is_spoken_to_as_telegram_s_are() {
    let mut gateway = Receiver::open(&[429, 200, 403]).await;
    let bot = gateway.url.replace("/hook", "/bot123:secret");
    let house = House::set_up(&[], move |settings| settings.messenger_bot = Secret(bot.clone())).await;
    let fields = json!({"channel": "messenger", "to": "4711", "subject": null});
    let message = write(&house, fields.clone()).await;
    assert_eq!(message["status"], "queued");
    later(&house).await;
    assert_eq!(state(&house, &message).await.0, "sent");
    for _ in 0..2 {
        let arrived = gateway.next().await;
        assert_eq!(arrived.path, "/bot123:secret/sendMessage");
        assert_eq!(arrived.event(), json!({"chat_id": "4711", "text": "Dear Karl,\n.\nBye"}));
    }
    // Who blocked the bot is not asked again; its token is told to nobody.
    let (status, attempts, error) = state(&house, &write(&house, fields).await).await;
    assert_eq!((status.as_str(), attempts), ("failed", 1));
    assert!(!error.as_str().unwrap().contains("secret"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_no_more_in_a_minute_than_the_admin_allows() {
    let mut gateway = Receiver::open(&[]).await;
    let sends = gateway.sms_settings();
    let house = House::set_up(&[], move |settings| {
        sends(settings);
        settings.messages_per_minute = 2;
    })
    .await;
    for at in 0..5 {
        let message = json!({"channel": "sms", "to": "030 901820", "body": at.to_string(), "expected": true});
        house.boris.post("/api/v1/messages", message).await.ok();
    }
    let sent = async || house.all("messages").await.iter().filter(|message| message["status"] == "sent").count();
    for (minute, there) in [2, 4, 5].into_iter().enumerate() {
        // What waits for the next minute is not done at this moment of the clock, so the host is not idle.
        let waited = async {
            while sent().await < there {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(30), waited).await;
        assert!(waited.is_ok(), "minute {minute}: {:#?}", house.all("messages").await);
        assert_eq!(sent().await, there, "minute {minute}");
        house.pass(60);
    }
    for _ in 0..5 {
        gateway.next().await;
    }
    gateway.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_a_gateway_that_never_answers_holds_up_no_other_channel() {
    let mut server = MailServer::open().await;
    let sends = server.settings();
    // It takes connections, and no more.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let house = House::set_up(&[], move |settings| {
        sends(settings);
        settings.sms_url = format!("http://{address}/sms");
        settings.sms_secret = Secret(SMS_SECRET.to_owned());
    })
    .await;
    let sms = json!({"channel": "sms", "to": "030 901820", "body": "Hello", "expected": true});
    let mail = json!({"channel": "email", "to": "karl@kunde.example", "subject": "Hello", "body": "Hello",
        "expected": true});
    for _ in 0..20 {
        house.boris.post("/api/v1/messages", sms.clone()).await.ok();
    }
    house.boris.post("/api/v1/messages", mail).await.ok();
    assert_eq!(server.next().await.to, ["karl@kunde.example"]);
    let texts = house.all("messages").await.into_iter().filter(|message| message["channel"] == "sms");
    assert_eq!(texts.filter(|text| text["status"] == "queued").count(), 20, "none of them went meanwhile");
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_who_opts_out_while_it_waits_is_not_written_to() {
    let mut gateway = Receiver::open(&[503]).await;
    let house = House::set_up(&[], gateway.sms_settings()).await;
    let karl = json!({"name": "Karl", "phones": ["+4930901820"], "consent": ["sms"]});
    let karl = house.boris.post("/api/v1/contacts", karl).await.ok();
    let fields = json!({"channel": "sms", "to": null, "subject": null, "expected": false, "contact": karl["id"]});
    let message = write(&house, fields).await;
    gateway.next().await;
    house.boris.patch(&path("contacts", &karl), json!({"opted_out": ["sms"]})).await.ok();
    later(&house).await;
    let opted_out = json!("the contact opted out of this channel");
    assert_eq!(state(&house, &message).await, ("suppressed".to_owned(), 1, opted_out));
    gateway.nothing_more();
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_without_a_gateway_the_message_says_so() {
    let house = House::bare().await;
    let message = write(&house, json!({})).await;
    assert_eq!(state(&house, &message).await, ("failed".to_owned(), 1, json!("no gateway is set for email")));
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_2_a_gateway_that_is_not_there_is_tried_again() {
    // A port that was free a moment ago, and has nobody behind it.
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let house = House::set_up(&[], move |settings| {
        settings.smtp_url = Secret(format!("smtp://{free}"));
        settings.mail_from = "sales@nordlicht.example".to_owned();
        settings.sms_url = format!("http://{free}/sms");
        settings.sms_secret = Secret(SMS_SECRET.to_owned());
        settings.max_attempts = 2;
    })
    .await;
    let mail = write(&house, json!({})).await;
    let sms = write(&house, json!({"channel": "sms", "to": "030 901820", "subject": null})).await;
    for message in [&mail, &sms] {
        assert_eq!((&message["status"], &message["attempts"]), (&json!("queued"), &json!(1)));
        assert!(!message["error"].as_str().unwrap().contains("whsec"), "{message}");
    }
    later(&house).await;
    for message in [&mail, &sms] {
        let (status, attempts, error) = state(&house, message).await;
        assert_eq!((status.as_str(), attempts), ("failed", 2));
        assert!(error.as_str().unwrap().starts_with("given up after 2 tries: "), "{error}");
    }
}

/// What came of a test message by that channel.
async fn tested(house: &House, channel: &str, to: &str) -> (bool, String) {
    let path = format!("/api/v1/channels/{channel}/test");
    let tested = house.ada.post(&path, json!({"to": to, "subject": "Test", "text": "Does it work?"})).await.ok();
    (tested["arrived"].as_bool().unwrap(), tested["said"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_message_goes_at_once_and_tells_what_came_back() {
    let (mut server, mut gateway) = (MailServer::open().await, Receiver::open(&[200, 503]).await);
    let (mails, texts) = (server.settings(), gateway.sms_settings());
    let house = House::set_up(&[], move |settings| {
        mails(settings);
        texts(settings);
    })
    .await;
    let channels = house.ada.get("/api/v1/channels").await.ok();
    let through = [
        json!({"channel": "email", "through": "smtp"}),
        json!({"channel": "sms", "through": "webhook"}),
        json!({"channel": "messenger"}),
    ];
    assert_eq!(channels["items"], json!(through));

    let (arrived, said) = tested(&house, "email", "ada@nordlicht.example").await;
    assert!(arrived && said.starts_with("250"), "{said}");
    assert!(String::from_utf8_lossy(&server.next().await.raw).contains("Does it work?"));
    server.answers(&["550 5.1.1 No such user here"]);
    let (arrived, said) = tested(&house, "email", "nobody@nordlicht.example").await;
    assert!(!arrived && said.contains("No such user here"), "{said}");

    assert_eq!(tested(&house, "sms", "+4930901820").await, (true, "the receiver answered 200 OK".to_owned()));
    let sent = gateway.next().await;
    assert_eq!((sent.signed_by(SMS_SECRET), &sent.event()["to"]), (1, &json!("+4930901820")));
    let (arrived, said) = tested(&house, "sms", "+4930901820").await;
    assert_eq!((arrived, said.as_str()), (false, "the receiver answered 503 Service Unavailable"));
    gateway.next().await;
    assert_eq!(tested(&house, "messenger", "4711").await, (false, "no gateway is set for messenger".to_owned()));

    house.advance(600).await;
    gateway.nothing_more();
    server.nothing_more();
    assert_eq!(house.all("messages").await, Vec::<Value>::new(), "a test is no message to a client");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_for_admins_and_has_an_address() {
    let house = House::bare().await;
    let test = "/api/v1/channels/email/test";
    house.helga.post(test, json!({"to": "x@example.com"})).await.problem(403, "forbidden");
    house.helga.get("/api/v1/channels").await.problem(403, "forbidden");
    house.ada.post(test, json!({"to": " ", "subject": "a\nb"})).await.names(&["/to", "/subject"]);
    house.ada.post("/api/v1/channels/pigeon/test", json!({"to": "x"})).await.problem(404, "not_found");
}
