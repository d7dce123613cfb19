//! `takt demo`: a host with a sample company, on which a lead is played through intake, or another scenario, over the
//! public API alone.

mod play;
mod script;
mod week;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::client::Client;
use super::serve::{log, stop_signal};
use super::{Failure, ServeArgs, say};
use crate::api::tokens::{TokenDraft, make};
use crate::config::Settings;
use crate::crm::id::Id;
use crate::engine::Engine;
use crate::engine::clock::SystemClock;
use crate::http::secret;
use crate::sample::{self, Company};
use crate::server::{Server, StartError};

/// The people of the demo, each with a key of their own, and the web form's.
pub(super) struct Cast {
    pub(super) engine: Engine,
    pub(super) admin: Client,
    pub(super) head: Client,
    pub(super) anna: Client,
    pub(super) boris: Client,
    pub(super) form: Client,
    /// The admin's key, for the tour.
    pub(super) key: String,
}

/// What is played on which host.
#[derive(Debug, clap::Args)]
pub struct DemoArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// The scenario that is played.
    #[arg(long, value_enum, default_value_t = Scenario::S1)]
    play: Scenario,
}

/// What can be played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "verbatim")]
pub(super) enum Scenario {
    /// Lead intake: offered, accepted by the first, converted; the deal moves on (with S7).
    S1,
    /// Documents are collected, prepared and sent.
    S2,
    /// A contract is approved.
    S3,
    /// An invoice is issued and paid.
    S4,
    /// A contact is made of a call.
    S5,
    /// A lead waits, and comes back.
    S6,
    /// The head is told of a deal's stages.
    S7,
    /// A meeting, its answers and reminders.
    S8,
    /// Leads are distributed by their parameters.
    S9,
    /// Clients are written to.
    S10,
    /// A deal moves on by itself.
    S11,
    /// The figures of a day, and the digest of a week.
    S12,
    /// A task is due.
    S13,
    /// What is on record.
    S14,
}

impl Scenario {
    /// Its scene. Intake is more than a scene can say.
    const fn scene(self) -> Option<&'static str> {
        Some(match self {
            Self::S1 => return None,
            Self::S2 => include_str!("scenes/s2.json"),
            Self::S3 => include_str!("scenes/s3.json"),
            Self::S4 => include_str!("scenes/s4.json"),
            Self::S5 => include_str!("scenes/s5.json"),
            Self::S6 => include_str!("scenes/s6.json"),
            Self::S7 => include_str!("scenes/s7.json"),
            Self::S8 => include_str!("scenes/s8.json"),
            Self::S9 => include_str!("scenes/s9.json"),
            Self::S10 => include_str!("scenes/s10.json"),
            Self::S11 => include_str!("scenes/s11.json"),
            Self::S12 => include_str!("scenes/s12.json"),
            Self::S13 => include_str!("scenes/s13.json"),
            Self::S14 => include_str!("scenes/s14.json"),
        })
    }
}

/// Plays a scenario on a host of its own, and leaves the host running.
pub(super) async fn run(args: DemoArgs) -> Result<(), Failure> {
    let mut settings = args.serve.settings()?;
    if settings.log == Settings::default().log {
        "warn".clone_into(&mut settings.log);
    }
    log(&settings)?;
    let stop = stop_signal()?;
    let scratch = own_folder(&mut settings)?;
    say("Takt demo: starting a host with a sample company (the first start compiles the plugins) …");
    let mut server = start(&mut settings).await?;
    let address = format!("http://{}", server.address);
    let password = secret::random().map_err(|error| Failure::failed(error.to_string()))?;
    let password: String = password.chars().take(16).collect();
    let company = sample::company(&server.engine).await.map_err(|error| Failure::failed(error.to_string()))?;
    let people = [company.admin, company.head].into_iter().chain(company.members.iter().copied());
    let hash = secret::password_hash(password.clone()).await.map_err(|error| Failure::failed(error.to_string()))?;
    for person in people {
        server.engine.store().password_put(person, &hash).await.map_err(|error| Failure::failed(error.to_string()))?;
    }
    let cast = cast(&server, &address, &company).await?;
    match args.play.scene() {
        None => play::intake(&cast).await?,
        Some(scene) => script::play(&cast, &company, scene).await?,
    }
    week::fill(&cast, &company).await?;
    say(&farewell(&address, &password, &cast.key, &settings.data));
    tokio::select! {
        () = stop => {}
        ended = server.ended() => return Err(Failure::failed(format!("the server ended: {:?}", ended.err()))),
    }
    server.stop().await;
    if let Some(scratch) = scratch {
        // Left behind it would only take room: the next demo makes its own.
        let _ = std::fs::remove_dir_all(scratch);
    }
    Ok(())
}

/// A fresh folder, unless one was given: the demo makes a company, and that only once.
fn own_folder(settings: &mut Settings) -> Result<Option<PathBuf>, Failure> {
    if settings.data != Settings::default().data {
        if settings.database().exists() {
            let data = settings.data.display();
            return Err(Failure::usage(format!("{data} has a database already: give the demo a folder of its own")));
        }
        return Ok(None);
    }
    settings.data = std::env::temp_dir().join(format!("takt-demo-{}", Id::new()));
    Ok(Some(settings.data.clone()))
}

/// Where the usual port is taken, any free one does.
async fn start(settings: &mut Settings) -> Result<Server, Failure> {
    match Server::start(settings, Arc::new(SystemClock)).await {
        Err(StartError::Listen { address, .. }) if address == Settings::default().listen => {
            settings.listen = SocketAddr::from(([127, 0, 0, 1], 0));
            Ok(Server::start(settings, Arc::new(SystemClock)).await?)
        }
        started => Ok(started?),
    }
}

async fn cast(server: &Server, address: &str, company: &Company) -> Result<Cast, Failure> {
    let key = async |name: &str, user: Option<Id>, scope: &str| {
        let draft = TokenDraft { name: name.to_owned(), scopes: vec![scope.to_owned()], user, expires_at: None };
        let made = make(server.engine.store().as_ref(), draft, server.engine.now()).await?;
        Ok::<_, Failure>(made.secret)
    };
    let client = |key: String| Client::new(address.to_owned(), key);
    let admin = key("demo-admin", Some(company.admin), "admin").await?;
    Ok(Cast {
        admin: client(admin.clone()),
        head: client(key("demo-head", Some(company.head), "admin").await?),
        anna: client(key("demo-anna", company.members.first().copied(), "admin").await?),
        boris: client(key("demo-boris", company.members.get(1).copied(), "admin").await?),
        form: client(key("web-form", None, "leads:write").await?),
        engine: server.engine.clone(),
        key: admin,
    })
}

fn farewell(address: &str, password: &str, key: &str, data: &std::path::Path) -> String {
    let people: Vec<String> = sample::PEOPLE.iter().map(|(name, email)| format!("  {email:<26} {name}")).collect();
    format!(
        "\nThe host runs on. Everything you saw is there, and a week's work beside it:\n\n  \
         the console        {address}\n  \
         API and its docs   {address}/docs\n  \
         a tour with curl   {address}/docs/tour.txt\n  \
         data               {data}\n\n\
         Sign in to the console with the password {password} as one of\n{people}\n\n\
         The tour begins with\n\n  \
         export TAKT={address} TOKEN={key} PASSWORD={password}\n\n\
         For example, what Helga, the head of sales, was told:\n\n  \
         curl -s -c /tmp/takt.cookies {address}/api/v1/session \\\n    \
         -H 'content-type: application/json' -d '{{\"email\":\"helga@nordlicht.example\",\"password\":\"{password}\"}}'\n  \
         curl -s -b /tmp/takt.cookies {address}/api/v1/inbox\n\n\
         Ctrl-C stops it.",
        data = data.display(),
        people = people.join("\n"),
    )
}
