//! Lead intake: no request from a customer is ever left unanswered.
//!
//! A lead without an owner is offered to everybody of the department who is there. The first to press **Accept** owns
//! it, and has a task to process it. Their head hears of every step, and earlier when a step does not happen.
//!
//! # How it works
//!
//! The commands only decide who gets the lead: they set its owner and status, and settle the offer. All the rest
//! follows from the `lead.…` events, which come alike whether a button, a person over the API or another plugin
//! changed the lead. A lead is *free* (open, no owner), *owned* (open) or *closed*, and each move from one to another
//! does its work once. Events and timers of one lead come in its lane, in order.
//!
//! # Odd cases
//!
//! - **Nobody of the department is there**: the head is alerted at once. That is the first of `escalate_times` alerts;
//!   before each further one, those who are there by then are offered the lead.
//! - **No head**: the host goes up the departments, then to an admin. When there is nobody at all, the log says so and
//!   the rest goes on.
//! - **No such department** as `department`: the run fails for good, which alerts the admins. Leads with an owner are
//!   served all the same, in the organisation's calendar.
//! - **An owner without a department**: working time is counted as in `department`, and the head is that one's.
//! - **A calendar without working hours**: working time is counted as plain time, and the log says so.
//! - **Taken by hand**, by giving the lead an owner over the API: as if accepted; somebody who was given it by another
//!   is told.
//! - **Arrived with an owner**: no offer, and the head is not told that it was taken; the task is made.
//! - **Handed over**: the open task moves to the new owner with its due time unchanged, and they are told.
//! - **Returned** (the owner is taken away): the task is cancelled, and the lead offered again. `accept_within` runs
//!   from then; the times that are reported run from the lead's arrival.
//! - **Rejected or converted before anybody took it**: the offer is settled, the report says who did it.
//! - **Reopened**: as if it arrived then.
//! - **The due time of the task is moved** by a person: the reminders move with it. A lead that **waits** until a time
//!   is not reminded of before that time. Reminders go on until the lead is processed, also when somebody has ticked
//!   off the task; each replaces the one before.
//! - **`escalate_times = 0`**: nobody is alerted; **`remind_times = 0`**: the head hears of the first reminder already.

mod offer;
mod process;
#[cfg(test)]
mod tests;
mod texts;

use takt_sdk::prelude::*;

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Key of the department that leads are offered to.
    pub department: String,
    /// How long a new lead is left to others, such as rules of distribution, before it is offered. Plain time.
    pub offer_after: Span,
    /// How long a lead may wait to be accepted before the head is alerted.
    pub accept_within: Span,
    /// How long after an alert the next one comes.
    pub escalate_every: Span,
    /// How many alerts there are at most.
    pub escalate_times: u32,
    /// How long its owner has to process a lead.
    pub process_within: Span,
    /// How long after a reminder the next one comes.
    pub remind_every: Span,
    /// How many reminders the owner gets before the head gets them too.
    pub remind_times: u32,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            department: "sales".into(),
            offer_after: Span::ZERO,
            accept_within: Span::minutes(15).working(),
            escalate_every: Span::minutes(30),
            escalate_times: 3,
            process_within: Span::hours(8).working(),
            remind_every: Span::hours(2),
            remind_times: 2,
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct LeadIntake;

type Cx = Context<Config>;

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// Open, and nobody's.
    Free,
    /// Open, and this user's.
    Owned(Id),
    /// Converted or rejected.
    Closed,
}

impl Phase {
    fn of(lead: &Lead) -> Phase {
        match &lead.owner {
            _ if !lead.status.is_open() => Phase::Closed,
            None => Phase::Free,
            Some(owner) => Phase::Owned(owner.clone()),
        }
    }
}

impl Plugin for LeadIntake {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Lead intake")
            .summary("Offers every new lead to the department, and sees to it that somebody takes and processes it.")
            .on(Subscription::to("lead.created").when("!(after.status in ['converted', 'rejected'])"))
            .on(Subscription::to("lead.updated").changed(&["owner", "status"]))
            .on(Subscription::to("lead.deleted").when("!(before.status in ['converted', 'rejected'])"))
            .command(CommandSpec::new("accept", "Accept").on("lead"))
            .command(CommandSpec::new("assign", "Assign to…"))
            .needs("leads:read", "To see whether a lead is still to be had.")
            .needs("leads:write", "To make the one who accepts a lead its owner.")
            .needs("tasks:read", "To find the task that belongs to a lead.")
            .needs("tasks:write", "To give the owner a task, and to close or move it with the lead.")
            .needs("users:read", "To know who can be offered a lead, and in what language.")
            .needs("departments:read", "To find the department, its head and its working hours.")
            .needs("deals:read", "To report the deal that a lead became.")
            .needs("notifications:write", "To offer leads, to remind and to report.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        let before = event.before::<Lead>()?;
        let Some(after) = event.after::<Lead>()? else {
            before.map(|lead| process::deleted(cx, &lead)).transpose()?;
            return Ok(None);
        };
        let (before, now) = (before.as_ref().map(Phase::of), Phase::of(&after));
        // Deleted since: the event of that comes next, and cleans up. Nothing may be made about the lead any more.
        if before.as_ref() == Some(&now) || cx.host.get::<Lead>(&after.id).optional()?.is_none() {
            return Ok(None);
        }
        match (before, now) {
            (Some(Phase::Owned(_)), Phase::Free) => {
                process::returned(cx, &after)?;
                offer::make(cx, event, &after)?;
            }
            (_, Phase::Free) => offer::make(cx, event, &after)?,
            (Some(Phase::Free), Phase::Owned(owner)) => {
                offer::taken(cx, event, &after, &owner)?;
                process::begin(cx, event, &after, &owner)?;
            }
            (Some(Phase::Owned(_)), Phase::Owned(owner)) => process::hand_over(cx, event, &after, &owner)?,
            (_, Phase::Owned(owner)) => process::begin(cx, event, &after, &owner)?,
            (None, Phase::Closed) => {}
            (_, Phase::Closed) => process::closed(cx, event, &after)?,
        }
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        match timer.key.split_once(':') {
            Some(("offer", id)) => offer::waited(cx, timer, id)?,
            Some(("accept", id)) => offer::overdue(cx, timer, id)?,
            Some(("process", id)) => process::overdue(cx, timer, id)?,
            _ => cx.warn(&format!("no such timer: {}", timer.key)),
        }
        Ok(None)
    }

    fn on_command(cx: &Cx, command: &Command) -> Outcome {
        match command.name.as_str() {
            "accept" => offer::accept(cx, command),
            "assign" => offer::assign(cx, command),
            name => Err(Failure::permanent(format!("no such command: {name}"))),
        }
    }
}

takt_sdk::register!(LeadIntake);

/// The department that leads are offered to.
fn department(cx: &Cx) -> Result<Option<Department>, HostError> {
    cx.host.department_by_key(&cx.config.department)
}

/// The head over a user; over the department, where the user is not there any more or is in none.
fn head_over(cx: &Cx, owner: Option<&User>) -> Result<Option<User>, HostError> {
    if let Some(owner) = owner
        && owner.department.is_some()
    {
        return cx.host.head_of(&owner.id);
    }
    let Some(department) = department(cx)? else { return Ok(None) };
    cx.host.department_head(&department.id, owner.map(|owner| owner.id.as_str()))
}

/// Tells the head over a user, or says in the log that there is none.
fn tell_head(cx: &Cx, owner: Option<&User>, notice: Notice) -> Result<(), HostError> {
    match head_over(cx, owner)? {
        Some(head) => cx.host.notify(Notice { to: vec![head.id], ..notice }).map(drop),
        None => {
            cx.warn("there is no head to tell");
            Ok(())
        }
    }
}

/// The name of a user; where there is no such user, the id.
fn name_of(cx: &Cx, user: &str) -> Result<String, HostError> {
    Ok(cx.host.get::<User>(user).optional()?.map_or_else(|| user.into(), |user| user.name))
}

/// The name of who did it.
fn name_of_actor(cx: &Cx, actor: &Actor) -> Result<String, HostError> {
    match actor {
        Actor::User(id) => name_of(cx, id),
        Actor::Plugin(name) | Actor::System(name) => Ok(name.clone()),
    }
}

/// What people call a lead: its number where it has one, and what it is about. Short enough to be part of a title.
fn title_of(lead: &Lead) -> Localized {
    let number = lead.number.map_or_else(String::new, |number| format!("{number} "));
    text!(en: "{number}“{title}”", ru: "{number}«{title}»", number = number, title = lead.title).clipped(120)
}
