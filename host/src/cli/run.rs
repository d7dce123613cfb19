//! `takt run`

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::Value;

use super::client::HostArgs;
use super::{Failure, replay, say, say_json};
use crate::crm::id::Id;

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub enum RunCommand {
    /// Runs, newest first.
    List(ListArgs),
    /// One run: its log, what it changed, what led to it and what it caused.
    Show {
        /// The run.
        id: Id,
        #[command(flatten)]
        host: HostArgs,
    },
    /// What failed in the last days, by plugin and fault.
    Failures {
        /// Of this plugin.
        #[arg(long)]
        plugin: Option<String>,
        #[command(flatten)]
        host: HostArgs,
    },
    Replay(replay::ReplayArgs),
    Fixture(replay::FixtureArgs),
    /// Run again what was given up.
    Retry {
        /// The run whose delivery was given up, or the number of a dead letter.
        id: String,
        #[command(flatten)]
        host: HostArgs,
    },
}

/// Runs, newest first.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Of this plugin.
    #[arg(long)]
    plugin: Option<String>,
    /// With this outcome: ok, refused, retry, failed, trap, budget, conflict, host.
    #[arg(long)]
    outcome: Option<String>,
    /// About this record, or changing it.
    #[arg(long)]
    record: Option<Id>,
    /// How many, 200 at most.
    #[arg(long, default_value_t = 20)]
    limit: u32,
    #[command(flatten)]
    host: HostArgs,
}

pub(super) async fn run(command: RunCommand, json: bool) -> Result<(), Failure> {
    match command {
        RunCommand::List(args) => list(args, json).await,
        RunCommand::Failures { plugin, host } => {
            let query: Vec<_> = plugin.map(|plugin| ("plugin", plugin)).into_iter().collect();
            let found = host.client()?.get("/api/v1/failures", &query).await?;
            if json { say_json(&found) } else { failures(&found) }
        }
        RunCommand::Replay(args) => replay::replay(args, json).await,
        RunCommand::Fixture(args) => replay::fixture(args).await,
        RunCommand::Show { id, host } => {
            let run = host.client()?.get(&format!("/api/v1/runs/{id}"), &[]).await?;
            if json { say_json(&run) } else { show(&run) }
        }
        RunCommand::Retry { id, host } => {
            let path = match (id.parse::<u64>(), id.parse::<Id>()) {
                (Ok(dead), _) => format!("/api/v1/dead_letters/{dead}/retry"),
                (_, Ok(run)) => format!("/api/v1/runs/{run}/retry"),
                _ => return Err(Failure::usage(format!("`{id}` is neither a run's id nor a dead letter's number"))),
            };
            host.client()?.call(Method::POST, &path, None).await?;
            if json {
                return say_json(&serde_json::json!({"retried": id}));
            }
            say("it will be run again");
            Ok(())
        }
    }
}

async fn list(args: ListArgs, json: bool) -> Result<(), Failure> {
    let mut query = vec![("limit", args.limit.to_string())];
    let record = args.record.map(|record| record.to_string());
    for (name, value) in [("plugin", args.plugin), ("outcome", args.outcome), ("record", record)] {
        query.extend(value.map(|value| (name, value)));
    }
    let found = args.host.client()?.get("/api/v1/runs", &query).await?;
    if json {
        return say_json(&found);
    }
    for run in found.get("items").and_then(Value::as_array).into_iter().flatten() {
        say(&line(run));
    }
    Ok(())
}

fn failures(found: &Value) -> Result<(), Failure> {
    for group in found.get("items").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| group.get(name).and_then(Value::as_str).unwrap_or_default();
        let count = |name: &str| group.get(name).and_then(Value::as_u64).unwrap_or_default();
        let (dead, runs) = (count("dead_letters"), count("failed_runs"));
        let (at, plugin, fault) = (text("last_at"), text("plugin"), text("fault"));
        say(&format!("{at}  {plugin:<20} {dead:>5} dead letters, {runs:>5} runs  {fault}"));
    }
    Ok(())
}

fn line(run: &Value) -> String {
    let text = |pointer: &str| run.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let micros = run.pointer("/cost/micros").and_then(Value::as_u64).unwrap_or_default();
    let error = run.get("error").and_then(Value::as_str).map(|error| format!("  {error}")).unwrap_or_default();
    format!(
        "{}  {}  {:<20} {:<8} {} {} ({micros} µs){error}",
        text("/id"),
        text("/at"),
        text("/plugin"),
        text("/outcome"),
        text("/trigger"),
        text("/name"),
    )
}

/// One run: its log, what it changed, what led to it and what it caused.
pub(super) fn show(run: &Value) -> Result<(), Failure> {
    say(&line(run));
    let all = |name: &str| run.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let text =
        |value: &Value, pointer: &str| value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    for entry in all("log") {
        say(&format!("  {:<5} {}", text(&entry, "/level"), text(&entry, "/message")));
    }
    for change in all("changes") {
        say(&format!("  {} {}", text(&change, "/name"), text(&change, "/record/id")));
        for (field, values) in change.get("diff").and_then(Value::as_object).into_iter().flatten() {
            let side = |at: usize| values.get(at).cloned().unwrap_or_default();
            say(&format!("    {field}: {} → {}", side(0), side(1)));
        }
    }
    for link in all("chain") {
        let by = link.get("run").map_or_else(|| "a person or an outside system".to_owned(), |run| text(run, "/plugin"));
        say(&format!("  because of {} by {by}", text(&link, "/change/name")));
    }
    for caused in all("caused") {
        say(&format!("  caused {}", line(&caused)));
    }
    Ok(())
}
