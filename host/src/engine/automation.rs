//! How all rules are set up, as one value: given out, compared, and taken over by another host.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Engine;
use super::catalogue::Installed;
use super::plugins::{PluginError, Result, check_budgets, check_config, check_missed, compiled, new_row};
use super::releases::{RELEASES, among, manifest_of, succeed};
use super::trust::Upload;
use crate::crm::change::diff;
use crate::crm::invalid::Invalid;
use crate::crm::missed::Missed;
use crate::plugins::diff::ManifestDiff;
use crate::store::StoreError;
use crate::store::plugin::{NewRelease, PluginRow, PluginWrite, ReleaseRow};
use crate::wasm::manifest::Manifest;
use crate::wasm::runtime::digest_of;

/// Plugins in one setup.
const PLUGINS: usize = 500;

/// How one plugin is set up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PluginSetup {
    /// The plugin.
    pub name: String,
    /// Its version: for people.
    #[serde(default)]
    pub version: String,
    /// SHA-256 of the component in use, hex.
    pub release: String,
    /// Whether it is woken.
    pub enabled: bool,
    /// What the admin set of its configuration.
    #[schema(value_type = Object)]
    pub config: Value,
    /// Capabilities that it has.
    pub grants: Vec<String>,
    /// The admin's condition on the events that wake it.
    pub condition: Option<String>,
    /// What the admin set of what a run may use.
    #[schema(value_type = Object)]
    pub budgets: Value,
    /// What becomes of times of its schedules that went by while the host was down.
    pub missed: Missed,
    /// The signature of the component that comes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// The component, in Base64: for a host that has no such release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
}

/// What a setup changes of one plugin.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct PluginChange {
    /// The plugin.
    pub name: String,
    /// Whether the host has none of that name yet.
    pub installs: bool,
    /// Field by field: `{"enabled": [before, after]}`. Empty where nothing changes.
    #[schema(value_type = Object)]
    pub diff: Map<String, Value>,
    /// What the other release asks for and offers, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manifest: Option<ManifestDiff>,
}

impl Engine {
    /// How all plugins are set up, by name. With `components`, those come with it that no host of this version carries.
    ///
    /// # Errors
    /// The store's.
    pub async fn automation(&self, components: bool) -> Result<Vec<PluginSetup>> {
        let mut setups = Vec::new();
        for installed in self.catalogue().iter() {
            let mut setup = PluginSetup::of(&installed.row, &installed.manifest);
            if components && self.carried(&setup.name, &setup.release).is_none() {
                let component = self.0.store.release_read(&setup.release).await?;
                setup.component = component.map(|component| STANDARD.encode(component));
                let release = self.release(&setup.name, &setup.release).await.ok();
                setup.signature = release.and_then(|release| release.vouched.signature);
            }
            setups.push(setup);
        }
        Ok(setups)
    }

    /// Sets plugins up so, all of them or none. Those that are not named stay as they are. With `dry`, nothing is
    /// written.
    ///
    /// # Errors
    /// `Invalid` with all that is wrong, by pointers into the list.
    pub async fn automation_apply(&self, setups: Vec<PluginSetup>, dry: bool) -> Result<Vec<PluginChange>> {
        let _one = self.0.installing.lock().await;
        let (mut changes, mut writes, mut invalid) = (Vec::new(), Vec::new(), Invalid::default());
        invalid.check(setups.len() <= PLUGINS, "", "has over 500 entries");
        let mut seen = BTreeSet::new();
        for (at, setup) in setups.iter().take(PLUGINS).enumerate() {
            invalid.check(seen.insert(&setup.name), &format!("/{at}/name"), "stands here twice");
            match self.planned(setup).await {
                Ok((change, write)) => {
                    if !change.diff.is_empty() || change.installs {
                        writes.push(write);
                    }
                    changes.push(change);
                }
                Err(PluginError::Store(error)) => return Err(error.into()),
                Err(error) => note(&mut invalid, at, error),
            }
        }
        let changes = invalid.or(changes).map_err(PluginError::Invalid)?;
        if !dry && !writes.is_empty() {
            self.0.store.plugin_write(writes).await?;
            self.reload().await?;
        }
        Ok(changes)
    }

    async fn planned(&self, setup: &PluginSetup) -> Result<(PluginChange, PluginWrite)> {
        let now = self.now();
        let known = self.catalogue().get(&setup.name).cloned();
        let releases = self.0.store.release_list(&setup.name, RELEASES).await?;
        let (to, manifest, new) = self.release_of(setup, among(&releases, &setup.release)).await?;
        setup.check(&manifest).map_err(PluginError::Invalid)?;

        let before = known.as_deref().map_or_else(|| new_row(&setup.name, now), |known| known.row.clone());
        let mut row = PluginRow {
            grants: setup.grants.clone(),
            condition: setup.condition.clone(),
            budgets: setup.budgets.clone(),
            missed: setup.missed,
            enabled: setup.enabled,
            updated_at: now,
            ..before.clone()
        };
        if row.enabled != before.enabled {
            row.generation += 1;
            row.enabled_at = row.enabled.then_some(now).or(row.enabled_at);
            row.paused = None;
        }
        if before.release != to.digest {
            row.released_at = Some(now);
        }
        let row =
            succeed(&row, among(&releases, &before.release).as_ref(), &to, &manifest, Some(setup.config.clone()))?;
        let change = PluginChange::between(known.as_deref(), &PluginSetup::of(&row, &manifest), &manifest)?;
        Ok((change, PluginWrite { plugin: row, release: new, drop_pending: false }))
    }

    /// The release that a setup means: one that this host has, carries, or gets with the setup.
    async fn release_of(
        &self,
        setup: &PluginSetup,
        known: Option<ReleaseRow>,
    ) -> Result<(ReleaseRow, Manifest, Option<NewRelease>)> {
        if let Some(known) = known {
            self.still_trusted(&known).await?;
            let manifest = manifest_of(&known)?;
            return Ok((known, manifest, None));
        }
        let carried = self.carried(&setup.name, &setup.release);
        let (manifest, release) = match (carried, &setup.component) {
            (Some(component), _) => self.described(component.to_vec().into()).await?,
            (None, Some(text)) => {
                let bytes = STANDARD.decode(text).map_err(|_| wrong("/component", "is not Base64"))?;
                self.described(Upload { component: bytes, signature: setup.signature.clone() }).await?
            }
            (None, None) => {
                let missing = "is not on this host: export with the components, or upload it before";
                return Err(wrong("/release", missing));
            }
        };
        if release.digest != setup.release {
            return Err(wrong("/component", "is not the release: its SHA-256 is another"));
        }
        if manifest.name != setup.name {
            return Err(wrong("/name", &format!("the component is the plugin `{}`", manifest.name)));
        }
        Ok((ReleaseRow::of(&release), manifest, Some(release)))
    }

    /// The component of that digest, where this program carries it.
    fn carried(&self, name: &str, digest: &str) -> Option<&'static [u8]> {
        let (_, component) = self.0.carried.iter().find(|(carried, _)| *carried == name)?;
        Some(*component).filter(|component| digest_of(component) == digest)
    }
}

impl PluginSetup {
    fn of(row: &PluginRow, manifest: &Manifest) -> Self {
        Self {
            name: row.name.clone(),
            version: manifest.version.clone(),
            release: row.release.clone(),
            enabled: row.enabled,
            config: row.config.clone(),
            // What was granted for a release that is not in use is no part of how it is set up.
            grants: row.grants.iter().filter(|grant| manifest.asks_for(grant)).cloned().collect(),
            condition: row.condition.clone(),
            budgets: row.budgets.clone(),
            missed: row.missed,
            signature: None,
            component: None,
        }
    }

    /// What does not depend on what is there.
    fn check(&self, manifest: &Manifest) -> std::result::Result<(), Invalid> {
        let mut invalid = Invalid::default();
        if self.config.is_object() {
            let wrong = check_config(manifest, &self.config).err().into_iter().flat_map(|wrong| wrong.0);
            wrong.for_each(|error| invalid.note(format!("/config{}", error.field), error.message));
        } else {
            invalid.note("/config", "must be an object");
        }
        invalid.check(self.budgets.is_object(), "/budgets", "must be an object");
        for (at, grant) in self.grants.iter().enumerate() {
            invalid.check(
                manifest.asks_for(grant),
                &format!("/grants/{at}"),
                &format!("the release does not ask for `{grant}`"),
            );
        }
        let condition = compiled(self.condition.as_deref()).map(drop);
        let parts = [condition, check_budgets(&self.budgets), check_missed(self.missed)];
        invalid.0.extend(parts.into_iter().filter_map(std::result::Result::err).flat_map(|wrong| wrong.0));
        invalid.or(())
    }
}

impl PluginChange {
    fn between(known: Option<&Installed>, after: &PluginSetup, manifest: &Manifest) -> Result<Self> {
        let fields = |setup: &PluginSetup| match serde_json::to_value(setup) {
            Ok(Value::Object(fields)) => Ok(fields),
            _ => Err(StoreError("a setup must make an object".to_owned())),
        };
        let before = known.map(|known| fields(&PluginSetup::of(&known.row, &known.manifest))).transpose()?;
        let other = known.filter(|known| known.row.release != after.release);
        Ok(Self {
            name: after.name.clone(),
            installs: known.is_none(),
            diff: diff(&before.unwrap_or_default(), &fields(after)?),
            manifest: other.map(|known| ManifestDiff::between(&known.manifest, manifest)),
        })
    }
}

fn wrong(field: &str, message: &str) -> PluginError {
    PluginError::Invalid(Invalid::field(field, message))
}

/// Notes what is wrong with one plugin's setup, by a pointer into it.
fn note(invalid: &mut Invalid, at: usize, error: PluginError) {
    let (part, wrong) = match error {
        PluginError::Manifest(wrong) => ("/component", wrong),
        PluginError::Untrusted(_) => ("/signature", Invalid::field("", error.to_string())),
        PluginError::Component(bad) => ("/component", Invalid::field("", bad.to_string())),
        PluginError::NotGranted(_) => ("/grants", Invalid::field("", error.to_string())),
        PluginError::Invalid(wrong) => ("", wrong),
        other => ("/release", Invalid::field("", other.to_string())),
    };
    for wrong in wrong.0 {
        invalid.note(format!("/{at}{part}{}", wrong.field), wrong.message);
    }
}
