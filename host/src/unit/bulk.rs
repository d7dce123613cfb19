//! Many new records at once.

use std::sync::Arc;

use super::{Result, Unit, UnitError};
use crate::crm::entity::Admitted;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::{Data, Record};

/// New records whose fields their kind admits, or what is wrong with them, in order. See [`Unit::prepare`].
pub struct Prepared(std::vec::IntoIter<Result<Admitted>>);

impl Unit {
    /// Checks the fields of new records by the rules of their kind, and looks at once which of their unique keys are free:
    /// one by one that is most of what an import does.
    ///
    /// # Errors
    /// The store's.
    pub async fn prepare(&mut self, kind: Kind, new: impl Iterator<Item = &Data>) -> Result<Prepared> {
        let mut admitted = Vec::new();
        for data in new {
            match self.admit_alone(kind, None, data.clone()).await {
                Err(error @ UnitError::Store(_)) => return Err(error),
                outcome => admitted.push(outcome),
            }
        }
        let keys: Vec<_> = admitted.iter().flatten().flat_map(|admitted| admitted.keys.iter().cloned()).collect();
        if !keys.is_empty() {
            let taken = self.store.keys_taken(kind, &keys).await?;
            let free = keys.into_iter().filter(|(key, value)| !taken.contains(&((*key).to_owned(), value.clone())));
            self.free.extend(free.map(|(key, value)| (kind, key, value)));
        }
        Ok(Prepared(admitted.into_iter()))
    }

    /// Makes the next of these records under a new id that the caller chose.
    ///
    /// # Errors
    /// As [`Unit::create`].
    pub async fn create_next(&mut self, id: Id, kind: Kind, prepared: &mut Prepared) -> Result<Arc<Record>> {
        match prepared.0.next() {
            Some(admitted) => self.create_admitted(id, kind, admitted?).await,
            None => unreachable!("no more records are made than were prepared"),
        }
    }
}
