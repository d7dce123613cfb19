//! What is sold, line by line, and what it comes to.
//!
//! All in exact decimal arithmetic, and rounded twice a line, to the minor unit of the currency, a half away from zero:
//! the line's price (unit price times quantity, less the discount), and its VAT. The third figure is made of these two,
//! so gross is net and VAT together to the last cent; totals are sums of lines, and are never rounded themselves.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::invalid::Invalid;
use super::money::{Currency, Money, MoneyError};
use super::text;

/// How many lines there may be.
pub const ITEMS: usize = 500;
/// One as a rate: 100 % in basis points.
const WHOLE: u16 = 10_000;

/// One line of what is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineItem {
    /// The product that it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Id>,
    /// What it is called.
    pub title: String,
    /// What it is counted in: `pcs`, `h`, `kg`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many.
    pub quantity: Quantity,
    /// The price of one. Not negative.
    pub price: Money,
    /// Whether that price has VAT in it.
    #[serde(default)]
    pub price_includes_vat: bool,
    /// What is taken off the price, in basis points: 1000 is 10 %.
    #[serde(default)]
    #[schema(maximum = 10_000)]
    pub discount: u16,
    /// VAT in basis points: 1900 is 19 %. Absent: exempt from VAT, which is not the same as a rate of 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 10_000)]
    pub vat_rate: Option<u16>,
    /// The line without VAT. Computed; what is given here is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net: Option<Money>,
    /// Its VAT. Computed; what is given here is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<Money>,
    /// The line with VAT. Computed; what is given here is not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross: Option<Money>,
}

/// How many: a decimal number in a text, more than 0, less than a million millions, of up to 6 decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9]{1,12}([.][0-9]{1,6})?$", example = "2.5")]
pub struct Quantity(Decimal);

/// The text is not a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a quantity is a decimal number in a text, more than 0, of up to 12 digits and 6 decimals, like \"2.5\"")]
pub struct NotAQuantity;

/// What lines come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub vat: Money,
    /// With VAT: what is to be paid.
    pub gross: Money,
    /// The same for each VAT rate, by rate; what is exempt comes first.
    pub by_rate: Vec<RateTotals>,
}

/// What the lines of one VAT rate come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RateTotals {
    /// In basis points; absent where exempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat_rate: Option<u16>,
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub vat: Money,
    /// With VAT.
    pub gross: Money,
}

/// Net, VAT and gross.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    net: Money,
    vat: Money,
    gross: Money,
}

impl Parts {
    const fn zero(currency: Currency) -> Self {
        let zero = Money::new(0, currency);
        Self { net: zero, vat: zero, gross: zero }
    }

    fn add(self, other: Self) -> Result<Self, MoneyError> {
        Ok(Self {
            net: self.net.checked_add(other.net)?,
            vat: self.vat.checked_add(other.vat)?,
            gross: self.gross.checked_add(other.gross)?,
        })
    }
}

impl LineItem {
    /// Cleans and checks it, and computes its figures. `at` is its JSON Pointer.
    fn admit(&mut self, at: &str, invalid: &mut Invalid) -> Option<Parts> {
        text::line(&mut self.title, &format!("{at}/title"), invalid);
        text::optional_line(&mut self.unit, &format!("{at}/unit"), invalid);
        let sound = self.price.minor >= 0 && self.discount <= WHOLE && self.vat_rate.is_none_or(|rate| rate <= WHOLE);
        invalid.check(self.price.minor >= 0, &format!("{at}/price"), "must not be negative");
        invalid.check(self.discount <= WHOLE, &format!("{at}/discount"), "must not be more than 10000 basis points");
        let rate = self.vat_rate.unwrap_or_default();
        invalid.check(rate <= WHOLE, &format!("{at}/vat_rate"), "must not be more than 10000 basis points");
        let parts = sound.then(|| self.parts())?.map_err(|error| invalid.note(at, format!("the line: {error}"))).ok();
        (self.net, self.vat, self.gross) =
            (parts.map(|parts| parts.net), parts.map(|parts| parts.vat), parts.map(|parts| parts.gross));
        parts
    }

    fn parts(&self) -> Result<Parts, MoneyError> {
        // 18 digits of the quantity and 5 of the discount: exact within the 28 digits of a `Decimal`.
        let factor = self.quantity.0 * Decimal::new(i64::from(WHOLE - self.discount), 4);
        let price = self.price.times(factor)?;
        let rate = i128::from(self.vat_rate.unwrap_or_default());
        let whole = i128::from(WHOLE);
        let share = |of: i128| {
            // Half up is half away from zero: nothing here is negative.
            let minor = (2 * i128::from(price.minor) * rate + of) / (2 * of);
            i64::try_from(minor).map(|minor| Money::new(minor, price.currency)).map_err(|_| MoneyError::TooLarge)
        };
        if self.price_includes_vat {
            let vat = share(whole + rate)?;
            Ok(Parts { net: price.checked_sub(vat)?, vat, gross: price })
        } else {
            let vat = share(whole)?;
            Ok(Parts { net: price, vat, gross: price.checked_add(vat)? })
        }
    }
}

/// Cleans and checks the lines, computes the figures of each, and sums them up. `field` is their JSON Pointer. Nothing
/// where there are none, or where something is wrong.
pub fn admit_items(items: &mut [LineItem], field: &str, invalid: &mut Invalid) -> Option<Totals> {
    if items.len() > ITEMS {
        invalid.note(field, format!("must not be more than {ITEMS}"));
        return None;
    }
    let currency = items.first()?.price.currency;
    let mut lines = Vec::with_capacity(items.len());
    for (index, item) in items.iter_mut().enumerate() {
        let at = format!("{field}/{index}");
        if item.price.currency != currency {
            invalid.note(format!("{at}/price/currency"), format!("must be {currency}, as in the first line"));
        }
        lines.push((item.vat_rate, item.admit(&at, invalid)));
    }
    let lines: Vec<_> = lines.into_iter().map(|(rate, parts)| Some((rate, parts?))).collect::<Option<_>>()?;
    match sum(&lines, currency) {
        Ok(totals) => Some(totals),
        // Said above, at the line.
        Err(MoneyError::Mixed(..)) => None,
        Err(error) => {
            invalid.note(field, format!("the total: {error}"));
            None
        }
    }
}

impl Totals {
    /// What lines come to that were admitted. Nothing where there are none.
    #[must_use]
    pub fn of(items: &[LineItem]) -> Option<Self> {
        admit_items(&mut items.to_vec(), "", &mut Invalid::default())
    }
}

fn sum(lines: &[(Option<u16>, Parts)], currency: Currency) -> Result<Totals, MoneyError> {
    let mut all = Parts::zero(currency);
    let mut rates = std::collections::BTreeMap::new();
    for (rate, parts) in lines {
        all = all.add(*parts)?;
        let slot = rates.entry(*rate).or_insert(Parts::zero(currency));
        *slot = slot.add(*parts)?;
    }
    let by_rate = rates
        .into_iter()
        .map(|(vat_rate, Parts { net, vat, gross })| RateTotals { vat_rate, net, vat, gross })
        .collect();
    Ok(Totals { net: all.net, vat: all.vat, gross: all.gross, by_rate })
}

impl FromStr for Quantity {
    type Err = NotAQuantity;

    fn from_str(text: &str) -> Result<Self, NotAQuantity> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits =
            |part: &str, most| (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole, 12) || !digits(decimals, 6) {
            return Err(NotAQuantity);
        }
        match text.parse::<Decimal>() {
            Ok(number) if !number.is_zero() => Ok(Self(number.normalize())),
            _ => Err(NotAQuantity),
        }
    }
}

impl TryFrom<String> for Quantity {
    type Error = NotAQuantity;

    fn try_from(text: String) -> Result<Self, NotAQuantity> {
        text.parse()
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::EUR)
    }

    fn item(quantity: &str, minor: i64, vat_rate: Option<u16>) -> LineItem {
        let fields = json!({"title": "Chair", "quantity": quantity, "price": eur(minor), "vat_rate": vat_rate});
        serde_json::from_value(fields).unwrap()
    }

    fn totals(items: &mut [LineItem]) -> Result<Option<Totals>, Vec<String>> {
        let mut invalid = Invalid::default();
        let totals = admit_items(items, "/items", &mut invalid);
        invalid.or(totals).map_err(|invalid| invalid.0.into_iter().map(|error| error.field).collect())
    }

    fn figures(item: LineItem) -> (i64, i64, i64) {
        let totals = totals(&mut [item]).unwrap().unwrap();
        (totals.net.minor, totals.vat.minor, totals.gross.minor)
    }

    #[test]
    fn quantities() {
        for (text, kept) in [("1", "1"), ("2.50", "2.5"), ("0.000001", "0.000001"), ("007", "7"), ("100", "100")] {
            assert_eq!(text.parse::<Quantity>().unwrap().to_string(), kept);
        }
        for wrong in ["", "0", "0.0", "-1", "+1", "1e3", "1.", ".5", "1,5", "1.0000001", "1234567890123", "1_0", " 1"] {
            assert_eq!(wrong.parse::<Quantity>(), Err(NotAQuantity), "{wrong}");
        }
        for wrong in [json!(1), json!(1.5), json!(null)] {
            assert!(serde_json::from_value::<Quantity>(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn figures_of_a_line() {
        assert_eq!(figures(item("2.5", 1_001, Some(1_900))), (2_503, 476, 2_979));
        assert_eq!(figures(item("1", 100, None)), (100, 0, 100));
        assert_eq!(
            figures(LineItem { price_includes_vat: true, ..item("1", 12_000, Some(2_000)) }),
            (10_000, 2_000, 12_000)
        );
        assert_eq!(figures(LineItem { price_includes_vat: true, ..item("3", 333, Some(700)) }), (934, 65, 999));
        assert_eq!(figures(LineItem { discount: 1_000, ..item("1", 995, Some(0)) }), (896, 0, 896));
        assert_eq!(figures(LineItem { discount: 10_000, ..item("1", 995, Some(1_900)) }), (0, 0, 0));
        // A half goes up: 0.5 × 1 cent, and 50 % of 1 cent.
        assert_eq!(figures(item("0.5", 1, Some(5_000))), (1, 1, 2));
    }

    #[test]
    fn currencies_have_their_own_minor_unit() {
        let yen = Money::new(1_999, "JPY".parse().unwrap());
        let line = LineItem { price: yen, ..item("1.5", 0, Some(1_000)) };
        assert_eq!(figures(line), (2_999, 300, 3_299));
    }

    #[test]
    fn totals_by_rate() {
        let mut items =
            [item("1", 100, Some(1_900)), item("1", 200, None), item("1", 300, Some(700)), item("1", 50, Some(1_900))];
        let totals = totals(&mut items).unwrap().unwrap();
        assert_eq!((totals.net, totals.vat, totals.gross), (eur(650), eur(50), eur(700)));
        let rates: Vec<_> = totals.by_rate.iter().map(|rate| (rate.vat_rate, rate.net.minor, rate.vat.minor)).collect();
        assert_eq!(rates, [(None, 200, 0), (Some(700), 300, 21), (Some(1_900), 150, 29)]);
        assert_eq!(items[0].gross, Some(eur(119)));
    }

    #[test]
    fn refusals_name_the_line() {
        assert_eq!(totals(&mut []), Ok(None));
        let yen = LineItem { price: Money::new(1, "JPY".parse().unwrap()), ..item("1", 0, None) };
        assert_eq!(totals(&mut [item("1", 1, None), yen]).unwrap_err(), ["/items/1/price/currency"]);
        let wrong = LineItem { title: " ".into(), discount: 10_001, ..item("1", -1, Some(10_001)) };
        assert_eq!(
            totals(&mut [wrong]).unwrap_err(),
            ["/items/0/title", "/items/0/price", "/items/0/discount", "/items/0/vat_rate"]
        );
        assert_eq!(totals(&mut vec![item("1", 1, None); ITEMS + 1]).unwrap_err(), ["/items"]);
    }

    #[test]
    fn an_overflow_is_refused() {
        assert_eq!(totals(&mut [item("999999999999.999999", i64::MAX, None)]).unwrap_err(), ["/items/0"]);
        assert_eq!(totals(&mut [item("1", i64::MAX, Some(1))]).unwrap_err(), ["/items/0"]);
        assert_eq!(totals(&mut [item("1", i64::MAX, None), item("1", 1, None)]).unwrap_err(), ["/items"]);
    }

    fn items() -> impl Strategy<Value = LineItem> {
        (
            (1..2_000_000_000i64, 0..7u32),
            0..100_000_000i64,
            any::<bool>(),
            0..=WHOLE,
            prop::option::of(prop::sample::select(vec![0u16, 700, 1_000, 1_900, 2_000, WHOLE])),
        )
            .prop_map(|((digits, scale), minor, price_includes_vat, discount, vat_rate)| LineItem {
                price_includes_vat,
                discount,
                ..item(&Decimal::new(digits, scale).to_string(), minor, vat_rate)
            })
    }

    fn has_float(value: &Value) -> bool {
        match value {
            Value::Number(number) => number.is_f64(),
            Value::Array(items) => items.iter().any(has_float),
            Value::Object(members) => members.values().any(has_float),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn lines_make_the_total(mut items in prop::collection::vec(items(), 1..20)) {
            let totals = totals(&mut items).unwrap().unwrap();
            let sum = |part: fn(&LineItem) -> Option<Money>| items.iter().map(|item| part(item).unwrap().minor).sum::<i64>();
            prop_assert_eq!(totals.net.minor, sum(|item| item.net));
            prop_assert_eq!(totals.vat.minor, sum(|item| item.vat));
            prop_assert_eq!(totals.gross.minor, sum(|item| item.gross));
            prop_assert_eq!(totals.net.checked_add(totals.vat), Ok(totals.gross));
            let by_rate = totals.by_rate.iter().map(|rate| rate.gross.minor).sum::<i64>();
            prop_assert_eq!(by_rate, totals.gross.minor);
            for item in &items {
                prop_assert_eq!(item.net.unwrap().checked_add(item.vat.unwrap()).ok(), item.gross);
            }
            prop_assert!(!has_float(&json!(items)) && !has_float(&json!(totals)));
        }

        /// Against whole numbers: what is kept is never further than half a minor unit from the exact value.
        #[test]
        fn rounding_is_to_the_nearest(item in items()) {
            let (net, vat, gross) = figures(item.clone());
            let mantissa = item.quantity.0.mantissa() * i128::from(item.price.minor) * i128::from(WHOLE - item.discount);
            let unit = 10i128.pow(item.quantity.0.scale() + 4);
            let base = i128::from(if item.price_includes_vat { gross } else { net });
            prop_assert!((2 * (base * unit - mantissa)).abs() <= unit);
            let rate = i128::from(item.vat_rate.unwrap_or(0));
            let whole = i128::from(WHOLE) + if item.price_includes_vat { rate } else { 0 };
            prop_assert!((2 * (i128::from(vat) * whole - base * rate)).abs() <= whole);
        }

        #[test]
        fn computed_again_it_stays(mut item in items()) {
            totals(std::slice::from_mut(&mut item)).unwrap();
            let kept = item.clone();
            totals(std::slice::from_mut(&mut item)).unwrap();
            prop_assert_eq!(&item, &kept);
            prop_assert_eq!(serde_json::from_value::<LineItem>(json!(kept)).unwrap(), kept);
        }
    }
}
