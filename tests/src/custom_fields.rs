//! Fields of the organisation's own: declared, checked, filtered by, seen by conditions, and exported.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Person, items, send};

async fn declare(person: &Person, key: &str, schema: Value) -> Value {
    let field = json!({"of": "lead", "key": key, "title": key, "schema": schema});
    person.post("/api/v1/custom_fields", field).await.ok()
}

async fn titles(person: &Person, filter: &str) -> Vec<String> {
    let found = items(person.get(&format!("/api/v1/leads?{filter}")).await);
    found.iter().map(|lead| lead["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn values_are_checked_found_and_sorted() {
    let house = House::bare().await;
    let (ada, boris) = (&house.ada, &house.boris);
    let old = boris.post("/api/v1/leads", json!({"title": "Old", "custom": {"budget": "much"}})).await.ok();
    let budget = declare(ada, "budget", json!({"type": "number", "minimum": 0})).await;
    declare(ada, "rooms", json!({"type": "array", "items": {"type": "string", "enum": ["hall", "office"]}})).await;
    declare(ada, "urgent", json!({"type": "boolean"})).await;
    boris.post("/api/v1/custom_fields", json!({})).await.problem(403, "forbidden");
    let again = json!({"of": "lead", "key": "budget", "title": "B", "schema": {}});
    ada.post("/api/v1/custom_fields", again).await.names(&["/key"]);

    for (title, custom) in [
        ("Five", json!({"budget": 5, "rooms": ["hall"], "urgent": true})),
        ("Ten", json!({"budget": 10.5, "rooms": ["hall", "office"], "urgent": false})),
        ("None", json!({})),
    ] {
        boris.post("/api/v1/leads", json!({"title": title, "custom": custom})).await.ok();
    }
    let wrong = json!({"title": "X", "custom": {"budget": -1, "rooms": ["cellar"], "colour": "red"}});
    boris.post("/api/v1/leads", wrong).await.names(&["/custom/budget", "/custom/rooms/0", "/custom/colour"]);

    assert_eq!(titles(boris, "custom.budget.gte=5&custom.budget.lt=10.5").await, ["Five"]);
    assert_eq!(titles(boris, "custom.budget=10.5").await, ["Ten"]);
    assert_eq!(titles(boris, "custom.rooms=office").await, ["Ten"]);
    assert_eq!(titles(boris, "custom.urgent=true").await, ["Five"]);
    assert_eq!(titles(boris, "sort=-custom.budget&custom.urgent.ne=null").await, ["Ten", "Five"]);
    boris.get("/api/v1/leads?custom.colour=red").await.names(&["/custom.colour"]);
    boris.get("/api/v1/leads?custom.budget=much").await.names(&["/custom.budget"]);

    // What stood there before may stay; what is written anew must fit.
    let path = format!("/api/v1/leads/{}", old["id"].as_str().unwrap());
    boris.patch(&path, json!({"title": "Older"})).await.ok();
    boris.patch(&path, json!({"custom": {"budget": "more"}})).await.names(&["/custom/budget"]);
    boris.patch(&path, json!({"custom": {"budget": 7}})).await.ok();
    ada.delete(&format!("/api/v1/custom_fields/{}", budget["id"].as_str().unwrap())).await;
    boris.patch(&path, json!({"custom": {"budget": 8}})).await.names(&["/custom/budget"]);
}

#[tokio::test]
async fn spreadsheets_have_a_column_for_each() {
    let house = House::bare().await;
    declare(&house.ada, "budget", json!({"type": "integer"})).await;
    declare(&house.ada, "rooms", json!({"type": "array", "items": {"type": "string"}})).await;
    let file = "title,custom.budget,custom.rooms\nChairs,5,hall; office\nTables,,\n";
    let import = house.boris.request(Method::POST, "/api/v1/leads/import").header("content-type", "text/csv");
    send(import.body(file)).await.ok();
    let leads = house.all("leads").await;
    let chairs = leads.iter().find(|lead| lead["title"] == "Chairs").unwrap();
    assert_eq!(chairs["custom"], json!({"budget": 5, "rooms": ["hall", "office"]}));
    let out = house.boris.request(Method::GET, "/api/v1/leads/export?sort=title").send().await.unwrap();
    let out = out.text().await.unwrap();
    let head = out.lines().next().unwrap();
    assert!(head.contains("custom.budget,custom.rooms") && out.contains(",5,hall; office,"), "{out}");
    let import = house.boris.request(Method::POST, "/api/v1/leads/import").header("content-type", "text/csv");
    send(import.body("title,custom.budget\nSofa,much\n")).await.names(&["/lines/2/custom/budget"]);
}

#[tokio::test]
async fn conditions_and_papers_know_them() {
    let house = House::with(&["lead-intake"]).await;
    declare(&house.ada, "budget", json!({"type": "integer"})).await;
    let condition = json!({"condition": "after.custom.budget != null && after.custom.budget >= 1000"});
    house.ada.put("/api/v1/plugins/lead-intake/condition", condition).await.ok();
    let lead = async |title: &str, custom: Value| {
        house.form.post("/api/v1/leads", json!({"title": title, "name": "Eva", "custom": custom})).await.ok();
        house.settle().await;
    };
    lead("Small", json!({"budget": 5})).await;
    lead("Without", json!({})).await;
    assert!(house.anna.inbox().await.is_empty(), "the condition holds for neither");
    lead("Large", json!({"budget": 5000})).await;
    assert!(!house.helga.inbox().await.is_empty() || !house.anna.inbox().await.is_empty(), "it holds for this one");

    let leads = house.all("leads").await;
    let large = leads.iter().find(|lead| lead["title"] == "Large").unwrap();
    let source = "#let data = json(\"/data.json\")\nBudget: #data.lead.custom.budget";
    let template =
        json!({"name": "Brief", "document_kind": "offer", "fills_from": "lead", "language": "en", "source": source});
    let template = house.ada.post("/api/v1/templates", template).await.ok();
    let document = json!({"title": "Brief", "document_kind": "offer", "template": template["id"],
        "about": {"kind": "lead", "id": large["id"]}});
    let document = house.ada.post("/api/v1/documents", document).await.ok();
    let path = format!("/api/v1/documents/{}/pdf", document["id"].as_str().unwrap());
    let pdf = house.ada.request(Method::GET, &path).send().await.unwrap();
    assert_eq!(pdf.status(), 200, "{:?}", pdf.text().await);
}
