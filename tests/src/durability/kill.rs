//! The host is killed again and again, in the middle of its work.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::busy::Busy;
use super::ledger::PEOPLE;
use crate::support::database::Data;
use crate::support::person::Person;

/// Who move a deal each.
const MOVERS: usize = 2;

/// `TAKT_KILL_ROUNDS` says how often; five times without.
#[tokio::test(flavor = "multi_thread")]
async fn killed_under_load_no_lead_is_lost_and_no_effect_doubled() {
    let rounds = std::env::var("TAKT_KILL_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap());
    let mut busy = Busy::start(Data::new().await, &[]).await;
    for _ in 0..rounds {
        // Not to wait for anything: the moment of the kill is any.
        tokio::time::sleep(Duration::from_millis(100 + random() % 500)).await;
        busy.kill_and_start(&[]).await;
    }
    busy.adds_up().await;
}

/// A department of a head and others, both plugins at work, and the deals to be moved.
pub async fn prepare(admin: &Person) -> Vec<Value> {
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

/// Work from outside, by one program.
pub struct Load {
    pub admin: Person,
    pub done: AtomicBool,
    pub accepted: Mutex<Accepted>,
}

/// What the host said was done.
#[derive(Default)]
pub struct Accepted {
    /// Ids of leads.
    pub leads: Vec<String>,
    /// Ids of deals, and the versions that a move gave them.
    pub moves: Vec<(String, u64)>,
    /// How often the database could not do its part.
    pub refused: usize,
}

impl Load {
    pub fn by(admin: &Person) -> Arc<Self> {
        Arc::new(Self { admin: admin.clone(), done: AtomicBool::new(false), accepted: Mutex::default() })
    }

    /// Begins to post leads, so many at once, and to move each of these deals.
    pub fn begin(self: &Arc<Self>, posters: usize, deals: &[Value]) -> Vec<JoinHandle<()>> {
        let posting = (0..posters).map(|poster| tokio::spawn(self.clone().post_leads(poster)));
        posting.chain(deals.iter().map(|deal| tokio::spawn(self.clone().move_deal(deal.clone())))).collect()
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::SeqCst)
    }

    /// The database could not do its part: whether it was done is not known.
    async fn refused(&self) {
        self.accepted.lock().unwrap().refused += 1;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    /// Posts leads. What was not answered is sent again under its key until it is.
    pub async fn post_leads(self: Arc<Self>, poster: usize) {
        for n in 0.. {
            if self.is_done() {
                return;
            }
            let title = format!("Lead {poster}-{n}");
            let made = loop {
                let request = self.admin.request(Method::POST, "/api/v1/leads").header("idempotency-key", &title);
                match answered(request.json(&json!({"title": title}))).await {
                    Some((201, body)) => break body,
                    Some((503, _)) => self.refused().await,
                    Some((status, body)) => panic!("{title} was answered with {status}: {body}"),
                    None => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            };
            self.accepted.lock().unwrap().leads.push(made["id"].as_str().unwrap().to_owned());
        }
    }

    /// Moves a deal from stage to stage, on and on.
    pub async fn move_deal(self: Arc<Self>, deal: Value) {
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
                Some((503, _)) => self.refused().await,
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
