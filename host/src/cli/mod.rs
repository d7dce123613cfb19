//! The command line.
//!
//! Exit codes: 0 it was done, 1 it failed, 2 the command line or the settings are wrong, 3 the host refused.

mod automation;
mod bench;
mod client;
mod craft;
mod demo;
mod dev;
mod doctor;
mod dry;
mod fixtures;
mod pack;
mod plugin;
mod release;
mod replay;
mod run;
mod sample;
mod secret;
mod serve;
mod sign;
mod token;
mod transfer;
mod user;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use serde::Serialize;

use crate::config::{ConfigError, Flags, Secret, Settings};
use crate::documents::worker;
use crate::http::problem::Problem;
use crate::server::StartError;

/// A host that keeps CRM records and runs automation rules as sandboxed plugins.
#[derive(Debug, Parser)]
#[command(name = "takt", version, about)]
struct Cli {
    /// Write JSON, for programs.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the host.
    Serve(ServeArgs),
    /// Play a scenario on a host of its own: of a lead (notify, accept, task, convert, report), or another.
    Demo(demo::DemoArgs),
    Sample(sample::SampleArgs),
    /// Measure runs per second and the latency of a button.
    Bench(bench::BenchArgs),
    /// Plugins of a running host.
    #[command(subcommand)]
    Plugin(plugin::PluginCommand),
    /// The setup of all rules of a running host, as one file.
    #[command(subcommand)]
    Automation(automation::AutomationCommand),
    /// Runs of a running host.
    #[command(subcommand)]
    Run(run::RunCommand),
    /// People, in the database of the data folder.
    #[command(subcommand)]
    User(user::UserCommand),
    /// Keys of programs, in the database of the data folder.
    #[command(subcommand)]
    Token(token::TokenCommand),
    Doctor(doctor::DoctorArgs),
    Backup(transfer::BackupArgs),
    Restore(transfer::RestoreArgs),
    Migrate(transfer::MigrateArgs),
    /// Typesets what comes in, for a host: see `documents/worker.rs`.
    #[command(hide = true)]
    Render,
}

/// The host's settings.
#[derive(Debug, Args)]
struct ServeArgs {
    /// The settings' file; `takt.toml` where that is there.
    #[arg(long, env = "TAKT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

impl ServeArgs {
    fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::load(self.config.as_deref(), &self.flags)?)
    }
}

/// Where the database is.
#[derive(Debug, Args)]
struct DataArgs {
    /// The settings' file; `takt.toml` where that is there.
    #[arg(long, env = "TAKT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder that everything is kept in.
    #[arg(long, env = "TAKT_DATA", value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Where the database is, where it is not in that folder: `postgres://user:password@host/name`.
    #[arg(long, env = "TAKT_DATABASE_URL", value_name = "URL")]
    database_url: Option<Secret>,
}

impl DataArgs {
    fn settings(&self) -> Result<Settings, Failure> {
        let (data, database_url) = (self.data.clone(), self.database_url.clone());
        let flags = Flags { data, database_url, ..Flags::default() };
        Ok(Settings::load(self.config.as_deref(), &flags)?)
    }
}

/// Why a command was not done.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    message: String,
}

impl Failure {
    /// It failed: exit code 1.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { code: 1, message: message.into() }
    }

    /// The command line or the settings are wrong: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self { code: 2, message: message.into() }
    }

    /// The host refused: exit code 3.
    pub fn refused(message: impl Into<String>) -> Self {
        Self { code: 3, message: message.into() }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::failed(error.to_string())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let client = problem.status().is_client_error();
        let message = problem.details().detail;
        if client { Self::refused(message) } else { Self::failed(message) }
    }
}

/// Runs the command that the process was called with.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Render) {
        return ended(worker::run().map_err(|error| Failure::failed(error.to_string())));
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(Err(Failure::failed(format!("no threads can be started: {error}")))),
    };
    ended(runtime.block_on(done(cli)))
}

async fn done(cli: Cli) -> Result<(), Failure> {
    let json = cli.json;
    match cli.command {
        Command::Serve(args) => serve::run(args.settings()?, json).await,
        Command::Demo(args) => demo::run(args).await,
        Command::Bench(args) => bench::run(args, json).await,
        Command::Plugin(command) => plugin::run(command, json).await,
        Command::Automation(command) => automation::run(command, json).await,
        Command::Run(command) => run::run(command, json).await,
        Command::User(command) => user::run(command, json).await,
        Command::Token(command) => token::run(command, json).await,
        Command::Sample(args) => sample::run(args, json).await,
        Command::Doctor(args) => doctor::run(args, json).await,
        Command::Backup(args) => transfer::backup(args, json).await,
        Command::Restore(args) => transfer::restore(args, json).await,
        Command::Migrate(args) => transfer::migrate(args, json).await,
        // It needs no threads of the runtime, and is done before there are any.
        Command::Render => Ok(()),
    }
}

#[expect(clippy::print_stderr, reason = "errors of a command go there")]
fn ended(outcome: Result<(), Failure>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            eprintln!("takt: {message}");
            ExitCode::from(code)
        }
    }
}

/// What is in a file.
fn read_file(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::failed(format!("{} can't be read: {error}", file.display())))
}

/// Writes a line for people.
fn say(line: &str) {
    use std::io::Write as _;
    // Whoever reads may have gone: `takt run list | head`.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Writes a value for programs.
fn say_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::failed(error.to_string()))?;
    say(&text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    /// The commands in the ```sh blocks of a text, word by word.
    fn shown(text: &str) -> Vec<Vec<String>> {
        let blocks = text.split("```sh\n").skip(1).filter_map(|block| block.split("```").next());
        let lines = blocks.flat_map(str::lines).filter(|line| line.starts_with("takt "));
        lines.map(words).collect()
    }

    /// Splits at blanks, but not within single quotes.
    fn words(line: &str) -> Vec<String> {
        let parts = line.split('\'').enumerate();
        parts
            .flat_map(|(at, part)| match at % 2 {
                0 => part.split_whitespace().map(str::to_owned).collect(),
                _ => vec![part.to_owned()],
            })
            .collect()
    }

    const GUIDES: [&str; 4] = [
        include_str!("../../GUIDE.md"),
        include_str!("../../RECORDS.md"),
        include_str!("../../../README.md"),
        include_str!("../../../plugins/GUIDE.md"),
    ];

    #[test]
    fn the_guides_show_commands_that_there_are() {
        let id = crate::crm::id::Id::new().to_string();
        for text in GUIDES {
            let commands = shown(text);
            assert!(!commands.is_empty());
            for command in commands {
                let words = command.iter().map(|word| if word == "ID" { id.clone() } else { word.clone() });
                let parsed = Cli::try_parse_from(words);
                assert!(parsed.is_ok(), "{}: {}", command.join(" "), parsed.unwrap_err());
            }
        }
    }

    #[test]
    fn what_runs_the_host_as_a_service_calls_it_by_commands_that_there_are() {
        let unit = include_str!("../../deploy/takt.service");
        let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/")).unwrap();
        let container = include_str!("../../deploy/Containerfile");
        let list = |name: &str| -> Vec<String> {
            let line = container.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            serde_json::from_str(line).unwrap()
        };
        for command in [words(start), [list("ENTRYPOINT "), list("CMD ")].concat()] {
            let parsed = Cli::try_parse_from(&command);
            assert!(parsed.is_ok(), "{}: {}", command.join(" "), parsed.unwrap_err());
            assert!(matches!(parsed.unwrap().command, Command::Serve(_)), "{}", command.join(" "));
        }
    }

    /// Method and path of the endpoints that stand in backticks: `GET /health/live`.
    fn endpoints(text: &str) -> impl Iterator<Item = (&str, String)> {
        let codes = text.split('`').skip(1).step_by(2).filter_map(|code| code.split_once(" /"));
        codes
            .filter(|(method, _)| method.chars().all(|c| c.is_ascii_uppercase()))
            .map(|(method, path)| (method, format!("/{}", path.split('?').next().unwrap_or_default())))
    }

    #[test]
    fn the_guides_show_endpoints_that_there_are() {
        let table = crate::api::table::table();
        let mut count = 0;
        for (method, path) in GUIDES.into_iter().flat_map(endpoints) {
            count += 1;
            assert!(
                table.iter().any(|rule| rule.method.as_str() == method && rule.path == path),
                "there is no {method} {path}"
            );
        }
        assert!(count > 5);
    }

    #[test]
    fn the_guide_names_every_measurement() {
        let guide = include_str!("../../GUIDE.md");
        let sources = [
            include_str!("../api/health.rs"),
            include_str!("../engine/alert.rs"),
            include_str!("../engine/outbox.rs"),
            include_str!("../engine/run.rs"),
            include_str!("../engine/sweep.rs"),
            include_str!("../http/layers.rs"),
            include_str!("../http/pressure.rs"),
            include_str!("../store/sql/writer.rs"),
        ];
        let named = sources.into_iter().flat_map(|source| source.split("!(\"takt_").skip(1));
        for name in named.filter_map(|rest| rest.split('"').next()) {
            assert!(guide.contains(&format!("`takt_{name}`")), "takt_{name}");
        }
    }

    #[test]
    fn every_setting_is_documented() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        for argument in serve.get_arguments() {
            assert!(argument.get_help().is_some(), "{}", argument.get_id());
        }
    }
}
