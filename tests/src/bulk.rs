//! Many records at once: out to a file, and in from one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Answer, Person, items, send};

async fn import(person: &Person, path: &str, media: &str, file: impl Into<String>) -> Answer {
    let request = person.request(Method::POST, &format!("/api/v1/{path}"));
    send(request.header("content-type", media).body(file.into())).await
}

async fn export(person: &Person, path: &str) -> String {
    let answer = person.request(Method::GET, &format!("/api/v1/{path}")).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

#[tokio::test]
async fn a_spreadsheet_comes_in_goes_out_and_comes_back_changed() {
    let house = House::bare().await;
    let file = "name;phones;emails;billing.address;owner\r\n\
        Анна;+49 30 123456;anna@example.com;\"Street 1\r\nBerlin\";\r\n\
        =1+1;+49 30 123457;\"b@example.com; c@example.com\";;\r\n";
    let tried = import(&house.boris, "contacts/import?try=true", "text/csv", file).await.ok();
    assert_eq!(tried, json!({"created": 2, "updated": 0, "tried": true}));
    assert!(house.all("contacts").await.is_empty(), "it was tried only");
    let done = import(&house.boris, "contacts/import", "text/csv; charset=utf-8", file).await.ok();
    assert_eq!(done, json!({"created": 2, "updated": 0, "tried": false}));
    let contacts = house.all("contacts").await;
    let anna = contacts.iter().find(|contact| contact["name"] == "Анна").unwrap();
    assert_eq!((&anna["phones"], &anna["billing"]["address"]), (&json!(["+4930123456"]), &json!("Street 1 Berlin")));

    let out = export(&house.boris, "contacts/export?sort=name").await;
    assert!(out.starts_with('\u{feff}'), "spreadsheets know it for UTF-8 then");
    assert!(out.contains("'=1+1") && !out.contains(",=1+1"), "no formula comes out: {out}");
    assert!(out.contains("b@example.com; c@example.com"), "{out}");
    let changed = out.replace("anna@example.com", "anna@example.org").replace("'=1+1", "Eva");
    let done = import(&house.boris, "contacts/import", "text/csv", changed).await.ok();
    assert_eq!(done, json!({"created": 0, "updated": 2, "tried": false}));
    let anna = house.record("contacts", &anna["id"]).await;
    assert_eq!((&anna["emails"], &anna["version"]), (&json!(["anna@example.org"]), &json!(2)));
    // It rests on the versions of the first export.
    import(&house.boris, "contacts/import", "text/csv", out).await.names(&["/lines/2/version", "/lines/3/version"]);
    assert_eq!(house.record("contacts", &anna["id"]).await, anna);
}

#[tokio::test]
async fn lines_of_json_come_back_as_they_went_out() {
    let house = House::bare().await;
    let lead =
        json!({"title": "Chairs", "amount": {"minor": 5, "currency": "EUR"}, "campaign": {"utm_source": "mail"}});
    let lines = format!("{lead}\n\n{}\n", json!({"title": "Tables", "owner": house.boris.id}));
    assert_eq!(import(&house.boris, "leads/import", "application/x-ndjson", lines).await.ok()["created"], 2);
    let out = export(&house.boris, "leads/export?format=ndjson&owner=null").await;
    let leads: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(leads.len(), 1);
    assert_eq!((&leads[0]["title"], &leads[0]["amount"]), (&lead["title"], &lead["amount"]));
    assert_eq!(import(&house.boris, "leads/import", "application/x-ndjson", &*out).await.ok()["updated"], 1);
    assert_eq!(house.record("leads", &leads[0]["id"]).await, leads[0], "what is the same is no change");
}

#[tokio::test]
async fn every_wrong_line_is_told_and_nothing_is_made() {
    let house = House::bare().await;
    let csv = async |kind: &str, file: String| import(&house.boris, &format!("{kind}/import"), "text/csv", file).await;
    let none = "01920000-0000-7000-8000-000000000000";
    let file =
        format!("id,name,phones,owner\n,Anna,+4930123456,\n,,12,\n,Eva,+4930123456,{none}\n{none},Ida,,\n,Uta,,\n");
    let body = csv("contacts", file).await.names(&["/lines/3", "/lines/4/owner", "/lines/4/phone", "/lines/5"]);
    assert_eq!(body["errors"][2]["message"], "line 2 has `+4930123456` already");
    assert!(house.all("contacts").await.is_empty());
    csv("contacts", "nickname\nA\n".into()).await.names(&["/lines/1"]);
    csv("contacts", String::new()).await.names(&[""]);
    let answer = import(&house.boris, "contacts/import", "application/json", "{}").await;
    answer.problem(415, "unsupported_media_type");
    csv("users", "name,email\nEva,eva@example.com\n".into()).await.problem(403, "forbidden");
    house.boris.get("/api/v1/contacts/export?limit=5").await.names(&["/limit"]);
    house.boris.get("/api/v1/contacts/export?format=xls").await.names(&["/format"]);
    let many: String = (0..11_000).map(|_| ",\n").collect();
    let body = csv("contacts", format!("name,owner\n{}", many.replace(',', "\"\",x"))).await.problem(422, "invalid");
    let told = body["errors"].as_array().unwrap().len();
    assert!((10_000..10_010).contains(&told), "{told}");
}

#[tokio::test]
async fn a_file_is_taken_once_and_wakes_rules_unless_an_admin_says_no() {
    let house = House::with(&["lead-intake"]).await;
    let once = async |key: &str| {
        let request =
            house.boris.request(Method::POST, "/api/v1/leads/import").header("idempotency-key", key.to_owned());
        send(request.header("content-type", "text/csv").body("title\nChairs\n")).await
    };
    let first = once("k1").await.ok();
    assert_eq!((once("k1").await.ok(), house.all("leads").await.len()), (first, 1));
    house.settle().await;
    let runs = async || items(house.ada.get("/api/v1/runs?plugin=lead-intake&limit=200").await).len();
    let before = runs().await;
    assert!(before > 0, "the rule saw the lead come");
    let quiet = async |person: &Person| import(person, "leads/import?rules=false", "text/csv", "title\nTables\n").await;
    quiet(&house.boris).await.problem(403, "forbidden");
    quiet(&house.ada).await.ok();
    house.settle().await;
    assert_eq!((runs().await, house.all("leads").await.len()), (before, 2));
}

#[tokio::test]
async fn nobody_takes_out_or_changes_what_is_out_of_their_reach() {
    let house = House::bare().await;
    let annas = house
        .anna
        .post(
            "/api/v1/deals",
            json!({"title": "Hers", "pipeline": house.company.pipeline, "stage": "new",
        "owner": house.anna.id}),
        )
        .await
        .ok();
    assert!(!export(&house.boris, "deals/export?format=ndjson").await.contains("Hers"));
    let line = json!({"id": annas["id"], "title": "Mine"}).to_string();
    import(&house.boris, "deals/import", "application/x-ndjson", line).await.names(&["/lines/1"]);
    assert_eq!(house.record("deals", &annas["id"]).await["title"], "Hers");
}
