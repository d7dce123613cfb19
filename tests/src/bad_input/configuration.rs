//! What admins set, and what breaks the plugin's schema.

use serde_json::{Value, json};

use crate::support::house::House;

const INTAKE: &str = "/api/v1/plugins/lead-intake";

async fn plugin(house: &House) -> Value {
    house.ada.get(INTAKE).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_breaks_the_schema_is_refused_by_field() {
    let house = House::open().await;
    let before = plugin(&house).await;
    for (config, field) in [
        (json!({"escalate_times": "three"}), "/escalate_times"),
        (json!({"escalate_times": -1}), "/escalate_times"),
        (json!({"accept_within": 15}), "/accept_within"),
        (json!({"accept_within": "soon"}), "/accept_within"),
        (json!({"department": null}), "/department"),
        (json!({"colour": "red"}), "/colour"),
        (json!({"texts": {"OFFER_TITLE": {"en": 7}}}), "/texts/OFFER_TITLE/en"),
        (json!({"texts": {"OFFER_TITLE": "Grab it"}}), "/texts/OFFER_TITLE"),
        (json!([]), ""),
    ] {
        let refused = house.ada.put(&format!("{INTAKE}/config"), config.clone()).await.problem(422, "invalid");
        let named: Vec<&Value> = refused["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
        assert!(named.contains(&&json!(field)), "{config} names {named:?}");
        assert_eq!(plugin(&house).await, before, "{config}");
    }
    let recipients = json!({"recipients": ["owner", "somebody"]});
    house.ada.put("/api/v1/plugins/deal-stage-notify/config", recipients).await.names(&["/recipients/1"]);
    // The rule goes on as it did.
    house.chairs().await;
    house.advance(15).await;
    assert_eq!(house.helga.last().await["title"], "Nobody took lead 1 “Chairs”");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grants_conditions_and_budgets_that_are_none_are_refused() {
    let house = House::open().await;
    let before = plugin(&house).await;
    let grants = json!({"grants": ["leads:read", "deals:write"]});
    let refused = house.ada.put(&format!("{INTAKE}/grants"), grants).await.problem(422, "invalid");
    assert_eq!(refused["errors"][0]["field"], "/grants/1");
    house.ada.put(&format!("{INTAKE}/condition"), json!({"condition": "after.status =="})).await.names(&["/condition"]);
    house.ada.put(&format!("{INTAKE}/condition"), json!({"condition": "now() > 1"})).await.names(&["/condition"]);
    house.ada.put(&format!("{INTAKE}/budgets"), json!({"fuel": "much"})).await.names(&["/budgets"]);
    house.ada.put(&format!("{INTAKE}/budgets"), json!({"colour": 1})).await.names(&["/budgets"]);
    house.ada.put("/api/v1/plugins/nobody/config", json!({})).await.problem(404, "not_found");
    house.ada.post("/api/v1/plugins/nobody/enable", json!({})).await.problem(404, "not_found");
    assert_eq!(plugin(&house).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_of_the_admins_keeps_leads_out() {
    let house = House::open().await;
    let condition = json!({"condition": "has(after.source) && after.source == 'web'"});
    house.ada.put(&format!("{INTAKE}/condition"), condition).await.ok();
    house.lead(json!({"title": "Tables", "source": "fair"})).await;
    house.lead(json!({"title": "Chairs", "source": "web"})).await;
    assert_eq!(house.boris.titles().await, ["New lead 2 “Chairs”"]);
}
