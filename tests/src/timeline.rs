//! What happened with a record, in one stream.

use serde_json::{Value, json};

use crate::support::house::House;
use crate::support::person::Person;

/// The timeline from its newest end, read in pages of two, as what stands in each item: the event's name, or the kind.
async fn told(person: &Person, path: &str) -> Vec<String> {
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = person.get(&format!("/api/v1/{path}/timeline?limit=2{next}")).await.ok();
        for item in page["items"].as_array().unwrap() {
            let text = if item["type"] == "change" { &item["change"]["name"] } else { &item["record"]["kind"] };
            all.push(text.as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(after) => next = format!("&after={after}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn changes_calls_tasks_and_deals_stand_in_one_stream() {
    let house = House::bare().await;
    let (boris, owner) = (&house.boris, &house.boris.id);
    let contact = boris.post("/api/v1/contacts", json!({"name": "Eva", "owner": owner})).await.ok();
    let id = contact["id"].as_str().unwrap();
    let about = json!({"kind": "contact", "id": id});
    let make = async |person: &Person, kind: &str, fields: Value| {
        house.pass(60);
        person.post(&format!("/api/v1/{kind}"), fields).await.ok()
    };
    make(boris, "tasks", json!({"title": "Call Eva", "assignee": owner, "about": about})).await;
    make(boris, "calls", json!({"direction": "out", "phone": "+4930123456", "user": owner, "about": about})).await;
    let deal =
        json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "contact": id, "owner": owner});
    let deal = make(boris, "deals", deal).await;
    house.pass(60);
    boris.patch(&format!("/api/v1/contacts/{id}"), json!({"name": "Eva Braun"})).await.ok();
    let annas = json!({"title": "Hers", "assignee": house.anna.id, "about": about});
    make(&house.ada, "tasks", annas).await;

    let path = format!("contacts/{id}");
    let seen = ["contact.updated", "deal", "call", "task", "contact.created"];
    assert_eq!(told(boris, &path).await, seen, "the task of somebody else is out of reach");
    assert_eq!(told(&house.ada, &path).await, [&["task"][..], &seen].concat());
    let stage = json!({"stage": "agreed"});
    boris.patch(&format!("/api/v1/deals/{}", deal["id"].as_str().unwrap()), stage).await.ok();
    let deals = boris.get(&format!("/api/v1/deals/{}/timeline", deal["id"].as_str().unwrap())).await.ok();
    assert_eq!(deals["items"][0]["change"]["diff"]["stage"], json!(["new", "agreed"]));

    house.anna.get(&format!("/api/v1/{path}/timeline")).await.problem(404, "not_found");
    boris.get(&format!("/api/v1/{path}/timeline?after=x")).await.names(&["/after"]);
}
