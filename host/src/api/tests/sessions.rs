//! Signing in, tokens, and who is shut out.

use std::time::Duration;

use serde_json::json;

use super::{As, Host};

const PASSWORD: &str = "correct horse battery";

async fn with_password(host: &Host) -> &'static str {
    let path = format!("/api/v1/users/{}/password", host.company.members[0]);
    let set = host.call(As::User(host.company.admin), "PUT", &path, Some(json!({"password": PASSWORD}))).await;
    assert_eq!(set.status, 204, "{set:?}");
    "anna@nordlicht.example"
}

#[tokio::test]
async fn in_and_out() {
    let host = Host::start().await;
    let email = with_password(&host).await;
    let body = json!({"email": email.to_uppercase(), "password": PASSWORD});
    let signed_in = host.call(As::Nobody, "POST", "/api/v1/session", Some(body)).await;
    let cookie = signed_in.headers["set-cookie"].to_str().unwrap().to_owned();
    for word in ["HttpOnly", "SameSite=Lax", "Max-Age=3600"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    let body = signed_in.done();
    assert_eq!(body["user"]["email"], email);
    assert!(!body.to_string().contains("argon2"));
    let cookie = cookie.split(';').next().unwrap();
    let me = host.call_with(As::Nobody, "GET", "/api/v1/me", &[("cookie", cookie)], None).await.done();
    assert_eq!(me["user"]["id"], json!(host.company.members[0]));

    // Another site's page can't use it.
    let elsewhere = [("cookie", cookie), ("sec-fetch-site", "cross-site")];
    let leads = host.call_with(As::Nobody, "POST", "/api/v1/leads", &elsewhere, Some(json!({"title": "x"}))).await;
    leads.refused(403, "forbidden");

    let out = host.call_with(As::Nobody, "DELETE", "/api/v1/session", &[("cookie", cookie)], None).await;
    assert_eq!(out.status, 204);
    host.call_with(As::Nobody, "GET", "/api/v1/me", &[("cookie", cookie)], None).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn guessing_is_slow() {
    let host = Host::start().await;
    let email = with_password(&host).await;
    let attempt = |password: &'static str, from: &'static str| {
        let body = json!({"email": email, "password": password});
        let host = &host;
        async move {
            let headers = [("x-forwarded-for", from)];
            host.call_with(As::Nobody, "POST", "/api/v1/session", &headers, Some(body)).await
        }
    };
    for _ in 0..5 {
        attempt("wrong password", "10.0.0.1").await.refused(401, "wrong_credentials");
    }
    let limited = attempt(PASSWORD, "10.0.0.1").await;
    assert!(limited.headers.contains_key("retry-after"));
    limited.refused(429, "too_many_tries");
    // The owner, elsewhere, is not locked out; and time heals.
    attempt(PASSWORD, "10.0.0.2").await.done();
    host.clock.advance(Duration::from_secs(31));
    attempt(PASSWORD, "10.0.0.1").await.done();
}

#[tokio::test]
async fn nobody_learns_who_has_an_account() {
    let host = Host::start().await;
    let email = with_password(&host).await;
    let attempt = |email: &str| {
        let body = json!({"email": email, "password": "wrong password"});
        let host = &host;
        async move { host.call(As::Nobody, "POST", "/api/v1/session", Some(body)).await.refused(401, "wrong_credentials") }
    };
    assert_eq!(attempt(email).await, attempt("nobody@nordlicht.example").await);
    assert_eq!(attempt("boris@nordlicht.example").await, attempt("no address").await);
}

#[tokio::test]
async fn passwords() {
    let host = Host::start().await;
    with_password(&host).await;
    let anna = As::User(host.company.members[0]);
    let change = |current: &str, new: &str| json!({"current": current, "new": new});
    let path = "/api/v1/me/password";
    let wrong = host.call(anna, "PUT", path, Some(change("no", "another password"))).await.refused(422, "invalid");
    assert_eq!(wrong["errors"][0]["field"], "/current");
    let short = host.call(anna, "PUT", path, Some(change(PASSWORD, "short"))).await.refused(422, "invalid");
    assert_eq!(short["errors"][0]["field"], "/new");
    assert_eq!(host.call(anna, "PUT", path, Some(change(PASSWORD, "another password"))).await.status, 204);
    let user = json!({"name": "Dora", "email": "dora@nordlicht.example", "password": "a password of hers"});
    let made = host.call(As::User(host.company.admin), "POST", "/api/v1/users", Some(user)).await.done();
    assert!(made.get("password").is_none(), "{made}");
    let body = json!({"email": "dora@nordlicht.example", "password": "a password of hers"});
    host.call(As::Nobody, "POST", "/api/v1/session", Some(body)).await.done();
}

#[tokio::test]
async fn who_left_is_shut_out() {
    let host = Host::start().await;
    let anna = host.company.members[0];
    let token = host.token(&["leads:read"], Some(anna)).await;
    host.call(As::Token(&token), "GET", "/api/v1/leads", None).await.done();
    let left = Some(json!({"active": false}));
    host.call(As::User(host.company.admin), "PATCH", &format!("/api/v1/users/{anna}"), left).await.done();
    host.call(As::User(anna), "GET", "/api/v1/me", None).await.refused(401, "unauthenticated");
    host.call(As::Token(&token), "GET", "/api/v1/leads", None).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn tokens() {
    let host = Host::start().await;
    let admin = As::User(host.company.admin);
    let draft = json!({"name": "form", "scopes": ["leads:write"], "expires_at": "2026-11-24T11:00:00Z"});
    let made = host.call(admin, "POST", "/api/v1/tokens", Some(draft)).await.done();
    let secret = made["secret"].as_str().unwrap();
    assert!(secret.starts_with("takt_"));
    let listed = host.call(admin, "GET", "/api/v1/tokens", None).await.done();
    assert!(listed["items"][0].get("hash").is_none() && !listed.to_string().contains(secret));
    let form = As::Token(secret);
    let lead = host.call(form, "POST", "/api/v1/leads", Some(json!({"title": "Chairs"}))).await.done();
    host.call(form, "GET", "/api/v1/deals", None).await.refused(403, "forbidden");
    let history = format!("/api/v1/leads/{}/history", lead["id"].as_str().unwrap());
    let history = host.call(admin, "GET", &history, None).await.done();
    assert_eq!(history["items"][0]["by"], json!({"type": "system", "id": "form"}));
    for bad in [
        json!({"name": "x", "scopes": ["moon:write"]}),
        json!({"name": "x", "scopes": []}),
        json!({"name": "", "scopes": ["admin"]}),
        json!({"name": "x", "scopes": ["admin"], "user": lead["id"]}),
        json!({"name": "x", "scopes": ["admin"], "expires_at": "2020-01-01T00:00:00Z"}),
    ] {
        host.call(admin, "POST", "/api/v1/tokens", Some(bad)).await.refused(422, "invalid");
    }
    host.clock.advance(Duration::from_secs(3601));
    host.call(form, "GET", "/api/v1/leads", None).await.refused(401, "unauthenticated");
    host.call(As::Token("takt_wrong"), "GET", "/api/v1/leads", None).await.refused(401, "unauthenticated");
}

/// The code that the device of an enrolment shows now.
fn shown(host: &Host, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate((host.engine.now().micros() / 1_000_000).unsigned_abs()).to_string()
}

async fn sign_in(host: &Host, email: &str, code: Option<&str>) -> super::Answer {
    let body = json!({"email": email, "password": PASSWORD, "code": code});
    let headers = [("user-agent", "Firefox"), ("x-forwarded-for", "10.0.0.9")];
    host.call_with(As::Nobody, "POST", "/api/v1/session", &headers, Some(body)).await
}

#[tokio::test]
async fn a_second_factor() {
    let host = Host::start().await;
    let email = with_password(&host).await;
    let id = host.company.members[0];
    let anna = As::User(id);
    let path = "/api/v1/me/second_factor";
    let proof = Some(json!({"password": PASSWORD}));
    let wrong = host.call(anna, "POST", path, Some(json!({"password": "wrong password"}))).await;
    assert_eq!(wrong.refused(422, "invalid")["errors"][0]["field"], "/password");
    let begun = host.call(anna, "POST", path, proof.clone()).await.done();
    assert!(begun["url"].as_str().unwrap().starts_with("otpauth://totp/Takt:anna%40nordlicht.example?"), "{begun}");
    let secret = begun["secret"].as_str().unwrap();
    // Before it is confirmed, nothing is asked for.
    assert_eq!(sign_in(&host, email, None).await.done()["user"]["second_factor"], false);
    let confirm = format!("{path}/confirm");
    host.call(anna, "POST", &confirm, Some(json!({"code": "000000"}))).await.refused(422, "invalid");
    let code = shown(&host, secret);
    let codes = host.call(anna, "POST", &confirm, Some(json!({"code": code}))).await.done();
    let codes = codes["recovery_codes"].as_array().unwrap().clone();
    host.call(anna, "POST", path, proof.clone()).await.refused(409, "second_factor_set");

    sign_in(&host, email, None).await.refused(401, "second_factor_required");
    // The code that confirmed it is used up, and so is each that signed in.
    sign_in(&host, email, Some(&code)).await.refused(401, "wrong_code");
    host.clock.advance(Duration::from_secs(60));
    let code = shown(&host, secret);
    assert_eq!(sign_in(&host, email, Some(&code)).await.done()["user"]["second_factor"], true);
    sign_in(&host, email, Some(&code)).await.refused(401, "wrong_code");
    let recovery = codes[3].as_str().unwrap().to_uppercase();
    sign_in(&host, email, Some(&recovery)).await.done();
    sign_in(&host, email, Some(&recovery)).await.refused(401, "wrong_code");

    // Guessing codes is as slow as guessing passwords.
    host.clock.advance(Duration::from_secs(600));
    for _ in 0..5 {
        sign_in(&host, email, Some("123 456")).await.refused(401, "wrong_code");
    }
    sign_in(&host, email, Some(&shown(&host, secret))).await.refused(429, "too_many_tries");

    let reset = format!("/api/v1/users/{id}/second_factor");
    host.call(anna, "DELETE", &reset, None).await.refused(403, "forbidden");
    assert_eq!(host.call(As::User(host.company.admin), "DELETE", &reset, None).await.status, 204);
    host.clock.advance(Duration::from_secs(600));
    sign_in(&host, email, None).await.done();
    host.call(anna, "POST", &confirm, Some(json!({"code": code}))).await.refused(409, "nothing_to_confirm");
    host.call(anna, "POST", path, proof.clone()).await.done();
    assert_eq!(host.call(anna, "POST", &format!("{path}/remove"), proof).await.status, 204);
}

#[tokio::test]
async fn who_is_signed_in_where() {
    let host = Host::start().await;
    let email = with_password(&host).await;
    let (anna, boris) = (host.company.members[0], host.company.members[1]);
    let cookie = sign_in(&host, email, None).await.headers["set-cookie"].to_str().unwrap().to_owned();
    let cookie = [("cookie", cookie.split(';').next().unwrap())];
    let mine = host.call_with(As::Nobody, "GET", "/api/v1/sessions", &cookie, None).await.done();
    let session = &mine["items"][0];
    assert_eq!(
        (&session["agent"], &session["address"], &session["current"]),
        (&json!("Firefox"), &json!("10.0.0.9"), &json!(true))
    );
    let path = format!("/api/v1/sessions/{}", session["id"].as_str().unwrap());
    // Another member neither sees nor ends it; an admin does.
    let of_anna = format!("/api/v1/sessions?user={anna}");
    host.call(As::User(boris), "GET", &of_anna, None).await.refused(403, "forbidden");
    host.call(As::User(boris), "DELETE", &path, None).await.refused(404, "not_found");
    let admin = As::User(host.company.admin);
    let seen = host.call(admin, "GET", &of_anna, None).await.done();
    assert_eq!((&seen["items"][0]["id"], &seen["items"][0]["current"]), (&session["id"], &json!(false)));
    assert_eq!(host.call(admin, "DELETE", &path, None).await.status, 204);
    host.call_with(As::Nobody, "GET", "/api/v1/me", &cookie, None).await.refused(401, "unauthenticated");
    host.call(admin, "DELETE", &path, None).await.refused(404, "not_found");
    // Those that are over are not listed.
    host.clock.advance(Duration::from_secs(3601));
    let none = host.call(As::User(anna), "GET", "/api/v1/sessions", None).await.done();
    assert_eq!(none["items"].as_array().unwrap().len(), 1, "{none}");
}
