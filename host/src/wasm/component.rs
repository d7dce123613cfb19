//! A compiled component, and why one is refused.

use std::fmt;
use std::sync::Arc;

use super::bindings::PluginPre;
use super::call::Budget;
use super::inspect::{Asked, LARGEST, SERVED};
use super::state::State;
use crate::crm::invalid::Invalid;

/// A compiled component, linked and ready to be instantiated. Cheap to clone.
#[derive(Clone)]
pub struct Component(Arc<Inner>);

struct Inner {
    digest: String,
    asked: Asked,
    pre: PluginPre<State>,
}

impl Component {
    pub(super) fn new(digest: String, asked: Asked, pre: PluginPre<State>) -> Self {
        Self(Arc::new(Inner { digest, asked, pre }))
    }

    /// SHA-256 of the component, hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The interfaces that it imports, with their versions.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.0.asked.imports
    }

    /// The contract's version that it is built for.
    #[must_use]
    pub fn contract(&self) -> &str {
        &self.0.asked.contract
    }

    pub(super) fn pre(&self) -> &PluginPre<State> {
        &self.0.pre
    }
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component").field("digest", &self.digest()).finish_non_exhaustive()
    }
}

/// Why a component is refused. The texts are for the person who uploads it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadComponent {
    /// Larger than any may be.
    #[error("the component has {bytes} bytes; at most {LARGEST} (64 MiB) are taken")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not a component.
    #[error("the file is {0}")]
    NotAComponent(&'static str),
    /// A component, and not a whole one.
    #[error("the component is malformed: {0}")]
    Malformed(String),
    /// Made for another version of the contract.
    #[error("the component is built for takt:crm@{found}; this host serves {SERVED}")]
    Contract {
        /// That version; empty where it names none.
        found: String,
    },
    /// No plugin.
    #[error("the component exports no interface takt:crm/rule: it is no plugin")]
    NoRule,
    /// It wants what this host does not give.
    #[error("the component imports what this host does not give: {}{}", .unknown.join(", "), and_more(*.more))]
    Imports {
        /// The first of those imports.
        unknown: Vec<String>,
        /// How many others there are.
        more: usize,
    },
    /// It imports or exports something of the right name and the wrong type, or needs too many memories or tables.
    #[error("the component does not fit this host: {0}")]
    Misfit(String),
    /// `describe` trapped.
    #[error("the component's `describe` failed: {0}")]
    Trap(String),
    /// `describe` used a budget up.
    #[error("the component's `describe` used up its budget of {}", .0.name())]
    Budget(Budget),
    /// What `describe` gives is no manifest: a schema is not JSON.
    #[error("the component's manifest is wrong: {0}")]
    Manifest(Invalid),
    /// The host's own fault.
    #[error("{0}")]
    Host(String),
}

fn and_more(more: usize) -> String {
    if more == 0 { String::new() } else { format!(", and {more} more") }
}
