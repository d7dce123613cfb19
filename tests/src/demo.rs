//! `takt demo --play …`: every scenario that it plays comes to its end.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::support::database::Data;
use crate::support::house::share_compiled;

/// What is said until the host runs on.
async fn said(scenario: &str) -> String {
    let dir = Data::new().await;
    share_compiled(dir.path());
    let mut host = Command::new(env!("CARGO_BIN_EXE_takt-under-test"))
        .args(["demo", "--play", scenario, "--listen", "127.0.0.1:0", "--data"])
        .arg(dir.path())
        .env("TAKT_DATABASE_URL", dir.url())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let played = async {
        let mut said = String::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            said = said + &line + "\n";
            if line.starts_with("The host runs on") {
                return said;
            }
        }
        panic!("{scenario} did not come to its end:\n{said}")
    };
    tokio::time::timeout(Duration::from_secs(300), played).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_scenario_can_be_played() {
    for (scenario, words) in [
        ("S1", "lead is converted, deal №1 “40 office chairs” is in stage new"),
        ("S2", "Waybill Forty office chairs · waybill · draft"),
        ("S3", "Contract · approved"),
        ("S4", "paid · paid: "),
        ("S5", "+4930901820"),
        ("S6", "Chairs, perhaps · processing"),
        ("S7", "Deal 1: New → Agreed"),
        ("S8", "Boris Weber: accepted"),
        ("S9", "Nobody fits lead"),
        ("S10", "Your order “Forty office chairs”: Payment"),
        ("S11", "Forty office chairs · payment"),
        ("S12", "\"missed\":1"),
        ("S13", "Call Karl back"),
        ("S14", "lead-intake"),
    ] {
        let said = said(scenario).await;
        assert!(said.contains(words), "{scenario}: `{words}` is not in\n{said}");
    }
}
