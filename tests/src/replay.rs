//! Journals of runs, and what is played of them.

use serde_json::{Value, json};
use takt::craft;
use takt::wasm::call::Ending;
use takt::wasm::journal::Journal;
use takt::wasm::runtime::{BadJournal, Replayed, Runtime};

use crate::support::guests::component;
use crate::support::house::{House, program};
use crate::support::person::items;

/// The run of lead-intake that offered a lead, and its journal.
async fn offered(house: &House) -> (Value, Value) {
    house.chairs().await;
    let run = items(house.ada.get("/api/v1/runs?plugin=lead-intake").await).pop().unwrap();
    let path = format!("/api/v1/runs/{}/journal", run["id"].as_str().unwrap());
    let journal = house.ada.get(&path).await.ok();
    (run, journal)
}

async fn play(component: &[u8], journal: Value) -> Result<Replayed, BadJournal> {
    let runtime = Runtime::new(None, 1).unwrap();
    let component = runtime.compile(component.into()).await.unwrap();
    runtime.replay(&component, serde_json::from_value::<Journal>(journal).unwrap()).await
}

#[tokio::test]
async fn a_run_is_played_again_to_the_letter() {
    let house = House::open().await;
    let (run, journal) = offered(&house).await;
    let calls = journal["calls"].as_array().unwrap();
    assert!(calls.len() > 2, "{journal:#}");
    // Each was asked after the one before was answered, within the run's own time.
    let ends: Vec<u64> =
        calls.iter().map(|call| call["at"].as_u64().unwrap() + call["took"].as_u64().unwrap()).collect();
    assert!(calls[1..].iter().zip(&ends).all(|(call, end)| call["at"].as_u64().unwrap() >= *end), "{journal:#}");
    assert!(ends.iter().all(|end| *end <= run["cost"]["micros"].as_u64().unwrap()), "{journal:#}");
    let path = format!("/api/v1/releases/{}", run["release"].as_str().unwrap());
    let release = house.ada.request(reqwest::Method::GET, &path).send().await.unwrap().bytes().await.unwrap();
    let replayed = play(&release, journal).await.unwrap();
    assert_eq!(replayed.departure, None);
    assert_eq!(replayed.ending, Ending::Ok(None));
    assert_eq!(replayed.fuel, run["cost"]["fuel"].as_u64().unwrap());
}

#[tokio::test]
async fn it_says_at_which_call_another_build_departs() {
    let house = House::open().await;
    let (_, journal) = offered(&house).await;
    let departure = play(component("deal-stage-notify"), journal.clone()).await.unwrap().departure.unwrap();
    assert_eq!((departure.at, departure.asked), (1, None));

    let mut third = journal;
    let asked = third["calls"][2]["call"].as_str().unwrap().to_owned();
    third["calls"][2]["asked"] = "(\"another\",)".into();
    let departure = play(component("lead-intake"), third).await.unwrap().departure.unwrap();
    assert_eq!((departure.at, departure.journalled.as_deref()), (3, Some(&*format!("{asked}(\"another\",)"))));
    assert!(departure.asked.unwrap().starts_with(&asked));
}

#[tokio::test]
async fn a_fixture_tells_of_nobody_and_plays_the_same() {
    let house = House::open().await;
    let (_, journal) = offered(&house).await;
    assert!(journal.to_string().contains("Karl Kunde"));
    let fixture = craft::mask(journal);
    let text = fixture.to_string();
    for gone in ["Kunde", "Anna", "Petrova", "nordlicht", "901820"] {
        assert!(!text.contains(gone), "{gone}");
    }
    assert_eq!(play(component("lead-intake"), fixture).await.unwrap().departure, None);
}

#[tokio::test]
async fn a_journal_that_is_not_whole_is_not_played() {
    let house = House::open().await;
    let (_, mut journal) = offered(&house).await;
    journal["cut"] = true.into();
    assert_eq!(play(component("lead-intake"), journal).await.unwrap_err(), BadJournal::Cut);
}

#[tokio::test]
async fn journals_are_for_who_may_read_everything() {
    let house = House::open().await;
    let (run, _) = offered(&house).await;
    let path = format!("/api/v1/runs/{}/journal", run["id"].as_str().unwrap());
    let reader = program(&house.ada, &house.base, "reader", &["runs:read"]).await;
    assert_eq!(reader.get(&path).await.status, 403);
    assert_eq!(house.ada.get("/api/v1/runs/0192f0c1-0000-7000-8000-000000000000/journal").await.status, 404);
    assert_eq!(house.ada.post("/api/v1/releases/none", json!({})).await.status, 405);
    assert_eq!(house.ada.get("/api/v1/releases/none").await.status, 404);
}
