//! Sessions of people and tokens of programs. Secrets are kept as SHA-256 hashes only.

use crate::crm::id::Id;
use crate::crm::instant::Instant;

/// A person signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the cookie's secret.
    pub hash: [u8; 32],
    /// Who.
    pub user: Id,
    /// Since when.
    pub at: Instant,
    /// Until when.
    pub expires_at: Instant,
}

/// A program's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: Id,
    /// What the admin calls it.
    pub name: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    /// What it may do: `leads:read`, `plugins:write`, … or `admin`.
    pub scopes: Vec<String>,
    /// The user it acts for; a program of its own when absent.
    pub user: Option<Id>,
    /// Since when.
    pub at: Instant,
    /// Until when; for ever when absent.
    pub expires_at: Option<Instant>,
}
