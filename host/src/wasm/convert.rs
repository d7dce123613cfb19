//! The contract's types, made of ours and turned into ours.

use serde_json::Value;

use super::bindings::exports::takt::crm::rule;
use super::bindings::takt::crm::types;
use super::call::{Call, Ending, Reply};
use super::component::BadComponent;
use super::manifest::{CommandSpec, Manifest, Need, Schedule, Subscription};
use crate::crm::event::{Event, Trigger};
use crate::crm::invalid::Invalid;
use crate::crm::record::{Actor, Record, Reference};
use crate::crm::text;

/// What a text of the guest's may have at most, in bytes. What is over is cut.
const TEXT: usize = 4 << 10;

/// What the call is told.
pub(super) fn context(call: &Call) -> rule::Context {
    rule::Context {
        run: call.run.to_string(),
        now: call.now.micros(),
        config: call.installation.config.to_string(),
        language: call.language.to_string(),
        time_zone: call.time_zone.to_string(),
        attempt: call.attempt,
    }
}

/// What wakes it.
pub(super) fn trigger(trigger: &Trigger) -> rule::Trigger {
    match trigger {
        Trigger::Event(cause) => rule::Trigger::Event(event(cause)),
        Trigger::Timer(timer) => rule::Trigger::Timer(rule::Timer {
            key: timer.key.clone(),
            due: timer.due.micros(),
            payload: timer.payload.to_string(),
        }),
        Trigger::Tick(tick) => {
            rule::Trigger::Tick(rule::Tick { schedule: tick.schedule.clone(), due: tick.due.micros() })
        }
        Trigger::Command(command) => rule::Trigger::Command(rule::Command {
            name: command.name.clone(),
            by: command.by.to_string(),
            on: command.on.map(reference),
            notification: command.notification.map(|id| id.to_string()),
            input: command.input.to_string(),
            answer: command.answer.clone(),
        }),
    }
}

fn event(event: &Event) -> rule::Event {
    let face = |record: &std::sync::Arc<Record>| record.face().to_string();
    rule::Event {
        id: event.id,
        name: event.name.clone(),
        at: event.at.micros(),
        by: match &event.by {
            Actor::User(id) => types::Actor::User(id.to_string()),
            Actor::Plugin(name) => types::Actor::Plugin(name.clone()),
            Actor::System(name) => types::Actor::System(name.clone()),
        },
        about: reference(event.about),
        before: event.change.before.as_ref().map(face),
        after: event.change.after.as_ref().map(face),
        changed: event.changed.clone(),
    }
}

/// A reference as the contract has it.
pub(super) fn reference(reference: Reference) -> types::Reference {
    types::Reference { kind: reference.kind.name().to_owned(), id: reference.id.to_string() }
}

/// A reference that the guest gave; `field` is the JSON Pointer of where.
pub(super) fn parse_reference(given: &types::Reference, field: &str) -> Result<Reference, Invalid> {
    let kind = given.kind.parse().map_err(|error| Invalid::field(format!("{field}/kind"), format!("{error}")))?;
    let id = given.id.parse().map_err(|error| Invalid::field(format!("{field}/id"), format!("{error}")))?;
    Ok(Reference { kind, id })
}

/// JSON text that the guest gave; `field` is the JSON Pointer of where.
pub(super) fn parse_json(given: &str, field: &str) -> Result<Value, Invalid> {
    serde_json::from_str(given).map_err(|error| Invalid::field(field, format!("is not JSON: {error}")))
}

/// How the guest says that it ended.
pub(super) fn answer(answer: Result<Option<rule::Reply>, rule::Failure>) -> Ending {
    match answer {
        Ok(None) => Ending::Ok(None),
        Ok(Some(reply)) => Ending::Ok(Some(Reply {
            message: cut(reply.message),
            // A reply may show less than it meant to, but not fail a run that did its work.
            open: reply.open.and_then(|open| parse_reference(&open, "/open").ok()),
        })),
        Err(rule::Failure::Retry(seconds)) => Ending::Retry(seconds),
        Err(rule::Failure::Refused(why)) => Ending::Refused(cut(why)),
        Err(rule::Failure::Permanent(why)) => Ending::Permanent(cut(why)),
    }
}

/// The text, cut where it is over-long.
pub(super) fn cut(text: String) -> String {
    text::cut(text, TEXT)
}

/// The manifest as the host keeps it.
pub(super) fn manifest(given: rule::Manifest, imports: &[String]) -> Result<Manifest, BadComponent> {
    let mut commands = Vec::with_capacity(given.commands.len());
    for (at, command) in given.commands.into_iter().enumerate() {
        let schema = |text: String| parse_json(&text, &format!("/commands/{at}/input_schema"));
        let input_schema = command.input_schema.map(schema).transpose().map_err(BadComponent::Manifest)?;
        commands.push(CommandSpec { name: command.name, title: command.title, on: command.on, input_schema });
    }
    let subscription = |s: rule::Subscription| Subscription { event: s.event, changed: s.changed, when: s.when };
    let schedule = |s: rule::Schedule| Schedule { name: s.name, cron: s.cron, title: s.title };
    let need = |n: rule::Need| Need { capability: n.capability, reason: n.reason };
    Ok(Manifest {
        name: given.name,
        version: given.version,
        title: given.title,
        summary: given.summary,
        subscriptions: given.subscriptions.into_iter().map(subscription).collect(),
        schedules: given.schedules.into_iter().map(schedule).collect(),
        commands,
        config_schema: parse_json(&given.config_schema, "/config_schema").map_err(BadComponent::Manifest)?,
        needs: given.needs.into_iter().map(need).collect(),
        imports: imports.to_vec(),
    })
}
