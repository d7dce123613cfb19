//! Traces: what was done, joined from a request over its events and the runs that they wake to the messages that go out.
//!
//! Off unless a receiver is named. Spans are those of `tracing`; what commits an event writes down under which span, and
//! whoever works on the event later, on whatever host, goes on from there. Written as W3C Trace Context writes it
//! (`traceparent`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry::KeyValue;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{TraceContextExt as _, TracerProvider as _};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::{Level, Metadata, Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// Whether traces are written: then it is worth looking for what they go on from.
static ON: AtomicBool = AtomicBool::new(false);

/// The header, and how it is called where it is kept.
pub const TRACEPARENT: &str = "traceparent";
/// How long a receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What writes traces to a receiver, until it is stopped.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

/// Why traces can't be written.
#[derive(Debug, thiserror::Error)]
#[error("traces can't be written: {0}")]
pub struct TracesError(String);

impl Traces {
    /// Writes to the OTLP receiver at that address, `http://localhost:4318`, as JSON. `instance` tells hosts apart.
    ///
    /// # Errors
    /// Where the address can't be used.
    pub fn to(endpoint: &str, instance: &str) -> Result<Self, TracesError> {
        let fault = |error: &dyn std::fmt::Display| TracesError(error.to_string());
        // Where another part of the process chose one before, that one stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|error| fault(&error))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(OnRuntime { client, runtime: Handle::current() })
            .with_protocol(Protocol::HttpJson)
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| fault(&error))?;
        let attributes = [
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance.to_owned()),
        ];
        let resource = Resource::builder().with_service_name("takt").with_attributes(attributes).build();
        ON.store(true, Ordering::Relaxed);
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// What takes the program's own spans to it. Libraries' are left out, and so is what the log says.
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let own =
            |what: &Metadata<'_>| what.is_span() && *what.level() <= Level::INFO && what.target().starts_with("takt");
        tracing_opentelemetry::layer().with_tracer(self.0.tracer("takt")).with_filter(filter_fn(own))
    }

    /// Writes what is left.
    pub async fn stop(self) {
        let stopped = tokio::task::spawn_blocking(move || self.0.shutdown()).await;
        if let Ok(Err(error)) = stopped {
            tracing::warn!(%error, "the last traces were not written");
        }
    }
}

/// Whether traces are written.
#[must_use]
pub fn are_on() -> bool {
    ON.load(Ordering::Relaxed)
}

/// The span that this is done under, to be gone on from. None where no traces are written.
#[must_use]
pub fn here() -> Option<String> {
    if !are_on() {
        return None;
    }
    let context = Span::current().context();
    if !context.span().span_context().is_valid() {
        return None;
    }
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut carrier);
    carrier.remove(TRACEPARENT)
}

/// Has a span go on from where that says. What can't be read is not followed.
pub fn go_on(span: &Span, from: &str) {
    if are_on() {
        let carrier = HashMap::from([(TRACEPARENT.to_owned(), from.to_owned())]);
        // Without a receiver for its level a span is none, and has nothing to go on from.
        let _ = span.set_parent(TraceContextPropagator::new().extract(&carrier));
    }
}

/// A client on the runtime's own threads: the exporter has one of its own, which is none of them.
#[derive(Debug)]
struct OnRuntime {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait]
impl HttpClient for OnRuntime {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        self.runtime.spawn(async move { client.send_bytes(request).await }).await?
    }
}
