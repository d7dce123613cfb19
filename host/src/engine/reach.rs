//! What runs reach outside the host, and how a service knows a call that is made again.

use super::Engine;
use crate::crm::event::Trigger;
use crate::crm::id::Id;
use crate::store::commit::Idempotency;
use crate::wasm::outside::{Outside, Reach, Recorded};

/// What a dry run is told that calls a service.
pub(super) const DRY: &str = "a dry run calls no service";

/// What a shadow is told that calls a service.
pub(super) const SHADOW: &str = "a shadow calls no service";

impl Engine {
    /// The way out of a run that is committed. `once` is the same however often the run has to be made.
    pub(super) fn reach(&self, once: &str) -> Outside {
        Outside::Open(Reach {
            services: self.0.services.clone(),
            store: self.0.store.clone(),
            seal: self.0.seal.clone(),
            once: once.into(),
        })
    }

    /// What services answered a run that was, as far as its journal is kept.
    pub(super) async fn recorded(&self, run: Option<Id>) -> Outside {
        let journal = match run {
            Some(run) => self.0.store.journal_read(run).await.ok().flatten(),
            None => None,
        };
        let journal = journal.and_then(|journal| serde_json::from_value(journal).ok());
        Outside::Recorded(journal.map(Recorded::of).unwrap_or_default())
    }
}

/// What a trigger is told from all others by. Tries of a delivery, and a dead letter that is tried again, are one.
pub(super) fn once(plugin: &str, trigger: &Trigger) -> String {
    let (name, at) = match trigger {
        Trigger::Event(event) => (event.id.to_string(), event.at),
        Trigger::Timer(timer) => (timer.key.clone(), timer.due),
        Trigger::Tick(tick) => (tick.schedule.clone(), tick.due),
        // Nothing tells one press from another: see [`once_pressed`].
        Trigger::Command(_) => return Id::new().to_string(),
    };
    format!("{plugin}\n{}\n{name}\n{}", trigger.kind(), at.micros())
}

/// The same for a press: of one request, which a client may send again under its own key.
pub(super) fn once_pressed(plugin: &str, idempotency: Option<&Idempotency>) -> String {
    match idempotency {
        Some(request) => format!("{plugin}\ncommand\n{}\n{}", request.actor, request.key),
        None => Id::new().to_string(),
    }
}
