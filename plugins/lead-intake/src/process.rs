//! Once somebody has the lead: the task, the reminders, and the report.

use takt_sdk::LINE;
use takt_sdk::prelude::*;

use crate::{Cx, Phase, department, name_of, name_of_actor, offer, tell_head, texts, title_of};

/// The timer of an owned lead: its next reminder.
#[derive(Serialize, Deserialize)]
struct Reminder {
    /// Which reminder it is, from 1.
    nth: u32,
    /// When the lead was to be processed.
    due: Instant,
}

/// Key of the task and of the timer.
fn process_key(lead: &str) -> String {
    format!("process:{lead}")
}

fn reminder_key(lead: &str) -> String {
    format!("reminder:{lead}")
}

/// Gives the owner their task, and sets the timer of the first reminder.
pub fn begin(cx: &Cx, event: &Event, lead: &Lead, owner: &str) -> Result<(), Failure> {
    let due = due_after(cx, event.at, cx.config.process_within, owner)?;
    let title = cx.config.texts.say(texts::TASK_TITLE, &[("lead", &title_of(lead))]);
    match open_task(cx, &lead.id)? {
        Some(task) => {
            cx.host.update::<Task>(&task.id, json!({"assignee": owner, "due": due}))?;
        }
        None => {
            cx.host.create::<Task>(json!({
                "title": cx.in_own_language(&title.clipped(LINE)),
                "body": lead.message,
                "assignee": owner,
                "due": due,
                "about": lead.reference(),
                "key": process_key(&lead.id),
            }))?;
        }
    }
    set_timer(cx, lead, due, &Reminder { nth: 1, due })?;
    if !done_by(event, owner) {
        tell_given(cx, lead, owner, &name_of_actor(cx, &event.by)?)?;
    }
    Ok(())
}

/// Whether the owner did it themselves, or a rule: this one's commands tell them, and one that distributes does.
fn done_by(event: &Event, owner: &str) -> bool {
    match &event.by {
        Actor::User(id) => id == owner,
        Actor::Plugin(_) => true,
        Actor::System(_) => false,
    }
}

/// Tells a new owner that the lead is theirs.
pub fn tell_given(cx: &Cx, lead: &Lead, owner: &str, by: &str) -> Result<(), HostError> {
    let title = cx.config.texts.say(texts::GIVEN_TITLE, &[("lead", &title_of(lead))]);
    let body = cx.config.texts.say(texts::GIVEN_BODY, &[("by", &by)]);
    cx.host.notify(Notice::to([owner]).says(title, body).about(lead.reference())).map(drop)
}

/// Counted in the calendar of the owner's department, else of the one that leads are offered to.
fn due_after(cx: &Cx, start: Instant, span: Span, owner: &str) -> Result<Instant, HostError> {
    if !span.working {
        return cx.after(start, span, None);
    }
    let own = cx.host.get::<User>(owner).optional()?.and_then(|user| user.department);
    let calendar = match own {
        Some(department) => Some(department),
        None => department(cx)?.map(|department| department.id),
    };
    cx.after(start, span, calendar.as_deref())
}

fn open_task(cx: &Cx, lead: &str) -> Result<Option<Task>, HostError> {
    let own = Query::all().is("plugin", env!("CARGO_PKG_NAME")).is("key", process_key(lead));
    cx.host.first(&own.is("status", TaskStatus::Open))
}

fn close_task(cx: &Cx, lead: &str, status: TaskStatus) -> Result<(), HostError> {
    if let Some(task) = open_task(cx, lead)? {
        cx.host.update::<Task>(&task.id, json!({"status": status}))?;
    }
    Ok(())
}

fn set_timer(cx: &Cx, lead: &Lead, at: Instant, reminder: &Reminder) -> Result<(), Failure> {
    Ok(cx.host.timer_set(&process_key(&lead.id), at, json!(reminder), Some(lead.reference()))?)
}

/// The lead was not processed in time, nor since the last reminder.
pub fn overdue(cx: &Cx, timer: &Timer, id: &str) -> Result<(), Failure> {
    let mut this: Reminder = timer.payload()?;
    let Some(lead) = cx.host.get::<Lead>(id).optional()? else { return Ok(()) };
    let Phase::Owned(owner) = Phase::of(&lead) else { return Ok(()) };
    let moved = open_task(cx, id)?.and_then(|task| task.due).filter(|due| *due > timer.due);
    if let Some(due) = moved {
        return set_timer(cx, &lead, due, &Reminder { nth: 1, due });
    }
    let waits = lead.resume_at.filter(|until| lead.status == LeadStatus::Waiting && *until > cx.now);
    if let Some(until) = waits {
        return set_timer(cx, &lead, until, &this);
    }
    remind(cx, &lead, &owner, &this)?;
    let next = due_after(cx, timer.due, cx.config.remind_every, &owner)?;
    this.nth = this.nth.saturating_add(1);
    set_timer(cx, &lead, next, &this)
}

fn remind(cx: &Cx, lead: &Lead, owner: &str, this: &Reminder) -> Result<(), Failure> {
    let user = cx.host.get::<User>(owner).optional()?;
    let who = user.as_ref().map_or(owner, |user| &user.name);
    let title = cx.config.texts.say(texts::REMINDER_TITLE, &[("lead", &title_of(lead))]);
    let body = cx.config.texts.say(texts::REMINDER_BODY, &[("who", &who), ("time", &(cx.now - this.due))]);
    let notice = Notice::to([owner]).says(title, body).about(lead.reference()).key(reminder_key(&lead.id));
    if user.is_some() {
        cx.host.notify(notice.clone())?;
    }
    if this.nth > cx.config.remind_times {
        tell_head(cx, user.as_ref(), notice)?;
    }
    Ok(())
}

/// The lead has another owner: so has the task.
pub fn hand_over(cx: &Cx, event: &Event, lead: &Lead, owner: &str) -> Result<(), Failure> {
    if let Some(task) = open_task(cx, &lead.id)? {
        cx.host.update::<Task>(&task.id, json!({"assignee": owner}))?;
    }
    let outcome = cx.config.texts.say(texts::HANDED_OVER, &[("who", &name_of(cx, owner)?)]);
    cx.host.settle(&reminder_key(&lead.id), outcome.clipped(LINE))?;
    if !done_by(event, owner) {
        tell_given(cx, lead, owner, &name_of_actor(cx, &event.by)?)?;
    }
    Ok(())
}

/// The lead has no owner any more.
pub fn returned(cx: &Cx, lead: &Lead) -> Result<(), Failure> {
    end(cx, &lead.id, TaskStatus::Cancelled, texts::RETURNED)
}

/// The lead is gone: so is everything about it.
pub fn deleted(cx: &Cx, lead: &Lead) -> Result<(), Failure> {
    offer::end(cx, &lead.id, &cx.config.texts.say(texts::DELETED, &[]))?;
    end(cx, &lead.id, TaskStatus::Cancelled, texts::DELETED)
}

/// The lead was converted or rejected: the task is done, and the head gets a report.
pub fn closed(cx: &Cx, event: &Event, lead: &Lead) -> Result<(), Failure> {
    let outcome = if lead.status == LeadStatus::Converted { texts::CONVERTED } else { texts::REJECTED };
    offer::end(cx, &lead.id, &cx.config.texts.say(outcome, &[]))?;
    end(cx, &lead.id, TaskStatus::Done, outcome)?;
    report(cx, event, lead)
}

fn end(cx: &Cx, lead: &str, task: TaskStatus, outcome: Template) -> Result<(), Failure> {
    cx.host.timer_cancel(&process_key(lead))?;
    cx.host.settle(&reminder_key(lead), cx.config.texts.say(outcome, &[]).clipped(LINE))?;
    Ok(close_task(cx, lead, task)?)
}

fn report(cx: &Cx, event: &Event, lead: &Lead) -> Result<(), Failure> {
    let owner = match &lead.owner {
        Some(owner) => cx.host.get::<User>(owner).optional()?,
        None => None,
    };
    let who = match &owner {
        Some(owner) => owner.name.clone(),
        None => name_of_actor(cx, &event.by)?,
    };
    let deal = match &lead.deal {
        Some(deal) => cx.host.get::<Deal>(deal).optional()?,
        None => None,
    };
    let number = deal.as_ref().map(|deal| deal.number.map_or_else(|| deal.title.clone(), |n| n.to_string()));
    let amount = deal.and_then(|deal| deal.amount);
    let accept = lead.accepted_at.map(|at| at - lead.created_at);
    let process = lead.accepted_at.map(|at| lead.closed_at.unwrap_or(event.at) - at);
    let (title, body) = match lead.status {
        LeadStatus::Converted => (texts::CONVERTED_TITLE, texts::CONVERTED_BODY),
        _ => (texts::REJECTED_TITLE, texts::REJECTED_BODY),
    };
    let values: [(&str, &dyn Say); 6] = [
        ("who", &who),
        ("deal", &number),
        ("amount", &amount),
        ("reason", &lead.reject_reason),
        ("accept", &accept),
        ("process", &process),
    ];
    let title = cx.config.texts.say(title, &[("lead", &title_of(lead))]);
    let body = cx.config.texts.say(body, &values);
    tell_head(cx, owner.as_ref(), Notice::default().says(title, body).about(lead.reference()))?;
    Ok(())
}
