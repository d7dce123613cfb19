//! The whole host in one value: store, engine, API. `takt serve`, the demo, the benchmark and the tests start it alike.

use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::serve::ListenerExt as _;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::api::{self, App};
use crate::bundled;
use crate::config::Settings;
use crate::crm::id::Id;
use crate::documents::Renderer;
use crate::engine::clock::Clock;
use crate::engine::native::NativeRules;
use crate::engine::{Engine, Parts, PluginError};
use crate::http::kit::Kit;
use crate::http::limiter::Limiter;
use crate::http::policy::Gap;
use crate::http::pressure::{Load, Pressure};
use crate::store::postgres::PostgresStore;
use crate::store::seal::Seal;
use crate::store::sqlite::SqliteStore;
use crate::store::transfer::Place;
use crate::store::{Feed, Store, StoreError};
use crate::wasm::runtime::Runtime;

/// How long open requests are waited for when the host stops.
const GRACE: Duration = Duration::from_secs(5);

/// A running host.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its engine.
    pub engine: Engine,
    closing: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
    upkeep: JoinHandle<()>,
    /// Held as long as the host runs: see [`lock`].
    _lock: File,
}

/// What a host may be given beside its settings.
#[derive(Default)]
pub struct Extras {
    /// Rules compiled into it.
    pub native: NativeRules,
    /// What makes PDFs, where this program cannot.
    pub renderer: Option<Renderer>,
}

/// Why the host did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The folder can't be used.
    #[error("{} can't be used: {error}", .folder.display())]
    Data {
        /// The folder.
        folder: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Another host works on the folder.
    #[error("another host runs on the data folder {}: stop it first, or give this one a folder of its own", .0.display())]
    InUse(PathBuf),
    /// The address can't be listened on.
    #[error("{address} can't be listened on: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The runtime of the plugins.
    #[error("plugins can't be run here: {0}")]
    Runtime(String),
    /// The measurements.
    #[error("the host can't be measured: {0}")]
    Metrics(String),
    /// A fault of the program's.
    #[error(transparent)]
    Policy(#[from] Gap),
}

impl Server {
    /// Starts a host.
    ///
    /// # Errors
    /// Nothing runs then.
    pub async fn start(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Self, StartError> {
        Self::start_with(settings, clock, Extras::default()).await
    }

    /// Starts a host that is made of other parts than `takt serve`.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_with(settings: &Settings, clock: Arc<dyn Clock>, extras: Extras) -> Result<Self, StartError> {
        let Extras { native, renderer } = extras;
        let renderer = renderer.unwrap_or_else(Renderer::of_this_program);
        let metrics = metrics_handle()?;
        make_folder(settings).await?;
        let lock = lock(&settings.data)?;
        let (store, feed, claims) = open_store(settings).await?;
        let slots = u32::try_from(settings.in_flight).unwrap_or(u32::MAX);
        let runtime = Runtime::new(Some(settings.compiled()), slots)
            .map_err(|error| StartError::Runtime(format!("{error:#}")))?;
        let seal = Seal::load(&settings.key()).map_err(|error| StartError::Data { folder: settings.key(), error })?;
        let seal = Arc::new(seal);
        let parts = Parts {
            store,
            feed,
            claims,
            runtime: Arc::new(runtime),
            clock,
            settings: settings.engine(),
            native,
            renderer,
            carried: bundled::components(),
            seal: seal.clone(),
        };
        let engine = Engine::start(parts).await?;
        if settings.bundled {
            install_bundled(&engine).await;
        }
        let closing = CancellationToken::new();
        let mut app = App::new(engine.clone(), kit(&engine, settings, seal), metrics.clone(), closing.clone());
        app.base = settings.public_url.trim_end_matches('/').into();
        let router = api::router(app)?;
        let listen = settings.listen;
        let listener =
            TcpListener::bind(listen).await.map_err(|error| StartError::Listen { address: listen, error })?;
        let address = listener.local_addr().map_err(|error| StartError::Listen { address: listen, error })?;
        let listener = listener.tap_io(|stream| {
            // Without it the answer to a small request may wait for a packet that never comes.
            let _ = stream.set_nodelay(true);
        });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let closed = closing.clone().cancelled_owned();
        let serving = tokio::spawn(async move { axum::serve(listener, service).with_graceful_shutdown(closed).await });
        Ok(Self { address, engine, closing, serving, upkeep: tokio::spawn(keep_up(metrics)), _lock: lock })
    }

    /// Takes no new requests, waits for those that run, and for the runs.
    pub async fn stop(self) {
        self.closing.cancel();
        let abort = self.serving.abort_handle();
        match tokio::time::timeout(GRACE, self.serving).await {
            Ok(Ok(Err(error))) => tracing::warn!(%error, "the server ended with an error"),
            Ok(_) => {}
            Err(_) => {
                tracing::warn!("some requests took too long and were cut off");
                abort.abort();
            }
        }
        self.engine.stop().await;
        self.upkeep.abort();
    }

    /// Returns when the server ends by itself: a fault.
    pub async fn ended(&mut self) -> std::io::Result<()> {
        (&mut self.serving).await.unwrap_or_else(|error| Err(std::io::Error::other(error)))
    }
}

/// Keeps a second host off the folder: each would take the other's deliveries for left behind. The system lets go of
/// the lock when the process ends, however it ends.
///
/// # Errors
/// Where another host has it, or the folder can't be written.
pub fn lock(folder: &Path) -> Result<File, StartError> {
    let fault = |error: std::io::Error| StartError::Data { folder: folder.to_owned(), error };
    let file = File::create(folder.join("takt.lock")).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse(folder.to_owned())),
        Err(TryLockError::Error(error)) => Err(fault(error)),
    }
}

/// Opens the database, making the folder where there is none.
///
/// # Errors
/// Where the folder or the file can't be used.
pub async fn open_store(
    settings: &Settings,
) -> Result<(Arc<dyn Store>, Feed, tokio::sync::mpsc::UnboundedReceiver<crate::store::delivery::Claim>), StartError> {
    make_folder(settings).await?;
    let (feed, claims) = Feed::new();
    let store: Arc<dyn Store> = match settings.place() {
        Place::Sqlite(file) => Arc::new(SqliteStore::open(&file, feed.clone()).await?),
        Place::Postgres(url) => Arc::new(PostgresStore::open(&url, &node_name(&settings.data)?, feed.clone()).await?),
    };
    Ok((store, feed, claims))
}

async fn make_folder(settings: &Settings) -> Result<(), StartError> {
    tokio::fs::create_dir_all(&settings.data)
        .await
        .map_err(|error| StartError::Data { folder: settings.data.clone(), error })
}

/// What this host is called among those on one database: made up once for each data folder.
fn node_name(folder: &Path) -> Result<String, StartError> {
    let file = folder.join("takt.node");
    let fault = |error: std::io::Error| StartError::Data { folder: file.clone(), error };
    match std::fs::read_to_string(&file) {
        Ok(name) => Ok(name.trim().to_owned()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = Id::new().to_string();
            std::fs::write(&file, &name).map_err(fault)?;
            Ok(name)
        }
        Err(error) => Err(fault(error)),
    }
}

fn kit(engine: &Engine, settings: &Settings, seal: Arc<Seal>) -> Kit {
    let clock = engine.clock().clone();
    let options = settings.http();
    let asked = engine.clone();
    let load = move || Load { commits: asked.store().commits_waiting(), deliveries: asked.backlog() };
    Kit {
        store: engine.store().clone(),
        now: Arc::new(move || clock.now()),
        limiter: Arc::new(Limiter::default()),
        seal,
        attachments: settings.attachments().into(),
        pressure: Arc::new(Pressure::new(options.limits, load)),
        options,
    }
}

/// Installs the plugins that the host carries where there is none of that name. Where there is one, what the host
/// carries is kept as a release of it: an admin brings it into use.
async fn install_bundled(engine: &Engine) {
    for (name, component) in bundled::components() {
        let known = engine.catalogue().get(name).is_some();
        let done = if known {
            engine.release_offer(name, component).await
        } else {
            engine.plugin_install(component.to_vec()).await.map(drop)
        };
        match done {
            Ok(()) if known => {}
            Ok(()) => tracing::info!(plugin = name, "installed a plugin that the host carries; it is disabled"),
            Err(error @ PluginError::Store(_)) => tracing::error!(plugin = name, %error, "failed to install"),
            Err(error) => tracing::warn!(plugin = name, %error, "a plugin that the host carries can't be installed"),
        }
    }
}

/// One recorder a process, however many servers.
fn metrics_handle() -> Result<PrometheusHandle, StartError> {
    static HANDLE: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
    const SECONDS: [f64; 14] =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
    let mut handle = HANDLE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = handle.as_ref() {
        return Ok(handle.clone());
    }
    let made = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| StartError::Metrics(error.to_string()))?;
    *handle = Some(made.clone());
    Ok(made)
}

/// Measurements that nobody asks for are folded now and then: they would grow without bound.
async fn keep_up(metrics: PrometheusHandle) {
    let mut every = tokio::time::interval(Duration::from_secs(5));
    loop {
        every.tick().await;
        metrics.run_upkeep();
    }
}
