//! A second factor for signing in: a code of a device, or a recovery code.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::session::expect_password;
use super::{App, IdPath, id, records};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::http::code::Code;
use crate::http::identity::Caller;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};
use crate::http::totp;
use crate::store::access::SecondFactor;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(enrol), routes!(confirm), routes!(remove), routes!(reset)]
}

/// Proves that it is the person who asks, and not somebody at their open session.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ProofBody {
    /// The caller's password.
    password: String,
}

/// What to give to the device.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Enrolment {
    /// To type in: base32.
    secret: String,
    /// The same to show as a QR code: `otpauth://…`.
    url: String,
}

/// A code that the device shows.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct CodeBody {
    /// Six digits.
    code: String,
}

/// Codes for who has lost the device. Each is good once.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Confirmed {
    /// Shown now, and never again.
    recovery_codes: Vec<String>,
}

/// Begins a second factor: gives the secret for the device. Nothing is asked for at sign-in before it is confirmed.
#[utoipa::path(post, path = "/api/v1/me/second_factor", tag = "session", operation_id = "second_factor_enrol",
    request_body = ProofBody, responses((status = 200, description = "What to give to the device.", body = Enrolment)))]
async fn enrol(
    State(app): State<App>,
    caller: Caller,
    Json(ProofBody { password }): Json<ProofBody>,
) -> Result<axum::Json<Enrolment>> {
    let me = caller.person()?.id;
    expect_password(&app, me, password, "/password").await?;
    let store = app.engine.store();
    if store.factor_read(me).await?.is_some_and(|factor| factor.confirmed) {
        return Err(Problem::new(Code::SecondFactorSet, "there is a second factor already: take it away first"));
    }
    let secret = totp::new_secret().map_err(|error| Problem::internal(&error))?;
    let sealed = app.kit.seal.seal(&place(me), &secret).map_err(|error| Problem::internal(&error))?;
    store.factor_put(SecondFactor { user: me, secret: sealed, confirmed: false, step: 0 }, &[]).await?;
    let user = records::living(&app, Kind::User, me).await?;
    let account = user.data.get("email").and_then(serde_json::Value::as_str).unwrap_or_default();
    let url = totp::of(&secret, account).map_err(|error| Problem::internal(&error))?.to_url();
    let url = url.map_err(|error| Problem::internal(&error))?;
    Ok(axum::Json(Enrolment { secret: totp::typed(&secret), url }))
}

/// Confirms it with a code of the device: from now on a code is asked for at sign-in. Gives the recovery codes.
#[utoipa::path(post, path = "/api/v1/me/second_factor/confirm", tag = "session",
    operation_id = "second_factor_confirm", request_body = CodeBody,
    responses((status = 200, description = "It is set.", body = Confirmed)))]
async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Json(CodeBody { code }): Json<CodeBody>,
) -> Result<axum::Json<Confirmed>> {
    let me = caller.person()?.id;
    let store = app.engine.store();
    let begun = store.factor_read(me).await?.filter(|factor| !factor.confirmed);
    let factor = begun.ok_or_else(|| Problem::new(Code::NothingToConfirm, "begin a second factor first"))?;
    let Some(step) = step_of(&app, &factor, &code)? else {
        return Err(Problem::field("/code", "is not what the device shows now"));
    };
    let codes = totp::recovery_codes().map_err(|error| Problem::internal(&error))?;
    let hashes: Vec<_> = codes.iter().map(|code| totp::recovery_hash(code)).collect();
    store.factor_put(SecondFactor { confirmed: true, step, ..factor }, &hashes).await?;
    Ok(axum::Json(Confirmed { recovery_codes: codes }))
}

/// Takes the caller's second factor away.
#[utoipa::path(post, path = "/api/v1/me/second_factor/remove", tag = "session",
    operation_id = "second_factor_remove", request_body = ProofBody,
    responses((status = 204, description = "There is none.")))]
async fn remove(
    State(app): State<App>,
    caller: Caller,
    Json(ProofBody { password }): Json<ProofBody>,
) -> Result<StatusCode> {
    let me = caller.person()?.id;
    expect_password(&app, me, password, "/password").await?;
    app.engine.store().factor_delete(me).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a user's second factor away: they have lost the device, and the recovery codes.
#[utoipa::path(delete, path = "/api/v1/users/{id}/second_factor", tag = "users", operation_id = "user_second_factor_delete",
    params(("id" = Id, Path, description = "The user.")), responses((status = 204, description = "There is none.")))]
async fn reset(State(app): State<App>, Path(path): IdPath) -> Result<StatusCode> {
    let user = records::living(&app, Kind::User, id(&path)?).await?.id;
    app.engine.store().factor_delete(user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for the code of who has a second factor. A code is good once.
///
/// # Errors
/// 401: `second_factor_required` where there is none, `wrong_code` where it is not right.
pub async fn expect_code(app: &App, user: Id, code: Option<&str>) -> Result<()> {
    let store = app.engine.store();
    let Some(factor) = store.factor_read(user).await?.filter(|factor| factor.confirmed) else { return Ok(()) };
    let Some(code) = code.filter(|code| !code.trim().is_empty()) else {
        return Err(Problem::new(Code::SecondFactorRequired, "send the code that your device shows, too, as `code`"));
    };
    let good = match step_of(app, &factor, code)? {
        Some(step) => store.factor_use(user, step).await?,
        None => store.factor_recover(user, &totp::recovery_hash(code)).await?,
    };
    if good {
        Ok(())
    } else {
        Err(Problem::new(Code::WrongCode, "the code is wrong, or was used before: wait for the next"))
    }
}

fn step_of(app: &App, factor: &SecondFactor, code: &str) -> Result<Option<u64>> {
    let secret = app.kit.seal.open(&place(factor.user), &factor.secret).map_err(|error| Problem::internal(&error))?;
    let totp = totp::of(&secret, "").map_err(|error| Problem::internal(&error))?;
    Ok(totp::step(&totp, code, app.engine.now()))
}

/// What a secret is sealed for.
fn place(user: Id) -> String {
    format!("second factor {user}")
}
