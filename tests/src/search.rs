//! Words find records: in the listing of a kind, and in all kinds at once.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::{Person, items};

async fn names(person: &Person, path: &str) -> Vec<String> {
    let found = items(person.get(path).await);
    let name = |record: &Value| {
        let text = if record["name"].is_string() { &record["name"] } else { &record["title"] };
        text.as_str().unwrap().to_owned()
    };
    found.iter().map(name).collect()
}

#[tokio::test]
async fn words_find_records_as_they_are_now() {
    let house = House::bare().await;
    let (boris, owner) = (&house.boris, &house.boris.id);
    let contact = json!({"name": "Jürgen Müller", "phones": ["+4930901820"], "owner": owner});
    let contact = boris.post("/api/v1/contacts", contact).await.ok();
    boris.post("/api/v1/contacts", json!({"name": "Юрий Соловьёв", "emails": ["yuri@example.com"]})).await.ok();
    boris.post("/api/v1/leads", json!({"title": "Chairs for Müller", "owner": owner})).await.ok();
    let hers = json!({"title": "Müller's desks", "owner": house.anna.id});
    house.ada.post("/api/v1/leads", hers).await.ok();

    for (question, found) in [
        ("muller", vec!["Jürgen Müller"]),
        ("JÜR mül", vec!["Jürgen Müller"]),
        ("соловьев", vec!["Юрий Соловьёв"]),
        ("yuri@example.com", vec!["Юрий Соловьёв"]),
        ("901820", vec!["Jürgen Müller"]),
        ("030%20901820", vec!["Jürgen Müller"]),
        ("%22%27%29%20OR%201", vec![]),
        ("meier", vec![]),
    ] {
        assert_eq!(names(boris, &format!("/api/v1/contacts?q={question}")).await, found, "{question}");
    }
    assert_eq!(names(boris, "/api/v1/search?q=müll").await, ["Chairs for Müller", "Jürgen Müller"]);
    let all = names(&house.ada, "/api/v1/search?q=müll&kinds=lead&limit=1").await;
    assert_eq!(all, ["Müller's desks"], "the newest one");

    let path = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    boris.patch(&path, json!({"name": "Jürgen Schmidt"})).await.ok();
    assert_eq!(names(boris, "/api/v1/contacts?q=muller").await, Vec::<String>::new());
    assert_eq!(names(boris, "/api/v1/contacts?q=schmidt&owner=null").await, Vec::<String>::new());
    assert_eq!(names(boris, &format!("/api/v1/contacts?q=schmidt&owner={owner}")).await, ["Jürgen Schmidt"]);
    boris.delete(&path).await;
    assert_eq!(names(boris, "/api/v1/contacts?q=schmidt").await, Vec::<String>::new());

    boris.get("/api/v1/contacts?q=").await.names(&["/q"]);
    boris.get("/api/v1/contacts?q=a+b+c+d+e+f+g+h+i").await.names(&["/q"]);
    boris.get("/api/v1/organisations?q=sales").await.names(&["/q"]);
    boris.get("/api/v1/search").await.names(&["/q"]);
    boris.get("/api/v1/search?q=a&kinds=organisation").await.names(&["/kinds"]);
    boris.get("/api/v1/search?q=a&limit=21").await.names(&["/limit"]);
}

#[tokio::test]
async fn programs_without_personal_data_do_not_look_for_people() {
    let house = House::bare().await;
    house.boris.post("/api/v1/contacts", json!({"name": "Eva", "phones": ["+4930901820"]})).await.ok();
    house
        .boris
        .post("/api/v1/deals", json!({"title": "Eva's chairs", "pipeline": house.company.pipeline, "stage": "new"}))
        .await
        .ok();
    let token = json!({"name": "reader", "scopes": ["contacts:read", "deals:read"]});
    let token = house.ada.post("/api/v1/tokens", token).await.ok();
    let reader = Person::with_token(&house.base, token["secret"].as_str().unwrap(), "", "reader");
    reader.get("/api/v1/contacts?q=901820").await.problem(403, "forbidden");
    assert_eq!(names(&reader, "/api/v1/search?q=eva").await, ["Eva's chairs"]);
}

#[tokio::test]
async fn an_erased_person_is_not_found() {
    let house = House::bare().await;
    let contact = json!({"name": "Eva Braun", "phones": ["+4930901820"]});
    let contact = house.ada.post("/api/v1/contacts", contact).await.ok();
    house.ada.post("/api/v1/persons/erase", json!({"kind": "contact", "id": contact["id"]})).await.ok();
    for question in ["eva", "901820"] {
        assert_eq!(names(&house.ada, &format!("/api/v1/search?q={question}")).await, Vec::<String>::new());
    }
}
