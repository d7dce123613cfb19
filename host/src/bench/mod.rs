//! `takt bench`: figures that anyone can measure again.

mod fairness;
mod figures;
mod fsync;
mod import;
mod press;
mod records;
mod render;
pub mod rule;
mod stages;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::api::tokens::{TokenDraft, make};
use crate::bundled;
use crate::config::{Secret, Settings};
use crate::crm::id::Id;
use crate::documents::Renderer;
use crate::engine::clock::SystemClock;
use crate::engine::{Engine, Parts, Pending};
use crate::sample;
use crate::server::open_store;
use crate::store::postgres::temporary::Temporary;
use crate::store::seal::Seal;
use crate::wasm::runtime::Runtime;
use fairness::FairnessFigures;
use figures::Figures;
use import::ImportFigures;
use press::PressFigures;
use records::RecordFigures;

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The machine: cores and the name of its processor.
    pub machine: String,
    /// What keeps the records.
    pub store: &'static str,
    /// 4 KiB appended and synced.
    pub fsync: Figures,
    /// The rule of `deal-stage-notify`, by what runs it.
    pub rules: Vec<RuleFigures>,
    /// One plugin beside the backlog of another.
    pub fairness: FairnessFigures,
    /// Presses of Accept over HTTP.
    pub press: PressFigures,
    /// An invoice of ten lines as a PDF.
    pub render: Figures,
    /// Among many records.
    pub among: RecordFigures,
    /// A file of many rows.
    pub import: ImportFigures,
}

/// One way to run the rule.
#[derive(Debug, Serialize)]
pub struct RuleFigures {
    /// `component` or `native`.
    pub code: &'static str,
    /// Move → rule → notice, committed, a second.
    pub runs_per_second: f64,
    /// From a move's commit to its notice's, under full load.
    pub full_load: Figures,
    /// The same at half that rate.
    pub half_load: Figures,
}

/// Where is measured.
pub struct Ground {
    /// A folder of its own.
    pub dir: PathBuf,
    /// The URL of a PostgreSQL server; SQLite in the folder without.
    pub server: Option<String>,
}

impl Ground {
    /// Settings of a host for one part of it, with an empty database that is there as long as the second value is.
    async fn part(&self, name: &str) -> Result<(Settings, Option<Temporary>)> {
        let mut settings = Settings { data: self.dir.join(name), bundled: false, ..Settings::default() };
        let Some(server) = &self.server else { return Ok((settings, None)) };
        let database = Temporary::create(server).await?;
        settings.database_url = Secret(database.url()?);
        Ok((settings, Some(database)))
    }
}

/// Measures each part for `length`, and among so many records.
///
/// # Errors
/// When something cannot be measured.
pub async fn run(ground: &Ground, length: Duration, records: u64) -> Result<Report> {
    let dir = &ground.dir;
    let fsync = fsync::measure(dir).with_context(|| format!("failed to write in {}", dir.display()))?;
    let mut rules = Vec::new();
    for native in [false, true] {
        rules.push(measure_rule(ground, native, length).await?);
    }
    let fairness = fairness::measure(ground, length, records / 10).await?;
    let press = press::measure(ground).await?;
    let render = render::measure().await.context("failed to make a paper")?;
    let (settings, _database) = ground.part("records").await?;
    let engine = engine_on(&settings).await?;
    let among = records::measure(&engine, records).await?;
    engine.stop().await;
    let import = import::measure(ground).await.context("failed to import")?;
    let store = if ground.server.is_some() { "PostgreSQL" } else { "SQLite" };
    Ok(Report { machine: machine(), store, fsync, rules, fairness, press, render, among, import })
}

async fn measure_rule(ground: &Ground, native: bool, length: Duration) -> Result<RuleFigures> {
    let code = if native { "native" } else { "component" };
    let (settings, _database) = ground.part(code).await?;
    let (engine, company) = started(&settings).await?;
    let name = if native {
        engine.plugin_install_native(rule::manifest()).await?;
        rule::NAME.to_owned()
    } else {
        install(&engine, "deal-stage-notify").await?
    };
    engine.plugin_enable(&name, Pending::Keep).await?;
    let deals = stages::deals(&engine, &company).await?;
    engine.idle().await;
    stages::drive(&engine, &company, &deals, length / 5, None).await?;
    let (runs_per_second, full_load) = stages::drive(&engine, &company, &deals, length, None).await?;
    let (_, half_load) = stages::drive(&engine, &company, &deals, length, Some(runs_per_second / 2.0)).await?;
    engine.stop().await;
    Ok(RuleFigures { code, runs_per_second, full_load, half_load })
}

/// An engine with the sample company.
async fn started(host: &Settings) -> Result<(Engine, sample::Company)> {
    let engine = engine_on(host).await?;
    let company = sample::company(&engine).await?;
    Ok((engine, company))
}

/// A token that may do all, in the name of a user where one is given.
async fn key_of(engine: &Engine, user: Option<Id>) -> Result<String> {
    let draft = TokenDraft { name: "bench".to_owned(), scopes: vec!["admin".to_owned()], user, expires_at: None };
    let key = make(engine.store().as_ref(), draft, engine.now()).await;
    Ok(key.map_err(|problem| anyhow::anyhow!(problem.details().detail))?.secret)
}

async fn engine_on(host: &Settings) -> Result<Engine> {
    let (store, feed, claims) = open_store(host).await?;
    let settings = host.engine();
    let slots = u32::try_from(settings.in_flight)?;
    let runtime = Arc::new(Runtime::new(Some(host.compiled()), slots).map_err(anyhow::Error::msg)?);
    let rule = (rule::NAME.to_owned(), Arc::new(rule::Native) as Arc<dyn crate::engine::native::NativeRule>);
    let parts = Parts {
        store,
        feed,
        claims,
        runtime,
        clock: Arc::new(SystemClock),
        settings,
        native: [rule].into(),
        renderer: Renderer::of_this_program(),
        carried: &[],
        seal: Arc::new(Seal::load(&host.key())?),
    };
    Ok(Engine::start(parts).await?)
}

/// Installs a plugin that the host carries, with all it asks for.
async fn install(engine: &Engine, name: &str) -> Result<String> {
    let carried = bundled::components().iter().find(|(carried, _)| *carried == name);
    let (_, component) = carried.with_context(|| format!("the host does not carry {name}"))?;
    let installed = engine.plugin_install(component.to_vec()).await?;
    let needs = installed.manifest.needs.iter().map(|need| need.capability.clone()).collect();
    engine.plugin_grant(name, needs).await?;
    Ok(name.to_owned())
}

fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find(|line| line.starts_with("model name")).and_then(|line| line.split_once(": "));
    format!("{cores} cores, {}", model.map_or("unknown processor", |(_, name)| name))
}

impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "machine      {}", self.machine)?;
        writeln!(f, "store        {}", self.store)?;
        writeln!(f, "fsync 4 KiB  {}", self.fsync)?;
        for rule in &self.rules {
            writeln!(f, "S7 {:<10} {:.0} runs/s; full load {}", rule.code, rule.runs_per_second, rule.full_load)?;
            writeln!(f, "              half load {}", rule.half_load)?;
        }
        let fairness = &self.fairness;
        writeln!(f, "another rule  {}", fairness.alone)?;
        writeln!(f, "  beside a backlog of {}: {}", fairness.backlog, fairness.beside)?;
        let press = &self.press;
        writeln!(f, "Accept, HTTP  {:.0} presses/s; full load {}", press.presses_per_second, press.full_load)?;
        writeln!(f, "              half load {}", press.half_load)?;
        writeln!(f, "render        {}", self.render)?;
        let among = &self.among;
        writeln!(f, "records       {}, written {:.0} a second", among.records, among.written_per_second)?;
        writeln!(f, "page of 50    {}", among.page)?;
        writeln!(f, "patch         {}", among.patch)?;
        writeln!(f, "report        {}", among.report)?;
        writeln!(f, "  by user     {}", among.report_by_user)?;
        writeln!(f, "  by depart.  {}", among.report_by_department)?;
        writeln!(f, "funnel        {}", among.funnel)?;
        writeln!(f, "search        {}", among.search)?;
        let import = &self.import;
        write!(f, "import        {} contacts in {:.1} s; ", import.rows, import.taken_seconds)?;
        write!(f, "with {} wrong ones refused in {:.1} s; ", import.errors, import.refused_seconds)?;
        writeln!(f, "exported in {:.1} s", import.exported_seconds)
    }
}
