//! Taking a person out of everything that is kept.

use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Actor;
use crate::crm::redaction::Redaction;

/// Whom to take out, and of what.
#[derive(Debug, Clone)]
pub struct Erasure {
    /// When.
    pub at: Instant,
    /// Who does it.
    pub actor: Actor,
    /// The person's own records.
    pub own: Vec<Id>,
    /// Records that are about the person.
    pub about: Vec<Id>,
    /// Their phone numbers and e-mail addresses: deleted records that have one are their own, too.
    pub keys: Vec<String>,
    /// What names the person.
    pub redaction: Redaction,
}
