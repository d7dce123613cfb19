//! Signatures of components: Ed25519 (RFC 8032) over the component's bytes, kept beside them.
//!
//! A signature is a text of one line, `ed25519 KEY SIGNATURE`, both in Base64: so that what does not fit the component is
//! told from what a stranger signed. It stands beside the component and not in it, so that a component keeps its digest,
//! whoever signs it. Keys are PEM files (PKCS #8, RFC 8410), which OpenSSL reads, too.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};

const ALGORITHM: &str = "ed25519";
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";
/// Characters of a line of a PEM file (RFC 7468).
const LINE: usize = 64;

/// Who may sign: the public half of a key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

/// What somebody signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    key: PublicKey,
    bytes: [u8; 64],
}

/// What signs.
pub struct SigningKey(Ed25519KeyPair);

/// A text that is no signature or key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No signature.
    #[error("it is no signature: `takt plugin sign` makes one line, `ed25519 KEY SIGNATURE`")]
    Signature,
    /// No public key.
    #[error("it is no public key: `takt plugin keygen` shows one, 44 characters of Base64")]
    PublicKey,
    /// No key to sign with.
    #[error("it is no key to sign with: `takt plugin keygen` makes one, a PEM file with an Ed25519 key")]
    SigningKey,
    /// No random numbers.
    #[error("the operating system gives no random numbers")]
    NoRandom,
}

impl Signature {
    /// Who made it, where it is of these bytes; none where it is of others.
    #[must_use]
    pub fn signer(&self, component: &[u8]) -> Option<&PublicKey> {
        let key = UnparsedPublicKey::new(&ED25519, &self.key.0);
        key.verify(component, &self.bytes).is_ok().then_some(&self.key)
    }
}

impl SigningKey {
    /// A new key, and the PEM file that holds it.
    ///
    /// # Errors
    /// `NoRandom`.
    pub fn generate() -> Result<(Self, String), Unreadable> {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| Unreadable::NoRandom)?;
        let text = STANDARD.encode(pkcs8.as_ref());
        let lines = text.as_bytes().chunks(LINE).map(|line| String::from_utf8_lossy(line) + "\n");
        let pem = format!("{BEGIN}\n{}{END}\n", lines.collect::<String>());
        Ok((pem.parse()?, pem))
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.0.public_key().as_ref());
        PublicKey(key)
    }

    /// Signs a component.
    #[must_use]
    pub fn sign(&self, component: &[u8]) -> Signature {
        let mut bytes = [0; 64];
        bytes.copy_from_slice(self.0.sign(component).as_ref());
        Signature { key: self.public(), bytes }
    }
}

impl FromStr for SigningKey {
    type Err = Unreadable;

    fn from_str(pem: &str) -> Result<Self, Unreadable> {
        let (_, rest) = pem.split_once(BEGIN).ok_or(Unreadable::SigningKey)?;
        let (text, _) = rest.split_once(END).ok_or(Unreadable::SigningKey)?;
        let text: String = text.split_whitespace().collect();
        let bytes = STANDARD.decode(text).map_err(|_| Unreadable::SigningKey)?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&bytes).map(Self).map_err(|_| Unreadable::SigningKey)
    }
}

impl FromStr for Signature {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [ALGORITHM, key, bytes] = words.as_slice() else { return Err(Unreadable::Signature) };
        let key = key.parse().map_err(|_| Unreadable::Signature)?;
        let bytes = STANDARD.decode(bytes).ok().and_then(|bytes| bytes.try_into().ok());
        Ok(Self { key, bytes: bytes.ok_or(Unreadable::Signature)? })
    }
}

impl FromStr for PublicKey {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let bytes = STANDARD.decode(text.trim()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or(Unreadable::PublicKey)
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ALGORITHM} {} {}", self.key, STANDARD.encode(self.bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_one_component_by_one_key() {
        let (key, pem) = SigningKey::generate().unwrap();
        let signature: Signature = key.sign(b"component").to_string().parse().unwrap();
        assert_eq!(signature.signer(b"component"), Some(&key.public()));
        assert_eq!(signature.signer(b"another"), None);
        let again: SigningKey = pem.parse().unwrap();
        assert_eq!(again.public(), key.public());
        let (stranger, _) = SigningKey::generate().unwrap();
        let forged =
            stranger.sign(b"component").to_string().replace(&stranger.public().to_string(), &key.public().to_string());
        assert_eq!(forged.parse::<Signature>().unwrap().signer(b"component"), None);
    }

    /// Test 3 of RFC 8032, section 7.1, with the key as `openssl` writes it.
    #[test]
    fn keys_and_signatures_are_those_of_the_standard() {
        let pem = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIMWqjfQ/n4N77bdELzHct7Fm04U1B28JS4XOOi4LRFj3\n-----END PRIVATE KEY-----\n";
        let key: SigningKey = pem.parse().unwrap();
        assert_eq!(key.public().to_string(), "/FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU=");
        let signature = key.sign(&[0xaf, 0x82]).to_string();
        assert!(
            signature
                .ends_with("YpHWV97sJAJIJ+acOr4BowzlSKKEdDpEXjaA19taw6wY/5tTjRbykK5n92CYTcZZSnwV6XFu0o3AJ77O6h7ECg=="),
            "{signature}"
        );
    }

    #[test]
    fn what_is_none_is_told() {
        assert_eq!("ed25519 x y".parse::<Signature>(), Err(Unreadable::Signature));
        assert_eq!("".parse::<Signature>(), Err(Unreadable::Signature));
        assert_eq!("short".parse::<PublicKey>(), Err(Unreadable::PublicKey));
        for bad in ["", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"] {
            assert_eq!(bad.parse::<SigningKey>().err(), Some(Unreadable::SigningKey), "{bad}");
        }
    }
}
