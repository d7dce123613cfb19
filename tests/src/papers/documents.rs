//! Documents and invoices filled from records.

use serde_json::{Value, json};

use super::{Pdf, deal, invoice, issuer, lines, path};
use crate::support::house::House;
use crate::support::person::Person;

async fn document(house: &House, person: &Person, deal: &Value, kind: &str) -> Value {
    let draft = json!({"title": "Договор поставки", "document_kind": kind, "owner": house.boris.id,
        "about": {"kind": "deal", "id": deal["id"]}});
    person.post("/api/v1/documents", draft).await.ok()
}

#[tokio::test]
async fn s2_5_fields_fill_from_the_record_and_edits_survive() {
    let house = House::bare().await;
    issuer(&house).await;
    let deal = deal(&house, lines(2)).await;
    let document = document(&house, &house.boris, &deal, "contract").await;
    let (at, fill) = (path("documents", &document), format!("{}/fill", path("documents", &document)));
    let filled = house.boris.post(&fill, json!({"language": "ru"})).await.ok();
    for (name, value) in [
        ("buyer.legal_name", "АО «Ёжик»"),
        ("buyer.tax_id", "7812345678"),
        ("buyer.address", ""),
        ("seller.legal_name", "ООО «Северный свет»"),
        ("date", "2 марта 2026\u{a0}г."),
        ("total.gross", "5\u{a0}925,60\u{a0}₽"),
        ("total.in_words", "Пять тысяч девятьсот двадцать пять рублей шестьдесят копеек"),
        ("subject", "Мебель"),
    ] {
        assert_eq!(filled["fields"][name], value, "{name}");
    }
    assert_eq!(filled["items"].as_array().unwrap().len(), 2);
    assert_eq!(filled["totals"]["gross"]["minor"], 592_560);
    // A person writes an address, and the company changes its name: only what was not edited follows.
    let edited = json!({"edited": {"buyer.address": {"value": "Псков, 1", "by": house.boris.id, "at": "2026-03-02T09:00:00Z"},
        "buyer.tax_id": {"value": "999", "by": house.boris.id, "at": "2026-03-02T09:00:00Z"}}});
    house.boris.patch(&at, edited).await.ok();
    let company = format!("/api/v1/companies/{}", deal["company"].as_str().unwrap());
    house.boris.patch(&company, json!({"name": "АО «Белка»"})).await.ok();
    house.boris.post(&fill, json!({"language": "ru"})).await.ok();
    let paper = Pdf::get(&house.boris, &format!("{at}/pdf")).await;
    for words in ["АО «Белка»", "Псков, 1", "999", "Договор купли-продажи", "5 925,60 ₽", "шестьдесят копеек"]
    {
        paper.says(words);
    }
    let reset = house.boris.post(&fill, json!({"language": "ru", "reset": ["buyer.tax_id"]})).await.ok();
    assert!(reset["edited"].get("buyer.tax_id").is_none());
    assert_eq!(reset["edited"]["buyer.address"]["value"], "Псков, 1");
    let reset = house.boris.post(&fill, json!({"language": "ru", "reset": ["*"]})).await.ok();
    assert_eq!(reset["edited"], json!({}));
}

#[tokio::test]
async fn s2_5_a_paper_needs_the_reach_of_what_it_is_about() {
    let house = House::bare().await;
    let deal = deal(&house, lines(1)).await;
    // Anna makes a document about Boris's deal: it does not tell her what stands there.
    let draft = json!({"title": "x", "document_kind": "contract", "about": {"kind": "deal", "id": deal["id"]},
        "owner": house.anna.id});
    let document = house.anna.post("/api/v1/documents", draft).await.ok();
    let at = path("documents", &document);
    house.anna.post(&format!("{at}/fill"), json!({})).await.problem(404, "not_found");
    house.anna.get(&format!("{at}/pdf")).await.problem(404, "not_found");
    house.clara.get(&format!("{at}/pdf")).await.problem(404, "not_found");
    house.helga.post(&format!("{at}/fill"), json!({})).await.ok();
}

#[tokio::test]
async fn s4_4_an_invoice_is_a_pdf_with_the_same_bytes_whenever_it_is_asked_for() {
    let house = House::bare().await;
    issuer(&house).await;
    let deal = deal(&house, lines(60)).await;
    let invoice = invoice(&house, &deal).await;
    let at = format!("{}/pdf", path("invoices", &invoice));
    let paper = Pdf::get(&house.boris, &format!("{at}?language=ru")).await;
    for words in [
        "Счёт на оплату № 2026-0001 от 2 марта 2026 г.",
        "АО «Ёжик»",
        "ООО «Северный свет»",
        "Кресло офисное 60",
        "Сто семьдесят семь тысяч семьсот шестьдесят восемь рублей ноль копеек",
        "20 марта 2026 г.",
    ] {
        paper.says(words);
    }
    assert!(paper.pages >= 2);
    house.advance(60 * 24).await;
    let again = Pdf::get(&house.helga, &format!("{at}?language=ru")).await;
    assert!(paper.bytes == again.bytes, "the same invoice gives the same bytes");
    let english = Pdf::get(&house.boris, &at).await;
    for words in ["Invoice No. 2026-0001 of 2 March 2026", "177,768.00 ₽", "АО «Ёжик»"] {
        english.says(words);
    }
    house.anna.get(&at).await.problem(404, "not_found");
    house.boris.get(&format!("{at}?language=de")).await.problem(422, "invalid");
}

#[tokio::test]
async fn s2_3_each_kind_of_paper_is_made_of_a_deal() {
    let house = House::bare().await;
    issuer(&house).await;
    let deal = deal(&house, lines(3)).await;
    for (kind, words) in
        [("waybill", "Товарная накладная"), ("act", "Акт сдачи-приёмки"), ("invoice", "Счёт на оплату")]
    {
        let document = document(&house, &house.boris, &deal, kind).await;
        let paper = Pdf::get(&house.boris, &format!("{}/pdf?language=ru", path("documents", &document))).await;
        paper.says(words);
        paper.says("АО «Ёжик»");
        // To look at it changed nothing.
        assert_eq!(house.record("documents", &document["id"]).await["version"], 1);
    }
    let other = document(&house, &house.boris, &deal, "other").await;
    house.boris.get(&format!("{}/pdf", path("documents", &other))).await.problem(409, "no_template");
}
