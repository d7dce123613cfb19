//! The API, called in-process: router, engine and store as they are, without a socket.

mod attachments;
mod commands;
mod contract;
mod invoices;
mod personal;
mod policy;
mod records;
mod sessions;
mod streams;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::tokens::{TokenDraft, make};
use super::{App, router};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::documents::Renderer;
use crate::engine::clock::ManualClock;
use crate::engine::native::{NativeRule, NativeRules};
use crate::engine::settings::EngineSettings;
use crate::engine::{Engine, Parts, Pending};
use crate::http::kit::{Kit, Options};
use crate::http::limiter::Limiter;
use crate::http::pressure::{Limits, Load, Pressure};
use crate::http::secret;
use crate::sample::{self, Company};
use crate::store::Feed;
use crate::store::access::Session;
use crate::store::seal::Seal;
use crate::store::sqlite::SqliteStore;
use crate::unit::{NoticeButton, NoticeDraft, Unit};
use crate::wasm::call::{Call, Ending, Reply};
use crate::wasm::manifest::{CommandSpec, Manifest, Need, Subscription};
use crate::wasm::runtime::Runtime;

/// A host with the sample company in it, and a rule of two buttons.
pub struct Host {
    pub engine: Engine,
    pub company: Company,
    pub clock: Arc<ManualClock>,
    router: Router,
    folder: TempDir,
}

/// Who calls in a test.
#[derive(Clone, Copy)]
pub enum As<'a> {
    Nobody,
    User(Id),
    Token(&'a str),
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Host {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (feed, claims) = Feed::new();
        let store = Arc::new(SqliteStore::open(&folder.path().join("takt.db"), feed.clone()).await.unwrap());
        let start = serde_json::from_value::<Instant>(json!("2026-11-24T10:00:00Z")).unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let rule: Arc<dyn NativeRule> = Arc::new(Offers);
        let native: NativeRules = HashMap::from([("offers".to_owned(), rule.clone()), ("others".to_owned(), rule)]);
        let runtime = Arc::new(Runtime::new(None, 4).unwrap());
        let settings = EngineSettings::default();
        let seal = Arc::new(Seal::new(&[7; 32]).unwrap());
        let parts = Parts {
            store,
            feed,
            claims,
            runtime,
            clock: clock.clone(),
            settings,
            native,
            renderer: Renderer::of_this_program(),
            carried: &[],
            seal: seal.clone(),
        };
        let engine = Engine::start(parts).await.unwrap();
        let company = sample::company(&engine).await.unwrap();
        let now = clock.clone();
        let limits = Limits { requests: 10_000, commits: 10_000, deliveries: 10_000 };
        let kit = Kit {
            store: engine.store().clone(),
            now: Arc::new(move || crate::engine::clock::Clock::now(now.as_ref())),
            limiter: Arc::new(Limiter::default()),
            seal,
            pressure: Arc::new(Pressure::new(limits, Load::default)),
            attachments: folder.path().join("attachments").into(),
            options: Options {
                secure: false,
                behind_proxy: true,
                timeout: Duration::from_secs(30),
                session: Duration::from_secs(3600),
                limits,
            },
        };
        let metrics = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
        let app = App::new(engine.clone(), kit, metrics, CancellationToken::new());
        Self { engine, company, clock, router: router(app).unwrap(), folder }
    }

    /// With the rule `name` installed and enabled.
    pub async fn with_rule(self, name: &str) -> Self {
        self.engine.plugin_install_native(manifest(name)).await.unwrap();
        self.engine.plugin_grant(name, vec!["notifications:write".to_owned()]).await.unwrap();
        self.engine.plugin_enable(name, Pending::Keep).await.unwrap();
        self
    }

    /// The folder of records' files.
    pub fn files(&self) -> std::path::PathBuf {
        self.folder.path().join("attachments")
    }

    pub async fn token(&self, scopes: &[&str], user: Option<Id>) -> String {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let draft = TokenDraft { name: "test".to_owned(), scopes, user, expires_at: None };
        make(self.engine.store().as_ref(), draft, self.engine.now()).await.unwrap().secret
    }

    /// Sends a request, and gives the answer unread: of a stream, say.
    pub async fn send(
        &self,
        caller: As<'_>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path);
        request = match caller {
            As::Nobody => request,
            As::Token(token) => request.header("authorization", format!("Bearer {token}")),
            As::User(user) => request.header("cookie", format!("takt_session={}", self.session(user).await)),
        };
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    pub async fn call(&self, caller: As<'_>, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_with(caller, method, path, &[], body).await
    }

    pub async fn call_with(
        &self,
        caller: As<'_>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let mut headers = headers.to_vec();
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        answer(self.send(caller, method, path, &headers, body).await).await
    }

    /// A lead of that owner, made by the admin.
    pub async fn lead(&self, title: &str, owner: Option<Id>) -> Id {
        let body = json!({"title": title, "name": "Eva Kunde", "owner": owner});
        let made = self.call(As::User(self.company.admin), "POST", "/api/v1/leads", Some(body)).await;
        made.body["id"].as_str().unwrap_or_else(|| panic!("{made:?}")).parse().unwrap()
    }

    /// A session's secret, without the cost of a password.
    async fn session(&self, user: Id) -> String {
        let secret = secret::random().unwrap();
        let now = self.engine.now();
        let session = Session {
            hash: secret::hash(&secret),
            user,
            at: now,
            expires_at: now + Duration::from_secs(3600),
            address: None,
            agent: None,
        };
        self.engine.store().session_put(session).await.unwrap();
        secret
    }
}

pub async fn answer(response: Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into_owned().into());
    Answer { status: parts.status, headers: parts.headers, body }
}

impl Answer {
    /// It was done.
    #[track_caller]
    pub fn done(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.body
    }

    /// It was not done, with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        self.body
    }
}

/// Offers every new lead to everybody in the organisation who has no admin's role; `accept` takes it, `fail` fails.
struct Offers;

#[async_trait]
impl NativeRule for Offers {
    async fn handle(&self, call: &Call, unit: &mut Unit) -> Ending {
        match work(call, unit).await {
            Ok(ending) => ending,
            Err(error) => Ending::Permanent(error.to_string()),
        }
    }
}

async fn work(call: &Call, unit: &mut Unit) -> crate::unit::Result<Ending> {
    use crate::crm::event::Trigger;
    let words = |text: &str| vec![("en".to_owned(), text.to_owned())];
    match &call.trigger {
        Trigger::Event(event) => {
            let button = |command: &str, asks| NoticeButton {
                command: command.to_owned(),
                label: words(command),
                input: json!({}),
                asks,
            };
            let asks = Some(crate::unit::NoticeQuestion::Text(words("Why?")));
            let to = readers(unit).await?;
            unit.notify(NoticeDraft {
                to,
                title: words("A lead"),
                body: words("Take it"),
                about: Some(event.about),
                buttons: vec![button("accept", None), button("reject", asks)],
                key: Some(event.about.id.to_string()),
            })
            .await?;
            Ok(Ending::Ok(None))
        }
        Trigger::Command(command) if command.name == "fail" => Ok(Ending::Permanent("it cannot".to_owned())),
        Trigger::Command(command) => {
            let Some(lead) = command.on else { return Ok(Ending::Refused("on what?".to_owned())) };
            let settled = unit.settle(&lead.id.to_string(), &words("taken by a test")).await?;
            if settled == 0 {
                return Ok(Ending::Refused("nothing is open".to_owned()));
            }
            unit.patch(lead, json!({"owner": command.by}), None).await?;
            Ok(Ending::Ok(Some(Reply { message: "it is yours".to_owned(), open: Some(lead) })))
        }
        Trigger::Timer(_) | Trigger::Tick(_) => Ok(Ending::Ok(None)),
    }
}

async fn readers(unit: &mut Unit) -> crate::unit::Result<Vec<Id>> {
    use crate::crm::kind::Kind;
    use crate::crm::query::{Query, Test};
    let members = Query::of(Kind::User, 200).with("role", Test::In(vec!["member".into()]));
    Ok(unit.find_all(members).await?.iter().map(|record| record.id).collect())
}

fn manifest(name: &str) -> Manifest {
    let command = |name: &str, on: &[&str]| CommandSpec {
        name: name.to_owned(),
        title: name.to_owned(),
        on: on.iter().map(|on| (*on).to_owned()).collect(),
        input_schema: None,
    };
    Manifest {
        name: name.to_owned(),
        version: "1.0.0".to_owned(),
        title: "Offers".to_owned(),
        summary: "Offers leads.".to_owned(),
        subscriptions: vec![Subscription { event: "lead.created".to_owned(), changed: Vec::new(), when: None }],
        schedules: Vec::new(),
        commands: vec![command("accept", &["lead"]), command("reject", &[]), command("fail", &["lead"])],
        config_schema: json!({
            "type": "object",
            "properties": {"times": {"type": "integer", "default": 3, "minimum": 1}},
            "additionalProperties": false,
        }),
        needs: vec![Need { capability: "notifications:write".to_owned(), reason: "To offer leads.".to_owned() }],
        imports: Vec::new(),
    }
}
