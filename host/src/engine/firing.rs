//! What a condition would have let through.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Engine;
use super::catalogue::Installed;
use super::past::Period;
use super::plugins::{PluginError, Result, compiled};
use crate::crm::event::Event;
use crate::crm::instant::Instant;
use crate::plugins::condition::Condition;

/// So many events are gone back through at most.
const SCANNED: usize = 50_000;
/// So many of those that fire are told.
const EXAMPLES: usize = 20;

/// What a condition would have let through.
#[derive(Debug, Clone, Default)]
pub struct Firing {
    /// So many events woke the plugin by its own subscriptions.
    pub subscribed: usize,
    /// So many of them the condition lets through.
    pub fires: usize,
    /// The newest of those.
    pub examples: Vec<Arc<Event>>,
    /// Whether it ended before all was looked at: there were too many events.
    pub cut: bool,
}

impl Engine {
    /// Which past events a condition of an admin's would have let through to a plugin, since that moment.
    ///
    /// # Errors
    /// `NoPlugin`; `Invalid` where it is not a condition.
    pub async fn would_fire(&self, name: &str, condition: Option<&str>, since: Instant) -> Result<Firing> {
        let installed = self.installed(name)?;
        let condition = compiled(condition).map_err(PluginError::Invalid)?;
        let (free, bound) = (with(&installed, None), with(&installed, condition));
        let custom = self.custom();
        let mut firing = Firing::default();
        let period = Period { events: usize::MAX, from: Some(since), to: None };
        let cut = self.go_back(&period, SCANNED, |event| {
            if free.is_woken_by(&event.change, &custom) {
                firing.subscribed += 1;
                if bound.is_woken_by(&event.change, &custom) {
                    firing.fires += 1;
                    if firing.examples.len() < EXAMPLES {
                        firing.examples.push(event);
                    }
                }
            }
            ControlFlow::Continue(())
        });
        let cut = cut.await?;
        Ok(Firing { cut, ..firing })
    }
}

fn with(installed: &Installed, condition: Option<Condition>) -> Installed {
    Installed { condition, ..installed.clone() }
}
