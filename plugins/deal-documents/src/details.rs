//! The client's billing details: asked for, and seen to be complete.

use serde_json::json;
use takt_sdk::prelude::*;

use crate::{Cx, papers, texts, title_of};

fn key(deal: &str) -> String {
    format!("details:{deal}")
}

/// A deal came to a stage: where it is the one, its papers are prepared, or what they lack is asked for. Where it left
/// that stage, nothing is asked for any more.
pub fn stage_reached(cx: &Cx, deal: &Deal, event: &Event) -> Result<(), Failure> {
    if deal.stage != cx.config.stage {
        return close(cx, &deal.id, TaskStatus::Cancelled);
    }
    let missing = missing(cx, deal)?;
    if missing.is_empty() {
        return papers::prepare(cx, deal);
    }
    let Some(owner) = &deal.owner else {
        cx.warn("the deal has no owner to ask for billing details");
        return Ok(());
    };
    if task(cx, &deal.id)?.is_some() {
        return Ok(());
    }
    let head = cx.host.head_of(owner).optional()?.flatten().map_or_else(String::new, |head| head.name);
    let missing = missing.join(", ");
    let say = |text| cx.config.texts.say(text, &[("deal", &title_of(deal)), ("head", &head), ("missing", &missing)]);
    let due = cx.after(event.at, cx.config.details_within, None)?;
    cx.host.create::<Task>(json!({
        "title": cx.in_own_language(&say(texts::TASK).clipped(takt_sdk::LINE)),
        "body": cx.in_own_language(&say(texts::TASK_BODY)),
        "assignee": owner, "due": due, "about": deal.reference(), "key": key(&deal.id),
    }))?;
    let notice = Notice::to([owner]).says(say(texts::ASK_TITLE), say(texts::TASK_BODY)).about(deal.reference());
    cx.host.notify(notice)?;
    Ok(())
}

/// A client's details changed: deals that waited for them go on.
pub fn changed(cx: &Cx, client: &Reference) -> Result<(), Failure> {
    let field = if client.kind == "company" { "company" } else { "contact" };
    let waiting = Query::<Deal>::all().is(field, &client.id).is("stage", &cx.config.stage);
    for deal in cx.host.find_all(&waiting)? {
        if missing(cx, &deal)?.is_empty() {
            close(cx, &deal.id, TaskStatus::Done)?;
            papers::prepare(cx, &deal)?;
        }
    }
    Ok(())
}

/// What the client's details lack: the company's, where there is one, else the contact's.
fn missing(cx: &Cx, deal: &Deal) -> Result<Vec<&'static str>, HostError> {
    if let Some(id) = &deal.company {
        let Some(company) = cx.host.get::<Company>(id).optional()? else { return Ok(vec!["company"]) };
        return Ok(company.billing.missing(company.tax_id.as_deref()));
    }
    let Some(id) = &deal.contact else { return Ok(vec!["company"]) };
    let Some(contact) = cx.host.get::<Contact>(id).optional()? else { return Ok(vec!["contact"]) };
    Ok(contact.billing.missing(contact.tax_id.as_deref()))
}

fn task(cx: &Cx, deal: &str) -> Result<Option<Task>, HostError> {
    let own = Query::all().is("plugin", env!("CARGO_PKG_NAME")).is("key", key(deal));
    cx.host.first(&own.is("status", TaskStatus::Open))
}

fn close(cx: &Cx, deal: &str, status: TaskStatus) -> Result<(), Failure> {
    if let Some(task) = task(cx, deal)? {
        cx.host.update::<Task>(&task.id, json!({"status": status}))?;
    }
    Ok(())
}
