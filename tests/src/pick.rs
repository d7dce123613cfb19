//! Somebody is picked for the work that comes in: fairly, also when much of it comes at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use takt::crm::id::Id;
use takt::crm::kind::Kind;
use takt::crm::pick::{Wanted, Work};
use takt::unit::Unit;
use takt::wasm::call::{Call, Ending};

use crate::support::native::{Rule, subscribed};
use crate::support::world::{World, someone};

/// Gives a lead whose title begins so to whoever has the fewest.
async fn give(call: &Call, unit: &mut Unit, begins: &str) -> Ending {
    let about = call.trigger.about().unwrap();
    let lead = unit.read(about).await.unwrap();
    if lead.data["title"].as_str().unwrap().starts_with(begins) {
        let wanted = Wanted { present: true, ..Wanted::default() };
        let user = unit.pick(&wanted, &[Work::Leads]).await.unwrap().unwrap();
        unit.patch(about, json!({"owner": user, "status": "in_progress"}), None).await.unwrap();
    }
    Ending::Ok(None)
}

async fn users(world: &World, count: usize) -> Vec<Id> {
    let mut users = Vec::new();
    for nth in 0..count {
        let user = json!({"name": format!("User {nth}"), "email": format!("user-{nth}@example.com")});
        users.push(world.create(Kind::User, user).await.id);
    }
    let away = json!({"name": "Away", "email": "away@example.com", "present": false});
    world.create(Kind::User, away).await;
    users
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_that_count_the_same_do_not_pick_the_same() {
    let rule = |begins: &'static str| Rule::of(move |call, unit| Box::pin(give(call, unit, begins)));
    // Two plugins: what one gives, the other counts.
    let rules = ["aa", "bb"].map(|name| (subscribed(name, &["lead.created"]), rule(name)));
    let world = World::with(rules.into()).await;
    let users = users(&world, 4).await;
    let made = world.engine.edit(someone(), None, |unit| {
        Box::pin(async move {
            for nth in 0..40 {
                let title = format!("{} {nth}", if nth % 2 == 0 { "aa" } else { "bb" });
                let Value::Object(lead) = json!({"title": title, "name": "Ann"}) else { unreachable!() };
                unit.create(Kind::Lead, lead).await?;
            }
            Ok(())
        })
    });
    made.await.unwrap();
    world.engine.idle().await;
    let mut given: BTreeMap<String, usize> = BTreeMap::new();
    for lead in world.all(Kind::Lead).await {
        *given.entry(lead.data["owner"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let fair: BTreeMap<String, usize> = users.iter().map(|user| (user.to_string(), 10)).collect();
    assert_eq!(given, fair, "each has ten, whoever gave them");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_work_they_take_turns_and_who_does_not_fit_is_left_out() {
    let world = World::with(Vec::new()).await;
    let users = users(&world, 3).await;
    let wanted = Wanted { present: true, except: vec![users[1]], ..Wanted::default() };
    let mut turns = Vec::new();
    for _ in 0..4 {
        let wanted = wanted.clone();
        let picked = world.engine.edit(someone(), None, move |unit| {
            let wanted = wanted.clone();
            Box::pin(async move { unit.pick(&wanted, &[]).await })
        });
        turns.push(picked.await.unwrap().0.unwrap());
    }
    assert_eq!(turns, [users[0], users[2], users[0], users[2]]);
    let none = Wanted { skills: vec!["flying".to_owned()], ..Wanted::default() };
    assert_eq!(world.engine.unit().pick(&none, &[]).await.unwrap(), None);
    let full = Wanted { below: Some(0), ..Wanted::default() };
    assert_eq!(world.engine.unit().pick(&full, &[Work::Tasks]).await.unwrap(), None);
}
