//! `takt bench`

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::{Failure, say, say_json};
use crate::bench;
use crate::crm::id::Id;

/// What to measure.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// Seconds for each part.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The folder whose disk is measured; the system's folder for temporary files without.
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

/// Measures this machine.
pub(super) async fn run(args: BenchArgs, json: bool) -> Result<(), Failure> {
    if cfg!(debug_assertions) && !json {
        say("This build is not optimised: for figures that count, use `cargo run --release -p takt -- bench`.");
    }
    let dir = args.dir.unwrap_or_else(std::env::temp_dir).join(format!("takt-bench-{}", Id::new()));
    let fault = |error: &dyn std::fmt::Display| Failure::failed(format!("failed to measure: {error}"));
    std::fs::create_dir_all(&dir).map_err(|error| fault(&error))?;
    let measured = bench::run(&dir, Duration::from_secs(args.seconds)).await;
    let _ = std::fs::remove_dir_all(&dir);
    let report = measured.map_err(|error| fault(&format!("{error:#}")))?;
    if json {
        return say_json(&report);
    }
    say(report.to_string().trim_end());
    Ok(())
}
