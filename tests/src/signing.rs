//! Components are signed by their authors, and taken from whom an admin trusts.

use reqwest::Method;
use serde_json::{Value, json};
use takt::config::Settings;
use takt::plugins::signature::SigningKey;

use crate::support::command::Commands;
use crate::support::guests::{altered, component};
use crate::support::house::House;
use crate::support::person::{Answer, items, send};

const NAME: &str = "deal-stage-notify";

/// A house that takes signed components alone.
async fn strict() -> House {
    House::set_up(&[], |settings: &mut Settings| settings.require_signatures = true).await
}

async fn upload(house: &House, component: &[u8], signature: Option<&str>) -> Answer {
    let mut request = house.ada.request(Method::POST, "/api/v1/plugins").header("content-type", "application/wasm");
    if let Some(signature) = signature {
        request = request.header("takt-signature", signature);
    }
    send(request.body(component.to_vec())).await
}

async fn trust(house: &House, name: &str, key: &SigningKey) -> Answer {
    house.ada.post("/api/v1/signing_keys", json!({"name": name, "key": key.public().to_string()})).await
}

fn detail(refused: &Value) -> &str {
    refused["detail"].as_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_trusted_has_signed_is_refused_and_says_why() {
    let house = strict().await;
    let ours = altered(component(NAME), "Tells the head", "Tolls the head");
    let (key, _) = SigningKey::generate().unwrap();
    let signature = key.sign(&ours).to_string();
    let refused = async |component: &[u8], signature: Option<&str>| {
        upload(&house, component, signature).await.problem(422, "untrusted_component")
    };
    let unsigned = refused(&ours, None).await;
    assert!(
        detail(&unsigned).contains("is not signed") && detail(&unsigned).contains("require_signatures"),
        "{unsigned}"
    );
    let unknown = refused(&ours, Some(&signature)).await;
    assert!(
        detail(&unknown).contains("does not trust") && detail(&unknown).contains(&key.public().to_string()),
        "{unknown}"
    );
    trust(&house, "Acme", &key).await.ok();
    let other = altered(&ours, "Tolls the head", "Tills the head");
    let mismatch = refused(&other, Some(&signature)).await;
    assert!(detail(&mismatch).contains("does not match"), "{mismatch}");
    let nonsense = refused(&ours, Some("ed25519 x y")).await;
    assert!(detail(&nonsense).contains("can't be read"), "{nonsense}");
    assert_eq!(house.ada.get(&format!("/api/v1/plugins/{NAME}")).await.status, 404, "nothing of it was installed");

    upload(&house, &ours, Some(&signature)).await.ok();
    let releases = items(house.ada.get(&format!("/api/v1/plugins/{NAME}/releases")).await);
    assert_eq!(releases[0]["signed_by"], "Acme");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_host_carries_needs_no_signature() {
    let house = strict().await;
    upload(&house, component(NAME), None).await.ok();
    let releases = items(house.ada.get(&format!("/api/v1/plugins/{NAME}/releases")).await);
    assert_eq!(releases[0]["signed_by"], "takt");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_signatures_are_not_required_a_wrong_one_is_refused_all_the_same() {
    let house = House::bare().await;
    let ours = altered(component(NAME), "Tells the head", "Tolls the head");
    let (key, _) = SigningKey::generate().unwrap();
    let wrong = key.sign(b"another").to_string();
    upload(&house, &ours, Some(&wrong)).await.problem(422, "untrusted_component");
    upload(&house, &ours, Some(&key.sign(&ours).to_string())).await.ok();
    let releases = items(house.ada.get(&format!("/api/v1/plugins/{NAME}/releases")).await);
    assert_eq!(releases[0].get("signed_by"), None, "a stranger's signature vouches for nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_trusted_no_more_brings_nothing_into_use() {
    let house = strict().await;
    let (key, _) = SigningKey::generate().unwrap();
    trust(&house, "Acme", &key).await.ok();
    house.install(component(NAME)).await;
    let ours = altered(component(NAME), "Tells the head", "Tolls the head");
    let path = format!("/api/v1/plugins/{NAME}/releases");
    let request = house.ada.request(Method::POST, &path).header("content-type", "application/wasm");
    let request = request.header("takt-signature", key.sign(&ours).to_string()).body(ours.clone());
    let release = send(request).await.ok();
    let activate = format!("{path}/{}/activate", release["digest"].as_str().unwrap());
    house.ada.delete("/api/v1/signing_keys/Acme").await;
    let refused = house.ada.post(&activate, json!({})).await.problem(422, "untrusted_component");
    assert!(detail(&refused).contains("does not trust"), "{refused}");
    trust(&house, "Acme", &key).await.ok();
    house.ada.post(&activate, json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_named_once_and_are_keys() {
    let house = House::bare().await;
    let (key, _) = SigningKey::generate().unwrap();
    let (other, _) = SigningKey::generate().unwrap();
    trust(&house, "Acme", &key).await.ok();
    trust(&house, "Acme", &other).await.names(&["/name"]);
    trust(&house, "Acme & Sons", &key).await.names(&["/key"]);
    trust(&house, "takt", &other).await.names(&["/name"]);
    house.ada.post("/api/v1/signing_keys", json!({"name": "x", "key": "no key"})).await.names(&["/key"]);
    assert_eq!(house.helga.get("/api/v1/signing_keys").await.status, 403);
    assert_eq!(house.ada.delete("/api/v1/signing_keys/none").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_author_signs_and_an_admin_trusts_by_the_commands() {
    let house = strict().await;
    let commands = Commands::on(&house).await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("rule.wasm"), altered(component(NAME), "Tells the head", "Tolls the head")).unwrap();
    let made = commands.run(&["--json", "plugin", "keygen", &at("acme.key")]).await;
    let key = serde_json::from_str::<Value>(&made.said).unwrap()["key"].as_str().unwrap().to_owned();
    assert_eq!(commands.run(&["plugin", "keygen", &at("acme.key")]).await.code, Some(1), "a key is not overwritten");
    let install = async || commands.run(&["plugin", "install", &at("rule.wasm")]).await;
    let unsigned = install().await;
    assert!(unsigned.code == Some(3) && unsigned.said.contains("is not signed"), "{unsigned:?}");
    let signed = commands.run(&["plugin", "sign", &at("rule.wasm"), "--key", &at("acme.key")]).await;
    assert!(signed.code == Some(0) && signed.said.contains("rule.wasm.sig"), "{signed:?}");
    let unknown = install().await;
    assert!(unknown.said.contains(&format!("takt plugin key add NAME {key}")), "{unknown:?}");
    let added = commands.run(&["plugin", "key", "add", "Acme & Sons", &key]).await;
    assert_eq!(added.code, Some(0), "{added:?}");
    assert!(commands.run(&["plugin", "key", "list"]).await.said.contains("Acme & Sons"));
    assert_eq!(install().await.code, Some(0));
    let removed = commands.run(&["plugin", "key", "remove", "Acme & Sons"]).await;
    assert_eq!(removed.code, Some(0), "{removed:?}");
    let wrong = commands.run(&["plugin", "sign", &at("rule.wasm"), "--key", &at("rule.wasm.sig")]).await;
    assert!(wrong.code == Some(2) && wrong.said.contains("it is no key to sign with"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_is_given_away_as_one_file_that_is_installed_like_a_component() {
    let house = strict().await;
    let commands = Commands::on(&house).await;
    let (key, pem) = SigningKey::generate().unwrap();
    trust(&house, "Acme", &key).await.ok();
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(at("rule.wasm"), altered(component(NAME), "Tells the head", "Tolls the head")).unwrap();
    std::fs::write(at("README.md"), "# What it does").unwrap();
    std::fs::write(at("acme.key"), pem).unwrap();
    commands.run(&["plugin", "sign", &at("rule.wasm"), "--key", &at("acme.key")]).await;
    let words = ["plugin", "pack", &at("rule.wasm"), "--doc", &at("README.md"), "--output", &at("rule.takt")];
    let packed = commands.run(&words).await;
    assert!(packed.code == Some(0) && packed.said.contains("deal-stage-notify 0.1.0"), "{packed:?}");
    assert!(packed.said.ends_with(", signed\n"), "{packed:?}");
    let package = takt::craft::Package::read(&std::fs::read(at("rule.takt")).unwrap()).unwrap();
    assert_eq!(package.documents, [("README.md".to_owned(), b"# What it does".to_vec())]);
    assert!(package.manifest.contains("Tolls the head"));

    let installed = commands.run(&["plugin", "install", &at("rule.takt")]).await;
    assert_eq!(installed.code, Some(0), "{installed:?}");
    let releases = items(house.ada.get(&format!("/api/v1/plugins/{NAME}/releases")).await);
    assert_eq!(releases[0]["signed_by"], "Acme");
    std::fs::write(at("none.wasm"), "no component").unwrap();
    let refused = commands.run(&["plugin", "pack", &at("none.wasm")]).await;
    assert!(refused.code == Some(1) && refused.said.contains("not WebAssembly"), "{refused:?}");
}
