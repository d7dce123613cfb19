//! `takt token`

use clap::{Args, Subcommand};

use super::{DataArgs, Failure, say, say_json};
use crate::api::tokens::{TokenDraft, make};
use crate::crm::email;
use crate::crm::kind::Kind;
use crate::engine::clock::{Clock as _, SystemClock};
use crate::server::open_store;

/// What to do with keys of programs.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a key. The host need not run. The key is shown now, and never again.
    Create(CreateArgs),
}

/// Make a key.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// What to call it: it stands in the audit.
    #[arg(long)]
    name: String,
    /// What it may do: `leads:write`, `runs:read`, …, or `admin`. Repeat it, or put commas between.
    #[arg(long = "scope", required = true, value_delimiter = ',')]
    scopes: Vec<String>,
    /// The e-mail address of the user it acts for; a program of its own without.
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    #[command(flatten)]
    data: DataArgs,
}

pub(super) async fn run(TokenCommand::Create(args): TokenCommand, json: bool) -> Result<(), Failure> {
    let settings = args.data.settings()?;
    let (store, _feed, _claims) = open_store(&settings).await?;
    let user = match &args.user {
        None => None,
        Some(text) => {
            let address = email::normalise(text).map_err(|error| Failure::usage(format!("--user {error}")))?;
            let found = store.record_by_key(Kind::User, "email", &address).await;
            let found = found.map_err(|error| Failure::failed(error.to_string()))?;
            Some(found.ok_or_else(|| Failure::refused(format!("there is no user {address}")))?.id)
        }
    };
    let draft = TokenDraft { name: args.name, scopes: args.scopes, user, expires_at: None };
    let made = make(store.as_ref(), draft, SystemClock.now()).await?;
    if json {
        return say_json(&made);
    }
    say(&made.secret);
    Ok(())
}
