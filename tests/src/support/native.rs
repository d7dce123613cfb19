//! Rules compiled into the test, to try the engine without a sandbox.

use std::sync::Arc;

use async_trait::async_trait;
use futures::future::BoxFuture;
use serde_json::json;
use takt::engine::native::NativeRule;
use takt::unit::Unit;
use takt::wasm::call::{Call, Ending};
use takt::wasm::manifest::{CommandSpec, Manifest, Schedule, Subscription};

type Body = dyn for<'a> Fn(&'a Call, &'a mut Unit) -> BoxFuture<'a, Ending> + Send + Sync;

/// A rule that does what a closure says.
pub struct Rule(Arc<Body>);

impl Rule {
    pub fn of(
        body: impl for<'a> Fn(&'a Call, &'a mut Unit) -> BoxFuture<'a, Ending> + Send + Sync + 'static,
    ) -> Arc<dyn NativeRule> {
        Arc::new(Self(Arc::new(body)))
    }
}

#[async_trait]
impl NativeRule for Rule {
    async fn handle(&self, call: &Call, unit: &mut Unit) -> Ending {
        (self.0)(call, unit).await
    }
}

/// A manifest of that name that is woken by nothing yet.
pub fn manifest(name: &str) -> Manifest {
    Manifest {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        title: name.to_owned(),
        summary: "A rule of the tests.".to_owned(),
        subscriptions: Vec::new(),
        schedules: Vec::new(),
        commands: Vec::new(),
        config_schema: json!({"type": "object"}),
        needs: Vec::new(),
        imports: Vec::new(),
    }
}

/// The same, woken by these events.
pub fn subscribed(name: &str, events: &[&str]) -> Manifest {
    let subscriptions = events
        .iter()
        .map(|event| Subscription { event: (*event).to_owned(), changed: Vec::new(), when: None })
        .collect();
    Manifest { subscriptions, ..manifest(name) }
}

/// The same, woken by the clock.
pub fn scheduled(name: &str, cron: &str) -> Manifest {
    let schedule = Schedule { name: "tick".to_owned(), cron: cron.to_owned(), title: "Tick".to_owned() };
    Manifest { schedules: vec![schedule], ..manifest(name) }
}

/// The same, woken by a button.
pub fn commanded(name: &str, command: &str) -> Manifest {
    let spec = CommandSpec {
        name: command.to_owned(),
        title: command.to_owned(),
        on: vec!["lead".to_owned()],
        input_schema: None,
    };
    Manifest { commands: vec![spec], ..manifest(name) }
}
