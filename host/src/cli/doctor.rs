//! `takt doctor`

use clap::Args;
use serde_json::json;

use super::{DataArgs, Failure, say, say_json};
use crate::store::doctor::{self, Checked, DoctorError};

/// Look whether everything in the data folder and the database is as it must be. Changes nothing; the host may run meanwhile.
///
/// Exit codes: 0 all is well, 1 something is not, 2 it could not be looked at.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    #[command(flatten)]
    data: DataArgs,
}

impl From<DoctorError> for Failure {
    fn from(error: DoctorError) -> Self {
        Self::usage(error.to_string())
    }
}

/// Looks, and tells.
pub async fn run(args: DoctorArgs, json: bool) -> Result<(), Failure> {
    let settings = args.data.settings()?;
    let checks = doctor::examine(&settings.place(), &settings.attachments()).await?;
    let ill = checks.iter().filter(|check| check.count > 0).count();
    if json {
        say_json(&json!({"healthy": ill == 0, "checks": checks}))?;
    } else {
        checks.iter().for_each(tell);
    }
    match ill {
        0 => Ok(()),
        ill => Err(Failure::failed(format!("{ill} of {} checks found something", checks.len()))),
    }
}

fn tell(check: &Checked) {
    if check.count == 0 {
        return say(&format!("ok     {:<18} {}", check.name, check.holds));
    }
    say(&format!("WRONG  {:<18} it does not hold that {}", check.name, check.holds));
    for found in &check.found {
        say(&format!("       - {found}"));
    }
    if check.count > check.found.len() {
        say(&format!("       - and {} more", check.count - check.found.len()));
    }
    say(&format!("       What to do: {}.", check.remedy));
}
