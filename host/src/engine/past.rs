//! Going back through what happened, from the newest event.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::Engine;
use crate::crm::entity::Setting;
use crate::crm::event::Event;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::store::StoreError;
use crate::unit::Then;

/// So many events are read at once.
const PAGE: u32 = 500;

/// Which past events.
#[derive(Debug, Clone)]
pub struct Period {
    /// The last so many that wake the plugin.
    pub events: usize,
    /// Those at this moment and later.
    pub from: Option<Instant>,
    /// Those before this moment.
    pub to: Option<Instant>,
}

impl Period {
    pub(super) fn admits(&self, event: &Event) -> bool {
        self.to.is_none_or(|to| event.at < to)
    }
}

impl Engine {
    /// Goes through the events from the newest back to where the period begins, until `each` has enough. True when there
    /// were more than `most`.
    pub(super) async fn go_back(
        &self,
        period: &Period,
        most: usize,
        mut each: impl FnMut(Arc<Event>) -> ControlFlow<()>,
    ) -> Result<bool, StoreError> {
        let mut scanned = 0;
        let mut high = self.0.store.event_last().await?;
        while high > 0 {
            let low = high.saturating_sub(u64::from(PAGE));
            let page = self.0.store.event_after(low, &[], PAGE).await?;
            if page.first().is_none_or(|event| event.id > high) {
                // What lies before was kept for long enough.
                return Ok(false);
            }
            for event in page.into_iter().rev().filter(|event| event.id <= high) {
                if period.from.is_some_and(|from| event.at < from) {
                    return Ok(false);
                }
                if scanned == most {
                    return Ok(true);
                }
                scanned += 1;
                if each(event).is_break() {
                    return Ok(false);
                }
            }
            high = low;
        }
        Ok(false)
    }
}

/// Records that have moved since, as they stood after some event.
#[derive(Default)]
pub(super) struct Past {
    moved: HashMap<Id, Then>,
    /// How many of the newest events are taken back.
    taken: usize,
}

impl Past {
    /// The records that have moved since.
    pub(super) fn records(&self) -> Vec<Then> {
        self.moved.values().cloned().collect()
    }

    /// Takes back all events after that one. `events` are the newest first.
    pub(super) fn go_back(&mut self, events: &[Arc<Event>], until: u64, setting: &Setting) {
        while let Some(event) = events.get(self.taken).filter(|event| event.id > until) {
            let then = Then::of(event.about, event.change.before.clone(), setting);
            self.moved.insert(event.about.id, then);
            self.taken += 1;
        }
    }
}
