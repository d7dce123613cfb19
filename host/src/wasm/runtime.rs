//! Components: checked, compiled, described and run.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Clock;

use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::component::{Component as Code, Linker};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtx;

use super::bindings::exports::takt::crm::rule;
use super::bindings::{Plugin, PluginPre};
use super::cache::Cache;
use super::call::{Budget, Budgets, Call, Ending, Report};
use super::convert;
use super::ending::ending;
use super::engine::engine;
use super::imports::seam::{Journalled, Seam};
use super::inspect;
use super::journal::{Departure, Journal, Reading, Tape, Written};
use super::log::SharedLog;
use super::manifest::Manifest;
use super::outside::Outside;
use super::state::{Meter, State};
use super::turns::{Turn, Turns};
use super::wasi;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::store::digest::hex_digest;
use crate::store::run::{Cost, LogLine};
use crate::unit::Unit;

pub use super::component::{BadComponent, Component};
pub use super::inspect::is_older;

/// What a guest may hand to the host in one call, in bytes: all its texts and lists.
const HANDED: usize = 16 << 20;
/// What a component may use to describe itself.
const DESCRIBING: Budgets = Budgets {
    fuel: 500_000_000,
    deadline_ms: 2_000,
    memory: 64 << 20,
    host_calls: 100,
    rows_read: 0,
    records_written: 0,
    log_bytes: 4 << 10,
    http_calls: 0,
};

/// What a component is told that runs without a host about it.
const ALONE: &str = "there is no way out here";

/// WebAssembly cannot be run here.
#[derive(Debug, Clone, thiserror::Error)]
#[error("failed to prepare WebAssembly: {0}")]
pub struct RuntimeError(String);

/// Why a journal can't be played.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadJournal {
    /// It is not whole.
    #[error("the run made too many calls to be journalled: it can't be played again")]
    Cut,
    /// It does not hold what it should.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
}

/// What a run that was played again came to.
#[derive(Debug)]
pub struct Replayed {
    /// How it ended.
    pub ending: Ending,
    /// WebAssembly fuel.
    pub fuel: u64,
    /// What it logged.
    pub log: Vec<LogLine>,
    /// Where it left the journal, where it did.
    pub departure: Option<Departure>,
}

/// Checks, compiles, describes and runs components. One for the process; cheap to share through an `Arc`.
pub struct Runtime {
    workshop: Arc<Workshop>,
    slots: Semaphore,
    turns: Turns,
}

/// What compiling takes.
struct Workshop {
    engine: Engine,
    linker: Linker<State>,
    cache: Option<Cache>,
}

impl Runtime {
    /// A runtime in which at most `slots` instances live at once: who comes later waits. Compiled code is kept in
    /// `cache_dir`, where one is given.
    ///
    /// # Errors
    /// When the folder cannot be made, or the processor is not supported.
    pub fn new(cache_dir: Option<PathBuf>, slots: u32) -> Result<Self, RuntimeError> {
        Self::prepare(cache_dir, slots.max(1)).map_err(|error| RuntimeError(format!("{error:#}")))
    }

    fn prepare(cache_dir: Option<PathBuf>, slots: u32) -> wasmtime::Result<Self> {
        let engine = engine(slots)?;
        let mut linker = Linker::new(&engine);
        wasi::link(&mut linker)?;
        Plugin::add_to_linker::<State, Seam>(&mut linker, |state| Journalled(state))?;
        let cache = cache_dir.map(|folder| Cache::open(folder, &engine)).transpose()?;
        let slots = Semaphore::new(usize::try_from(slots)?);
        Ok(Self { workshop: Arc::new(Workshop { engine, linker, cache }), slots, turns: Turns::default() })
    }

    /// Checks and compiles a component, on a thread that may block, or takes the compiled code from the cache.
    ///
    /// # Errors
    /// Why it is refused. Nothing of it was run.
    pub async fn compile(&self, bytes: Arc<[u8]>) -> Result<Component, BadComponent> {
        let workshop = self.workshop.clone();
        let compiled = tokio::task::spawn_blocking(move || workshop.compile(&bytes)).await;
        compiled.unwrap_or_else(|error| Err(BadComponent::Host(format!("compiling ended early: {error}"))))
    }

    /// Asks a component what it is, without any capability. The manifest's own rules are not checked here: see
    /// [`plugins::check`](crate::plugins::check).
    ///
    /// # Errors
    /// `Trap`, `Budget`, `Manifest` where a schema is not JSON.
    pub async fn describe(&self, component: &Component) -> Result<Manifest, BadComponent> {
        let _slot = self.slot().await.map_err(BadComponent::Host)?;
        let log = SharedLog::new(DESCRIBING.log_bytes);
        let nobody = Id::from_bytes([0; 16]);
        let turn = self.turns.begin("");
        let wasi = wasi::context(nobody, Instant::from_micros(0), &log);
        let mut store = self.store(&turn, alone(wasi, &log, DESCRIBING, Tape::Off));
        let described = turn.within(DESCRIBING.deadline(), describe(component, &mut store)).await;
        match ended(described, &mut store) {
            Ok(manifest) => convert::manifest(manifest, component.imports()),
            Err(Ending::Budget(budget)) => Err(BadComponent::Budget(budget)),
            Err(Ending::Trap(why)) => Err(BadComponent::Trap(with_last_words(why, &log))),
            Err(other) => Err(BadComponent::Host(format!("`describe` ended unexpectedly: {other:?}"))),
        }
    }

    /// Runs a component once, in a fresh instance. The unit of work comes back whatever became of the run: what it
    /// proposes counts where the ending is [`Ending::Ok`].
    pub async fn run(&self, component: &Component, call: &Call, unit: Unit) -> (Unit, Report) {
        let _slot = match self.slot().await {
            Ok(slot) => slot,
            Err(why) => return (unit, unstarted(why)),
        };
        let begun = Clock::now();
        let budgets = call.installation.budgets;
        let log = SharedLog::new(budgets.log_bytes);
        let turn = self.turns.begin(&call.installation.manifest.name);
        let mut store = self.store(
            &turn,
            State {
                unit: Some(unit),
                installation: Some(call.installation.clone()),
                wasi: wasi::context(call.run, call.now, &log),
                table: wasi::table(),
                log: log.clone(),
                meter: Meter::new(budgets),
                tape: Tape::Writing(Written::since(begun)),
                outside: call.outside.clone(),
                stop: None,
            },
        );
        let (context, trigger) = (convert::context(call), convert::trigger(&call.trigger));
        let handled = handle(component, budgets.fuel, &context, &trigger, &mut store);
        let handled = turn.within(budgets.deadline(), handled).await;
        let ending = match ended(handled, &mut store) {
            Ok(answer) => convert::answer(answer),
            Err(ending) => ending,
        };
        let left = store.get_fuel().unwrap_or(0);
        let state = store.into_data();
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        let cost = Cost { fuel: budgets.fuel.saturating_sub(left), micros, ..state.meter.cost() };
        let Some(unit) = state.unit else { unreachable!("the run's state was given its unit of work") };
        (unit, Report { ending, cost, log: log.take(), calls: state.tape.written() })
    }

    /// Plays a run again: the guest is told what it was told then, as long as it asks the same.
    ///
    /// # Errors
    /// Why the journal can't be played.
    pub async fn replay(&self, component: &Component, journal: Journal) -> Result<Replayed, BadJournal> {
        if journal.cut {
            return Err(BadJournal::Cut);
        }
        let damaged = |error: serde_json::Error| BadJournal::Damaged(error.to_string());
        let context: rule::Context = serde_json::from_value(journal.context).map_err(damaged)?;
        let trigger: rule::Trigger = serde_json::from_value(journal.trigger).map_err(damaged)?;
        let log = SharedLog::new(journal.budgets.log_bytes);
        let turn = self.turns.begin("");
        let wasi = wasi::context(journal.run, journal.now, &log);
        let tape = Tape::Reading(Reading::new(journal.calls));
        let mut store = self.store(&turn, alone(wasi, &log, journal.budgets, tape));
        let handled = handle(component, journal.budgets.fuel, &context, &trigger, &mut store);
        let handled = turn.within(journal.budgets.deadline(), handled).await;
        let ending = match ended(handled, &mut store) {
            Ok(answer) => convert::answer(answer),
            Err(ending) => ending,
        };
        let fuel = journal.budgets.fuel.saturating_sub(store.get_fuel().unwrap_or(0));
        let departure = match store.into_data().tape {
            Tape::Reading(reading) => reading.end(),
            Tape::Off | Tape::Writing(_) => None,
        };
        Ok(Replayed { ending, fuel, log: log.take(), departure })
    }

    fn store(&self, turn: &Arc<Turn>, state: State) -> Store<State> {
        let mut store = Store::new(&self.workshop.engine, state);
        store.limiter(|state| state);
        store.set_hostcall_fuel(HANDED);
        let turn = turn.clone();
        store.epoch_deadline_callback(move |_| Ok(turn.epoch()));
        store.set_epoch_deadline(1);
        store
    }

    async fn slot(&self) -> Result<SemaphorePermit<'_>, String> {
        self.slots.acquire().await.map_err(|_| "the runtime is shutting down".to_owned())
    }
}

impl Workshop {
    fn compile(&self, bytes: &[u8]) -> Result<Component, BadComponent> {
        let asked = inspect::asked(bytes)?;
        let digest = digest_of(bytes);
        let code = match self.cache.as_ref().and_then(|cache| cache.load(&digest, &self.engine)) {
            Some(code) => code,
            None => self.translate(&digest, bytes)?,
        };
        let misfit = |error: wasmtime::Error| BadComponent::Misfit(format!("{error:#}"));
        let pre = self.linker.instantiate_pre(&code).map_err(misfit)?;
        Ok(Component::new(digest, asked, PluginPre::new(pre).map_err(misfit)?))
    }

    /// Translates to machine code, and keeps that. A cache that does not take it costs time, and nothing else.
    fn translate(&self, digest: &str, bytes: &[u8]) -> Result<Code, BadComponent> {
        let code =
            Code::from_binary(&self.engine, bytes).map_err(|error| BadComponent::Malformed(format!("{error:#}")))?;
        if let Some(cache) = &self.cache {
            let kept = code.serialize().and_then(|bytes| Ok(cache.store(digest, &bytes)?));
            if let Err(error) = kept {
                tracing::warn!(digest, "compiled code was not kept: {error:#}");
            }
        }
        Ok(code)
    }
}

/// A component's digest: its SHA-256, hex.
#[must_use]
pub fn digest_of(component: &[u8]) -> String {
    hex_digest(component)
}

async fn describe(component: &Component, store: &mut Store<State>) -> wasmtime::Result<rule::Manifest> {
    store.set_fuel(DESCRIBING.fuel)?;
    let plugin = component.pre().instantiate_async(&mut *store).await?;
    plugin.takt_crm_rule().call_describe(store).await
}

async fn handle(
    component: &Component,
    fuel: u64,
    context: &rule::Context,
    trigger: &rule::Trigger,
    store: &mut Store<State>,
) -> wasmtime::Result<Result<Option<rule::Reply>, rule::Failure>> {
    store.set_fuel(fuel)?;
    let plugin = component.pre().instantiate_async(&mut *store).await?;
    plugin.takt_crm_rule().call_handle(store, context, trigger).await
}

/// What a call gave, or how it ended without.
fn ended<T>(result: Option<wasmtime::Result<T>>, store: &mut Store<State>) -> Result<T, Ending> {
    match result {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(ending(&error, store.data_mut().stop.take())),
        None => Err(Ending::Budget(Budget::Deadline)),
    }
}

/// What a component carries with it that runs without a host about it.
fn alone(wasi: WasiCtx, log: &SharedLog, budgets: Budgets, tape: Tape) -> State {
    State {
        unit: None,
        installation: None,
        wasi,
        table: wasi::table(),
        log: log.clone(),
        meter: Meter::new(budgets),
        tape,
        outside: Outside::Closed(ALONE),
        stop: None,
    }
}

/// The report of a run that found no place.
fn unstarted(why: String) -> Report {
    Report { ending: Ending::Host(why), cost: Cost::default(), log: Vec::new(), calls: Written::default() }
}

/// A panic says on standard error what it is about.
fn with_last_words(why: String, log: &SharedLog) -> String {
    log.take().iter().fold(why, |text, line| format!("{text}\n{}", line.message))
}
