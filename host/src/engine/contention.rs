//! Runs whose commits conflict again and again take turns, so that each round one of them gets through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Conflicts that a run tries to outrun before it waits its turn.
const PATIENCE: u32 = 2;

/// Whose turn it is, by plugin.
#[derive(Default)]
pub(super) struct Contention(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Contention {
    /// Waits for the turn of a run that met so many conflicts. The turn lasts as long as what is returned.
    pub(super) async fn turn(&self, plugin: &str, reruns: u32) -> Option<OwnedMutexGuard<()>> {
        if reruns <= PATIENCE {
            return None;
        }
        let turns = {
            let mut plugins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            plugins.entry(plugin.to_owned()).or_default().clone()
        };
        Some(turns.lock_owned().await)
    }
}
