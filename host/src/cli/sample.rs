//! `takt sample`

use std::time::Duration;

use clap::Args;
use serde_json::json;

use super::{DataArgs, Failure, say, say_json};
use crate::engine::clock::{Clock as _, SystemClock};
use crate::http::secret;
use crate::sample::{self, Amount, Language, MOST, PEOPLE};
use crate::server::{lock, open_store};

/// Fill an empty database with the records of a believable company: its people, and what they have done for a time. The
/// same seed makes the same records.
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// How many records, about.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=MOST))]
    records: u64,
    /// What makes them others.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What they are written in.
    #[arg(long, value_enum, default_value_t)]
    language: Language,
    /// Over how many days they came to be.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u64).range(1..=3650))]
    days: u64,
    #[command(flatten)]
    data: DataArgs,
}

/// Fills it.
pub(super) async fn run(args: SampleArgs, json: bool) -> Result<(), Failure> {
    let fault = |error: &dyn std::fmt::Display| Failure::failed(format!("no sample data: {error}"));
    let settings = args.data.settings()?;
    let (store, _feed, _claims) = open_store(&settings).await?;
    let _lock = lock(&settings.data)?;
    if store.event_last().await.map_err(|error| fault(&error))? > 0 {
        return Err(Failure::refused("the database has records already: sample data goes into an empty one"));
    }
    let back = Duration::from_secs(args.days * 86_400);
    let amount = Amount { records: args.records, seed: args.seed, language: args.language, back };
    let (company, records) =
        sample::generate(&store, SystemClock.now(), amount).await.map_err(|error| fault(&format!("{error:#}")))?;
    let password = secret::random().map_err(|error| fault(&error))?;
    let password: String = password.chars().take(16).collect();
    let hash = secret::password_hash(password.clone()).await.map_err(|error| fault(&error))?;
    for person in [company.admin, company.head].into_iter().chain(company.members.iter().copied()) {
        store.password_put(person, &hash).await.map_err(|error| fault(&error))?;
    }
    let people = PEOPLE.map(|(_, email)| email);
    if json {
        return say_json(&json!({"records": records, "people": people, "password": password}));
    }
    say(&format!("{records} records. Sign in as {} with the password {password}", people.join(", ")));
    Ok(())
}
