//! `takt bench`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Failure, say, say_json};
use crate::bench::{self, Ground};
use crate::config::Secret;
use crate::crm::id::Id;

/// What to measure.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Seconds for each part.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Records among which pages, changes and reports are measured; a thousand at least.
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(1_000..))]
    records: u64,
    /// The folder whose disk is measured; the system's folder for temporary files without.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// A PostgreSQL server to measure instead of SQLite: `postgres://user:password@host/name`. It gets databases of the
    /// bench's own, which are dropped again.
    #[arg(long, value_name = "URL")]
    database_url: Option<Secret>,
}

/// Measures this machine.
pub(super) async fn run(args: BenchArgs, json: bool) -> Result<(), Failure> {
    if cfg!(debug_assertions) && !json {
        say("This build is not optimised: for figures that count, use `cargo run --release -p takt -- bench`.");
    }
    let dir = args.dir.unwrap_or_else(std::env::temp_dir).join(format!("takt-bench-{}", Id::new()));
    let fault = |error: &dyn std::fmt::Display| Failure::failed(format!("failed to measure: {error}"));
    std::fs::create_dir_all(&dir).map_err(|error| fault(&error))?;
    let ground = Ground { dir: dir.clone(), server: args.database_url.map(|url| url.0) };
    let measured = bench::run(&ground, Duration::from_secs(args.seconds), args.records).await;
    let _ = std::fs::remove_dir_all(&dir);
    let report = measured.map_err(|error| fault(&format!("{error:#}")))?;
    if json {
        return say_json(&report);
    }
    say(report.to_string().trim_end());
    Ok(())
}
