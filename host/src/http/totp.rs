//! Codes of a second factor: time-based ones (RFC 6238), and codes for who has lost the device.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use totp_rs::{Builder, Secret, Totp};

use super::secret::{self, SecretError};
use crate::crm::instant::Instant;

/// How many recovery codes are made at once.
const RECOVERY: usize = 10;

/// The secret that a person's device and the host share, as text for [`of`].
///
/// # Errors
/// Where the operating system gives no random bytes.
pub fn new_secret() -> Result<String, SecretError> {
    Ok(STANDARD.encode(random::<20>()?))
}

/// What makes the codes of a secret. `account` is what the device shows.
///
/// # Errors
/// Where the text is no secret.
pub fn of(secret: &str, account: &str) -> Result<Totp, SecretError> {
    let bytes = STANDARD.decode(secret).map_err(|error| SecretError::new(&error))?;
    // A colon would end the account's name.
    let account = account.replace(':', " ");
    let totp = Builder::new().with_secret(bytes).with_account_name(account).with_issuer(Some("Takt"));
    totp.build().map_err(|error| SecretError::new(&error))
}

/// The secret as people type it into their device.
#[must_use]
pub fn typed(secret: &str) -> String {
    Secret::from(STANDARD.decode(secret).unwrap_or_default()).to_base32()
}

/// The step of time that a code belongs to, where it is one of these moments: each step is good once.
#[must_use]
pub fn step(totp: &Totp, code: &str, now: Instant) -> Option<u64> {
    let seconds = u64::try_from(now.micros() / 1_000_000).ok()?;
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let shaped = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
    if shaped { totp.check(&digits, seconds) } else { None }
}

/// New recovery codes, of 80 random bits each: `ab12-cd34-…`.
///
/// # Errors
/// Where the operating system gives no random bytes.
pub fn recovery_codes() -> Result<Vec<String>, SecretError> {
    let code = |_| {
        let text = Secret::from(random::<10>()?.to_vec()).to_base32().to_lowercase();
        let groups: Vec<&str> = (0..text.len()).step_by(4).filter_map(|at| text.get(at..at + 4)).collect();
        Ok(groups.join("-"))
    };
    (0..RECOVERY).map(code).collect()
}

/// What a recovery code is kept as, however it was typed.
#[must_use]
pub fn recovery_hash(code: &str) -> [u8; 32] {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secret::hash(&plain.to_lowercase())
}

fn random<const N: usize>() -> Result<[u8; N], SecretError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| SecretError::new(&error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B, the last six digits.
    #[test]
    fn codes_of_the_rfc() {
        let totp = of(&STANDARD.encode("12345678901234567890"), "a:b@example.com").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005 924")] {
            let now = Instant::from_micros(seconds * 1_000_000);
            assert_eq!(step(&totp, code, now), Some(seconds.unsigned_abs() / 30), "{code}");
        }
        let late = Instant::from_micros((59 + 120) * 1_000_000);
        for bad in ["287082", "", "abcdef", "28708", "2870820", "٢٨٧٠٨٢"] {
            assert_eq!(step(&totp, bad, late), None, "{bad}");
        }
        assert!(totp.to_url().unwrap().starts_with("otpauth://totp/Takt:"));
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let codes = recovery_codes().unwrap();
        assert_eq!((codes.len(), codes[0].len()), (10, 19));
        assert_eq!(recovery_hash(&codes[0]), recovery_hash(&codes[0].to_uppercase().replace('-', " ")));
        assert_ne!(recovery_hash(&codes[0]), recovery_hash(&codes[1]));
    }
}
