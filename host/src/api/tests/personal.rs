//! Who sees whose records, who sees personal data, and a person's right to have it erased.

use serde_json::{Value, json};

use super::{As, Host};

const PHONE: &str = "+4930901820";

async fn admin(host: &Host, method: &str, path: &str, body: Value) -> Value {
    host.call(As::User(host.company.admin), method, path, Some(body)).await.done()
}

async fn lead(host: &Host) -> Value {
    let body = json!({
        "title": "Chairs for Maria Keller", "name": "Maria Keller", "phone": PHONE, "email": "maria@kunde.example",
        "message": "It is me, Maria Keller", "extra": {"floor": "3"}, "owner": host.company.members[0],
    });
    admin(host, "POST", "/api/v1/leads", body).await
}

fn path(record: &Value) -> String {
    let plural = if record["kind"] == "company" {
        "companies".to_owned()
    } else {
        format!("{}s", record["kind"].as_str().unwrap())
    };
    format!("/api/v1/{plural}/{}", record["id"].as_str().unwrap())
}

#[tokio::test]
async fn members_see_all_where_the_organisation_says_so() {
    let host = Host::start().await;
    let lead = lead(&host).await;
    let boris = As::User(host.company.members[1]);
    host.call(boris, "GET", &path(&lead), None).await.refused(404, "not_found");
    let found = host.call(As::User(host.company.admin), "GET", "/api/v1/organisations", None).await.done();
    let organisation = format!("/api/v1/organisations/{}", found["items"][0]["id"].as_str().unwrap());
    host.call(boris, "PATCH", &organisation, Some(json!({"member_reach": "all"}))).await.refused(403, "forbidden");
    admin(&host, "PATCH", &organisation, json!({"member_reach": "all"})).await;
    host.call(boris, "GET", &path(&lead), None).await.done();
    let listed = host.call(boris, "GET", "/api/v1/leads", None).await.done();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    admin(&host, "PATCH", &organisation, json!({"member_reach": "own"})).await;
    host.call(boris, "GET", &path(&lead), None).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_token_sees_personal_data_only_where_it_may() {
    let host = Host::start().await;
    let lead = lead(&host).await;
    let contact = json!({"name": "Maria", "phones": [PHONE], "emails": ["maria@kunde.example"]});
    let contact = admin(&host, "POST", "/api/v1/contacts", contact).await;
    let scopes = ["leads:write", "contacts:read", "runs:read"];
    let narrow = host.token(&scopes, None).await;
    let of_anna = host.token(&scopes, Some(host.company.members[0])).await;
    let wide = host.token(&[&scopes[..], &["personal:read"]].concat(), None).await;
    let shows = |answer: &Value| ["30901820", "maria@kunde"].iter().any(|word| answer.to_string().contains(word));
    for token in [&narrow, &of_anna] {
        let token = As::Token(token);
        for path in [
            path(&lead),
            path(&contact),
            "/api/v1/leads".to_owned(),
            "/api/v1/contacts".to_owned(),
            format!("{}/history", path(&lead)),
            format!("{}/history", path(&contact)),
        ] {
            let answer = host.call(token, "GET", &path, None).await.done();
            assert!(!shows(&answer), "{path}: {answer}");
        }
        let patched = host.call(token, "PATCH", &path(&lead), Some(json!({"region": "Berlin"}))).await.done();
        assert!(!shows(&patched) && patched["region"] == "Berlin" && patched["name"] == "Maria Keller", "{patched}");
        let made = json!({"name": "Maria", "phone": PHONE});
        assert!(!shows(&host.call(token, "POST", "/api/v1/leads", Some(made)).await.done()));
        // What it may not see, it may not guess either.
        for query in
            ["leads?phone=%2B4930901820", "leads?email=null", "leads?sort=-email", "contacts?phone=%2B4930901820"]
        {
            let refused = host.call(token, "GET", &format!("/api/v1/{query}"), None).await.refused(403, "forbidden");
            assert_eq!(refused["scope"], "personal:read", "{query}");
        }
    }
    let seen = host.call(As::Token(&wide), "GET", &path(&lead), None).await.done();
    assert_eq!((&seen["phone"], &seen["extra"]), (&json!(PHONE), &json!({"floor": "3"})));
    let changed = host.call(As::Token(&wide), "GET", &format!("{}/history", path(&contact)), None).await.done();
    assert_eq!(changed["items"][0]["diff"]["phones"], json!([null, [PHONE]]));
    let told = host.call(As::Token(&narrow), "GET", &format!("{}/history", path(&contact)), None).await.done();
    assert_eq!(told["items"][0]["diff"]["phones"], json!([null, null]));
    host.call(As::Token(&wide), "GET", "/api/v1/contacts?phone=%2B4930901820", None).await.done();
}

#[tokio::test]
async fn a_person_is_exported_and_erased() {
    let host = Host::start().await;
    let lead = lead(&host).await;
    let converted = admin(&host, "POST", &format!("{}/convert", path(&lead)), json!({})).await;
    let (contact, deal) = (&converted["contact"], &converted["deal"]);
    let about = json!({"kind": "deal", "id": deal["id"]});
    let task = json!({"title": "Call MARIA KELLER", "assignee": host.company.members[0], "about": about});
    let task = admin(&host, "POST", "/api/v1/tasks", task).await;
    let call = json!({"direction": "in", "status": "missed", "phone": PHONE, "recording": "https://pbx.example/1"});
    let call = admin(&host, "POST", "/api/v1/calls", call).await;
    // A lead that was deleted, and one of somebody else.
    let deleted = admin(&host, "POST", "/api/v1/leads", json!({"title": "Old", "phone": PHONE})).await;
    assert_eq!(host.call(As::User(host.company.admin), "DELETE", &path(&deleted), None).await.status, 204);
    let other = admin(&host, "POST", "/api/v1/leads", json!({"name": "Karl", "message": "I know Maria Keller"})).await;
    admin(&host, "PATCH", &path(contact), json!({"name": "Maria Keller-Schmidt"})).await;
    admin(&host, "PATCH", &path(contact), json!({"name": "Maria Keller"})).await;

    let person = json!({"kind": "contact", "id": contact["id"]});
    host.call(As::User(host.company.head), "POST", "/api/v1/persons/export", Some(person.clone()))
        .await
        .refused(403, "forbidden");
    let export = admin(&host, "POST", "/api/v1/persons/export", person.clone()).await;
    let ids = |records: &Value| records.as_array().unwrap().iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    for record in [&lead, contact, &call] {
        assert!(ids(&export["own"]).contains(&record["id"]), "{export:#}");
    }
    for record in [deal, &task] {
        assert!(ids(&export["about"]).contains(&record["id"]), "{export:#}");
    }
    assert!(export["history"].as_array().unwrap().len() >= 6 && export.to_string().contains("Keller-Schmidt"));

    let erased = admin(&host, "POST", "/api/v1/persons/erase", person.clone()).await;
    assert_eq!((&erased["records"], &erased["kept"]), (&json!(6), &json!([])), "{erased}");
    let after = admin(&host, "POST", "/api/v1/persons/export", person).await;
    let admin_ = As::User(host.company.admin);
    let mut all = after.to_string();
    for record in [&lead, &deleted, &task, deal, &call] {
        all += &host.call(admin_, "GET", &format!("{}/history", path(record)), None).await.done().to_string();
    }
    for word in ["maria keller", "maria@kunde", "901820", "pbx.example", "floor"] {
        assert!(!all.to_lowercase().contains(word), "{word} is left: {all}");
    }
    // Who changed what and when is still known, and the record is one version on.
    let history = host.call(admin_, "GET", &format!("{}/history", path(contact)), None).await.done();
    let entries = history["items"].as_array().unwrap();
    assert_eq!(entries.len(), 4, "{history:#}");
    assert_eq!(entries[0]["by"], json!({"type": "user", "id": host.company.admin}));
    assert_eq!(entries[1]["diff"], json!({"name": ["[erased]", "[erased]"]}));
    let now = host.call(admin_, "GET", &path(contact), None).await.done();
    assert_eq!((&now["name"], &now["phones"], &now["version"]), (&json!("[erased]"), &json!([]), &json!(4)));
    // The number is free again, and others keep what they wrote.
    admin(&host, "POST", "/api/v1/contacts", json!({"name": "Nora", "phones": [PHONE]})).await;
    let other = host.call(admin_, "GET", &path(&other), None).await.done();
    assert_eq!(other["message"], "I know Maria Keller");
    // An erased lead can be worked with.
    admin(&host, "PATCH", &path(&lead), json!({"region": "Berlin"})).await;
    host.call(admin_, "POST", "/api/v1/persons/erase", Some(json!({"kind": "deal", "id": deal["id"]})))
        .await
        .refused(422, "invalid");
}
