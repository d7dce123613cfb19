//! The rules of a manifest.

use std::collections::HashSet;

use serde_json::Value;

use super::condition::Condition;
use super::{config, schedule as settings};
use crate::channels::service;
use crate::crm::cron::Cron;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::schema;
use crate::crm::text::kebab_case;
use crate::wasm::capability::Capability;
use crate::wasm::manifest::{CommandSpec, Manifest, Need, Schedule, Subscription};

/// Characters of a title.
const TITLE: usize = 100;
/// Characters of a summary, a reason.
const SENTENCE: usize = 500;
/// Characters of a version, a field's name.
const WORD: usize = 64;
/// Subscriptions, schedules, commands, needs: of each.
const ENTRIES: usize = 64;

/// Checks what a plugin says of itself.
///
/// # Errors
/// All that is wrong, with JSON Pointers into the manifest.
pub fn manifest(manifest: &Manifest) -> Result<(), Invalid> {
    let mut invalid = Invalid::default();
    kebab_case(&manifest.name, "/name", &mut invalid);
    invalid.check(manifest.name.len() >= 2, "/name", "must have at least 2 characters");
    invalid.check(is_version(&manifest.version), "/version", "must be a semantic version, like 1.4.2");
    text(&manifest.title, TITLE, "/title", &mut invalid);
    text(&manifest.summary, SENTENCE, "/summary", &mut invalid);
    each(&manifest.subscriptions, "/subscriptions", subscription, &mut invalid);
    each(&manifest.schedules, "/schedules", schedule, &mut invalid);
    each(&manifest.commands, "/commands", command, &mut invalid);
    let of_schema = |given: &Need, at: &str, invalid: &mut Invalid| need(given, &manifest.config_schema, at, invalid);
    each(&manifest.needs, "/needs", of_schema, &mut invalid);
    unique(manifest.schedules.iter().map(|schedule| &schedule.name), "/schedules", "name", &mut invalid);
    unique(manifest.commands.iter().map(|command| &command.name), "/commands", "name", &mut invalid);
    unique(manifest.needs.iter().map(|need| &need.capability), "/needs", "capability", &mut invalid);
    config_schema(manifest, &mut invalid);
    invalid.or(())
}

fn subscription(subscription: &Subscription, at: &str, invalid: &mut Invalid) {
    let known = subscription
        .event
        .split_once('.')
        .is_some_and(|(kind, verb)| kind.parse::<Kind>().is_ok() && matches!(verb, "created" | "updated" | "deleted"));
    invalid.check(
        known,
        &format!("{at}/event"),
        "must be a kind of record and created, updated or deleted, like lead.created",
    );
    invalid.check(subscription.changed.len() <= ENTRIES, &format!("{at}/changed"), "has over 64 entries");
    for (index, field) in subscription.changed.iter().enumerate() {
        text(field, WORD, &format!("{at}/changed/{index}"), invalid);
    }
    if let Some(when) = &subscription.when
        && let Err(error) = Condition::compile(when)
    {
        invalid.note(format!("{at}/when"), error.to_string());
    }
}

fn schedule(schedule: &Schedule, at: &str, invalid: &mut Invalid) {
    kebab_case(&schedule.name, &format!("{at}/name"), invalid);
    text(&schedule.title, TITLE, &format!("{at}/title"), invalid);
    // Times that stand in a setting are checked with its default.
    if settings::setting(schedule).is_none()
        && let Err(error) = schedule.cron.parse::<Cron>()
    {
        invalid.note(format!("{at}/cron"), error.to_string());
    }
}

fn command(command: &CommandSpec, at: &str, invalid: &mut Invalid) {
    kebab_case(&command.name, &format!("{at}/name"), invalid);
    text(&command.title, TITLE, &format!("{at}/title"), invalid);
    for (index, kind) in command.on.iter().enumerate() {
        if let Err(error) = kind.parse::<Kind>() {
            invalid.note(format!("{at}/on/{index}"), error.to_string());
        }
    }
    if let Some(input) = &command.input_schema {
        schema::check(input, &format!("{at}/input_schema"), invalid);
    }
}

/// Capabilities that are no reading or writing of records. The first: sending messages that the client waits for, without
/// asking for consent, at any hour.
const ALONE: [&str; 2] = ["messages:expected", "reports:read"];

fn need(need: &Need, schema: &Value, at: &str, invalid: &mut Invalid) {
    let of_kind = |(plural, verb)| Kind::of_plural(plural).is_some() && matches!(verb, "read" | "write");
    let field = format!("{at}/capability");
    match Capability::of(&need.capability) {
        Capability::Host(host) => invalid.check(
            service::host(host).is_some_and(|named| named == host),
            &field,
            "must name one host in lower case, with its port where that is not 443, like http:api.example.com",
        ),
        Capability::HostOf(setting) => {
            let kind = schema.pointer(&format!("/properties/{setting}/type"));
            let message = format!("the configuration has no setting `{setting}` that is a text");
            invalid.check(kind.is_some_and(|kind| kind == "string"), &field, &message);
        }
        Capability::Secret(name) => kebab_case(name, &field, invalid),
        Capability::Other(capability) => invalid.check(
            capability.split_once(':').is_some_and(of_kind) || ALONE.contains(&capability),
            &field,
            "must be a plural kind of record and read or write, like leads:read; or http:HOST, secret:NAME",
        ),
    }
    text(&need.reason, SENTENCE, &format!("{at}/reason"), invalid);
}

fn config_schema(manifest: &Manifest, invalid: &mut Invalid) {
    const AT: &str = "/config_schema";
    let before = invalid.0.len();
    let given = &manifest.config_schema;
    schema::check(given, AT, invalid);
    if invalid.0.len() > before {
        return;
    }
    let object = given.get("type").and_then(Value::as_str) == Some("object");
    invalid.check(object, AT, "must be a schema of type object");
    let defaults = config::complete(given, &serde_json::json!({}));
    let times = settings::check_settings(manifest, &defaults).err().map(|wrong| wrong.0).unwrap_or_default();
    for error in schema::errors(given, &defaults, false).0.into_iter().chain(times) {
        invalid.note(AT, format!("the default of {} breaks the schema: {}", error.field, error.message));
    }
}

fn each<T>(entries: &[T], at: &str, check: impl Fn(&T, &str, &mut Invalid), invalid: &mut Invalid) {
    if entries.len() > ENTRIES {
        return invalid.note(at, format!("must not have more than {ENTRIES} entries"));
    }
    for (index, entry) in entries.iter().enumerate() {
        check(entry, &format!("{at}/{index}"), invalid);
    }
}

fn unique<'a>(names: impl Iterator<Item = &'a String>, at: &str, field: &str, invalid: &mut Invalid) {
    let mut seen = HashSet::new();
    for (index, name) in names.enumerate().take(ENTRIES) {
        invalid.check(seen.insert(name), &format!("{at}/{index}/{field}"), "stands here twice");
    }
}

fn text(text: &str, most: usize, at: &str, invalid: &mut Invalid) {
    invalid.check(!text.trim().is_empty(), at, "must not be empty");
    if text.chars().nth(most).is_some() {
        invalid.note(at, format!("must not be longer than {most} characters"));
    }
}

/// Three numbers, and after `-` and `+` dot-separated words.
fn is_version(version: &str) -> bool {
    let (version, build) = version.split_once('+').map_or((version, None), |(v, build)| (v, Some(build)));
    let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let number = |part: &str| {
        part.len() <= 9
            && !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let words = |words: Option<&str>| words.is_none_or(|words| words.len() <= WORD && words.split('.').all(word));
    core.split('.').count() == 3 && core.split('.').all(number) && words(pre) && words(build)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sound() -> Value {
        json!({
            "name": "lead-intake", "version": "1.0.0-rc.1+abc", "title": "Lead intake", "summary": "No lead is lost.",
            "subscriptions": [{"event": "lead.created", "changed": [], "when": "after.status == 'new'"}],
            "schedules": [{"name": "daily", "cron": "0 9 * * MON", "title": "Monday"}],
            "commands": [{"name": "accept", "title": "Accept", "on": ["lead"], "input_schema": {"type": "object"}}],
            "config_schema": {"type": "object", "required": ["token"],
                "properties": {"times": {"type": "integer", "default": 3}, "token": {"type": "string"}}},
            "needs": [{"capability": "leads:write", "reason": "To assign leads."}],
        })
    }

    /// Fields of what is wrong once the member at that pointer is another.
    #[track_caller]
    fn wrong(pointer: &str, value: Value) -> Vec<String> {
        let mut sound = sound();
        *sound.pointer_mut(pointer).unwrap() = value;
        let given: Manifest = serde_json::from_value(sound).unwrap();
        manifest(&given).unwrap_err().0.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn sound_manifests_are_taken() {
        assert_eq!(manifest(&serde_json::from_value(sound()).unwrap()), Ok(()));
        for capability in
            ["http:api.example.com", "http:10.0.0.1:8443", "http:{token}", "secret:api-key", "reports:read"]
        {
            let mut sound = sound();
            sound["needs"][0]["capability"] = json!(capability);
            assert_eq!(manifest(&serde_json::from_value(sound).unwrap()), Ok(()), "{capability}");
        }
    }

    #[test]
    fn each_fault_is_named() {
        let command = json!({"name": "accept", "title": "x", "on": ["leads"], "input_schema": null});
        for (pointer, value, fields) in [
            ("/name", json!("Lead Intake"), vec!["/name"]),
            ("/name", json!("x"), vec!["/name"]),
            ("/version", json!("1.0"), vec!["/version"]),
            ("/version", json!("1.02.0"), vec!["/version"]),
            ("/title", json!(" "), vec!["/title"]),
            ("/summary", json!("x".repeat(501)), vec!["/summary"]),
            ("/subscriptions/0/event", json!("lead.made"), vec!["/subscriptions/0/event"]),
            ("/subscriptions/0/event", json!("cat.created"), vec!["/subscriptions/0/event"]),
            ("/subscriptions/0/when", json!("new.status == 'x'"), vec!["/subscriptions/0/when"]),
            ("/subscriptions/0/changed", json!([""]), vec!["/subscriptions/0/changed/0"]),
            ("/schedules/0/cron", json!("61 * * * *"), vec!["/schedules/0/cron"]),
            ("/commands", json!([command, command]), vec!["/commands/0/on/0", "/commands/1/on/0", "/commands/1/name"]),
            ("/commands/0/input_schema", json!({"type": 7}), vec!["/commands/0/input_schema/type"]),
            ("/needs/0/capability", json!("lead:read"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:*"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:API.example.com"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:api.example.com:443"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:https://api.example.com"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:{times}"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("http:{none}"), vec!["/needs/0/capability"]),
            ("/needs/0/capability", json!("secret:API key"), vec!["/needs/0/capability"]),
            ("/needs/0/reason", json!(""), vec!["/needs/0/reason"]),
            ("/config_schema", json!({"type": "array"}), vec!["/config_schema"; 2]),
            ("/config_schema/properties/times/default", json!("three"), vec!["/config_schema"]),
            (
                "/config_schema/properties/times",
                json!({"$ref": "https://x"}),
                vec!["/config_schema/properties/times/$ref"],
            ),
        ] {
            assert_eq!(wrong(pointer, value.clone()), fields, "{pointer} {value}");
        }
        let many: Vec<Value> = (0..65).map(|n| json!({"capability": format!("x{n}:read"), "reason": "x"})).collect();
        assert_eq!(wrong("/needs", many.into()), ["/needs"]);
    }
}
