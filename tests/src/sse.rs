//! Events as they happen: live, and taken up again without a gap or a repeat.

use serde_json::json;

use crate::support::events::{Events, Sent};
use crate::support::house::House;

const INBOX: &str = "/api/v1/inbox/events";

fn rising(events: &[Sent]) -> bool {
    events.windows(2).all(|pair| pair[0].id < pair[1].id)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_is_told_live_and_of_nobody_elses() {
    let house = House::open().await;
    let mut events = Events::open(&house.anna, INBOX, None).await;
    house.chairs().await;
    let offer = events.next().await.unwrap();
    assert_eq!(offer.name, "notification.created");
    assert_eq!(offer.data["record"], house.anna.last().await);
    assert_eq!(offer.data["id"], offer.id);

    house.boris.press(&house.boris.last().await, "accept").await.ok();
    let settled = events.next().await.unwrap();
    assert_eq!(settled.name, "notification.updated");
    assert_eq!(settled.data["record"]["outcome"], "Лид взят: Boris Weber");
    assert_eq!(settled.data["record"]["id"], offer.data["record"]["id"]);
    assert!(rising(&[offer, settled]));

    // Boris's and Helga's notifications are not hers: the next that she hears of is the next lead.
    house.lead(json!({"title": "Tables"})).await;
    assert_eq!(events.next().await.unwrap().data["record"]["title"], "Новый лид 2 «Tables»");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_is_taken_up_again_without_gap_or_repeat() {
    let house = House::open().await;
    let mut events = Events::open(&house.anna, INBOX, None).await;
    for n in 1..=3 {
        house.lead(json!({"title": format!("Lead {n}")})).await;
    }
    let seen = events.take(2).await;
    drop(events);
    for n in 4..=250 {
        house.form.post("/api/v1/leads", json!({"title": format!("Lead {n}")})).await.ok();
    }
    // Taken up while more happens.
    let last = seen.last().unwrap().id;
    let (mut again, ()) = tokio::join!(Events::open(&house.anna, INBOX, Some(last)), async {
        for n in 251..=280 {
            house.form.post("/api/v1/leads", json!({"title": format!("Lead {n}")})).await.ok();
        }
    });
    let rest = again.take(278).await;
    let all: Vec<Sent> = seen.into_iter().chain(rest).collect();
    assert!(rising(&all));
    let mut titles: Vec<_> = all.iter().map(|sent| sent.data["record"]["title"].as_str().unwrap().to_owned()).collect();
    titles.sort_unstable();
    let mut expected: Vec<_> = (1..=280).map(|n| format!("Новый лид {n} «Lead {n}»")).collect();
    expected.sort_unstable();
    assert_eq!(titles, expected);

    house.settle().await;
    house.lead(json!({"title": "Last"})).await;
    assert_eq!(again.next().await.unwrap().data["record"]["title"], "Новый лид 281 «Last»", "nothing came twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inbox_is_taken_up_again_after_a_restart() {
    let mut house = House::open().await;
    let mut events = Events::open(&house.boris, INBOX, None).await;
    house.chairs().await;
    let seen = events.next().await.unwrap();
    house.restart_after(0).await;
    assert_eq!(events.next().await, None, "the host that stops ends its streams");
    house.lead(json!({"title": "Tables"})).await;
    let mut again = Events::open(&house.boris, INBOX, Some(seen.id)).await;
    assert_eq!(again.next().await.unwrap().data["record"]["title"], "New lead 2 “Tables”");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_records_are_those_within_reach() {
    let house = House::open().await;
    let path = "/api/v1/events?kinds=lead";
    let (mut annas, mut adas) =
        (Events::open(&house.anna, path, None).await, Events::open(&house.ada, path, None).await);
    house.lead(json!({"title": "Hers", "owner": house.anna.id})).await;
    house.lead(json!({"title": "His", "owner": house.boris.id})).await;
    house.lead(json!({"title": "Free"})).await;
    let titles = |events: Vec<Sent>| events.iter().map(|sent| sent.data["record"]["title"].clone()).collect::<Vec<_>>();
    assert_eq!(titles(adas.take(3).await), ["Hers", "His", "Free"]);
    assert_eq!(titles(annas.take(2).await), ["Hers", "Free"]);
    let mut all = Events::open(&house.anna, path, Some(0)).await;
    assert_eq!(titles(all.take(2).await), ["Hers", "Free"], "what was missed is within reach, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_none_is_refused() {
    let house = House::bare().await;
    for id in ["yesterday", "-1", "9223372036854775808"] {
        let request = house.anna.request(reqwest::Method::GET, INBOX).header("last-event-id", id);
        crate::support::person::send(request).await.problem(400, "bad_last_event_id");
    }
    house.form.get(INBOX).await.problem(403, "forbidden");
}
