//! A host at work as a process of its own, and programs that keep it so.

use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};

use serde_json::Value;

use super::kill::{Load, prepare};
use super::ledger::Ledger;
use crate::support::database::Data;
use crate::support::house::share_compiled;
use crate::support::person::{Base, Person, items};
use crate::support::process::{Process, command, until};

/// The host, and what it is given to do.
pub struct Busy {
    pub data: Data,
    pub host: Option<Process>,
    pub base: Base,
    pub admin: Person,
    pub deals: Vec<Value>,
    pub load: Arc<Load>,
    workers: Vec<tokio::task::JoinHandle<()>>,
}

impl Busy {
    /// Starts a host with these settings in its environment, and returns when it has done something.
    pub async fn start(data: Data, settings: &[(&str, &str)]) -> Self {
        share_compiled(data.path());
        let token = command(&data, &["token", "create", "--name", "ledger", "--scope", "admin"]).await;
        let host = Process::start_with(&data, settings).await;
        let base: Base = Arc::new(RwLock::new(host.address.clone()));
        let admin = Person::with_token(&base, token["secret"].as_str().unwrap(), "", "ledger");
        let deals = prepare(&admin).await;
        let load = Load::by(&admin);
        let workers = load.begin(2, &deals);
        let busy = Self { data, host: Some(host), base, admin, deals, load, workers };
        busy.goes_on().await;
        busy
    }

    /// Kills the host, and starts it again.
    pub async fn kill_and_start(&mut self, settings: &[(&str, &str)]) {
        self.host.take().unwrap().kill().await;
        self.start_again(settings).await;
    }

    /// Starts a host again on the same data.
    pub async fn start_again(&mut self, settings: &[(&str, &str)]) {
        let host = Process::start_with(&self.data, settings).await;
        self.base.write().unwrap().clone_from(&host.address);
        self.host = Some(host);
    }

    /// The leads that were accepted so far.
    pub fn leads(&self) -> Vec<String> {
        self.load.accepted.lock().unwrap().leads.clone()
    }

    /// The moves that were accepted so far.
    pub fn moves(&self) -> Vec<(String, u64)> {
        self.load.accepted.lock().unwrap().moves.clone()
    }

    /// How often it was said that the database could not do its part.
    pub fn refused(&self) -> usize {
        self.load.accepted.lock().unwrap().refused
    }

    /// Waits until more was accepted, of leads and of each deal's moves.
    pub async fn goes_on(&self) {
        let moved =
            || self.deals.iter().map(|deal| self.moves().iter().filter(|(id, _)| deal["id"] == id.as_str()).count());
        let (leads, moves) = (self.leads().len(), moved().collect::<Vec<_>>());
        until("more is accepted", || async {
            self.leads().len() > leads + 20 && moved().zip(&moves).all(|(now, before)| now > before + 6)
        })
        .await;
    }

    /// The programs end.
    pub async fn rest(&mut self) {
        self.load.done.store(true, Ordering::SeqCst);
        for worker in self.workers.drain(..) {
            worker.await.unwrap();
        }
    }

    /// The programs end, all is done, and the books are right.
    pub async fn adds_up(mut self) {
        self.rest().await;
        all_done(&self.admin).await;
        Ledger::read(&self.admin).await.check(&self.admin, &self.deals, (&self.leads(), &self.moves())).await;
        for left in ["dead_letters", "holds"] {
            assert_eq!(items(self.admin.get(&format!("/api/v1/{left}")).await), Vec::<Value>::new());
        }
        self.host.take().unwrap().stop().await;
    }
}

/// Waits until nothing is left to do.
pub async fn all_done(admin: &Person) {
    until("all deliveries are done and all timers have fired", || async {
        let queues = items(admin.get("/api/v1/queue").await);
        queues.iter().all(|queue| queue["deliveries"] == 0 && queue["timers"] == 0)
    })
    .await;
}
