//! Exact amounts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An exact amount: `minor` units of `currency`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Hundredths, or what the currency's ISO 4217 exponent says; may be negative.
    pub minor: i64,
    /// ISO 4217 code, upper case.
    pub currency: String,
}

impl Money {
    /// So many minor units of a currency.
    pub fn new(minor: i64, currency: impl Into<String>) -> Money {
        Money { minor, currency: currency.into() }
    }

    /// Writes the amount with the given marks between thousands and before the fraction: `12,345.60 EUR`.
    pub fn format(&self, group: &str, decimal: &str) -> String {
        let exponent = exponent(&self.currency);
        let digits = format!("{:0width$}", self.minor.unsigned_abs(), width = exponent + 1);
        let (whole, fraction) = digits.split_at(digits.len() - exponent);
        let mut text = String::from(if self.minor < 0 { "−" } else { "" });
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(group);
            }
            text.push(digit);
        }
        if exponent > 0 {
            text.push_str(decimal);
            text.push_str(fraction);
        }
        text.push('\u{a0}');
        text.push_str(&self.currency);
        text
    }
}

/// Written as in English.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format(",", "."))
    }
}

/// How many decimal places ISO 4217 gives a currency.
fn exponent(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        let written = |minor, currency| Money::new(minor, currency).to_string().replace('\u{a0}', " ");
        assert_eq!(written(123_456_789, "EUR"), "1,234,567.89 EUR");
        assert_eq!(written(5, "EUR"), "0.05 EUR");
        assert_eq!(written(-100_000, "RUB"), "−1,000.00 RUB");
        assert_eq!(written(1_500, "JPY"), "1,500 JPY");
        assert_eq!(written(1_500, "KWD"), "1.500 KWD");
        assert_eq!(written(i64::MIN, "JPY"), "−9,223,372,036,854,775,808 JPY");
    }
}
