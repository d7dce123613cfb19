//! `takt serve`

use std::io::IsTerminal as _;
use std::sync::Arc;

use serde_json::json;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

use super::{Failure, say, say_json};
use crate::config::{LogFormat, Settings};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::query::Query;
use crate::engine::clock::SystemClock;
use crate::server::Server;
use crate::traces::Traces;

/// Runs the host until it is told to stop.
pub(super) async fn run(settings: Settings, json: bool) -> Result<(), Failure> {
    let traces = log(&settings)?;
    let stop = stop_signal()?;
    let mut server = Server::start(&settings, Arc::new(SystemClock)).await?;
    let address = format!("http://{}", server.address);
    if json {
        say_json(&json!({"address": address, "data": settings.data}))?;
    } else {
        say(&format!("Takt listens on {address}: the console is there; the API is described at {address}/docs"));
    }
    let users = server.engine.store().record_count(&Query::of(Kind::User, 1), &[]).await;
    if users.is_ok_and(|count| count == 0) && !json {
        say(&first_steps(&settings));
    }
    tokio::select! {
        () = stop => {}
        ended = server.ended() => {
            return Err(Failure::failed(format!("the server ended: {:?}", ended.err())));
        }
    }
    tracing::info!("stopping");
    server.stop().await;
    if let Some(traces) = traces {
        traces.stop().await;
    }
    Ok(())
}

fn first_steps(settings: &Settings) -> String {
    let data = settings.data.display();
    format!(
        "There are no users yet. Make an admin, and a key for programs:\n  \
         takt user add --data {data} --email you@example.com --name \"Your Name\" --role admin\n  \
         takt token create --data {data} --name tour --scope admin"
    )
}

/// Logs to stderr, and writes traces where a receiver is named.
///
/// # Errors
/// Where the directives or the receiver's address can't be read.
pub(super) fn log(settings: &Settings) -> Result<Option<Traces>, Failure> {
    let filter = EnvFilter::try_new(&settings.log).map_err(|error| Failure::usage(format!("log: {error}")))?;
    let colours = std::io::stderr().is_terminal();
    // Where the log can't be written, on a full disk say, to complain there would be a panic.
    let log = tracing_subscriber::fmt::layer().log_internal_errors(false);
    let log = log.with_ansi(colours).with_writer(std::io::stderr);
    let log = match settings.log_format {
        LogFormat::Text => log.with_target(false).boxed(),
        LogFormat::Json => log.json().flatten_event(true).boxed(),
    };
    let traces = match settings.otlp_endpoint.as_str() {
        "" => None,
        endpoint => {
            Some(Traces::to(endpoint, &Id::new().to_string()).map_err(|error| Failure::usage(error.to_string()))?)
        }
    };
    let all = tracing_subscriber::registry().with(log.with_filter(filter)).with(traces.as_ref().map(Traces::layer));
    all.try_init().map_err(|error| Failure::failed(format!("the log can't be written: {error}")))?;
    Ok(traces)
}

/// Ends when the process is asked to stop.
///
/// # Errors
/// Where signals can't be listened to.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>, Failure> {
    let fault = |error: std::io::Error| Failure::failed(format!("signals can't be listened to: {error}"));
    #[cfg(unix)]
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(fault)?;
    #[cfg(not(unix))]
    let _ = fault;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = tokio::signal::ctrl_c().await;
    })
}
