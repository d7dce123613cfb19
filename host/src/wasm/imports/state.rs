//! `takt:crm/state`

use super::typed::Result;
use crate::wasm::bindings::takt::crm::state::Host;
use crate::wasm::convert::parse_json;
use crate::wasm::state::State;

impl Host for State {
    async fn get(&mut self, key: String) -> Result<Option<String>> {
        let value = self.begin("")?.state_get(&key).await?;
        self.meter.charge_rows(1)?;
        Ok(value.map(|value| value.to_string()))
    }

    async fn set(&mut self, key: String, value: String) -> Result<()> {
        self.begin("")?;
        self.meter.charge_writes(1)?;
        let value = parse_json(&value, "/value")?;
        Ok(self.unit()?.state_set(&key, value).await?)
    }

    async fn delete(&mut self, key: String) -> Result<()> {
        self.begin("")?;
        self.meter.charge_writes(1)?;
        Ok(self.unit()?.state_delete(&key).await?)
    }
}
