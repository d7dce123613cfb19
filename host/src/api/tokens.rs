//! Keys of programs.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::{App, IdPath, id, table};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::Store;
use crate::store::access::Token;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(create), routes!(remove)]
}

/// A program's key. Its secret is shown once, when it is made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TokenView {
    /// Its id.
    pub id: Id,
    /// What the admin calls it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<String>,
    /// The user it acts for; a program of its own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// Since when.
    pub at: Instant,
    /// Until when; for ever when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Instant>,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Tokens {
    items: Vec<TokenView>,
}

/// A key to make.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenDraft {
    /// What to call it: it stands in the audit. 1 to 100 characters.
    pub name: String,
    /// What it may do: `leads:write`, `runs:read`, …, or `admin`.
    pub scopes: Vec<String>,
    /// The user it acts for; a program of its own when absent.
    pub user: Option<Id>,
    /// Until when; for ever when absent.
    pub expires_at: Option<Instant>,
}

/// A key just made.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TokenMade {
    /// The key.
    #[serde(flatten)]
    pub token: TokenView,
    /// Send it as `Authorization: Bearer …`. Shown now, and never again.
    pub secret: String,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        let Token { id, name, hash: _, scopes, user, at, expires_at } = token;
        Self { id, name, scopes, user, at, expires_at }
    }
}

/// All keys, without their secrets.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", operation_id = "token_list",
    responses((status = 200, description = "All of them.", body = Tokens)))]
async fn list(State(app): State<App>) -> Result<axum::Json<Tokens>> {
    let items = app.engine.store().token_list().await?.into_iter().map(TokenView::from).collect();
    Ok(axum::Json(Tokens { items }))
}

/// Makes a key. The answer has its secret.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", operation_id = "token_create",
    request_body = TokenDraft, responses((status = 201, description = "Made.", body = TokenMade)))]
async fn create(State(app): State<App>, Json(draft): Json<TokenDraft>) -> Result<(StatusCode, axum::Json<TokenMade>)> {
    let made = make(app.engine.store().as_ref(), draft, app.engine.now()).await?;
    Ok((StatusCode::CREATED, axum::Json(made)))
}

/// Makes a key: for the API, and for the command line before there is one.
///
/// # Errors
/// 422 for unknown scopes, users that are not there and the like; the store's.
pub async fn make(store: &dyn Store, draft: TokenDraft, now: Instant) -> Result<TokenMade> {
    check(store, &draft, now).await?;
    let TokenDraft { name, scopes, user, expires_at } = draft;
    let random = secret::random().map_err(|error| Problem::internal(&error))?;
    let secret = format!("{}{random}", secret::TOKEN_PREFIX);
    let token = Token {
        id: Id::new(),
        name: name.trim().to_owned(),
        hash: secret::hash(&secret),
        scopes,
        user,
        at: now,
        expires_at,
    };
    store.token_put(token.clone()).await?;
    Ok(TokenMade { token: token.into(), secret })
}

async fn check(store: &dyn Store, draft: &TokenDraft, now: Instant) -> Result<()> {
    let mut invalid = Invalid::default();
    let length = draft.name.trim().chars().count();
    invalid.check((1..=100).contains(&length), "/name", "must have 1 to 100 characters");
    invalid.check(!draft.scopes.is_empty(), "/scopes", "must name at least one scope");
    for (at, scope) in draft.scopes.iter().enumerate() {
        if !table::is_scope(scope) {
            let known = table::SCOPES.join(", ");
            let shown: String = scope.chars().take(80).collect();
            let message = format!(
                "`{shown}` is no scope; there are {known}, and `:read` and `:write` of every kind, like leads:read"
            );
            invalid.note(format!("/scopes/{at}"), message);
        }
    }
    if let Some(user) = draft.user {
        let found = store.record_read(&[user]).await?.pop();
        invalid.check(found.is_some_and(|record| record.kind == Kind::User), "/user", "there is no such user");
    }
    invalid.check(draft.expires_at.is_none_or(|end| end > now), "/expires_at", "must lie ahead");
    Ok(invalid.or(())?)
}

/// Takes a key away: it opens nothing from now on.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "tokens", operation_id = "token_delete",
    params(("id" = Id, Path, description = "The key.")), responses((status = 204, description = "Taken away.")))]
async fn remove(State(app): State<App>, Path(path): IdPath) -> Result<StatusCode> {
    let token = id(&path)?;
    if app.engine.store().token_delete(token).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found(format!("there is no token {token}")))
    }
}
