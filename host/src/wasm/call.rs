//! What goes into a run and what comes out of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capability::Capability;
use super::journal::Written;
use super::manifest::Manifest;
use super::outside::Outside;
use crate::crm::event::Trigger;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Reference;
use crate::store::run::{Cost, LogLine};

/// One call of a plugin.
#[derive(Debug, Clone)]
pub struct Call {
    /// The run's id; it seeds the run's random numbers, too.
    pub run: Id,
    /// The run's one moment.
    pub now: Instant,
    /// 1 for the first try.
    pub attempt: u32,
    /// What wakes it.
    pub trigger: Trigger,
    /// What is the same for all runs of the installation.
    pub installation: Arc<Installation>,
    /// BCP 47 tag of the organisation's language.
    pub language: Arc<str>,
    /// IANA time zone of the organisation.
    pub time_zone: Arc<str>,
    /// What it reaches outside the host.
    pub outside: Outside,
}

/// What is the same for all runs of an installed plugin.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Its manifest.
    pub manifest: Arc<Manifest>,
    /// The configuration as JSON text, defaults filled in.
    pub config: Arc<str>,
    /// Capabilities that the admin gave.
    pub grants: BTreeSet<String>,
    /// What a run may use.
    pub budgets: Budgets,
}

impl Installation {
    /// Whether a grant lets that host be called.
    #[must_use]
    pub fn reaches(&self, host: &str) -> bool {
        self.hosts().any(|granted| granted == host)
    }

    /// The hosts that it was granted, as its configuration has them.
    pub fn hosts(&self) -> impl Iterator<Item = String> {
        let config: Value = serde_json::from_str(&self.config).unwrap_or_default();
        self.grants.iter().filter_map(move |grant| Capability::of(grant).host(&config))
    }
}

/// What a run may use. Over any of them the run fails, and says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Budgets {
    /// WebAssembly fuel: about one for each instruction.
    pub fuel: u64,
    /// Wall-clock time in milliseconds.
    pub deadline_ms: u64,
    /// Linear memory in bytes.
    pub memory: u64,
    /// Calls of host functions.
    pub host_calls: u64,
    /// Records that reads give.
    pub rows_read: u64,
    /// Records, timers and state values written.
    pub records_written: u64,
    /// Bytes of log. What is over is cut; the run does not fail by it.
    pub log_bytes: u64,
    /// Calls of services outside.
    pub http_calls: u64,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            fuel: 1_000_000_000,
            deadline_ms: 5_000,
            memory: 64 << 20,
            host_calls: 10_000,
            rows_read: 20_000,
            records_written: 5_000,
            log_bytes: 64 << 10,
            http_calls: 20,
        }
    }
}

impl Budgets {
    /// The deadline as a length of time.
    #[must_use]
    pub const fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}

/// The name of a budget, as runs and errors show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// [`Budgets::fuel`].
    Fuel,
    /// [`Budgets::deadline_ms`].
    Deadline,
    /// [`Budgets::memory`].
    Memory,
    /// [`Budgets::host_calls`].
    HostCalls,
    /// [`Budgets::rows_read`].
    RowsRead,
    /// [`Budgets::records_written`].
    RecordsWritten,
    /// [`Budgets::http_calls`].
    HttpCalls,
}

impl Budget {
    /// Kebab-case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fuel => "fuel",
            Self::Deadline => "deadline",
            Self::Memory => "memory",
            Self::HostCalls => "host-calls",
            Self::RowsRead => "rows-read",
            Self::RecordsWritten => "records-written",
            Self::HttpCalls => "http-calls",
        }
    }
}

/// What the person who pressed a button sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reply {
    /// One sentence.
    pub message: String,
    /// A record to open.
    pub open: Option<Reference>,
}

/// How the guest ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// It did its work: commit it.
    Ok(Option<Reply>),
    /// A passing fault: again, not before so many seconds.
    Retry(Option<u64>),
    /// The request can't be met, and why.
    Refused(String),
    /// A fault that another try will not cure.
    Permanent(String),
    /// It trapped; the message has the guest's stack where there is one.
    Trap(String),
    /// It used a budget up.
    Budget(Budget),
    /// The host could not answer one of its calls.
    Host(String),
}

/// What a run was.
#[derive(Debug)]
pub struct Report {
    /// How it ended.
    pub ending: Ending,
    /// What it cost.
    pub cost: Cost,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// What it asked, and was answered.
    pub calls: Written,
}
