//! `takt bench`: figures that anyone can measure again.

mod figures;
mod fsync;
mod press;
pub mod rule;
mod stages;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::bundled;
use crate::engine::clock::SystemClock;
use crate::engine::settings::EngineSettings;
use crate::engine::{Engine, Parts, Pending};
use crate::sample;
use crate::store::{Feed, Store, sqlite::SqliteStore};
use crate::wasm::runtime::Runtime;
use figures::Figures;

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The machine: cores and the name of its processor.
    pub machine: String,
    /// 4 KiB appended and synced.
    pub fsync: Figures,
    /// The rule of `deal-stage-notify`, by what runs it.
    pub rules: Vec<RuleFigures>,
    /// A press of Accept over HTTP, 50 at once.
    pub press: Figures,
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

/// Measures in a folder of its own under `dir`, each part for `length`.
///
/// # Errors
/// When something cannot be measured.
pub async fn run(dir: &Path, length: Duration) -> Result<Report> {
    let fsync = fsync::measure(dir).with_context(|| format!("failed to write in {}", dir.display()))?;
    let mut rules = Vec::new();
    for native in [false, true] {
        rules.push(measure_rule(dir, native, length).await?);
    }
    let press = press::measure(dir).await?;
    Ok(Report { machine: machine(), fsync, rules, press })
}

async fn measure_rule(dir: &Path, native: bool, length: Duration) -> Result<RuleFigures> {
    let code = if native { "native" } else { "component" };
    let dir = dir.join(code);
    std::fs::create_dir_all(&dir)?;
    let (feed, claims) = Feed::new();
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dir.join("takt.db"), feed.clone()).await?);
    let settings = EngineSettings::default();
    let slots = u32::try_from(settings.in_flight)?;
    let runtime = Arc::new(Runtime::new(Some(dir.join("compiled")), slots).map_err(anyhow::Error::msg)?);
    let rule = (rule::NAME.to_owned(), Arc::new(rule::Native) as Arc<dyn crate::engine::native::NativeRule>);
    let parts = Parts { store, feed, claims, runtime, clock: Arc::new(SystemClock), settings, native: [rule].into() };
    let engine = Engine::start(parts).await?;
    let company = sample::company(&engine).await?;
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
        writeln!(f, "fsync 4 KiB  {}", self.fsync)?;
        for rule in &self.rules {
            writeln!(f, "S7 {:<10} {:.0} runs/s; full load {}", rule.code, rule.runs_per_second, rule.full_load)?;
            writeln!(f, "              half load {}", rule.half_load)?;
        }
        writeln!(f, "Accept, HTTP  {}", self.press)
    }
}
