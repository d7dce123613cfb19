//! The host is killed again and again, in the middle of its work.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::ledger::{Ledger, PEOPLE};
use crate::support::house::share_compiled;
use crate::support::person::{Base, Person, items};
use crate::support::process::{Process, command, until};

/// Who post leads at the same time.
const POSTERS: usize = 4;
/// Who move a deal each.
const MOVERS: usize = 2;

#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_no_lead_is_lost_and_no_effect_doubled() {
    let rounds = std::env::var("TAKT_KILL_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap());
    let data = TempDir::new().unwrap();
    share_compiled(data.path());
    let token = command(data.path(), &["token", "create", "--name", "ledger", "--scope", "admin"]).await;
    let mut host = Process::start(data.path()).await;
    let base: Base = Arc::new(RwLock::new(host.address.clone()));
    let admin = Person::with_token(&base, token["secret"].as_str().unwrap(), "", "ledger");
    let deals = prepare(&admin).await;

    let load = Arc::new(Load { admin: admin.clone(), done: AtomicBool::new(false), accepted: Mutex::default() });
    let mut workers = Vec::new();
    for poster in 0..POSTERS {
        workers.push(tokio::spawn(load.clone().post_leads(poster)));
    }
    for deal in deals.clone() {
        workers.push(tokio::spawn(load.clone().move_deal(deal)));
    }
    for _ in 0..rounds {
        // Not to wait for anything: the moment of the kill is any.
        tokio::time::sleep(Duration::from_millis(100 + random() % 500)).await;
        host.kill().await;
        host = Process::start(data.path()).await;
        base.write().unwrap().clone_from(&host.address);
    }
    load.done.store(true, Ordering::SeqCst);
    for worker in workers {
        worker.await.unwrap();
    }
    until("all deliveries are done and all timers have fired", || async {
        let queues = items(admin.get("/api/v1/queue").await);
        queues.iter().all(|queue| queue["deliveries"] == 0 && queue["timers"] == 0)
    })
    .await;

    let accepted = std::mem::take(&mut *load.accepted.lock().unwrap());
    let ledger = Ledger::read(&admin).await;
    ledger.check_leads(&accepted.leads);
    ledger.check_runs();
    for deal in &deals {
        ledger.check_moves(&admin, deal, &accepted.moves).await;
    }
    assert_eq!(items(admin.get("/api/v1/dead_letters").await), Vec::<Value>::new());
    assert_eq!(items(admin.get("/api/v1/holds").await), Vec::<Value>::new());
    host.stop().await;
}

/// A department of a head and others, both plugins at work, and the deals to be moved.
async fn prepare(admin: &Person) -> Vec<Value> {
    let made = async |path: &str, fields: Value| admin.post(path, fields).await.ok();
    let sales = made("/api/v1/departments", json!({"key": "sales", "title": "Sales"})).await;
    let mut people = Vec::new();
    for n in 1..=PEOPLE {
        let user = json!({"name": format!("User {n}"), "email": format!("u{n}@x.example"), "department": sales["id"]});
        people.push(made("/api/v1/users", user).await);
    }
    let path = format!("/api/v1/departments/{}", sales["id"].as_str().unwrap());
    admin.patch(&path, json!({"head": people[0]["id"]})).await.ok();
    let stages = json!([{"key": "a", "title": "A"}, {"key": "b", "title": "B"}, {"key": "c", "title": "C"}]);
    let pipeline = made("/api/v1/pipelines", json!({"key": "p", "title": "P", "stages": stages})).await;
    for plugin in ["lead-intake", "deal-stage-notify"] {
        let path = format!("/api/v1/plugins/{plugin}");
        let needs = admin.get(&path).await.ok()["missing_grants"].clone();
        admin.put(&format!("{path}/grants"), json!({"grants": needs})).await.ok();
        admin.post(&format!("{path}/enable"), json!({})).await.ok();
    }
    // Two alerts a lead, so soon that some come due while the host is down.
    let config = json!({"accept_within": "1s", "escalate_every": "1s", "escalate_times": 2});
    admin.put("/api/v1/plugins/lead-intake/config", config).await.ok();
    let mut deals = Vec::new();
    for n in 0..MOVERS {
        let owner = &people[1]["id"];
        let deal = json!({"title": format!("Deal {n}"), "pipeline": pipeline["id"], "stage": "a", "owner": owner});
        deals.push(made("/api/v1/deals", deal).await);
    }
    deals
}

struct Load {
    admin: Person,
    done: AtomicBool,
    accepted: Mutex<Accepted>,
}

/// What the host said was done.
#[derive(Default)]
pub struct Accepted {
    /// Ids of leads.
    pub leads: Vec<String>,
    /// Ids of deals, and the versions that a move gave them.
    pub moves: Vec<(String, u64)>,
}

impl Load {
    fn is_done(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }

    /// Posts leads. What was not answered is sent again under its key until it is.
    async fn post_leads(self: Arc<Self>, poster: usize) {
        for n in 0.. {
            if self.is_done() {
                return;
            }
            let title = format!("Lead {poster}-{n}");
            let made = loop {
                let request = self.admin.request(Method::POST, "/api/v1/leads").header("idempotency-key", &title);
                match answered(request.json(&json!({"title": title}))).await {
                    Some((201, body)) => break body,
                    Some((status, body)) => panic!("{title} was answered with {status}: {body}"),
                    None => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            };
            self.accepted.lock().unwrap().leads.push(made["id"].as_str().unwrap().to_owned());
        }
    }

    /// Moves a deal from stage to stage, on and on.
    async fn move_deal(self: Arc<Self>, deal: Value) {
        let id = deal["id"].as_str().unwrap();
        for stage in ["b", "c", "a"].iter().cycle() {
            if self.is_done() {
                return;
            }
            let request = self.admin.request(Method::PATCH, &format!("/api/v1/deals/{id}"));
            match answered(request.json(&json!({"stage": stage}))).await {
                Some((200, body)) => {
                    let version = body["version"].as_u64().unwrap();
                    self.accepted.lock().unwrap().moves.push((id.to_owned(), version));
                }
                Some((status, body)) => panic!("a move was answered with {status}: {body}"),
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }
}

/// Status and body; none where the host is gone before it has answered.
async fn answered(request: reqwest::RequestBuilder) -> Option<(u16, Value)> {
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    Some((status, response.json().await.ok()?))
}

fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
