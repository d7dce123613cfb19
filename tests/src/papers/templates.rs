//! The templates that ship, and an admin's own.

use serde_json::json;

use super::{Pdf, deal, issuer, lines, path, template, tried};
use crate::support::house::House;
use crate::support::person::items;

#[tokio::test]
async fn s4_1_every_template_that_ships_makes_a_paper_in_its_language() {
    let house = House::bare().await;
    let shipped = items(house.ada.get("/api/v1/shipped_templates").await);
    assert_eq!(shipped.len(), 12);
    for mut template in shipped {
        let (language, kind) = (template["language"].clone(), template["document_kind"].clone());
        template["fills_from"] = "invoice".into();
        template["name"] = "x".into();
        let made = house.ada.post("/api/v1/templates", template).await.ok();
        let preview = format!("{}/preview", path("templates", &made));
        let paper = Pdf::post(&house.ada, &preview, json!({})).await;
        let (party, words) = match language.as_str().unwrap() {
            "ru" => ("АО «Пример»", "копеек"),
            _ => ("Example Works Ltd.", "cents"),
        };
        paper.says(party);
        paper.says(words);
        paper.says("160 × 80");
        if kind == "contract" {
            paper.says(if language == "ru" {
                "заключили настоящий договор"
            } else {
                "agree as follows"
            });
        }
        let long = Pdf::post(&house.ada, &preview, json!({"lines": 60})).await;
        assert!(long.pages > 1, "{kind} {language}");
        let head = if language == "ru" { "Наименование" } else { "Description" };
        assert!(long.text.matches(head).count() >= 2, "the table's head is repeated: {kind} {language}");
    }
}

#[tokio::test]
async fn s4_1_a_preview_tells_faults_with_their_lines() {
    let house = House::bare().await;
    let broken = template(&house, "#import \"/takt.typ\": *\n\n= Договор\n#data.nonsense\n").await;
    let told = tried(&house, &broken).await.problem(422, "bad_template");
    assert_eq!(told["faults"][0]["line"], 4);
    assert_eq!(told["faults"][0]["file"], "template");
    assert!(told["faults"][0]["message"].as_str().unwrap().contains("nonsense"), "{told}");
    let unfinished = json!({"source": "one\n#let x = (\n"});
    let preview = format!("{}/preview", path("templates", &broken));
    let told = house.ada.post(&preview, unfinished).await.problem(422, "bad_template");
    assert_eq!(told["faults"][0]["line"], 2);
    // Filled from another kind of record, and from one that is not there.
    for (kind, status) in [("company", 422), ("deal", 404)] {
        let body = json!({"record": {"kind": kind, "id": house.company.sales}});
        assert_eq!(house.ada.post(&preview, body).await.status, status);
    }
}

/// Whatever a customer calls themselves is a text.
#[tokio::test]
async fn s2_4_what_records_say_is_never_markup() {
    let house = House::bare().await;
    let name = "#panic(\"x\") *b* $1$ <a> // \\";
    let company = house.ada.post("/api/v1/companies", json!({"name": name})).await.ok();
    let draft = json!({"title": "x", "pipeline": house.company.pipeline, "stage": "new", "items": lines(1),
        "company": company["id"]});
    let deal = house.ada.post("/api/v1/deals", draft).await.ok();
    let own = template(&house, "#import \"/takt.typ\": *\n#show: paper\n#parties()\n#items()").await;
    let body = json!({"record": {"kind": "deal", "id": deal["id"]}});
    let paper = Pdf::post(&house.ada, &format!("{}/preview", path("templates", &own)), body).await;
    paper.says(name);
}

#[tokio::test]
async fn s2_4_admins_alone_write_templates_and_one_is_the_default() {
    let house = House::bare().await;
    let draft = json!({"name": "Own", "document_kind": "contract", "fills_from": "deal", "language": "ru",
        "source": "Наш договор", "default": true});
    house.boris.post("/api/v1/templates", draft.clone()).await.problem(403, "forbidden");
    house.helga.post("/api/v1/templates", draft.clone()).await.problem(403, "forbidden");
    let own = house.ada.post("/api/v1/templates", draft.clone()).await.ok();
    house.boris.post(&format!("{}/preview", path("templates", &own)), json!({})).await.problem(403, "forbidden");
    assert_eq!(house.ada.post("/api/v1/templates", draft).await.status, 422);
    // The default makes what names no template.
    issuer(&house).await;
    let deal = deal(&house, lines(1)).await;
    let draft = json!({"title": "Договор", "document_kind": "contract", "about": {"kind": "deal", "id": deal["id"]},
        "owner": house.boris.id});
    let document = house.boris.post("/api/v1/documents", draft).await.ok();
    let fill = format!("{}/fill", path("documents", &document));
    let filled = house.boris.post(&fill, json!({"language": "ru"})).await.ok();
    assert_eq!((&filled["template"], &filled["template_version"]), (&own["id"], &json!(1)));
    let pdf = format!("{}/pdf", path("documents", &document));
    Pdf::get(&house.boris, &pdf).await.says("Наш договор");
    // A paper stays what it was filled by, until it is filled again.
    house.ada.patch(&path("templates", &own), json!({"source": "Новый договор"})).await.ok();
    let paper = Pdf::get(&house.boris, &pdf).await;
    paper.says("Наш договор");
    assert_eq!(paper.headers["takt-template"], format!("{}; version=1", own["id"].as_str().unwrap()).as_str());
    house.boris.post(&fill, json!({})).await.ok();
    Pdf::get(&house.boris, &pdf).await.says("Новый договор");
}
