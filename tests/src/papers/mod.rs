//! Templates, documents and invoices made into PDFs.

mod documents;
mod hostile;
mod links;
mod templates;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Answer, Person};

/// A PDF that was asked for, and its text.
pub struct Pdf {
    pub bytes: Vec<u8>,
    pub pages: usize,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Pdf {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.unwrap().to_vec();
        assert_eq!(status.as_u16(), 200, "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(headers["content-type"], "application/pdf");
        let document = lopdf::Document::load_mem(&bytes).unwrap();
        let numbers: Vec<u32> = document.get_pages().into_keys().collect();
        // Where lines break is of the layout, and no-break spaces are spaces to a reader.
        let text = document.extract_text(&numbers).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(folder) = std::env::var_os("TAKT_KEEP_PDFS") {
            let name = headers["content-disposition"].to_str().unwrap().split('"').nth(1).unwrap().to_owned();
            std::fs::write(std::path::Path::new(&folder).join(format!("{}-{name}", bytes.len())), &bytes).unwrap();
        }
        Self { bytes, pages: numbers.len(), text, headers }
    }

    pub async fn get(person: &Person, path: &str) -> Self {
        Self::of(person.request(Method::GET, path)).await
    }

    pub async fn post(person: &Person, path: &str, body: Value) -> Self {
        Self::of(person.request(Method::POST, path).json(&body)).await
    }

    #[track_caller]
    pub fn says(&self, words: &str) {
        assert!(self.text.contains(words), "`{words}` is not in: {}", self.text);
    }
}

/// The organisation's details, with pictures of a stamp and a signature.
pub async fn issuer(house: &House) {
    let organisation = &house.all("organisations").await[0];
    let svg = "PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAxMDAgMTAwIj48Y2lyY2xlIGN4PSI1MCIg\
        Y3k9IjUwIiByPSI0NSIgZmlsbD0ibm9uZSIgc3Ryb2tlPSIjMjI0NGFhIiBzdHJva2Utd2lkdGg9IjQiLz48cGF0aCBkPSJNMjAgNTUgUTQwIDIwIDUwIDU1IFQ4MCA0NSIgZmlsbD0ibm9uZSIgc3Ryb2tlPSIjMjI0NGFhIiBzdHJva2Utd2lkdGg9IjQiLz48L3N2Zz4=";
    let picture = json!({"format": "svg", "data": svg});
    let issuer = json!({
        "legal_name": "ООО «Северный свет»", "tax_id": "7701234567", "address": "Москва, ул. Ёлочная, 1",
        "bank_account": "40702810900000000001", "bank": "АО «Банк», БИК 044525000", "signatory": "Брандт Х., директор",
        "logo": picture, "stamp": picture, "signature": picture,
    });
    let path = format!("/api/v1/organisations/{}", organisation["id"].as_str().unwrap());
    house.ada.patch(&path, json!({"issuer": issuer})).await.ok();
}

/// So many lines in rubles.
pub fn lines(many: usize) -> Value {
    let price = json!({"minor": 123_450, "currency": "RUB"});
    let line = |at| {
        json!({"title": format!("Кресло офисное {at}"), "unit": "шт.", "quantity": "2", "price": price,
            "vat_rate": 2000})
    };
    (1..=many).map(line).collect()
}

/// Boris's deal with a company that has a Cyrillic name.
pub async fn deal(house: &House, items: Value) -> Value {
    let company = json!({"name": "АО «Ёжик»", "tax_id": "7812345678", "phones": ["+78127654321"]});
    let company = house.boris.post("/api/v1/companies", company).await.ok();
    let deal = json!({"title": "Мебель", "pipeline": house.company.pipeline, "stage": "agreed", "items": items,
        "company": company["id"], "owner": house.boris.id});
    house.boris.post("/api/v1/deals", deal).await.ok()
}

/// An issued invoice of it.
pub async fn invoice(house: &House, deal: &Value) -> Value {
    let draft = json!({"deal": deal["id"], "company": deal["company"], "items": lines_of(deal),
        "issuer": {"key": "main", "details": {"legal_name": "ООО «Северный свет»"}},
        "payer": {"legal_name": "АО «Ёжик»"}, "due_date": "2026-03-20", "owner": house.boris.id});
    let draft = house.boris.post("/api/v1/invoices", draft).await.ok();
    let path = format!("/api/v1/invoices/{}", draft["id"].as_str().unwrap());
    house.boris.patch(&path, json!({"status": "issued"})).await.ok()
}

fn lines_of(deal: &Value) -> Value {
    deal["items"].clone()
}

/// The path of a record.
pub fn path(plural: &str, record: &Value) -> String {
    format!("/api/v1/{plural}/{}", record["id"].as_str().unwrap())
}

/// A template of that source.
pub async fn template(house: &House, source: &str) -> Value {
    let draft = json!({"name": "Own", "document_kind": "contract", "fills_from": "deal", "language": "ru",
        "source": source});
    house.ada.post("/api/v1/templates", draft).await.ok()
}

/// What comes of trying a template, where it is no PDF.
pub async fn tried(house: &House, template: &Value) -> Answer {
    house.ada.post(&format!("{}/preview", path("templates", template)), json!({})).await
}
