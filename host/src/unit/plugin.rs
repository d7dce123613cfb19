//! What a plugin keeps for itself: timers and state.

use serde_json::Value;

use super::{Author, Result, StateSlot, Unit};
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::record::Reference;
use crate::store::commit::TimerChange;

const KEY_LENGTH: usize = 200;
const VALUE_BYTES: usize = 64 << 10;

impl Unit {
    /// Sets the plugin's timer of that key, in place of one that is set.
    ///
    /// # Errors
    /// `Invalid` for an empty or over-long key, or a payload over 64 KiB.
    pub fn timer_set(&mut self, key: &str, due: Instant, payload: Value, about: Option<Reference>) -> Result<()> {
        check_key(key)?;
        check_size("/payload", &payload)?;
        let Some(plugin) = self.plugin() else { return Ok(()) };
        self.timer_forget(key);
        self.timers.push(TimerChange::Set { plugin, key: key.to_owned(), due, payload, about });
        Ok(())
    }

    /// Takes the plugin's timer away; false when there was none.
    ///
    /// # Errors
    /// The store's.
    pub async fn timer_cancel(&mut self, key: &str) -> Result<bool> {
        check_key(key)?;
        let Some(plugin) = self.plugin() else { return Ok(false) };
        let stored = match &self.supposed_timers {
            Some(supposed) => supposed.contains(key),
            None => self.store.timer_read(&plugin, key).await?.is_some(),
        };
        let was_set = match self.timer_forget(key) {
            Some(TimerChange::Set { .. }) => true,
            Some(TimerChange::Cancel { .. }) => false,
            None => stored,
        };
        if stored {
            self.timers.push(TimerChange::Cancel { plugin, key: key.to_owned() });
        }
        Ok(was_set)
    }

    /// The plugin's value of that key. The commit rests on it from here on.
    ///
    /// # Errors
    /// `Invalid` for an over-long key.
    pub async fn state_get(&mut self, key: &str) -> Result<Option<Value>> {
        Ok(self.state_slot(key).await?.value.clone())
    }

    /// Sets the plugin's value of that key.
    ///
    /// # Errors
    /// `Invalid` for an over-long key or a value over 64 KiB.
    pub async fn state_set(&mut self, key: &str, value: Value) -> Result<()> {
        check_size("/value", &value)?;
        self.state_write(key, Some(value)).await
    }

    /// Takes the plugin's value of that key away.
    ///
    /// # Errors
    /// `Invalid` for an over-long key.
    pub async fn state_delete(&mut self, key: &str) -> Result<()> {
        self.state_write(key, None).await
    }

    async fn state_write(&mut self, key: &str, value: Option<Value>) -> Result<()> {
        let slot = self.state_slot(key).await?;
        slot.value = value;
        slot.written = true;
        Ok(())
    }

    async fn state_slot(&mut self, key: &str) -> Result<&mut StateSlot> {
        check_key(key)?;
        if !self.state.contains_key(key) {
            let (value, version) = match self.plugin() {
                Some(plugin) => self.store.state_read(&plugin, key).await?,
                None => (None, 0),
            };
            self.state.insert(key.to_owned(), StateSlot { version, value, written: false });
        }
        Ok(self.state.entry(key.to_owned()).or_insert(StateSlot { version: 0, value: None, written: false }))
    }

    fn timer_forget(&mut self, key: &str) -> Option<TimerChange> {
        let at = self.timers.iter().position(|change| match change {
            TimerChange::Set { key: k, .. } | TimerChange::Cancel { key: k, .. } => k == key,
        })?;
        Some(self.timers.remove(at))
    }

    fn plugin(&self) -> Option<String> {
        match &self.author {
            Author::Plugin(plugin) => Some(plugin.to_string()),
            Author::Caller => None,
        }
    }
}

fn check_key(key: &str) -> Result<()> {
    if key.is_empty() || key.len() > KEY_LENGTH {
        return Err(Invalid::field("/key", format!("a key has 1 to {KEY_LENGTH} bytes")).into());
    }
    Ok(())
}

fn check_size(field: &str, value: &Value) -> Result<()> {
    if value.to_string().len() > VALUE_BYTES {
        return Err(Invalid::field(field, format!("over {VALUE_BYTES} bytes of JSON")).into());
    }
    Ok(())
}
