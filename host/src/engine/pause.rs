//! Switching off a plugin that fails too often.

use super::Engine;
use super::plugins::Result;
use crate::store::plugin::{Paused, PluginRow};

/// Characters of the error that is told.
const ERROR: usize = 300;

impl Engine {
    /// After a run of a plugin went wrong: switches it off where too many of its last runs did, since it was switched on
    /// or its release came into use. What waits for it stays, as with any that is disabled.
    pub(super) async fn pause_if_failing(&self, plugin: &str, error: &str) {
        match self.paused_for_failing(plugin, error).await {
            Ok(Some(paused)) => self.tell_paused(plugin, &paused).await,
            Ok(None) => {}
            Err(error) => tracing::error!(plugin, %error, "failed to look how a plugin's runs went"),
        }
    }

    async fn paused_for_failing(&self, plugin: &str, error: &str) -> Result<Option<Paused>> {
        let (last, percent) = (self.0.settings.pause_runs, self.0.settings.pause_percent);
        if percent >= 100 {
            return Ok(None);
        }
        let installed = self.installed(plugin)?;
        let since = installed.row.enabled_at.max(installed.row.released_at).unwrap_or(installed.row.installed_at);
        let tally = self.0.store.run_tally(plugin, since, last).await?;
        if tally.runs < u64::from(last) || tally.failed * 100 <= tally.runs * u64::from(percent) {
            return Ok(None);
        }
        let _one = self.0.installing.lock().await;
        let now = self.installed(plugin)?;
        let same = now.row.generation == installed.row.generation && now.row.release == installed.row.release;
        if !now.row.enabled || !same {
            // Others that failed at the same time were first, or somebody has mended it.
            return Ok(None);
        }
        let error = error.chars().take(ERROR).collect();
        let paused = Paused { at: self.now(), runs: tally.runs, failed: tally.failed, error };
        let generation = now.row.generation + 1;
        let row = PluginRow { enabled: false, paused: Some(paused.clone()), generation, ..now.row.clone() };
        self.write(row, None, false).await?;
        Ok(Some(paused))
    }
}
