//! E-mail addresses.

use email_address::{EmailAddress, Options};

/// The text is not an e-mail address that mail can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be an e-mail address, like name@example.com")]
pub struct NotAnEmail;

/// The address in the one form it is kept and compared by: trimmed and lower-cased.
///
/// RFC 5321 lets the part before the `@` tell cases apart; no provider of note does, and two records for one person
/// are the likelier harm. Neither display names nor IP addresses in brackets are taken, and the domain has a dot.
///
/// # Errors
/// When the text is no such address, or longer than 254 bytes.
pub fn normalise(text: &str) -> Result<String, NotAnEmail> {
    let address = text.trim().to_lowercase();
    let options = Options::default().with_required_tld().without_domain_literal().without_display_text();
    match EmailAddress::parse_with_options(&address, options) {
        Ok(_) if address.len() <= 254 => Ok(address),
        _ => Err(NotAnEmail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form() {
        assert_eq!(normalise(" Ann.Lee+crm@Example.COM ").unwrap(), "ann.lee+crm@example.com");
        assert_eq!(normalise("иван@пример.рф").unwrap(), "иван@пример.рф");
    }

    #[test]
    fn refused() {
        let long = format!("{}@{}.com", "a".repeat(64), "b.".repeat(100));
        for text in
            ["", "a", "a@", "@b.c", "a@b", "a@b@c.de", "a b@c.de", "A <a@b.de>", "a@[127.0.0.1]", "a@b.de\n\0", &long]
        {
            assert_eq!(normalise(text), Err(NotAnEmail), "{text}");
        }
    }
}
