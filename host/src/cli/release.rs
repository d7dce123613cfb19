//! `takt plugin releases`, `upgrade`, `rollback`, `backtest` and `shadow`.

use std::path::PathBuf;

use clap::Args;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, HostArgs};
use super::plugin::{configuration, plugin_path};
use super::{Failure, pack, say, say_json};

/// The releases of a plugin, the newest first.
#[derive(Debug, Args)]
pub struct ReleasesArgs {
    /// The plugin.
    name: String,
    #[command(flatten)]
    host: HostArgs,
}

/// Bring another release into use: a file, or one that the host has.
#[derive(Debug, Args)]
pub struct UpgradeArgs {
    /// The plugin.
    name: String,
    /// The component's file.
    #[arg(required_unless_present = "release")]
    file: Option<PathBuf>,
    /// Instead of a file: the digest of a release, or its beginning.
    #[arg(long, value_name = "DIGEST", conflicts_with = "file")]
    release: Option<String>,
    /// Only show what would change.
    #[arg(long)]
    diff: bool,
    /// Grant what it needs beyond what is granted.
    #[arg(long)]
    grant: bool,
    /// A configuration in the place of the present one, as JSON.
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    #[command(flatten)]
    host: HostArgs,
}

/// Go back to the release that was in use before.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The plugin.
    name: String,
    #[command(flatten)]
    host: HostArgs,
}

/// Try a release on past events, beside what was done; commits nothing.
#[derive(Debug, Args)]
pub struct BacktestArgs {
    /// The plugin.
    name: String,
    /// The digest of a release, or its beginning: see `takt plugin releases`.
    #[arg(long, value_name = "DIGEST")]
    release: String,
    /// On the last so many events that wake the plugin, 500 at most.
    #[arg(long, default_value_t = 100)]
    events: u32,
    /// A configuration in the place of the present one, as JSON.
    #[arg(long, value_name = "JSON")]
    config: Option<String>,
    #[command(flatten)]
    host: HostArgs,
}

/// Let a release run beside the one in use, with nothing of it committed; or tell what came of it so far.
#[derive(Debug, Args)]
pub struct ShadowArgs {
    /// The plugin.
    name: String,
    /// Start it: the digest of a release, or its beginning. What an earlier shadow did is forgotten.
    #[arg(long, value_name = "DIGEST")]
    release: Option<String>,
    /// A configuration in the place of the present one, as JSON.
    #[arg(long, value_name = "JSON", requires = "release")]
    config: Option<String>,
    /// End it.
    #[arg(long, conflicts_with = "release")]
    stop: bool,
    #[command(flatten)]
    host: HostArgs,
}

pub(super) async fn shadow(args: ShadowArgs, json: bool) -> Result<(), Failure> {
    let config = args.config.as_deref().map(configuration).transpose()?;
    let client = args.host.client()?;
    let path = plugin_path(&args.name)?;
    let shadow = format!("{path}/shadow");
    if args.stop {
        client.call(Method::DELETE, &shadow, None).await?;
        say(&format!("no release runs beside the one in use of {}", args.name));
        return Ok(());
    }
    let report = match args.release {
        Some(beginning) => {
            let digest = known(&client, &path, &beginning).await?;
            client.call(Method::PUT, &shadow, Some(&json!({"release": digest, "config": config}))).await?
        }
        None => client.get(&shadow, &[]).await?,
    };
    if json {
        return say_json(&report);
    }
    say(&format!("{} since {}", short(text(&report, "release")), text(&report, "since")));
    show_trials(&report, "trials", ["in use", "shadow"]);
    Ok(())
}

pub(super) async fn backtest(args: BacktestArgs, json: bool) -> Result<(), Failure> {
    let config = args.config.as_deref().map(configuration).transpose()?;
    let client = args.host.client()?;
    let path = plugin_path(&args.name)?;
    let digest = known(&client, &path, &args.release).await?;
    let body = json!({"events": args.events, "config": config});
    let report = client.call(Method::POST, &format!("{path}/releases/{digest}/backtest"), Some(&body)).await?;
    if json {
        return say_json(&report);
    }
    show_trials(&report, "events", ["then", "now"]);
    Ok(())
}

/// How many trials went how, what they cost, and those that did not do the same.
fn show_trials(report: &Value, what: &str, sides: [&str; 2]) {
    let count = |pointer: &str| report.pointer(pointer).and_then(Value::as_u64).unwrap_or_default();
    let counts: Vec<String> = ["same", "different", "failed", "not_woken", "new"]
        .iter()
        .map(|name| format!("{} {}", count(&format!("/{name}")), name.replace('_', " ")))
        .collect();
    say(&format!("{} {what}: {}", count(&format!("/{what}")), counts.join(", ")));
    let (recorded, tried) = (count("/cost/recorded_fuel"), count("/cost/fuel"));
    say(&format!("fuel: {recorded} {}, {tried} {}; nothing was committed", sides[0], sides[1]));
    for trial in items(report) {
        say(&format!(
            "  {} {} {}: {}",
            trial.get("event").unwrap_or(&Value::Null),
            text(trial, "name"),
            text(trial, "verdict"),
            text(trial, "error")
        ));
        for (sign, name) in [("-", "missing"), ("+", "added")] {
            for effect in trial.get(name).and_then(Value::as_array).into_iter().flatten() {
                say(&format!("    {sign} {effect}"));
            }
        }
    }
}

pub(super) async fn releases(args: ReleasesArgs, json: bool) -> Result<(), Failure> {
    let found = args.host.client()?.get(&format!("{}/releases", plugin_path(&args.name)?), &[]).await?;
    if json {
        return say_json(&found);
    }
    for release in items(&found) {
        let state = match (release.get("active"), release.get("used_at")) {
            (Some(Value::Bool(true)), _) => "active",
            (_, Some(_)) => "used before",
            _ => "never used",
        };
        let line = [short(text(release, "digest")), text(release, "version"), state, text(release, "uploaded_at")];
        say(&format!("{:<12}  {:<10} {:<11} {}", line[0], line[1], line[2], line[3]));
    }
    Ok(())
}

pub(super) async fn upgrade(args: UpgradeArgs, json: bool) -> Result<(), Failure> {
    let config = args.config.as_deref().map(configuration).transpose()?;
    let client = args.host.client()?;
    let path = plugin_path(&args.name)?;
    let digest = match (args.file, args.release) {
        (Some(file), _) => {
            let (component, signature) = pack::rule_of(&file)?;
            let release = client.upload(&format!("{path}/releases"), &[], component, signature).await?;
            text(&release, "digest").to_owned()
        }
        (None, Some(beginning)) => known(&client, &path, &beginning).await?,
        (None, None) => return Err(Failure::usage("name the component's file, or a release with --release")),
    };
    let diff = client.get(&format!("{path}/releases/{digest}/diff"), &[]).await?;
    if args.diff {
        return if json { say_json(&diff) } else { show(&diff) };
    }
    if !json {
        show(&diff)?;
    }
    let missing = diff.get("missing_grants").and_then(Value::as_array).filter(|missing| !missing.is_empty());
    if let Some(missing) = missing.filter(|_| args.grant) {
        let plugin = client.get(&path, &[]).await?;
        let mut grants = plugin.get("grants").and_then(Value::as_array).cloned().unwrap_or_default();
        grants.extend(missing.iter().cloned());
        client.call(Method::PUT, &format!("{path}/grants"), Some(&json!({"grants": grants}))).await?;
    }
    activate(&client, &path, &digest, config, json).await
}

pub(super) async fn rollback(args: RollbackArgs, json: bool) -> Result<(), Failure> {
    let client = args.host.client()?;
    let path = plugin_path(&args.name)?;
    let found = client.get(&format!("{path}/releases"), &[]).await?;
    let before = items(&found)
        .filter(|release| release.get("active") == Some(&Value::Bool(false)) && release.get("used_at").is_some())
        .max_by_key(|release| text(release, "used_at").to_owned())
        .ok_or_else(|| Failure::failed(format!("no other release of {} was in use before", args.name)))?;
    activate(&client, &path, text(before, "digest"), None, json).await
}

/// Brings a release into use.
pub(super) async fn activate(
    client: &Client,
    path: &str,
    digest: &str,
    config: Option<Value>,
    json: bool,
) -> Result<(), Failure> {
    let body = config.map_or_else(|| json!({}), |config| json!({"config": config}));
    let plugin = client.call(Method::POST, &format!("{path}/releases/{digest}/activate"), Some(&body)).await?;
    if json {
        return say_json(&plugin);
    }
    say(&format!("{} {} ({}) is in use", text(&plugin, "name"), text(&plugin, "version"), short(digest)));
    Ok(())
}

/// The one release whose digest begins so.
async fn known(client: &Client, path: &str, beginning: &str) -> Result<String, Failure> {
    let found = client.get(&format!("{path}/releases"), &[]).await?;
    let mut fitting =
        items(&found).map(|release| text(release, "digest")).filter(|digest| digest.starts_with(beginning));
    match (fitting.next(), fitting.next()) {
        (Some(digest), None) => Ok(digest.to_owned()),
        (None, _) => Err(Failure::failed(format!("no release begins with {beginning}: see `takt plugin releases`"))),
        (Some(_), Some(_)) => Err(Failure::usage(format!("several releases begin with {beginning}: give more of it"))),
    }
}

fn show(diff: &Value) -> Result<(), Failure> {
    let side = |name: &str| {
        let release = diff.get(name).unwrap_or(&Value::Null);
        format!("{} ({})", text(release, "version"), short(text(release, "digest")))
    };
    say(&format!("{} → {}", side("from"), side("to")));
    for (part, entries) in diff.get("manifest").and_then(Value::as_object).into_iter().flatten() {
        let list = |name: &str| entries.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        for (sign, entry) in
            list("removed").iter().map(|entry| ("-", entry)).chain(list("added").iter().map(|entry| ("+", entry)))
        {
            say(&format!("  {sign} {part}: {entry}"));
        }
        for changed in list("changed") {
            say(&format!("  ~ {part}: {} → {}", changed["before"], changed["after"]));
        }
    }
    let missing: Vec<&str> =
        diff.get("missing_grants").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if !missing.is_empty() {
        say(&format!("  needs what is not granted: {}", missing.join(", ")));
    }
    for error in diff.get("config_errors").and_then(Value::as_array).into_iter().flatten() {
        say(&format!("  the configuration does not fit: {} {}", text(error, "field"), text(error, "message")));
    }
    Ok(())
}

/// The items of a listing.
pub(super) fn items(found: &Value) -> impl Iterator<Item = &Value> {
    found.get("items").and_then(Value::as_array).into_iter().flatten()
}

/// A text of an object; empty where it is none.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
