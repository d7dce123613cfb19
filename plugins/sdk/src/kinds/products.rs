use serde::{Deserialize, Serialize};

use super::{Custom, Id, null_as_default, record};
use crate::money::Money;

/// What the organisation sells.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// The record's id.
    pub id: Id,
    /// Grows by one with every change.
    pub version: u64,
    /// What people call it.
    pub title: String,
    /// The stock keeping unit: unique among products.
    pub sku: Option<String>,
    /// What it is counted in.
    pub unit: Option<String>,
    /// The price of one.
    pub price: Option<Money>,
    /// VAT in basis points; absent: exempt.
    pub vat_rate: Option<u16>,
    /// False: sold no more.
    pub active: bool,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

record!(Product, "product");
