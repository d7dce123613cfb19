//! Making, hashing and comparing secrets. Only hashes are kept.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::Semaphore;

pub use crate::store::digest::hex_digest;

/// Shortest password taken.
pub const PASSWORD_MIN: usize = 10;
/// Longest password taken: longer ones only cost time.
pub const PASSWORD_MAX: usize = 200;

/// What every token of a program begins with, so that leaked ones are found by scanners.
pub const TOKEN_PREFIX: &str = "takt_";

/// Hashing a password takes memory and a core: no more than this many at once.
static HASHING: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// A fault of the host's in making a secret or a hash.
#[derive(Debug, Clone, thiserror::Error)]
#[error("secrets: {0}")]
pub struct SecretError(String);

impl SecretError {
    /// A fault of that reason.
    #[must_use]
    pub fn new(error: &dyn std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}

/// 256 random bits as URL-safe text of 43 characters.
///
/// # Errors
/// Where the operating system gives no random bytes.
pub fn random() -> Result<String, SecretError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| SecretError(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// SHA-256 of a secret: right for secrets of 256 random bits, wrong for passwords.
#[must_use]
pub fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// Whether two hashes are the same, in a time that does not tell where they differ.
#[must_use]
pub fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.ct_eq(b).into()
}

/// Beginnings of passwords that are guessed first, those long enough to be taken otherwise.
const GUESSED: [&str; 12] = [
    "password",
    "passw0rd",
    "passwort",
    "1234567890",
    "0123456789",
    "qwertyuiop",
    "qwertzuiop",
    "1q2w3e4r5t",
    "letmein",
    "iloveyou",
    "administrator",
    "welcome",
];

/// What is wrong with a password that somebody chose.
#[must_use]
pub fn password_fault(password: &str) -> Option<String> {
    let length = password.chars().count();
    if !(PASSWORD_MIN..=PASSWORD_MAX).contains(&length) {
        return Some(format!("must have {PASSWORD_MIN} to {PASSWORD_MAX} characters"));
    }
    if password.chars().collect::<BTreeSet<_>>().len() < 5 {
        return Some("must have at least 5 different characters".to_owned());
    }
    let lower = password.to_lowercase();
    // A word of the list, and hardly anything after it.
    let guessed = GUESSED.iter().filter_map(|word| lower.strip_prefix(word)).any(|rest| rest.chars().count() < 6);
    guessed.then(|| "is one of those that are guessed first".to_owned())
}

/// The argon2id hash of a password, as a PHC string.
///
/// # Errors
/// The host's fault.
pub async fn password_hash(password: String) -> Result<String, SecretError> {
    heavy(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|error| SecretError(error.to_string()))
    })
    .await?
}

/// Whether the password is the one that was hashed. Without a hash it takes as long, and is false: the time does not
/// tell who has an account.
///
/// # Errors
/// The host's fault.
pub async fn password_verify(password: String, hash: Option<String>) -> Result<bool, SecretError> {
    heavy(move || match hash {
        Some(hash) => {
            let hash = PasswordHash::new(&hash).map_err(|error| SecretError(error.to_string()))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
        }
        None => Argon2::default()
            .hash_password(password.as_bytes())
            .map(|_| false)
            .map_err(|error| SecretError(error.to_string())),
    })
    .await?
}

async fn heavy<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, SecretError> {
    let permit = HASHING.clone().acquire_owned().await.map_err(|error| SecretError(error.to_string()))?;
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    })
    .await
    .map_err(|error| SecretError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn randoms_differ() {
        let (a, b) = (random().unwrap(), random().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.len(), 43);
        assert!(same(&hash(&a), &hash(&a)));
        assert!(!same(&hash(&a), &hash(&b)));
        assert_eq!(hex_digest(b""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    #[tokio::test]
    async fn passwords() {
        let hash = password_hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert!(password_verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!password_verify("correct  horse".into(), Some(hash)).await.unwrap());
        assert!(!password_verify("correct horse".into(), None).await.unwrap());
        assert!(password_fault("short").is_some());
        assert!(password_fault("длинный пароль").is_none());
        for bad in ["aaaaaaaaaaaa", "abababababab", "Password2026", "1234567890!", "qwertyuiop"] {
            assert!(password_fault(bad).is_some(), "{bad}");
        }
        assert!(password_fault("password of the garden gnome").is_none());
    }
}
