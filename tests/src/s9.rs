//! S9 `distribution`: leads go to whom they fit.

use serde_json::{Value, json};

use crate::support::house::House;

async fn owner(house: &House, fields: Value) -> String {
    let lead = house.lead(fields).await;
    let owner = house.record("leads", &lead["id"]).await["owner"].clone();
    [&house.helga, &house.anna, &house.boris, &house.clara]
        .into_iter()
        .find(|person| owner == person.id.as_str())
        .map_or_else(|| owner.to_string(), |person| person.name.split(' ').next().unwrap().to_owned())
}

fn lead(amount: i64) -> Value {
    json!({"title": "Chairs", "name": "Karl", "amount": {"minor": amount, "currency": "EUR"}})
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_2_complex_ones_to_the_experienced_routine_ones_to_the_others() {
    let house = House::with(&["distribution"]).await;
    house.user(&house.clara, json!({"level": 8, "skills": ["machines"], "languages": ["de"]})).await;
    let rules = json!([
        {"name": "complex", "min_amount": 1_000_000, "department": "sales", "min_level": 7},
        {"name": "machines", "products": ["Lathe"], "languages": ["de-AT"], "department": "sales", "skills": ["machines"], "speaks": true},
        {"name": "routine", "department": "sales", "max_level": 6, "regions": ["north"]},
    ]);
    house.configure("distribution", json!({"rules": rules})).await;
    assert_eq!(owner(&house, lead(1_000_000)).await, "Clara");
    let lathe = json!({"title": "Lathe", "name": "Karl", "product": "lathe", "language": "de-AT"});
    assert_eq!(owner(&house, lathe).await, "Clara");
    let mut routine = lead(10);
    routine["region"] = json!("North");
    assert_eq!(owner(&house, routine.clone()).await, "Anna");
    assert_eq!(owner(&house, routine).await, "Boris", "one after the other");
    assert_eq!(owner(&house, lead(10)).await, "null", "what no rule matches is the intake's");
    assert_eq!(house.boris.titles().await, ["Lead 4 “Chairs” is yours"]);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_2_strategies_absences_and_limits() {
    let house = House::with(&["distribution"]).await;
    let rule = |strategy: &str| json!({"rules": [{"name": "all", "department": "sales", "strategy": strategy}], "max_open": 2});
    house.configure("distribution", rule("least_loaded")).await;
    house
        .user(&house.anna, json!({"absences": [{"from": "2026-03-01T00:00:00Z", "to": "2026-03-10T00:00:00Z"}]}))
        .await;
    for title in ["Call", "Write"] {
        house.ada.post("/api/v1/tasks", json!({"title": title, "assignee": house.boris.id})).await.ok();
    }
    assert_eq!(owner(&house, lead(1)).await, "Clara", "Anna is away, Boris has two tasks");
    house.configure("distribution", rule("weighted")).await;
    house.user(&house.anna, json!({"absences": []})).await;
    house.user(&house.clara, json!({"weight": 3})).await;
    let mut given = Vec::new();
    for _ in 0..4 {
        given.push(owner(&house, lead(1)).await);
    }
    assert_eq!(given.iter().filter(|name| *name == "Clara").count(), 3, "{given:?}");
    house.configure("distribution", rule("random")).await;
    assert!(["Anna", "Clara"].contains(&owner(&house, lead(1)).await.as_str()));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_2_many_at_once_take_turns() {
    let house = House::with(&["distribution"]).await;
    house.configure("distribution", json!({"rules": [{"name": "all", "department": "sales"}]})).await;
    let posted = (0..30).map(|_| house.form.post("/api/v1/leads", lead(1)));
    for made in futures::future::join_all(posted.collect::<Vec<_>>()).await {
        made.ok();
    }
    house.settle().await;
    for person in [&house.anna, &house.boris, &house.clara] {
        let own = house.all("leads").await.iter().filter(|lead| lead["owner"] == person.id.as_str()).count();
        assert_eq!(own, 10, "{}", person.name);
    }
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_3_when_nobody_fits_the_head_gets_it_and_is_told_why() {
    let house = House::with(&["distribution"]).await;
    let rules = json!([{"name": "experts", "department": "sales", "min_level": 9}]);
    house.configure("distribution", json!({"rules": rules})).await;
    house.user(&house.boris, json!({"present": false})).await;
    assert_eq!(owner(&house, lead(1)).await, "Helga");
    let told = house.helga.last().await;
    assert_eq!(told["title"], "Nobody fits lead 1 “Chairs”: it is yours");
    let why = "Rule “experts”. Anna Petrova: lacks skill, level or language. Boris Weber: away. Clara Schmidt: lacks skill, level or language.";
    assert_eq!(told["body"], why);
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_4_untouched_work_of_somebody_absent_is_handed_on() {
    let house = House::with(&["distribution"]).await;
    house.configure("distribution", json!({"rules": [{"name": "all", "department": "sales"}]})).await;
    assert_eq!(owner(&house, lead(1)).await, "Anna");
    let touched = house.lead(json!({"title": "Tables", "status": "processing", "owner": house.anna.id})).await;
    let task = house.ada.post("/api/v1/tasks", json!({"title": "Call", "assignee": house.anna.id})).await.ok();
    house.user(&house.anna, json!({"present": false})).await;
    let leads = house.all("leads").await;
    assert_ne!(leads[0]["owner"], house.anna.id.as_str());
    assert_eq!(house.record("leads", &touched["id"]).await["owner"], house.anna.id.as_str());
    assert_ne!(house.record("tasks", &task["id"]).await["assignee"], house.anna.id.as_str());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_and_s1_do_not_both_act_on_one_lead() {
    let house = House::with(&["distribution", "lead-intake"]).await;
    house.configure("lead-intake", json!({"offer_after": "5s"})).await;
    let rules = json!([{"name": "large", "min_amount": 100, "department": "sales"}]);
    house.configure("distribution", json!({"rules": rules})).await;
    let (large, small) = (house.lead(lead(100)).await, house.lead(lead(99)).await);
    house.advance(1).await;
    assert_eq!(house.record("leads", &large["id"]).await["owner"], house.anna.id.as_str());
    let offers =
        |titles: Vec<String>| titles.into_iter().filter(|title| title.starts_with("New lead")).collect::<Vec<_>>();
    assert_eq!(offers(house.boris.titles().await), [format!("New lead {} “Chairs”", small["number"])]);
    house.all_is_well().await;
}
