//! The tour that the host serves, run as it stands, by a shell.

use std::process::Stdio;

use serde_json::json;

use crate::support::house::House;

/// The commands of the tour: what is indented. The last step only watches.
fn script(tour: &str) -> String {
    let (steps, _) = tour.split_once("\n7. ").expect("a last step");
    steps.lines().filter_map(|line| line.strip_prefix("    ")).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour_goes_as_it_is_told() {
    let curl = std::process::Command::new("curl").arg("--version").stdout(Stdio::null()).status();
    if !curl.is_ok_and(|status| status.success()) {
        eprintln!("NOT RUN: the tour needs curl, and there is none here");
        return;
    }
    let house = House::open().await;
    let tour = reqwest::get(format!("{}/docs/tour.txt", house.address())).await.unwrap().text().await.unwrap();
    let key = house.ada.post("/api/v1/tokens", json!({"name": "tour", "scopes": ["admin"]})).await.ok();
    let (email, password) = house.login_of_boris();
    let ran = tokio::process::Command::new("sh")
        .args(["-eu", "-c", &script(&tour)])
        .env("TAKT", house.address())
        .env("TOKEN", key["secret"].as_str().unwrap())
        .env("EMAIL", email)
        .env("PASSWORD", password)
        .output();
    let ran = tokio::time::timeout(std::time::Duration::from_secs(60), ran).await.expect("the tour ends").unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    for expected in [
        r#""title":"Two pallets of paper""#,
        r#""code":"notification_settled""#,
        r#""title":"Process lead"#,
        r#""status":"converted""#,
        r#""name":"lead.created""#,
        r#""outcome":"ok""#,
    ] {
        assert!(said.contains(expected), "{expected} is not in\n{said}");
    }
    let lead = &house.all("leads").await[0];
    assert_eq!((lead["status"].as_str(), lead["owner"] == json!(house.company.members[1])), (Some("converted"), true));
    assert_eq!(house.all("deals").await.len(), 1);
}
