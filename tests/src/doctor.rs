//! `takt doctor` finds each way in which a store can be broken, says what to do, and changes nothing.

use serde_json::{Value, json};
use takt::crm::kind::Kind;
use takt::wasm::call::Ending;

use crate::support::database::Data;
use crate::support::house::House;
use crate::support::native::{Rule, subscribed};
use crate::support::process::examined;
use crate::support::world::World;

/// What doctor says, and its exit code.
async fn names(data: &Data) -> (i32, Vec<String>) {
    let (code, said) = examined(data, &["doctor"]).await;
    let wrong = said["checks"].as_array().unwrap().iter().filter(|check| check["count"] != 0);
    (code, wrong.map(|check| check["name"].as_str().unwrap().to_owned()).collect())
}

/// What a check has found.
async fn found(data: &Data, name: &str) -> Value {
    let (_, said) = examined(data, &["doctor"]).await;
    said["checks"].as_array().unwrap().iter().find(|check| check["name"] == name).unwrap().clone()
}

/// How to break what a check looks after, and a part of what it says then.
const BROKEN: &[(&str, &str, &str)] = &[
    ("gates", "INSERT INTO expiring (before) VALUES (9000000000000000)", "expiring: before 9000000000000000"),
    ("event_audit", "DELETE FROM audit WHERE id = (SELECT max(id) FROM event)", "event "),
    (
        "delivery_event",
        "UPDATE delivery SET event = 987654 WHERE id = (SELECT min(id) FROM delivery)",
        "waits with event 987654",
    ),
    (
        "dead_letter_event",
        "UPDATE dead_delivery SET event = 987654 WHERE id = (SELECT min(id) FROM dead_delivery)",
        "waits with event 987654",
    ),
    (
        "message_event",
        "INSERT INTO outbox (webhook, event, due_at, created_at) VALUES ('nobody', 987654, 0, 0)",
        "to webhook nobody tells of event 987654",
    ),
    ("lanes", "UPDATE delivery SET ready = 1", "2 of 2 deliveries are ready"),
    (
        "numbers",
        "UPDATE record SET number = number + 100 WHERE kind = 'lead' AND number = 1",
        "lead: 2 numbers up to 101",
    ),
    ("counters", "UPDATE counter SET value = 0 WHERE name = 'audit'", "counter audit is at 0"),
    ("versions", "UPDATE record SET version = 0 WHERE kind = 'lead' AND number = 2", "is at version 0, its audit at"),
    ("journals", "INSERT INTO run_journal (run, journal) VALUES ('gone', '{}')", "the journal of run gone"),
    (
        "plugins",
        "INSERT INTO timer (plugin, key, due, payload, depth) VALUES ('gone', 'remind', 9, '{}', 0)",
        "timer remind of gone",
    ),
    ("releases", "UPDATE plugin SET release = 'abc' WHERE name = 'waits'", "release abc of waits"),
    ("people", "INSERT INTO password (\"user\", hash) VALUES ('nobody', '')", "password of user nobody"),
    (
        "about",
        "INSERT INTO attachment (id, kind, record, name, media, size, digest, at, actor, actor_id)
         VALUES ('1', 'lead', 'gone', 'offer.pdf', 'application/pdf', 1, 'abcdef', 0, 'system', 'test')",
        "file offer.pdf of lead gone",
    ),
    (
        "components",
        "INSERT INTO release (digest, component, at) SELECT 'abcdef', hash, 0 FROM session",
        "release abcdef",
    ),
    ("keys", "DELETE FROM record_key WHERE kind = 'contact'", "it says 1, and 0 are kept"),
    ("words", "UPDATE record_text SET text = 'nothing' WHERE kind = 'lead'", "lead "),
    ("links", "DELETE FROM record WHERE kind = 'company'", "`company` leads to company "),
    ("records", "UPDATE record SET kind = 'planet' WHERE kind = 'lead' AND number = 2", "its columns can't be read"),
];

/// A lane with two deliveries that wait for their first, a dead letter, a contact of a company, and a session.
async fn world() -> World {
    let waits = Rule::of(|_, _| Box::pin(async { Ending::Retry(Some(3600)) }));
    let ill = Rule::of(|_, _| Box::pin(async { Ending::Permanent("the printer is broken".to_owned()) }));
    let woken = subscribed("waits", &["lead.created", "lead.updated"]);
    let world = World::with(vec![(woken, waits), (subscribed("ill", &["contact.created"]), ill)]).await;
    let lead = world.lead("Chairs").await;
    world.engine.idle().await;
    world.patch(lead.reference(), json!({"title": "Tables"})).await.unwrap();
    let company = world.create(Kind::Company, json!({"name": "ACME"})).await;
    world.create(Kind::Contact, json!({"name": "Ann", "phones": ["+4930901820"], "company": company.id})).await;
    world.lead("Beds").await;
    world.engine.idle().await;
    let user = world.create(Kind::User, json!({"name": "Ada", "email": "ada@example.com"})).await;
    let now = world.engine.now();
    let session = takt::store::access::Session {
        hash: [1; 32],
        user: user.id,
        at: now,
        expires_at: now,
        address: None,
        agent: None,
    };
    world.engine.store().session_put(session).await.unwrap();
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_invariant_is_named() {
    let world = world().await;
    world.engine.stop().await;
    assert_eq!(names(world.data()).await, (0, Vec::new()));
    let mut broken = Vec::new();
    for (name, statement, words) in BROKEN {
        assert!(!broken.contains(name), "nothing before it breaks {name}: {broken:?}");
        for gate in ["INSERT INTO expiring (before) VALUES (9000000000000000)", statement, "DELETE FROM expiring"] {
            // The audit lets go of its entries only so.
            if *name != "gates" || gate == *statement {
                world.data().sql(gate).await.unwrap();
            }
        }
        let check = found(world.data(), name).await;
        let said = check["found"].to_string();
        assert!(said.contains(words), "{name}: {said}");
        assert!(check["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{check:#}");
        broken = BROKEN.iter().map(|(name, ..)| *name).take_while(|other| other != name).chain([*name]).collect();
    }
    let (code, _) = names(world.data()).await;
    assert_eq!(code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_is_nobodys_is_named() {
    let world = world().await;
    // Of a host that works, and of one that never was.
    world.data().sql("UPDATE delivery SET lease = 17").await.unwrap();
    world
        .data()
        .sql("INSERT INTO outbox (webhook, event, due_at, created_at, lease) VALUES ('w', 1, 0, 0, 18)")
        .await
        .unwrap();
    let said = found(world.data(), "leases").await["found"].to_string();
    assert!(said.contains("taken by"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_at_work_is_healthy_and_its_files_are_looked_at() {
    let house = House::with(&["lead-intake", "invoice"]).await;
    house.accepted_by(&house.anna).await;
    let lead = house.all("leads").await[0].clone();
    let path = format!("/api/v1/leads/{}/attachments?name=offer.pdf", lead["id"].as_str().unwrap());
    let sent = house.ada.request(reqwest::Method::POST, &path).header("content-type", "application/pdf");
    let file = crate::support::person::send(sent.body("%PDF-1.7")).await.ok();
    house.settle().await;
    assert_eq!(names(house.data()).await, (0, Vec::new()), "beside the running host");

    let digest = file["digest"].as_str().unwrap();
    let kept = house.data().path().join("attachments").join(&digest[..2]).join(digest);
    std::fs::write(&kept, "something else").unwrap();
    let said = found(house.data(), "files").await;
    assert!(said["found"][0].as_str().unwrap().contains("offer.pdf"), "{said:#}");
    assert!(said["found"][0].as_str().unwrap().ends_with("holds something else"), "{said:#}");
    std::fs::remove_file(&kept).unwrap();
    let said = found(house.data(), "files").await;
    assert!(said["found"][0].as_str().unwrap().contains("can't be read"), "{said:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_in_the_numbers_of_invoices_is_named() {
    let house = House::bare().await;
    let company = house.ada.post("/api/v1/companies", json!({"name": "ACME"})).await.ok();
    for number in [1, 2] {
        let item = json!({"title": "Chair", "quantity": "1", "price": {"minor": 9900, "currency": "EUR"}});
        let fields = json!({"issuer": {"key": "us", "details": {"legal_name": "We"}}, "company": company["id"],
            "items": [item], "due_date": "2026-04-01", "payer": {"legal_name": "ACME"}});
        let invoice = house.ada.post("/api/v1/invoices", fields).await.ok();
        let path = format!("/api/v1/invoices/{}", invoice["id"].as_str().unwrap());
        let issued = house.ada.patch(&path, json!({"status": "issued"})).await.ok();
        assert_eq!(issued["invoice_number"], number);
    }
    assert_eq!(names(house.data()).await, (0, Vec::new()));
    house
        .data()
        .sql("DELETE FROM record WHERE kind = 'invoice' AND id = (SELECT min(id) FROM record WHERE kind = 'invoice')")
        .await
        .unwrap();
    let said = found(house.data(), "series").await["found"].to_string();
    assert!(said.contains("1 numbers up to 2, and 2 were given"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_of_this_release_can_not_be_looked_at() {
    let world = World::with(vec![]).await;
    world.data().sql("DELETE FROM _sqlx_migrations WHERE version > 1").await.unwrap();
    let output = crate::support::process::output(world.data(), &["doctor"]).await;
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the database's tables are number 1, this program's"), "{said}");
}
