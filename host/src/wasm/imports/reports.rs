//! `takt:crm/reports`

use super::typed::Result;
use crate::crm::invalid::Invalid;
use crate::crm::report::ReportQuery;
use crate::wasm::bindings::takt::crm::reports::Host;
use crate::wasm::convert::parse_json;
use crate::wasm::state::State;

/// The capability.
pub(in crate::wasm) const READ: &str = "reports:read";

impl Host for State {
    async fn figures(&mut self, query: String) -> Result<String> {
        let query = read(&query)?;
        let report = self.begin(READ)?.report(&query, None).await?;
        self.meter.charge_rows(1 + report.groups.len())?;
        Ok(serde_json::to_string(&report).unwrap_or_default())
    }

    async fn funnel(&mut self, query: String) -> Result<String> {
        let query = read(&query)?;
        let funnel = self.begin(READ)?.funnel(&query, None).await?;
        self.meter.charge_rows(funnel.len())?;
        Ok(serde_json::to_string(&funnel).unwrap_or_default())
    }
}

fn read(query: &str) -> std::result::Result<ReportQuery, Invalid> {
    let query = parse_json(query, "/query")?;
    serde_path_to_error::deserialize(query).map_err(|error| Invalid::field("/query", error.to_string()))
}
