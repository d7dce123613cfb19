//! Signing in and out, and passwords.

use std::time::Duration;

use axum::extract::{FromRequest as _, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::{App, IdPath, id, records, second_factor};
use crate::crm::email;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::user::User;
use crate::http::code::Code;
use crate::http::identity::{self, Caller, Key};
use crate::http::json::Json;
use crate::http::limiter::Rate;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::access::Session;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![
        routes!(login),
        routes!(logout),
        routes!(me),
        routes!(change_password),
        routes!(revoke_own),
        routes!(set_password),
        routes!(revoke),
    ]
}

/// Tries to sign in from one address.
const PER_ADDRESS: Rate = Rate { burst: 30, refill: Duration::from_secs(10) };
/// Tries to sign in to one account from one address: few, so that guessing is slow.
const PER_PAIR: Rate = Rate { burst: 5, refill: Duration::from_secs(30) };
/// Tries to sign in to one account from anywhere: more, so that others can't easily lock its owner out.
const PER_ACCOUNT: Rate = Rate { burst: 50, refill: Duration::from_secs(10) };

/// Who signs in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    /// The user's e-mail address.
    email: String,
    /// The password.
    password: String,
    /// The code that the device of a second factor shows, or a recovery code.
    code: Option<String>,
}

/// Signs a person in: sets the session's cookie.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", operation_id = "session_create",
    request_body = LoginBody,
    responses((status = 200, description = "Signed in.", body = MeView), (status = 429, description = "Too many tries.")))]
async fn login(State(app): State<App>, request: Request) -> Result<Response> {
    identity::expect_same_site(request.headers())?;
    let address = app.kit.address(request.headers(), request.extensions());
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let agent = agent.map(|agent| agent.chars().take(200).collect());
    let Json(LoginBody { email, password, code }) = Json::<LoginBody>::from_request(request, &()).await?;
    let account = email::normalise(&email).unwrap_or_default();
    let from = address.map_or_else(|| "unknown".to_owned(), |address| address.to_string());
    let pair = format!("{from} {account}");
    let now = app.engine.now();
    let keys = [(from, PER_ADDRESS), (pair.clone(), PER_PAIR), (account.clone(), PER_ACCOUNT)];
    app.kit.limiter.take(&keys, now).map_err(Problem::too_many)?;

    let user = active_user(&app, &account).await?;
    let hash = match user {
        Some((id, _)) => app.engine.store().password_read(id).await?,
        None => None,
    };
    let right = secret::password_verify(password, hash).await.map_err(|error| Problem::internal(&error))?;
    let (true, Some((id, user))) = (right, user) else {
        return Err(Problem::new(Code::WrongCredentials, "e-mail address or password is wrong"));
    };
    second_factor::expect_code(&app, id, code.as_deref()).await?;
    app.kit.limiter.forget(&pair);
    let secret = secret::random().map_err(|error| Problem::internal(&error))?;
    let expires_at = now + app.kit.options.session;
    let address = address.map(|address| address.to_string());
    let session = Session { hash: secret::hash(&secret), user: id, at: now, expires_at, address, agent };
    app.engine.store().session_put(session).await?;
    let cookie = identity::cookie_set(&app.kit, &secret)?;
    let body = MeView { user: Some(me_view(&app, id, user).await?), scopes: None, token: None };
    Ok(([(header::SET_COOKIE, cookie)], axum::Json(body)).into_response())
}

async fn active_user(app: &App, email: &str) -> Result<Option<(Id, User)>> {
    let Some(record) = app.engine.store().record_by_key(Kind::User, "email", email).await? else { return Ok(None) };
    let user: User = record.entity().map_err(|error| Problem::internal(&error))?;
    Ok(user.active.then_some((record.id, user)))
}

/// Signs out: ends this session.
#[utoipa::path(delete, path = "/api/v1/session", tag = "session", operation_id = "session_delete",
    responses((status = 204, description = "Signed out.")))]
async fn logout(State(app): State<App>, caller: Caller) -> Result<Response> {
    let Key::Session(hash) = caller.key else {
        return Err(Problem::new(Code::NotASession, "a token does not sign out: an admin can take it away"));
    };
    app.engine.store().session_delete(&hash).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, identity::cookie_clear(&app.kit)?)]).into_response())
}

/// Who calls.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct MeView {
    /// The person; absent for a program of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Me>,
    /// What the token may do; absent for a session, which may do all that the person may.
    #[serde(skip_serializing_if = "Option::is_none")]
    scopes: Option<Vec<String>>,
    /// The token's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// The person who calls.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Me {
    /// The user's id.
    id: Id,
    /// Whether a code is asked for at sign-in.
    second_factor: bool,
    /// The user.
    #[serde(flatten)]
    user: User,
}

async fn me_view(app: &App, id: Id, user: User) -> Result<Me> {
    let factor = app.engine.store().factor_read(id).await?;
    Ok(Me { id, second_factor: factor.is_some_and(|factor| factor.confirmed), user })
}

/// Who calls, and what they may do.
#[utoipa::path(get, path = "/api/v1/me", tag = "session", operation_id = "me",
    responses((status = 200, description = "The caller.", body = MeView)))]
async fn me(State(app): State<App>, caller: Caller) -> Result<axum::Json<MeView>> {
    let user = match &caller.person {
        Some(person) => {
            let record = records::living(&app, Kind::User, person.id).await?;
            let user = record.entity().map_err(|error| Problem::internal(&error))?;
            Some(me_view(&app, person.id, user).await?)
        }
        None => None,
    };
    let (scopes, token) = match caller.key {
        Key::Session(_) => (None, None),
        Key::Token { name, scopes, .. } => (Some(scopes), Some(name)),
    };
    Ok(axum::Json(MeView { user, scopes, token }))
}

/// A new password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeBody {
    /// The password until now.
    current: String,
    /// The password from now on: 10 to 200 characters.
    new: String,
}

/// Changes the caller's own password, and ends their other sessions.
#[utoipa::path(put, path = "/api/v1/me/password", tag = "session", operation_id = "me_password_put",
    request_body = ChangeBody, responses((status = 204, description = "Changed.")))]
async fn change_password(
    State(app): State<App>,
    caller: Caller,
    Json(ChangeBody { current, new }): Json<ChangeBody>,
) -> Result<StatusCode> {
    let me = caller.person()?.id;
    expect_password(&app, me, current, "/current").await?;
    put_password(&app, me, new, "/new", own_session(&caller)).await
}

/// Ends the caller's other sessions.
#[utoipa::path(delete, path = "/api/v1/me/sessions", tag = "session", operation_id = "me_sessions_delete",
    responses((status = 204, description = "Ended.")))]
async fn revoke_own(State(app): State<App>, caller: Caller) -> Result<StatusCode> {
    app.engine.store().session_delete_of(caller.person()?.id, own_session(&caller)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password that an admin sets.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    /// 10 to 200 characters.
    password: String,
}

/// Sets a user's password, and ends their sessions.
#[utoipa::path(put, path = "/api/v1/users/{id}/password", tag = "users", operation_id = "user_password_put",
    params(("id" = Id, Path, description = "The user.")), request_body = PasswordBody,
    responses((status = 204, description = "Set.")))]
async fn set_password(
    State(app): State<App>,
    Path(path): IdPath,
    Json(PasswordBody { password }): Json<PasswordBody>,
) -> Result<StatusCode> {
    let user = records::living(&app, Kind::User, id(&path)?).await?.id;
    put_password(&app, user, password, "/password", None).await
}

/// Ends all of a user's sessions.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", tag = "users", operation_id = "user_sessions_delete",
    params(("id" = Id, Path, description = "The user.")), responses((status = 204, description = "Ended.")))]
async fn revoke(State(app): State<App>, Path(path): IdPath) -> Result<StatusCode> {
    let user = records::living(&app, Kind::User, id(&path)?).await?.id;
    app.engine.store().session_delete_of(user, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for the password of who is signed in already.
///
/// # Errors
/// 422 where it is another, 429 after many tries.
pub(super) async fn expect_password(app: &App, user: Id, password: String, field: &str) -> Result<()> {
    let key = (format!("password {user}"), PER_PAIR);
    app.kit.limiter.take(std::slice::from_ref(&key), app.engine.now()).map_err(Problem::too_many)?;
    let hash = app.engine.store().password_read(user).await?;
    let right = secret::password_verify(password, hash).await.map_err(|error| Problem::internal(&error))?;
    if !right {
        return Err(Problem::field(field, "is not the password"));
    }
    app.kit.limiter.forget(&key.0);
    Ok(())
}

async fn put_password(
    app: &App,
    user: Id,
    password: String,
    field: &str,
    except: Option<[u8; 32]>,
) -> Result<StatusCode> {
    if let Some(fault) = secret::password_fault(&password) {
        return Err(Problem::field(field, fault));
    }
    let hash = secret::password_hash(password).await.map_err(|error| Problem::internal(&error))?;
    app.engine.store().password_put(user, &hash).await?;
    app.engine.store().session_delete_of(user, except).await?;
    Ok(StatusCode::NO_CONTENT)
}

const fn own_session(caller: &Caller) -> Option<[u8; 32]> {
    match caller.key {
        Key::Session(hash) => Some(hash),
        Key::Token { .. } => None,
    }
}
