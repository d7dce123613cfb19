//! Listings, with the unit's own writes in them.

use std::sync::Arc;

use super::{Result, Touched, Unit};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::query::{Page, Query};
use crate::crm::record::Record;

impl Unit {
    /// A page of records as they stand in this unit of work. What it reads from the store does not guard the commit:
    /// only records read by id, or written, do.
    ///
    /// # Errors
    /// The store's.
    pub async fn find(&mut self, query: &Query) -> Result<Page> {
        let mut page = self.store.record_find(query, &self.touched_ids(query.kind)).await?;
        let own =
            self.touched.iter().filter(|touched| fits(query, touched)).filter_map(|touched| touched.after.clone());
        let mut records: Vec<Arc<Record>> = own.collect();
        if records.is_empty() {
            return Ok(page);
        }
        // Own writes may lie past the page's end: they belong to a later page then.
        if let Some(end) = &page.next {
            records.retain(|record| query.compare(&query.place(record), end).is_le());
        }
        records.append(&mut page.records);
        records.sort_by(|a, b| query.compare(&query.place(a), &query.place(b)));
        let limit = query.limit as usize;
        if records.len() > limit {
            records.truncate(limit);
            page.next = records.last().map(|record| query.place(record));
        }
        page.records = records;
        Ok(page)
    }

    /// How many records fit, as they stand in this unit of work.
    ///
    /// # Errors
    /// The store's.
    pub async fn count(&mut self, query: &Query) -> Result<u64> {
        let stored = self.store.record_count(query, &self.touched_ids(query.kind)).await?;
        let everywhere = Query { after: None, ..query.clone() };
        let own = self.touched.iter().filter(|touched| fits(&everywhere, touched)).count();
        Ok(stored + own as u64)
    }

    /// Every record that fits, however many: pages are gone through to the end.
    ///
    /// # Errors
    /// The store's.
    pub async fn find_all(&mut self, mut query: Query) -> Result<Vec<Arc<Record>>> {
        let mut all = Vec::new();
        loop {
            let page = self.find(&query).await?;
            all.extend(page.records);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// The record that has this unique key.
    ///
    /// # Errors
    /// The store's.
    pub async fn by_key(&mut self, kind: Kind, key: &'static str, value: &str) -> Result<Option<Arc<Record>>> {
        if let Some(at) = self.keyed.get(&(kind, key, value.to_owned())) {
            return Ok(self.touched[*at].after.clone());
        }
        if self.free.contains(&(kind, key, value.to_owned())) {
            return Ok(None);
        }
        let stored = self.store.record_by_key(kind, key, value).await?;
        Ok(stored.filter(|record| !self.index.contains_key(&record.id)))
    }

    fn touched_ids(&self, kind: Kind) -> Vec<Id> {
        self.touched
            .iter()
            .filter(|touched| touched.reference.kind == kind)
            .map(|touched| touched.reference.id)
            .collect()
    }
}

fn fits(query: &Query, touched: &Touched) -> bool {
    touched.after.as_ref().is_some_and(|record| {
        query.matches(record, &touched.keys)
            && query.after.as_ref().is_none_or(|after| query.compare(&query.place(record), after).is_gt())
    })
}
