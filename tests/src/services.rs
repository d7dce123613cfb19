//! Rules that call services outside: where they may, what they find, and that a secret is seen by the service alone.

use serde_json::{Value, json};
use takt::wasm::journal::Journal;
use takt::wasm::runtime::Runtime;

use crate::support::command::Commands;
use crate::support::guests::{altered, company_rating, hostile};
use crate::support::house::House;
use crate::support::person::{Answer, items, send};
use crate::support::service::{Service, private};

const SECRET: &str = "k3y-0f-the-rating-service";

/// A house whose plugin `hostile` may call the service, with the secret `key` set for it.
async fn calling() -> (House, Service) {
    let (house, service) = (House::set_up(&[], private).await, Service::open().await);
    house.install(&hostile()).await;
    house.configure("hostile", json!({"server": service.url})).await;
    set_secret(&house, "hostile", "key", &[service.host()]).await.ok();
    (house, service)
}

async fn set_secret(house: &House, plugin: &str, name: &str, hosts: &[&str]) -> Answer {
    let body = json!({"value": SECRET, "hosts": hosts});
    house.ada.put(&format!("/api/v1/plugins/{plugin}/secrets/{name}"), body).await
}

/// Has the plugin ask, and says what it was told.
async fn ask(house: &House, command: &str, question: &str) -> String {
    let lead = house.chairs().await;
    let path = format!("/api/v1/leads/{}/commands/{command}", lead["id"].as_str().unwrap());
    let answer = house.ada.post(&path, json!({"input": question})).await.ok();
    answer["reply"]["message"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_is_called_and_told_a_call_again_by_its_key() {
    let (house, service) = calling().await;
    let url = &service.url;
    assert_eq!(ask(&house, "ask", &format!("GET|{url}/fine")).await, "200 fine");
    assert_eq!(ask(&house, "ask", &format!("GET|{url}/elsewhere")).await, "302 moved", "nothing is followed");
    assert_eq!(ask(&house, "ask-twice", &format!("POST|{url}/fine|body=10|x-own=1")).await, "200 fine\n200 fine");
    assert_eq!(ask(&house, "ask", &format!("POST|{url}/fine|idempotency-key=mine")).await, "200 fine");
    let asked = service.asked();
    let keys: Vec<Option<&str>> = asked.iter().map(|asked| asked.header("idempotency-key")).collect();
    assert_eq!((keys[0], keys[1], keys[4]), (None, None, Some("mine")));
    assert!(keys[2].is_some() && keys[2] != keys[3], "two calls of one run are two: {keys:?}");
    assert_eq!((asked[2].bytes, asked[2].header("x-own"), asked[2].method.as_str()), (10, Some("1"), "POST"));
    assert_eq!(asked.iter().filter(|asked| asked.path == "/fine").count(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_sent_is_told_with_its_reason() {
    let (house, service) = calling().await;
    let url = &service.url;
    for (question, told) in [
        ("GET|https://evil.example/x".to_owned(), r#"Denied("http:evil.example")"#),
        (format!("GET|{url}@evil.example/x"), "must be an https:// URL"),
        ("GET|ftp://localhost:9/x".to_owned(), "must be an https:// URL"),
        ("GET|http://localhost:9/x".to_owned(), "must be an https:// URL"),
        ("GET|no url".to_owned(), "must be an https:// URL"),
        (format!("GET|{url}/fine|host=evil.example"), "/request/headers/0/name"),
        (format!("GET|{url}/fine|transfer-encoding=chunked"), "is the host's to set"),
        (format!("GET|{url}/fine|x y=1"), "is no header's name"),
        (format!("GET|{url}/fine|x=a\nb"), "/request/headers/0/value"),
        (format!("GET|{url}/fine|secret=other"), r#"Denied("secret:other")"#),
        (format!("POST|{url}/fine|body={}", (1 << 20) + 1), "more than 1 MiB"),
    ] {
        let said = ask(&house, "ask", &question).await;
        assert!(said.contains(told), "{question}: {said}");
    }
    assert!(service.asked().is_empty(), "{:?}", service.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_misbehaves_costs_no_more_than_it_may() {
    let (house, service) = calling().await;
    let url = &service.url;
    for (question, told) in [
        (format!("GET|{url}/huge"), "answered with more than 1048576 bytes of body"),
        (format!("GET|{url}/binary"), "no text in UTF-8"),
        (format!("GET|{url}/slow|timeout=200"), "did not answer within 200 ms"),
        ("GET|https://localhost:9/x".to_owned(), "localhost:9 can't be reached"),
    ] {
        let said = ask(&house, "ask", &question).await;
        assert!(said.contains("Error::Other") && said.contains(told), "{question}: {said}");
    }
    let run = items(house.ada.get("/api/v1/runs?plugin=hostile").await).remove(0);
    let log = house.ada.get(&format!("/api/v1/runs/{}", run["id"].as_str().unwrap())).await.ok()["log"].clone();
    assert!(log.to_string().contains("localhost:9 can't be reached"), "the log says what went wrong: {log}");

    house.ada.put("/api/v1/plugins/hostile/budgets", json!({"http_calls": 1})).await.ok();
    let lead = house.chairs().await;
    let path = format!("/api/v1/leads/{}/commands/ask-twice", lead["id"].as_str().unwrap());
    let refused = house.ada.post(&path, json!({"input": format!("GET|{url}/fine")})).await.problem(500, "run_failed");
    let run = house.ada.get(&format!("/api/v1/runs/{}", refused["run"].as_str().unwrap())).await.ok();
    assert_eq!(run["error"], "the budget `http-calls` is used up");

    house.ada.put("/api/v1/plugins/hostile/budgets", json!({"deadline_ms": 2000})).await.ok();
    let slow = json!({"input": format!("GET|{url}/slow|timeout=60000")});
    let late = house.ada.post(&path.replace("ask-twice", "ask"), slow).await.ok();
    assert!(late["reply"]["message"].to_string().contains("did not answer within 1"), "{late:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn private_addresses_are_called_only_where_the_operator_allows_it() {
    let (house, service) = (House::bare().await, Service::open().await);
    house.install(&hostile()).await;
    house.configure("hostile", json!({"server": service.url})).await;
    let said = ask(&house, "ask", &format!("GET|{}/fine", service.url)).await;
    assert!(said.contains("must be an https:// URL"), "{said}");
    let said = ask(&house, "ask", "GET|https://localhost:9/x").await;
    assert!(said.contains("localhost has no public address"), "names are looked at as they resolve: {said}");
    for server in ["https://127.0.0.1:9", "https://10.0.0.1", "https://169.254.169.254", "https://[::1]:9"] {
        house.configure("hostile", json!({"server": server})).await;
        let said = ask(&house, "ask", &format!("GET|{server}/latest")).await;
        assert!(said.contains("leads to a private address"), "{server}: {said}");
    }
    assert!(service.asked().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_seen_by_the_service_and_by_nobody_else() {
    let (house, service) = calling().await;
    let said = ask(&house, "ask", &format!("GET|{}/echo|secret=key", service.url)).await;
    assert_eq!(service.asked()[0].header("authorization"), Some(&*format!("Bearer {SECRET}")));
    assert!(said.contains("Bearer ***"), "a service that says it back is not believed: {said}");

    let mut seen = String::new();
    for path in ["plugins", "plugins/hostile", "plugins/hostile/secrets", "plugins/hostile/config", "automation"] {
        seen += &house.ada.get(&format!("/api/v1/{path}")).await.ok().to_string();
    }
    for run in items(house.ada.get("/api/v1/runs?plugin=hostile").await) {
        let path = format!("/api/v1/runs/{}", run["id"].as_str().unwrap());
        let run = house.ada.get(&path).await.ok();
        assert!(run["log"].to_string().contains("***"), "{run:#}");
        let journal = house.ada.get(&format!("{path}/journal")).await.ok();
        assert_eq!(journal["calls"][0]["call"], "http.send");
        seen += &format!("{run} {journal}");
    }
    for kind in ["leads", "companies", "notifications", "tasks"] {
        seen += &Value::from(house.all(kind).await).to_string();
    }
    let lead = house.all("leads").await[0]["id"].as_str().unwrap().to_owned();
    seen += &house.ada.get(&format!("/api/v1/leads/{lead}/history")).await.ok().to_string();
    let stored = house.engine().store().secret_list("hostile").await.unwrap();
    seen += &stored.iter().map(|secret| secret.sealed.as_str()).collect::<String>();
    assert!(!seen.contains(SECRET));

    let sets = async |body: Value| house.ada.put("/api/v1/plugins/hostile/secrets/key", body).await;
    let refused = sets(json!({"value": "a\nb", "hosts": []})).await.names(&["/value", "/hosts"]);
    assert!(!refused.to_string().contains("a\\nb"));
    sets(json!({"value": SECRET, "hosts": ["https://x.example", "X.example"]})).await.names(&["/hosts/0", "/hosts/1"]);
    house
        .ada
        .put("/api/v1/plugins/hostile/secrets/none", json!({"value": SECRET, "hosts": ["x.example"]}))
        .await
        .names(&["/name"]);
    assert_eq!(house.helga.get("/api/v1/plugins/hostile/secrets").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_goes_to_no_other_host_than_it_was_set_for() {
    let (house, service) = calling().await;
    let question = format!("GET|{}/fine|secret=key", service.url);
    set_secret(&house, "hostile", "key", &["ratings.example.com"]).await.ok();
    let said = ask(&house, "ask", &question).await;
    assert!(said.contains("is not for 127.0.0.1") && said.contains("ratings.example.com"), "{said}");
    house.ada.delete("/api/v1/plugins/hostile/secrets/key").await;
    let said = ask(&house, "ask", &question).await;
    assert!(
        said.contains("the secret `key` is not set: an admin sets it by `takt plugin secret set hostile key"),
        "{said}"
    );
    assert_eq!(house.ada.delete("/api/v1/plugins/hostile/secrets/key").await.status, 404);
    assert!(service.asked().is_empty());
}

/// The example on a host that reaches the service, set up by the commands of its guide.
async fn rating(house: &House, service: &Service) {
    house.install(&company_rating()).await;
    house.configure("company-rating", json!({"server": service.url})).await;
    let commands = Commands::on(house).await;
    let listed = commands.run(&["plugin", "secret", "list", "company-rating"]).await;
    assert!(listed.said.contains("rating-key") && listed.said.contains("not set"), "{listed:?}");
    let words = ["plugin", "secret", "set", "company-rating", "rating-key", "--host", service.host()];
    let set = commands.told(&words, &format!("{SECRET}\n")).await;
    assert_eq!((set.code, set.said.contains(SECRET)), (Some(0), false), "{set:?}");
    let listed = commands.run(&["plugin", "secret", "list", "company-rating"]).await;
    assert!(listed.said.contains(&format!("set, for {}", service.host())), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_rates_companies_and_its_runs_are_played_again_without_the_service() {
    let (house, service) = (House::set_up(&[], private).await, Service::open().await);
    rating(&house, &service).await;
    let company = json!({"name": "Keller", "tax_id": "DE811234567"});
    let company = house.ada.post("/api/v1/companies", company).await.ok();
    house.settle().await;
    assert_eq!(house.record("companies", &company["id"]).await["custom"], json!({"rating": "B"}));
    assert_eq!(service.asked()[0].header("authorization"), Some(&*format!("Bearer {SECRET}")));
    house.all_is_well().await;

    let run = items(house.ada.get("/api/v1/runs?plugin=company-rating").await).pop().unwrap();
    let journal = house.ada.get(&format!("/api/v1/runs/{}/journal", run["id"].as_str().unwrap())).await.ok();
    let runtime = Runtime::new(None, 1).unwrap();
    let component = runtime.compile(company_rating()).await.unwrap();
    let replayed = runtime.replay(&component, serde_json::from_value::<Journal>(journal).unwrap()).await.unwrap();
    assert_eq!((replayed.departure, replayed.fuel), (None, run["cost"]["fuel"].as_u64().unwrap()));
    assert_eq!(service.asked().len(), 1, "the replay asked nobody");
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_runs_and_backtests_call_nobody() {
    let (house, service) = (House::set_up(&[], private).await, Service::open().await);
    rating(&house, &service).await;
    house.ada.post("/api/v1/companies", json!({"name": "Keller", "tax_id": "DE811234567"})).await.ok();
    house.settle().await;
    let made_up = json!({"made_up": {"name": "company.created", "after": {"name": "Lee", "tax_id": "DE1"}}});
    let dry = house.ada.post("/api/v1/plugins/company-rating/dry-run", made_up).await.ok();
    assert_eq!(dry["outcome"], "retry", "{dry:#}");
    assert!(dry["log"].to_string().contains("a dry run calls no service"), "{dry:#}");

    let digest = house.ada.get("/api/v1/plugins/company-rating").await.ok()["release"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/plugins/company-rating/releases/{digest}/backtest");
    let report = house.ada.post(&path, json!({})).await.ok();
    assert_eq!((&report["same"], &report["events"]), (&json!(1), &json!(1)), "answered from the journal: {report:#}");
    assert_eq!(service.asked().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_made_again_bears_the_same_key() {
    let (house, service) = (House::set_up(&[], private).await, Service::open().await);
    house.install(&hostile()).await;
    house.configure("hostile", json!({"server": service.url})).await;
    let lead = house.chairs().await;
    let path = format!("/api/v1/leads/{}/commands/ask", lead["id"].as_str().unwrap());
    let press = async |key: &str, question: String| {
        let request = house.ada.request(reqwest::Method::POST, &path).header("idempotency-key", key);
        send(request.json(&json!({"input": question}))).await
    };
    // The first press calls the service and then comes to nothing; the person's program presses again.
    for (key, budget) in [("one", 1), ("one", 20), ("two", 20)] {
        house.ada.put("/api/v1/plugins/hostile/budgets", json!({"host_calls": budget})).await.ok();
        let answer = press(key, format!("POST|{}/fine|body=1", service.url)).await;
        assert_eq!(answer.status == 200, budget == 20, "{answer:?}");
    }
    let asked = service.asked();
    let keys: Vec<_> = asked.iter().map(|asked| asked.header("idempotency-key").unwrap()).collect();
    assert!(keys.len() == 3 && keys[0] == keys[1] && keys[1] != keys[2], "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_plugin_wants_is_told_as_data_for_now_and_for_a_release() {
    let (house, service) = calling().await;
    let permissions = house.ada.get("/api/v1/plugins/hostile/permissions").await.ok();
    let [server, fixed, secret] = permissions["needs"].as_array().unwrap().as_slice() else {
        panic!("{permissions:#}")
    };
    assert_eq!(
        (&server["sort"], &server["setting"], &server["host"]),
        (&json!("call"), &json!("server"), &json!(service.host()))
    );
    assert_eq!(
        (&fixed["host"], &fixed["granted"], &fixed["reason"]),
        (&json!("localhost:9"), &json!(true), &json!("To do harm."))
    );
    assert_eq!((&secret["sort"], &secret["new"]), (&json!("secret"), &json!(false)));
    let key = &permissions["secrets"][0];
    assert_eq!((&key["name"], &key["set"], &key["hosts"]), (&json!("key"), &json!(true), &json!([service.host()])));
    assert!(permissions["imports"].to_string().contains("takt:crm/http@"), "{permissions:#}");
    assert!(!permissions.to_string().contains(SECRET));

    let newer = altered(&hostile(), "http:localhost:9", "http:localhost:8");
    let request = house.ada.request(reqwest::Method::POST, "/api/v1/plugins/hostile/releases");
    let release = send(request.header("content-type", "application/wasm").body(newer)).await.ok();
    let path = format!("/api/v1/plugins/hostile/permissions?release={}", release["digest"].as_str().unwrap());
    let permissions = house.ada.get(&path).await.ok();
    let new: Vec<&Value> = permissions["needs"].as_array().unwrap().iter().filter(|need| need["new"] == true).collect();
    assert_eq!((new.len(), &new[0]["host"], &new[0]["granted"]), (1, &json!("localhost:8"), &json!(false)));
    assert_eq!((&permissions["dropped"], &permissions["active"]), (&json!(["http:localhost:9"]), &json!(false)));
    assert_eq!(house.ada.get("/api/v1/plugins/hostile/permissions?release=none").await.status, 404);
}
