//! `takt demo`

use super::Failure;
use crate::config::Settings;

/// Plays a lead through a host of its own.
pub(super) async fn run(_settings: Settings) -> Result<(), Failure> {
    Err(Failure::failed("the demo is not there yet"))
}
