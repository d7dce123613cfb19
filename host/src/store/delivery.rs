//! Events, timers and ticks on their way to plugins.

use std::sync::Arc;

use serde::Serialize;

use crate::crm::event::{Cause, Trigger};
use crate::crm::instant::Instant;
use crate::crm::record::Reference;

/// The right to finish one delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The delivery.
    pub delivery: u64,
    /// Proves the right: another claim has another token.
    pub token: i64,
}

/// A delivery that this process holds.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The right to finish it.
    pub lease: Lease,
    /// To whom.
    pub plugin: Arc<str>,
    /// What wakes it.
    pub trigger: Trigger,
    /// What led to it.
    pub cause: Cause,
    /// 1 for the first try.
    pub attempt: u32,
    /// When it was made.
    pub at: Instant,
}

/// A schedule that came due.
#[derive(Debug, Clone)]
pub struct ScheduleFire {
    /// Whose.
    pub plugin: String,
    /// The schedule's name.
    pub schedule: String,
    /// When it was due.
    pub due: Instant,
    /// When it is noted.
    pub now: Instant,
    /// False: only noted, nobody is woken (the policy says to skip what was missed).
    pub deliver: bool,
}

/// A delivery that was given up.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct DeadDelivery {
    /// Its id.
    pub id: u64,
    /// To whom it was.
    pub plugin: String,
    /// `event`, `timer` or `tick`.
    pub trigger: String,
    /// The event's, timer's or schedule's name.
    pub name: String,
    /// The event, where it was one.
    pub event: Option<u64>,
    /// The record it was about.
    pub about: Option<Reference>,
    /// How often it was tried.
    pub attempts: u32,
    /// Why it was given up.
    pub reason: String,
    /// The same without ids and numbers: what failures are grouped by.
    pub fault: String,
    /// When it was given up.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
}

/// A plugin held for a record by the loop guard.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Hold {
    /// Who.
    pub plugin: String,
    /// For which record.
    pub record: Reference,
    /// The event at which the chain was stopped; its cause chain shows the loop.
    pub event: u64,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Instant,
}

/// How much waits for a plugin.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Queue {
    /// For whom.
    pub plugin: String,
    /// Deliveries waiting or running.
    pub deliveries: u64,
    /// When the oldest of them was made.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub oldest: Option<Instant>,
    /// Timers set.
    pub timers: u64,
    /// Deliveries given up.
    pub dead: u64,
}
