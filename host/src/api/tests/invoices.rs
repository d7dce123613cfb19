//! Numbers of invoices: without gaps or repeats.

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::{Value, json};

use super::{As, Host};

const MANY: usize = 200;

async fn drafts(host: &Host, issuer: &str, many: usize) -> Vec<String> {
    let me = As::User(host.company.admin);
    let payer = host.call(me, "POST", "/api/v1/companies", Some(json!({"name": "ACME"}))).await.body["id"].clone();
    let price = json!({"minor": 5_000, "currency": "EUR"});
    let body = json!({"issuer": {"key": issuer, "details": {"name": "We"}}, "payer": {"name": "ACME"}, "company": payer,
        "due_date": "2026-12-24", "items": [{"title": "Chair", "quantity": "1", "price": price}]});
    let made = (0..many).map(|_| host.call(me, "POST", "/api/v1/invoices", Some(body.clone())));
    let path = |answer: super::Answer| answer.headers["location"].to_str().unwrap().to_owned();
    join_all(made).await.into_iter().map(path).collect()
}

/// Each invoice is issued twice at the same moment, so that half the commits meet a conflict; and every tenth press
/// asks for what is refused.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gaps_and_no_repeats() {
    let host = Host::start().await;
    let me = As::User(host.company.admin);
    let paths = drafts(&host, "main", MANY).await;
    let issue = |path: &String| {
        let path = path.clone();
        let host = &host;
        async move {
            let body = Some(json!({"status": "issued"}));
            host.call_with(me, "PATCH", &path, &[("if-match", "\"v1\"")], body).await
        }
    };
    let wrong = join_all(paths.iter().step_by(10).map(|path| {
        let (host, body) = (&host, Some(json!({"status": "issued", "due_date": null})));
        async move { host.call(me, "PATCH", path, body).await.status }
    }));
    let pressed = join_all(paths.iter().chain(&paths).map(issue));
    let (answers, wrong) = futures::join!(pressed, wrong);
    assert!(wrong.iter().all(|status| *status == 422), "{wrong:?}");
    let issued: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(issued.len(), MANY);
    assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 412)));
    let told: BTreeSet<_> = issued.iter().map(|answer| answer.body["invoice_number"].as_u64().unwrap()).collect();
    assert_eq!(told, (1..=MANY as u64).collect());
    // What is kept is what was told, and each has it once.
    let read = join_all(paths.iter().map(|path| host.call(me, "GET", path, None))).await;
    let kept: BTreeSet<_> = read.iter().map(|answer| answer.body["invoice_number"].as_u64().unwrap()).collect();
    assert_eq!(kept, told);
}

#[tokio::test]
async fn each_issuer_and_year_counts_from_one() {
    let host = Host::start().await;
    let me = As::User(host.company.admin);
    let mut numbers = Vec::new();
    let paths = [drafts(&host, "main", 3).await, drafts(&host, "other", 1).await].concat();
    for (path, date) in paths.iter().zip(["2026-11-01", "2025-12-31", "2026-12-01", "2026-11-01"]) {
        let body = json!({"status": "issued", "issue_date": date});
        let issued = host.call(me, "PATCH", path, Some(body)).await.done();
        numbers.push((issued["year"].clone(), issued["invoice_number"].clone()));
    }
    let expected = [(2026, 1), (2025, 1), (2026, 2), (2026, 1)].map(|(year, n)| (Value::from(year), Value::from(n)));
    assert_eq!(numbers, expected);
    // It stays with what follows.
    let sent = host.call(me, "PATCH", &paths[2], Some(json!({"status": "sent"}))).await.done();
    assert_eq!(sent["invoice_number"], 2);
    let other = host.call(me, "PATCH", &paths[2], Some(json!({"invoice_number": 9}))).await.refused(422, "invalid");
    assert_eq!(other["errors"][0]["field"], "/invoice_number");
    // No number is lost by deleting.
    host.call(me, "DELETE", &paths[2], None).await.refused(422, "invalid");
    let draft = drafts(&host, "main", 1).await.remove(0);
    assert_eq!(host.call(me, "DELETE", &draft, None).await.status, 204);
    let history = host.call(me, "GET", &format!("{}/history", paths[2]), None).await.done();
    assert_eq!(history["items"][1]["diff"]["invoice_number"], json!([null, 2]));
}
