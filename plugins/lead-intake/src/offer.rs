//! Until somebody has the lead: the offer, the alerts, and the two commands.

use takt_sdk::LINE;
use takt_sdk::prelude::*;

use crate::{Cx, Phase, department, name_of, process, tell_head, texts, title_of};

/// The timer of a free lead: its next alert.
#[derive(Serialize, Deserialize)]
struct Alert {
    /// Which alert it is, from 1.
    nth: u32,
    /// Whether anybody has been offered the lead.
    offered: bool,
}

fn offer_key(lead: &str) -> String {
    format!("offer:{lead}")
}

fn alert_key(lead: &str) -> String {
    format!("alert:{lead}")
}

fn timer_key(lead: &str) -> String {
    format!("accept:{lead}")
}

/// Offers a lead that became free, unless it is not free any more.
pub fn make(cx: &Cx, event: &Event, lead: &Lead) -> Result<(), Failure> {
    let Some(lead) = cx.host.get::<Lead>(&lead.id).optional()?.filter(|lead| Phase::of(lead) == Phase::Free) else {
        return Ok(());
    };
    if event.verb() == "created" && cx.config.offer_after.seconds > 0 {
        let at = event.at.plus_seconds(cx.config.offer_after.seconds);
        return Ok(cx.host.timer_set(&format!("offer:{}", lead.id), at, Value::Null, Some(lead.reference()))?);
    }
    offer(cx, &lead, event.at)
}

/// A new lead was left to others long enough.
pub fn waited(cx: &Cx, timer: &Timer, id: &str) -> Result<(), Failure> {
    match cx.host.get::<Lead>(id).optional()?.filter(|lead| Phase::of(lead) == Phase::Free) {
        Some(lead) => offer(cx, &lead, timer.due),
        None => Ok(()),
    }
}

fn offer(cx: &Cx, lead: &Lead, at: Instant) -> Result<(), Failure> {
    let department = department(cx)?
        .ok_or_else(|| Failure::permanent(format!("there is no department `{}`", cx.config.department)))?;
    if send(cx, lead, &department)? {
        let due = cx.after(at, cx.config.accept_within, Some(&department.id))?;
        set_timer(cx, lead, due, &Alert { nth: 1, offered: true })
    } else {
        alert(cx, lead, &department, at, Alert { nth: 1, offered: false })
    }
}

/// Offers the lead to everybody of the department who is there; false when there is nobody.
fn send(cx: &Cx, lead: &Lead, department: &Department) -> Result<bool, Failure> {
    let people = there(cx, department)?;
    if people.is_empty() {
        return Ok(false);
    }
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let customer = lead.name.as_ref().or(lead.company_name.as_ref());
    let contact = customer.or(lead.phone.as_ref()).or(lead.email.as_ref());
    let message = lead.message.as_deref().unwrap_or_default();
    let title = say(texts::OFFER_TITLE, &[("lead", &title_of(lead))]);
    let body = say(texts::OFFER_BODY, &[("customer", &contact), ("source", &lead.source), ("message", &message)]);
    cx.host.notify(
        Notice::to(people)
            .says(title, body)
            .about(lead.reference())
            .button(Button::new("accept", say(texts::ACCEPT, &[])))
            .key(offer_key(&lead.id)),
    )?;
    Ok(true)
}

/// The active, present users of a department.
fn there(cx: &Cx, department: &Department) -> Result<Vec<Id>, HostError> {
    let there = Query::<User>::all().is("department", &department.id).is("active", true).is("present", true);
    Ok(cx.host.find_all(&there)?.into_iter().map(|user| user.id).collect())
}

/// Nobody accepted in time.
pub fn overdue(cx: &Cx, timer: &Timer, id: &str) -> Result<(), Failure> {
    let mut due: Alert = timer.payload()?;
    let Some(lead) = cx.host.get::<Lead>(id).optional()?.filter(|lead| Phase::of(lead) == Phase::Free) else {
        return Ok(());
    };
    let department = department(cx)?
        .ok_or_else(|| Failure::permanent(format!("there is no department `{}`", cx.config.department)))?;
    if !due.offered {
        due.offered = send(cx, &lead, &department)?;
    }
    alert(cx, &lead, &department, timer.due, due)
}

/// Alerts the head, and sets the timer of the next alert.
fn alert(cx: &Cx, lead: &Lead, department: &Department, at: Instant, this: Alert) -> Result<(), Failure> {
    let of = cx.config.escalate_times;
    if this.nth > of {
        return Ok(());
    }
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let body = if this.offered { texts::ALERT_BODY } else { texts::ALERT_NOBODY };
    let waiting = cx.now - lead.created_at;
    let values: [(&str, &dyn Say); 4] =
        [("time", &waiting), ("nth", &this.nth), ("of", &of), ("department", &department.title)];
    match cx.host.department_head(&department.id, None)? {
        Some(head) => {
            let question = Question::User(say(texts::ASSIGN_WHOM, &[]));
            let notice = Notice::to([head.id])
                .says(say(texts::ALERT_TITLE, &[("lead", &title_of(lead))]), say(body, &values))
                .about(lead.reference())
                .button(Button::new("assign", say(texts::ASSIGN, &[])).asks(question))
                .key(alert_key(&lead.id));
            cx.host.notify(notice)?;
        }
        None => cx.warn("there is no head to alert"),
    }
    if this.nth < of {
        let next = cx.after(at, cx.config.escalate_every, Some(&department.id))?;
        set_timer(cx, lead, next, &Alert { nth: this.nth + 1, ..this })?;
    }
    Ok(())
}

fn set_timer(cx: &Cx, lead: &Lead, at: Instant, alert: &Alert) -> Result<(), Failure> {
    Ok(cx.host.timer_set(&timer_key(&lead.id), at, json!(alert), Some(lead.reference()))?)
}

/// A person takes the lead.
pub fn accept(cx: &Cx, command: &Command) -> Outcome {
    let person = presser(cx, command)?;
    let lead = wanted(cx, command, &person)?;
    let lead = give(cx, &lead, &person)?;
    let reply = cx.config.texts.say(texts::ACCEPTED_REPLY, &[("lead", &title_of(&lead))]);
    Ok(Some(Reply::new(reply.in_language(&person.language)).open(lead.reference())))
}

/// A head gives the lead to somebody.
pub fn assign(cx: &Cx, command: &Command) -> Outcome {
    let head = presser(cx, command)?;
    let texts = &cx.config.texts;
    if head.role == Role::Member {
        return Err(cx.refuse(&head, &texts.say(texts::NOT_HEAD, &[])));
    }
    let lead = wanted(cx, command, &head)?;
    let chosen = match &command.answer {
        Some(id) => cx.host.get::<User>(id).optional()?.filter(|user| user.active),
        None => None,
    };
    let chosen = chosen.ok_or_else(|| cx.refuse(&head, &texts.say(texts::NOBODY_CHOSEN, &[])))?;
    let lead = give(cx, &lead, &chosen)?;
    if chosen.id != head.id {
        process::tell_given(cx, &lead, &chosen.id, &head.name)?;
    }
    let reply = texts.say(texts::ASSIGNED_REPLY, &[("lead", &title_of(&lead)), ("who", &chosen.name)]);
    Ok(Some(Reply::new(reply.in_language(&head.language)).open(lead.reference())))
}

/// The person who gave a command, who has to be active.
fn presser(cx: &Cx, command: &Command) -> Result<User, Failure> {
    let person = cx.host.get::<User>(&command.by)?;
    if !person.active {
        return Err(cx.refuse(&person, &cx.config.texts.say(texts::NOT_ACTIVE, &[])));
    }
    Ok(person)
}

/// The lead that a command is about, which has to be free.
fn wanted(cx: &Cx, command: &Command, person: &User) -> Result<Lead, Failure> {
    let texts = &cx.config.texts;
    let about = command.on.as_ref().filter(|record| record.kind == Lead::KIND);
    let about = about.ok_or_else(|| Failure::permanent("the command is about no lead"))?;
    let lead = cx.host.get::<Lead>(&about.id).optional()?;
    let lead = lead.ok_or_else(|| cx.refuse(person, &texts.say(texts::DELETED, &[])))?;
    let why = match Phase::of(&lead) {
        Phase::Free => return Ok(lead),
        Phase::Closed => texts.say(texts::ALREADY_CLOSED, &[]),
        Phase::Owned(owner) if owner == person.id => texts.say(texts::ALREADY_YOURS, &[]),
        Phase::Owned(owner) => texts.say(texts::ALREADY_TAKEN, &[("who", &name_of(cx, &owner)?)]),
    };
    Err(cx.refuse(person, &why))
}

/// Makes a person the owner of a free lead, and settles the offer. The event that comes of it does the rest.
fn give(cx: &Cx, lead: &Lead, person: &User) -> Result<Lead, Failure> {
    let status = if lead.status == LeadStatus::New { LeadStatus::InProgress } else { lead.status };
    let lead = cx.host.update::<Lead>(&lead.id, json!({"owner": person.id, "status": status}))?;
    settle(cx, &lead.id, &cx.config.texts.say(texts::TAKEN, &[("who", &person.name)]))?;
    Ok(lead)
}

/// A lead was taken, in whatever way: ends the offer and tells the head.
pub fn taken(cx: &Cx, event: &Event, lead: &Lead, owner: &str) -> Result<(), Failure> {
    let user = cx.host.get::<User>(owner).optional()?;
    let who = user.as_ref().map_or(owner, |user| &user.name);
    let texts = &cx.config.texts;
    end(cx, &lead.id, &texts.say(texts::TAKEN, &[("who", &who)]))?;
    let title = texts.say(texts::TOOK_TITLE, &[("who", &who), ("lead", &title_of(lead))]);
    let body = texts.say(texts::TOOK_BODY, &[("time", &(event.at - lead.created_at))]);
    tell_head(cx, user.as_ref(), Notice::default().says(title, body).about(lead.reference()))?;
    Ok(())
}

/// Ends the offer and its alerts.
pub fn end(cx: &Cx, lead: &str, outcome: &Localized) -> Result<(), HostError> {
    cx.host.timer_cancel(&timer_key(lead))?;
    settle(cx, lead, outcome)
}

fn settle(cx: &Cx, lead: &str, outcome: &Localized) -> Result<(), HostError> {
    let outcome = outcome.clone().clipped(LINE);
    cx.host.settle(&offer_key(lead), outcome.clone())?;
    cx.host.settle(&alert_key(lead), outcome)?;
    Ok(())
}
