//! `takt plugin`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Client, HostArgs};
use super::{Failure, craft, dev, dry, fixtures, pack, release, say, say_json, secret, sign};
use crate::bundled;

/// What to do with plugins.
#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    New(craft::NewArgs),
    Build(craft::BuildArgs),
    Check(craft::CheckArgs),
    Bindings(craft::BindingsArgs),
    Component(craft::ComponentArgs),
    Test(fixtures::TestArgs),
    Dev(dev::DevArgs),
    /// The installed plugins.
    List {
        #[command(flatten)]
        host: HostArgs,
    },
    /// Install a component, or put it in the place of the release that is there. Its signature is taken from FILE.sig.
    Install {
        /// The component's file, or a package that `takt plugin pack` made.
        #[arg(required_unless_present = "bundled")]
        file: Option<PathBuf>,
        /// Instead of a file: a plugin that this program carries.
        #[arg(long, value_name = "NAME", conflicts_with = "file")]
        bundled: Option<String>,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Switch a plugin on.
    Enable {
        /// The plugin.
        name: String,
        /// Grant it all that it needs first: `takt plugin list --json` shows what that is, and why.
        #[arg(long)]
        grant: bool,
        /// Forget the deliveries and timers that waited while it was disabled.
        #[arg(long)]
        drop_pending: bool,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Switch a plugin off.
    Disable {
        /// The plugin.
        name: String,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Show a plugin's configuration, or set it.
    Config(ConfigArgs),
    Pack(pack::PackArgs),
    Keygen(sign::KeygenArgs),
    Sign(sign::SignArgs),
    /// Keys whose signatures the host trusts.
    #[command(subcommand)]
    Key(sign::KeyCommand),
    /// Secrets that the host puts into a plugin's calls of services outside.
    #[command(subcommand)]
    Secret(secret::SecretCommand),
    DryRun(dry::DryRunArgs),
    Releases(release::ReleasesArgs),
    Upgrade(release::UpgradeArgs),
    Rollback(release::RollbackArgs),
    Backtest(release::BacktestArgs),
    Shadow(release::ShadowArgs),
}

/// Show a plugin's configuration, or set it.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// The plugin.
    name: String,
    /// A JSON object, in place of what was set; `-` reads it from stdin.
    #[arg(long, value_name = "JSON")]
    set: Option<String>,
    #[command(flatten)]
    host: HostArgs,
}

pub(super) async fn run(command: PluginCommand, json: bool) -> Result<(), Failure> {
    match command {
        PluginCommand::New(args) => craft::new(&args),
        PluginCommand::Build(args) => craft::build(args, json).await,
        PluginCommand::Check(args) => craft::check(&args, json).await,
        PluginCommand::Bindings(args) => craft::bindings(&args),
        PluginCommand::Component(args) => craft::component(&args),
        PluginCommand::Test(args) => fixtures::test(args, json).await,
        PluginCommand::Dev(args) => dev::dev(args).await,
        PluginCommand::List { host } => {
            let found = host.client()?.get("/api/v1/plugins", &[]).await?;
            if json { say_json(&found) } else { list(&found) }
        }
        PluginCommand::Install { file, bundled, host } => {
            let (component, signature) = component(file, bundled)?;
            let made = host.client()?.upload("/api/v1/plugins", &[], component, signature).await?;
            shown(&made, "is installed", json)
        }
        PluginCommand::Enable { name, grant, drop_pending, host } => {
            let client = host.client()?;
            let path = plugin_path(&name)?;
            if grant {
                grant_all(&client, &path).await?;
            }
            let body = json!({"pending": if drop_pending { "drop" } else { "keep" }});
            let plugin = client.call(Method::POST, &format!("{path}/enable"), Some(&body)).await?;
            shown(&plugin, "is enabled", json)
        }
        PluginCommand::Disable { name, host } => {
            let path = plugin_path(&name)?;
            let plugin = host.client()?.call(Method::POST, &format!("{path}/disable"), None).await?;
            shown(&plugin, "is disabled", json)
        }
        PluginCommand::Config(args) => configure(args, json).await,
        PluginCommand::Pack(args) => pack::pack(args, json).await,
        PluginCommand::Keygen(args) => sign::keygen(&args, json),
        PluginCommand::Sign(args) => sign::sign(&args, json),
        PluginCommand::Key(command) => sign::key(command, json).await,
        PluginCommand::Secret(command) => secret::run(command, json).await,
        PluginCommand::DryRun(args) => dry::run(args, json).await,
        PluginCommand::Releases(args) => release::releases(args, json).await,
        PluginCommand::Upgrade(args) => release::upgrade(args, json).await,
        PluginCommand::Backtest(args) => release::backtest(args, json).await,
        PluginCommand::Shadow(args) => release::shadow(args, json).await,
        PluginCommand::Rollback(args) => release::rollback(args, json).await,
    }
}

/// Grants a plugin all that it asks for.
pub(super) async fn grant_all(client: &Client, path: &str) -> Result<(), Failure> {
    let plugin = client.get(path, &[]).await?;
    let needs = plugin.pointer("/manifest/needs").and_then(Value::as_array).cloned().unwrap_or_default();
    let grants: Vec<&Value> = needs.iter().filter_map(|need| need.get("capability")).collect();
    client.call(Method::PUT, &format!("{path}/grants"), Some(&json!({"grants": grants}))).await?;
    Ok(())
}

async fn configure(args: ConfigArgs, json: bool) -> Result<(), Failure> {
    let client = args.host.client()?;
    let path = format!("{}/config", plugin_path(&args.name)?);
    let Some(text) = args.set else {
        let config = client.get(&path, &[]).await?;
        return say_json(if json { &config } else { config.get("effective").unwrap_or(&config) });
    };
    let text = if text == "-" {
        std::io::read_to_string(std::io::stdin()).map_err(|error| Failure::failed(format!("stdin: {error}")))?
    } else {
        text
    };
    let config = configuration(&text)?;
    let plugin = client.call(Method::PUT, &path, Some(&config)).await?;
    shown(&plugin, "is configured", json)
}

/// A configuration as it is given on the command line.
pub(super) fn configuration(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::usage(format!("the configuration is not JSON: {error}")))
}

/// A component with its signature.
fn component(file: Option<PathBuf>, name: Option<String>) -> Result<(Vec<u8>, Option<String>), Failure> {
    if let Some(name) = name {
        let found = bundled::components().iter().find(|(given, _)| *given == name);
        let known = || bundled::components().iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        return found
            .map(|(_, component)| (component.to_vec(), None))
            .ok_or_else(|| Failure::usage(format!("this program carries no plugin `{name}`; it carries {}", known())));
    }
    let file = file.ok_or_else(|| Failure::usage("name the component's file"))?;
    pack::rule_of(&file)
}

pub(super) fn plugin_path(name: &str) -> Result<String, Failure> {
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain {
        Ok(format!("/api/v1/plugins/{name}"))
    } else {
        Err(Failure::usage(format!("`{name}` is no plugin's name")))
    }
}

fn list(found: &Value) -> Result<(), Failure> {
    let text = |plugin: &Value, name: &str| plugin.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    for plugin in found.get("items").and_then(Value::as_array).into_iter().flatten() {
        let enabled = plugin.get("enabled").and_then(Value::as_bool).unwrap_or_default();
        let state = if enabled { "enabled" } else { "disabled" };
        let (name, version, title) = (text(plugin, "name"), text(plugin, "version"), text(plugin, "title"));
        say(&format!("{name:<24} {version:<10} {state:<9} {title}"));
    }
    Ok(())
}

fn shown(plugin: &Value, done: &str, json: bool) -> Result<(), Failure> {
    if json {
        return say_json(plugin);
    }
    let name = plugin.get("name").and_then(Value::as_str).unwrap_or_default();
    say(&format!("{name} {done}"));
    let missing = plugin.get("missing_grants").and_then(Value::as_array).filter(|missing| !missing.is_empty());
    if let Some(missing) = missing {
        let missing: Vec<&str> = missing.iter().filter_map(Value::as_str).collect();
        say(&format!(
            "it needs {}: `takt plugin enable {name} --grant` grants that and switches it on",
            missing.join(", ")
        ));
    }
    Ok(())
}
