//! Exact amounts of money.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::invalid::Invalid;

/// An amount in the smallest unit of its currency. In JSON `{"minor": 1999, "currency": "EUR"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Minor units: hundredths, or what the currency's exponent says. May be negative.
    pub minor: i64,
    /// ISO 4217 code, upper case.
    pub currency: Currency,
}

/// A currency that ISO 4217 lists as in use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
#[schema(value_type = String, pattern = "^[A-Z]{3}$", example = "EUR")]
pub struct Currency(&'static str);

/// Why an amount cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The code is not in ISO 4217's list.
    #[error("`{0}` is not an ISO 4217 currency code in use")]
    Currency(String),
    /// Two amounts of different currencies were put together.
    #[error("{0} and {1} are different currencies")]
    Mixed(Currency, Currency),
    /// The text is not a decimal number.
    #[error("an amount is a decimal number, like 1234.50")]
    NotANumber,
    /// The text has more decimals than the currency.
    #[error("{0} has {decimals} decimals", decimals = .0.exponent())]
    TooFine(Currency),
    /// The result does not fit in 64 bits of minor units.
    #[error("the amount is too large")]
    TooLarge,
}

/// The alphabetic codes of ISO 4217's list one, and BGN, which left it in 2026.
const CODES: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN \
    BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS \
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK \
    LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB \
    PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS \
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW \
    ZWG";

impl Currency {
    /// The euro.
    pub const EUR: Self = Self("EUR");

    /// Its ISO 4217 code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// How many decimals its amounts have.
    #[must_use]
    pub fn exponent(self) -> u32 {
        match self.0 {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        CODES
            .split(' ')
            .find(|known| *known == code)
            .map(Self)
            .ok_or_else(|| MoneyError::Currency(code.chars().take(16).collect()))
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Money {
    /// So many minor units of that currency.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount that a decimal number says: `1234.5`, `-0.05`. A point, no grouping, no exponent.
    ///
    /// # Errors
    /// When the text is something else, finer than the currency, or too large.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        if !digits(whole) || !digits(decimals) {
            return Err(MoneyError::NotANumber);
        }
        let exponent = currency.exponent();
        let decimals = decimals.trim_end_matches('0');
        let missing = (exponent as usize).checked_sub(decimals.len()).ok_or(MoneyError::TooFine(currency))?;
        let sign = if unsigned.len() < text.len() { "-" } else { "" };
        format!("{sign}{whole}{decimals}{}", "0".repeat(missing))
            .parse()
            .map(|minor| Self { minor, currency })
            .map_err(|_| MoneyError::TooLarge)
    }

    /// The amount in units of the currency, with as many decimals as it has.
    #[must_use]
    pub fn decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    /// Both together.
    ///
    /// # Errors
    /// When the currencies differ, or the sum is too large.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_add)
    }

    /// This without the other.
    ///
    /// # Errors
    /// When the currencies differ, or the difference is too large.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.with(other, i64::checked_sub)
    }

    /// So many times this, rounded to minor units, a half away from zero. Exact: nothing else is rounded on the way.
    ///
    /// # Errors
    /// When the product is too large.
    pub fn times(self, factor: Decimal) -> Result<Self, MoneyError> {
        let negative = (self.minor < 0) != factor.is_sign_negative();
        let size =
            rounded_ratio(self.minor.unsigned_abs(), factor.mantissa().unsigned_abs(), 10u128.pow(factor.scale()));
        let signed =
            size.and_then(|size| if negative { 0i64.checked_sub_unsigned(size) } else { size.try_into().ok() });
        Ok(Self { minor: signed.ok_or(MoneyError::TooLarge)?, currency: self.currency })
    }

    fn with(self, other: Self, calculate: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let minor = calculate(self.minor, other.minor).ok_or(MoneyError::TooLarge)?;
        Ok(Self { minor, currency: self.currency })
    }
}

/// `1234.50 EUR`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.decimal(), self.currency)
    }
}

/// Notes where what a lead or a deal is worth is less than nothing.
pub(super) fn check_amount(amount: Option<Money>, invalid: &mut Invalid) {
    invalid.check(amount.is_none_or(|amount| amount.minor >= 0), "/amount", "must not be negative");
}

/// `amount * factor / divisor`, a half rounded up; none where it does not fit. `factor` is a decimal's mantissa
/// (96 bits) and `divisor` its power of ten (94 bits), so the product may need 160 bits: it is divided by halves.
fn rounded_ratio(amount: u64, factor: u128, divisor: u128) -> Option<u64> {
    let high = factor * u128::from(amount >> 32);
    let carried = (high % divisor) << 32;
    let low = factor * u128::from(amount & 0xFFFF_FFFF);
    let rest = carried % divisor + low % divisor;
    (high / divisor)
        .checked_mul(1 << 32)?
        .checked_add(carried / divisor)?
        .checked_add(low / divisor)?
        .checked_add((2 * rest + divisor) / (2 * divisor))?
        .try_into()
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::RoundingStrategy;
    use serde_json::json;

    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, code.parse().unwrap())
    }

    #[test]
    fn in_json() {
        let amount: Money = serde_json::from_value(json!({"minor": -5, "currency": "JPY"})).unwrap();
        assert_eq!(amount, money(-5, "JPY"));
        assert_eq!(serde_json::to_value(amount).unwrap(), json!({"minor": -5, "currency": "JPY"}));
        for wrong in [
            json!({"minor": 1.5, "currency": "EUR"}),
            json!({"minor": 1, "currency": "eur"}),
            json!({"minor": 1, "currency": "ABC"}),
            json!({"minor": 1, "currency": "EUR USD"}),
            json!({"minor": 1, "currency": ""}),
            json!({"minor": 1}),
            json!({"minor": 1, "currency": "EUR", "x": 1}),
        ] {
            assert!(serde_json::from_value::<Money>(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_code_is_three_capitals() {
        assert!(CODES.split(' ').all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())));
    }

    #[test]
    fn texts() {
        for (text, code, minor) in [
            ("1234.5", "EUR", 123_450),
            ("-0.05", "EUR", -5),
            ("7", "JPY", 7),
            ("7.00", "JPY", 7),
            ("1.234", "KWD", 1_234),
            ("92233720368547758.07", "EUR", i64::MAX),
            ("-92233720368547758.08", "EUR", i64::MIN),
        ] {
            assert_eq!(Money::parse(text, code.parse().unwrap()), Ok(money(minor, code)), "{text}");
        }
        for text in ["", "-", ".5", "5.", "+1", "1e3", "1_0", "1,5", "١", "--1", " 1"] {
            assert_eq!(Money::parse(text, Currency::EUR), Err(MoneyError::NotANumber), "{text}");
        }
        assert_eq!(Money::parse("1.005", Currency::EUR), Err(MoneyError::TooFine(Currency::EUR)));
        assert_eq!(Money::parse("92233720368547758.08", Currency::EUR), Err(MoneyError::TooLarge));
        assert_eq!(money(-5, "EUR").to_string(), "-0.05 EUR");
        assert_eq!(money(7, "JPY").to_string(), "7 JPY");
    }

    #[test]
    fn a_half_goes_away_from_zero() {
        let factor = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(money(5, "EUR").times(factor("0.5")), Ok(money(3, "EUR")));
        assert_eq!(money(-5, "EUR").times(factor("0.5")), Ok(money(-3, "EUR")));
        assert_eq!(money(1, "EUR").times(factor("0.4999999999999999999999999999")), Ok(money(0, "EUR")));
        assert_eq!(money(i64::MIN, "EUR").times(Decimal::ONE), Ok(money(i64::MIN, "EUR")));
        assert_eq!(money(i64::MIN, "EUR").times(Decimal::NEGATIVE_ONE), Err(MoneyError::TooLarge));
        assert_eq!(money(i64::MAX, "EUR").times(Decimal::MAX), Err(MoneyError::TooLarge));
        let third = money(3_000_000_000_000_000_000, "EUR").times(factor("0.3333333333333333333333333333"));
        assert_eq!(third, Ok(money(1_000_000_000_000_000_000, "EUR")));
    }

    proptest! {
        #[test]
        fn text_and_back(minor: i64, code in prop::sample::select(vec!["EUR", "JPY", "KWD", "CLF"])) {
            let amount = money(minor, code);
            prop_assert_eq!(Money::parse(&amount.decimal().to_string(), amount.currency), Ok(amount));
        }

        #[test]
        fn subtracting_undoes_adding(a: i32, b: i32) {
            let (a, b) = (money(a.into(), "EUR"), money(b.into(), "EUR"));
            prop_assert_eq!(a.checked_add(b).and_then(|sum| sum.checked_sub(b)), Ok(a));
            prop_assert!(a.checked_add(money(1, "USD")).is_err());
        }

        /// Where the product fits its 96 bits, `rust_decimal` computes the same.
        #[test]
        fn times_is_exact(minor in -1_000_000_000_000i64..1_000_000_000_000, digits in -10_000_000i64..10_000_000, scale in 0..9u32) {
            let factor = Decimal::new(digits, scale);
            let expected = (Decimal::from(minor) * factor)
                .round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
                .try_into()
                .map_err(|_| MoneyError::TooLarge);
            prop_assert_eq!(money(minor, "EUR").times(factor).map(|amount| amount.minor), expected);
        }
    }
}
