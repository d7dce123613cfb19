use serde::{Deserialize, Serialize};

/// What papers must say of a party, beside its tax id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Billing {
    /// The name that stands in contracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_name: Option<String>,
    /// The postal address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The bank's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// The bank account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_account: Option<String>,
    /// Who signs, with their office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signatory: Option<String>,
}

impl Billing {
    /// The names of what is not there but must be for a contract: the tax id is kept beside them.
    pub fn missing(&self, tax_id: Option<&str>) -> Vec<&'static str> {
        let there = |text: &Option<String>| text.is_some();
        let all = [
            ("legal_name", there(&self.legal_name)),
            ("tax_id", tax_id.is_some()),
            ("address", there(&self.address)),
            ("bank_account", there(&self.bank_account)),
            ("signatory", there(&self.signatory)),
        ];
        all.into_iter().filter(|(_, there)| !there).map(|(name, _)| name).collect()
    }
}
