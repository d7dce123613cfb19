//! Outside systems that post to the host.

use crate::crm::instant::Instant;

/// An outside system, and what signs its requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// Which: `telephony`, `mail`.
    pub name: String,
    /// What signs, sealed: the store can't read it.
    pub secret: String,
    /// What signs, too, until then, sealed: the system changes over meanwhile.
    pub previous: Option<(String, Instant)>,
    /// Since when.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
}
