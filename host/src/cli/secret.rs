//! `takt plugin secret`

use clap::Subcommand;
use reqwest::Method;
use serde_json::{Value, json};

use super::client::HostArgs;
use super::plugin::plugin_path;
use super::{Failure, say, say_json};

/// What to do with secrets of plugins. None is ever shown.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// The secrets that a plugin asks for, and whether each is set.
    List {
        /// The plugin.
        plugin: String,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Set a secret to what stdin says, one line.
    Set {
        /// The plugin.
        plugin: String,
        /// The secret's name, as the plugin asks for it.
        name: String,
        /// A host that it may be sent to: api.example.com, or with a port where that is not 443. Repeat it for more.
        #[arg(long = "host", value_name = "HOST", required = true)]
        hosts: Vec<String>,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Take a secret away.
    Remove {
        /// The plugin.
        plugin: String,
        /// The secret's name.
        name: String,
        #[command(flatten)]
        host: HostArgs,
    },
}

pub(super) async fn run(command: SecretCommand, json: bool) -> Result<(), Failure> {
    match command {
        SecretCommand::List { plugin, host } => {
            let found = host.client()?.get(&format!("{}/secrets", plugin_path(&plugin)?), &[]).await?;
            if json { say_json(&found) } else { list(&found) }
        }
        SecretCommand::Set { plugin, name, hosts, host } => {
            let value = std::io::read_to_string(std::io::stdin());
            let value = value.map_err(|error| Failure::failed(format!("stdin: {error}")))?;
            let body = json!({"value": value.trim_end_matches(['\r', '\n']), "hosts": hosts});
            let set = host.client()?.call(Method::PUT, &path(&plugin, &name)?, Some(&body)).await?;
            said(&set, &format!("{name} of {plugin} is set, for {}", hosts.join(", ")), json)
        }
        SecretCommand::Remove { plugin, name, host } => {
            host.client()?.call(Method::DELETE, &path(&plugin, &name)?, None).await?;
            said(&json!({"name": name, "set": false}), &format!("{name} of {plugin} is taken away"), json)
        }
    }
}

fn path(plugin: &str, name: &str) -> Result<String, Failure> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') && !name.is_empty();
    let plugin = plugin_path(plugin)?;
    if plain {
        Ok(format!("{plugin}/secrets/{name}"))
    } else {
        Err(Failure::usage(format!("`{name}` is no secret's name")))
    }
}

/// Says what was done: a value for programs, a line for people.
pub(super) fn said(value: &Value, line: &str, json: bool) -> Result<(), Failure> {
    if json {
        return say_json(value);
    }
    say(line);
    Ok(())
}

fn list(found: &Value) -> Result<(), Failure> {
    for secret in found.get("items").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| secret.get(name).and_then(Value::as_str).unwrap_or_default();
        let hosts = secret.get("hosts").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let hosts: Vec<&str> = hosts.collect();
        let state = if hosts.is_empty() { "not set".to_owned() } else { format!("set, for {}", hosts.join(", ")) };
        say(&format!("{:<24} {state}  {}", text("name"), text("reason")));
    }
    Ok(())
}
