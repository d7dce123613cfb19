//! `takt:crm/log`

use crate::wasm::bindings::takt::crm::log::{Host, Level};
use crate::wasm::state::State;

impl Host for State {
    async fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        if let Err(stop) = self.meter.charge_call() {
            return Err(self.halt(stop));
        }
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        self.log.push(level, &message);
        Ok(())
    }
}
