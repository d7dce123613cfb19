//! Sealing: secrets that the host must have as they are stand encrypted in the database. The key is a file beside it,
//! so that a copy of the database alone gives none of them away.

use std::fs::OpenOptions;
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Seals and opens with one key.
pub struct Seal(LessSafeKey);

/// A sealed secret that this key does not open, in this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret does not open with the key in takt.key: it was sealed with another key; make the secret anew")]
pub struct Unopened;

impl Seal {
    /// With that key.
    ///
    /// # Errors
    /// Never: the key has the right length.
    pub fn new(key: &[u8; 32]) -> io::Result<Self> {
        UnboundKey::new(&CHACHA20_POLY1305, key)
            .map(|key| Self(LessSafeKey::new(key)))
            .map_err(|_| io::Error::other("the sealing key has a wrong length"))
    }

    /// With the key in that file, which is made where there is none.
    ///
    /// # Errors
    /// Where it can't be read or made, or is no key.
    pub fn load(path: &Path) -> io::Result<Self> {
        let mut key = [0; 32];
        match OpenOptions::new().read(true).open(path) {
            Ok(mut file) => {
                let mut text = String::new();
                file.read_to_string(&mut text)?;
                let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
                key = bytes.ok_or_else(|| io::Error::other(format!("{} is no key", path.display())))?;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                getrandom::fill(&mut key).map_err(io::Error::other)?;
                let mut options = OpenOptions::new();
                options.write(true).create_new(true);
                #[cfg(unix)]
                std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
                let mut file = options.open(path)?;
                file.write_all(STANDARD.encode(key).as_bytes())?;
                file.sync_all()?;
            }
            Err(error) => return Err(error),
        }
        Self::new(&key)
    }

    /// Seals a secret for one place: it opens there alone.
    ///
    /// # Errors
    /// Where the operating system gives no random bytes.
    pub fn seal(&self, place: &str, secret: &str) -> io::Result<String> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let mut sealed = secret.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(place), &mut sealed)
            .map_err(|_| io::Error::other("a secret can't be sealed"))?;
        Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed for that place.
    ///
    /// # Errors
    /// [`Unopened`].
    pub fn open(&self, place: &str, sealed: &str) -> Result<String, Unopened> {
        let mut bytes = STANDARD.decode(sealed).map_err(|_| Unopened)?;
        let (nonce, secret) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(Unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unopened)?;
        let secret = self.0.open_in_place(nonce, Aad::from(place), secret).map_err(|_| Unopened)?;
        String::from_utf8(secret.to_vec()).map_err(|_| Unopened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_with_its_key_in_its_place_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("takt.key");
        let sealed = Seal::load(&path).unwrap().seal("inbound telephony", "whsec_x").unwrap();
        assert!(!sealed.contains("whsec_x"));
        let again = Seal::load(&path).unwrap();
        assert_eq!(again.open("inbound telephony", &sealed).unwrap(), "whsec_x");
        assert_eq!(again.open("inbound mail", &sealed), Err(Unopened));
        assert_eq!(Seal::new(&[7; 32]).unwrap().open("inbound telephony", &sealed), Err(Unopened));
        for bad in ["", "AAAA", "no base64"] {
            assert_eq!(again.open("", bad), Err(Unopened), "{bad}");
        }
        std::fs::write(&path, "short").unwrap();
        assert!(Seal::load(&path).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_the_key() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("takt.key");
        Seal::load(&path).unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
