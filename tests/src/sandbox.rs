//! Whatever a component does, the host says what it was, and goes on.

use std::sync::Arc;
use std::time::{Duration, Instant as Clock};

use futures::future::join_all;
use serde_json::{Value, json};
use takt::crm::entity::Setting;
use takt::crm::event::{Command, Trigger};
use takt::crm::id::Id;
use takt::crm::instant::Instant;
use takt::crm::kind::Kind;
use takt::store::{Feed, Store};
use takt::unit::{Author, Unit};
use takt::wasm::call::{Budget, Budgets, Call, Ending, Installation, Report};
use takt::wasm::manifest::Manifest;
use takt::wasm::outside::Outside;
use takt::wasm::runtime::{BadComponent, Component, Runtime};

use crate::support::database::Data;
use crate::support::guest::{Does, Guest};
use crate::support::guests;
use crate::support::house::House;
use crate::support::native::{commanded, subscribed};
use crate::support::person::items;
use crate::support::world::START;

/// Few, so that one that is not given back is missed.
const SLOTS: u32 = 2;

struct Sandbox {
    runtime: Runtime,
    component: Component,
    manifest: Arc<Manifest>,
    store: Arc<dyn Store>,
    dir: Data,
}

impl Sandbox {
    async fn new() -> Self {
        let dir = Data::new().await;
        let runtime = Runtime::new(Some(dir.path().join("compiled")), SLOTS).unwrap();
        let component = runtime.compile(guests::hostile()).await.unwrap();
        let manifest = Arc::new(runtime.describe(&component).await.unwrap());
        let (feed, _claims) = Feed::new();
        let store = dir.store(feed).await;
        Self { runtime, component, manifest, store, dir }
    }

    fn unit(&self) -> Unit {
        let setting = Setting { now: Instant::from_micros(START), region: "DE".to_owned(), ..Setting::default() };
        Unit::new(self.store.clone(), Author::Plugin("hostile".into()), setting, "en".into())
    }

    fn call(&self, deed: &str, input: Value, budgets: Budgets) -> Call {
        let grants =
            ["leads:read", "leads:write", "contacts:write", "tasks:read", "tasks:write", "notifications:write"];
        let command =
            Command { name: deed.to_owned(), by: Id::new(), on: None, notification: None, input, answer: None };
        Call {
            run: Id::new(),
            now: Instant::from_micros(START),
            attempt: 1,
            trigger: Trigger::Command(command),
            installation: Arc::new(Installation {
                manifest: self.manifest.clone(),
                config: "{}".into(),
                grants: grants.map(str::to_owned).into(),
                budgets,
            }),
            language: "en".into(),
            time_zone: "UTC".into(),
            outside: Outside::Closed("there is no way out of this test"),
        }
    }

    async fn run(&self, deed: &str, budgets: Budgets) -> Report {
        let call = self.call(deed, Value::Null, budgets);
        self.runtime.run(&self.component, &call, self.unit()).await.1
    }

    /// What it says it did.
    #[track_caller]
    fn said(report: &Report) -> &str {
        match &report.ending {
            Ending::Ok(Some(reply)) => &reply.message,
            other => panic!("{other:?}, {:?}", report.log),
        }
    }
}

/// A deed's name, budgets that it uses up soon, and how it must end.
type Deed = (&'static str, Budgets, fn(&Ending) -> bool);

fn deeds() -> Vec<Deed> {
    const SMALL: Budgets = Budgets {
        fuel: 20_000_000,
        deadline_ms: 10_000,
        memory: 8 << 20,
        host_calls: 100,
        rows_read: 50,
        records_written: 20,
        log_bytes: 1 << 10,
        http_calls: 0,
    };
    let plenty = Budgets { fuel: u64::MAX / 2, ..SMALL };
    vec![
        ("spin", SMALL, |ending| *ending == Ending::Budget(Budget::Fuel)),
        ("spin", Budgets { deadline_ms: 30, ..plenty }, |ending| *ending == Ending::Budget(Budget::Deadline)),
        ("sleep", Budgets { deadline_ms: 30, ..plenty }, |ending| *ending == Ending::Budget(Budget::Deadline)),
        ("fill", plenty, |ending| *ending == Ending::Budget(Budget::Memory)),
        ("shout", plenty, |ending| *ending == Ending::Budget(Budget::Memory)),
        ("recurse", plenty, |ending| matches!(ending, Ending::Trap(why) if why.contains("stack overflowed"))),
        ("panic", plenty, |ending| matches!(ending, Ending::Trap(why) if why.contains("panicked"))),
        ("exit", plenty, |ending| matches!(ending, Ending::Trap(why) if why.contains("exit code"))),
        ("calls", plenty, |ending| *ending == Ending::Budget(Budget::HostCalls)),
        ("rows", plenty, |ending| *ending == Ending::Budget(Budget::RowsRead)),
        ("writes", plenty, |ending| *ending == Ending::Budget(Budget::RecordsWritten)),
        ("timers", plenty, |ending| *ending == Ending::Budget(Budget::RecordsWritten)),
        ("log", Budgets { host_calls: 10_000, ..plenty }, |ending| matches!(ending, Ending::Ok(Some(_)))),
        ("log", plenty, |ending| *ending == Ending::Budget(Budget::HostCalls)),
        ("hand-over", Budgets { memory: 64 << 20, ..plenty }, |ending| matches!(ending, Ending::Trap(_))),
        ("retry", plenty, |ending| *ending == Ending::Retry(Some(7))),
        ("refuse", plenty, |ending| *ending == Ending::Refused("no".to_owned())),
        ("fail", plenty, |ending| *ending == Ending::Permanent("broken".to_owned())),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_deed_ends_as_it_must_and_the_host_stays_well() {
    let sandbox = Sandbox::new().await;
    for (deed, budgets, must) in deeds() {
        let times = if budgets.deadline_ms < 100 { 10 } else { 50 };
        let reports = join_all((0..times).map(|_| with_leads(&sandbox, deed, budgets))).await;
        for report in reports {
            assert!(must(&report.ending), "{deed}: {:?}", report.ending);
            let logged: usize = report.log.iter().map(|line| line.message.len()).sum();
            assert!(logged < 2 << 10, "{deed} logged {logged} bytes");
        }
        assert_eq!(Sandbox::said(&sandbox.run("fine", Budgets::default()).await), "fine", "after {deed}");
    }
}

/// A run whose unit of work has ten leads to find.
async fn with_leads(sandbox: &Sandbox, deed: &str, budgets: Budgets) -> Report {
    let mut unit = sandbox.unit();
    for number in 0..10 {
        let Value::Object(fields) = json!({"title": format!("Lead {number}"), "name": "Ann"}) else { unreachable!() };
        unit.create(Kind::Lead, fields).await.unwrap();
    }
    let call = sandbox.call(deed, Value::Null, budgets);
    sandbox.runtime.run(&sandbox.component, &call, unit).await.1
}

#[tokio::test]
async fn a_spinning_guest_lets_others_have_the_thread() {
    let sandbox = Sandbox::new().await;
    let budgets = Budgets { fuel: u64::MAX / 2, deadline_ms: 500, ..Budgets::default() };
    let beats = async {
        let mut longest = Duration::ZERO;
        for _ in 0..20 {
            let before = Clock::now();
            tokio::time::sleep(Duration::from_millis(1)).await;
            longest = longest.max(before.elapsed());
        }
        longest
    };
    let (report, longest) = tokio::join!(sandbox.run("spin", budgets), beats);
    assert_eq!(report.ending, Ending::Budget(Budget::Deadline));
    assert!(longest < Duration::from_millis(200), "{longest:?} without a turn");
}

/// Together they take longer than each may: that they wait for one another is not held against them.
#[tokio::test(flavor = "multi_thread")]
async fn long_runs_of_a_plugin_take_turns_and_others_go_on_meanwhile() {
    let sandbox = Sandbox::new().await;
    let runtime = Runtime::new(None, 16).unwrap();
    let component = runtime.compile(guests::hostile()).await.unwrap();
    let long = Budgets { fuel: 500_000_000, deadline_ms: 3_000, ..Budgets::default() };
    let spinning = join_all((0..10).map(|_| async {
        let call = sandbox.call("spin", Value::Null, long);
        runtime.run(&component, &call, sandbox.unit()).await.1.ending
    }));
    let others = async {
        let mut longest = Duration::ZERO;
        for _ in 0..20 {
            let mut call = sandbox.call("refuse", Value::Null, Budgets::default());
            let manifest = Manifest { name: "other".to_owned(), ..Manifest::clone(&sandbox.manifest) };
            let installation = Installation { manifest: Arc::new(manifest), ..(*call.installation).clone() };
            call.installation = Arc::new(installation);
            let begun = Clock::now();
            let report = runtime.run(&component, &call, sandbox.unit()).await.1;
            assert_eq!(report.ending, Ending::Refused("no".to_owned()));
            longest = longest.max(begun.elapsed());
        }
        longest
    };
    let (endings, longest) = tokio::join!(spinning, others);
    assert!(endings.iter().all(|ending| *ending == Ending::Budget(Budget::Fuel)), "{endings:?}");
    assert!(longest < Duration::from_secs(1), "{longest:?} for a short run");
}

/// What it came to is printed: `cargo test --test takt -- --nocapture a_plugin_that_spins`.
#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_that_spins_slows_the_buttons_of_others_little() {
    let house = House::bare().await;
    let spinner = Guest { handle: Does::LoopForEver, ..Guest::new(subscribed("spinner", &["lead.created"])) };
    house.install(&spinner.component()).await;
    let budgets = json!({"fuel": 300_000_000, "deadline_ms": 60_000});
    house.ada.put("/api/v1/plugins/spinner/budgets", budgets).await.ok();
    house.install(&Guest::new(commanded("quick", "go")).component()).await;
    let lead = house.lead(json!({"title": "Chairs"})).await;
    let pressing = format!("/api/v1/leads/{}/commands/go", lead["id"].as_str().unwrap());
    let press = async || {
        let mut times = Vec::new();
        for _ in 0..40 {
            let begun = Clock::now();
            house.ada.post(&pressing, json!({})).await.ok();
            times.push(begun.elapsed());
        }
        times.sort();
        times[times.len() / 2]
    };
    press().await;
    let alone = press().await;
    // Each spins until its fuel is used up; fewer than would switch the plugin off.
    for n in 0..15 {
        house.ada.post("/api/v1/leads", json!({"title": format!("Desk {n}")})).await.ok();
    }
    let beside = press().await;
    let running = house.engine().held();
    println!("a button takes {alone:?}, and {beside:?} beside {running} runs that spin");
    assert!(running > 0, "it was measured while they ran");
    assert!(beside < 5 * alone + Duration::from_millis(50), "{beside:?} instead of {alone:?}");
    house.settle().await;
    let failures = items(house.ada.get("/api/v1/failures").await);
    assert!(failures[0]["fault"].as_str().unwrap().contains("`fuel`"), "{failures:?}");
}

#[tokio::test]
async fn nothing_of_the_system_is_seen() {
    let sandbox = Sandbox::new().await;
    let report = sandbox.run("look", Budgets::default()).await;
    assert_eq!(Sandbox::said(&report), r#"[false, false, false] false {} [] Some(0) """#);
}

#[tokio::test]
async fn clock_and_dice_are_the_run_s() {
    let sandbox = Sandbox::new().await;
    let call = sandbox.call("dice", Value::Null, Budgets::default());
    let dice = async || sandbox.runtime.run(&sandbox.component, &call, sandbox.unit()).await.1;
    let (first, again) = (dice().await, dice().await);
    assert_eq!(Sandbox::said(&first), Sandbox::said(&again));
    assert_eq!(first.cost.fuel, again.cost.fuel);
    assert_ne!(Sandbox::said(&first), Sandbox::said(&sandbox.run("dice", Budgets::default()).await));

    let clock = sandbox.run("clock", Budgets::default()).await;
    assert_eq!(Sandbox::said(&clock), format!("{START} 1µs"));
}

#[tokio::test]
async fn what_is_printed_is_logged_in_order() {
    let sandbox = Sandbox::new().await;
    let report = sandbox.run("print", Budgets::default()).await;
    let lines: Vec<_> = report.log.iter().map(|line| (line.level.as_str(), line.message.as_str())).collect();
    let all =
        [("out", "on standard output"), ("out", "on standard error"), ("info", "between"), ("out", "without an end")];
    assert_eq!(lines, all);
    let report = sandbox.run("panic", Budgets::default()).await;
    assert!(report.log.iter().any(|line| line.message.contains("as told")), "{:?}", report.log);
}

#[tokio::test]
async fn what_is_asked_wrongly_is_told() {
    let sandbox = Sandbox::new().await;
    let denied = sandbox.run("denied", Budgets::default()).await;
    assert_eq!(Sandbox::said(&denied), r#"Error::Denied("deals:read")"#);
    let wrong = sandbox.run("wrong", Budgets::default()).await;
    let lines: Vec<&str> = Sandbox::said(&wrong).lines().collect();
    let all = [
        &["NotFound", "no id"][..],
        &["Invalid", "/page/limit"],
        &["Invalid", "/page/limit", "/page/cursor"],
        &["Invalid", "/filter/owner"],
        &["NotFound", "no id"],
        &["Invalid", "/buttons/0/command"],
        &["Invalid", "/custom"],
        &["Invalid", "/key"],
        &["Invalid", "/at"],
        &["Invalid", "/payload"],
        &["Invalid", "/value"],
    ];
    assert_eq!(lines.len(), all.len(), "{lines:#?}");
    for (line, words) in lines.iter().zip(all) {
        assert!(words.iter().all(|word| line.contains(word)), "{line} lacks {words:?}");
    }
}

#[tokio::test]
async fn own_writes_are_read_and_nothing_is_kept_between_runs() {
    let sandbox = Sandbox::new().await;
    let mut unit = sandbox.unit();
    let Value::Object(fields) = json!({"title": "Request", "name": "Ann"}) else { unreachable!() };
    let lead = unit.create(Kind::Lead, fields).await.unwrap();
    let call = sandbox.call("own-writes", json!(lead.id), Budgets::default());
    let (unit, report) = sandbox.runtime.run(&sandbox.component, &call, unit).await;
    let seen = r#"true Ok(("Changed", 1, "{\"a\":1}")) Ok((None, Some("hostile"), Some("k"))) Ok(1) true"#;
    assert_eq!(Sandbox::said(&report), seen);
    assert_eq!((report.cost.records_written, report.cost.host_calls), (3, 5));
    assert!(report.cost.fuel > 0 && report.cost.memory > 0 && report.cost.micros > 0);
    let proposal = unit.finish();
    assert_eq!(proposal.changes.len(), 2);

    for _ in 0..2 {
        let report = sandbox.run("state", Budgets::default()).await;
        assert_eq!(Sandbox::said(&report), r#""" Ok(Some("1")) Ok(())"#);
    }
}

#[tokio::test]
async fn bad_components_are_refused_and_named() {
    let runtime = Runtime::new(None, SLOTS).unwrap();
    let refusal = async |bytes: Arc<[u8]>| runtime.compile(bytes).await.unwrap_err();
    assert!(refusal((*b"#!/bin/sh").into()).await.to_string().contains("not WebAssembly"));
    assert!(refusal((*b"\0asm\x01\0\0\0").into()).await.to_string().contains("core WebAssembly module"));
    assert!(matches!(refusal(guests::hostile()[..5000].into()).await, BadComponent::Malformed(_)));
    assert!(matches!(refusal(vec![0; (64 << 20) + 1].into()).await, BadComponent::TooLarge { .. }));
    assert_eq!(refusal(wat::parse_str("(component)").unwrap().into()).await, BadComponent::NoRule);

    let version = refusal(guests::patched("@0.1.1", "@0.2.0")).await;
    assert_eq!(version, BadComponent::Contract { found: "0.2.0".to_owned() });
    assert_eq!(version.to_string(), "the component is built for takt:crm@0.2.0; this host serves 0.1.x");

    let imports = guests::written(
        r#"(import "wasi:sockets/tcp@0.2.0" (instance)) (import "wasi:http/outgoing-handler@0.2.0" (instance))
           (import "wasi:io/poll@0.2.0" (instance))"#,
    );
    let unknown = ["wasi:sockets/tcp@0.2.0", "wasi:http/outgoing-handler@0.2.0"].map(str::to_owned).to_vec();
    assert_eq!(refusal(imports).await, BadComponent::Imports { unknown, more: 0 });
    assert!(matches!(refusal(guests::written("")).await, BadComponent::Misfit(_)));
}

#[tokio::test]
async fn a_describe_that_misbehaves_is_told_apart() {
    let runtime = Runtime::new(None, SLOTS).unwrap();
    let refusal = async |mode: &str| {
        let bytes = guests::patched("DESCRIBE-AS:fine", &format!("DESCRIBE-AS:{mode}"));
        let component = runtime.compile(bytes).await.unwrap();
        runtime.describe(&component).await.unwrap_err()
    };
    let trap = refusal("trap").await.to_string();
    assert!(trap.contains("panicked") && trap.contains("describe shall not be"), "{trap}");
    assert!(matches!(refusal("spin").await, BadComponent::Budget(Budget::Fuel | Budget::Deadline)));
    assert_eq!(refusal("fill").await, BadComponent::Budget(Budget::Memory));
    let call = refusal("call").await.to_string();
    assert!(call.contains("must not call the host"), "{call}");
    let json = refusal("json").await.to_string();
    assert!(json.contains("/config_schema"), "{json}");
}

#[tokio::test]
async fn compiled_code_is_kept_and_checked() {
    let sandbox = Sandbox::new().await;
    let folder = sandbox.dir.path().join("compiled");
    let file = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    }
    let whole = std::fs::read(&file).unwrap();
    let loaded = async || {
        let begun = Clock::now();
        let runtime = Runtime::new(Some(folder.clone()), SLOTS).unwrap();
        let component = runtime.compile(guests::hostile()).await.unwrap();
        assert_eq!(component.digest(), sandbox.component.digest());
        let call = sandbox.call("fine", Value::Null, Budgets::default());
        let (_, report) = runtime.run(&component, &call, sandbox.unit()).await;
        assert_eq!(Sandbox::said(&report), "fine");
        begun.elapsed()
    };
    let from_disk = loaded().await;
    for damage in [&whole[..whole.len() / 2], &whole[..10], &[&whole[..40], b"!", &whole[41..]].concat(), b""] {
        std::fs::write(&file, damage).unwrap();
        let compiled = loaded().await;
        assert_eq!(std::fs::read(&file).unwrap().len(), whole.len(), "compiled again in {compiled:?}");
    }
    println!("from disk in {from_disk:?}");
}
