//! `takt plugin new`, `build`, `check`: what an author of a rule does without a host.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use serde_json::json;

use super::{Failure, read_file, say, say_json};
use crate::craft::{self, Checked, Contract, Lang};

/// Write a new rule: a working one with its test, to be changed into yours.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The plugin's name, in kebab-case, and the folder that is made.
    name: String,
    /// The language to write it in.
    #[arg(long)]
    lang: Lang,
}

/// Try a rule and make its component.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    pub(super) project: PathBuf,
}

/// Check whether a component would be taken, without a host.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The component's file.
    file: PathBuf,
    /// The folder of another contract: tells whether a host of that one would take the component.
    #[arg(long, value_name = "FOLDER")]
    contract: Option<PathBuf>,
}

/// Write the contract as C: header, source, and the object that carries its type.
#[derive(Debug, Args)]
pub struct BindingsArgs {
    /// The folder to write to.
    folder: PathBuf,
}

/// Make the component of a core module, linked with the bindings.
#[derive(Debug, Args)]
pub struct ComponentArgs {
    /// The module's file.
    module: PathBuf,
    /// The component's file.
    #[arg(long, short, default_value = "rule.wasm")]
    output: PathBuf,
}

pub(super) fn new(args: &NewArgs) -> Result<(), Failure> {
    let project = Path::new(&args.name);
    craft::scaffold(&args.name, args.lang, project).map_err(|error| Failure::failed(error.to_string()))?;
    say(&format!(
        "{} is a {} rule that works. Its README says what is where; build it with",
        args.name,
        args.lang.name()
    ));
    say(&format!("  takt plugin build {}", args.name));
    if let Some(missing) = craft::missing(args.lang) {
        say(&format!("before that: {missing}"));
    }
    Ok(())
}

pub(super) async fn build(args: BuildArgs, json: bool) -> Result<(), Failure> {
    let project = &args.project;
    let script = project.join("build");
    let lang = Lang::of(project).filter(|_| script.is_file()).ok_or_else(|| {
        let what = "has no rule that `takt plugin new` began: a script `build` beside Cargo.toml, package.json, rule.py or rule.c";
        Failure::usage(format!("{} {what}", project.display()))
    })?;
    if let Some(missing) = craft::missing(lang) {
        return Err(Failure::failed(missing.to_string()));
    }
    let script = script.canonicalize().map_err(|error| Failure::failed(format!("{}: {error}", script.display())))?;
    let ended = Command::new("bash").arg(script).env("TAKT", craft::this_program()).status();
    match ended {
        Ok(status) if status.success() => {}
        Ok(_) => return Err(Failure::failed("the rule's tests or its build failed: see above")),
        Err(error) => return Err(Failure::failed(format!("bash can't be run: {error}"))),
    }
    check(&CheckArgs { file: project.join("rule.wasm"), contract: None }, json).await
}

pub(super) async fn check(args: &CheckArgs, json: bool) -> Result<(), Failure> {
    let file = args.file.display();
    let component = read_file(&args.file)?;
    if let Some(folder) = &args.contract {
        return fits(&component, args, folder, json);
    }
    let checked = craft::check(&component).await;
    let checked = checked.map_err(|error| Failure::failed(format!("{file}: {error}")))?;
    if json { say_json(&checked) } else { show(&checked, &file.to_string()) }
}

/// Whether a component would fit a host of another contract.
fn fits(component: &[u8], args: &CheckArgs, folder: &Path, json: bool) -> Result<(), Failure> {
    let contract = Contract::read(folder).map_err(|error| Failure::usage(error.to_string()))?;
    let (file, version) = (args.file.display(), contract.version());
    let taken = contract.takes(component);
    if json {
        say_json(
            &json!({"contract": version, "fits": taken.is_ok(), "why": taken.as_ref().err().map(ToString::to_string)}),
        )?;
    }
    match taken {
        Ok(()) if json => Ok(()),
        Ok(()) => {
            say(&format!("{file} fits {version}"));
            Ok(())
        }
        Err(error) => Err(Failure::failed(format!("{file} does not fit {version}: {error}"))),
    }
}

fn show(checked: &Checked, file: &str) -> Result<(), Failure> {
    let Checked { manifest, .. } = checked;
    say(&format!("{file}: {} {}, “{}”, is sound", manifest.name, manifest.version, manifest.title));
    say(&format!("  release  {} ({} bytes)", checked.digest, checked.size));
    let present = Contract::present();
    let adds = match checked.adds.as_slice() {
        [] => String::new(),
        adds => format!("; {} adds {}", present.version(), adds.join(", ")),
    };
    say(&format!("  built for contract {}{adds}", checked.contract));
    let woken = manifest.subscriptions.iter().map(|subscription| subscription.event.as_str());
    let woken = woken.chain(manifest.schedules.iter().map(|schedule| schedule.cron.as_str()));
    let woken = woken.chain(manifest.commands.iter().map(|command| command.name.as_str()));
    say(&format!("  woken by {}", woken.collect::<Vec<_>>().join(", ")));
    for need in &manifest.needs {
        say(&format!("  needs    {}: {}", need.capability, need.reason));
    }
    for need in &checked.not_used {
        say(&format!("  warning  it asks for {need} and imports no interface that wants it"));
    }
    if !checked.not_asked_for.is_empty() {
        say(&format!("  note     it imports, and asks for no capability of: {}", checked.not_asked_for.join(", ")));
    }
    Ok(())
}

pub(super) fn bindings(args: &BindingsArgs) -> Result<(), Failure> {
    let files = craft::bindings_c().map_err(|error| Failure::failed(error.to_string()))?;
    let failed = |error| Failure::failed(format!("{} can't be written: {error}", args.folder.display()));
    fs::create_dir_all(&args.folder).map_err(failed)?;
    files.iter().try_for_each(|(name, bytes)| fs::write(args.folder.join(name), bytes)).map_err(failed)
}

pub(super) fn component(args: &ComponentArgs) -> Result<(), Failure> {
    let made = craft::component(&read_file(&args.module)?).map_err(|error| Failure::failed(error.to_string()))?;
    let failed = |error| Failure::failed(format!("{} can't be written: {error}", args.output.display()));
    fs::write(&args.output, made).map_err(failed)
}
