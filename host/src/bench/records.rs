//! Many records: a page of them, one of them changed by a person, and the reports of a quarter.

use std::time::{Duration, Instant as Stopwatch};

use anyhow::Result;
use rand::RngExt as _;
use serde::Serialize;
use serde_json::json;

use super::figures::Figures;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Sort, Test};
use crate::crm::record::Actor;
use crate::crm::report::{Group, ReportQuery};
use crate::crm::search::Words;
use crate::engine::Engine;
use crate::sample::{self, Amount, Company, Language};

/// How far back they go.
const BACK: Duration = Duration::from_secs(2 * 365 * 86_400);
/// The same records at every measurement.
const SEED: u64 = 1;
/// Pages and changes that are measured.
const MEASURED: usize = 500;
/// Reports that are measured.
const REPORTS: usize = 10;

/// What was measured among so many records.
#[derive(Debug, Serialize)]
pub struct RecordFigures {
    /// How many: leads, contacts, companies, deals, tasks, calls, contracts and invoices of two years.
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
    /// The same, by department.
    pub report_by_department: Figures,
    /// How far the deals of a quarter came.
    pub funnel: Figures,
    /// A page of 50 contacts that have a word.
    pub search: Figures,
}

/// Writes so many records, and measures among them.
///
/// # Errors
/// The engine's.
pub async fn measure(engine: &Engine, records: u64) -> Result<RecordFigures> {
    let amount = Amount { records, seed: SEED, language: Language::En, back: BACK };
    let begun = Stopwatch::now();
    let (company, records) = sample::generate(engine.store(), engine.now(), amount).await?;
    let filled = begun.elapsed();
    let page = pages(engine, &company).await?;
    let patch = patches(engine).await?;
    let quarter = |by| quarter(engine.now(), by);
    let report = reports(engine, &quarter(Group::None)).await?;
    let report_by_user = reports(engine, &quarter(Group::User)).await?;
    let report_by_department = reports(engine, &quarter(Group::Department)).await?;
    let search = searches(engine).await?;
    let mut funnels = Vec::new();
    for _ in 0..REPORTS {
        let begun = Stopwatch::now();
        engine.unit().funnel(&quarter(Group::None), None).await?;
        funnels.push(begun.elapsed());
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate for people to read")]
    let written_per_second = records as f64 / filled.as_secs_f64();
    let funnel = Figures::of(funnels);
    Ok(RecordFigures {
        records,
        written_per_second,
        page,
        patch,
        report,
        report_by_user,
        report_by_department,
        funnel,
        search,
    })
}

async fn pages(engine: &Engine, company: &Company) -> Result<Figures> {
    let mut times = Vec::new();
    for nth in 0..MEASURED {
        let owner = company.members[nth % company.members.len()];
        let status = ["processing", "rejected", "converted"][nth % 3];
        let mut query = Query::of(Kind::Lead, 50).with("owner", Test::In(vec![owner.to_string().into()]));
        query = query.with("status", Test::In(vec![status.into()]));
        query.sort = Sort { field: Kind::Lead.spec().field("created_at"), descending: true };
        let begun = Stopwatch::now();
        let page = engine.store().record_find(&query, &[]).await?;
        times.push(begun.elapsed());
        anyhow::ensure!(!page.records.is_empty(), "the page is empty");
    }
    Ok(Figures::of(times))
}

async fn searches(engine: &Engine) -> Result<Figures> {
    let mut times = Vec::new();
    for nth in 0..MEASURED {
        let words =
            Words::read(["karl", "weber", "eva schmidt", "customer", "jo"][nth % 5]).map_err(anyhow::Error::msg)?;
        let query = Query { words: Some(words), ..Query::of(Kind::Contact, 50) };
        let begun = Stopwatch::now();
        let page = engine.store().record_find(&query, &[]).await?;
        times.push(begun.elapsed());
        anyhow::ensure!(!page.records.is_empty(), "nothing was found");
    }
    Ok(Figures::of(times))
}

async fn patches(engine: &Engine) -> Result<Figures> {
    let leads = engine.store().record_find(&Query::of(Kind::Lead, 1_000), &[]).await?.records;
    anyhow::ensure!(!leads.is_empty(), "there are no leads to change");
    let mut times = Vec::new();
    for nth in 0..MEASURED {
        let reference = leads[rand::rng().random_range(0..leads.len())].reference();
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
