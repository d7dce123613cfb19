//! Keys whose signatures of components are trusted.

use crate::crm::instant::Instant;

/// A key that an admin trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedKey {
    /// Whose it is, for people: unique.
    pub name: String,
    /// The public key, in Base64.
    pub key: String,
    /// Since when.
    pub at: Instant,
}
