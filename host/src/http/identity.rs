//! Who calls: a person by a session's cookie, or a program by a bearer token.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, header};

use super::kit::Kit;
use super::problem::{Problem, Result};
use super::secret;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::crm::user::{Role, User};

/// The cookie's name where it goes over https only; browsers hold the prefix to what it promises.
const SECURE_COOKIE: &str = "__Host-takt";
/// The cookie's name without https.
const PLAIN_COOKIE: &str = "takt_session";

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person, or whom the program acts for; absent for a program of its own.
    pub person: Option<Person>,
    /// How they proved it.
    pub key: Key,
}

/// A person of the organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The user's id.
    pub id: Id,
    /// What the user is called.
    pub name: String,
    /// What the user may do.
    pub role: Role,
}

/// What proves who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// A session, by its hash.
    Session([u8; 32]),
    /// A program's token.
    Token {
        /// Its id.
        id: Id,
        /// What the admin calls it.
        name: String,
        /// What it may do.
        scopes: Vec<String>,
    },
}

impl Caller {
    /// Whether the key reaches as far as `scope`. A session reaches as far as its person; `…:write` takes `…:read` in.
    #[must_use]
    pub fn reaches(&self, scope: &str) -> bool {
        let Key::Token { scopes, .. } = &self.key else { return true };
        let written = scope.strip_suffix(":read").map(|base| format!("{base}:write"));
        scopes.iter().any(|given| given == scope || given == "admin" || Some(given) == written.as_ref())
    }

    /// Whether nothing is out of reach: an admin's session, or a token that may do all.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.reaches("admin") && self.person.as_ref().is_none_or(|person| person.role == Role::Admin)
    }

    /// Who stands in the audit for what this caller does.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match (&self.person, &self.key) {
            (Some(person), _) => Actor::User(person.id),
            (None, Key::Token { name, .. }) => Actor::System(name.clone()),
            (None, Key::Session(_)) => Actor::System("nobody".to_owned()),
        }
    }

    /// Whose idempotency keys these are: one caller's are not another's.
    #[must_use]
    pub fn account(&self) -> String {
        match (&self.person, &self.key) {
            (Some(person), _) => format!("user:{}", person.id),
            (None, Key::Token { id, .. }) => format!("token:{id}"),
            (None, Key::Session(_)) => "nobody".to_owned(),
        }
    }

    /// The person.
    ///
    /// # Errors
    /// 403 for a program that acts for nobody.
    pub fn person(&self) -> Result<&Person> {
        self.person
            .as_ref()
            .ok_or_else(|| Problem::forbidden("this is for a person: make a token that acts for a user, or sign in"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        // The policy's guard put it there, on every route that is not public.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Problem::unauthenticated("sign in first"))
    }
}

/// Finds out who calls.
///
/// # Errors
/// 401 where nobody is known to, 403 where another site's page had the browser send it.
pub async fn identify(kit: &Kit, method: &Method, headers: &HeaderMap) -> Result<Caller> {
    if let Some(token) = bearer(headers)? {
        return by_token(kit, &token).await;
    }
    let Some(secret) = cookie(headers, cookie_name(kit)) else {
        return Err(Problem::unauthenticated("sign in, or send a token as `Authorization: Bearer …`"));
    };
    if !method.is_safe() {
        expect_same_site(headers)?;
    }
    by_session(kit, secret::hash(secret)).await
}

/// Finds out who calls once more, by the same key: a stream that goes on for hours asks now and then.
///
/// # Errors
/// 401 where the key is no longer good.
pub async fn again(kit: &Kit, caller: &Caller) -> Result<Caller> {
    match &caller.key {
        Key::Session(hash) => by_session(kit, *hash).await,
        Key::Token { id, .. } => {
            let tokens = kit.store.token_list().await?;
            match tokens.into_iter().find(|token| token.id == *id) {
                Some(token) => of_token(kit, token).await,
                None => Err(Problem::unauthenticated("the token was taken away")),
            }
        }
    }
}

/// The `Set-Cookie` value that opens a session.
///
/// # Errors
/// Never for secrets that [`secret::random`] made.
pub fn cookie_set(kit: &Kit, secret: &str) -> Result<HeaderValue> {
    cookie_value(kit, secret, kit.options.session.as_secs())
}

/// The `Set-Cookie` value that ends a session.
///
/// # Errors
/// Never.
pub fn cookie_clear(kit: &Kit) -> Result<HeaderValue> {
    cookie_value(kit, "", 0)
}

fn cookie_value(kit: &Kit, secret: &str, age: u64) -> Result<HeaderValue> {
    let name = cookie_name(kit);
    let secure = if kit.options.secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}"))
        .map_err(|error| Problem::internal(&error))
}

const fn cookie_name(kit: &Kit) -> &'static str {
    if kit.options.secure { SECURE_COOKIE } else { PLAIN_COOKIE }
}

async fn by_token(kit: &Kit, secret: &str) -> Result<Caller> {
    let hash = secret::hash(secret);
    match kit.store.token_read(&hash).await? {
        Some(token) if secret::same(&token.hash, &hash) => of_token(kit, token).await,
        _ => Err(Problem::unauthenticated("there is no such token")),
    }
}

async fn of_token(kit: &Kit, token: crate::store::access::Token) -> Result<Caller> {
    if token.expires_at.is_some_and(|end| end <= (kit.now)()) {
        return Err(Problem::unauthenticated("the token has expired"));
    }
    let person = match token.user {
        Some(user) => Some(person(kit, user).await?),
        None => None,
    };
    Ok(Caller { person, key: Key::Token { id: token.id, name: token.name, scopes: token.scopes } })
}

async fn by_session(kit: &Kit, hash: [u8; 32]) -> Result<Caller> {
    match kit.store.session_read(&hash).await? {
        Some(session) if secret::same(&session.hash, &hash) && session.expires_at > (kit.now)() => {
            Ok(Caller { person: Some(person(kit, session.user).await?), key: Key::Session(hash) })
        }
        _ => Err(Problem::unauthenticated("the session is over: sign in again")),
    }
}

async fn person(kit: &Kit, id: Id) -> Result<Person> {
    let gone = || Problem::unauthenticated("the user is not active");
    let record = kit.store.record_read(&[id]).await?.pop().ok_or_else(gone)?;
    if record.kind != Kind::User {
        return Err(gone());
    }
    let user: User = record.entity().map_err(|error| Problem::internal(&error))?;
    if !user.active {
        return Err(gone());
    }
    Ok(Person { id, name: user.name, role: user.role })
}

fn bearer(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim().to_owned())),
        _ => Err(Problem::unauthenticated("Authorization must be `Bearer` and a token")),
    }
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(given, value)| *given == name && !value.is_empty())
        .map(|(_, value)| value)
}

/// A browser says from where a request comes: one that carries the cookie must come from the host's own pages.
///
/// # Errors
/// 403 where it does not.
pub fn expect_same_site(headers: &HeaderMap) -> Result<()> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.split_once("://").map(|(_, host)| host) == text("host"),
        (None, None) => true,
    };
    if own { Ok(()) } else { Err(Problem::forbidden("the request comes from another site's page")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::code::Code;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn scopes() {
        let token = |scopes: &[&str]| Caller {
            person: None,
            key: Key::Token {
                id: Id::new(),
                name: "form".into(),
                scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            },
        };
        assert!(token(&["leads:write"]).reaches("leads:read"));
        assert!(!token(&["leads:read"]).reaches("leads:write"));
        assert!(!token(&["leads:write"]).reaches("deals:read"));
        assert!(token(&["admin"]).is_admin());
        assert!(!token(&["leads:write"]).is_admin());
    }

    #[test]
    fn other_sites_are_refused() {
        for own in [
            &[("sec-fetch-site", "same-origin")][..],
            &[("origin", "https://crm.example"), ("host", "crm.example")],
            &[],
        ] {
            assert!(expect_same_site(&headers(own)).is_ok(), "{own:?}");
        }
        for other in [
            &[("sec-fetch-site", "cross-site")][..],
            &[("sec-fetch-site", "same-site")],
            &[("origin", "https://evil.example"), ("host", "crm.example")],
            &[("origin", "null"), ("host", "crm.example")],
        ] {
            assert_eq!(expect_same_site(&headers(other)).unwrap_err().code(), Code::Forbidden, "{other:?}");
        }
    }

    #[test]
    fn cookies() {
        let given = headers(&[("cookie", "a=1; takt_session=secret; b=2")]);
        assert_eq!(cookie(&given, PLAIN_COOKIE), Some("secret"));
        assert_eq!(cookie(&given, SECURE_COOKIE), None);
        assert!(bearer(&headers(&[("authorization", "Basic abc")])).is_err());
        assert_eq!(bearer(&headers(&[("authorization", "bearer abc")])).unwrap().as_deref(), Some("abc"));
    }
}
