//! The API's description: what programs are written against.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{As, Host};
use crate::crm::kind::Kind;

#[tokio::test]
async fn openapi() {
    let host = Host::start().await;
    let mut document = host.call(As::Nobody, "GET", "/api/openapi.json", None).await.done();
    let mut operations = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no id"));
            assert!(operations.insert(id.to_owned()), "{id} twice");
            assert!(operation["summary"].is_string() || operation["description"].is_string(), "{id}");
        }
    }
    for end in crate::api::openapi_problems::special_ends() {
        assert!(operations.iter().any(|id| id.ends_with(end)), "no operation's id ends in `{end}`");
    }
    for kind in Kind::ALL {
        let (name, _) = (kind.spec().schemas)().swap_remove(0);
        for schema in [name.clone(), format!("{name}Record"), format!("{name}Patch")] {
            let schema = &document["components"]["schemas"][&schema];
            assert!(schema["examples"][0].is_object(), "{name} has no example");
        }
    }
    let mut references = BTreeSet::new();
    collect(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    document["info"]["version"] = "[version]".into();
    insta::assert_json_snapshot!(document);
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member.as_str() {
                    Some(reference) if name == "$ref" => {
                        references.insert(reference.to_owned());
                    }
                    _ => collect(member, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[tokio::test]
async fn the_page_needs_no_other_site() {
    let host = Host::start().await;
    let console = host.call(As::Nobody, "GET", "/", None).await;
    let policy = console.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    for file in ["/docs", "/docs/docs.js", "/docs/docs.css", "/docs/tour.txt"] {
        let answer = host.call(As::Nobody, "GET", file, None).await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        let text = answer.done();
        let text = text.as_str().unwrap();
        assert!(!text.contains("https://") && !text.contains("style=") && !text.contains("onclick"), "{file}");
    }
    host.call(As::Nobody, "GET", "/docs/other", None).await.refused(404, "not_found");
}
