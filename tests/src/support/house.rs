//! The sample company on a server of its own, used over HTTP.

use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use serde_json::{Value, json};
use takt::bundled;
use takt::config::{Secret, Settings};
use takt::crm::instant::Instant;
use takt::documents::Renderer;
use takt::engine::Engine;
use takt::engine::clock::ManualClock;
use takt::http::secret;
use takt::sample::{self, Company, PEOPLE};
use takt::server::{Extras, Server};
use tokio::sync::OnceCell;

use super::database::Data;
use super::person::{Base, Person, items};

/// Monday, 2026-03-02, 10:00 in Berlin.
pub const MONDAY_10: &str = "2026-03-02T09:00:00Z";
const PASSWORD: &str = "correct horse battery";

/// What a test sets of the host's settings.
type Adjust = Box<dyn Fn(&mut Settings) + Send + Sync>;

/// A company that works: plugins enabled, people signed in.
pub struct House {
    /// The admin.
    pub ada: Person,
    /// The head of sales.
    pub helga: Person,
    /// Of sales; reads Russian.
    pub anna: Person,
    /// Of sales.
    pub boris: Person,
    /// Of sales.
    pub clara: Person,
    /// The program that posts the leads of the web form.
    pub form: Person,
    pub company: Company,
    pub base: Base,
    clock: Arc<ManualClock>,
    renderer: Renderer,
    adjust: Adjust,
    server: Option<Server>,
    dir: Data,
}

impl House {
    /// The company with leads taken in and stages told: those plugins granted and enabled.
    pub async fn open() -> Self {
        Self::with(&["deal-stage-notify", "lead-intake"]).await
    }

    /// The company with these bundled plugins granted and enabled.
    pub async fn with(plugins: &[&str]) -> Self {
        let house = Self::bare().await;
        house.install_bundled(plugins).await;
        house
    }

    async fn install_bundled(&self, plugins: &[&str]) {
        for name in plugins {
            let (_, component) = bundled::components().iter().find(|(bundled, _)| bundled == name).unwrap();
            self.install(component).await;
        }
    }

    /// The company without any plugin.
    pub async fn bare() -> Self {
        // The typesetter is not optimised here, and the tests' machine is busy.
        Self::with_papers_within(Duration::from_secs(50)).await
    }

    /// The company with these plugins, whose host has other settings than the tests' usual ones.
    pub async fn set_up(plugins: &[&str], adjust: impl Fn(&mut Settings) + Send + Sync + 'static) -> Self {
        let house = Self::started(Duration::from_secs(50), Box::new(adjust)).await;
        house.install_bundled(plugins).await;
        house
    }

    /// The company without any plugin, where a paper may take so long.
    pub async fn with_papers_within(longest: Duration) -> Self {
        Self::started(longest, Box::new(|_| {})).await
    }

    async fn started(longest: Duration, adjust: Adjust) -> Self {
        let dir = Data::new().await;
        let clock = Arc::new(ManualClock::new(moment(MONDAY_10)));
        // The test's own program makes no PDFs.
        let renderer = Renderer::within(env!("CARGO_BIN_EXE_takt-under-test").into(), longest);
        let server = start(&dir, clock.clone(), renderer.clone(), &adjust).await;
        let company = sample::company(&server.engine).await.unwrap();
        let base: Base = Arc::new(RwLock::new(format!("http://{}", server.address)));
        let people = [company.admin, company.head, company.members[0], company.members[1], company.members[2]];
        for id in people {
            server.engine.store().password_put(id, password_hash().await).await.unwrap();
        }
        let sign_in = |at: usize| Person::sign_in(&base, PEOPLE[at].1, PASSWORD);
        let (ada, helga, anna, boris, clara) = tokio::join!(sign_in(0), sign_in(1), sign_in(2), sign_in(3), sign_in(4));
        let form = program(&ada, &base, "web-form", &["leads:write", "personal:read"]).await;
        Self { ada, helga, anna, boris, clara, form, company, base, clock, renderer, adjust, server: Some(server), dir }
    }

    /// Installs a component, grants what it asks for, and switches it on: as an admin does, over the API.
    pub async fn install(&self, component: &[u8]) -> String {
        let upload = self.ada.request(reqwest::Method::POST, "/api/v1/plugins");
        let upload = upload.header("content-type", "application/wasm").body(component.to_vec());
        let plugin = super::person::send(upload).await.ok();
        let name = plugin["name"].as_str().unwrap().to_owned();
        let grants = json!({"grants": plugin["missing_grants"]});
        self.ada.put(&format!("/api/v1/plugins/{name}/grants"), grants).await.ok();
        self.ada.post(&format!("/api/v1/plugins/{name}/enable"), json!({})).await.ok();
        name
    }

    /// Sets a plugin's configuration as an admin.
    pub async fn configure(&self, plugin: &str, config: Value) {
        self.ada.put(&format!("/api/v1/plugins/{plugin}/config"), config).await.ok();
    }

    /// Its folder and database.
    pub fn data(&self) -> &Data {
        &self.dir
    }

    pub fn engine(&self) -> &Engine {
        &self.server.as_ref().unwrap().engine
    }

    /// Lets all be done that can be done at this moment of the clock.
    pub async fn settle(&self) {
        self.engine().idle().await;
    }

    /// Moves the clock on, and lets all that comes due be done.
    pub async fn advance(&self, minutes: u64) {
        self.advance_by(Duration::from_secs(minutes * 60)).await;
    }

    pub async fn advance_by(&self, length: Duration) {
        self.clock.advance(length);
        self.settle().await;
    }

    /// Moves the clock on so many seconds, and does not wait for what comes of it.
    pub fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Moves the clock on to a moment, and lets all that comes due be done.
    pub async fn advance_to(&self, at: &str) {
        let at = moment(at);
        assert!(at >= self.engine().now(), "the clock goes forward");
        self.clock.set(at);
        self.settle().await;
    }

    /// The clock jumps, backwards too, and all that comes due is done.
    pub async fn set_clock(&self, at: &str) {
        self.clock.set(moment(at));
        self.settle().await;
    }

    /// The server is stopped, and another started on the same data, so many minutes later.
    pub async fn restart_after(&mut self, minutes: u64) {
        self.server.take().unwrap().stop().await;
        self.clock.advance(Duration::from_secs(minutes * 60));
        let server = start(&self.dir, self.clock.clone(), self.renderer.clone(), &self.adjust).await;
        *self.base.write().unwrap() = format!("http://{}", server.address);
        self.server = Some(server);
    }

    /// The web form posts a lead, and all that follows from it is done.
    pub async fn lead(&self, fields: Value) -> Value {
        let lead = self.form.post("/api/v1/leads", fields).await.ok();
        self.settle().await;
        lead
    }

    /// The lead of a customer who wants chairs.
    pub async fn chairs(&self) -> Value {
        self.lead(json!({"title": "Chairs", "name": "Karl Kunde", "phone": "030 901820", "source": "web"})).await
    }

    /// The same, accepted by that person.
    pub async fn accepted_by(&self, person: &Person) -> Value {
        let lead = self.chairs().await;
        person.press(&person.last().await, "accept").await.ok();
        self.settle().await;
        self.record("leads", &lead["id"]).await
    }

    /// A record as the admin sees it.
    pub async fn record(&self, kind: &str, id: &Value) -> Value {
        self.ada.get(&format!("/api/v1/{kind}/{}", id.as_str().unwrap())).await.ok()
    }

    /// All records of a kind, as the admin sees them, oldest first.
    pub async fn all(&self, kind: &str) -> Vec<Value> {
        items(self.ada.get(&format!("/api/v1/{kind}?limit=200")).await)
    }

    /// Keys of a plugin's timers with when they are due, the next first.
    pub async fn timers(&self, plugin: &str) -> Vec<(String, String)> {
        let found = items(self.ada.get(&format!("/api/v1/plugins/{plugin}/timers?limit=200")).await);
        let text = |timer: &Value, field: &str| timer[field].as_str().unwrap().to_owned();
        found.iter().map(|timer| (text(timer, "key"), text(timer, "due"))).collect()
    }

    /// A user of sales more, who acts by a token.
    pub async fn colleague(&self, name: &str) -> Person {
        let email = format!("{}@nordlicht.example", name.to_lowercase().replace(' ', "."));
        let user = json!({"name": name, "email": email, "department": self.company.sales, "language": "en"});
        let user = self.ada.post("/api/v1/users", user).await.ok();
        let id = user["id"].as_str().unwrap();
        let scopes = ["commands:write", "notifications:read", "leads:read", "personal:read"];
        let draft = json!({"name": name, "scopes": scopes, "user": id});
        let token = self.ada.post("/api/v1/tokens", draft).await.ok();
        Person::with_token(&self.base, token["secret"].as_str().unwrap(), id, name)
    }

    /// Changes a user as the admin.
    pub async fn user(&self, person: &Person, by: Value) {
        self.ada.patch(&format!("/api/v1/users/{}", person.id), by).await.ok();
        self.settle().await;
    }

    /// Where the host answers.
    pub fn address(&self) -> String {
        self.base.read().unwrap().clone()
    }

    /// E-mail address and password.
    pub fn login_of_boris(&self) -> (&'static str, &'static str) {
        (PEOPLE[3].1, PASSWORD)
    }

    /// Nothing waits, nothing was given up, and every run ended well but those that refused a person.
    pub async fn all_is_well(&self) {
        self.settle().await;
        assert_eq!(items(self.ada.get("/api/v1/dead_letters").await), Vec::<Value>::new());
        for queue in items(self.ada.get("/api/v1/queue").await) {
            assert_eq!((&queue["deliveries"], &queue["dead"]), (&json!(0), &json!(0)), "{queue}");
        }
        for run in items(self.ada.get("/api/v1/runs?limit=200").await) {
            assert!(matches!(run["outcome"].as_str(), Some("ok" | "refused")), "{run:#}");
        }
    }
}

/// A program with a token of its own.
pub async fn program(admin: &Person, base: &Base, name: &str, scopes: &[&str]) -> Person {
    let token = admin.post("/api/v1/tokens", json!({"name": name, "scopes": scopes})).await.ok();
    Person::with_token(base, token["secret"].as_str().unwrap(), "", name)
}

pub fn moment(text: &str) -> Instant {
    serde_json::from_value(text.into()).unwrap()
}

/// Hashing is slow on purpose: once for all tests.
async fn password_hash() -> &'static str {
    static HASH: OnceCell<String> = OnceCell::const_new();
    HASH.get_or_init(|| async { secret::password_hash(PASSWORD.to_owned()).await.unwrap() }).await
}

async fn start(data: &Data, clock: Arc<ManualClock>, renderer: Renderer, adjust: &Adjust) -> Server {
    share_compiled(data.path());
    let mut settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        data: data.path().to_owned(),
        database_url: Secret(data.url()),
        bundled: false,
        in_flight: 32,
        poll_ms: 50,
        private_webhooks: true,
        session_hours: 24 * 365,
        journal_percent: 100,
        ..Settings::default()
    };
    adjust(&mut settings);
    let extras = Extras { renderer: Some(renderer), ..Extras::default() };
    Server::start_with(&settings, clock, extras).await.unwrap()
}

/// Gives a data folder the one folder of compiled components that all tests and all their runs share: a component is
/// compiled once.
pub fn share_compiled(data: &Path) {
    let shared = Path::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/compiled"));
    std::fs::create_dir_all(shared).unwrap();
    let link = data.join("compiled");
    if !link.exists() {
        #[cfg(unix)]
        std::os::unix::fs::symlink(shared, link).unwrap();
    }
}
