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
    /// From which address.
    pub address: Option<String>,
    /// With which program, as it calls itself.
    pub agent: Option<String>,
}

/// A person's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// Whose.
    pub user: Id,
    /// What the device shares, sealed: the store can't read it.
    pub secret: String,
    /// Whether it is asked for.
    pub confirmed: bool,
    /// The last step of time whose code was used.
    pub step: u64,
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
