//! Records read lately. What is read here guards the commit by its version, so that a stale entry costs a run's repeat
//! and never a wrong write; the writer keeps entries in step all the same.

use std::sync::Arc;

use quick_cache::sync::Cache;

use crate::crm::id::Id;
use crate::crm::record::Record;
use crate::store::commit::Conflict;

/// Records by id. A deleted one is kept as its tombstone's version, so that a late reader cannot put it back.
pub struct RecordCache(Cache<Id, Entry>);

#[derive(Clone)]
struct Entry {
    version: u64,
    record: Option<Arc<Record>>,
}

impl RecordCache {
    /// Room for so many records.
    pub fn new(records: usize) -> Self {
        Self(Cache::new(records))
    }

    /// The record: none where the cache knows nothing, `Some(None)` where it is deleted.
    pub fn get(&self, id: Id) -> Option<Option<Arc<Record>>> {
        self.0.get(&id).map(|entry| entry.record)
    }

    /// A reader found this in the database.
    pub fn found(&self, record: &Arc<Record>) {
        self.put(record.id, Entry { version: record.version, record: Some(record.clone()) });
    }

    /// The writer has committed this.
    pub fn committed(&self, record: &Arc<Record>, deleted: bool) {
        self.put(record.id, Entry { version: record.version, record: (!deleted).then(|| record.clone()) });
    }

    /// A commit found the record moved: read it anew.
    pub fn doubt(&self, conflict: &Conflict) {
        match conflict {
            Conflict::Record(reference) => self.0.remove(&reference.id),
            Conflict::Read(id) => self.0.remove(id),
            _ => None,
        };
    }

    fn put(&self, id: Id, entry: Entry) {
        if self.0.peek(&id).is_none_or(|known| known.version < entry.version) {
            self.0.insert(id, entry);
        }
    }
}
