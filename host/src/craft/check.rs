//! Whether a component would be taken, found out without a host.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::versions::Contract;
use crate::crm::kind::Kind;
use crate::plugins::{check as rules, config};
use crate::wasm::manifest::Manifest;
use crate::wasm::runtime::{BadComponent, Runtime, RuntimeError};

/// Interfaces that want no capability.
const FREE: [&str; 4] = ["types", "timers", "state", "log"];

/// What a sound component is.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    /// SHA-256, hex: the release.
    pub digest: String,
    /// In bytes.
    pub size: usize,
    /// What it says of itself.
    pub manifest: Manifest,
    /// The contract's version that it is built for.
    pub contract: String,
    /// What the contract of this program has beyond that one: interfaces and functions.
    pub adds: Vec<String>,
    /// The contract's interfaces that it imports, by name.
    pub imports: Vec<String>,
    /// Imported without asking for a capability of theirs: its calls would be denied.
    pub not_asked_for: Vec<String>,
    /// Capabilities that it asks for and cannot use: it imports no such interface.
    pub not_used: Vec<String>,
}

/// Why a component would be refused.
#[derive(Debug, thiserror::Error)]
pub enum Unsound {
    /// It can't be run, or does not describe itself.
    #[error(transparent)]
    Component(#[from] BadComponent),
    /// Its manifest breaks a rule.
    #[error("the plugin's manifest is not sound: {0}")]
    Manifest(crate::crm::invalid::Invalid),
    /// Its defaults do not fit its own schema.
    #[error("the defaults do not fit the plugin's own schema: {0}")]
    Defaults(crate::crm::invalid::Invalid),
    /// Nothing can be run here.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
}

/// Checks a component as installing it would.
///
/// # Errors
/// The first thing that is wrong.
pub async fn check(bytes: &[u8]) -> Result<Checked, Unsound> {
    let runtime = Runtime::new(None, 1)?;
    let component = runtime.compile(Arc::from(bytes)).await?;
    let manifest = runtime.describe(&component).await?;
    rules::manifest(&manifest).map_err(Unsound::Manifest)?;
    let defaults = config::complete(&manifest.config_schema, &json!({}));
    config::validate(&manifest.config_schema, &defaults).map_err(Unsound::Defaults)?;
    let imports: BTreeSet<String> = component.imports().iter().filter_map(|import| interface(import)).collect();
    let groups = manifest.needs.iter().map(|need| (&need.capability, group(&need.capability)));
    let groups: Vec<(&String, &str)> = groups.collect();
    let not_asked_for = imports
        .iter()
        .filter(|name| !FREE.contains(&name.as_str()) && !groups.iter().any(|(_, group)| serves(name, group)))
        .cloned()
        .collect();
    let not_used = groups
        .iter()
        .filter(|(_, group)| !imports.iter().any(|name| serves(name, group)))
        .map(|(capability, _)| (*capability).clone())
        .collect();
    Ok(Checked {
        digest: component.digest().to_owned(),
        size: bytes.len(),
        adds: added_since(component.contract()),
        contract: component.contract().to_owned(),
        not_asked_for,
        not_used,
        imports: imports.into_iter().collect(),
        manifest,
    })
}

/// What came after that version; nothing where that is not known.
fn added_since(version: &str) -> Vec<String> {
    let before = Contract::released().into_iter().find(|contract| contract.version() == version);
    before.and_then(|before| Contract::present().adds_to(&before).ok()).unwrap_or_default()
}

/// `leads` of `leads:read`.
fn group(capability: &str) -> &str {
    capability.split(':').next().unwrap_or(capability)
}

/// Whether calls of the interface want a capability of that group.
fn serves(interface: &str, group: &str) -> bool {
    match interface {
        "records" => Kind::ALL.iter().any(|kind| kind.plural() == group),
        "http" => matches!(group, "http" | "secret"),
        "calendar" => group == Kind::Meeting.plural(),
        // Heads are given as users: the interface of departments brings that of users along.
        "users" => matches!(group, "users" | "departments"),
        _ => interface == group,
    }
}

/// `leads` of `takt:crm/leads@0.1.0`.
fn interface(import: &str) -> Option<String> {
    let name = import.strip_prefix("takt:crm/")?;
    Some(name.split('@').next().unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundled;

    #[tokio::test]
    async fn bundled_rules_are_sound_and_use_what_they_ask_for() {
        for (name, component) in bundled::components() {
            let checked = check(component).await.unwrap();
            assert_eq!((checked.manifest.name.as_str(), checked.size), (*name, component.len()));
            assert_eq!((checked.not_asked_for, checked.not_used), (vec![], vec![]), "{name}");
        }
    }

    #[tokio::test]
    async fn what_is_no_rule_is_refused() {
        let error = check(b"\0asm\x01\0\0\0").await.unwrap_err();
        assert!(error.to_string().contains("core WebAssembly module"), "{error}");
    }
}
