//! What admins do with plugins: install, configure, grant, switch.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Engine;
use super::catalogue::Installed;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::missed::Missed;
use crate::plugins::condition::Condition;
use crate::plugins::{check, config};
use crate::store::StoreError;
use crate::store::plugin::{PluginRow, PluginWrite, Release};
use crate::wasm::call::Budgets;
use crate::wasm::manifest::Manifest;
use crate::wasm::runtime::BadComponent;

/// What becomes of deliveries and timers that waited while a plugin was disabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pending {
    /// They are done now.
    #[default]
    Keep,
    /// They are forgotten.
    Drop,
}

/// Why a plugin was not installed or changed. Nothing is written then.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// There is no such plugin.
    #[error("there is no plugin `{0}`")]
    NoPlugin(String),
    /// The component cannot be run here.
    #[error(transparent)]
    Component(#[from] BadComponent),
    /// What the component says of itself breaks the contract.
    #[error("the plugin's manifest is not sound: {0}")]
    Manifest(Invalid),
    /// What the admin gave breaks a rule.
    #[error("{0}")]
    Invalid(Invalid),
    /// It needs capabilities that it was not granted.
    #[error("the plugin needs capabilities that are not granted: {}", .0.join(", "))]
    NotGranted(Vec<String>),
    /// The store's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

type Result<T> = std::result::Result<T, PluginError>;

/// What admins do with plugins. One change at a time.
impl Engine {
    /// Installs a component, or puts it in the place of the release that is there. A new plugin is disabled and has no
    /// grants; one that was there keeps its configuration, grants and state.
    ///
    /// # Errors
    /// What is wrong with the component, its manifest, or the configuration under its new schema.
    pub async fn plugin_install(&self, bytes: Vec<u8>) -> Result<Arc<Installed>> {
        let bytes: Arc<[u8]> = bytes.into();
        let component = self.0.runtime.compile(bytes.clone()).await?;
        let manifest = self.0.runtime.describe(&component).await?;
        check::manifest(&manifest).map_err(PluginError::Manifest)?;
        let release = Release { digest: component.digest().to_owned(), component: bytes.to_vec(), at: self.now() };
        self.install(manifest, release).await
    }

    /// Installs a rule that is compiled into the host, under a manifest of its own.
    ///
    /// # Errors
    /// As [`Engine::plugin_install`].
    pub async fn plugin_install_native(&self, manifest: Manifest) -> Result<Arc<Installed>> {
        check::manifest(&manifest).map_err(PluginError::Manifest)?;
        let digest = format!("native:{}", manifest.name);
        self.install(manifest, Release { digest, component: Vec::new(), at: self.now() }).await
    }

    async fn install(&self, manifest: Manifest, release: Release) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let now = self.now();
        let name = manifest.name.clone();
        let known = self.catalogue().get(&name).cloned();
        let mut row = match &known {
            Some(known) if known.row.release == release.digest => return Ok(known.clone()),
            Some(known) => known.row.clone(),
            None => new_row(&name, now),
        };
        check_config(&manifest, &row.config).map_err(PluginError::Invalid)?;
        row.release.clone_from(&release.digest);
        row.manifest = serde_json::to_value(&manifest).map_err(|error| StoreError(error.to_string()))?;
        self.write(row, Some(release), false).await
    }

    /// Switches a plugin on.
    ///
    /// # Errors
    /// `NotGranted` as long as it needs what it has not.
    pub async fn plugin_enable(&self, name: &str, pending: Pending) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let installed = self.installed(name)?;
        let missing = missing_grants(&installed);
        if !missing.is_empty() {
            return Err(PluginError::NotGranted(missing));
        }
        check_config(&installed.manifest, &installed.row.config).map_err(PluginError::Invalid)?;
        if installed.row.enabled {
            return Ok(installed);
        }
        let row = PluginRow {
            enabled: true,
            enabled_at: Some(self.now()),
            generation: installed.row.generation + 1,
            ..installed.row.clone()
        };
        self.write(row, None, pending == Pending::Drop).await
    }

    /// Switches a plugin off: neither what waits nor what runs of it lands any more.
    ///
    /// # Errors
    /// `NoPlugin`.
    pub async fn plugin_disable(&self, name: &str) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let installed = self.installed(name)?;
        if !installed.row.enabled {
            return Ok(installed);
        }
        let row = PluginRow { enabled: false, generation: installed.row.generation + 1, ..installed.row.clone() };
        self.write(row, None, false).await
    }

    /// Sets a plugin's configuration; what is left out takes its default.
    ///
    /// # Errors
    /// `Invalid` where it breaks the plugin's schema.
    pub async fn plugin_configure(&self, name: &str, config: Value) -> Result<Arc<Installed>> {
        self.change(name, |row, manifest| {
            check_config(manifest, &config)?;
            row.config = config;
            Ok(())
        })
        .await
    }

    /// Sets a plugin's grants, in place of those it has.
    ///
    /// # Errors
    /// `Invalid` where it asks for no such capability, or an enabled plugin would lack one that it needs.
    pub async fn plugin_grant(&self, name: &str, grants: Vec<String>) -> Result<Arc<Installed>> {
        self.change(name, |row, manifest| {
            let mut invalid = Invalid::default();
            for (at, grant) in grants.iter().enumerate() {
                let asked = manifest.needs.iter().any(|need| need.capability == *grant);
                invalid.check(asked, &format!("/grants/{at}"), &format!("the plugin does not ask for `{grant}`"));
            }
            for need in manifest.needs.iter().filter(|need| row.enabled && !grants.contains(&need.capability)) {
                invalid.note("/grants", format!("the plugin is enabled and needs `{}`", need.capability));
            }
            let grants = grants.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            row.grants = invalid.or(grants)?;
            Ok(())
        })
        .await
    }

    /// Sets the admin's own condition on the events that wake a plugin, or takes it away.
    ///
    /// # Errors
    /// `Invalid` where it is not a condition.
    pub async fn plugin_condition(&self, name: &str, condition: Option<String>) -> Result<Arc<Installed>> {
        self.change(name, |row, _| {
            if let Some(text) = &condition {
                Condition::compile(text).map_err(|error| Invalid::field("/condition", error.to_string()))?;
            }
            row.condition = condition;
            Ok(())
        })
        .await
    }

    /// Sets what a run of the plugin may use; what is left out takes the host's default.
    ///
    /// # Errors
    /// `Invalid` where it names no budget, or no number.
    pub async fn plugin_budgets(&self, name: &str, budgets: Value) -> Result<Arc<Installed>> {
        self.change(name, |row, _| {
            let large = budgets.as_object().and_then(|all| {
                all.iter().find(|(_, value)| value.as_u64().is_some_and(|value| i64::try_from(value).is_err()))
            });
            if let Some((budget, _)) = large {
                let field = format!("/budgets/{budget}");
                return Err(Invalid::field(field, format!("must not be more than {}", i64::MAX)));
            }
            serde_json::from_value::<Budgets>(budgets.clone())
                .map_err(|error| Invalid::field("/budgets", error.to_string()))?;
            row.budgets = budgets;
            Ok(())
        })
        .await
    }

    /// Sets what becomes of times of the plugin's schedules that no process saw.
    ///
    /// # Errors
    /// `Invalid` where it asks for none, or too many.
    pub async fn plugin_missed(&self, name: &str, missed: Missed) -> Result<Arc<Installed>> {
        self.change(name, |row, _| {
            if matches!(missed, Missed::CatchUp(most) if !(1..=Missed::MOST).contains(&most)) {
                return Err(Invalid::field("/missed/catch_up", format!("must be from 1 to {}", Missed::MOST)));
            }
            row.missed = missed;
            Ok(())
        })
        .await
    }

    async fn change(
        &self,
        name: &str,
        change: impl FnOnce(&mut PluginRow, &Manifest) -> std::result::Result<(), Invalid> + Send,
    ) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let installed = self.installed(name)?;
        let mut row = installed.row.clone();
        change(&mut row, &installed.manifest).map_err(PluginError::Invalid)?;
        self.write(row, None, false).await
    }

    async fn write(&self, mut row: PluginRow, release: Option<Release>, drop_pending: bool) -> Result<Arc<Installed>> {
        let name = row.name.clone();
        row.updated_at = self.now();
        self.0.store.plugin_write(PluginWrite { plugin: row, release, drop_pending }).await?;
        self.reload().await?;
        self.installed(&name)
    }

    fn installed(&self, name: &str) -> Result<Arc<Installed>> {
        self.catalogue().get(name).cloned().ok_or_else(|| PluginError::NoPlugin(name.to_owned()))
    }
}

/// Capabilities that a plugin needs and was not granted.
#[must_use]
pub fn missing_grants(plugin: &Installed) -> Vec<String> {
    let needs = plugin.manifest.needs.iter().map(|need| &need.capability);
    needs.filter(|capability| !plugin.row.grants.contains(capability)).cloned().collect()
}

fn new_row(name: &str, now: Instant) -> PluginRow {
    PluginRow {
        name: name.to_owned(),
        release: String::new(),
        manifest: Value::Null,
        config: json!({}),
        grants: Vec::new(),
        condition: None,
        enabled: false,
        generation: 0,
        budgets: json!({}),
        missed: Missed::default(),
        enabled_at: None,
        installed_at: now,
        updated_at: now,
    }
}

fn check_config(manifest: &Manifest, config: &Value) -> std::result::Result<(), Invalid> {
    config::validate(&manifest.config_schema, &config::complete(&manifest.config_schema, config))
}
