//! What records themselves must be: what only the program knows of them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::patient::{Patient, Texts};
use super::{Check, Checked, Result};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::record::Record;
use crate::crm::search;

/// Records looked at together.
const PAGE: usize = 500;

const READABLE: Check = Check {
    name: "records",
    holds: "each record can be read as what its kind is",
    remedy: "take the record back from a backup, or mend its fields by a PATCH of an admin's",
};
const KEYS: Check = Check {
    name: "keys",
    holds: "the unique keys of each record are those that it says",
    remedy: "change the record's phone, e-mail or the like and change it back: its keys are written anew",
};
const WORDS: Check = Check {
    name: "words",
    holds: "each record is found by the words that it says",
    remedy: "stop the hosts, empty `record_text` and delete the counter `record_text`: the next start fills it anew",
};
const LINKS: Check = Check {
    name: "links",
    holds: "each link leads to a record of its kind, which may be deleted",
    remedy: "take the record that is missing back from a backup, or clear the field by a PATCH",
};
const SERIES: Check = Check {
    name: "series",
    holds: "the numbers of invoices of each issuer and year go from 1 to the last without a gap",
    remedy: "look in the audit for invoices that are missing, and take them back from a backup",
};

/// What is found while records are gone through.
#[derive(Default)]
struct Found {
    unreadable: Vec<String>,
    keys: Vec<String>,
    words: Vec<String>,
    links: Vec<String>,
    /// The numbers of each run of them.
    series: BTreeMap<String, Vec<u64>>,
}

/// Goes through all records once.
pub async fn look(patient: &mut Patient) -> Result<Vec<Checked>> {
    let (mut found, mut last) = (Found::default(), String::new());
    loop {
        let rows = patient
            .rows(format!(
                "SELECT id, kind, CAST(number AS TEXT), CAST(version AS TEXT), CAST(data AS TEXT),
                   CAST(created_at AS TEXT), CAST(updated_at AS TEXT), CAST(deleted_at AS TEXT)
                 FROM record WHERE id > '{last}' ORDER BY id LIMIT {PAGE}"
            ))
            .await?;
        let Some(end) = rows.last().and_then(|row| row.first().cloned().flatten()) else { break };
        let page: Vec<(Arc<Record>, bool)> = rows.iter().filter_map(|row| found.read(row)).collect();
        found.look(patient, &page, (&last, &end)).await?;
        last = end;
    }
    let series = gaps(patient, &found.series).await?;
    let all = [
        (READABLE, found.unreadable),
        (KEYS, found.keys),
        (WORDS, found.words),
        (LINKS, found.links),
        (SERIES, series),
    ];
    Ok(all.into_iter().map(|(check, found)| check.ended(found)).collect())
}

impl Found {
    /// A record, with whether it is living. What is none is noted.
    fn read(&mut self, row: &Texts) -> Option<(Arc<Record>, bool)> {
        let text = |at: usize| row.get(at)?.as_deref();
        let moment = |at| Some(Instant::from_micros(text(at)?.parse().ok()?));
        let record = || {
            Some(Record {
                id: text(0)?.parse().ok()?,
                kind: text(1)?.parse().ok()?,
                number: text(2).and_then(|number| number.parse().ok()),
                version: text(3)?.parse().ok()?,
                data: Arc::new(serde_json::from_str(text(4)?).ok()?),
                created_at: moment(5)?,
                updated_at: moment(6)?,
            })
        };
        let record = record();
        if record.is_none() {
            let (kind, id) = (text(1).unwrap_or_default(), text(0).unwrap_or_default());
            self.unreadable.push(format!("{kind} {id}: its columns can't be read"));
        }
        Some((Arc::new(record?), text(7).is_none()))
    }

    /// Looks at a page of records: those after `from`, up to `to`.
    async fn look(
        &mut self,
        patient: &mut Patient,
        page: &[(Arc<Record>, bool)],
        (from, to): (&str, &str),
    ) -> Result<()> {
        let range = format!("record > '{from}' AND record <= '{to}'");
        let words = patient.rows(format!("SELECT record, kind, text FROM record_text WHERE {range}")).await?;
        let mut words: HashMap<String, Texts> = by_first(words);
        let keys = patient.rows(format!("SELECT record, kind, key, value FROM record_key WHERE {range}")).await?;
        let mut keys = keys.into_iter().fold(HashMap::<String, HashSet<Texts>>::new(), |mut keys, mut row| {
            if let Some(Some(record)) = row.first_mut().map(Option::take) {
                keys.entry(record).or_default().insert(row.split_off(1));
            }
            keys
        });
        for (record, living) in page {
            let id = record.id.to_string();
            self.look_at(record, *living, words.remove(&id), keys.remove(&id).unwrap_or_default());
        }
        let strays = words.into_keys().map(|id| format!("record {id}: it has words, and is not there"));
        self.words.extend(strays);
        let strays = keys.into_keys().map(|id| format!("record {id}: it has keys, and is not there"));
        self.keys.extend(strays);
        self.look_at_links(patient, page).await
    }

    fn look_at(&mut self, record: &Arc<Record>, living: bool, words: Option<Texts>, keys: HashSet<Texts>) {
        let (spec, name) = (record.kind.spec(), named(record));
        if let Some(series) = spec.series
            && let Some(run) = (series.run)(&record.data)
        {
            let number = record.data.get(series.field).and_then(serde_json::Value::as_u64);
            self.series.entry(format!("{}:{run}", record.kind)).or_default().extend(number);
        }
        let own = match (spec.keys)(&record.data) {
            Ok(own) if living => own,
            Ok(_) => Vec::new(),
            Err(invalid) => return self.unreadable.push(format!("{name}: {invalid}")),
        };
        let own: HashSet<Texts> = own
            .into_iter()
            .map(|(key, value)| vec![Some(record.kind.name().to_owned()), Some(key.to_owned()), Some(value)])
            .collect();
        if own != keys {
            self.keys.push(format!("{name}: it says {}, and {} are kept", own.len(), keys.len()));
        }
        let said = (living && !spec.text.is_empty()).then(|| search::text_of(record));
        let kept = words.and_then(|mut row| row.pop().flatten());
        if said != kept {
            self.words.push(name);
        }
    }

    async fn look_at_links(&mut self, patient: &mut Patient, page: &[(Arc<Record>, bool)]) -> Result<()> {
        let living = page.iter().filter(|(_, living)| *living).map(|(record, _)| record);
        let links: Vec<_> = living
            .flat_map(|record| {
                let read = |link: &crate::crm::links::Link| Some((link.field, link.read(&record.data)?));
                record.kind.spec().links.iter().filter_map(read).map(move |link| (record, link))
            })
            .collect();
        let asked: HashSet<Id> = links.iter().map(|(_, (_, to))| to.id).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let list: Vec<String> = asked.iter().map(|id| format!("'{id}'")).collect();
        let there = patient.rows(format!("SELECT id, kind FROM record WHERE id IN ({})", list.join(","))).await?;
        let there = by_first(there);
        for (record, (field, to)) in links {
            let kind = there.get(&to.id.to_string()).and_then(|row| row.first()?.as_deref());
            if kind != Some(to.kind.name()) {
                self.links.push(format!("{}: `{field}` leads to {} {}", named(record), to.kind, to.id));
            }
        }
        Ok(())
    }
}

/// Runs of numbers that have gaps, or that are not where their counter is.
async fn gaps(patient: &mut Patient, series: &BTreeMap<String, Vec<u64>>) -> Result<Vec<String>> {
    let counters = by_first(patient.rows("SELECT name, CAST(value AS TEXT) FROM counter").await?);
    let mut found = Vec::new();
    for (run, numbers) in series {
        let counter = counters.get(run).and_then(|row| row.first()?.as_deref()?.parse().ok()).unwrap_or(0);
        let different: HashSet<&u64> = numbers.iter().collect();
        let (count, last) = (numbers.len() as u64, numbers.iter().copied().max().unwrap_or(0));
        if different.len() as u64 != count || count != last || last != counter {
            found.push(format!("{run}: {count} numbers up to {last}, and {counter} were given"));
        }
    }
    Ok(found)
}

fn named(record: &Record) -> String {
    format!("{} {}", record.kind, record.id)
}

/// Rows by their first column, without it.
fn by_first(rows: Vec<Texts>) -> HashMap<String, Texts> {
    let split = |mut row: Texts| Some((row.first_mut()?.take()?, row.split_off(1)));
    rows.into_iter().filter_map(split).collect()
}
