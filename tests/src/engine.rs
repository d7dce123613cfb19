//! The engine, with rules compiled in.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use takt::crm::event::{Command, Trigger};
use takt::crm::kind::Kind;
use takt::crm::missed::Missed;
use takt::crm::query::{Query, Test};
use takt::engine::settings::EngineSettings;
use takt::engine::{Pending, PressError};
use takt::store::run::Outcome;
use takt::wasm::call::{Ending, Reply};
use tokio::sync::{Notify, Semaphore};

use crate::support::native::{Rule, commanded, manifest, scheduled, subscribed};
use crate::support::world::{World, someone};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_wakes_a_rule_whose_writes_are_committed_with_its_run() {
    let rule = Rule::of(|call, unit| {
        Box::pin(async move {
            let about = call.trigger.about().unwrap();
            unit.patch(about, json!({"custom": {"seen": true}}), None).await.unwrap();
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("mark", &["lead.created"]), rule)]).await;
    let lead = world.lead("Chairs").await;
    world.engine.idle().await;

    let marked = world.get(lead.reference()).await;
    assert_eq!(marked.data["custom"], json!({"seen": true}));
    assert_eq!((marked.version, marked.number), (2, Some(1)));
    let runs = world.runs().await;
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].outcome, runs[0].plugin.as_str()), (Outcome::Ok, "mark"));
    let audit = world.engine.store().audit_of_record(lead.id, None, 10).await.unwrap();
    assert_eq!(audit[0].run, Some(runs[0].id));
    assert_eq!(audit[0].cause.event, Some(audit[1].id));
    assert_eq!(world.engine.store().delivery_held().await.unwrap(), Vec::<u64>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_reads_finds_and_counts_its_own_writes() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = seen.clone();
    let rule = Rule::of(move |_, unit| {
        let notes = notes.clone();
        Box::pin(async move {
            let query = Query::of(Kind::Contact, 10).with("phone", Test::In(vec!["+4930901820".into()]));
            let before = unit.count(&query).await.unwrap();
            let made = json!({"name": "Ann", "phones": ["030 901820"]});
            let contact = unit.create(Kind::Contact, made.as_object().unwrap().clone()).await.unwrap();
            let after = unit.count(&query).await.unwrap();
            let found = unit.find(&query).await.unwrap().records;
            let double = unit.create(Kind::Contact, made.as_object().unwrap().clone()).await;
            unit.delete(contact.reference(), None).await.unwrap();
            let gone = unit.count(&query).await.unwrap();
            notes.lock().unwrap().push((before, after, found.len(), double.is_err(), gone));
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("own-writes", &["lead.created"]), rule)]).await;
    world.lead("Chairs").await;
    world.engine.idle().await;
    assert_eq!(*seen.lock().unwrap(), [(0, 1, 1, true, 0)]);
    assert!(world.all(Kind::Contact).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_count_together_lose_no_count() {
    let rule = Rule::of(|_, unit| {
        Box::pin(async move {
            let count = unit.state_get("count").await.unwrap().and_then(|v| v.as_u64()).unwrap_or(0);
            unit.state_set("count", json!(count + 1)).await.unwrap();
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("counter", &["lead.created"]), rule)]).await;
    let leads = (0..40).map(|n| world.create(Kind::Lead, json!({"title": format!("Lead {n}")})));
    futures::future::join_all(leads).await;
    world.engine.idle().await;
    let (count, _) = world.engine.store().state_read("counter", "count").await.unwrap();
    assert_eq!(count, Some(json!(40)));
    assert!(world.runs().await.iter().all(|run| run.outcome == Outcome::Ok));
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_of_one_record_run_in_order_one_at_a_time() {
    let order = Arc::new(Mutex::new(Vec::new()));
    let running = Arc::new(AtomicUsize::new(0));
    let (notes, busy) = (order.clone(), running.clone());
    let rule = Rule::of(move |call, _| {
        let (notes, busy) = (notes.clone(), busy.clone());
        let Trigger::Event(event) = call.trigger.clone() else { panic!("an event") };
        Box::pin(async move {
            assert_eq!(busy.fetch_add(1, Ordering::SeqCst), 0, "two runs in one lane");
            tokio::task::yield_now().await;
            notes.lock().unwrap().push(event.change.after.as_ref().unwrap().version);
            busy.fetch_sub(1, Ordering::SeqCst);
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("watch", &["lead.updated"]), rule)]).await;
    let lead = world.lead("Chairs").await;
    for n in 0..30 {
        world.patch(lead.reference(), json!({"title": format!("Chairs {n}")})).await.unwrap();
    }
    world.engine.idle().await;
    assert_eq!(*order.lock().unwrap(), (2..32).collect::<Vec<u64>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_of_one_plugin_keeps_no_other_waiting() {
    const BACKLOG: usize = 200;
    let (gate, done) = (Arc::new(Semaphore::new(0)), Arc::new(Notify::new()));
    let (shut, told) = (gate.clone(), done.clone());
    let slow = Rule::of(move |_, _| {
        let shut = shut.clone();
        Box::pin(async move {
            shut.acquire().await.unwrap().forget();
            Ending::Ok(None)
        })
    });
    let quick = Rule::of(move |_, _| {
        told.notify_one();
        Box::pin(async move { Ending::Ok(None) })
    });
    // Far less is held in memory than waits.
    let settings =
        EngineSettings { in_flight_per_plugin: 4, queue: 40, queue_per_plugin: 30, ..EngineSettings::default() };
    let rules = vec![(subscribed("slow", &["lead.created"]), slow), (subscribed("quick", &["contact.created"]), quick)];
    let world = World::with_settings(rules, settings).await;
    for n in 0..BACKLOG {
        world.lead(&format!("Chairs {n}")).await;
    }
    for name in ["Maria", "Lena"] {
        world.create(Kind::Contact, json!({"name": name})).await;
        tokio::time::timeout(Duration::from_secs(30), done.notified()).await.expect("it does not wait for the backlog");
    }
    gate.add_permits(BACKLOG);
    world.engine.idle().await;
    let runs = world.runs().await;
    let of = |plugin: &str| runs.iter().filter(|run| run.plugin == plugin && run.outcome == Outcome::Ok).count();
    assert_eq!((of("slow"), of("quick")), (BACKLOG, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_tried_again_and_then_given_up_and_can_be_retried_by_hand() {
    let tries = Arc::new(AtomicUsize::new(0));
    let count = tries.clone();
    let rule = Rule::of(move |_, _| {
        let n = count.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { if n < 3 { Ending::Retry(None) } else { Ending::Ok(None) } })
    });
    let world = World::with(vec![(subscribed("flaky", &["lead.created"]), rule)]).await;
    let admin = json!({"name": "Admin", "email": "admin@example.com", "role": "admin"});
    world.create(Kind::User, admin).await;
    world.lead("Chairs").await;
    for _ in 0..4 {
        world.advance(Duration::from_secs(7200)).await;
    }
    assert_eq!(tries.load(Ordering::SeqCst), 3);
    let dead = world.engine.store().dead_list(None, None, 10).await.unwrap();
    assert_eq!((dead.len(), dead[0].attempts, dead[0].name.as_str()), (1, 3, "lead.created"));
    assert!(dead[0].reason.contains("given up after 3 tries"), "{}", dead[0].reason);
    assert_eq!(world.all(Kind::Notification).await.len(), 1, "the admin is told");

    assert!(world.engine.store().dead_retry(dead[0].id, world.engine.now()).await.unwrap());
    world.engine.idle().await;
    assert_eq!(world.runs().await.last().unwrap().outcome, Outcome::Ok);
    assert!(world.engine.store().dead_list(None, None, 10).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_head_blocks_its_own_lane_only() {
    let done = Arc::new(Mutex::new(Vec::new()));
    let notes = done.clone();
    let rule = Rule::of(move |call, unit| {
        let notes = notes.clone();
        let about = call.trigger.about().unwrap();
        let Trigger::Event(event) = call.trigger.clone() else { panic!("an event") };
        Box::pin(async move {
            let title = unit.read(about).await.unwrap().data["title"].clone();
            if title == "bad" && event.name == "lead.created" {
                return Ending::Retry(Some(600));
            }
            notes.lock().unwrap().push(title);
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("lanes", &["lead.created", "lead.updated"]), rule)]).await;
    let bad = world.lead("bad").await;
    world.engine.idle().await;
    world.patch(bad.reference(), json!({"source": "call"})).await.unwrap();
    world.lead("good").await;
    world.engine.idle().await;
    assert_eq!(*done.lock().unwrap(), ["good"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_fire_once_when_due_also_after_a_restart() {
    let fired = Arc::new(Mutex::new(Vec::new()));
    let notes = fired.clone();
    let rule = Rule::of(move |call, unit| {
        let notes = notes.clone();
        Box::pin(async move {
            match &call.trigger {
                Trigger::Event(event) => {
                    let at = call.now + Duration::from_secs(60);
                    unit.timer_set("later", at, json!(1), Some(event.about)).unwrap();
                    unit.timer_set("later", at, json!(2), Some(event.about)).unwrap();
                    unit.timer_set("never", at, Value::Null, None).unwrap();
                    assert!(unit.timer_cancel("never").await.unwrap());
                }
                Trigger::Timer(timer) => notes.lock().unwrap().push((timer.key.clone(), timer.payload.clone())),
                _ => panic!("no other trigger"),
            }
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("alarm", &["lead.created"]), rule)]).await;
    world.lead("Chairs").await;
    world.engine.idle().await;
    world.advance(Duration::from_secs(59)).await;
    assert!(fired.lock().unwrap().is_empty());
    let world = world.restarted().await;
    world.advance(Duration::from_secs(1)).await;
    world.advance(Duration::from_secs(600)).await;
    assert_eq!(*fired.lock().unwrap(), [("later".to_owned(), json!(2))]);
    let runs = world.runs().await;
    assert_eq!(runs[1].cause.run, Some(runs[0].id), "the timer's run knows the run that set it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_missed_while_down_fires_once() {
    let ticks = Arc::new(Mutex::new(Vec::new()));
    let notes = ticks.clone();
    let rule = Rule::of(move |call, _| {
        if let Trigger::Tick(tick) = &call.trigger {
            notes.lock().unwrap().push(tick.due.to_string());
        }
        Box::pin(async { Ending::Ok(None) })
    });
    let world = World::with(vec![(scheduled("hourly", "0 * * * *"), rule)]).await;
    world.advance(Duration::from_secs(3600)).await;
    world.advance(Duration::from_secs(60)).await;
    assert_eq!(*ticks.lock().unwrap(), ["2026-03-02T10:00:00.000000Z"]);
    world.clock.advance(Duration::from_secs(5 * 3600));
    let world = world.restarted().await;
    world.engine.idle().await;
    let due = ticks.lock().unwrap().clone();
    assert_eq!(due.last().unwrap(), "2026-03-02T15:00:00.000000Z");
    assert!(due.len() <= 3, "{due:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_times_are_caught_up_or_skipped_where_an_admin_says_so() {
    for (missed, expected) in [(Missed::CatchUp(2), &["14:00", "15:00", "16:00"][..]), (Missed::Skip, &["16:00"][..])] {
        let ticks = Arc::new(Mutex::new(Vec::new()));
        let notes = ticks.clone();
        let rule = Rule::of(move |call, _| {
            if let Trigger::Tick(tick) = &call.trigger {
                notes.lock().unwrap().push(tick.due.to_string()[11..16].to_owned());
            }
            Box::pin(async { Ending::Ok(None) })
        });
        let world = World::with(vec![(scheduled("hourly", "0 * * * *"), rule)]).await;
        world.engine.plugin_missed("hourly", missed).await.unwrap();
        world.engine.stop().await;
        world.clock.advance(Duration::from_secs(6 * 3600 + 1800));
        let world = world.restarted().await;
        world.engine.idle().await;
        world.advance(Duration::from_secs(1800)).await;
        assert_eq!(*ticks.lock().unwrap(), expected, "{missed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_loop_is_stopped_and_the_plugin_held_for_that_record() {
    let rule = Rule::of(|call, unit| {
        let about = call.trigger.about().unwrap();
        Box::pin(async move {
            let count = unit.read(about).await.unwrap().version;
            unit.patch(about, json!({"custom": {"count": count}}), None).await.unwrap();
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("loop", &["lead.created", "lead.updated"]), rule)]).await;
    let lead = world.lead("Chairs").await;
    world.engine.idle().await;
    assert_eq!(world.runs().await.len(), 9, "depths 0 to 8 run");
    let holds = world.engine.store().hold_list().await.unwrap();
    assert_eq!((holds.len(), holds[0].record), (1, lead.reference()));
    world.patch(lead.reference(), json!({"title": "Tables"})).await.unwrap();
    world.engine.idle().await;
    assert_eq!(world.runs().await.len(), 9, "held");
    assert!(world.engine.store().hold_release("loop", lead.id).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn admins_are_told_of_a_hold() {
    let rule = Rule::of(|call, unit| {
        let about = call.trigger.about().unwrap();
        Box::pin(async move {
            let count = unit.read(about).await.unwrap().version;
            unit.patch(about, json!({"custom": {"count": count}}), None).await.unwrap();
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("loop", &["lead.created", "lead.updated"]), rule)]).await;
    let admin = world.create(Kind::User, json!({"name": "Ada", "email": "ada@example.com", "role": "admin"})).await;
    let mut events = world.engine.events();
    let lead = world.lead("Chairs").await;
    let told = async {
        loop {
            let event = events.recv().await.unwrap();
            if event.name == "notification.created" {
                return event.change.after.clone().unwrap();
            }
        }
    };
    let notice = tokio::time::timeout(Duration::from_secs(30), told).await.expect("a notification");
    assert_eq!(notice.data["to"], json!(admin.id));
    assert_eq!(notice.data["title"], "Rule loop failed");
    assert!(notice.data["body"].as_str().unwrap().contains(&lead.id.to_string()), "{notice:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_always_meets_conflicts_is_put_back_and_on_record() {
    let engine = Arc::new(std::sync::OnceLock::<takt::engine::Engine>::new());
    let others = engine.clone();
    let busy = Arc::new(AtomicUsize::new(1));
    let turns = busy.clone();
    let rule = Rule::of(move |call, unit| {
        let about = call.trigger.about().unwrap();
        let (others, turn) = (others.clone(), turns.load(Ordering::SeqCst));
        turns.fetch_add(usize::from(turn > 0), Ordering::SeqCst);
        Box::pin(async move {
            unit.patch(about, json!({"custom": {"seen": turn}}), None).await.unwrap();
            if turn > 0 {
                // Somebody else is always a moment faster.
                let title = json!({"title": format!("Chairs {turn}")});
                let edit = others.get().unwrap().edit(someone(), None, move |unit| {
                    let title = title.clone();
                    Box::pin(async move { unit.patch(about, title, None).await })
                });
                edit.await.unwrap();
            }
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("slow", &["lead.created"]), rule)]).await;
    engine.set(world.engine.clone()).ok().unwrap();
    let lead = world.lead("Chairs").await;
    world.engine.idle().await;
    let runs = world.runs().await;
    assert_eq!(runs.iter().map(|run| run.outcome.name()).collect::<Vec<_>>(), ["conflict"]);
    assert!(runs[0].error.as_deref().unwrap().contains("has changed meanwhile"), "{runs:?}");
    assert!(world.get(lead.reference()).await.data["custom"].get("seen").is_none());

    busy.store(0, Ordering::SeqCst);
    world.advance(Duration::from_secs(2)).await;
    let runs = world.runs().await;
    assert_eq!(runs.iter().map(|run| run.outcome.name()).collect::<Vec<_>>(), ["conflict", "ok"]);
    assert_eq!(runs[1].attempt, 1, "conflicts are not charged");
    assert_eq!(world.get(lead.reference()).await.data["custom"]["seen"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_changes_nothing_makes_no_event() {
    let rule = Rule::of(|call, unit| {
        let about = call.trigger.about().unwrap();
        Box::pin(async move {
            unit.patch(about, json!({"title": "Chairs"}), None).await.unwrap();
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("same", &["lead.created", "lead.updated"]), rule)]).await;
    let lead = world.lead("Chairs").await;
    world.engine.idle().await;
    assert_eq!(world.get(lead.reference()).await.version, 1);
    assert_eq!(world.runs().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_disabled_plugin_lands_and_its_timers_wait() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let inside = Arc::new(tokio::sync::Notify::new());
    let (wait, entered) = (gate.clone(), inside.clone());
    let rule = Rule::of(move |call, unit| {
        let (wait, entered) = (wait.clone(), entered.clone());
        let about = call.trigger.about().unwrap();
        Box::pin(async move {
            entered.notify_one();
            let _pass = wait.acquire().await.unwrap();
            unit.patch(about, json!({"custom": {"landed": true}}), None).await.unwrap();
            Ending::Ok(None)
        })
    });
    let world = World::with(vec![(subscribed("slow", &["lead.created"]), rule)]).await;
    let lead = world.lead("Chairs").await;
    inside.notified().await;
    world.engine.plugin_disable("slow").await.unwrap();
    gate.add_permits(10);
    world.engine.idle().await;
    assert_eq!(world.get(lead.reference()).await.version, 1, "the running run did not land");
    world.engine.plugin_enable("slow", Pending::Keep).await.unwrap();
    world.advance(Duration::from_secs(5)).await;
    assert_eq!(world.get(lead.reference()).await.version, 2, "kept, as the admin said");

    world.engine.plugin_disable("slow").await.unwrap();
    let other = world.lead("Tables").await;
    world.engine.plugin_enable("slow", Pending::Drop).await.unwrap();
    world.advance(Duration::from_secs(5)).await;
    assert_eq!(world.get(other.reference()).await.version, 1, "what happened while it was off wakes nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_presses_at_once_one_wins() {
    let rule = Rule::of(|call, unit| {
        let Trigger::Command(command) = call.trigger.clone() else { panic!("a command") };
        Box::pin(async move {
            let on = command.on.unwrap();
            if unit.read(on).await.unwrap().data.contains_key("owner") {
                return Ending::Refused("somebody was faster".to_owned());
            }
            unit.patch(on, json!({"owner": command.by, "status": "in_progress"}), None).await.unwrap();
            Ending::Ok(Some(Reply { message: "yours".to_owned(), open: None }))
        })
    });
    let world = World::with(vec![(commanded("offer", "accept"), rule)]).await;
    let lead = world.lead("Chairs").await;
    let mut users = Vec::new();
    for n in 0..50 {
        users.push(
            world.create(Kind::User, json!({"name": format!("User {n}"), "email": format!("u{n}@example.com")})).await,
        );
    }
    let presses = users.iter().map(|user| {
        let command = Command {
            name: "accept".to_owned(),
            by: user.id,
            on: Some(lead.reference()),
            notification: None,
            input: json!({}),
            answer: None,
        };
        world.engine.press("offer", command, None)
    });
    let answers = futures::future::join_all(presses).await;
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers.iter().filter(|answer| matches!(answer, Err(PressError::Refused { .. }))).count();
    assert_eq!((won, refused), (1, 49));
    assert_eq!(world.get(lead.reference()).await.version, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_wants_a_plugin_that_is_there_enabled_and_has_the_command() {
    let rule = Rule::of(|_, _| Box::pin(async { Ending::Ok(None) }));
    let world = World::with(vec![(manifest("quiet"), rule)]).await;
    let lead = world.lead("Chairs").await;
    let command = Command {
        name: "accept".to_owned(),
        by: lead.id,
        on: None,
        notification: None,
        input: json!({}),
        answer: None,
    };
    let press = |plugin: &'static str| world.engine.press(plugin, command.clone(), None);
    assert!(matches!(press("nobody").await, Err(PressError::NoPlugin(_))));
    assert!(matches!(press("quiet").await, Err(PressError::NoCommand { .. })));
    world.engine.plugin_disable("quiet").await.unwrap();
    assert!(matches!(press("quiet").await, Err(PressError::Disabled(_))));
}
