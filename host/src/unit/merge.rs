//! Merging two records that are about the same person or company.

use std::collections::BTreeMap;

use super::{Result, Unit, UnitError};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::record::{Data, Reference};
use crate::crm::{links, merge, patch};

/// Which records are merged.
#[derive(Debug, Clone)]
pub struct Merge {
    /// The one that stays.
    pub kept: Reference,
    /// Its version, where the caller rests on one.
    pub expected: Option<u64>,
    /// The one that goes into it.
    pub other: Id,
    /// Its version, where the caller rests on one.
    pub other_expected: Option<u64>,
    /// Fields that the caller decides: a merge patch of what the two come to.
    pub fields: Data,
}

impl Unit {
    /// Merges a record into another: its fields as [`merge::join`] says, and everything that points at it. It is deleted.
    /// Returns how many records of each kind point at the other one now.
    ///
    /// # Errors
    /// `NotFound`, `Stale`; `Invalid` where the two are one, or differ where they must not, or the result breaks a rule.
    pub async fn merge(&mut self, by: &Merge) -> Result<BTreeMap<Kind, u64>> {
        let kind = by.kept.kind;
        let other = Reference { kind, id: by.other };
        if by.kept == other {
            return Err(Invalid::field("/other", "is the record itself").into());
        }
        let kept = self.read_expected(by.kept, by.expected).await?;
        let gone = match self.read_expected(other, by.other_expected).await {
            Err(UnitError::NotFound(_)) => {
                return Err(Invalid::field("/other", format!("there is no {kind} {}", by.other)).into());
            }
            found => found?,
        };
        let mut invalid = Invalid::default();
        merge::check(&kept.data, &gone.data, &by.fields, &mut invalid);
        invalid.or(())?;
        let mut data = merge::join((*kept.data).clone(), &gone.data);
        patch::apply_members(&mut data, &by.fields);
        let mut moved = BTreeMap::new();
        let mut pointing = Vec::new();
        for (from, link) in links::to(kind) {
            let found = self.pointing(from, link, other.id).await?;
            if !found.is_empty() {
                *moved.entry(from).or_default() += found.len() as u64;
            }
            pointing.extend(found.into_iter().map(|record| (record.reference(), link)));
        }
        // It gives up its keys before the one that stays takes them.
        self.touch(Some(gone), None, Vec::new());
        self.replace(kept, data).await?;
        for (record, link) in pointing {
            self.relink(record, link, Some(by.kept.id)).await?;
        }
        self.files_moved.push((other.id, by.kept.id));
        Ok(moved)
    }
}
