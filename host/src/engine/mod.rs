//! The engine: commits what people and rules propose, and wakes rules by what was committed.
//!
//! The way of a change: a [`Unit`] proposes → [`commit`] matches the changes with the subscriptions and writes all in
//! one transaction → the store tells which deliveries this process holds → [`dispatch`] queues them fairly →
//! [`run`] runs the plugin on a fresh unit of work, and commits again. [`wake`] turns timers, retries and schedules that
//! come due into deliveries. [`press`] is the short way: a person's button, answered at once.

mod alert;
mod automation;
mod backlog;
mod backtest;
pub mod catalogue;
pub mod clock;
mod commit;
mod contention;
mod dispatch;
mod doubt;
mod dry;
mod firing;
mod follow;
mod idle;
mod load;
pub mod native;
mod outbox;
mod past;
mod pause;
pub mod plugins;
mod post;
mod press;
mod reach;
mod releases;
mod run;
mod secrets;
pub mod settings;
mod shadow;
mod sweep;
mod trust;
mod wake;

use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Notify, Semaphore, broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::channels::Channels;
use crate::channels::service::Services;
use crate::channels::webhook::Sender;
use crate::crm::custom::CustomFields;
use crate::crm::entity::Setting;
use crate::crm::event::Event;
use crate::crm::instant::Instant;
use crate::crm::organisation::Organisation;
use crate::documents::Renderer;
use crate::store::delivery::Claim;
use crate::store::seal::Seal;
use crate::store::{Feed, Store, StoreError};
use crate::unit::{Author, Unit};
use crate::wasm::runtime::Runtime;

pub use automation::{PluginChange, PluginSetup};
pub use backtest::{Backtest, Trial};
pub use commit::{EditError, Work};
pub use dry::{DryRun, MadeUp, Supposed};
pub use past::Period;
pub use plugins::{Pending, PluginError, missing_grants};
pub use press::{PressError, Pressed, pressed_before};
pub use releases::{Asking, ReleaseDiff};
pub use run::outcome_of;
pub use shadow::ShadowReport;
pub use trust::{Untrusted, Upload};

use catalogue::Catalogue;
use clock::Clock;
use dispatch::Waiting;
use native::NativeRules;
use settings::EngineSettings;

/// How long runs and messages that are under way are waited for when the engine stops.
const GRACE: std::time::Duration = std::time::Duration::from_secs(4);

/// The engine. Cheap to clone: all clones are one engine.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

/// What the engine works with.
pub struct Parts {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What the store tells at once.
    pub feed: Feed,
    /// The deliveries that commits claim: the other end of `feed`.
    pub claims: mpsc::UnboundedReceiver<Claim>,
    /// What runs components.
    pub runtime: Arc<Runtime>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How it works.
    pub settings: EngineSettings,
    /// Rules compiled into the host, by plugin name.
    pub native: NativeRules,
    /// What makes PDFs.
    pub renderer: Renderer,
    /// Plugins that this program carries, by name.
    pub carried: Carried,
    /// What opens secrets that stand in the store.
    pub seal: Arc<Seal>,
}

/// Plugins that a program carries: their names and components.
pub type Carried = &'static [(&'static str, &'static [u8])];

struct Inner {
    store: Arc<dyn Store>,
    feed: Feed,
    runtime: Arc<Runtime>,
    clock: Arc<dyn Clock>,
    settings: EngineSettings,
    native: NativeRules,
    catalogue: RwLock<Arc<Catalogue>>,
    organisation: RwLock<Arc<Organisation>>,
    custom: RwLock<Arc<CustomFields>>,
    waiting: Waiting,
    /// See `backlog.rs`.
    backlog: AtomicU64,
    slots: Arc<Semaphore>,
    /// Room for runs of shadows that are woken alone.
    shadows: Arc<Semaphore>,
    /// Something may have come due earlier than the waker thinks.
    wake: Notify,
    webhooks: Sender,
    services: Arc<Services>,
    seal: Arc<Seal>,
    channels: Channels,
    renderer: Renderer,
    carried: Carried,
    post: post::Post,
    /// A message to a client may be due.
    posted: Notify,
    /// The outbox may have something to send.
    sent: Notify,
    /// Something ended: whoever waits for idleness looks again.
    ended: Notify,
    stopping: CancellationToken,
    /// A commit was not answered: see `doubt.rs`.
    doubted: AtomicBool,
    tasks: TaskTracker,
    /// One change of the catalogue at a time.
    installing: tokio::sync::Mutex<()>,
    contended: contention::Contention,
    alerted: std::sync::Mutex<std::collections::HashMap<String, Instant>>,
}

impl Engine {
    /// Loads the plugins, takes back what a process before this one left undone, and begins to work.
    ///
    /// # Errors
    /// The store's.
    pub async fn start(parts: Parts) -> Result<Self, StoreError> {
        let Parts { store, feed, claims, runtime, clock, settings, native, renderer, carried, seal } = parts;
        let webhooks = Sender::new(settings.private_webhooks)
            .map_err(|error| StoreError(format!("nothing can be sent to webhooks: {error}")))?;
        let services = Services::new(settings.private_services)
            .map_err(|error| StoreError(format!("no service can be called: {error}")))?;
        let channels = Channels::new(&settings.gateways).map_err(|error| StoreError(error.to_string()))?;
        let slots = Arc::new(Semaphore::new(settings.in_flight));
        let engine = Self(Arc::new(Inner {
            store,
            feed,
            runtime,
            clock,
            slots,
            shadows: Arc::new(Semaphore::new(shadow::AT_ONCE)),
            settings,
            native,
            catalogue: RwLock::default(),
            organisation: RwLock::default(),
            custom: RwLock::default(),
            waiting: Waiting::default(),
            backlog: AtomicU64::new(0),
            webhooks,
            services: Arc::new(services),
            seal,
            channels,
            renderer,
            carried,
            post: post::Post::default(),
            posted: Notify::new(),
            doubted: AtomicBool::new(false),
            wake: Notify::new(),
            sent: Notify::new(),
            ended: Notify::new(),
            stopping: CancellationToken::new(),
            tasks: TaskTracker::new(),
            installing: tokio::sync::Mutex::new(()),
            contended: contention::Contention::default(),
            alerted: std::sync::Mutex::default(),
        }));
        // To listen comes before to load: what changes in between is heard.
        let news = engine.0.feed.news.subscribe();
        engine.0.store.node_join().await?;
        let rescued = engine.0.store.delivery_rescue().await?;
        if rescued > 0 {
            tracing::info!(rescued, "took back deliveries that a process before this one had not finished");
        }
        engine.0.store.outbox_rescue().await?;
        engine.reload_settings().await?;
        engine.reload().await?;
        engine.0.tasks.spawn(engine.clone().take_claims(claims));
        engine.0.tasks.spawn(engine.clone().dispatch());
        engine.0.tasks.spawn(engine.clone().follow(news));
        engine.0.tasks.spawn(engine.clone().wake_when_due());
        engine.0.tasks.spawn(engine.clone().settle_doubts());
        engine.0.tasks.spawn(engine.clone().send_when_due());
        engine.0.tasks.spawn(engine.clone().post_when_due());
        engine.0.tasks.spawn(engine.clone().sweep_when_due());
        engine.0.tasks.spawn(engine.clone().watch_backlog());
        Ok(engine)
    }

    /// Where everything is kept.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.0.store
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// This moment.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// The organisation's own settings; defaults as long as there is no record of it.
    #[must_use]
    pub fn organisation(&self) -> Arc<Organisation> {
        self.0.organisation.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The fields that the organisation has declared.
    #[must_use]
    pub fn custom(&self) -> Arc<CustomFields> {
        self.0.custom.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the rules of kinds may know at that moment.
    pub(super) fn setting(&self, now: Instant) -> Setting {
        Setting { now, region: self.organisation().region.clone(), custom: self.custom() }
    }

    /// What makes PDFs.
    #[must_use]
    pub fn renderer(&self) -> &Renderer {
        &self.0.renderer
    }

    /// The installed plugins as they are now.
    #[must_use]
    pub fn catalogue(&self) -> Arc<Catalogue> {
        self.0.catalogue.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Events as they are committed. A listener that lags behind is told so, and reads on from the store.
    #[must_use]
    pub fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.feed.events.subscribe()
    }

    /// A caller's unit of work.
    #[must_use]
    pub fn unit(&self) -> Unit {
        self.unit_of(Author::Caller, self.now())
    }

    fn unit_of(&self, author: Author, now: Instant) -> Unit {
        let language = self.organisation().language.as_str().into();
        Unit::new(self.0.store.clone(), author, self.setting(now), language)
    }

    /// Looks now for what came due: somebody put something back that waits in the store.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Takes no new work, lets what runs come to its end, and returns. What was not begun waits in the store.
    pub async fn stop(&self) {
        self.0.stopping.cancel();
        self.0.tasks.close();
        if tokio::time::timeout(GRACE, self.0.tasks.wait()).await.is_err() {
            tracing::warn!("some runs and messages took too long: they are begun again by the next host");
        }
        if let Err(error) = self.0.store.node_leave().await {
            tracing::warn!(%error, "failed to tell the other hosts; they take over once this one has been silent for long");
        }
    }
}
