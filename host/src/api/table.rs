//! The policy: every endpoint of the host, and who may call it. There is no other way into the router.

use axum::http::Method;

use super::access::{self, Verb};
use crate::crm::kind::Kind;
use crate::crm::merge::can_merge;
use crate::crm::user::Role::{Admin, Member};
use crate::http::policy::{Rule, Who};

/// The rows that belong to no kind: method, path, the lowest role and the scope.
const ROWS: &[(&str, &str, Access)] = &[
    ("GET", "/", Access::Public),
    ("GET", "/assets/{file}", Access::Public),
    ("GET", "/docs", Access::Public),
    ("GET", "/docs/{file}", Access::Public),
    ("GET", "/api/openapi.json", Access::Public),
    ("GET", "/health/live", Access::Public),
    ("GET", "/health/ready", Access::Public),
    ("POST", "/f/{slug}", Access::Public),
    ("OPTIONS", "/f/{slug}", Access::Public),
    ("GET", "/f/{slug}/embed.js", Access::Public),
    ("POST", "/hooks/telephony", Access::Public),
    ("POST", "/hooks/mail", Access::Public),
    ("GET", "/metrics", Access::Admin("metrics:read")),
    ("POST", "/api/v1/session", Access::Public),
    ("DELETE", "/api/v1/session", Access::Known),
    ("GET", "/api/v1/me", Access::Known),
    ("GET", "/api/v1/sessions", Access::Member("admin")),
    ("DELETE", "/api/v1/sessions/{id}", Access::Member("admin")),
    ("POST", "/api/v1/me/second_factor", Access::Member("admin")),
    ("POST", "/api/v1/me/second_factor/confirm", Access::Member("admin")),
    ("POST", "/api/v1/me/second_factor/remove", Access::Member("admin")),
    ("DELETE", "/api/v1/users/{id}/second_factor", Access::Admin("admin")),
    ("PUT", "/api/v1/me/password", Access::Member("admin")),
    ("DELETE", "/api/v1/me/sessions", Access::Member("admin")),
    ("PUT", "/api/v1/users/{id}/password", Access::Admin("admin")),
    ("DELETE", "/api/v1/users/{id}/sessions", Access::Admin("admin")),
    ("GET", "/api/v1/tokens", Access::Admin("admin")),
    ("POST", "/api/v1/tokens", Access::Admin("admin")),
    ("DELETE", "/api/v1/tokens/{id}", Access::Admin("admin")),
    ("GET", "/api/v1/search", Access::Known),
    ("GET", "/api/v1/audit", Access::Admin("audit:read")),
    ("GET", "/api/v1/inbox", Access::Member("notifications:read")),
    ("POST", "/api/v1/inbox/{id}/read", Access::Member("inbox:write")),
    ("GET", "/api/v1/inbox/events", Access::Member("notifications:read")),
    ("POST", "/api/v1/notifications/{id}/commands/{name}", Access::Member("commands:write")),
    ("GET", "/api/v1/events", Access::Member("events:read")),
    ("GET", "/api/v1/runs", Access::Admin("runs:read")),
    ("GET", "/api/v1/runs/{id}", Access::Admin("runs:read")),
    ("POST", "/api/v1/runs/{id}/retry", Access::Admin("runs:write")),
    ("GET", "/api/v1/runs/{id}/journal", Access::Admin("admin")),
    ("GET", "/api/v1/queue", Access::Admin("runs:read")),
    ("GET", "/api/v1/dead_letters", Access::Admin("runs:read")),
    ("POST", "/api/v1/dead_letters/{id}/retry", Access::Admin("runs:write")),
    ("DELETE", "/api/v1/dead_letters/{id}", Access::Admin("runs:write")),
    ("GET", "/api/v1/failures", Access::Admin("runs:read")),
    ("POST", "/api/v1/failures/retry", Access::Admin("runs:write")),
    ("POST", "/api/v1/failures/discard", Access::Admin("runs:write")),
    ("GET", "/api/v1/holds", Access::Admin("runs:read")),
    ("DELETE", "/api/v1/holds/{plugin}/{record}", Access::Admin("runs:write")),
    ("GET", "/api/v1/webhooks", Access::Admin("webhooks:read")),
    ("POST", "/api/v1/webhooks", Access::Admin("webhooks:write")),
    ("GET", "/api/v1/webhooks/{id}", Access::Admin("webhooks:read")),
    ("PATCH", "/api/v1/webhooks/{id}", Access::Admin("webhooks:write")),
    ("DELETE", "/api/v1/webhooks/{id}", Access::Admin("webhooks:write")),
    ("POST", "/api/v1/webhooks/{id}/secret", Access::Admin("webhooks:write")),
    ("GET", "/api/v1/webhooks/{id}/messages", Access::Admin("webhooks:read")),
    ("POST", "/api/v1/webhooks/{id}/messages/{message}/resend", Access::Admin("webhooks:write")),
    ("POST", "/api/v1/webhooks/{id}/test", Access::Admin("webhooks:write")),
    ("GET", "/api/v1/channels", Access::Admin("admin")),
    ("POST", "/api/v1/channels/{channel}/test", Access::Admin("admin")),
    ("GET", "/d/{token}", Access::Public),
    ("GET", "/calendar/{token}", Access::Public),
    ("POST", "/api/v1/availability", Access::Member("meetings:read")),
    ("GET", "/api/v1/occurrences", Access::Member("meetings:read")),
    ("POST", "/api/v1/calendar_feed", Access::Member("meetings:read")),
    ("DELETE", "/api/v1/calendar_feed", Access::Member("meetings:read")),
    ("POST", "/api/v1/documents/{id}/fill", Access::Member("documents:write")),
    ("POST", "/api/v1/templates/{id}/preview", Access::Admin("templates:write")),
    ("GET", "/api/v1/shipped_templates", Access::Admin("templates:read")),
    ("GET", "/api/v1/inbound", Access::Admin("inbound:read")),
    ("POST", "/api/v1/inbound/{name}/secret", Access::Admin("inbound:write")),
    ("DELETE", "/api/v1/inbound/{name}", Access::Admin("inbound:write")),
    ("POST", "/api/v1/persons/export", Access::Admin("admin")),
    ("POST", "/api/v1/persons/erase", Access::Admin("admin")),
    ("POST", "/api/v1/batch", Access::Known),
    ("GET", "/api/v1/reports", Access::Member("reports:read")),
    ("GET", "/api/v1/reports/funnel", Access::Member("reports:read")),
    ("GET", "/api/v1/plugins", Access::Admin("plugins:read")),
    ("POST", "/api/v1/plugins", Access::Admin("plugins:write")),
    ("GET", "/api/v1/plugins/{name}", Access::Admin("plugins:read")),
    ("POST", "/api/v1/plugins/{name}/enable", Access::Admin("plugins:write")),
    ("POST", "/api/v1/plugins/{name}/disable", Access::Admin("plugins:write")),
    ("GET", "/api/v1/plugins/{name}/config", Access::Admin("plugins:read")),
    ("PUT", "/api/v1/plugins/{name}/config", Access::Admin("plugins:write")),
    ("PUT", "/api/v1/plugins/{name}/grants", Access::Admin("admin")),
    ("PUT", "/api/v1/plugins/{name}/condition", Access::Admin("plugins:write")),
    ("POST", "/api/v1/plugins/{name}/condition/test", Access::Admin("admin")),
    ("PUT", "/api/v1/plugins/{name}/budgets", Access::Admin("admin")),
    ("PUT", "/api/v1/plugins/{name}/missed", Access::Admin("plugins:write")),
    ("GET", "/api/v1/plugins/{name}/timers", Access::Admin("plugins:read")),
    ("GET", "/api/v1/plugins/{name}/permissions", Access::Admin("plugins:read")),
    ("GET", "/api/v1/plugins/{name}/secrets", Access::Admin("plugins:read")),
    ("PUT", "/api/v1/plugins/{name}/secrets/{secret}", Access::Admin("admin")),
    ("DELETE", "/api/v1/plugins/{name}/secrets/{secret}", Access::Admin("admin")),
    ("GET", "/api/v1/plugins/{name}/releases", Access::Admin("plugins:read")),
    ("POST", "/api/v1/plugins/{name}/releases", Access::Admin("plugins:write")),
    ("GET", "/api/v1/plugins/{name}/releases/{digest}/diff", Access::Admin("plugins:read")),
    ("POST", "/api/v1/plugins/{name}/releases/{digest}/activate", Access::Admin("plugins:write")),
    ("POST", "/api/v1/plugins/{name}/releases/{digest}/backtest", Access::Admin("admin")),
    ("GET", "/api/v1/plugins/{name}/shadow", Access::Admin("admin")),
    ("PUT", "/api/v1/plugins/{name}/shadow", Access::Admin("admin")),
    ("DELETE", "/api/v1/plugins/{name}/shadow", Access::Admin("admin")),
    ("POST", "/api/v1/plugins/{name}/dry-run", Access::Admin("admin")),
    ("GET", "/api/v1/signing_keys", Access::Admin("plugins:read")),
    ("POST", "/api/v1/signing_keys", Access::Admin("admin")),
    ("DELETE", "/api/v1/signing_keys/{name}", Access::Admin("admin")),
    ("GET", "/api/v1/automation", Access::Admin("plugins:read")),
    ("POST", "/api/v1/automation", Access::Admin("admin")),
    ("GET", "/api/v1/releases/{digest}", Access::Admin("plugins:read")),
];

#[derive(Clone, Copy)]
enum Access {
    Public,
    Known,
    Member(&'static str),
    Admin(&'static str),
}

/// The scopes that belong to no kind.
pub const SCOPES: [&str; 16] = [
    "admin",
    "audit:read",
    "commands:write",
    "events:read",
    "inbound:read",
    "inbound:write",
    "inbox:write",
    "metrics:read",
    super::faces::PERSONAL,
    "plugins:read",
    "plugins:write",
    "reports:read",
    "runs:read",
    "runs:write",
    "webhooks:read",
    "webhooks:write",
];

/// The kinds that people work with: their records have buttons of their own, and files.
pub const WITH_COMMANDS: [Kind; 9] = [
    Kind::Lead,
    Kind::Contact,
    Kind::Company,
    Kind::Deal,
    Kind::Document,
    Kind::Invoice,
    Kind::Call,
    Kind::Task,
    Kind::Meeting,
];

/// The kinds whose records are papers: they have a PDF, and links to it.
pub const WITH_PAPERS: [Kind; 2] = [Kind::Document, Kind::Invoice];

/// Every endpoint and who may call it.
#[must_use]
pub fn table() -> Vec<Rule> {
    let mut table: Vec<Rule> = ROWS.iter().map(|(method, path, access)| rule(method, path, access.who())).collect();
    for kind in Kind::ALL {
        let (read, write) = (access::who(kind, Verb::Read), access::who(kind, Verb::Write));
        let base = format!("/api/v1/{}", kind.plural());
        table.push(rule("GET", &base, read.clone()));
        table.push(rule("POST", &base, write.clone()));
        table.push(rule("GET", &format!("{base}/export"), read.clone()));
        table.push(rule("POST", &format!("{base}/import"), write.clone()));
        table.push(rule("GET", &format!("{base}/{{id}}"), read.clone()));
        table.push(rule("PATCH", &format!("{base}/{{id}}"), write.clone()));
        table.push(rule("DELETE", &format!("{base}/{{id}}"), write.clone()));
        table.push(rule("GET", &format!("{base}/{{id}}/history"), read.clone()));
        table.push(rule("GET", &format!("{base}/{{id}}/runs"), read.clone()));
        if WITH_PAPERS.contains(&kind) {
            table.push(rule("GET", &format!("{base}/{{id}}/pdf"), read.clone()));
            table.push(rule("POST", &format!("{base}/{{id}}/link"), write.clone()));
            table.push(rule("GET", &format!("{base}/{{id}}/links"), read.clone()));
            table.push(rule("DELETE", &format!("{base}/{{id}}/links/{{link}}"), write.clone()));
        }
        if WITH_COMMANDS.contains(&kind) {
            let (all, one) =
                (format!("{base}/{{id}}/attachments"), format!("{base}/{{id}}/attachments/{{attachment}}"));
            table.push(rule("GET", &all, read.clone()));
            table.push(rule("POST", &all, write.clone()));
            table.push(rule("GET", &one, read.clone()));
            table.push(rule("DELETE", &one, write.clone()));
        }
        if WITH_COMMANDS.contains(&kind) {
            table.push(rule("GET", &format!("{base}/{{id}}/timeline"), read.clone()));
        }
        if can_merge(kind) {
            table.push(rule("POST", &format!("{base}/{{id}}/merge"), write.clone()));
        }
        if kind == Kind::Lead {
            table.push(rule("POST", &format!("{base}/{{id}}/convert"), write));
        }
        if WITH_COMMANDS.contains(&kind) {
            table.push(rule("GET", &format!("{base}/{{id}}/commands"), read));
            let press = Who::role(Member, "commands:write");
            table.push(rule("POST", &format!("{base}/{{id}}/commands/{{name}}"), press));
        }
    }
    table
}

/// Whether there is such a scope.
#[must_use]
pub fn is_scope(text: &str) -> bool {
    let of_kind = text
        .split_once(':')
        .is_some_and(|(plural, verb)| Kind::of_plural(plural).is_some() && matches!(verb, "read" | "write"));
    // Making users takes `admin`.
    (of_kind && text != "users:write") || SCOPES.contains(&text)
}

impl Access {
    fn who(self) -> Who {
        match self {
            Self::Public => Who::Public,
            Self::Known => Who::Known,
            Self::Member(scope) => Who::role(Member, scope),
            Self::Admin(scope) => Who::role(Admin, scope),
        }
    }
}

fn rule(method: &str, path: &str, who: Who) -> Rule {
    // Every method that stands above is one.
    let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::OPTIONS);
    let gives_way = gives_way(&method, path, &who);
    Rule { method, path: path.to_owned(), who, gives_way }
}

/// Where people sign in and see to their own accounts, and what takes a body and only looks.
const NEVER_TOO_MUCH: [&str; 4] = ["/api/v1/session", "/api/v1/me", "/api/v1/availability", "/api/v1/inbox"];

/// Whether an endpoint makes work that can wait until there is less of it. What admins do is how it becomes less.
fn gives_way(method: &Method, path: &str, who: &Who) -> bool {
    let mends = matches!(who, Who::Role { least: Admin, .. });
    let looks = [Method::GET, Method::OPTIONS].contains(method);
    !mends && !looks && !NEVER_TOO_MUCH.iter().any(|start| path.starts_with(start))
}
