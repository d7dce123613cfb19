//! What it does, by name.

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::{BuildHasher, RandomState};
use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::asking::ask;
use crate::bindings::exports::takt::crm::rule::{Context, Failure};
use crate::bindings::takt::crm::notifications::{self, Button};
use crate::bindings::takt::crm::types::Page;
use crate::bindings::takt::crm::{contacts, deals, leads, log, state, tasks, timers};

/// Does it, and says what came of it.
pub fn done(name: &str, input: &str, context: &Context) -> Result<String, Failure> {
    Ok(match name {
        "spin" => spin(),
        "fill" => fill(),
        "recurse" => ackermann(4, black_box(1_000_000)).to_string(),
        "panic" => panic!("as told"),
        "exit" => std::process::exit(3),
        "calls" => forever(|| drop(leads::get("no id"))),
        "rows" => forever(|| drop(leads::find(&any_lead(), &Page { limit: 200, cursor: None }))),
        "writes" => forever(|| drop(state::set("x", "1"))),
        "timers" => forever(|| drop(timers::set("x", context.now + 1, "1", None))),
        "log" => log_flood(),
        "print" => print_flood(),
        "shout" => "a".repeat(20 << 20),
        "hand-over" => {
            log::write(log::Level::Info, &"a".repeat(20 << 20));
            String::new()
        }
        "denied" => shown(deals::get(input)),
        "ask" => ask(input)?,
        "ask-twice" => format!("{}\n{}", ask(input)?, ask(input)?),
        "look" => look(),
        "dice" => dice(),
        "clock" => clock(),
        "sleep" => {
            std::thread::sleep(Duration::from_secs(3600));
            String::new()
        }
        "retry" => return Err(Failure::Retry(Some(7))),
        "refuse" => return Err(Failure::Refused("no".to_owned())),
        "fail" => return Err(Failure::Permanent("broken".to_owned())),
        "wrong" => wrong(),
        "own-writes" => own_writes(input),
        "state" => count(),
        "fine" => "fine".to_owned(),
        other => return Err(Failure::Permanent(format!("no deed {other}"))),
    })
}

/// Never ends.
pub fn spin() -> ! {
    let mut n = 0_u64;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

/// Takes memory until there is none.
pub fn fill() -> ! {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(black_box(vec![1; 1 << 20]));
    }
}

fn forever(deed: impl Fn()) -> ! {
    loop {
        deed();
    }
}

fn ackermann(m: u64, n: u64) -> u64 {
    match (m, n) {
        (0, n) => n + 1,
        (m, 0) => ackermann(m - 1, 1),
        (m, n) => ackermann(m - 1, ackermann(m, n - 1)),
    }
}

fn log_flood() -> String {
    for _ in 0..5_000 {
        log::write(log::Level::Warn, &"flood ".repeat(100));
    }
    "logged".to_owned()
}

fn print_flood() -> String {
    println!("on standard output");
    eprintln!("on standard error");
    log::write(log::Level::Info, "between");
    print!("without an end");
    let _ = std::io::stdout().flush();
    "printed".to_owned()
}

fn look() -> String {
    let files: Vec<bool> = ["/", ".", "/etc/passwd"].into_iter().map(|path| std::fs::metadata(path).is_ok()).collect();
    let made = std::fs::write("/tmp/x", "x").is_ok();
    let environment: HashMap<String, String> = std::env::vars().collect();
    let arguments: Vec<String> = std::env::args().collect();
    let mut read = String::new();
    let input = std::io::stdin().read_line(&mut read);
    format!("{files:?} {made} {environment:?} {arguments:?} {:?} {read:?}", input.ok())
}

fn dice() -> String {
    (0..3).map(|n| RandomState::new().hash_one(n).to_string()).collect::<Vec<_>>().join(" ")
}

fn clock() -> String {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
    let begun = Instant::now();
    format!("{wall} {:?}", begun.elapsed())
}

/// Each call asks for what cannot be.
fn wrong() -> String {
    let button = Button { command: "undeclared".to_owned(), label: Vec::new(), input: "1".to_owned(), asks: None };
    let notice = notifications::Draft {
        to: vec!["nobody".to_owned()],
        title: Vec::new(),
        body: Vec::new(),
        about: None,
        buttons: vec![button],
        key: None,
    };
    let contact = contacts::Draft {
        name: "Ann".to_owned(),
        phones: Vec::new(),
        emails: Vec::new(),
        company: Some("nowhere".to_owned()),
        owner: None,
        language: None,
        custom: "[]".to_owned(),
    };
    let owner = leads::Filter { owner: Some("nobody".to_owned()), ..any_lead() };
    [
        shown(leads::get("no id")),
        shown(leads::find(&any_lead(), &Page { limit: 0, cursor: None })),
        shown(leads::find(&any_lead(), &Page { limit: 201, cursor: Some("?".to_owned()) })),
        shown(leads::count(&owner)),
        shown(leads::convert("no id")),
        shown(notifications::notify(&notice)),
        shown(contacts::create(&contact)),
        shown(timers::set("", 0, "1", None)),
        shown(timers::set("x", i64::MAX, "1", None)),
        shown(timers::set("x", 0, "{", None)),
        shown(state::set("x", "nonsense")),
    ]
    .join("\n")
}

/// What it writes, it reads.
fn own_writes(lead: &str) -> String {
    let lead = lead.trim_matches('"');
    let changes = leads::Changes {
        title: Some("Changed".to_owned()),
        status: None,
        owner: None,
        resume_at: None,
        reject_reason: None,
        custom: Some(r#"{"a": 1}"#.to_owned()),
    };
    let changed = leads::update(lead, &changes);
    let about = leads::get(lead).map(|lead| (lead.title, lead.version, lead.custom));
    let task = tasks::Draft {
        title: "Do it".to_owned(),
        body: None,
        assignee: None,
        due: None,
        about: None,
        key: Some("k".to_owned()),
    };
    let made = tasks::create(&task).map(|task| (task.number, task.plugin, task.key));
    let filter = tasks::Filter { status: vec![], assignee: None, about: None, key: Some("k".to_owned()), due_to: None };
    let count = tasks::count(&filter);
    format!("{} {about:?} {made:?} {count:?} {:?}", changed.is_ok(), tasks::create(&task).is_err())
}

fn count() -> String {
    let before = state::get("n").ok().flatten().unwrap_or_default();
    let _ = state::set("n", "1");
    format!("{before:?} {:?} {:?}", state::get("n"), state::delete("n"))
}

fn any_lead() -> leads::Filter {
    leads::Filter { status: Vec::new(), owner: None, phone: None, email: None, created_from: None, created_to: None }
}

fn shown<T>(result: Result<T, impl Debug>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{error:?}"),
    }
}
