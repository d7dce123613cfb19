//! Runs whose commits conflict again and again take turns, so that each round one of them gets through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::store::commit::Conflict;
use crate::unit::PICKED;

/// Conflicts that a run tries to outrun before it waits its turn.
const PATIENCE: u32 = 2;

/// What a conflict was over: the state of a plugin, or what else its runs write. All who pick somebody conflict with one
/// another, whatever their plugin.
pub(super) fn over<'a>(conflict: &'a Conflict, plugin: &'a str) -> &'a str {
    match conflict {
        Conflict::State { plugin, .. } => plugin,
        _ => plugin,
    }
}

/// Whose turn it is, by what they conflict over.
#[derive(Default)]
pub(super) struct Contention(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Contention {
    /// Waits for the turn of a run that met so many conflicts. The turn lasts as long as what is returned.
    pub(super) async fn turn(&self, over: &str, reruns: u32) -> Option<OwnedMutexGuard<()>> {
        // Everybody who picks would pick the same: one of them gets through however many try.
        let patience = if over == PICKED { 0 } else { PATIENCE };
        if reruns <= patience {
            return None;
        }
        let turns = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.entry(over.to_owned()).or_default().clone()
        };
        Some(turns.lock_owned().await)
    }
}
