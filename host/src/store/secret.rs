//! Secrets that admins set for plugins.

use crate::crm::instant::Instant;

/// A secret of a plugin's installation.
#[derive(Clone, PartialEq, Eq)]
pub struct PluginSecret {
    /// Whose.
    pub plugin: String,
    /// Unique for the plugin.
    pub name: String,
    /// The hosts that it may be sent to.
    pub hosts: Vec<String>,
    /// The secret, sealed for [`PluginSecret::place`]: the store can't read it.
    pub sealed: String,
    /// When it was set.
    pub at: Instant,
}

impl PluginSecret {
    /// What it is sealed for: nobody who only writes to the database has it sent to another host.
    #[must_use]
    pub fn place(plugin: &str, name: &str, hosts: &[String]) -> String {
        format!("plugin {plugin}, secret {name}, for {}", hosts.join(" "))
    }
}
