//! S4 `invoice`: from a deal to money.

use serde_json::{Value, json};

use crate::papers::Pdf;
use crate::s2::path;
use crate::support::house::House;
use crate::support::smtp::MailServer;

/// Boris's deal with a company that pays.
async fn deal(house: &House) -> Value {
    let billing = json!({"legal_name": "ACME GmbH", "address": "Hauptstr. 1, Berlin"});
    let company = json!({"name": "ACME", "emails": ["pay@acme.example"], "tax_id": "DE999999999", "billing": billing});
    let company = match house.all("companies").await.pop() {
        Some(company) => company,
        None => house.boris.post("/api/v1/companies", company).await.ok(),
    };
    let eur = |minor: i64| json!({"minor": minor, "currency": "EUR"});
    let items = json!([
        {"title": "Chair", "quantity": "3", "price": eur(3333), "discount": 1000, "vat_rate": 1900},
        {"title": "Delivery", "quantity": "1", "price": eur(5000), "vat_rate": 700},
    ]);
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "payment", "items": items,
        "company": company["id"], "owner": house.boris.id});
    house.boris.post("/api/v1/deals", deal).await.ok()
}

fn button(deal: &Value) -> String {
    format!("{}/commands/issue-invoice", path("deals", deal))
}

/// The invoice that the button makes.
async fn issued(house: &House, deal: &Value) -> Value {
    let pressed = house.boris.post(&button(deal), json!({})).await.ok();
    house.settle().await;
    house.record("invoices", &pressed["reply"]["open"]["id"]).await
}

async fn pay(house: &House, invoice: &Value, payments: &[(&str, i64)]) -> Value {
    let payment = |(reference, minor): &(&str, i64)| json!({"reference": reference, "at": "2026-03-02T09:00:00Z", "amount": {"minor": minor, "currency": "EUR"}});
    let payments: Vec<Value> = payments.iter().map(payment).collect();
    house.boris.patch(&path("invoices", invoice), json!({"payments": payments})).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_2_the_button_fills_the_blank() {
    let house = House::with(&["invoice"]).await;
    let deal = deal(&house).await;
    let pressed = house.boris.post(&button(&deal), json!({})).await.ok();
    assert_eq!(pressed["reply"]["message"], "The invoice over 160.59\u{a0}EUR is issued");
    let invoice = house.record("invoices", &pressed["reply"]["open"]["id"]).await;
    // 3 × 33.33 less 10 % is 89.99; 19 % of it is 17.10. 7 % of 50.00 is 3.50.
    let totals = &invoice["totals"];
    assert_eq!((&totals["net"]["minor"], &totals["vat"]["minor"]), (&json!(13_999), &json!(2060)));
    assert_eq!(totals["gross"]["minor"], 16_059);
    for (field, value) in [
        ("status", json!("issued")),
        ("issue_date", json!("2026-03-02")),
        ("due_date", json!("2026-03-16")),
        ("owner", json!(house.boris.id)),
        ("deal", deal["id"].clone()),
        ("company", deal["company"].clone()),
        ("year", json!(2026)),
        ("invoice_number", json!(1)),
    ] {
        assert_eq!(invoice[field], value, "{field}");
    }
    let payer = &invoice["payer"];
    assert_eq!((&payer["legal_name"], &payer["tax_id"]), (&json!("ACME GmbH"), &json!("DE999999999")));
    assert_eq!(payer["payment_method"], "bank-transfer");
    assert_eq!(invoice["issuer"]["details"]["legal_name"], "Nordlicht Furniture GmbH");
    let paper = Pdf::get(&house.boris, &format!("{}/pdf", path("invoices", &invoice))).await;
    for words in ["2026-0001", "ACME GmbH", "160.59", "One hundred sixty euros and fifty-nine cents"] {
        paper.says(words);
    }
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_3_two_hundred_presses_leave_no_gap() {
    let house = House::with(&["invoice"]).await;
    let mut deals = Vec::new();
    for _ in 0..10 {
        deals.push(deal(&house).await);
    }
    // Every fifth is of a deal that lacks something: it is refused, and takes no number.
    let bare =
        json!({"title": "Bare", "pipeline": house.company.pipeline, "stage": "payment", "owner": house.boris.id});
    let bare = house.boris.post("/api/v1/deals", bare).await.ok();
    let presses = (0..200).map(|at| {
        let (house, path) = (&house, if at % 5 == 4 { button(&bare) } else { button(&deals[at % deals.len()]) });
        async move { house.boris.post(&path, json!({})).await.status }
    });
    let answers = futures::future::join_all(presses).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 160, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 409).count(), 40, "{answers:?}");
    let mut numbers: Vec<u64> =
        house.all("invoices").await.iter().map(|invoice| invoice["invoice_number"].as_u64().unwrap()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=160).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_3_each_issuer_and_year_counts_from_one() {
    let house = House::with(&["invoice"]).await;
    let deal = deal(&house).await;
    assert_eq!(issued(&house, &deal).await["invoice_number"], 1);
    house.configure("invoice", json!({"issuer": "second"})).await;
    assert_eq!(issued(&house, &deal).await["invoice_number"], 1);
    assert_eq!(issued(&house, &deal).await["invoice_number"], 2);
    house.configure("invoice", json!({"issuer": "main"})).await;
    assert_eq!(issued(&house, &deal).await["invoice_number"], 2);
    house.advance_to("2027-01-04T09:00:00Z").await;
    let next = issued(&house, &deal).await;
    assert_eq!((&next["year"], &next["invoice_number"]), (&json!(2027), &json!(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_4_by_mail_with_the_pdf_in_it() {
    let mut server = MailServer::open().await;
    let house = House::set_up(&["invoice"], server.settings()).await;
    let invoice = issued(&house, &deal(&house).await).await;
    let send = format!("{}/commands/send-invoice", path("invoices", &invoice));
    let pressed = house.boris.post(&send, json!({})).await.ok();
    assert_eq!(pressed["reply"]["message"], "The invoice is on its way to pay@acme.example");
    house.settle().await;
    let mail = server.next().await;
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("sales@nordlicht.example", &["pay@acme.example".to_owned()][..])
    );
    let parsed = mail_parser::MessageParser::default().parse(&mail.raw).unwrap();
    assert_eq!(parsed.subject(), Some("Invoice 2026/1"));
    let file = mail_parser::MimeHeaders::content_type(parsed.attachment(0).unwrap()).unwrap();
    assert_eq!(file.subtype(), Some("pdf"));
    assert!(parsed.attachment(0).unwrap().contents().starts_with(b"%PDF-"));
    assert_eq!(house.record("invoices", &invoice["id"]).await["status"], "sent");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_5_in_parts_until_it_is_paid() {
    let house = House::with(&["invoice"]).await;
    let invoice = issued(&house, &deal(&house).await).await;
    let half = pay(&house, &invoice, &[("b1", 10_000)]).await;
    assert_eq!((&half["status"], &half["paid"]["minor"]), (&json!("issued"), &json!(10_000)));
    let whole = pay(&house, &invoice, &[("b1", 10_000), ("b2", 6059)]).await;
    assert_eq!((&whole["status"], &whole["paid"]["minor"]), (&json!("paid"), &json!(16_059)));
    house.advance_to("2026-04-02T09:00:00Z").await;
    assert_eq!(house.record("invoices", &invoice["id"]).await["status"], "paid");
    assert!(house.all("messages").await.is_empty());
    let void = house.boris.patch(&path("invoices", &invoice), json!({"status": "void", "void_reason": "x"})).await;
    void.names(&["/status", "/status"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_5_overdue_the_morning_after_and_told_once() {
    let house = House::with(&["invoice"]).await;
    let deal = deal(&house).await;
    let late = issued(&house, &deal).await;
    let void = issued(&house, &deal).await;
    house.boris.patch(&path("invoices", &void), json!({"status": "void", "void_reason": "Twice"})).await.ok();
    // It is due on the 16th, all day long.
    house.advance_to("2026-03-16T20:00:00Z").await;
    assert_eq!(house.record("invoices", &late["id"]).await["status"], "issued");
    house.advance_to("2026-03-17T08:00:00Z").await;
    assert_eq!(house.record("invoices", &late["id"]).await["status"], "overdue");
    house.advance_to("2026-03-20T20:00:00Z").await;
    assert_eq!(house.boris.titles().await, ["Invoice 2026/1 is overdue"]);
    let reminders = house.all("messages").await;
    assert_eq!(reminders.len(), 1);
    assert_eq!(
        (&reminders[0]["to"], &reminders[0]["subject"]),
        (&json!("pay@acme.example"), &json!("Invoice 2026/1 is due"))
    );
    assert_eq!(pay(&house, &late, &[("b1", 16_059)]).await["status"], "paid");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_5_the_client_is_not_reminded_where_the_admin_says_so() {
    let house = House::with(&["invoice"]).await;
    house.configure("invoice", json!({"remind_client": false, "due_days": 3})).await;
    let late = issued(&house, &deal(&house).await).await;
    house.advance_to("2026-03-06T10:00:00Z").await;
    assert_eq!(house.record("invoices", &late["id"]).await["status"], "overdue");
    assert!(house.all("messages").await.is_empty());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_6_what_is_missing_is_listed_and_nothing_made() {
    let house = House::with(&["invoice"]).await;
    let bare =
        json!({"title": "Bare", "pipeline": house.company.pipeline, "stage": "payment", "owner": house.boris.id});
    let bare = house.boris.post("/api/v1/deals", bare).await.ok();
    let refused = house.boris.post(&button(&bare), json!({})).await.problem(409, "refused");
    assert_eq!(refused["detail"], "The invoice cannot be issued. Missing: payer, items.");
    let company = house.boris.post("/api/v1/companies", json!({"name": "ACME"})).await.ok();
    house.boris.patch(&path("deals", &bare), json!({"company": company["id"]})).await.ok();
    let refused = house.boris.post(&button(&bare), json!({})).await.problem(409, "refused");
    assert_eq!(refused["detail"], "The invoice cannot be issued. Missing: payer.legal_name, payer.address, items.");
    assert!(house.all("invoices").await.is_empty());
    // Nothing can be sold for nothing or less.
    for (quantity, price) in [("0", 100), ("-1", 100), ("1", -100)] {
        let item = json!({"title": "Chair", "quantity": quantity, "price": {"minor": price, "currency": "EUR"}});
        let answer = house.boris.patch(&path("deals", &bare), json!({"items": [item]})).await;
        assert_eq!(answer.status, 422, "{quantity} × {price}: {answer:?}");
    }
    house.all_is_well().await;
}
