//! What a run carries with it: its unit of work, its budgets, its log.

use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use serde::{Deserialize, Serialize};
use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use super::bindings::takt::crm::types;
use super::call::{Budget, Budgets, Installation};
use super::journal::Tape;
use super::log::SharedLog;
use super::outside::Outside;
use crate::crm::invalid::Invalid;
use crate::store::run::Cost;
use crate::unit::{Unit, UnitError};

/// Elements that all tables of an instance may have together.
const TABLE_ELEMENTS: usize = 200_000;

/// What a run carries with it.
pub struct State {
    /// Absent while a component describes itself: it may call nothing then.
    pub(super) unit: Option<Unit>,
    pub(super) installation: Option<Arc<Installation>>,
    pub(super) wasi: WasiCtx,
    pub(super) table: ResourceTable,
    pub(super) log: SharedLog,
    pub(super) meter: Meter,
    pub(super) tape: Tape,
    pub(super) outside: Outside,
    /// Why the host ended the run, where it did.
    pub(super) stop: Option<Stop>,
}

/// Why the host ends a run, whatever the guest does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// A budget is used up.
    #[error("the budget `{}` is used up", .0.name())]
    Budget(Budget),
    /// The host cannot answer.
    #[error("{0}")]
    Host(String),
    /// A call of the host while the component describes itself.
    #[error("`describe` must not call the host")]
    Describing,
    /// The guest asks what its journal does not have.
    #[error("the run departs from its journal")]
    Departed,
}

/// Why a host function did not do what it was asked.
#[derive(Debug)]
pub enum HostError {
    /// The guest is told.
    Told(types::Error),
    /// The run ends.
    Stopped(Stop),
}

impl From<Stop> for HostError {
    fn from(stop: Stop) -> Self {
        Self::Stopped(stop)
    }
}

impl From<Invalid> for HostError {
    fn from(Invalid(fields): Invalid) -> Self {
        let fields =
            fields.into_iter().map(|error| types::FieldError { field: error.field, message: error.message }).collect();
        Self::Told(types::Error::Invalid(fields))
    }
}

impl From<UnitError> for HostError {
    fn from(error: UnitError) -> Self {
        match error {
            UnitError::NotFound(reference) => Self::not_found(reference.kind.name(), &reference.id.to_string()),
            UnitError::Invalid(invalid) => invalid.into(),
            UnitError::Stale { .. } | UnitError::Store(_) => Self::Stopped(Stop::Host(error.to_string())),
        }
    }
}

impl HostError {
    /// There is no such record.
    pub(super) fn not_found(kind: &str, id: &str) -> Self {
        Self::Told(types::Error::NotFound(types::Reference { kind: kind.to_owned(), id: id.to_owned() }))
    }
}

/// What the run has used, against what it may use.
#[derive(Debug, Clone)]
pub struct Meter {
    budgets: Budgets,
    begun: Clock,
    host_calls: u64,
    rows_read: u64,
    records_written: u64,
    memory: u64,
    memory_peak: u64,
    tables: usize,
    http_calls: u64,
}

impl Meter {
    /// Nothing is used yet.
    pub(super) fn new(budgets: Budgets) -> Self {
        Self {
            budgets,
            begun: Clock::now(),
            host_calls: 0,
            rows_read: 0,
            records_written: 0,
            memory: 0,
            memory_peak: 0,
            tables: 0,
            http_calls: 0,
        }
    }

    /// How long the run may still last.
    pub(super) fn time_left(&self) -> Duration {
        self.budgets.deadline().saturating_sub(self.begun.elapsed())
    }

    /// One call of the host.
    pub(super) fn charge_call(&mut self) -> Result<(), Stop> {
        charge(&mut self.host_calls, 1, self.budgets.host_calls, Budget::HostCalls)
    }

    /// Records that a read gave.
    pub(super) fn charge_rows(&mut self, rows: usize) -> Result<(), Stop> {
        charge(&mut self.rows_read, rows as u64, self.budgets.rows_read, Budget::RowsRead)
    }

    /// Records, timers or state values written.
    pub(super) fn charge_writes(&mut self, writes: usize) -> Result<(), Stop> {
        charge(&mut self.records_written, writes as u64, self.budgets.records_written, Budget::RecordsWritten)
    }

    /// A call of a service: its number, from 1.
    pub(super) fn charge_http(&mut self) -> Result<u64, Stop> {
        charge(&mut self.http_calls, 1, self.budgets.http_calls, Budget::HttpCalls)?;
        Ok(self.http_calls)
    }

    /// What it cost so far. Fuel and time are measured elsewhere.
    pub(super) const fn cost(&self) -> Cost {
        Cost {
            fuel: 0,
            micros: 0,
            memory: self.memory_peak,
            host_calls: self.host_calls,
            rows_read: self.rows_read,
            records_written: self.records_written,
        }
    }
}

fn charge(used: &mut u64, more: u64, most: u64, budget: Budget) -> Result<(), Stop> {
    *used = used.saturating_add(more);
    if *used > most { Err(Stop::Budget(budget)) } else { Ok(()) }
}

impl State {
    /// The unit of work, once the call is charged and the capability is found among the grants. No capability is
    /// wanted where it is empty.
    pub(super) fn begin(&mut self, capability: &str) -> Result<&mut Unit, HostError> {
        self.meter.charge_call()?;
        if !capability.is_empty() {
            self.wants(capability)?;
        }
        self.unit()
    }

    /// Whether the capability is among the grants.
    pub(super) fn wants(&self, capability: &str) -> Result<(), HostError> {
        let granted = self.installation()?.grants.contains(capability);
        if granted { Ok(()) } else { Err(HostError::Told(types::Error::Denied(capability.to_owned()))) }
    }

    /// The unit of work, of a call that is charged already.
    pub(super) fn unit(&mut self) -> Result<&mut Unit, HostError> {
        self.unit.as_mut().ok_or(HostError::Stopped(Stop::Describing))
    }

    /// The plugin's installation.
    pub(super) fn installation(&self) -> Result<&Installation, HostError> {
        self.installation.as_deref().ok_or(HostError::Stopped(Stop::Describing))
    }

    /// Notes why the host ends the run, and makes it the trap that ends it.
    pub(super) fn halt(&mut self, stop: Stop) -> wasmtime::Error {
        wasmtime::Error::new(self.stop.insert(stop).clone())
    }
}

impl wasmtime::ResourceLimiter for State {
    fn memory_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let meter = &mut self.meter;
        let total = meter.memory.saturating_add(desired.saturating_sub(current) as u64);
        if total > meter.budgets.memory {
            return Err(self.halt(Stop::Budget(Budget::Memory)));
        }
        meter.memory = total;
        meter.memory_peak = meter.memory_peak.max(total);
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _maximum: Option<usize>) -> wasmtime::Result<bool> {
        let meter = &mut self.meter;
        meter.tables = meter.tables.saturating_add(desired.saturating_sub(current));
        if meter.tables > TABLE_ELEMENTS {
            return Err(self.halt(Stop::Budget(Budget::Memory)));
        }
        Ok(true)
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}
