//! Every endpoint, called by everybody.

use axum::body::Body;

use super::{As, Host};
use crate::api::table::table;
use crate::crm::user::Role;
use crate::http::policy::{Rule, Who};

fn path(rule: &Rule) -> String {
    let id = "01920000-0000-7000-8000-000000000000";
    rule.path
        .replace("{id}", id)
        .replace("{record}", id)
        .replace("{attachment}", id)
        .replace("{name}", "x")
        .replace("{message}", "1")
        .replace("{plugin}", "x")
        .replace("{file}", "x")
        .replace("{link}", id)
        .replace("{token}", "x")
        .replace("{slug}", "x")
        .replace("{secret}", "x")
        .replace("{digest}", "x")
}

/// The status and the problem's code, without waiting for streams.
async fn outcome(host: &Host, caller: As<'_>, rule: &Rule) -> (u16, String) {
    let response = host.send(caller, rule.method.as_str(), &path(rule), &[], Body::empty()).await;
    let status = response.status().as_u16();
    if status < 400 {
        return (status, String::new());
    }
    let answer = super::answer(response).await;
    (status, format!("{} {}", answer.body["code"].as_str().unwrap(), answer.body["detail"].as_str().unwrap()))
}

#[tokio::test]
async fn every_endpoint_refuses_whom_the_table_refuses() {
    let host = Host::start().await;
    let (admin, head, member) = (host.company.admin, host.company.head, host.company.members[0]);
    let narrow = host.token(&["metrics:read"], None).await;
    let of_member = host.token(&["admin"], Some(member)).await;
    let all = host.token(&["admin"], None).await;
    for rule in table() {
        let shown = format!("{} {} ({})", rule.method, rule.path, rule.who);
        let nobody = outcome(&host, As::Nobody, &rule).await;
        if rule.who == Who::Public {
            assert_ne!(nobody.0, 403, "{shown}: {nobody:?}");
            assert!(
                nobody.0 != 401 || ["wrong_credentials", "bad_signature"].iter().any(|code| nobody.1.starts_with(code)),
                "{shown}: {nobody:?}"
            );
            continue;
        }
        assert_eq!(nobody.0, 401, "{shown}: {nobody:?}");
        let Who::Role { least, scope } = &rule.who else { continue };
        for (role, user) in [(Role::Member, member), (Role::Head, head), (Role::Admin, admin)] {
            let found = outcome(&host, As::User(user), &rule).await;
            let may = *least == Role::Member || role == Role::Admin || *least == role;
            assert_eq!(found.0 != 403, may, "{shown} as {role:?}: {found:?}");
            assert_ne!(found.0, 401, "{shown} as {role:?}: {found:?}");
        }
        // The token of a member, however far it reaches, does no more than the member may.
        let found = outcome(&host, As::Token(&of_member), &rule).await;
        assert_eq!(found.0 != 403, *least == Role::Member, "{shown} as a member's token: {found:?}");
        let found = outcome(&host, As::Token(&narrow), &rule).await;
        assert_eq!(found.0 == 403, scope != "metrics:read", "{shown} as a narrow token: {found:?}");
        let right = host.token(&[scope.as_ref()], None).await;
        for token in [&all, &right] {
            let found = outcome(&host, As::Token(token), &rule).await;
            assert!(
                found.0 != 403 || found.1.contains("for a person") || rule.path.ends_with("/convert"),
                "{shown} as a token: {found:?}"
            );
        }
    }
}

#[test]
fn the_table() {
    let mut rows: Vec<String> =
        table().iter().map(|rule| format!("{:<7}{:<58}{}", rule.method.as_str(), rule.path, rule.who)).collect();
    rows.sort_by_key(|row| row.split_whitespace().nth(1).map(ToOwned::to_owned));
    insta::assert_snapshot!(rows.join("\n"));
}
