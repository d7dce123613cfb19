//! Links that show a paper to whoever has one.

use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;

/// A link to a paper. Its secret is kept as a SHA-256 hash only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id, which is no secret.
    pub id: Id,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// The document or invoice.
    pub record: Reference,
    /// The language that it is shown in, where it was chosen.
    pub language: Option<String>,
    /// The user who made it; absent where a program did.
    pub by: Option<Id>,
    /// Since when.
    pub created_at: Instant,
    /// Until when.
    pub expires_at: Instant,
    /// When it was called back.
    pub revoked_at: Option<Instant>,
    /// How often it was opened.
    pub views: u64,
    /// When last.
    pub last_viewed_at: Option<Instant>,
}

impl Link {
    /// Whether it shows anything at that moment.
    #[must_use]
    pub fn is_open(&self, now: Instant) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
