//! What happened is kept for as long as the organisation says, and for as long as something needs it.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use takt::crm::id::Id;
use takt::crm::kind::Kind;
use takt::crm::record::Record;
use takt::store::access::Session;
use takt::store::outbox::{MessageEnd, Webhook};
use takt::store::retention::Kept;
use takt::wasm::call::Ending;

use crate::support::house::House;
use crate::support::native::{Rule, manifest, scheduled, subscribed};
use crate::support::person::items;
use crate::support::world::{World, someone};

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 86_400)
}

/// One rule that does well, and one that gives up.
async fn world() -> World {
    let well = Rule::of(|_, _| Box::pin(async { Ending::Ok(None) }));
    let ill = Rule::of(|_, _| Box::pin(async { Ending::Permanent("the printer is broken".to_owned()) }));
    World::with(vec![(subscribed("well", &["lead.created"]), well), (subscribed("ill", &["lead.created"]), ill)]).await
}

/// Moves the clock on, once all is done that can be done by now. When this returns, all that is old enough is gone.
async fn pass(world: &World, count: u64) {
    world.engine.idle().await;
    world.advance(days(count)).await;
    world.engine.sweep().await.unwrap();
}

/// Whose runs there are, in the order of their names.
async fn runs(world: &World) -> Vec<String> {
    let mut names: Vec<String> = world.runs().await.into_iter().map(|run| run.plugin).collect();
    names.sort();
    names
}

async fn discard_all(world: &World) {
    let store = world.engine.store();
    for dead in store.dead_list(None, None, 100).await.unwrap() {
        assert!(store.dead_discard(dead.id).await.unwrap());
    }
    world.engine.sweep().await.unwrap();
}

async fn events(world: &World) -> Vec<u64> {
    let found = world.engine.store().event_after(0, &[Kind::Lead], 100).await.unwrap();
    found.iter().map(|event| event.id).collect()
}

async fn created(world: &World, lead: &Record) -> u64 {
    world.engine.store().audit_of_record(lead.id, None, 100).await.unwrap().last().unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_and_events_go_when_they_are_old_and_nothing_needs_them() {
    let world = world().await;
    let store = world.engine.store().clone();
    let old = world.lead("Chairs").await;
    pass(&world, 80).await;
    assert_eq!(runs(&world).await, ["ill", "well"]);
    let new = world.lead("Tables").await;
    pass(&world, 20).await;
    assert_eq!(runs(&world).await, ["ill", "ill", "well"], "the dead letter holds the run that tells why");
    let (first, second) = (created(&world, &old).await, created(&world, &new).await);
    assert_eq!(events(&world).await, [first, second], "and the event that it waits with");
    let dead = store.dead_list(None, None, 10).await.unwrap().iter().map(|dead| dead.id).min().unwrap();
    assert!(store.dead_retry(dead, world.engine.now()).await.unwrap());
    world.engine.wake();
    world.engine.idle().await;
    assert_eq!(world.runs().await.len(), 4, "what waited that long can be run again");

    discard_all(&world).await;
    assert_eq!(runs(&world).await, ["ill", "ill", "well"]);
    assert_eq!(events(&world).await, [second]);
    assert_eq!(store.audit_of_record(old.id, None, 10).await.unwrap().len(), 1, "the audit stays");
    assert_eq!(world.get(old.reference()).await.data["title"], "Chairs", "and so does the record");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organisation_says_how_long_and_the_audit_goes_where_it_says_so() {
    let world = world().await;
    let store = world.engine.store().clone();
    let kept = json!({"runs": 5, "audit": 400});
    let organisation = world.create(Kind::Organisation, json!({"name": "ACME", "retention": kept})).await;
    let lead = world.lead("Chairs").await;
    world.engine.idle().await;
    discard_all(&world).await;
    pass(&world, 6).await;
    assert_eq!(runs(&world).await, Vec::<String>::new());
    assert_eq!(events(&world).await.len(), 1);
    world.patch(organisation.reference(), json!({"retention": {"events": 10}})).await.unwrap();
    pass(&world, 5).await;
    assert_eq!(events(&world).await, Vec::<u64>::new());

    pass(&world, 380).await;
    assert_eq!(store.audit_of_record(lead.id, None, 10).await.unwrap().len(), 1);
    pass(&world, 15).await;
    assert_eq!(store.audit_of_record(lead.id, None, 10).await.unwrap().len(), 0);
    let newest = store.audit_of_record(organisation.id, None, 10).await.unwrap();
    assert_eq!(newest.len(), 1, "the newest entry says which number was given last");
    let next = world.lead("Tables").await;
    assert_eq!(created(&world, &next).await, newest[0].id + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_that_deletes_from_the_audit() {
    let world = World::with(vec![]).await;
    world.lead("Chairs").await;
    let refused = world.data().sql("DELETE FROM audit").await.unwrap_err().to_string();
    assert!(refused.contains("audit entries are not deleted"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_holds_its_event_until_it_has_ended_for_long() {
    let world = World::with(vec![]).await;
    let (store, now) = (world.engine.store().clone(), world.engine.now());
    let hook = Webhook {
        id: Id::new(),
        url: "https://example.com/".to_owned(),
        events: vec!["lead.created".to_owned()],
        condition: None,
        active: true,
        secret: String::new(),
        previous: None,
        created_at: now,
        updated_at: now,
    };
    // Nobody sends: the test takes the messages itself.
    store.webhook_put(hook).await.unwrap();
    world.engine.stop().await;
    for title in ["Chairs", "Tables"] {
        // The catalogue in memory is as old as the engine's start: the first try learns of the webhook.
        world.lead(title).await;
    }
    let taken = store.outbox_claim(now, 10).await.unwrap();
    assert_eq!(taken.len(), 2);
    store.outbox_end(taken[0].id, MessageEnd::Sent, now).await.unwrap();
    let due = now + days(1);
    let again = MessageEnd::Retry { due, error: "no answer".to_owned() };
    store.outbox_end(taken[1].id, again, now).await.unwrap();

    let old = now + days(200);
    let gone = |kept| {
        let store = store.clone();
        async move { store.sweep(kept, old, None, 100).await.unwrap().gone }
    };
    assert_eq!(gone(Kept::Events).await, 0, "a message that was sent can be sent again");
    assert_eq!((gone(Kept::Messages).await, gone(Kept::Events).await), (1, 1));
    let waiting = store.outbox_claim(old, 10).await.unwrap();
    assert_eq!(waiting.iter().map(|message| message.event.id).collect::<Vec<_>>(), [taken[1].event.id]);
    store.outbox_end(waiting[0].id, MessageEnd::Dead { error: "no answer".to_owned() }, now).await.unwrap();
    assert_eq!((gone(Kept::Messages).await, gone(Kept::Events).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_answers_and_ticks_go_with_their_time() {
    let tick = Rule::of(|_, _| Box::pin(async { Ending::Ok(None) }));
    let world = World::with(vec![(scheduled("daily", "0 12 * * *"), tick)]).await;
    let (store, now) = (world.engine.store().clone(), world.engine.now());
    for (first, length) in [(1, days(1)), (2, days(300))] {
        let hash = [first; 32];
        let expires_at = now + length;
        let session = Session { hash, user: Id::new(), at: now, expires_at, address: None, agent: None };
        store.session_put(session).await.unwrap();
    }
    let once = takt::store::commit::Idempotency {
        actor: "form".to_owned(),
        key: "1".to_owned(),
        request: String::new(),
        outcome: Value::Null,
        at: now,
    };
    world.engine.edit(someone(), Some(once), |_| Box::pin(async { Ok(()) })).await.unwrap();
    for _ in 0..3 {
        pass(&world, 1).await;
    }
    pass(&world, 20).await;
    assert!(store.session_read(&[1; 32]).await.unwrap().is_some(), "it is shown for a while where somebody signed in");
    pass(&world, 75).await;
    assert!(store.session_read(&[1; 32]).await.unwrap().is_none());
    assert!(store.session_read(&[2; 32]).await.unwrap().is_some());
    assert_eq!(world.data().count("schedule_fire").await, 2, "those of the first days are gone");
    assert!(store.idempotency_read("form", "1").await.unwrap().is_some(), "the same request is not done again yet");
    pass(&world, 90).await;
    assert!(store.idempotency_read("form", "1").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_time_of_a_schedule_is_kept_however_old() {
    let tick = Rule::of(|_, _| Box::pin(async { Ending::Ok(None) }));
    let world = World::with(vec![(scheduled("yearly", "0 12 2 3 *"), tick)]).await;
    pass(&world, 1).await;
    let last = world.engine.store().schedule_last("yearly").await.unwrap();
    assert_eq!(last.len(), 1);
    pass(&world, 200).await;
    assert_eq!(runs(&world).await, Vec::<String>::new());
    assert_eq!(world.engine.store().schedule_last("yearly").await.unwrap(), last);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_step_holds_is_deleted_while_others_write() {
    let world = World::with(vec![(manifest("idle"), Rule::of(|_, _| Box::pin(async { Ending::Ok(None) })))]).await;
    let made = world.engine.edit(someone(), None, |unit| {
        Box::pin(async move {
            for number in 0..1_200 {
                let fields = json!({"title": format!("Chairs {number}"), "name": "Ann"});
                unit.create(Kind::Lead, fields.as_object().unwrap().clone()).await?;
            }
            Ok(())
        })
    });
    made.await.unwrap();
    world.advance(days(91)).await;
    let writing = async {
        let mut leads: Vec<Arc<Record>> = Vec::new();
        for number in 0..50 {
            leads.push(world.lead(&format!("Tables {number}")).await);
        }
        leads
    };
    let (swept, leads) = tokio::join!(world.engine.sweep(), writing);
    swept.unwrap();
    let young: Vec<u64> = events(&world).await;
    assert_eq!(young.len(), 50);
    for lead in leads {
        assert!(young.contains(&created(&world, &lead).await));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_sets_it_over_http_and_it_is_done_every_hour_and_counted() {
    let house = House::with(&["lead-intake"]).await;
    house.chairs().await;
    let organisation = items(house.ada.get("/api/v1/organisations").await)[0].clone();
    let path = format!("/api/v1/organisations/{}", organisation["id"].as_str().unwrap());
    house.boris.patch(&path, json!({"retention": {"runs": 1}})).await.problem(403, "forbidden");
    house.ada.patch(&path, json!({"retention": {"audit": 7}})).await.names(&["/retention/audit"]);
    let set = house.ada.patch(&path, json!({"retention": {"runs": 1, "journals": 1}})).await.ok();
    assert_eq!((&set["retention"]["runs"], &set["retention"]["events"]), (&json!(1), &json!(90)));
    let runs = items(house.ada.get("/api/v1/runs").await);
    assert!(!runs.is_empty());

    house.advance(2 * 24 * 60).await;
    let oldest = format!("/api/v1/runs/{}", runs.last().unwrap()["id"].as_str().unwrap());
    let gone = async {
        while house.ada.get(&oldest).await.status != 404 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), gone).await.expect("nobody has to ask for it");
    let metrics = house.ada.request(Method::GET, "/metrics").send().await.unwrap().text().await.unwrap();
    let counted = metrics.lines().any(|line| line.starts_with("takt_swept_total{kind=\"runs\"}"));
    assert!(counted, "{metrics}");
}
