//! A flood is refused at the door; what was accepted is done, and reads are answered.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::guest::{Does, Guest};
use crate::support::house::House;
use crate::support::native::subscribed;
use crate::support::person::{Answer, items};

fn retry_after(refused: &Answer) -> u64 {
    refused.headers["retry-after"].to_str().unwrap().parse().unwrap()
}

async fn post(house: &House, number: usize) -> Answer {
    house.form.post("/api/v1/leads", json!({"title": format!("Chairs {number}"), "name": "Ann"})).await
}

fn titles(leads: &[Value]) -> BTreeSet<String> {
    leads.iter().map(|lead| lead["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_and_all_that_was_accepted_is_there() {
    let house = House::set_up(&[], |settings| settings.max_requests = 4).await;
    let flood = join_all((0..150).map(|number| post(&house, number)));
    let reads = async {
        for _ in 0..20 {
            house.anna.get("/api/v1/leads?limit=1").await.ok();
        }
    };
    let (answers, ()) = tokio::join!(flood, reads);
    let mut accepted = BTreeSet::new();
    let mut refused = Vec::new();
    for (number, answer) in answers.into_iter().enumerate() {
        if answer.status == 201 {
            accepted.insert(format!("Chairs {number}"));
            continue;
        }
        assert_eq!(retry_after(&answer), 1);
        assert_eq!(answer.problem(429, "overloaded")["limit"], "requests");
        refused.push(number);
    }
    assert!(!refused.is_empty() && !accepted.is_empty(), "{} accepted, {} refused", accepted.len(), refused.len());
    assert_eq!(titles(&house.all("leads").await), accepted, "those, and no others");

    for number in refused {
        let sent = async { while post(&house, number).await.status != 201 {} };
        tokio::time::timeout(Duration::from_secs(60), sent).await.expect("it takes on new work again");
    }
    assert_eq!(items(house.ada.get("/api/v1/leads?limit=200").await).len(), 150);
    let metrics = house.ada.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("takt_refused_total{limit=\"requests\"}"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_rules_are_behind_new_work_is_refused_until_they_are_not() {
    let house = House::set_up(&[], |settings| {
        (settings.max_deliveries, settings.pause_percent, settings.max_attempts) = (10, 100, 1000);
    });
    let house = house.await;
    let behind = Guest { handle: Does::Trap, ..Guest::new(subscribed("behind", &["lead.created"])) };
    house.install(&behind.component()).await;
    let mut accepted = 0;
    let refused = loop {
        match post(&house, accepted).await {
            answer if answer.status == 201 => accepted += 1,
            answer => break answer,
        }
        assert!(accepted < 5_000, "it never says that it is too much");
    };
    assert!(accepted >= 10, "{accepted}");
    assert_eq!(retry_after(&refused), 5);
    assert_eq!(refused.problem(429, "overloaded")["limit"], "deliveries");
    assert_eq!(house.all("leads").await.len(), accepted.min(200));
    house.anna.get("/api/v1/inbox").await.ok();
    house.anna.post("/api/v1/tasks", json!({"title": "Call"})).await.problem(429, "overloaded");

    house.ada.post("/api/v1/plugins/behind/disable", json!({})).await.ok();
    house.ada.post("/api/v1/plugins/behind/enable", json!({"pending": "drop"})).await.ok();
    let again = async { while post(&house, accepted).await.status != 201 {} };
    tokio::time::timeout(Duration::from_secs(60), again).await.expect("it takes on new work again");
}
