//! `takt backup`, `takt restore`, `takt migrate`

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{DataArgs, Failure, say, say_json};
use crate::config::Settings;
use crate::server::lock;
use crate::store::transfer::{self, Moved, Place, TransferError};

/// Write everything, as it stands at one moment, into a new folder. The host may run meanwhile.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The folder: new or empty. It is then a data folder like any other.
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

/// Bring a backup back into an empty data folder or database.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The folder that `takt backup` wrote.
    #[arg(long, value_name = "FOLDER")]
    from: PathBuf,
    #[command(flatten)]
    data: DataArgs,
}

/// Move a database to another, empty one. Its host must be stopped; files stay in the data folder.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// `sqlite:FOLDER`, the data folder, or `postgres://user:password@host/name`.
    #[arg(long, value_name = "PLACE")]
    from: Endpoint,
    /// As above.
    #[arg(long, value_name = "PLACE")]
    to: Endpoint,
}

/// A place on the command line.
#[derive(Clone)]
struct Endpoint {
    place: Place,
    /// The data folder that is to be locked.
    folder: Option<PathBuf>,
}

impl std::fmt::Debug for Endpoint {
    /// A URL may have a password in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl std::str::FromStr for Endpoint {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(folder) = text.strip_prefix("sqlite:") {
            let settings = Settings { data: folder.into(), ..Settings::default() };
            return Ok(Self { place: settings.place(), folder: Some(settings.data) });
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self { place: Place::Postgres(text.to_owned()), folder: None });
        }
        Err("must be sqlite:FOLDER or postgres://user:password@host/name")
    }
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        Self::failed(format!("{error}. Nothing was moved"))
    }
}

/// Backs up.
pub async fn backup(args: BackupArgs, json: bool) -> Result<(), Failure> {
    let from = args.data.settings()?;
    let to = Settings { data: args.to, ..Settings::default() };
    there(&from.place())?;
    make_empty(&to.data)?;
    // Before, since a file may be deleted meanwhile that a record still names; and after, since one may be added.
    copy_files(&from, &to)?;
    let moved = transfer::copy(&from.place(), &to.place()).await?;
    copy_files(&from, &to)?;
    tell(&moved, json)
}

/// Brings back.
pub async fn restore(args: RestoreArgs, json: bool) -> Result<(), Failure> {
    let from = Settings { data: args.from, ..Settings::default() };
    let to = args.data.settings()?;
    there(&from.place())?;
    std::fs::create_dir_all(&to.data).map_err(|error| fault(&to.data, &error))?;
    let _lock = lock(&to.data)?;
    if to.key().exists() {
        let folder = to.data.display();
        return Err(Failure::failed(format!("{folder} has a host's files already: restore into an empty folder")));
    }
    copy_files(&from, &to)?;
    let moved = transfer::copy(&from.place(), &to.place()).await?;
    tell(&moved, json)
}

/// Moves.
pub async fn migrate(args: MigrateArgs, json: bool) -> Result<(), Failure> {
    let (from, to) = (args.from, args.to);
    there(&from.place)?;
    for folder in to.folder.iter() {
        std::fs::create_dir_all(folder).map_err(|error| fault(folder, &error))?;
    }
    let locks: Result<Vec<_>, _> = from.folder.iter().chain(&to.folder).map(|folder| lock(folder)).collect();
    let _locks = locks?;
    if from.place.hosts().await? > 0 {
        return Err(Failure::failed("a host runs on the source: stop it first, or what it does meanwhile is lost"));
    }
    tell(&transfer::copy(&from.place, &to.place).await?, json)
}

/// A file that is not there would be made.
fn there(place: &Place) -> Result<(), Failure> {
    match place {
        Place::Sqlite(file) if !file.exists() => Err(Failure::failed(format!("there is no {}", file.display()))),
        _ => Ok(()),
    }
}

fn make_empty(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| fault(folder, &error))?;
    let mut entries = std::fs::read_dir(folder).map_err(|error| fault(folder, &error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Failure::failed(format!("{} is not empty: name a new folder", folder.display()))),
    }
}

/// The key that seals secrets, and the files of records: named by their content, so that one that is there is the same.
fn copy_files(from: &Settings, to: &Settings) -> Result<(), Failure> {
    copy_new(&from.key(), &to.key())?;
    copy_new(&from.attachments(), &to.attachments())
}

/// Copies a file or a folder, what is there already left out.
fn copy_new(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| fault(from, &error);
    if from.is_dir() {
        std::fs::create_dir_all(to).map_err(|error| fault(to, &error))?;
        for entry in std::fs::read_dir(from).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            copy_new(&entry.path(), &to.join(entry.file_name()))?;
        }
    } else if from.exists() && !to.exists() {
        match std::fs::copy(from, to) {
            // It may have been taken away meanwhile.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
    }
    Ok(())
}

fn fault(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

fn tell(moved: &[Moved], json: bool) -> Result<(), Failure> {
    if json {
        return say_json(&json!({"tables": moved}));
    }
    for table in moved.iter().filter(|table| table.rows > 0) {
        say(&format!("{:<16} {:>10} rows  {}", table.table, table.rows, table.digest));
    }
    say("All of it was read again on the other side: the same rows, the same digests.");
    Ok(())
}
