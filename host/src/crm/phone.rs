//! Phone numbers.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

/// The text is not a phone number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a phone number in international form, like +49 30 123456, or one of the organisation's region")]
pub struct NotAPhone;

/// The number in E.164, as it is kept and compared: `+` and digits.
///
/// A number without a country code is read as somebody in `region` would dial it; `region` is an ISO 3166-1 alpha-2
/// code. An extension is dropped: E.164 has none.
///
/// # Errors
/// When the text is no number that the country's numbering plan knows.
pub fn normalise(text: &str, region: &str) -> Result<String, NotAPhone> {
    let number = PHONE_NUMBER_UTIL.parse(text.trim(), known(region)).map_err(|_| NotAPhone)?;
    if !number.is_valid() {
        return Err(NotAPhone);
    }
    Ok(number.format_as(PhoneNumberFormat::E164).into_owned())
}

/// Whether `region` is an upper-case ISO 3166-1 alpha-2 code of a country whose numbers [`normalise`] can read.
#[must_use]
pub fn is_region(region: &str) -> bool {
    let upper = region.bytes().all(|b| b.is_ascii_uppercase());
    upper && known(region).is_some_and(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(region).is_some())
}

fn known(region: &str) -> Option<Region> {
    region.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e164() {
        for (text, region, number) in [
            ("8 800 555-35-35", "RU", "+78005553535"),
            ("8 (495) 123-45-67", "RU", "+74951234567"),
            ("+7 916 123 45 67", "DE", "+79161234567"),
            ("030 901820", "DE", "+4930901820"),
            ("0049 30 901820", "DE", "+4930901820"),
            (" +49 (0)30 901820 ", "US", "+4930901820"),
            ("(212) 736-5000", "US", "+12127365000"),
            ("+12127365000", "nonsense", "+12127365000"),
        ] {
            assert_eq!(normalise(text, region).as_deref(), Ok(number), "{text}");
        }
    }

    #[test]
    fn refused() {
        for text in ["", "hello", "123", "+", "+999 123", "8 800 555", "+49 30 9018209018209018"] {
            assert_eq!(normalise(text, "RU"), Err(NotAPhone), "{text}");
        }
        assert_eq!(normalise("030 901820", "nonsense"), Err(NotAPhone));
    }

    #[test]
    fn regions() {
        assert!(is_region("DE") && is_region("RU") && is_region("US"));
        assert!(!is_region("de") && !is_region("ZZ") && !is_region("DEU") && !is_region(""));
    }
}
