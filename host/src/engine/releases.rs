//! Releases of plugins: uploaded, compared, brought into use, gone back to.

use std::sync::Arc;

use serde_json::Value;

use super::Engine;
use super::catalogue::Installed;
use super::plugins::{PluginError, Result, check_config};
use super::trust::Upload;
use crate::crm::invalid::{FieldError, Invalid};
use crate::plugins::check;
use crate::plugins::config::complete;
use crate::plugins::diff::ManifestDiff;
use crate::store::StoreError;
use crate::store::plugin::{NewRelease, PluginRow, ReleaseRow, Vouched};
use crate::wasm::manifest::Manifest;
use crate::wasm::runtime::{digest_of, is_older};

/// So many releases of a plugin are looked at, the newest first.
pub(super) const RELEASES: u32 = 200;

/// What changes where a release comes into use in the place of the one that is.
#[derive(Debug, Clone)]
pub struct ReleaseDiff {
    /// The release in use.
    pub from: ReleaseRow,
    /// The other.
    pub to: ReleaseRow,
    /// What it asks for and offers.
    pub manifest: ManifestDiff,
    /// Capabilities that it needs and that are not granted.
    pub missing_grants: Vec<String>,
    /// What of the present configuration breaks its schema.
    pub config: Vec<FieldError>,
    /// Why it can't come into use as things are; none where it can.
    pub blocked: Option<String>,
}

/// What a release asks for, beside the one in use.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The release.
    pub release: ReleaseRow,
    /// What it says of itself.
    pub manifest: Manifest,
    /// What the release in use says of itself.
    pub in_use: Arc<Manifest>,
    /// The configuration as it would be under the release, defaults filled in.
    pub config: Value,
    /// What was granted.
    pub grants: Vec<String>,
    /// Whether it is the release in use.
    pub active: bool,
}

/// Releases of plugins.
impl Engine {
    /// The releases of a plugin, the newest first.
    ///
    /// # Errors
    /// `NoPlugin`.
    pub async fn release_list(&self, name: &str) -> Result<Vec<ReleaseRow>> {
        self.installed(name)?;
        Ok(self.0.store.release_list(name, RELEASES).await?)
    }

    /// Keeps a component as a release of a plugin that is installed. It does not come into use by that.
    ///
    /// # Errors
    /// What is wrong with the component or its manifest; `Manifest` also where it is another plugin's; `Untrusted`.
    pub async fn release_upload(&self, name: &str, upload: impl Into<Upload>) -> Result<ReleaseRow> {
        self.installed(name)?;
        let (manifest, release) = self.described(upload.into()).await?;
        if manifest.name != name {
            let other = format!("the component is the plugin `{}`", manifest.name);
            return Err(PluginError::Manifest(Invalid::field("/name", other)));
        }
        let digest = release.digest.clone();
        if let Ok(known) = self.release(name, &digest).await
            && known.contract == release.contract
            && (release.vouched == Vouched::default() || known.vouched == release.vouched)
        {
            return Ok(known);
        }
        self.0.store.release_put(release).await?;
        self.release(name, &digest).await
    }

    /// Keeps a component that this program carries as a release of a plugin that is installed, where it is none yet.
    ///
    /// # Errors
    /// As [`Engine::release_upload`].
    pub async fn release_offer(&self, name: &str, component: &[u8]) -> Result<()> {
        let known = self.release(name, &digest_of(component)).await;
        if known.is_ok_and(|known| !known.contract.is_empty()) {
            return Ok(());
        }
        self.release_upload(name, component.to_vec()).await.map(drop)
    }

    /// What changes where a release comes into use.
    ///
    /// # Errors
    /// `NoPlugin`, `NoRelease`.
    pub async fn release_diff(&self, name: &str, digest: &str) -> Result<ReleaseDiff> {
        let installed = self.installed(name)?;
        let releases = self.release_list(name).await?;
        let of = |digest: &str| among(&releases, digest).ok_or_else(|| no_release(digest));
        let (from, to) = (of(&installed.row.release)?, of(digest)?);
        let manifest = manifest_of(&to)?;
        let blocked = succeed(&installed.row, Some(&from), &to, &manifest, None).err().map(|error| error.to_string());
        Ok(ReleaseDiff {
            manifest: ManifestDiff::between(&installed.manifest, &manifest),
            missing_grants: missing(&manifest, &installed.row.grants),
            config: check_config(&manifest, &installed.row.config).err().map(|wrong| wrong.0).unwrap_or_default(),
            blocked,
            from,
            to,
        })
    }

    /// What a release asks for; the one in use where none is named.
    ///
    /// # Errors
    /// `NoPlugin`, `NoRelease`.
    pub async fn release_asking(&self, name: &str, digest: Option<&str>) -> Result<Asking> {
        let installed = self.installed(name)?;
        let release = self.release(name, digest.unwrap_or(&installed.row.release)).await?;
        let manifest = manifest_of(&release)?;
        Ok(Asking {
            config: complete(&manifest.config_schema, &installed.row.config),
            in_use: installed.manifest.clone(),
            grants: installed.row.grants.clone(),
            active: release.digest == installed.row.release,
            manifest,
            release,
        })
    }

    /// Brings a release into use, with this configuration where one is given. What waits for the plugin, its timers and
    /// its state are the new release's then; what runs under the old one is run again under the new one.
    ///
    /// # Errors
    /// `NoPlugin`, `NoRelease`, `NotGranted`, `Older`, `Untrusted`; `Invalid` where the configuration does not fit; `Component`
    /// where this host cannot run it. The release in use stays then.
    pub async fn release_activate(&self, name: &str, digest: &str, config: Option<Value>) -> Result<Arc<Installed>> {
        let _one = self.0.installing.lock().await;
        let installed = self.installed(name)?;
        let releases = self.release_list(name).await?;
        let to = among(&releases, digest).ok_or_else(|| no_release(digest))?;
        if installed.row.release == to.digest && config.is_none() {
            return Ok(installed);
        }
        self.still_trusted(&to).await?;
        self.runs_here(name, &to).await?;
        let from = among(&releases, &installed.row.release);
        let manifest = manifest_of(&to)?;
        let row = succeed(&installed.row, from.as_ref(), &to, &manifest, config)?;
        self.write(PluginRow { released_at: Some(self.now()), ..row }, None, false).await
    }

    /// The host may be another one than it was uploaded to.
    async fn runs_here(&self, name: &str, release: &ReleaseRow) -> Result<()> {
        if self.0.native.contains_key(name) {
            return Ok(());
        }
        let component = self.0.store.release_read(&release.digest).await?.ok_or_else(|| no_release(&release.digest))?;
        self.0.runtime.compile(component.into()).await?;
        Ok(())
    }

    /// A component that is sound, as a release of the plugin that it says it is.
    pub(super) async fn described(&self, upload: Upload) -> Result<(Manifest, NewRelease)> {
        let vouched = self.vouched(&upload).await?;
        let bytes: Arc<[u8]> = upload.component.into();
        let component = self.0.runtime.compile(bytes.clone()).await?;
        let manifest = self.0.runtime.describe(&component).await?;
        check::manifest(&manifest).map_err(PluginError::Manifest)?;
        let release = NewRelease {
            plugin: manifest.name.clone(),
            digest: component.digest().to_owned(),
            manifest: as_json(&manifest)?,
            contract: component.contract().to_owned(),
            at: self.now(),
            component: bytes.to_vec(),
            vouched,
        };
        Ok((manifest, release))
    }

    pub(super) async fn release(&self, name: &str, digest: &str) -> Result<ReleaseRow> {
        let releases = self.0.store.release_list(name, RELEASES).await?;
        among(&releases, digest).ok_or_else(|| no_release(digest))
    }
}

/// The one of that digest.
pub(super) fn among(releases: &[ReleaseRow], digest: &str) -> Option<ReleaseRow> {
    releases.iter().find(|release| release.digest == digest).cloned()
}

/// The plugin as it is once a release is in use in the place of another.
///
/// A release that was in use before takes its configuration of then back, where the present one does not fit it: so that
/// to go back is one step.
pub(super) fn succeed(
    row: &PluginRow,
    from: Option<&ReleaseRow>,
    to: &ReleaseRow,
    manifest: &Manifest,
    config: Option<Value>,
) -> Result<PluginRow> {
    let missing = missing(manifest, &row.grants);
    if row.enabled && !missing.is_empty() {
        return Err(PluginError::NotGranted(missing));
    }
    let returns = to.used_at.is_some();
    if let Some(from) = from.filter(|from| !returns && is_older(&to.contract, &from.contract)) {
        return Err(PluginError::Older { contract: to.contract.clone(), active: from.contract.clone() });
    }
    let config = match config {
        Some(given) => check_config(manifest, &given).map(|()| given),
        None => check_config(manifest, &row.config).map(|()| row.config.clone()).or_else(|wrong| {
            let before = to.config.clone().filter(|_| returns);
            before.filter(|config| check_config(manifest, config).is_ok()).ok_or(wrong)
        }),
    };
    Ok(PluginRow {
        release: to.digest.clone(),
        manifest: to.manifest.clone(),
        config: config.map_err(PluginError::Invalid)?,
        // It is what runs now.
        shadow: row.shadow.clone().filter(|shadow| shadow.release != to.digest),
        ..row.clone()
    })
}

pub(super) fn missing(manifest: &Manifest, grants: &[String]) -> Vec<String> {
    let needs = manifest.needs.iter().map(|need| &need.capability);
    needs.filter(|capability| !grants.contains(capability)).cloned().collect()
}

pub(super) fn manifest_of(release: &ReleaseRow) -> Result<Manifest> {
    serde_json::from_value(release.manifest.clone())
        .map_err(|error| StoreError(format!("release {}: its manifest is damaged: {error}", release.digest)).into())
}

pub(super) fn as_json(manifest: &Manifest) -> Result<Value> {
    serde_json::to_value(manifest).map_err(|error| StoreError(error.to_string()).into())
}

fn no_release(digest: &str) -> PluginError {
    PluginError::NoRelease(digest.chars().take(80).collect())
}
