//! Traces join what a request leads to, whenever and on whatever host that is done.

use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::database::Data;
use crate::support::guest::{Does, Guest};
use crate::support::house::share_compiled;
use crate::support::native::subscribed;
use crate::support::person::{Person, send};
use crate::support::process::{Process, command};
use crate::support::receiver::Receiver;

/// One span as an OTLP receiver gets it.
#[derive(Debug, Clone)]
struct Span {
    name: String,
    trace: String,
    id: String,
    parent: String,
    host: String,
    attributes: Value,
}

impl Span {
    fn of(span: &Value, host: &str) -> Self {
        let text = |field: &str| span[field].as_str().unwrap_or_default().to_owned();
        let (name, trace, id, parent) = (text("name"), text("traceId"), text("spanId"), text("parentSpanId"));
        Self { name, trace, id, parent, host: host.to_owned(), attributes: span["attributes"].clone() }
    }

    /// The value of a text attribute.
    fn says(&self, key: &str) -> Option<&str> {
        let all = self.attributes.as_array()?;
        all.iter().find(|attribute| attribute["key"] == key)?["value"]["stringValue"].as_str()
    }
}

/// Takes in spans until there are those that are waited for.
async fn take_in(receiver: &mut Receiver, spans: &mut Vec<Span>, enough: impl Fn(&[Span]) -> bool) {
    let taking = async {
        while !enough(spans) {
            let arrived = receiver.next().await;
            assert_eq!(arrived.path, "/v1/traces");
            let body: Value = serde_json::from_str(&arrived.body).unwrap();
            for of_host in body["resourceSpans"].as_array().unwrap() {
                let about = of_host["resource"]["attributes"].as_array().unwrap();
                let instance = about.iter().find(|attribute| attribute["key"] == "service.instance.id").unwrap();
                let host = instance["value"]["stringValue"].as_str().unwrap();
                let scopes = of_host["scopeSpans"].as_array().unwrap();
                let new = scopes.iter().flat_map(|scope| scope["spans"].as_array().unwrap());
                spans.extend(new.map(|span| Span::of(span, host)));
            }
        }
    };
    if tokio::time::timeout(Duration::from_secs(60), taking).await.is_err() {
        panic!("not all spans came: {spans:#?}");
    }
}

/// A host on that data that writes traces to the receiver, used with that token.
async fn host(data: &Data, receiver: &Receiver, secret: &str) -> (Process, Person) {
    let settings = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.trim_end_matches("/hook")),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
        ("TAKT_BUNDLED", "false"),
        ("TAKT_PRIVATE_WEBHOOKS", "true"),
        ("TAKT_BACKOFF_BASE_MS", "200"),
        ("TAKT_BACKOFF_CAP_MS", "200"),
        ("TAKT_MAX_ATTEMPTS", "100000"),
        ("TAKT_PAUSE_PERCENT", "100"),
    ];
    let process = Process::start_with(data, &settings).await;
    let base = Arc::new(RwLock::new(process.address.clone()));
    (process, Person::with_token(&base, secret, "", "tracer"))
}

async fn token(data: &Data) -> String {
    share_compiled(data.path());
    let made = command(data, &["token", "create", "--name", "tracer", "--scope", "admin"]).await;
    made["secret"].as_str().unwrap().to_owned()
}

async fn install(admin: &Person, handle: Does) {
    let guest = Guest { handle, ..Guest::new(subscribed("traced", &["lead.created"])) };
    let upload = admin.request(Method::POST, "/api/v1/plugins").header("content-type", "application/wasm");
    send(upload.body(guest.component())).await.ok();
    admin.post("/api/v1/plugins/traced/enable", json!({})).await.ok();
}

fn only<'a>(spans: &'a [Span], name: &str, trace: &str) -> Option<&'a Span> {
    spans.iter().find(|span| span.name == name && span.trace == trace)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_from_the_caller_over_request_and_run_to_the_message() {
    let data = Data::new().await;
    let secret = token(&data).await;
    let (mut receiver, hook) = (Receiver::open(&[]).await, Receiver::open(&[]).await);
    let (process, admin) = host(&data, &receiver, &secret).await;
    install(&admin, Does::Answer).await;
    admin.post("/api/v1/webhooks", json!({"url": hook.url, "events": ["lead.created"]})).await.ok();
    let (trace, caller) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let lead = admin.request(Method::POST, "/api/v1/leads").header("traceparent", format!("00-{trace}-{caller}-01"));
    send(lead.json(&json!({"title": "Chairs", "name": "Ann"}))).await.ok();

    let mut spans = Vec::new();
    let names = ["request", "run", "message"];
    take_in(&mut receiver, &mut spans, |spans| names.iter().all(|name| only(spans, name, trace).is_some())).await;
    let [request, run, message] = names.map(|name| only(&spans, name, trace).unwrap());
    assert_eq!((request.parent.as_str(), request.says("route")), (caller, Some("/api/v1/leads")));
    assert_eq!((run.parent.as_str(), run.says("plugin")), (request.id.as_str(), Some("traced")));
    assert_eq!(message.parent, request.id);
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_another_host_does_later_joins_its_trace() {
    let data = Data::new().await;
    let secret = token(&data).await;
    let mut receiver = Receiver::open(&[]).await;
    let (first, admin) = host(&data, &receiver, &secret).await;
    install(&admin, Does::Trap).await;
    admin.post("/api/v1/leads", json!({"title": "Chairs", "name": "Ann"})).await.ok();
    let mut spans = Vec::new();
    let hosts = |spans: &[Span]| -> BTreeSet<String> {
        spans.iter().filter(|span| span.name == "run").map(|span| span.host.clone()).collect()
    };
    take_in(&mut receiver, &mut spans, |spans| hosts(spans).len() == 1).await;
    first.stop().await;
    let (second, _) = host(&data, &receiver, &secret).await;
    take_in(&mut receiver, &mut spans, |spans| hosts(spans).len() == 2).await;
    let traces: BTreeSet<&str> =
        spans.iter().filter(|span| span.name == "run").map(|span| span.trace.as_str()).collect();
    assert_eq!(traces.len(), 1, "{spans:#?}");
    second.stop().await;
}
