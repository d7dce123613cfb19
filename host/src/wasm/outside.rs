//! What a run reaches outside the host.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::imports::http::CALL;
use super::journal::{Answer, Entry, Journal};
use crate::channels::service::Services;
use crate::store::seal::Seal;
use crate::store::secret::PluginSecret;
use crate::store::{Store, StoreError};

/// What a run reaches outside the host.
#[derive(Debug, Clone)]
pub enum Outside {
    /// Nothing, and why: the guest is told.
    Closed(&'static str),
    /// What a recorded run was answered, and nothing else.
    Recorded(Recorded),
    /// What it was granted.
    Open(Reach),
}

/// The way out.
#[derive(Clone)]
pub struct Reach {
    /// What calls.
    pub services: Arc<Services>,
    /// Where sealed secrets stand.
    pub store: Arc<dyn Store>,
    /// What opens them.
    pub seal: Arc<Seal>,
    /// The same for every run of the same trigger: what the keys of its calls are made of.
    pub once: Arc<str>,
}

/// Calls of a run that was, each answered once.
#[derive(Debug, Clone, Default)]
pub struct Recorded(Arc<Mutex<Vec<Entry>>>);

/// Why a secret is not to be had. The texts are for admins, and name no secret's value.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoSecret {
    /// Nobody set it.
    #[error(
        "the secret `{name}` is not set: an admin sets it by `takt plugin secret set {plugin} {name} --host {host}`"
    )]
    Unset {
        /// Whose.
        plugin: String,
        /// Which.
        name: String,
        /// For whom it was wanted.
        host: String,
    },
    /// It is for others.
    #[error("the secret `{name}` is not for {host}: it was set for {}", .hosts.join(", "))]
    Elsewhere {
        /// Which.
        name: String,
        /// For whom it was wanted.
        host: String,
        /// For whom it is.
        hosts: Vec<String>,
    },
    /// It was sealed by another key.
    #[error("the secret `{0}` does not open with the key in takt.key: set it again")]
    Sealed(String),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Reach {
    /// A secret of the plugin's, to be sent to that host.
    ///
    /// # Errors
    /// [`NoSecret`].
    pub(super) async fn secret(&self, plugin: &str, name: &str, host: &str) -> Result<String, NoSecret> {
        let found = self.store.secret_list(plugin).await?.into_iter().find(|secret| secret.name == name);
        let (name, host) = (name.to_owned(), host.to_owned());
        let Some(secret) = found else { return Err(NoSecret::Unset { plugin: plugin.to_owned(), name, host }) };
        if !secret.hosts.contains(&host) {
            return Err(NoSecret::Elsewhere { name, host, hosts: secret.hosts });
        }
        let place = PluginSecret::place(plugin, &name, &secret.hosts);
        self.seal.open(&place, &secret.sealed).map_err(|_| NoSecret::Sealed(name))
    }
}

impl Recorded {
    /// Those of a journal.
    #[must_use]
    pub fn of(journal: Journal) -> Self {
        let calls = journal.calls.into_iter().filter(|entry| entry.call == CALL);
        Self(Arc::new(Mutex::new(calls.collect())))
    }

    /// What was answered to the same question; each answer is given once.
    pub(super) fn take(&self, asked: &str) -> Option<Answer> {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = left.iter().position(|entry| entry.asked == asked)?;
        Some(left.remove(at).answer)
    }
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach").finish_non_exhaustive()
    }
}
