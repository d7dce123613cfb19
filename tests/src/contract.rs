//! The contract from version to version: what was released stays as it was, and what was built for it runs.

use std::path::Path;

use serde_json::{Value, json};
use takt::craft::{Contract, ContractError};

use crate::support::command::Commands;
use crate::support::guests::{frozen, hostile};
use crate::support::house::House;
use crate::support::person::items;

fn wit() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../wit"))
}

#[test]
fn what_was_released_is_never_changed() {
    let changelog = std::fs::read_to_string(wit().join("CHANGELOG.md")).unwrap();
    let digests = changelog.split("| version | digest |").nth(1).unwrap();
    let told: Vec<String> = digests.lines().filter(|line| line.starts_with("| 0.")).map(str::to_owned).collect();
    let found = Contract::released();
    let found = found.iter().map(|contract| format!("| {} | {} |", contract.version(), contract.digest()));
    assert_eq!(found.collect::<Vec<_>>(), told, "a released contract is another, or has no line in wit/CHANGELOG.md");
}

#[test]
fn the_present_contract_serves_what_was_built_for_each_one_released() {
    let present = Contract::present();
    assert!(!Contract::released().is_empty());
    for before in Contract::released() {
        present.succeeds(&before).unwrap_or_else(|error| panic!("{}: {error}", before.version()));
    }
    let added = present.adds_to(&Contract::released()[0]).unwrap();
    assert_eq!(added, ["interface http"]);
    let changelog = std::fs::read_to_string(wit().join("CHANGELOG.md")).unwrap();
    assert!(changelog.contains(&format!("\n| {} |", present.version())), "{} has no line", present.version());
}

/// The present contract with another text in the place of one.
fn altered(from: &str, to: &str) -> Contract {
    let mut files = Vec::new();
    let mut found = false;
    for entry in std::fs::read_dir(wit()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            let text = std::fs::read_to_string(&path).unwrap();
            found |= text.contains(from);
            files.push((path.file_name().unwrap().to_str().unwrap().to_owned(), text.replacen(from, to, 1)));
        }
    }
    assert!(found, "{from}");
    Contract::of(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

#[test]
fn a_breach_is_found_and_an_addition_is_none() {
    let before = &Contract::released()[0];
    for (from, to) in [
        ("    /// Unique among companies.\n    tax-id: option<string>,", ""),
        (
            "    /// Exact name.\n    name: option<string>,",
            "    /// Exact name.\n    name: option<string>,\n    more: bool,",
        ),
        ("    /// Given up, for `reject-reason`.\n    rejected,", ""),
        ("  convert: func(id: id)", "  convert: func(id: id, force: bool)"),
        ("  convert: func(id: id) -> result<conversion, error>;", ""),
        ("  import reports;\n", ""),
        ("  export rule;", "  export rule;\n  export log;"),
    ] {
        let breach = altered(from, to).succeeds(before);
        assert!(matches!(breach, Err(ContractError::Breach(_))), "{from}: {breach:?}");
    }
    let more = "  /// More of it.\n  more: func() -> bool;\n  /// One department.";
    altered("  /// One department.", more).succeeds(before).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_built_for_the_first_contract_runs() {
    let house = House::bare().await;
    house.install(&frozen()).await;
    let release = items(house.ada.get("/api/v1/plugins/frozen/releases").await).remove(0);
    assert_eq!(release["contract"], "0.1.0");
    let lead = house.chairs().await;
    let lead = house.record("leads", &lead["id"]).await;
    assert_eq!((&lead["title"], &lead["custom"]), (&json!("Chairs (seen)"), &json!({"seen": true})));
    assert_eq!(house.all("tasks").await.len(), 1);
    assert_eq!(house.timers("frozen").await.len(), 1);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_is_told_what_another_contract_would_change() {
    let house = House::bare().await;
    let commands = Commands::on(&house).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("rule.wasm"), frozen()).unwrap();
    std::fs::write(at("new.wasm"), hostile()).unwrap();
    let said = commands.run(&["plugin", "check", &at("rule.wasm")]).await;
    assert!(said.code == Some(0) && said.said.contains("contract 0.1.0; 0.1.1 adds interface http"), "{said:?}");
    let told = commands.run(&["--json", "plugin", "check", &at("rule.wasm")]).await;
    let told: Value = serde_json::from_str(&told.said).unwrap();
    assert_eq!((&told["contract"], &told["adds"]), (&json!("0.1.0"), &json!(["interface http"])));

    let check =
        async |file: &str, contract: &str| commands.run(&["plugin", "check", file, "--contract", contract]).await;
    let present = wit().to_str().unwrap();
    let said = check(&at("rule.wasm"), present).await;
    assert!(said.code == Some(0) && said.said.contains("fits 0.1.1"), "{said:?}");
    let said = check(&at("new.wasm"), wit().join("released/0.1.0").to_str().unwrap()).await;
    assert!(said.code == Some(1) && said.said.contains("does not fit 0.1.0") && said.said.contains("http"), "{said:?}");

    std::fs::create_dir(at("wit")).unwrap();
    for entry in std::fs::read_dir(wit()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).unwrap();
            let text =
                text.replace("    custom: option<json>,", "    custom: option<json>,\n    colour: option<string>,");
            std::fs::write(folder.path().join("wit").join(path.file_name().unwrap()), text).unwrap();
        }
    }
    let said = check(&at("rule.wasm"), &at("wit")).await;
    assert!(said.code == Some(1) && said.said.contains("does not fit 0.1.1"), "{said:?}");
    let said = check(&at("rule.wasm"), &at("none")).await;
    assert!(said.code == Some(2) && said.said.contains("none"), "{said:?}");
}
