//! Several hosts on one database: what each accepts is done once, whichever is killed.

use std::sync::atomic::Ordering;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::busy::all_done;
use super::kill::{Load, prepare};
use super::ledger::Ledger;
use crate::support::database::Data;
use crate::support::events::Events;
use crate::support::house::share_compiled;
use crate::support::person::{Base, Person, items};
use crate::support::process::{Process, command, until};

/// Three hosts on one database, and an admin at each.
struct Hosts {
    processes: Vec<Process>,
    bases: Vec<Base>,
    admins: Vec<Person>,
    _data: [Data; 3],
}

impl Hosts {
    async fn start() -> Option<Self> {
        let data = Data::three().await?;
        let mut processes = Vec::new();
        let token = command(&data[0], &["token", "create", "--name", "ledger", "--scope", "admin"]).await;
        for data in &data {
            share_compiled(data.path());
            processes.push(Process::start(data).await);
        }
        let bases: Vec<Base> = processes.iter().map(|host| Arc::new(RwLock::new(host.address.clone()))).collect();
        let secret = token["secret"].as_str().unwrap();
        let admins = bases.iter().map(|base| Person::with_token(base, secret, "", "ledger")).collect();
        Some(Self { processes, bases, admins, _data: data })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hosts_share_the_work_and_that_of_a_killed_one_is_done_within_half_a_minute() {
    let Some(mut hosts) = Hosts::start().await else { return };
    let deals = prepare(&hosts.admins[0]).await;
    let loads: Vec<_> = hosts.admins.iter().map(Load::by).collect();
    let mut workers = Vec::new();
    for (at, load) in loads.iter().enumerate() {
        workers.push(tokio::spawn(load.clone().post_leads(at)));
    }
    for (load, deal) in loads.iter().zip(&deals) {
        workers.push(tokio::spawn(load.clone().move_deal(deal.clone())));
    }
    let accepted = |loads: &[Arc<Load>]| loads.iter().map(|load| load.accepted.lock().unwrap().leads.len()).collect();
    until("each host has accepted leads", || async {
        let counts: Vec<usize> = accepted(&loads);
        counts.iter().all(|count| *count >= 10)
    })
    .await;
    hosts.processes.pop().unwrap().kill().await;
    let killed = Instant::now();
    let first = hosts.bases[0].read().unwrap().clone();
    *hosts.bases[2].write().unwrap() = first;
    let before: Vec<usize> = accepted(&loads);
    until("the others go on", || async {
        let counts: Vec<usize> = accepted(&loads);
        counts.iter().zip(&before).all(|(count, before)| count > before)
    })
    .await;
    for load in &loads {
        load.done.store(true, Ordering::SeqCst);
    }
    for worker in workers {
        worker.await.unwrap();
    }
    let admin = &hosts.admins[1];
    all_done(admin).await;
    assert!(killed.elapsed() < Duration::from_secs(30), "it took {:?}", killed.elapsed());

    let (mut leads, mut moves) = (Vec::new(), Vec::new());
    for load in &loads {
        let accepted = std::mem::take(&mut *load.accepted.lock().unwrap());
        leads.extend(accepted.leads);
        moves.extend(accepted.moves);
    }
    Ledger::read(admin).await.check(admin, &deals, (&leads, &moves)).await;
    assert_eq!(items(admin.get("/api/v1/dead_letters").await), Vec::<Value>::new());
    for host in hosts.processes {
        host.stop().await;
    }
}

/// A host that is frozen for longer than others wait believes afterwards that it holds what they have taken over.
#[tokio::test(flavor = "multi_thread")]
async fn two_hosts_that_believe_to_hold_the_same_do_it_once() {
    let Some(mut hosts) = Hosts::start().await else { return };
    let deals = prepare(&hosts.admins[0]).await;
    let load = Load::by(&hosts.admins[2]);
    let workers = load.begin(2, &deals);
    let leads = || load.accepted.lock().unwrap().leads.len();
    until("the host works", || async { leads() > 20 }).await;
    hosts.processes[2].freeze().await;
    let first = hosts.bases[0].read().unwrap().clone();
    *hosts.bases[2].write().unwrap() = first;
    // What was asked of the frozen one is not answered before it goes on: nobody waits for these.
    let held = async || {
        let queues = items(hosts.admins[0].get("/api/v1/queue").await);
        queues.iter().map(|queue| queue["deliveries"].as_u64().unwrap()).sum::<u64>()
    };
    load.done.store(true, Ordering::SeqCst);
    until("the others have done what it had", || async { held().await == 0 }).await;
    hosts.processes[2].thaw().await;
    for worker in workers {
        worker.await.unwrap();
    }
    let admin = &hosts.admins[1];
    all_done(admin).await;
    let accepted = std::mem::take(&mut *load.accepted.lock().unwrap());
    Ledger::read(admin).await.check(admin, &deals, (&accepted.leads, &accepted.moves)).await;
    for host in hosts.processes.drain(..) {
        host.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_host_commits_is_told_by_the_others_in_order_and_plugins_switch_on_all() {
    let Some(hosts) = Hosts::start().await else { return };
    let [first, second, third] = &hosts.admins[..] else { panic!("there are three hosts") };
    let mut events = Events::open(third, "/api/v1/events?kinds=lead", None).await;
    for n in 0..20 {
        let admin = if n % 2 == 0 { first } else { second };
        admin.post("/api/v1/leads", json!({"title": format!("Lead {n}")})).await.ok();
    }
    let told = events.take(20).await;
    let titles: Vec<_> = told.iter().map(|event| event.data["record"]["title"].clone()).collect();
    let expected: Vec<Value> = (0..20).map(|n| format!("Lead {n}").into()).collect();
    assert_eq!(titles, expected);
    assert!(told.windows(2).all(|two| two[0].id < two[1].id));

    prepare(first).await;
    let switched = Instant::now();
    let path = "/api/v1/plugins/lead-intake";
    first.post(&format!("{path}/disable"), json!({})).await.ok();
    until("the third host has heard of it", || async { third.get(path).await.ok()["enabled"] == false }).await;
    assert!(switched.elapsed() < Duration::from_secs(2), "it took {:?}", switched.elapsed());
    for host in hosts.processes {
        host.stop().await;
    }
}
