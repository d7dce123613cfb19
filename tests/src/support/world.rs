//! An engine on a database of its own, with a clock that stands still.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use takt::crm::id::Id;
use takt::crm::instant::Instant;
use takt::crm::kind::Kind;
use takt::crm::query::Query;
use takt::crm::record::{Actor, Record, Reference};
use takt::documents::Renderer;
use takt::engine::clock::ManualClock;
use takt::engine::native::{NativeRule, NativeRules};
use takt::engine::settings::EngineSettings;
use takt::engine::{EditError, Engine, Parts, Pending};
use takt::store::Feed;
use takt::store::run::{RunFilter, RunRow};
use takt::store::seal::Seal;
use takt::wasm::manifest::Manifest;
use takt::wasm::runtime::Runtime;

use super::database::Data;

/// 2026-03-02T09:00:00Z, a Monday.
pub const START: i64 = 1_772_442_000_000_000;

pub struct World {
    pub engine: Engine,
    pub clock: Arc<ManualClock>,
    dir: Arc<Data>,
    rules: Vec<(Manifest, Arc<dyn NativeRule>)>,
    settings: EngineSettings,
}

impl World {
    /// An engine with these rules, enabled.
    pub async fn with(rules: Vec<(Manifest, Arc<dyn NativeRule>)>) -> Self {
        Self::with_settings(rules, EngineSettings::default()).await
    }

    /// The same, set so.
    pub async fn with_settings(rules: Vec<(Manifest, Arc<dyn NativeRule>)>, settings: EngineSettings) -> Self {
        let settings = EngineSettings { max_attempts: 3, poll: Duration::from_millis(50), ..settings };
        let dir = Arc::new(Data::new().await);
        let clock = Arc::new(ManualClock::new(Instant::from_micros(START)));
        Self::open(dir, clock, rules, settings).await
    }

    async fn open(
        dir: Arc<Data>,
        clock: Arc<ManualClock>,
        rules: Vec<(Manifest, Arc<dyn NativeRule>)>,
        settings: EngineSettings,
    ) -> Self {
        let (feed, claims) = Feed::new();
        let store = dir.store(feed.clone()).await;
        let native: NativeRules = rules.iter().map(|(manifest, rule)| (manifest.name.clone(), rule.clone())).collect();
        let runtime = Arc::new(Runtime::new(None, 8).unwrap());
        let parts = Parts {
            store,
            feed,
            claims,
            runtime,
            clock: clock.clone(),
            settings: settings.clone(),
            native,
            renderer: Renderer::of_this_program(),
            carried: &[],
            seal: Arc::new(Seal::new(&[7; 32]).unwrap()),
        };
        let engine = Engine::start(parts).await.unwrap();
        for (manifest, _) in &rules {
            engine.plugin_install_native(manifest.clone()).await.unwrap();
            engine.plugin_enable(&manifest.name, Pending::Keep).await.unwrap();
        }
        Self { engine, clock, dir, rules, settings }
    }

    /// Its folder and database.
    pub fn data(&self) -> &Data {
        &self.dir
    }

    /// The same database under a new process.
    pub async fn restarted(self) -> Self {
        self.engine.stop().await;
        let Self { clock, dir, rules, engine, settings } = self;
        drop(engine);
        Self::open(dir, clock, rules, settings).await
    }

    pub async fn create(&self, kind: Kind, fields: Value) -> Arc<Record> {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        let (record, committed) = self
            .engine
            .edit(someone(), None, move |unit| {
                let fields = fields.clone();
                Box::pin(async move { unit.create(kind, fields).await })
            })
            .await
            .unwrap();
        committed.record(record.id).unwrap()
    }

    pub async fn lead(&self, title: &str) -> Arc<Record> {
        self.create(Kind::Lead, json!({"title": title, "name": "Ann"})).await
    }

    pub async fn patch(&self, reference: Reference, by: Value) -> Result<Arc<Record>, EditError> {
        self.engine
            .edit(someone(), None, move |unit| {
                let by = by.clone();
                Box::pin(async move { unit.patch(reference, by, None).await })
            })
            .await
            .map(|(record, _)| record)
    }

    pub async fn get(&self, reference: Reference) -> Arc<Record> {
        self.engine.unit().read(reference).await.unwrap()
    }

    pub async fn all(&self, kind: Kind) -> Vec<Arc<Record>> {
        self.engine.unit().find_all(Query::of(kind, 200)).await.unwrap()
    }

    pub async fn runs(&self) -> Vec<RunRow> {
        let mut runs =
            self.engine.store().run_list(&RunFilter { limit: 10_000, ..RunFilter::default() }).await.unwrap();
        runs.reverse();
        runs
    }

    /// Moves the clock, and lets all that comes due be done.
    pub async fn advance(&self, length: Duration) {
        self.clock.advance(length);
        self.engine.idle().await;
    }
}

pub fn someone() -> Actor {
    Actor::User(Id::from_bytes([7; 16]))
}
