//! Secrets that admins set for plugins: written, used by the host for calls of services, and never read.

use super::Engine;
use super::plugins::{PluginError, Result};
use super::releases::manifest_of;
use crate::channels::service;
use crate::crm::invalid::Invalid;
use crate::crm::text::kebab_case;
use crate::store::StoreError;
use crate::store::secret::PluginSecret;
use crate::wasm::capability::uses;

/// Characters of a secret. What is shorter would be found by chance where it is masked in answers.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=4096;
/// Hosts that one may be sent to.
const HOSTS: usize = 16;

impl Engine {
    /// The secrets that were set for a plugin, by name.
    ///
    /// # Errors
    /// `NoPlugin`.
    pub async fn secret_list(&self, plugin: &str) -> Result<Vec<PluginSecret>> {
        self.installed(plugin)?;
        Ok(self.0.store.secret_list(plugin).await?)
    }

    /// Sets a secret, in the place of one that is set. It holds from the next call on.
    ///
    /// # Errors
    /// `NoPlugin`; `Invalid` where no release of it asks for the secret, or value or hosts are none.
    pub async fn secret_set(&self, plugin: &str, name: &str, value: &str, hosts: Vec<String>) -> Result<PluginSecret> {
        let mut invalid = Invalid::default();
        kebab_case(name, "/name", &mut invalid);
        if !self.asks_for(plugin, &uses(name)).await? {
            invalid.note("/name", "is no secret that the plugin asks for: its manifest names them under `needs`");
        }
        let sendable = value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && value.trim() == value;
        invalid.check(
            sendable && LENGTH.contains(&value.len()),
            "/value",
            "must have 8 to 4096 characters of ASCII, no control characters, and no blanks around it",
        );
        invalid.check((1..=HOSTS).contains(&hosts.len()), "/hosts", "must name 1 to 16 hosts");
        for (at, host) in hosts.iter().enumerate() {
            let named = service::host(host).is_some_and(|named| named == *host);
            let message = "must be a host's name in lower case, with its port where that is not 443";
            invalid.check(named, &format!("/hosts/{at}"), message);
        }
        invalid.or(()).map_err(PluginError::Invalid)?;
        let place = PluginSecret::place(plugin, name, &hosts);
        let sealed = self.0.seal.seal(&place, value).map_err(|error| StoreError(error.to_string()))?;
        let secret = PluginSecret { plugin: plugin.to_owned(), name: name.to_owned(), hosts, sealed, at: self.now() };
        self.0.store.secret_put(secret.clone()).await?;
        Ok(secret)
    }

    /// Takes a secret away. False where there was none.
    ///
    /// # Errors
    /// `NoPlugin`.
    pub async fn secret_remove(&self, plugin: &str, name: &str) -> Result<bool> {
        self.installed(plugin)?;
        Ok(self.0.store.secret_delete(plugin, name).await?)
    }

    /// Whether the release in use, or another of the plugin's, asks for a capability.
    async fn asks_for(&self, plugin: &str, capability: &str) -> Result<bool> {
        if self.installed(plugin)?.manifest.asks_for(capability) {
            return Ok(true);
        }
        let releases = self.release_list(plugin).await?;
        let manifests = releases.iter().map(manifest_of).collect::<Result<Vec<_>>>()?;
        Ok(manifests.iter().any(|manifest| manifest.asks_for(capability)))
    }
}
