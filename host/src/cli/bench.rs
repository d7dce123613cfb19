//! `takt bench`

use clap::Args;

use super::Failure;

/// What to measure.
#[derive(Debug, Args)]
pub struct BenchArgs {}

/// Measures this machine.
pub(super) async fn run(_args: BenchArgs, _json: bool) -> Result<(), Failure> {
    Err(Failure::failed("the benchmark is not there yet"))
}
