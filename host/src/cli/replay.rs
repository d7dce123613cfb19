//! `takt run replay` and `takt run fixture`: a run again, on this machine.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::client::HostArgs;
use super::{Failure, read_file, say, say_json};
use crate::craft;
use crate::crm::id::Id;
use crate::wasm::Component;
use crate::wasm::call::Ending;
use crate::wasm::journal::Journal;
use crate::wasm::runtime::{Replayed, Runtime};

/// Play a run again on this machine, to the letter: the guest is told what its journal says, as long as it asks the
/// same. Nothing is written anywhere.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The run; its journal and its component are fetched from the host.
    #[arg(required_unless_present = "journal", conflicts_with = "journal")]
    id: Option<Id>,
    /// Instead of a run: a fixture that `takt run fixture` wrote. It wants --component.
    #[arg(long, value_name = "FILE", requires = "component")]
    journal: Option<PathBuf>,
    /// Another build of the plugin: shows at which call of the host it departs.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
}

/// Write a run's journal as a fixture for tests, with personal data masked: each letter an x, each digit a 0.
#[derive(Debug, Args)]
pub struct FixtureArgs {
    /// The run.
    id: Id,
    /// The file to write; stdout where it is left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    host: HostArgs,
}

pub(super) async fn replay(args: ReplayArgs, json: bool) -> Result<(), Failure> {
    let (journal, component) = match (args.journal, args.component) {
        (Some(file), Some(component)) => (read(&file)?, read_file(&component)?),
        (_, component) => {
            let id = args.id.ok_or_else(|| Failure::usage("name a run, or a fixture with --journal"))?;
            let client = args.host.client()?;
            let journal = journal(client.get(&format!("/api/v1/runs/{id}/journal"), &[]).await?)?;
            let component = match component {
                Some(file) => read_file(&file)?,
                None => client.download(&format!("/api/v1/releases/{}", journal.release)).await?,
            };
            (journal, component)
        }
    };
    let failed = |error: String| Failure::failed(error);
    let runtime = Runtime::new(None, 1).map_err(|error| failed(error.to_string()))?;
    let component = runtime.compile(component.into()).await.map_err(|error| failed(error.to_string()))?;
    let played = play(&runtime, &component, journal).await?;
    if json {
        say_json(&played.told())?;
    } else {
        played.show();
    }
    if played.same { Ok(()) } else { Err(Failure::failed("the replay differs from the run")) }
}

/// A journal in a file.
pub(super) fn read(file: &Path) -> Result<Journal, Failure> {
    serde_json::from_slice(&read_file(file)?)
        .map_err(|error| Failure::usage(format!("{} is no journal: {error}", file.display())))
}

/// A run that was played again.
pub(super) struct Played {
    /// Whether it came to the same, call by call.
    pub same: bool,
    same_build: bool,
    then: (String, Option<String>, usize),
    now: (&'static str, Option<String>),
    replayed: Replayed,
}

/// Plays a run again.
pub(super) async fn play(runtime: &Runtime, component: &Component, journal: Journal) -> Result<Played, Failure> {
    let then = (journal.outcome.name().to_owned(), journal.error.clone(), journal.calls.len());
    let same_build = journal.release == component.digest();
    let log = journal.log.clone();
    let replayed = runtime.replay(component, journal).await.map_err(|error| Failure::failed(error.to_string()))?;
    let now = told(&replayed.ending);
    let same = replayed.departure.is_none() && (now.0, &now.1) == (then.0.as_str(), &then.1) && replayed.log == log;
    Ok(Played { same, same_build, then, now, replayed })
}

impl Played {
    /// For programs.
    pub(super) fn told(&self) -> Value {
        json!({
            "same": self.same, "same_build": self.same_build, "outcome": self.now.0, "error": self.now.1,
            "fuel": self.replayed.fuel, "log": self.replayed.log, "departure": self.replayed.departure,
        })
    }

    /// For people.
    pub(super) fn show(&self) {
        let Self { then, now, replayed, .. } = self;
        for line in &replayed.log {
            say(&format!("  {:<5} {}", line.level, line.message));
        }
        let why = |error: &Option<String>| error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
        match &replayed.departure {
            Some(departure) => {
                let or = |side: &Option<String>, none: &str| side.clone().unwrap_or_else(|| none.to_owned());
                say(&format!("departs at call {} of {}", departure.at, then.2));
                say(&format!("  then  {}", or(&departure.journalled, "the run had ended")));
                say(&format!("  now   {}", or(&departure.asked, "the run has ended")));
            }
            None => say(&format!("all {} calls are the same ({} fuel)", then.2, replayed.fuel)),
        }
        say(&format!("then {}{}", then.0, why(&then.1)));
        say(&format!("now  {}{}", now.0, why(&now.1)));
    }
}

/// An ending as the history has it.
fn told(ending: &Ending) -> (&'static str, Option<String>) {
    let (outcome, error) = crate::engine::outcome_of(ending);
    (outcome.name(), error)
}

pub(super) async fn fixture(args: FixtureArgs) -> Result<(), Failure> {
    let found = args.host.client()?.get(&format!("/api/v1/runs/{}/journal", args.id), &[]).await?;
    let masked = craft::mask(found);
    let Some(file) = args.output else { return say_json(&masked) };
    let text = serde_json::to_string_pretty(&masked).map_err(|error| Failure::failed(error.to_string()))?;
    std::fs::write(&file, text + "\n")
        .map_err(|error| Failure::failed(format!("{} can't be written: {error}", file.display())))?;
    say(&format!("{} is written; look through it before you share it", file.display()));
    Ok(())
}

fn journal(value: Value) -> Result<Journal, Failure> {
    serde_json::from_value(value)
        .map_err(|error| Failure::failed(format!("the host's journal is of another version: {error}")))
}
