//! Deleting records, and what points at them.

use std::sync::Arc;

use super::{Result, Unit};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::links::{self, Link, OnDelete};
use crate::crm::query::{Query, Test};
use crate::crm::record::{Record, Reference};

/// How many records may have to be changed so that nothing points at one any more.
const MOST: u32 = 1_000;

impl Unit {
    /// Deletes a record: a tombstone stays. What points at it lets go of it, or keeps it from being deleted, as its kind
    /// says: see [`links`].
    ///
    /// # Errors
    /// `NotFound`, `Stale`; `Invalid` where its kind, or what points at it, wants it to stay.
    pub async fn delete(&mut self, reference: Reference, expected: Option<u64>) -> Result<()> {
        let before = self.read_expected(reference, expected).await?;
        if let Some(reason) = (reference.kind.spec().stays)(&before) {
            return Err(Invalid::field("", reason).into());
        }
        let mut invalid = Invalid::default();
        let mut letting_go = Vec::new();
        for (kind, link) in links::to(reference.kind) {
            match link.on_delete {
                OnDelete::Keep => {}
                OnDelete::Clear => {
                    let found = self.pointing(kind, link, reference.id).await?;
                    letting_go.extend(found.into_iter().map(|record| (record, link)));
                }
                OnDelete::Refuse => {
                    let one = self.find(&pointing_at(kind, link, reference.id, 1)).await?.records.pop();
                    if let Some(record) = one {
                        invalid.note("", format!("{kind} {} has it as its {}", record.id, link.field));
                    }
                }
            }
        }
        if reference.kind == Kind::User && !invalid.0.is_empty() {
            invalid.note("", "a user who has left is not deleted: set `active` to false");
        }
        invalid.or(())?;
        self.touch(Some(before), None, Vec::new());
        for (record, link) in letting_go {
            self.relink(record.reference(), link, None).await?;
        }
        Ok(())
    }

    /// All records that point at one by a link of theirs.
    ///
    /// # Errors
    /// `Invalid` where they are too many to be changed at once.
    pub(super) async fn pointing(&mut self, kind: Kind, link: &Link, to: Id) -> Result<Vec<Arc<Record>>> {
        let page = self.find(&pointing_at(kind, link, to, MOST)).await?;
        if page.next.is_some() {
            let message = format!("more than {MOST} {} have it as their {}", kind.plural(), link.field);
            return Err(Invalid::field("", message).into());
        }
        page.records.iter().for_each(|record| self.hold(record));
        Ok(page.records)
    }

    /// Has a link of a record point elsewhere, or nowhere. It is the host that does so, not the record's owner: the rules
    /// of the kind are not asked.
    pub(super) async fn relink(&mut self, of: Reference, link: &Link, to: Option<Id>) -> Result<()> {
        let before = self.read(of).await?;
        let mut data = (*before.data).clone();
        link.write(&mut data, to);
        let keys = (of.kind.spec().keys)(&data)?;
        self.rewrite(before, data, keys);
        Ok(())
    }
}

fn pointing_at(kind: Kind, link: &Link, to: Id, limit: u32) -> Query {
    Query::of(kind, limit).with(link.field, Test::In(vec![to.to_string().into()]))
}
