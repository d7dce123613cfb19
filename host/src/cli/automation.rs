//! `takt automation`: the setup of all rules as one file.

use std::path::PathBuf;

use clap::Subcommand;
use reqwest::Method;
use serde_json::Value;

use super::client::HostArgs;
use super::{Failure, say, say_json};

/// What to do with the setup.
#[derive(Debug, Subcommand)]
pub enum AutomationCommand {
    /// Write the setup of a running host: releases, configurations, grants, conditions, budgets, switches.
    Export {
        /// With the components that no host of this version carries: for a host that has them not.
        #[arg(long)]
        components: bool,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Set the rules of a running host up as a file says: all of it or nothing.
    Apply {
        /// The file that `export` wrote.
        file: PathBuf,
        /// Only show what would change.
        #[arg(long)]
        diff: bool,
        #[command(flatten)]
        host: HostArgs,
    },
}

pub(super) async fn run(command: AutomationCommand, json: bool) -> Result<(), Failure> {
    match command {
        AutomationCommand::Export { components, host } => {
            let query = [("components", components.to_string())];
            say_json(&host.client()?.get("/api/v1/automation", &query).await?)
        }
        AutomationCommand::Apply { file, diff, host } => {
            let text = std::fs::read_to_string(&file)
                .map_err(|error| Failure::failed(format!("{} can't be read: {error}", file.display())))?;
            let setup: Value = serde_json::from_str(&text)
                .map_err(|error| Failure::usage(format!("{} is not JSON: {error}", file.display())))?;
            let path = format!("/api/v1/automation?dry={diff}");
            let told = host.client()?.call(Method::POST, &path, Some(&setup)).await?;
            if json { say_json(&told) } else { show(&told) }
        }
    }
}

fn show(told: &Value) -> Result<(), Failure> {
    let items = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    for plugin in items(told, "plugins") {
        let name = plugin.get("name").and_then(Value::as_str).unwrap_or_default();
        let diff = plugin.get("diff").and_then(Value::as_object).cloned().unwrap_or_default();
        say(&format!("{name}{}", if diff.is_empty() { ": nothing changes" } else { "" }));
        for (field, values) in diff {
            let side = |at: usize| values.get(at).cloned().unwrap_or_default();
            say(&format!("  {field}: {} → {}", side(0), side(1)));
        }
    }
    for name in items(told, "untouched") {
        say(&format!("{} is not named, and stays as it is", name.as_str().unwrap_or_default()));
    }
    let applied = told.get("applied").and_then(Value::as_bool).unwrap_or_default();
    say(if applied { "it is done" } else { "nothing was changed" });
    Ok(())
}
