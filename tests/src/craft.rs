//! What the author of a rule does with it: plays what was, and tries what is being written.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStdout;

use crate::support::command::{Commands, Ended};
use crate::support::guests::{altered, component};
use crate::support::house::House;
use crate::support::person::items;

#[tokio::test(flavor = "multi_thread")]
async fn fixtures_are_played_without_a_host() {
    let house = House::open().await;
    house.chairs().await;
    let run = items(house.ada.get("/api/v1/runs?plugin=lead-intake").await).pop().unwrap();
    let commands = Commands::on(&house).await;
    let project = tempfile::tempdir().unwrap();
    let at = |name: &str| project.path().join(name).to_str().unwrap().to_owned();
    let test = async |more: &[&str]| commands.run(&[&["plugin", "test", &at("")], more].concat()).await;
    fs::write(at("rule.wasm"), component("lead-intake")).unwrap();
    fs::create_dir(at("fixtures")).unwrap();

    let Ended { code, said } = test(&[]).await;
    assert!(code == Some(2) && said.contains("has no fixtures"), "{said}");
    let id = run["id"].as_str().unwrap();
    let Ended { code, said } = commands.run(&["run", "fixture", id, "--output", &at("fixtures/offered.json")]).await;
    assert_eq!(code, Some(0), "{said}");
    drop(house);

    let Ended { code, said } = test(&[]).await;
    assert!(code == Some(0) && said.starts_with("same") && said.contains("offered.json"), "{said}");
    fs::write(at("rule.wasm"), component("deal-stage-notify")).unwrap();
    let Ended { code, said } = test(&[]).await;
    assert!(code == Some(1) && said.contains("departs at call 1"), "{said}");
    assert!(said.contains("1 of 1 fixtures came to something else"), "{said}");
    let Ended { code, said } = test(&["--json"]).await;
    // What went wrong stands after it.
    let told: Value = serde_json::Deserializer::from_str(&said).into_iter().next().unwrap().unwrap();
    assert_eq!((code, &told["failed"], &told["fixtures"][0]["same"]), (Some(1), &1.into(), &false.into()));
    fs::write(at("fixtures/other.json"), "{}").unwrap();
    let Ended { code, said } = test(&[]).await;
    assert!(code == Some(2) && said.contains("other.json is no journal"), "{said}");
}

/// Reads on until a line has these words.
async fn until(lines: &mut Lines<BufReader<ChildStdout>>, words: &str) -> String {
    let mut all = String::new();
    let read = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            all += &line;
            all.push('\n');
            if line.contains(words) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(120), read).await.ok();
    assert!(all.contains(words), "`{words}` is not in:\n{all}");
    all
}

/// A project whose build takes the component that lies there.
fn project(folder: &Path, component: &[u8]) {
    fs::write(folder.join("Cargo.toml"), "[package]\nname = \"rule\"\n").unwrap();
    fs::write(folder.join("build"), "cd \"$(dirname \"$0\")\" && cp written rule.wasm\n").unwrap();
    fs::write(folder.join("written"), component).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_reloaded_as_it_is_written() {
    let house = House::bare().await;
    let commands = Commands::on(&house).await;
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), component("lead-intake"));
    let mut running = commands.command(&["plugin", "dev", folder.path().to_str().unwrap()]).spawn().unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let in_use = async || house.ada.get("/api/v1/plugins/lead-intake").await.ok();

    until(&mut lines, "lead-intake is enabled").await;
    until(&mut lines, "waiting for a change").await;
    let first = in_use().await;
    assert_eq!((&first["enabled"], &first["missing_grants"]), (&true.into(), &Value::Array(Vec::new())));
    // It has looked once at what was before, and shows what comes.
    tokio::time::sleep(Duration::from_secs(2)).await;
    house.chairs().await;
    until(&mut lines, "ok").await;

    fs::write(folder.path().join("written"), altered(component("lead-intake"), "New lead", "Our lead")).unwrap();
    until(&mut lines, "is in use").await;
    until(&mut lines, "waiting for a change").await;
    let second = in_use().await;
    assert!(second["release"] != first["release"] && second["enabled"] == true, "{second}");

    fs::write(folder.path().join("written"), "no component").unwrap();
    until(&mut lines, "not in use").await;
    assert_eq!(in_use().await["release"], second["release"]);
    running.kill().await.unwrap();
}
