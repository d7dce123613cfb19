//! Many records: a page of them, one of them changed by a person, and the reports of a quarter.

use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use anyhow::{Context, Result};
use rand::RngExt as _;
use serde::Serialize;
use serde_json::{Value, json};

use super::figures::Figures;
use crate::crm::change::Change;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Sort, Test};
use crate::crm::record::{Actor, Record, Reference};
use crate::crm::report::{Group, ReportQuery};
use crate::engine::Engine;
use crate::sample::Company;
use crate::store::commit::{Commit, KeyedChange};

/// Records of one commit: imports are written so.
const AT_ONCE: u64 = 1_000;
/// How far back they go.
const BACK: Duration = Duration::from_secs(2 * 365 * 86_400);
/// Pages and changes that are measured.
const MEASURED: usize = 500;
/// Reports that are measured.
const REPORTS: usize = 10;

/// What was measured among so many records.
#[derive(Debug, Serialize)]
pub struct RecordFigures {
    /// How many, a tenth of them calls.
    pub records: u64,
    /// Written so many a second, a thousand a commit, with audit and events.
    pub written_per_second: f64,
    /// A page of 50 leads of one owner and status, the newest first.
    pub page: Figures,
    /// A lead's title changed by a person, with its audit and event, one after the other.
    pub patch: Figures,
    /// The figures of a quarter over all.
    pub report: Figures,
    /// The same, by user.
    pub report_by_user: Figures,
    /// How far the deals of a quarter came.
    pub funnel: Figures,
}

/// Writes so many records, and measures among them.
///
/// # Errors
/// The engine's.
pub async fn measure(engine: &Engine, company: &Company, records: u64) -> Result<RecordFigures> {
    let begun = Stopwatch::now();
    let leads = fill(engine, company, records).await?;
    let filled = begun.elapsed();
    let page = pages(engine, company).await?;
    let patch = patches(engine, &leads).await?;
    let quarter = |by| quarter(engine.now(), by);
    let report = reports(engine, &quarter(Group::None)).await?;
    let report_by_user = reports(engine, &quarter(Group::User)).await?;
    let mut funnels = Vec::new();
    for _ in 0..REPORTS {
        let begun = Stopwatch::now();
        engine.unit().funnel(&quarter(Group::None), None).await?;
        funnels.push(begun.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let written_per_second = records as f64 / filled.as_secs_f64();
    let funnel = Figures::of(funnels);
    Ok(RecordFigures { records, written_per_second, page, patch, report, report_by_user, funnel })
}

/// The ids of some leads.
async fn fill(engine: &Engine, company: &Company, records: u64) -> Result<Vec<Id>> {
    let mut leads = Vec::new();
    let commits = records.div_ceil(AT_ONCE);
    let start = engine.now().micros() - i64::try_from(BACK.as_micros())?;
    for commit in 0..commits {
        let ago = BACK.as_micros() * u128::from(commit) / u128::from(commits);
        let at = Instant::from_micros(start + i64::try_from(ago)?);
        let mut batch = Commit::new(at, Actor::System("bench".to_owned()));
        for nth in 0..AT_ONCE {
            let record = record(company, commit * AT_ONCE + nth, at)?;
            if record.kind == Kind::Lead && nth == 0 {
                leads.push(record.id);
            }
            let change = Change { before: None, after: Some(Arc::new(record)) };
            batch.changes.push(KeyedChange { change, keys: Vec::new() });
        }
        engine.store().commit(batch).await.context("failed to write records")?;
    }
    Ok(leads)
}

/// The record of that number: what a company of this kind has of each.
fn record(company: &Company, nth: u64, at: Instant) -> Result<Record> {
    let pick = |from: &[&'static str]| from[usize::try_from(nth / 10).unwrap_or_default() % from.len()];
    let owner = company.members[usize::try_from(nth / 3)? % company.members.len()];
    let later = |hours: u64| at + Duration::from_secs(hours * 3600);
    let money = |minor: u64| json!({"minor": minor, "currency": "EUR"});
    let (kind, data) = match nth % 10 {
        0..3 => {
            let status = pick(&["new", "in_progress", "converted", "rejected"]);
            let closed = matches!(status, "converted" | "rejected").then(|| later(9));
            let accepted = (status != "new").then(|| later(1));
            (
                Kind::Lead,
                json!({"title": format!("Request {nth}"), "name": format!("Karl {nth}"), "status": status, "owner": owner,
                    "source": pick(&["web", "fair", "referral"]), "accepted_at": accepted, "closed_at": closed,
                    "message": "Forty chairs by the end of the month, please. ".repeat(4), "custom": {}}),
            )
        }
        3..5 => {
            let stage = pick(&["new", "agreed", "won", "lost"]);
            let closed = matches!(stage, "won" | "lost").then(|| later(48));
            (
                Kind::Deal,
                json!({"title": format!("Deal {nth}"), "deal_kind": "goods", "pipeline": company.pipeline, "stage": stage,
                    "owner": owner, "amount": money(100 * nth), "closed_at": closed, "custom": {}}),
            )
        }
        5..8 => {
            let name = format!("Contact {nth}");
            (
                Kind::Contact,
                json!({"name": name, "emails": [format!("c{nth}@example.com")], "owner": owner, "custom": {}}),
            )
        }
        8 => {
            let status = pick(&["open", "done"]);
            let closed = (status == "done").then(|| later(30));
            (
                Kind::Task,
                json!({"title": format!("Task {nth}"), "status": status, "assignee": owner, "due": later(24),
                    "closed_at": closed, "custom": {}}),
            )
        }
        _ => {
            let (direction, status) = if nth % 30 == 9 { ("in", "missed") } else { (pick(&["in", "out"]), "ended") };
            (
                Kind::Call,
                json!({"direction": direction, "status": status, "phone": "+4930901820", "user": owner,
                    "started_at": at, "ended_at": later(1), "custom": {}}),
            )
        }
    };
    let Value::Object(mut data) = data else { anyhow::bail!("a record is an object") };
    data.retain(|_, value| !value.is_null());
    let data = Arc::new(data);
    Ok(Record { kind, id: Id::new(), number: None, version: 1, created_at: at, updated_at: at, data })
}

async fn pages(engine: &Engine, company: &Company) -> Result<Figures> {
    let mut times = Vec::new();
    for nth in 0..MEASURED {
        let owner = company.members[nth % company.members.len()];
        let status = ["new", "in_progress", "converted"][nth % 3];
        let mut query = Query::of(Kind::Lead, 50).with("owner", Test::In(vec![owner.to_string().into()]));
        query = query.with("status", Test::In(vec![status.into()]));
        query.sort = Sort { field: Kind::Lead.spec().field("created_at"), descending: true };
        let begun = Stopwatch::now();
        let page = engine.store().record_find(&query, &[]).await?;
        times.push(begun.elapsed());
        anyhow::ensure!(page.records.len() == 50, "the page has {} records", page.records.len());
    }
    Ok(Figures::of(times))
}

async fn patches(engine: &Engine, leads: &[Id]) -> Result<Figures> {
    anyhow::ensure!(!leads.is_empty(), "there are no leads to change");
    let mut times = Vec::new();
    for nth in 0..MEASURED {
        let id = leads[rand::rng().random_range(0..leads.len())];
        let reference = Reference { kind: Kind::Lead, id };
        let begun = Stopwatch::now();
        let done = engine.edit(Actor::System("bench".to_owned()), None, |unit| {
            Box::pin(
                async move { unit.patch(reference, json!({"title": format!("Changed {nth}")}), None).await.map(drop) },
            )
        });
        done.await?;
        times.push(begun.elapsed());
    }
    Ok(Figures::of(times))
}

async fn reports(engine: &Engine, query: &ReportQuery) -> Result<Figures> {
    let mut times = Vec::new();
    for _ in 0..REPORTS {
        let begun = Stopwatch::now();
        let report = engine.unit().report(query, None).await?;
        times.push(begun.elapsed());
        anyhow::ensure!(report.total.leads.received > 0, "the report is empty");
    }
    Ok(Figures::of(times))
}

/// The last quarter of a year.
fn quarter(now: Instant, by: Group) -> ReportQuery {
    let to = now.utc().date_naive();
    ReportQuery { from: Some(to - chrono::TimeDelta::days(91)), to: Some(to), by, ..ReportQuery::default() }
}
