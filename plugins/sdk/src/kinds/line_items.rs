use serde::{Deserialize, Serialize};

use super::Id;
use crate::money::Money;

/// One line of what is sold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LineItem {
    /// The product that it is.
    pub product: Option<Id>,
    /// What it is called.
    pub title: String,
    /// What it is counted in: `pcs`, `h`, `kg`, …
    pub unit: Option<String>,
    /// How many: a decimal number.
    pub quantity: String,
    /// The price of one.
    pub price: Money,
    /// Whether that price has VAT in it.
    #[serde(default)]
    pub price_includes_vat: bool,
    /// What is taken off the price, in basis points: 1000 is 10 %.
    #[serde(default)]
    pub discount: u16,
    /// VAT in basis points: 1900 is 19 %. Absent: exempt.
    pub vat_rate: Option<u16>,
}

/// What lines come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Without VAT.
    pub net: Money,
    /// The VAT.
    pub vat: Money,
    /// With VAT: what is to be paid.
    pub gross: Money,
}
