//! What guests may call: one file a group of interfaces of the contract.
//!
//! Each call is charged, its capability is looked for among the grants, and then it is the unit of work's to answer.
//! What the guest gave is checked here only as far as the contract's types do not already; the rules of the records are
//! [`crm`](crate::crm)'s.

mod calendar;
mod companies;
mod contacts;
mod deals;
mod filter;
pub(super) mod http;
mod leads;
mod log;
mod notifications;
mod patch;
mod people;
mod records;
pub(super) mod reports;
pub(super) mod seam;
mod state;
mod tasks;
mod timers;
mod typed;

use super::bindings::takt::crm::types;
use super::state::{HostError, State};

impl types::Host for State {
    fn convert_error(&mut self, error: HostError) -> wasmtime::Result<types::Error> {
        match error {
            HostError::Told(error) => Ok(error),
            HostError::Stopped(stop) => Err(self.halt(stop)),
        }
    }
}
