//! The dashboard that ships asks for measurements that there are.

use std::collections::BTreeSet;

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::guest::{Does, Guest};
use crate::support::house::House;
use crate::support::native::subscribed;
use crate::support::process::until;
use crate::support::receiver::Receiver;

/// Names of measurements in a text: in queries, or in what a host tells.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("takt_")).map(str::to_owned).collect()
}

/// It takes two runs that get into each other's way; the guide names it, and the guide is held against the sources.
const RARE: &str = "takt_run_conflicts_total";

#[tokio::test(flavor = "multi_thread")]
async fn every_measurement_that_it_shows_is_told_by_a_host() {
    let dashboard: Value = serde_json::from_str(include_str!("../../host/deploy/grafana.json")).unwrap();
    let targets = dashboard["panels"].as_array().unwrap().iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    let asked: BTreeSet<String> =
        targets.flat_map(|target| names(target["expr"].as_str().unwrap())).filter(|name| name != RARE).collect();
    assert!(asked.len() > 10, "{asked:?}");

    let house = House::set_up(&[], |settings| {
        (settings.max_attempts, settings.pause_percent, settings.max_requests) = (1, 100, 1);
    });
    let house = house.await;
    let mut receiver = Receiver::open(&[]).await;
    let hook = json!({"url": receiver.url, "events": ["lead.created"]});
    house.ada.post("/api/v1/webhooks", hook).await.ok();
    let fails = Guest { handle: Does::Trap, ..Guest::new(subscribed("fails", &["lead.created"])) };
    house.install(&fails.component()).await;
    let lead = |number| house.form.post("/api/v1/leads", json!({"title": format!("Chairs {number}"), "name": "Ann"}));
    let bodies: Vec<usize> = (0..40).collect();
    join_all(bodies.into_iter().map(async |number| lead(number).await)).await;
    receiver.next().await;
    house.settle().await;
    // A message is counted a moment after its receiver has it.
    until("all of it is told", async || {
        let told = house.ada.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
        let told = names(&told);
        let missing: Vec<_> = asked.difference(&told).collect();
        missing.is_empty() || {
            eprintln!("not yet: {missing:?}");
            false
        }
    })
    .await;
    let guide = include_str!("../../host/GUIDE.md");
    assert!(guide.contains(&format!("`{RARE}`")));
}
