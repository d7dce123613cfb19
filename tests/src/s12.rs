//! S12: the figures of a period, and the digest of a week.

use serde_json::{Value, json};

use crate::s2::path;
use crate::support::house::House;

/// Two weeks of sales, in which this happens (Berlin's time):
///
/// | | week 10 (2 to 8 March) | week 11 (9 to 15 March) |
/// |---|---|---|
/// | Monday 10:00 | Anna's deal is begun and won over 1,190.00 EUR | a lead of `web` comes in |
/// | Monday 10:20 | | Boris accepts it |
/// | Monday 11:20 | | and converts it |
/// | Monday 12:00 | | a lead of `fair` comes in; Anna accepts it at 12:40 and rejects it at 12:41 |
/// | Tuesday 10:00 | | Boris's deal is lost; Anna misses a call, and makes one |
/// | Sunday 23:30 | | a lead of `web` comes in: the last of the week |
async fn two_weeks(house: &House) {
    let item =
        json!({"title": "Chair", "quantity": "4", "price": {"minor": 25_000, "currency": "EUR"}, "vat_rate": 1900});
    let fields = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "owner": house.anna.id, "items": [item]});
    let won = house.anna.post("/api/v1/deals", fields).await.ok();
    for stage in ["agreed", "won"] {
        house.anna.patch(&path("deals", &won), json!({"stage": stage})).await.ok();
    }
    house.advance_to("2026-03-09T09:00:00Z").await;
    let web = house.ada.post("/api/v1/leads", json!({"title": "A", "name": "Karl", "source": "web"})).await.ok();
    house.advance(20).await;
    house.boris.patch(&path("leads", &web), json!({"owner": house.boris.id, "status": "in_progress"})).await.ok();
    house.advance(60).await;
    house.boris.post(&format!("{}/convert", path("leads", &web)), json!({})).await.ok();
    house.advance_to("2026-03-09T11:00:00Z").await;
    let fair = house.ada.post("/api/v1/leads", json!({"title": "B", "source": "fair"})).await.ok();
    house.advance(40).await;
    house.anna.patch(&path("leads", &fair), json!({"owner": house.anna.id, "status": "in_progress"})).await.ok();
    house.advance(1).await;
    house.anna.patch(&path("leads", &fair), json!({"status": "rejected", "reject_reason": "None"})).await.ok();
    house.advance_to("2026-03-10T09:00:00Z").await;
    let deal = house.all("deals").await.remove(1);
    house.boris.patch(&path("deals", &deal), json!({"stage": "lost", "lost_reason": "Price"})).await.ok();
    for call in [
        json!({"direction": "in", "phone": "030 901820", "status": "missed", "user": house.anna.id}),
        json!({"direction": "out", "phone": "030 901820", "status": "ended", "user": house.anna.id}),
    ] {
        house.ada.post("/api/v1/calls", call).await.ok();
    }
    house.advance_to("2026-03-15T22:30:00Z").await;
    house.ada.post("/api/v1/leads", json!({"title": "C", "source": "web"})).await.ok();
    house.advance_to("2026-03-16T07:59:00Z").await;
}

async fn report(house: &House, query: &str) -> Value {
    house.ada.get(&format!("/api/v1/reports?{query}")).await.ok()
}

const WEEK_11: &str = "from=2026-03-09&to=2026-03-15";

#[tokio::test(flavor = "multi_thread")]
async fn s12_1_the_figures_of_a_week() {
    let house = House::bare().await;
    two_weeks(&house).await;
    let week = report(&house, &format!("{WEEK_11}&compare=true")).await;
    let total = &week["total"];
    assert_eq!(total["calls"], json!({"incoming": 0, "outgoing": 1, "missed": 1}));
    assert_eq!(
        total["leads"],
        json!({"received": 3, "accepted": 2, "converted": 1, "rejected": 1,
            "time_to_accept": {"median": 1200, "p90": 2400}, "time_to_process": {"median": 60, "p90": 3600}})
    );
    assert_eq!(total["deals"], json!({"won": 0, "lost": 1, "amount": []}));
    let before = &week["before"];
    assert_eq!((&before["from"], &before["to"]), (&json!("2026-03-02"), &json!("2026-03-08")));
    let amount = json!([{"minor": 119_000, "currency": "EUR"}]);
    assert_eq!(before["total"]["deals"], json!({"won": 1, "lost": 0, "amount": amount}));
    // A name for the same week, seen from the Monday after it.
    assert_eq!(report(&house, "period=last_week&compare=true").await, week);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_1_days_are_those_of_the_company() {
    let house = House::bare().await;
    two_weeks(&house).await;
    // Sunday 23:30 in Berlin is Sunday, and so is its whole day; one in UTC would end at 1:00 on Monday.
    assert_eq!(report(&house, "from=2026-03-15&to=2026-03-15").await["total"]["leads"]["received"], 1);
    assert_eq!(report(&house, "from=2026-03-16&to=2026-03-16").await["total"]["leads"]["received"], 0);
    house.advance_to("2026-03-29T21:59:00Z").await;
    // The clocks go forward on the 29th: that day ends at 22:00 UTC, and the one before began at 23:00.
    house.ada.post("/api/v1/leads", json!({"title": "D"})).await.ok();
    house.advance(1).await;
    house.ada.post("/api/v1/leads", json!({"title": "E"})).await.ok();
    assert_eq!(report(&house, "from=2026-03-29&to=2026-03-29").await["total"]["leads"]["received"], 1);
    assert_eq!(report(&house, "from=2026-03-30&to=2026-03-30").await["total"]["leads"]["received"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_1_by_user_department_source_and_pipeline() {
    let house = House::bare().await;
    two_weeks(&house).await;
    let groups = async |by: &str, of: fn(&Value) -> Value| {
        let report = report(&house, &format!("{WEEK_11}&by={by}")).await;
        let groups = report["groups"].as_array().unwrap().clone();
        groups.iter().map(|row| json!([row["title"], of(&row["figures"])])).collect::<Vec<_>>()
    };
    let leads = |figures: &Value| json!([figures["leads"]["received"], figures["leads"]["converted"]]);
    assert_eq!(
        groups("user", leads).await,
        [json!(["Anna Petrova", [1, 0]]), json!(["Boris Weber", [1, 1]]), json!([null, [1, 0]])]
    );
    assert_eq!(groups("department", leads).await, [json!(["Sales", [2, 1]]), json!([null, [1, 0]])]);
    // What the calls brought belongs to no source.
    assert_eq!(groups("source", leads).await, [json!(["fair", [1, 0]]), json!(["web", [2, 1]]), json!([null, [0, 0]])]);
    let lost = |figures: &Value| figures["deals"]["lost"].clone();
    let pipelines = groups("pipeline", lost).await;
    assert_eq!(pipelines[0][1], 1);
    let of_web = report(&house, &format!("{WEEK_11}&source=web")).await;
    assert_eq!((&of_web["total"]["leads"]["rejected"], &of_web["total"]["deals"]["lost"]), (&json!(0), &json!(1)));
    let annas = report(&house, &format!("{WEEK_11}&user={}", house.anna.id)).await;
    assert_eq!((&annas["total"]["leads"]["received"], &annas["total"]["calls"]["missed"]), (&json!(1), &json!(1)));
    let sales = report(&house, &format!("{WEEK_11}&department={}", house.company.sales)).await;
    assert_eq!(sales["total"]["leads"]["received"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_1_contracts_invoices_and_tasks() {
    let house = House::bare().await;
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "owner": house.anna.id});
    let deal = house.anna.post("/api/v1/deals", deal).await.ok();
    let contract = json!({"title": "Contract", "document_kind": "contract", "owner": house.anna.id, "about": {"kind": "deal", "id": deal["id"]}});
    let contract = house.anna.post("/api/v1/documents", contract).await.ok();
    for status in ["sent", "signed"] {
        house.anna.patch(&path("documents", &contract), json!({"status": status})).await.ok();
    }
    let company = house.anna.post("/api/v1/companies", json!({"name": "ACME"})).await.ok();
    for (minor, paid) in [(10_000, 4_000), (5_000, 5_000)] {
        let money = |minor: i64| json!({"minor": minor, "currency": "EUR"});
        let item = json!({"title": "Chair", "quantity": "1", "price": money(minor)});
        let fields = json!({"deal": deal["id"], "owner": house.anna.id, "issuer": {"key": "us", "details": {"legal_name": "We"}},
            "company": company["id"], "items": [item], "due_date": "2026-03-04", "payer": {"legal_name": "ACME"}});
        let invoice = house.anna.post("/api/v1/invoices", fields).await.ok();
        house.anna.patch(&path("invoices", &invoice), json!({"status": "issued"})).await.ok();
        let payments = json!([{"reference": "b1", "at": "2026-03-02T09:00:00Z", "amount": money(paid)}]);
        house.anna.patch(&path("invoices", &invoice), json!({"payments": payments})).await.ok();
    }
    for (title, status) in [("a", "done"), ("b", "open"), ("c", "open")] {
        let due = if title == "c" { "2026-03-20T09:00:00Z" } else { "2026-03-03T09:00:00Z" };
        let task = json!({"title": title, "assignee": house.anna.id, "due": due});
        let task = house.ada.post("/api/v1/tasks", task).await.ok();
        house.anna.patch(&path("tasks", &task), json!({"status": status})).await.ok();
    }
    house.advance_to("2026-03-06T09:00:00Z").await;
    let late = house.all("invoices").await.into_iter().find(|invoice| invoice["status"] == "issued").unwrap();
    house.anna.patch(&path("invoices", &late), json!({"status": "overdue"})).await.ok();
    let total = &report(&house, "from=2026-03-01&to=2026-03-31").await["total"];
    let eur = |minor: i64| json!([{"minor": minor, "currency": "EUR"}]);
    assert_eq!(total["contracts"], 1);
    assert_eq!(
        total["invoices"],
        json!({"issued": 2, "issued_amount": eur(15_000), "paid": 2, "paid_amount": eur(9_000),
            "overdue": 1, "overdue_amount": eur(6_000)})
    );
    assert_eq!(total["tasks"], json!({"done": 1, "overdue": 1}));
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_1_the_funnel_stage_by_stage() {
    let house = House::bare().await;
    two_weeks(&house).await;
    let funnel = house.ada.get("/api/v1/reports/funnel?from=2026-03-01&to=2026-03-31").await.ok()["items"][0].clone();
    let stages: Vec<(&str, u64)> = funnel["stages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|stage| (stage["key"].as_str().unwrap(), stage["reached"].as_u64().unwrap()))
        .collect();
    // One deal went all the way, one began and was lost.
    assert_eq!(stages.first(), Some(&("new", 2)));
    assert_eq!(stages.last(), Some(&("won", 1)));
    assert!(stages.iter().skip(1).all(|(_, reached)| *reached == 1), "{stages:?}");
    assert_eq!(funnel["lost"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_1_everybody_is_told_what_they_may_see() {
    let house = House::bare().await;
    two_weeks(&house).await;
    let received = async |person: &crate::support::person::Person, more: &str| {
        person.get(&format!("/api/v1/reports?{WEEK_11}{more}")).await.ok()["total"]["leads"]["received"].clone()
    };
    assert_eq!(received(&house.ada, "").await, 3);
    assert_eq!(received(&house.helga, "").await, 2);
    assert_eq!(received(&house.boris, "").await, 1);
    assert_eq!(received(&house.boris, &format!("&user={}", house.anna.id)).await, 0);
    house.form.get(&format!("/api/v1/reports?{WEEK_11}")).await.problem(403, "forbidden");
    for (query, field) in [
        ("to=2026-03-15", "/from"),
        ("from=2026-03-15", "/to"),
        ("from=2026-03-15&to=2026-03-14", "/to"),
        ("from=x&to=2026-03-14", "/from"),
        ("period=last_week&from=2026-03-14", "/period"),
        ("period=soon", "/period"),
        ("period=today&by=weather", "/by"),
        ("period=today&weather=fine", "/weather"),
    ] {
        house.ada.get(&format!("/api/v1/reports?{query}")).await.names(&[field]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_2_the_head_gets_the_digest_on_monday() {
    let house = House::with(&["sales-digest"]).await;
    two_weeks(&house).await;
    let digests = house.helga.titles().await;
    assert_eq!(digests, ["Sales: the week from 2026-03-02 to 2026-03-08"]);
    house.advance(1).await;
    let digest = house.helga.last().await;
    assert_eq!(digest["title"], "Sales: the week from 2026-03-09 to 2026-03-15");
    let body = digest["body"].as_str().unwrap();
    for line in [
        "Calls: 0 in (0), 1 out (0), 1 missed (0)",
        "Leads: 2 received (0), 2 accepted (0), 1 converted (0), 1 rejected (0)",
        "Half of the leads were accepted within: 20 minutes (—); processed within: 1 minute (—)",
        "Deals: 0 won (1), 1 lost (0), for 0 (1,190.00\u{a0}EUR); contracts: 0 (0)",
    ] {
        assert!(body.lines().any(|found| found == line), "{line}\n{body}");
    }
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_2_the_admin_says_when() {
    let house = House::with(&["sales-digest"]).await;
    let at = "/api/v1/plugins/sales-digest/config";
    house.ada.put(at, json!({"schedule": "61 9 * * MON"})).await.names(&["/schedule"]);
    house.configure("sales-digest", json!({"schedule": "30 17 * * FRI"})).await;
    let upcoming = house.ada.get("/api/v1/plugins/sales-digest").await.ok()["upcoming"].clone();
    let fridays = ["06", "13", "20"].map(|day| format!("2026-03-{day}T16:30:00.000000Z"));
    assert_eq!(upcoming, json!([{"schedule": "digest", "times": fridays}]));
    house.advance_to("2026-03-06T16:29:00Z").await;
    assert!(house.helga.titles().await.is_empty());
    house.advance(1).await;
    assert_eq!(house.helga.titles().await, ["Sales: the week from 2026-02-23 to 2026-03-01"]);
    house.all_is_well().await;
}
