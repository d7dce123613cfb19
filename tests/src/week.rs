//! A week of a sales department, with every rule at work at once, and at its end a ledger: who was told what, what clients
//! got, and that nothing is left undone.

use serde_json::{Value, json};
use takt::bundled;

use crate::s2::path;
use crate::support::house::House;
use crate::support::person::{Person, items};
use crate::support::receiver::Receiver;
use crate::support::smtp::MailServer;
use crate::telephony::{post_signed, secret};

/// All that the host carries.
fn plugins() -> Vec<&'static str> {
    bundled::components().iter().map(|(name, _)| *name).collect()
}

/// The company, its rules set up as an admin would, its gateways on loopback.
async fn company(mail: &MailServer, sms: &Receiver) -> House {
    let (mail, sms) = (mail.settings(), sms.sms_settings());
    let house = House::set_up(&plugins(), move |settings| {
        mail(settings);
        sms(settings);
    })
    .await;
    let large = json!({"name": "large", "min_amount": 1_000_000, "department": "sales", "min_level": 7});
    house.configure("distribution", json!({"rules": [large]})).await;
    house.configure("lead-intake", json!({"offer_after": "1m"})).await;
    house.configure("contract-approval", json!({"rules": [{"approvers": ["head", "role:admin"]}]})).await;
    house.configure("invoice", json!({"due_days": 1})).await;
    house.user(&house.clara, json!({"level": 8})).await;
    house
}

/// What somebody finds in their inbox since they last looked.
async fn hears(house: &House, person: &Person, expected: &[&str]) {
    assert_eq!(heard(person).await, expected, "{} at {}", person.name, house.engine().now());
}

/// Titles of what somebody has not read yet, the oldest first. They have read it now.
async fn heard(person: &Person) -> Vec<String> {
    let unread: Vec<Value> = person.inbox().await.into_iter().filter(|notice| notice["read_at"].is_null()).collect();
    for notice in &unread {
        person.post(&format!("/api/v1/inbox/{}/read", notice["id"].as_str().unwrap()), json!({})).await.ok();
    }
    unread.iter().rev().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
}

async fn nobody_hears(house: &House) {
    for person in [&house.ada, &house.helga, &house.anna, &house.boris, &house.clara] {
        hears(house, person, &[]).await;
    }
}

async fn press_on(house: &House, person: &Person, record: &str, command: &str) -> Value {
    let pressed = person.post(&format!("{record}/commands/{command}"), json!({})).await.ok();
    house.settle().await;
    pressed
}

async fn set(house: &House, person: &Person, record: &str, fields: Value) {
    person.patch(record, fields).await.ok();
    house.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_week_of_a_sales_department() {
    let (mut mail, mut sms) = (MailServer::open().await, Receiver::open(&[]).await);
    let mut house = company(&mail, &sms).await;
    let deal = monday(&house).await;
    tuesday(&house, &deal).await;
    house.restart_after(5).await;
    house.settle().await;
    nobody_hears(&house).await;
    wednesday(&house, &deal, &mut mail, &mut sms).await;
    thursday(&house).await;
    friday(&house, &mut mail, &mut sms).await;
    ledger(&house, &deal).await;
    the_same_again(&house).await;
    mail.nothing_more();
    sms.nothing_more();
}

/// Tried on the week's events, every rule does what it did.
async fn the_same_again(house: &House) {
    let mut events = 0;
    for name in plugins() {
        let path = format!("/api/v1/plugins/{name}");
        let digest = house.ada.get(&path).await.ok()["release"].as_str().unwrap().to_owned();
        let report = house.ada.post(&format!("{path}/releases/{digest}/backtest"), json!({"events": 500})).await.ok();
        assert_eq!((&report["same"], &report["cut"]), (&report["events"], &json!(false)), "{name}: {report:#}");
        events += report["events"].as_u64().unwrap();
    }
    assert!(events > 50, "{events}");
}

/// A request is taken and made a deal, an unknown number calls, and the last request of the day finds nobody.
async fn monday(house: &House) -> Value {
    let small = json!({"title": "Chairs", "name": "Karl Kunde", "phone": "030 901820", "email": "karl@kunde.example",
        "company_name": "Kunde GmbH", "source": "web"});
    let small = house.lead(small).await;
    nobody_hears(house).await;
    house.advance(1).await;
    for (person, title) in [
        (&house.anna, "Новый лид 1 «Chairs»"),
        (&house.boris, "New lead 1 “Chairs”"),
        (&house.clara, "New lead 1 “Chairs”"),
        (&house.helga, "New lead 1 “Chairs”"),
    ] {
        hears(house, person, &[title]).await;
    }
    house.advance(4).await;
    house.boris.press(&house.boris.last().await, "accept").await.ok();
    house.settle().await;
    hears(house, &house.helga, &["Boris Weber took lead 1 “Chairs”"]).await;
    house.boris.post(&format!("{}/convert", path("leads", &small)), json!({})).await.ok();
    house.settle().await;
    hears(house, &house.helga, &["Lead 1 “Chairs” was converted"]).await;
    let deal = house.all("deals").await.remove(0);
    set(house, &house.boris, &path("contacts", &json!({"id": deal["contact"]})), json!({"consent": ["sms"]})).await;

    let telephony = secret(house, "telephony", 0).await;
    let call = json!({"call": "c1", "event": "missed", "direction": "in", "phone": "+49 30 555555", "at": "2026-03-02T09:06:00Z"});
    post_signed(house, "/hooks/telephony", &telephony, "w1", call.to_string().into_bytes(), 0).await;
    house.settle().await;
    let contact = house.all("contacts").await.remove(1);
    assert_eq!(contact["name"], "+4930555555");
    for person in [&house.anna, &house.boris, &house.clara, &house.helga] {
        let chosen = contact["owner"] == person.id.as_str();
        let title = if person.id == house.anna.id {
            "Пропущенный звонок: +4930555555"
        } else {
            "Missed call from +4930555555"
        };
        hears(house, person, if chosen { std::slice::from_ref(&title) } else { &[] }).await;
    }
    let owner = contact["owner"].as_str().unwrap();
    let owner =
        [&house.anna, &house.boris, &house.clara, &house.helga].into_iter().find(|person| person.id == owner).unwrap();
    set(house, owner, &path("contacts", &contact), json!({"name": "Berta Neumann"})).await;

    house.advance_to("2026-03-02T16:54:00Z").await;
    house.lead(json!({"title": "One table", "source": "web"})).await;
    house.advance(1).await;
    for (person, title) in [
        (&house.anna, "Новый лид 2 «One table»"),
        (&house.boris, "New lead 2 “One table”"),
        (&house.clara, "New lead 2 “One table”"),
        (&house.helga, "New lead 2 “One table”"),
    ] {
        hears(house, person, &[title]).await;
    }
    deal
}

/// The head hears of yesterday's last request once working time goes on; the deal is agreed, its papers are prepared, and
/// its contract goes through two rounds.
async fn tuesday(house: &House, deal: &Value) {
    house.advance_to("2026-03-03T08:09:59Z").await;
    nobody_hears(house).await;
    house.advance_to("2026-03-03T08:10:00Z").await;
    hears(house, &house.helga, &["Nobody took lead 2 “One table”"]).await;
    house.boris.press(&offer(&house.boris, "One table").await, "accept").await.ok();
    house.settle().await;
    hears(house, &house.helga, &["Boris Weber took lead 2 “One table”"]).await;
    let table = path("leads", &house.all("leads").await.remove(1));
    set(house, &house.boris, &table, json!({"status": "waiting", "resume_at": "2026-03-05T09:00:00Z"})).await;

    let chair =
        json!({"title": "Chair", "quantity": "4", "price": {"minor": 25_000, "currency": "EUR"}, "vat_rate": 1900});
    set(house, &house.boris, &path("deals", deal), json!({"items": [chair], "stage": "agreed"})).await;
    hears(house, &house.helga, &["Deal 1: New → Agreed"]).await;
    hears(house, &house.boris, &["Billing details are needed for 1 “Chairs”"]).await;
    let billing = json!({"legal_name": "Kunde GmbH", "address": "Hauptstr. 1", "bank_account": "DE02120300000000202051",
        "signatory": "Karl Kunde"});
    let company = path("companies", &json!({"id": deal["company"]}));
    set(house, &house.boris, &company, json!({"tax_id": "DE999999999", "billing": billing})).await;
    hears(house, &house.boris, &["Documents for 1 “Chairs” are prepared"]).await;
    hears(house, &house.helga, &["Deal 1: Agreed → Documents"]).await;

    let contract = path("documents", &house.all("documents").await.remove(0));
    set(house, &house.boris, &contract, json!({"status": "approval"})).await;
    house.helga.answer(&house.helga.last().await, "send-for-rework", "The price is too low").await.ok();
    house.settle().await;
    assert_eq!(house.ada.get(&contract).await.ok()["status"], "draft");
    set(house, &house.boris, &contract, json!({"status": "approval"})).await;
    for person in [&house.helga, &house.ada] {
        person.press(&person.last().await, "approve").await.ok();
        house.settle().await;
    }
    assert_eq!(house.ada.get(&contract).await.ok()["status"], "approved");
    hears(house, &house.ada, &["Please approve 1 “Contract Chairs”", "Please approve 1 “Contract Chairs”"]).await;
    hears(house, &house.helga, &["Please approve 1 “Contract Chairs”", "Please approve 1 “Contract Chairs”"]).await;
    hears(
        house,
        &house.boris,
        &[
            "Helga Brandt on 1 “Contract Chairs”: sent for rework",
            "Helga Brandt on 1 “Contract Chairs”: approved",
            "Ada Lindqvist on 1 “Contract Chairs”: approved",
            "1 “Contract Chairs” is approved",
        ],
    )
    .await;
}

async fn offer(person: &Person, title: &str) -> Value {
    let inbox = person.inbox().await;
    inbox.into_iter().find(|notice| notice["title"].as_str().unwrap().contains(title)).unwrap()
}

/// The papers are sent and signed, the client is told, the invoice goes out, and a meeting is planned.
async fn wednesday(house: &House, deal: &Value, mail: &mut MailServer, sms: &mut Receiver) {
    house.advance_to("2026-03-04T09:00:00Z").await;
    press_on(house, &house.boris, &path("deals", deal), "send-documents").await;
    assert_eq!(mail.next().await.to, ["karl@kunde.example"]);
    for document in house.all("documents").await {
        if document["document_kind"] == "contract" {
            set(house, &house.boris, &path("documents", &document), json!({"status": "signed"})).await;
        }
    }
    hears(house, &house.helga, &["Deal 1: Documents → Payment"]).await;
    assert!(sms.next().await.body.contains("Payment"));
    let invoice = press_on(house, &house.boris, &path("deals", deal), "issue-invoice").await;
    press_on(house, &house.boris, &path("invoices", &invoice["reply"]["open"]), "send-invoice").await;
    assert_eq!(mail.next().await.to, ["karl@kunde.example"]);

    let meeting = json!({"title": "Plans", "organiser": house.helga.id, "starts_at": "2026-03-05T14:00:00Z",
        "ends_at": "2026-03-05T15:00:00Z", "participants": [{"user": house.anna.id}, {"user": house.boris.id}]});
    house.helga.post("/api/v1/meetings", meeting).await.ok();
    house.settle().await;
    hears(house, &house.anna, &["Helga Brandt приглашает вас: 1 «Plans»"]).await;
    hears(house, &house.boris, &["Helga Brandt invites you: 1 “Plans”"]).await;
    house.anna.press(&house.anna.last().await, "decline").await.ok();
    house.boris.press(&house.boris.last().await, "accept").await.ok();
    house.settle().await;
    hears(house, &house.helga, &["Anna Petrova: declined — 1 “Plans”", "Boris Weber: accepted — 1 “Plans”"]).await;
    house.advance_to("2026-03-04T14:00:00Z").await;
    hears(house, &house.boris, &["1 “Plans” begins in 1 day"]).await;
    hears(house, &house.helga, &["1 “Plans” begins in 1 day"]).await;
}

/// A waiting lead comes back and is rejected. A large request goes to who is experienced, and to the head when she is away:
/// nobody else fits.
async fn thursday(house: &House) {
    house.advance_to("2026-03-05T09:00:00Z").await;
    // It was to be processed on Tuesday; nobody was reminded while it waited.
    // Two rules tell of it at the same moment: whichever is first.
    let mut told = heard(&house.boris).await;
    told.sort();
    assert_eq!(told, ["Lead 2 “One table” is back", "Lead 2 “One table” is not processed"]);
    let table = path("leads", &house.all("leads").await.remove(1));
    set(house, &house.boris, &table, json!({"status": "rejected", "reject_reason": "Bought elsewhere"})).await;
    hears(house, &house.helga, &["Lead 2 “One table” was rejected"]).await;
    let large = json!({"title": "A whole office", "source": "web", "amount": {"minor": 9_000_000, "currency": "EUR"}});
    house.lead(large).await;
    hears(house, &house.clara, &["Lead 3 “A whole office” is yours"]).await;
    hears(house, &house.helga, &["Clara Schmidt took lead 3 “A whole office”"]).await;
    house.user(&house.clara, json!({"present": false})).await;
    hears(house, &house.helga, &["Nobody fits lead 3 “A whole office”: it is yours"]).await;
    let office = path("leads", &house.all("leads").await.remove(2));
    set(house, &house.helga, &office, json!({"status": "rejected", "reject_reason": "Too large"})).await;
    hears(house, &house.ada, &["Lead 3 “A whole office” was rejected"]).await;
    house.advance_to("2026-03-05T13:45:00Z").await;
    hears(house, &house.boris, &["1 “Plans” begins in 15 minutes"]).await;
    hears(house, &house.helga, &["1 “Plans” begins in 15 minutes"]).await;
}

/// The invoice is overdue, is paid, and the deal is won once its waybill is signed.
async fn friday(house: &House, mail: &mut MailServer, sms: &mut Receiver) {
    house.advance_to("2026-03-06T08:00:00Z").await;
    hears(house, &house.boris, &["Invoice 2026/1 is overdue"]).await;
    let reminder = mail.next().await;
    assert_eq!(
        mail_parser::MessageParser::default().parse(&reminder.raw).unwrap().subject(),
        Some("Invoice 2026/1 is due")
    );
    let invoice = path("invoices", &house.all("invoices").await.remove(0));
    let payment =
        json!([{"reference": "b1", "at": "2026-03-06T08:00:00Z", "amount": {"minor": 119_000, "currency": "EUR"}}]);
    set(house, &house.boris, &invoice, json!({"payments": payment})).await;
    hears(house, &house.helga, &["Deal 1: Payment → Shipment"]).await;
    assert!(sms.next().await.body.contains("Shipment"));
    for document in house.all("documents").await {
        if document["document_kind"] == "waybill" {
            set(house, &house.boris, &path("documents", &document), json!({"status": "signed"})).await;
        }
    }
    hears(house, &house.helga, &["Deal 1: Shipment → Won"]).await;
    assert!(sms.next().await.body.contains("Won"));
}

/// On Monday the head has the figures of the week. Days later nobody was told anything more, and nothing is pending that should not be.
async fn ledger(house: &House, deal: &Value) {
    let deal = house.record("deals", &deal["id"]).await;
    assert_eq!(deal["stage"], "won");
    assert_eq!(house.all("leads").await[2]["owner"], house.helga.id);
    house.advance_to("2026-03-09T08:00:00Z").await;
    let digest = house.helga.last().await;
    hears(house, &house.helga, &["Sales: the week from 2026-03-02 to 2026-03-08"]).await;
    let body = digest["body"].as_str().unwrap();
    for figures in [
        "0 in (0), 0 out (0), 0 missed (0)",
        "3 received (0), 3 accepted (0), 1 converted (0), 2 rejected (0)",
        "1 won (0), 0 lost (0)",
        "1 paid (0)",
    ] {
        assert!(body.contains(figures), "{figures}\n{body}");
    }
    house.advance_to("2026-03-13T09:00:00Z").await;
    nobody_hears(house).await;
    for plugin in plugins() {
        assert_eq!(house.timers(plugin).await, [], "{plugin}");
    }
    let open: Vec<Value> = house.all("tasks").await.into_iter().filter(|task| task["status"] == "open").collect();
    assert!(open.is_empty(), "{open:#?}");
    let messages = house.all("messages").await;
    assert!(messages.iter().all(|message| message["status"] == "sent" && message["attempts"] == 1), "{messages:#?}");
    assert_eq!(messages.len(), 6);
    let buttons = items(house.ada.get("/api/v1/notifications?limit=200").await);
    let open: Vec<&Value> = buttons
        .iter()
        .filter(|notice| notice["buttons"].as_array().is_some_and(|buttons| !buttons.is_empty()))
        .collect();
    assert!(open.is_empty(), "{open:#?}");
    house.all_is_well().await;
}
