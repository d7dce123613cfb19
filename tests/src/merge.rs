//! Duplicates become one record, with everything that points at them; and what deleting a record does to others.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Person, items, send};

/// Makes a record and gives its id.
async fn made(person: &Person, kind: &str, fields: Value) -> String {
    let record = person.post(&format!("/api/v1/{kind}"), fields).await.ok();
    record["id"].as_str().unwrap().to_owned()
}

fn about(kind: &str, id: &str) -> Value {
    json!({"kind": kind, "id": id})
}

#[tokio::test]
async fn two_contacts_become_one_with_all_that_points_at_them() {
    let house = House::bare().await;
    let boris = &house.boris;
    let ann = json!({"name": "Ann", "phones": ["+4930901820"], "custom": {"vip": true}});
    let other = json!({"name": "Anne Meyer", "phones": ["+4930901821"], "emails": ["ann@example.com"], "language": "de",
        "billing": {"address": "Street 1"}});
    let (kept, other) = (made(boris, "contacts", ann).await, made(boris, "contacts", other).await);
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "contact": other});
    let deal = made(boris, "deals", deal).await;
    let task = json!({"title": "Call", "assignee": boris.id, "about": about("contact", &other)});
    let task = made(boris, "tasks", task).await;
    let lead = made(boris, "leads", json!({"title": "Desks", "email": "ann@example.com"})).await;
    boris.post(&format!("/api/v1/leads/{lead}/convert"), json!({})).await.ok();
    let upload = boris.request(reqwest::Method::POST, &format!("/api/v1/contacts/{other}/attachments?name=card.txt"));
    send(upload.header("content-type", "text/plain").body("card")).await.ok();

    let path = format!("/api/v1/contacts/{kept}/merge");
    let merged = boris.post(&path, json!({"other": other, "fields": {"name": "Ann Meyer"}})).await;
    let etag = merged.etag();
    let merged = merged.ok();
    let record = &merged["record"];
    assert_eq!(record["name"], "Ann Meyer");
    assert_eq!(record["phones"], json!(["+4930901820", "+4930901821"]));
    assert_eq!(record["emails"], json!(["ann@example.com"]));
    assert_eq!((&record["custom"], &record["billing"]), (&json!({"vip": true}), &json!({"address": "Street 1"})));
    assert_eq!(merged["moved"], json!({"deals": 2, "tasks": 1, "leads": 1}));
    assert_eq!(etag, format!("\"v{}\"", record["version"]));

    for (kind, id) in [("deals", &deal), ("leads", &lead)] {
        assert_eq!(boris.get(&format!("/api/v1/{kind}/{id}")).await.ok()["contact"], json!(kept));
    }
    assert_eq!(boris.get(&format!("/api/v1/tasks/{task}")).await.ok()["about"], about("contact", &kept));
    boris.get(&format!("/api/v1/contacts/{other}")).await.problem(404, "not_found");
    let files = items(boris.get(&format!("/api/v1/contacts/{kept}/attachments")).await);
    assert_eq!(files[0]["name"], "card.txt");
    let changes = items(boris.get(&format!("/api/v1/leads/{lead}/history")).await);
    assert_eq!(changes[0]["diff"]["contact"], json!([other, kept]));
    // The number is the survivor's now: a lead with it finds that one.
    let found = items(boris.get("/api/v1/contacts?phone=%2B4930901821").await);
    assert_eq!(found[0]["id"], json!(kept));
    boris.post(&path, json!({"other": other})).await.names(&["/other"]);
}

#[tokio::test]
async fn what_is_not_the_same_is_not_merged() {
    let house = House::bare().await;
    let boris = &house.boris;
    let company = async |name: &str, tax_id: &str, owner: &Person| {
        made(&house.ada, "companies", json!({"name": name, "tax_id": tax_id, "owner": owner.id})).await
    };
    let (one, two) = (company("ACME", "DE1", boris).await, company("Acme Ltd", "DE2", boris).await);
    let path = format!("/api/v1/companies/{one}/merge");
    boris.post(&path, json!({"other": two})).await.names(&["/fields/tax_id"]);
    boris.post(&path, json!({"other": one})).await.names(&["/other"]);
    boris.post(&path, json!({"other": "x"})).await.problem(422, "invalid");
    boris.post(&path, json!({"other": two, "fields": {"name": ""}})).await.problem(422, "invalid");
    boris
        .post(&path, json!({"other": two, "other_version": 7, "fields": {"tax_id": "DE1"}}))
        .await
        .problem(412, "stale");
    let stale = boris.request(reqwest::Method::POST, &path).header("if-match", "\"v9\"");
    send(stale.json(&json!({"other": two, "fields": {"tax_id": "DE1"}}))).await.problem(412, "stale");
    let annas = company("Hers", "DE3", &house.anna).await;
    boris.post(&path, json!({"other": annas, "fields": {"tax_id": "DE1"}})).await.problem(404, "not_found");
    let contact = made(boris, "contacts", json!({"name": "Eva"})).await;
    boris.post(&path, json!({"other": contact})).await.names(&["/other"]);
    boris.post(&format!("/api/v1/deals/{one}/merge"), json!({"other": two})).await.problem(404, "not_found");
    assert_eq!(house.record("companies", &json!(two)).await["version"], 1, "nothing was changed");

    let once = async || {
        let request = boris.request(reqwest::Method::POST, &path).header("idempotency-key", "merge-1");
        send(request.json(&json!({"other": two, "fields": {"tax_id": "DE1"}}))).await
    };
    assert_eq!(once().await.ok()["record"]["tax_id"], "DE1");
    let again = once().await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.ok()["record"]["name"], "ACME");
}

#[tokio::test]
async fn deleting_clears_links_or_is_refused() {
    let house = House::bare().await;
    let (ada, boris) = (&house.ada, &house.boris);
    let contact = made(boris, "contacts", json!({"name": "Eva", "owner": boris.id})).await;
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "contact": contact,
        "owner": boris.id});
    let deal = made(boris, "deals", deal).await;
    let task = made(boris, "tasks", json!({"title": "Call", "about": about("contact", &contact)})).await;
    let deleted = boris.delete(&format!("/api/v1/contacts/{contact}")).await;
    assert_eq!(deleted.status, 204, "{deleted:?}");
    let after = boris.get(&format!("/api/v1/deals/{deal}")).await.ok();
    assert_eq!((&after["contact"], &after["version"]), (&Value::Null, &json!(2)));
    assert_eq!(boris.get(&format!("/api/v1/tasks/{task}")).await.ok()["about"], Value::Null);
    boris.patch(&format!("/api/v1/deals/{deal}"), json!({"contact": contact})).await.names(&["/contact"]);

    let pipeline = format!("/api/v1/pipelines/{}", house.company.pipeline);
    let refused = ada.delete(&pipeline).await.names(&[""]);
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("has it as its pipeline"), "{refused}");
    let refused = ada.delete(&format!("/api/v1/users/{}", boris.id)).await.problem(422, "invalid");
    assert!(refused.to_string().contains("set `active` to false"), "{refused}");
    boris.get("/api/v1/me").await.ok();
    let newcomer = made(ada, "users", json!({"name": "Ida", "email": "ida@example.com"})).await;
    assert_eq!(ada.delete(&format!("/api/v1/users/{newcomer}")).await.status, 204);
}
