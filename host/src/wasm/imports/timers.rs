//! `takt:crm/timers`

use std::time::Duration;

use super::typed::{Result, moment, reads, reference_of};
use crate::crm::kind::Kind;
use crate::wasm::bindings::takt::crm::timers::Host;
use crate::wasm::bindings::takt::crm::types::Reference;
use crate::wasm::convert::{parse_json, parse_reference};
use crate::wasm::state::State;

impl Host for State {
    async fn set(&mut self, key: String, at: i64, payload: String, about: Option<Reference>) -> Result<()> {
        self.begin("")?;
        self.meter.charge_writes(1)?;
        let at = moment(at, "/at")?;
        let payload = parse_json(&payload, "/payload")?;
        let about = about.map(|about| parse_reference(&about, "/about")).transpose()?;
        Ok(self.unit()?.timer_set(&key, at, payload, about)?)
    }

    async fn cancel(&mut self, key: String) -> Result<bool> {
        self.begin("")?;
        self.meter.charge_writes(1)?;
        Ok(self.unit()?.timer_cancel(&key).await?)
    }

    async fn working_time_after(&mut self, start: i64, duration: u64, department: Option<String>) -> Result<i64> {
        let capability = department.as_ref().map_or_else(String::new, |_| reads(Kind::Department));
        let unit = self.begin(&capability)?;
        let start = moment(start, "/start")?;
        let department = department.map(|id| reference_of(Kind::Department, &id)).transpose()?;
        let length = Duration::from_secs(duration);
        let end = unit.working_time_after(start, length, department.map(|department| department.id)).await?;
        self.meter.charge_rows(1)?;
        Ok(end.micros())
    }
}
