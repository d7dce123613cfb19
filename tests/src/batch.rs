//! Several changes as one.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::send;

fn company_and_deal(house: &House) -> Value {
    json!({"operations": [
        {"op": "create", "kind": "companies", "name": "acme", "fields": {"name": "ACME", "owner": house.boris.id}},
        {"op": "create", "kind": "deals", "name": "deal", "fields": {"title": "Chairs", "pipeline": house.company.pipeline,
            "stage": "new", "company": "@acme", "owner": house.boris.id}},
        {"op": "create", "kind": "tasks", "fields": {"title": "Call", "assignee": house.boris.id,
            "about": {"kind": "deal", "id": "@deal"}}},
        {"op": "update", "kind": "deals", "id": "@deal", "patch": {"stage": "agreed"}},
    ]})
}

#[tokio::test]
async fn all_of_it_is_one_commit() {
    let house = House::bare().await;
    let body = company_and_deal(&house);
    let once =
        || house.boris.request(reqwest::Method::POST, "/api/v1/batch").header("idempotency-key", "k1").json(&body);
    let items = send(once()).await.ok()["items"].clone();
    assert_eq!(items[1]["company"], items[0]["id"]);
    assert_eq!((&items[1]["stage"], &items[1]["version"]), (&json!("agreed"), &json!(1)));
    assert_eq!((&items[2]["about"]["id"], &items[3]["id"]), (&items[1]["id"], &items[1]["id"]));
    assert_eq!(send(once()).await.ok()["items"], items, "the same request again is the same request");
    assert_eq!(house.all("deals").await.len(), 1);
    let gone = json!({"operations": [{"op": "delete", "kind": "tasks", "id": items[2]["id"], "version": 1}]});
    assert_eq!(house.boris.post("/api/v1/batch", gone).await.ok()["items"], json!([null]));
}

#[tokio::test]
async fn what_is_wrong_is_named_by_its_place_and_nothing_is_made() {
    let house = House::bare().await;
    let wrong = async |change: Value, fields: &[&str]| {
        let mut body = company_and_deal(&house);
        body["operations"].as_array_mut().unwrap().push(change);
        house.boris.post("/api/v1/batch", body).await.names(fields);
        assert!(house.all("companies").await.is_empty() && house.all("deals").await.is_empty());
    };
    wrong(
        json!({"op": "update", "kind": "deals", "id": "@deal", "patch": {"stage": "nowhere"}}),
        &["/operations/4/patch/stage"],
    )
    .await;
    wrong(json!({"op": "create", "kind": "tasks", "fields": {"title": ""}}), &["/operations/4/fields/title"]).await;
    wrong(json!({"op": "update", "kind": "deals", "id": "@dael", "patch": {}}), &["/operations/4/id"]).await;
    wrong(json!({"op": "delete", "kind": "dogs", "id": "@deal"}), &["/operations/4/kind"]).await;
    let none = "01920000-0000-7000-8000-000000000000";
    wrong(json!({"op": "delete", "kind": "deals", "id": none}), &["/operations/4"]).await;
    house.boris.post("/api/v1/batch", json!({"operations": []})).await.names(&["/operations"]);
}

#[tokio::test]
async fn nobody_does_in_a_batch_what_they_may_not_do_alone() {
    let house = House::bare().await;
    let annas = json!({"title": "Hers", "pipeline": house.company.pipeline, "stage": "new", "owner": house.anna.id});
    let annas = house.anna.post("/api/v1/deals", annas).await.ok();
    let change = json!({"op": "update", "kind": "deals", "id": annas["id"], "patch": {"title": "Mine"}});
    house.boris.post("/api/v1/batch", json!({"operations": [change]})).await.names(&["/operations/0/patch"]);
    let user = json!({"op": "update", "kind": "users", "id": house.boris.id, "patch": {"role": "admin"}});
    house.boris.post("/api/v1/batch", json!({"operations": [user]})).await.problem(403, "forbidden");
    let deal = json!({"op": "delete", "kind": "deals", "id": annas["id"]});
    house.form.post("/api/v1/batch", json!({"operations": [deal]})).await.problem(403, "forbidden");
    assert_eq!(house.record("deals", &annas["id"]).await["title"], "Hers");
}
