//! Moves everything that a store keeps to another: SQLite to PostgreSQL and back, and into the SQLite file of a backup.
//!
//! Tables are copied as they stand, row by row, out of one snapshot and into one transaction, and what arrived is read
//! again: a table is moved when both sides have as many rows with the same digest. What hosts know of each other
//! (`node`, `posting`) is not part of it.

mod cell;
mod postgres;
mod sqlite;

use std::collections::BTreeMap;
use std::path::PathBuf;

use async_trait::async_trait;
use futures::TryStreamExt as _;
use futures::stream::BoxStream;

use self::cell::{Cell, Digest};

/// Rows written at once.
const BATCH: usize = 500;
/// What hosts know of each other, and what sqlx knows of the tables: not part of what is kept.
const LEFT_OUT: [&str; 3] = ["_sqlx_migrations", "node", "posting"];

/// Where a store is.
#[derive(Debug, Clone)]
pub enum Place {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// The URL of a PostgreSQL database.
    Postgres(String),
}

impl Place {
    /// How many hosts work on it now. Who works on a SQLite file has locked its folder instead.
    ///
    /// # Errors
    /// The database's.
    pub async fn hosts(&self) -> Result<i64> {
        match self {
            Self::Sqlite(_) => Ok(0),
            Self::Postgres(url) => postgres::hosts(url).await,
        }
    }
}

/// A table that was moved.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Moved {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// Of all its rows, in hexadecimal; their order does not matter.
    pub digest: String,
}

/// Why nothing was moved: the target is as it was.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The target has something already.
    #[error("the target's table `{0}` is not empty: it takes an empty database, so that nothing is mixed or lost")]
    NotEmpty(String),
    /// The source's tables are those of another release.
    #[error(
        "the source's tables are number {found}, this program's {known}: use the release that wrote them, or start this one's host on it once"
    )]
    OtherRelease {
        /// The newest migration in the source.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The two do not fit.
    #[error("table `{table}`: {reason}")]
    Table {
        /// Which.
        table: String,
        /// Why.
        reason: String,
    },
    /// What arrived is not what was sent.
    #[error("table `{0}` did not arrive as it was sent")]
    Differs(String),
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The target's tables could not be made.
    #[error("database: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
}

/// What came of moving.
pub type Result<T> = std::result::Result<T, TransferError>;

/// Copies all tables of a store into an empty one. The source is read as it stands at one moment, and may go on meanwhile.
///
/// # Errors
/// The target is empty then, as it was.
pub async fn copy(from: &Place, to: &Place) -> Result<Vec<Moved>> {
    let mut source = open_source(from).await?;
    let mut target = open_target(to).await?;
    let (tables, theirs) = (source.tables().await?, target.tables().await?);
    let mut moved = Vec::new();
    for (table, from) in &tables {
        let to = theirs.get(table).map_or(&[][..], Vec::as_slice);
        let pair = Pair::new(table, from, to)?;
        if digest(&mut *target, &pair, to).await?.rows > 0 {
            return Err(TransferError::NotEmpty(table.clone()));
        }
        let sent = copy_table(&mut *source, &mut *target, &pair).await?;
        if digest(&mut *target, &pair, to).await? != sent {
            return Err(TransferError::Differs(table.clone()));
        }
        moved.push(Moved { table: table.clone(), rows: sent.rows, digest: sent.to_string() });
    }
    target.finish().await?;
    Ok(moved)
}

async fn copy_table(source: &mut dyn Side, target: &mut dyn Side, pair: &Pair<'_>) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut waiting = Vec::with_capacity(BATCH);
    let mut rows = source.rows(pair.table, pair.from);
    while let Some(row) = rows.try_next().await? {
        digest.add(&row, &pair.json);
        waiting.push(row);
        if waiting.len() == BATCH {
            target.insert(pair.table, pair.to, std::mem::take(&mut waiting)).await?;
        }
    }
    if !waiting.is_empty() {
        target.insert(pair.table, pair.to, waiting).await?;
    }
    Ok(digest)
}

async fn digest(side: &mut dyn Side, pair: &Pair<'_>, columns: &[Column]) -> Result<Digest> {
    let mut digest = Digest::default();
    let mut rows = side.rows(pair.table, columns);
    while let Some(row) = rows.try_next().await? {
        digest.add(&row, &pair.json);
    }
    Ok(digest)
}

/// A table on both sides.
struct Pair<'a> {
    table: &'a str,
    from: &'a [Column],
    to: &'a [Column],
    /// Which columns hold JSON that one of the databases writes in its own way.
    json: Vec<bool>,
}

impl<'a> Pair<'a> {
    fn new(table: &'a str, from: &'a [Column], to: &'a [Column]) -> Result<Self> {
        if !from.iter().map(|column| &column.name).eq(to.iter().map(|column| &column.name)) {
            let reason = "its columns are not those of the target".to_owned();
            return Err(TransferError::Table { table: table.to_owned(), reason });
        }
        let json = from.iter().zip(to).map(|(one, other)| [one.shape, other.shape].contains(&Shape::Json)).collect();
        Ok(Self { table, from, to, json })
    }
}

/// A column of a table.
#[derive(Debug, Clone)]
struct Column {
    name: String,
    shape: Shape,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Integer,
    Flag,
    Text,
    /// JSON that the database writes in its own way.
    Json,
    Bytes,
    /// What each value says: SQLite's columns hold anything.
    Any,
}

/// Tables by name, with their columns in the order of their names.
type Tables = BTreeMap<String, Vec<Column>>;

/// One of the two stores, within one transaction.
#[async_trait]
trait Side: Send {
    async fn tables(&mut self) -> Result<Tables>;
    fn rows<'a>(&'a mut self, table: &'a str, columns: &'a [Column]) -> BoxStream<'a, Result<Vec<Cell>>>;
    async fn insert(&mut self, table: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> Result<()>;
    /// Keeps what was inserted; what is not finished was never there.
    async fn finish(self: Box<Self>) -> Result<()>;
}

async fn open_source(place: &Place) -> Result<Box<dyn Side>> {
    Ok(match place {
        Place::Sqlite(file) => Box::new(sqlite::Sqlite::source(file).await?),
        Place::Postgres(url) => Box::new(postgres::Postgres::source(url).await?),
    })
}

async fn open_target(place: &Place) -> Result<Box<dyn Side>> {
    Ok(match place {
        Place::Sqlite(file) => Box::new(sqlite::Sqlite::target(file).await?),
        Place::Postgres(url) => Box::new(postgres::Postgres::target(url).await?),
    })
}

/// Whether the tables of a source are this program's.
fn check_release(found: Option<i64>, known: &sqlx::migrate::Migrator) -> Result<()> {
    let (found, known) = (found.unwrap_or(0), known.iter().map(|migration| migration.version).max().unwrap_or(0));
    if found == known { Ok(()) } else { Err(TransferError::OtherRelease { found, known }) }
}

/// Names are those of the database's own catalogue.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn listed(columns: &[Column], say: impl FnMut(&Column) -> String) -> String {
    columns.iter().map(say).collect::<Vec<_>>().join(", ")
}
