//! A plugin that is built for the first released contract, and uses something of each sort that is in it: what was built
//! then must run for as long as that contract is served.

use bindings::exports::takt::crm::rule::{Context, Failure, Guest, Manifest, Need, Reply, Subscription, Trigger};
use bindings::takt::crm::types::{Error, Page, Reference};
use bindings::takt::crm::{leads, log, notifications, records, reports, state, tasks, timers, users};

#[expect(unsafe_code, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "../../../wit/released/0.1.0", world: "plugin" });
    use super::Frozen;
    export!(Frozen);
}

struct Frozen;

impl Guest for Frozen {
    fn describe() -> Manifest {
        let needs = ["leads:read", "leads:write", "tasks:write", "users:read", "notifications:write", "reports:read"];
        let need = |capability: &str| Need { capability: capability.to_owned(), reason: "As it did then.".to_owned() };
        let event = Subscription { event: "lead.created".to_owned(), changed: Vec::new(), when: None };
        Manifest {
            name: "frozen".to_owned(),
            version: "1.0.0".to_owned(),
            title: "Frozen".to_owned(),
            summary: "Does what it did then.".to_owned(),
            subscriptions: vec![event],
            schedules: Vec::new(),
            commands: Vec::new(),
            config_schema: r#"{"type": "object"}"#.to_owned(),
            needs: needs.map(need).into(),
        }
    }

    fn handle(context: Context, trigger: Trigger) -> Result<Option<Reply>, Failure> {
        let Trigger::Event(event) = trigger else { return Ok(None) };
        work(&context, &event.about.id).map_err(|error| Failure::Permanent(format!("{error:?}")))?;
        Ok(None)
    }
}

fn task(assignee: &str, about: Reference) -> tasks::Draft {
    tasks::Draft {
        title: "Look at it".to_owned(),
        body: None,
        assignee: Some(assignee.to_owned()),
        due: None,
        about: Some(about),
        key: Some("look".to_owned()),
    }
}

fn work(context: &Context, lead: &str) -> Result<(), Error> {
    let about = Reference { kind: "lead".to_owned(), id: lead.to_owned() };
    let known = leads::get(lead)?;
    let any = users::Filter { department: None, role: None, active: Some(true), present: None };
    let (people, _) = users::find(&any, &Page { limit: 1, cursor: None })?;
    let changes = leads::Changes {
        title: Some(format!("{} (seen)", known.title)),
        status: None,
        owner: None,
        resume_at: None,
        reject_reason: None,
        custom: Some(r#"{"seen": true}"#.to_owned()),
    };
    leads::update(lead, &changes)?;
    records::get("lead", lead)?;
    reports::figures(r#"{"period": "today"}"#)?;
    state::set("seen", "1")?;
    timers::set("again", context.now + 60_000_000, "{}", Some(&about))?;
    tasks::create(&task(&people[0].id, about.clone()))?;
    let notice = notifications::Draft {
        to: vec![people[0].id.clone()],
        title: vec![("en".to_owned(), "Seen".to_owned())],
        body: Vec::new(),
        about: Some(about),
        buttons: Vec::new(),
        key: None,
    };
    notifications::notify(&notice)?;
    log::write(log::Level::Info, "done");
    Ok(())
}
