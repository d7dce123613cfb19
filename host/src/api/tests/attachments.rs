//! Files of records.

use axum::body::{Body, to_bytes};
use serde_json::{Value, json};

use super::{Answer, As, Host, answer};

async fn put(host: &Host, who: As<'_>, path: &str, media: &str, bytes: &[u8]) -> Answer {
    answer(host.send(who, "POST", path, &[("content-type", media)], Body::from(bytes.to_vec())).await).await
}

fn files(host: &Host) -> usize {
    let folder = host.files();
    let Ok(folders) = std::fs::read_dir(folder) else { return 0 };
    folders.map(|it| std::fs::read_dir(it.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test]
async fn a_file_is_kept_once_and_given_back_as_it_was() {
    let host = Host::start().await;
    let (anna, boris) = (As::User(host.company.members[0]), As::User(host.company.members[1]));
    let own = host.lead("Chairs", Some(host.company.members[0])).await;
    let second = host.lead("Tables", Some(host.company.members[0])).await;
    let path = |lead| format!("/api/v1/leads/{lead}/attachments");
    let offer =
        put(&host, anna, &format!("{}?name=Angebot%20%E2%82%AC.pdf", path(own)), "application/pdf", b"%PDF-1.7 x")
            .await;
    assert_eq!(offer.status, 201);
    let offer = offer.done();
    assert_eq!((&offer["name"], &offer["size"]), (&json!("Angebot €.pdf"), &json!(10)));
    let again =
        put(&host, anna, &format!("{}?name=b.pdf", path(second)), "application/pdf", b"%PDF-1.7 x").await.done();
    assert_eq!((&again["digest"], files(&host)), (&offer["digest"], 1));
    let one = format!("{}/{}", path(own), offer["id"].as_str().unwrap());
    let given = host.send(anna, "GET", &one, &[], Body::empty()).await;
    assert_eq!(given.headers()["content-disposition"], "attachment; filename*=UTF-8''Angebot%20%E2%82%AC.pdf");
    assert_eq!(given.headers()["content-type"], "application/pdf");
    assert_eq!(&to_bytes(given.into_body(), 100).await.unwrap()[..], b"%PDF-1.7 x");
    let listed = host.call(anna, "GET", &path(own), None).await.done();
    assert_eq!(listed["items"].as_array().unwrap(), std::slice::from_ref(&offer));

    // Out of reach it is not there; nor under another record.
    for (who, at) in
        [(boris, path(own)), (boris, one.clone()), (anna, one.replace(&own.to_string(), &second.to_string()))]
    {
        host.call(who, "GET", &at, None).await.refused(404, "not_found");
    }
    host.call(boris, "DELETE", &one, None).await.refused(404, "not_found");
    let reader = host.token(&["leads:read"], None).await;
    put(&host, As::Token(&reader), &format!("{}?name=x.pdf", path(own)), "application/pdf", b"x")
        .await
        .refused(403, "forbidden");

    // It is on the disk as long as any record has it.
    assert_eq!((host.call(anna, "DELETE", &one, None).await.status.as_u16(), files(&host)), (204, 1));
    host.call(anna, "GET", &one, None).await.refused(404, "not_found");
    let other = format!("{}/{}", path(second), again["id"].as_str().unwrap());
    assert_eq!((host.call(anna, "DELETE", &other, None).await.status.as_u16(), files(&host)), (204, 0));
}

#[tokio::test]
async fn what_is_not_taken() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    let lead = host.lead("Chairs", None).await;
    let path = format!("/api/v1/leads/{lead}/attachments");
    for (name, field) in [("", "/name"), ("..%2Fx", "/name"), ("a%00", "/name"), (".x", "/name")] {
        let refused =
            put(&host, admin, &format!("{path}?name={name}"), "text/plain", b"x").await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["field"], field, "{name}");
    }
    for media in ["text/html", "image/svg+xml", "", "application/javascript"] {
        let refused = put(&host, admin, &format!("{path}?name=a"), media, b"x").await;
        refused.refused(415, "unsupported_media_type");
    }
    put(&host, admin, &format!("{path}?name=a"), "text/plain", b"").await.refused(422, "invalid");
    let large = vec![b'x'; (25 << 20) + 1];
    put(&host, admin, &format!("{path}?name=a"), "text/plain", &large).await.refused(413, "body_too_large");
    assert_eq!(files(&host), 0);
}

#[tokio::test]
async fn they_go_with_the_person() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    let lead = host.lead("Chairs", None).await;
    let path = format!("/api/v1/leads/{lead}/attachments?name=passport.png");
    put(&host, admin, &path, "image/png", b"x").await.done();
    let person: Value = json!({"kind": "lead", "id": lead});
    let export = host.call(admin, "POST", "/api/v1/persons/export", Some(person.clone())).await.done();
    assert_eq!(export["files"][0]["name"], "passport.png");
    host.call(admin, "POST", "/api/v1/persons/erase", Some(person)).await.done();
    assert_eq!(files(&host), 0);
}
