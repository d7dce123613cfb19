//! Whose components are taken: keys that admins trust, and who signed what.

use super::Engine;
use super::plugins::{PluginError, Result};
use crate::crm::invalid::Invalid;
use crate::plugins::signature::{PublicKey, Signature, Unreadable};
use crate::store::key::TrustedKey;
use crate::store::plugin::{ReleaseRow, Vouched};

/// What is said of a component that the host carries itself.
const HOST: &str = "takt";
/// Trusted keys at most: each component is looked up among them.
const KEYS: usize = 100;
/// Characters of a key's name.
const NAME: usize = 100;

/// A component that comes, and its signature where there is one.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    /// The component.
    pub component: Vec<u8>,
    /// As `takt plugin sign` writes it.
    pub signature: Option<String>,
}

/// Why a component is not taken, whatever is in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// It is no signature.
    #[error("the signature can't be read: {0}")]
    Unreadable(#[from] Unreadable),
    /// It is of something else.
    #[error(
        "the signature does not match the component: one of the two was changed since; sign the component anew with `takt plugin sign`"
    )]
    Mismatch,
    /// By a stranger.
    #[error(
        "the component is signed by a key that this host does not trust, {0}: an admin adds it by `takt plugin key add NAME {0}` where its owner is known"
    )]
    UnknownKey(String),
    /// By nobody.
    #[error(
        "the component is not signed, and this host takes signed ones alone (the setting require_signatures): sign it with `takt plugin sign`"
    )]
    Unsigned,
}

impl From<Vec<u8>> for Upload {
    fn from(component: Vec<u8>) -> Self {
        Self { component, signature: None }
    }
}

impl Engine {
    /// The keys whose components are trusted, by name.
    ///
    /// # Errors
    /// The store's.
    pub async fn key_list(&self) -> Result<Vec<TrustedKey>> {
        Ok(self.0.store.key_list().await?)
    }

    /// Trusts a key.
    ///
    /// # Errors
    /// `Invalid` where name or key are none, or stand there already.
    pub async fn key_add(&self, name: &str, key: &str) -> Result<TrustedKey> {
        let known = self.key_list().await?;
        let mut invalid = Invalid::default();
        let sound =
            (1..=NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control) && name.trim() == name;
        invalid.check(
            sound && name != HOST,
            "/name",
            "must have 1 to 100 characters, no blanks around them, and not be `takt`",
        );
        invalid.check(!known.iter().any(|key| key.name == name), "/name", "is another key's name already");
        invalid.check(known.len() < KEYS, "", "there are 100 keys already: take one away first");
        let key = match key.parse::<PublicKey>() {
            Ok(key) => key.to_string(),
            Err(error) => {
                invalid.note("/key", error.to_string());
                String::new()
            }
        };
        invalid.check(!known.iter().any(|known| known.key == key), "/key", "is trusted already, under another name");
        let key = invalid.or(key).map_err(PluginError::Invalid)?;
        let key = TrustedKey { name: name.to_owned(), key, at: self.now() };
        self.0.store.key_put(key.clone()).await?;
        Ok(key)
    }

    /// Trusts a key no more. Releases in use stay so; none that it signed comes into use from then on where signatures are
    /// required. False where there is no such key.
    ///
    /// # Errors
    /// The store's.
    pub async fn key_remove(&self, name: &str) -> Result<bool> {
        Ok(self.0.store.key_delete(name).await?)
    }

    /// Who vouches for a component that comes.
    ///
    /// # Errors
    /// `Untrusted`: a signature that does not match is refused everywhere, a stranger's or none where they are required.
    pub(super) async fn vouched(&self, upload: &Upload) -> Result<Vouched> {
        let Some(text) = &upload.signature else {
            return match self.carries(&upload.component) {
                true => Ok(Vouched { signature: None, signer: Some(HOST.to_owned()) }),
                false if self.0.settings.require_signatures => Err(Untrusted::Unsigned.into()),
                false => Ok(Vouched::default()),
            };
        };
        let signature: Signature = text.parse().map_err(Untrusted::from)?;
        let key = signature.signer(&upload.component).ok_or(Untrusted::Mismatch)?.to_string();
        let signer = self.key_list().await?.into_iter().find(|known| known.key == key).map(|known| known.name);
        if signer.is_none() && self.0.settings.require_signatures {
            return Err(Untrusted::UnknownKey(key).into());
        }
        Ok(Vouched { signature: Some(signature.to_string()), signer })
    }

    /// Whether a release that is kept may come into use: keys may have come and gone since it was uploaded.
    ///
    /// # Errors
    /// `Untrusted`.
    pub(super) async fn still_trusted(&self, release: &ReleaseRow) -> Result<()> {
        if !self.0.settings.require_signatures {
            return Ok(());
        }
        let component = self.0.store.release_read(&release.digest).await?.unwrap_or_default();
        if self.carries(&component) {
            return Ok(());
        }
        self.vouched(&Upload { component, signature: release.vouched.signature.clone() }).await.map(drop)
    }

    fn carries(&self, component: &[u8]) -> bool {
        self.0.carried.iter().any(|(_, carried)| *carried == component)
    }
}
