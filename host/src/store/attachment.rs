//! Files of records. The store keeps what they are; what is in them stands in a folder, named by its digest.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::{Actor, Reference};

/// A file of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Attachment {
    /// Its id.
    pub id: Id,
    /// Whose file it is.
    pub record: Reference,
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// How many bytes it has.
    pub size: u64,
    /// SHA-256 of what is in it, hex.
    pub digest: String,
    /// Since when.
    pub at: Instant,
    /// Who put it there.
    pub by: Actor,
}

/// Where the file of that digest is. No folder gets too many files: they are spread by the digest's first two digits.
#[must_use]
pub fn place(folder: &Path, digest: &str) -> PathBuf {
    folder.join(digest.get(..2).unwrap_or("00")).join(digest)
}
