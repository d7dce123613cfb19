//! What papers must say of a party: billing details.

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;
use super::text;

/// What papers must say of a party, beside its tax id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Billing {
    /// The name that stands in contracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// The postal address, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The bank's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// The bank account: an IBAN, or how the country writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<String>,
    /// Who signs, with their office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<String>,
}

impl Billing {
    /// Cleans them; `field` is the JSON Pointer of where they are.
    pub fn clean(&mut self, field: &str, invalid: &mut Invalid) {
        for (text, name) in [
            (&mut self.legal_name, "legal_name"),
            (&mut self.address, "address"),
            (&mut self.bank, "bank"),
            (&mut self.bank_account, "bank_account"),
            (&mut self.signatory, "signatory"),
        ] {
            text::optional_line(text, &format!("{field}/{name}"), invalid);
        }
    }

    /// Whether there is nothing in them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
