//! `takt user`

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{DataArgs, Failure, say, say_json};
use crate::crm::entity::Setting;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::organisation::Organisation;
use crate::crm::record::Actor;
use crate::engine::clock::{Clock as _, SystemClock};
use crate::http::secret;
use crate::server::open_store;
use crate::store::Store;
use crate::store::commit::Commit;
use crate::unit::{Author, Unit};

/// What to do with people.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Make a user: the first admin, say. The host need not run.
    Add(AddArgs),
}

/// Make a user.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The e-mail address that the user signs in with.
    #[arg(long)]
    email: String,
    /// What the user is called.
    #[arg(long)]
    name: String,
    /// What the user may do.
    #[arg(long, value_enum, default_value = "member")]
    role: RoleArg,
    /// The key of the department.
    #[arg(long, value_name = "KEY")]
    department: Option<String>,
    /// BCP 47 tag of the user's language.
    #[arg(long, default_value = "en")]
    language: String,
    /// Read the password from the first line of stdin; without it one is made and shown.
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    data: DataArgs,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
    /// Everything.
    Admin,
    /// What a member may, for the whole department.
    Head,
    /// Their own work.
    Member,
}

impl RoleArg {
    const fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Head => "head",
            Self::Member => "member",
        }
    }
}

pub(super) async fn run(UserCommand::Add(args): UserCommand, json: bool) -> Result<(), Failure> {
    let (password, made) = if args.password_stdin {
        (read_password()?, false)
    } else {
        (secret::random().map_err(|error| Failure::failed(error.to_string()))?.chars().take(20).collect(), true)
    };
    if let Some(fault) = secret::password_fault(&password) {
        return Err(Failure::usage(format!("the password {fault}")));
    }
    let settings = args.data.settings()?;
    let (store, _feed, _claims) = open_store(&settings).await?;
    let id = add(store.as_ref(), store.clone(), &args).await?;
    let hash = secret::password_hash(password.clone()).await.map_err(|error| Failure::failed(error.to_string()))?;
    store.password_put(id, &hash).await.map_err(|error| Failure::failed(error.to_string()))?;
    let shown = made.then_some(password);
    if json {
        return say_json(&json!({"id": id, "email": args.email, "password": shown}));
    }
    say(&format!("{} is user {id}", args.name));
    if let Some(password) = shown {
        say(&format!("password: {password}"));
    }
    Ok(())
}

async fn add(reader: &dyn Store, store: std::sync::Arc<dyn Store>, args: &AddArgs) -> Result<Id, Failure> {
    let fault = |error: &dyn std::fmt::Display| Failure::failed(error.to_string());
    let department = match &args.department {
        None => None,
        Some(key) => {
            let found = reader.record_by_key(Kind::Department, "key", key).await.map_err(|error| fault(&error))?;
            Some(found.ok_or_else(|| Failure::refused(format!("there is no department `{key}`")))?.id)
        }
    };
    let organisation = Organisation::default();
    let now = SystemClock.now();
    let setting = Setting { now, region: organisation.region.clone(), ..Setting::default() };
    let mut unit = Unit::new(store, Author::Caller, setting, organisation.language.as_str().into());
    let user = json!({
        "name": args.name, "email": args.email, "role": args.role.name(), "department": department, "language": args.language,
    });
    let Value::Object(user) = user else { return Err(Failure::failed("a user must be an object")) };
    let made = unit.create(Kind::User, user).await.map_err(|error| Failure::refused(error.to_string()))?;
    let commit =
        Commit { changes: unit.finish().changes, ..Commit::new(now, Actor::System("takt user add".to_owned())) };
    reader.commit(commit).await.map_err(|error| fault(&error))?;
    Ok(made.id)
}

fn read_password() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).map_err(|error| Failure::failed(format!("stdin: {error}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}
