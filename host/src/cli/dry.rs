//! `takt plugin dry-run`: what a rule would do, with nothing committed.

use std::path::PathBuf;

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::HostArgs;
use super::plugin::plugin_path;
use super::{Failure, read_file, say, say_json};

/// Run a plugin on a running host and commit nothing: shows what it would change, send, set and log.
#[derive(Debug, Args)]
pub struct DryRunArgs {
    /// The plugin.
    name: String,
    /// An event that happened, by its number: histories and runs show it.
    #[arg(long, value_name = "NUMBER", required_unless_present = "file", conflicts_with = "file")]
    event: Option<u64>,
    /// A made-up event, as JSON: `{"name": "lead.created", "after": {…}}`; `-` reads it from stdin.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// A component to run in the place of the installed release.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
}

pub(super) async fn run(args: DryRunArgs, json: bool) -> Result<(), Failure> {
    let path = format!("{}/dry-run", plugin_path(&args.name)?);
    let trigger = match (args.event, args.file) {
        (Some(event), _) => json!({"event": event}),
        (None, Some(file)) => trigger(&file)?,
        (None, None) => return Err(Failure::usage("name an event with --event, or a file with --file")),
    };
    let client = args.host.client()?;
    let came = match args.component {
        Some(file) => client.upload(&path, &[("trigger", trigger.to_string())], read_file(&file)?, None).await?,
        None => client.call(Method::POST, &path, Some(&trigger)).await?,
    };
    if json { say_json(&came) } else { show(&came) }
}

/// A whole trigger, or a made-up event alone.
fn trigger(file: &PathBuf) -> Result<Value, Failure> {
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(|error| Failure::failed(format!("stdin: {error}")))?
    } else {
        std::fs::read_to_string(file)
            .map_err(|error| Failure::failed(format!("{} can't be read: {error}", file.display())))?
    };
    let value: Value = serde_json::from_str(&text)
        .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", file.display())))?;
    let is_event = value.get("name").is_some();
    Ok(if is_event { json!({"made_up": value}) } else { value })
}

fn show(came: &Value) -> Result<(), Failure> {
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let all = |name: &str| came.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let fuel = came.pointer("/cost/fuel").and_then(Value::as_u64).unwrap_or_default();
    let error = text(came, "/error");
    let error = if error.is_empty() { error } else { format!(": {error}") };
    say(&format!("{}{error} ({fuel} fuel); nothing was committed", text(came, "/outcome")));
    if came.get("wakes") == Some(&Value::Bool(false)) {
        say(
            "  this event would not wake the plugin: no subscription of its manifest, or no condition, lets it through",
        );
    }
    for line in all("log") {
        say(&format!("  {:<5} {}", text(&line, "/level"), text(&line, "/message")));
    }
    for change in all("changes") {
        say(&format!("  {} {}", text(&change, "/name"), text(&change, "/record/id")));
        for (field, values) in change.get("diff").and_then(Value::as_object).into_iter().flatten() {
            let side = |at: usize| values.get(at).cloned().unwrap_or_default();
            say(&format!("    {field}: {} → {}", side(0), side(1)));
        }
    }
    for notice in all("notifications") {
        let words = notice.pointer("/title").cloned().unwrap_or_default();
        say(&format!("  tells {}: {words}", text(&notice, "/to")));
    }
    for timer in all("timers") {
        let due = text(&timer, "/due");
        let due = if due.is_empty() { "taken away".to_owned() } else { format!("due {due}") };
        say(&format!("  timer {}: {due}", text(&timer, "/key")));
    }
    for (key, value) in came.get("state").and_then(Value::as_object).into_iter().flatten() {
        say(&format!("  state {key}: {value}"));
    }
    let reply = text(came, "/reply/message");
    if !reply.is_empty() {
        say(&format!("  answers: {reply}"));
    }
    Ok(())
}
