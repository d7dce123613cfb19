//! What admins do with plugins: install, configure, grant, switch.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::Engine;
use super::catalogue::Installed;
use super::releases::{RELEASES, among, as_json, manifest_of, missing, succeed};
use super::trust::{Untrusted, Upload};
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::missed::Missed;
use crate::plugins::condition::Condition;
use crate::plugins::{check, config, schedule};
use crate::store::StoreError;
use crate::store::plugin::{NewRelease, PluginRow, PluginWrite, ReleaseRow, Vouched};
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
    /// The plugin has no such release.
    #[error("the plugin has no release {0}")]
    NoRelease(String),
    /// It is built for an older contract than the release in use, and was never in use itself.
    #[error(
        "the release is built for takt:crm@{contract}, the one in use for {active}: build it for that, or go back to a release that was in use before"
    )]
    Older {
        /// What it is built for.
        contract: String,
        /// What the release in use is built for.
        active: String,
    },
    /// It would run beside itself.
    #[error("{0} is the release in use: name another, or give a configuration")]
    InUse(String),
    /// No release runs beside the one in use.
    #[error("no release of `{0}` runs as a shadow")]
    NoShadow(String),
    /// Nobody who is trusted vouches for it.
    #[error(transparent)]
    Untrusted(#[from] Untrusted),
    /// No such event, or it was forgotten.
    #[error("there is no event {0}")]
    NoEvent(u64),
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

/// What came of it.
pub(super) type Result<T> = std::result::Result<T, PluginError>;

/// What admins do with plugins. One change at a time.
impl Engine {
    /// Installs a component, or puts it in the place of the release that is there. A new plugin is disabled and has no
    /// grants; one that was there keeps its configuration, grants and state.
    ///
    /// # Errors
    /// What is wrong with the component, its manifest, or the configuration under its new schema; `NotGranted` where the
    /// plugin is enabled and the component needs more, `Older`, `Untrusted`.
    pub async fn plugin_install(&self, upload: impl Into<Upload>) -> Result<Arc<Installed>> {
        let (manifest, release) = self.described(upload.into()).await?;
        self.install(manifest, release).await
    }

    /// Installs a rule that is compiled into the host, under a manifest of its own.
    ///
    /// # Errors
    /// As [`Engine::plugin_install`].
    pub async fn plugin_install_native(&self, manifest: Manifest) -> Result<Arc<Installed>> {
        check::manifest(&manifest).map_err(PluginError::Manifest)?;
        let release = NewRelease {
            plugin: manifest.name.clone(),
            digest: format!("native:{}", manifest.name),
            manifest: as_json(&manifest)?,
            contract: String::new(),
            at: self.now(),
            component: Vec::new(),
            vouched: Vouched::default(),
        };
        self.install(manifest, release).await
    }

    async fn install(&self, manifest: Manifest, release: NewRelease) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let now = self.now();
        let known = self.catalogue().get(&manifest.name).cloned();
        if let Some(known) = known.as_ref().filter(|known| known.row.release == release.digest) {
            return Ok(known.clone());
        }
        let releases = self.0.store.release_list(&manifest.name, RELEASES).await?;
        let row = known.map_or_else(|| new_row(&manifest.name, now), |known| known.row.clone());
        let to = among(&releases, &release.digest).unwrap_or_else(|| ReleaseRow::of(&release));
        let row = succeed(&row, among(&releases, &row.release).as_ref(), &to, &manifest, None)?;
        self.write(PluginRow { released_at: Some(now), ..row }, Some(release), false).await
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
            paused: None,
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

    /// Sets a plugin's grants, in place of those it has. What a release asks for that is not in use yet may be granted
    /// before; it holds once that is in use.
    ///
    /// # Errors
    /// `Invalid` where no release asks for a capability, or an enabled plugin would lack one that it needs.
    pub async fn plugin_grant(&self, name: &str, grants: Vec<String>) -> Result<Arc<Installed>> {
        let releases = self.release_list(name).await?.iter().map(manifest_of).collect::<Result<Vec<_>>>()?;
        self.change(name, |row, manifest| {
            let mut invalid = Invalid::default();
            for (at, grant) in grants.iter().enumerate() {
                let asked = releases.iter().chain([manifest]).any(|manifest| manifest.asks_for(grant));
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
            compiled(condition.as_deref())?;
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
            check_budgets(&budgets)?;
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
            check_missed(missed)?;
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

    pub(super) async fn write(
        &self,
        mut row: PluginRow,
        release: Option<NewRelease>,
        drop_pending: bool,
    ) -> Result<Arc<Installed>> {
        let name = row.name.clone();
        row.updated_at = self.now();
        self.0.store.plugin_write(vec![PluginWrite { plugin: row, release, drop_pending }]).await?;
        self.reload().await?;
        self.installed(&name)
    }

    pub(super) fn installed(&self, name: &str) -> Result<Arc<Installed>> {
        self.catalogue().get(name).cloned().ok_or_else(|| PluginError::NoPlugin(name.to_owned()))
    }
}

/// Capabilities that a plugin needs and was not granted.
#[must_use]
pub fn missing_grants(plugin: &Installed) -> Vec<String> {
    missing(&plugin.manifest, &plugin.row.grants)
}

pub(super) fn new_row(name: &str, now: Instant) -> PluginRow {
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
        paused: None,
        shadow: None,
        enabled_at: None,
        released_at: None,
        installed_at: now,
        updated_at: now,
    }
}

pub(super) fn check_config(manifest: &Manifest, config: &Value) -> std::result::Result<(), Invalid> {
    let config = config::complete(&manifest.config_schema, config);
    config::validate(&manifest.config_schema, &config)?;
    schedule::check_settings(manifest, &config)
}

/// An admin's condition, ready to be asked.
pub(super) fn compiled(condition: Option<&str>) -> std::result::Result<Option<Condition>, Invalid> {
    let compiled = condition.map(Condition::compile).transpose();
    compiled.map_err(|error| Invalid::field("/condition", error.to_string()))
}

pub(super) fn check_budgets(budgets: &Value) -> std::result::Result<(), Invalid> {
    let large = budgets.as_object().and_then(|all| {
        all.iter().find(|(_, value)| value.as_u64().is_some_and(|value| i64::try_from(value).is_err()))
    });
    if let Some((budget, _)) = large {
        return Err(Invalid::field(format!("/budgets/{budget}"), format!("must not be more than {}", i64::MAX)));
    }
    let read = serde_json::from_value::<Budgets>(budgets.clone());
    read.map(drop).map_err(|error| Invalid::field("/budgets", error.to_string()))
}

pub(super) fn check_missed(missed: Missed) -> std::result::Result<(), Invalid> {
    if matches!(missed, Missed::CatchUp(most) if !(1..=Missed::MOST).contains(&most)) {
        return Err(Invalid::field("/missed/catch_up", format!("must be from 1 to {}", Missed::MOST)));
    }
    Ok(())
}
