//! Looks whether a store is whole: the database itself, and what must hold between its rows, records and files.
//!
//! It only reads, out of one snapshot, so that a host may work on meanwhile. What must hold stands in [`checks`], as one
//! statement each; what only the program knows of records is in [`records`], and what lies outside the database in
//! [`files`].

mod checks;
mod files;
mod patient;
mod records;

use std::path::Path;

use serde::Serialize;

use super::transfer::Place;
use patient::Patient;

/// Findings of one check that are told one by one.
const TOLD: usize = 20;

/// What came of one check.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// What it is called.
    pub name: &'static str,
    /// What must hold.
    pub holds: &'static str,
    /// How many places there are where it does not.
    pub count: usize,
    /// The first of them.
    pub found: Vec<String>,
    /// What to do about them.
    pub remedy: &'static str,
}

/// Why a store could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// Its tables are those of another release.
    #[error(
        "the database's tables are number {found}, this program's {known}: use the release that wrote them, or start this one's host on it once"
    )]
    OtherRelease {
        /// The newest migration there.
        found: i64,
        /// The newest that this program knows.
        known: i64,
    },
    /// The database.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

/// What came of looking.
pub type Result<T> = std::result::Result<T, DoctorError>;

/// A check under way: what it is, and what it has found.
struct Check {
    name: &'static str,
    holds: &'static str,
    remedy: &'static str,
}

impl Check {
    fn ended(&self, mut found: Vec<String>) -> Checked {
        let Self { name, holds, remedy } = *self;
        let count = found.len();
        found.truncate(TOLD);
        Checked { name, holds, count, found, remedy }
    }
}

/// Looks at a store and the folder of its files.
///
/// # Errors
/// Where the database can't be read at all, or is another release's.
pub async fn examine(place: &Place, attachments: &Path) -> Result<Vec<Checked>> {
    let mut patient = Patient::admit(place).await?;
    let mut all = vec![checks::database(&mut patient).await?];
    all.extend(checks::rows(&mut patient).await?);
    all.extend(records::look(&mut patient).await?);
    all.push(files::components(&mut patient).await?);
    // Files come and go beside the snapshot: what is missing is looked up anew.
    patient.see_anew().await?;
    all.push(files::attachments(&mut patient, attachments).await?);
    Ok(all)
}
