//! Links that show a paper to whoever has one.

use serde_json::{Value, json};

use super::{Pdf, deal, invoice, issuer, lines, path};
use crate::support::house::House;
use crate::support::person::{Person, items};

/// Somebody outside.
fn client(house: &House) -> Person {
    Person::with_token(&house.base, "", "", "client")
}

async fn opened(house: &House, url: &str) -> reqwest::Response {
    reqwest::get(format!("{}{url}", house.address())).await.unwrap()
}

async fn made(house: &House) -> (String, Value) {
    issuer(house).await;
    let deal = deal(house, lines(2)).await;
    let invoice = invoice(house, &deal).await;
    (path("invoices", &invoice), invoice)
}

#[tokio::test]
async fn s4_4_a_link_shows_the_pdf_to_whoever_has_it_and_is_counted() {
    let house = House::bare().await;
    let (at, invoice) = made(&house).await;
    let link = house.boris.post(&format!("{at}/link"), json!({"language": "ru"})).await;
    assert_eq!(link.status, 201);
    let link = link.ok();
    let url = link["url"].as_str().unwrap();
    // 256 random bits, and no two alike; what is listed does not tell them.
    let secret = url.strip_prefix("/d/").unwrap();
    assert_eq!(secret.len(), 43);
    let other = house.boris.post(&format!("{at}/link"), json!({})).await.ok();
    assert_ne!(link["url"], other["url"]);
    let listed = house.boris.get(&format!("{at}/links")).await.ok();
    assert!(!listed.to_string().contains(secret));

    let changes = items(house.ada.get(&format!("{at}/history")).await).len();
    for _ in 0..2 {
        let shown = opened(&house, url).await;
        assert_eq!(shown.headers()["x-robots-tag"], "noindex, nofollow");
        assert_eq!(shown.headers()["referrer-policy"], "no-referrer");
        assert!(shown.bytes().await.unwrap().starts_with(b"%PDF-"));
    }
    let looked = reqwest::Client::new().head(format!("{}{url}", house.address())).send().await.unwrap();
    assert_eq!(looked.status().as_u16(), 200);
    Pdf::get(&client(&house), url).await.says("Счёт на оплату");
    let listed = items(house.boris.get(&format!("{at}/links")).await);
    assert_eq!((&listed[0]["views"], &listed[1]["views"]), (&json!(3), &json!(0)));
    assert_eq!(listed[0]["by"], house.boris.id.as_str());
    assert_eq!(house.record("invoices", &invoice["id"]).await, invoice, "to be looked at changes nothing");
    assert_eq!(items(house.ada.get(&format!("{at}/history")).await).len(), changes);
}

#[tokio::test]
async fn s4_4_a_link_expires_and_can_be_called_back() {
    let house = House::bare().await;
    let (at, _) = made(&house).await;
    let make = async |days: u32| house.boris.post(&format!("{at}/link"), json!({"days": days})).await.ok();
    let (short, long) = (make(1).await, make(10).await);
    let status = async |link: &Value| opened(&house, link["url"].as_str().unwrap()).await.status().as_u16();
    assert_eq!((status(&short).await, status(&long).await), (200, 200));
    house.advance(60 * 24).await;
    assert_eq!((status(&short).await, status(&long).await), (404, 200));
    let revoke = format!("{at}/links/{}", long["id"].as_str().unwrap());
    house.anna.delete(&revoke).await.problem(404, "not_found");
    assert_eq!(house.boris.delete(&revoke).await.status, 204);
    assert_eq!(status(&long).await, 404);
    let none = opened(&house, "/d/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").await;
    let gone = opened(&house, long["url"].as_str().unwrap()).await;
    assert_eq!(none.status(), gone.status());
    assert_eq!(none.text().await.unwrap(), gone.text().await.unwrap(), "what once was does not show");
    for days in [0, 366] {
        house.boris.post(&format!("{at}/link"), json!({"days": days})).await.problem(422, "invalid");
    }
    house.anna.post(&format!("{at}/link"), json!({})).await.problem(404, "not_found");
}
