//! A lead on its way: notify → accept → task → convert → report → the deal moves on.

use reqwest::Method;
use serde_json::{Value, json};

use super::super::client::Client;
use super::super::{Failure, say};
use super::Cast;

const PLUGINS: [&str; 4] = ["lead-intake", "deal-stage-notify", "invoice", "calendar"];

/// Plays it, and says what happens.
pub(super) async fn intake(cast: &Cast) -> Result<(), Failure> {
    step(1, "An admin grants four of the bundled rules what they ask for, and switches them on");
    for plugin in PLUGINS {
        switch_on(&cast.admin, plugin).await?;
    }

    step(2, "A request comes in through the web form");
    let lead = cast
        .form
        .call(
            Method::POST,
            "/api/v1/leads",
            Some(&json!({
                "title": "40 office chairs",
                "name": "Maria Keller",
                "phone": "030 901820",
                "email": "maria@keller.example",
                "company_name": "Keller & Söhne GmbH",
                "tax_id": "DE123456789",
                "amount": {"minor": 1_248_000, "currency": "EUR"},
                "source": "web-form",
                "message": "Forty chairs by the end of the month, please.",
            })),
        )
        .await?;
    let lead_path = format!("/api/v1/leads/{}", text(&lead, "id"));
    say(&format!("   lead №{} “{}” is {}, owner: nobody", lead["number"], text(&lead, "title"), text(&lead, "status")));
    cast.engine.idle().await;

    step(3, "The rule lead-intake wakes: everybody present in sales is offered it, each in their language");
    show_inbox("Anna", &cast.anna).await?;
    show_inbox("Boris", &cast.boris).await?;

    step(4, "Boris presses Accept; Anna is a moment too late");
    say(&format!("   Boris: {}", press(&cast.boris, "accept").await?));
    match press(&cast.anna, "accept").await {
        Err(refused) => say(&format!("   Anna:  {}", refused.message)),
        Ok(reply) => return Err(Failure::failed(format!("two people took one lead: {reply}"))),
    }
    cast.engine.idle().await;
    let taken = cast.boris.get(&lead_path, &[]).await?;
    say(&format!("   the lead is {} now; Boris has a task, and Helga was told:", text(&taken, "status")));
    let tasks = cast.boris.get("/api/v1/tasks", &[]).await?;
    for task in items(&tasks) {
        say(&format!("     task  {} (due {})", text(task, "title"), text(task, "due")));
    }
    show_inbox("Helga", &cast.head).await?;

    step(5, "Boris converts it: contact, company and deal, made once and linked");
    let converted = cast.boris.call(Method::POST, &format!("{lead_path}/convert"), None).await?;
    cast.engine.idle().await;
    let lead = cast.boris.get(&lead_path, &[]).await?;
    let deal_path = format!("/api/v1/deals/{}", text(&lead, "deal"));
    let deal = cast.boris.get(&deal_path, &[]).await?;
    say(&format!(
        "   lead is {}, deal №{} “{}” is in stage {}",
        text(&lead, "status"),
        deal["number"],
        text(&deal, "title"),
        text(&deal, "stage")
    ));
    drop(converted);

    step(6, "The deal moves on, and the rule deal-stage-notify tells the head");
    cast.boris.call(Method::PATCH, &deal_path, Some(&json!({"stage": "agreed"}))).await?;
    cast.engine.idle().await;
    show_inbox("Helga", &cast.head).await?;

    step(7, "What the rules did, and what it cost");
    show_runs(&cast.admin).await
}

pub(super) async fn switch_on(admin: &Client, plugin: &str) -> Result<(), Failure> {
    let path = format!("/api/v1/plugins/{plugin}");
    let installed = admin.get(&path, &[]).await?;
    let needs: Vec<&Value> = items_of(&installed["manifest"]["needs"]).map(|need| &need["capability"]).collect();
    admin.call(Method::PUT, &format!("{path}/grants"), Some(&json!({"grants": needs}))).await?;
    admin.call(Method::POST, &format!("{path}/enable"), None).await?;
    let granted: Vec<&str> = needs.iter().filter_map(|need| need.as_str()).collect();
    say(&format!("   {plugin}: {}", granted.join(", ")));
    Ok(())
}

/// Presses the button of the newest open notification.
pub(super) async fn press(person: &Client, command: &str) -> Result<String, Failure> {
    let inbox = person.get("/api/v1/inbox", &[]).await?;
    let offer = items(&inbox).next().ok_or_else(|| Failure::failed("the inbox is empty"))?;
    let path = format!("/api/v1/notifications/{}/commands/{command}", text(offer, "id"));
    let pressed = person.call(Method::POST, &path, None).await?;
    Ok(text(&pressed["reply"], "message").to_owned())
}

pub(super) async fn show_inbox(name: &str, person: &Client) -> Result<(), Failure> {
    let inbox = person.get("/api/v1/inbox", &[]).await?;
    for notice in items(&inbox) {
        let buttons: Vec<String> =
            items_of(&notice["buttons"]).map(|button| format!("[{}]", text(button, "label"))).collect();
        let outcome = notice["outcome"].as_str().map(|outcome| format!(" — {outcome}")).unwrap_or_default();
        say(&format!("     {name:<6} {} {}{outcome}", text(notice, "title"), buttons.join(" ")));
    }
    Ok(())
}

pub(super) async fn show_runs(admin: &Client) -> Result<(), Failure> {
    let runs = admin.get("/api/v1/runs", &[]).await?;
    let mut rows: Vec<&Value> = items(&runs).collect();
    rows.reverse();
    for run in rows {
        let cost = &run["cost"];
        say(&format!(
            "     {:<18} {:<13} {:<8} {:>7} µs  {:>9} fuel  {:>2} host calls  run {}",
            text(run, "plugin"),
            text(run, "name"),
            text(run, "outcome"),
            cost["micros"],
            cost["fuel"],
            cost["host_calls"],
            text(run, "id"),
        ));
    }
    Ok(())
}

pub(super) fn step(number: u32, what: &str) {
    say(&format!("\n{number}. {what}"));
}

pub(super) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

pub(super) fn items(page: &Value) -> impl Iterator<Item = &Value> {
    items_of(&page["items"])
}

fn items_of(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
