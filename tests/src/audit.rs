//! The audit is searched: who or which rule changed what, and when.

use serde_json::{Value, json};
use takt::crm::kind::Kind;
use takt::store::audit::AuditFilter;

use crate::support::house::{House, program};
use crate::support::person::{Person, items};

/// What was found, newest first: the event's name and who did it.
async fn found(person: &Person, query: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let entries = items(person.get(&format!("/api/v1/audit?{query}")).await);
    entries.iter().map(|entry| (text(&entry["name"]), text(&entry["by"]["id"]))).collect()
}

/// Somebody's lead, made at ten and taken by Boris an hour later; a contact, renamed and deleted an hour after that.
async fn worked() -> (House, String) {
    let house = House::open().await;
    let lead = house.lead(json!({"title": "Chairs", "name": "Karl Kunde", "phone": "030 901820"})).await;
    let id = lead["id"].as_str().unwrap().to_owned();
    house.advance(60).await;
    let taken = json!({"owner": house.boris.id, "status": "in_progress"});
    house.boris.patch(&format!("/api/v1/leads/{id}"), taken).await.ok();
    house.advance(60).await;
    let contact = house.helga.post("/api/v1/contacts", json!({"name": "Eva"})).await.ok();
    let contact = format!("/api/v1/contacts/{}", contact["id"].as_str().unwrap());
    house.helga.patch(&contact, json!({"name": "Eva Braun"})).await.ok();
    house.helga.delete(&contact).await;
    house.settle().await;
    (house, id)
}

#[tokio::test]
async fn by_kind_record_actor_field_and_time() {
    let (house, lead) = worked().await;
    let ada = &house.ada;
    let (boris, helga) = (&house.boris.id, &house.helga.id);
    let by = |name: &str, who: &str| (name.to_owned(), who.to_owned());

    let of_lead = [by("lead.updated", boris), by("lead.created", "web-form")];
    assert_eq!(found(ada, "kind=lead").await, of_lead);
    assert_eq!(found(ada, &format!("record={lead}")).await, of_lead);
    let of_contact = ["contact.deleted", "contact.updated", "contact.created"].map(|name| by(name, helga));
    assert_eq!(found(ada, "kind=contact").await, of_contact, "what is deleted is told of, too");
    assert_eq!(found(ada, &format!("by={helga}&kind=contact&field=name&limit=2")).await, of_contact[..2]);
    assert_eq!(found(ada, "kind=lead&field=owner").await, of_lead[..1]);
    assert_eq!(found(ada, "kind=lead&field=no_such").await, []);
    let tasks = found(ada, "by=lead-intake&kind=task").await;
    assert_eq!(tasks, [by("task.created", "lead-intake")], "a rule's changes are its own");

    // The clock stood at ten, eleven and twelve in Berlin.
    assert_eq!(found(ada, "kind=lead&from=2026-03-02T10:00:00Z").await, of_lead[..1]);
    assert_eq!(found(ada, "kind=lead&to=2026-03-02T10:00:00Z").await, of_lead[1..]);
    let noon = "from=2026-03-02T11:00:00Z&to=2026-03-02T11:00:01Z";
    assert_eq!(found(ada, &format!("{noon}&by={helga}")).await, of_contact);
}

#[tokio::test]
async fn page_after_page_to_the_end() {
    let (house, _) = worked().await;
    let whole = found(&house.ada, "limit=200").await;
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let page = house.ada.get(&format!("/api/v1/audit?limit=7{after}")).await.ok();
        all.extend(page["items"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(all, whole.into_iter().map(|(name, _)| name).collect::<Vec<_>>());

    // A page that looks at few of many goes on where it stopped looking.
    let store = house.engine().store();
    let mut filter = AuditFilter { field: Some("owner".into()), limit: 50, look: 3, ..AuditFilter::default() };
    filter.kind = Some(Kind::Lead);
    let page = store.audit_search(&filter).await.unwrap();
    assert_eq!((page.entries.len(), page.next), (1, None), "there are but two changes of leads");
    filter.kind = None;
    let (mut names, mut pages) = (Vec::new(), 0);
    loop {
        let page = store.audit_search(&filter).await.unwrap();
        names.extend(page.entries.into_iter().map(|entry| entry.name));
        pages += 1;
        let Some(next) = page.next else { break };
        filter.after = store.audit_read(next).await.unwrap().map(|entry| (entry.at, entry.id));
    }
    assert_eq!(names.iter().filter(|name| *name == "lead.updated").count(), 1, "{names:?}");
    assert!(pages > 3, "{pages} pages");
}

#[tokio::test]
async fn for_admins_and_what_may_be_asked() {
    let (house, _) = worked().await;
    house.helga.get("/api/v1/audit").await.problem(403, "forbidden");
    let reader = program(&house.ada, &house.base, "archive", &["audit:read"]).await;
    let entries = items(reader.get("/api/v1/audit?kind=lead&field=phone").await);
    assert_eq!(entries[0]["diff"]["phone"], json!([null, null]), "personal data takes a scope of its own");
    assert_eq!(entries[0]["diff"]["title"], json!([null, "Chairs"]));
    let ada = &house.ada;
    ada.get("/api/v1/audit?kind=cat").await.names(&["/kind"]);
    ada.get("/api/v1/audit?after=999999").await.names(&["/after"]);
    ada.get("/api/v1/audit?from=yesterday").await.names(&["/from"]);
    let backwards = "from=2026-03-02T10:00:00Z&to=2026-03-01T10:00:00Z";
    ada.get(&format!("/api/v1/audit?{backwards}")).await.names(&["/to"]);
    ada.get("/api/v1/audit?actor=x").await.names(&["/actor"]);
}
