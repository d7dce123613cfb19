//! Records as they once stood, in the place of what they are.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Touched, Unit};
use crate::crm::entity::Setting;
use crate::crm::record::{Record, Reference};

/// A record as it once stood.
#[derive(Debug, Clone)]
pub struct Then {
    /// Which.
    pub reference: Reference,
    /// Its fields then; none where it was not there.
    pub record: Option<Arc<Record>>,
    keys: Vec<(&'static str, String)>,
}

impl Then {
    /// The record of that reference as it stood, with the unique keys that it had.
    #[must_use]
    pub fn of(reference: Reference, record: Option<Arc<Record>>, setting: &Setting) -> Self {
        let spec = reference.kind.spec();
        let keyed = record.as_ref().filter(|_| spec.keyed);
        let admitted = keyed.map(|record| (spec.admit)(Some(&record.data), (*record.data).clone(), setting));
        let keys = admitted.and_then(Result::ok).map(|admitted| admitted.keys).unwrap_or_default();
        Self { reference, record, keys }
    }
}

impl Unit {
    /// Has these records read, found and counted as they once stood. A write over one is a change of what it was. What
    /// comes of it must not be committed.
    pub fn suppose_past(&mut self, then: impl IntoIterator<Item = Then>) {
        // What a unit has touched overlays the store; what it left as it was is no change.
        for Then { reference, record, keys } in then {
            self.hold_touched(Touched { reference, before: record.clone(), after: record, keys });
        }
    }

    /// Takes these timers of the plugin's for set, and no others.
    pub fn suppose_timers(&mut self, keys: HashSet<String>) {
        self.supposed_timers = Some(keys);
    }
}
