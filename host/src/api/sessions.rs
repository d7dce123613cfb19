//! Who is signed in where.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::{App, IdPath, id};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::http::identity::{Caller, Key};
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::access::Session;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(end)]
}

/// A person signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SessionView {
    /// Its id.
    id: Id,
    /// Who.
    user: Id,
    /// Since when.
    at: Instant,
    /// Until when.
    expires_at: Instant,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// With which program, as it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<String>,
    /// Whether it is the one that asks.
    current: bool,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Sessions {
    items: Vec<SessionView>,
}

/// The caller's sessions, the newest first; an admin may ask for those of another user.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "session", operation_id = "session_list",
    params(("user" = Option<Id>, Query, description = "Whose; the caller's where absent.")),
    responses((status = 200, description = "All of them.", body = Sessions)))]
async fn list(State(app): State<App>, caller: Caller, mut params: Params) -> Result<axum::Json<Sessions>> {
    let asked = params.parse::<Id>("user")?;
    params.finish(&["user"])?;
    let user = match asked {
        Some(user) => user,
        None => caller.person()?.id,
    };
    if !may(&caller, user) {
        return Err(Problem::forbidden("only an admin sees the sessions of others"));
    }
    let now = app.engine.now();
    let found = app.engine.store().session_list(Some(user)).await?;
    let items = found.into_iter().filter(|session| session.expires_at > now).map(|it| view(&caller, it)).collect();
    Ok(axum::Json(Sessions { items }))
}

/// Ends a session of the caller's; an admin may end anybody's.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "session", operation_id = "session_end",
    params(("id" = Id, Path, description = "The session.")), responses((status = 204, description = "Ended.")))]
async fn end(State(app): State<App>, caller: Caller, Path(path): IdPath) -> Result<StatusCode> {
    let asked = id(&path)?;
    let own = caller.person.as_ref().map(|person| person.id).filter(|_| !caller.is_admin());
    let found = app.engine.store().session_list(own).await?;
    let none = || Problem::not_found(format!("there is no session {asked}"));
    let session = found.into_iter().find(|session| name(session) == asked).ok_or_else(none)?;
    if !may(&caller, session.user) || !app.engine.store().session_delete(&session.hash).await? {
        return Err(none());
    }
    Ok(StatusCode::NO_CONTENT)
}

fn may(caller: &Caller, user: Id) -> bool {
    caller.is_admin() || caller.person.as_ref().is_some_and(|person| person.id == user)
}

fn view(caller: &Caller, session: Session) -> SessionView {
    let current = matches!(caller.key, Key::Session(hash) if hash == session.hash);
    let id = name(&session);
    let Session { hash: _, user, at, expires_at, address, agent } = session;
    SessionView { id, user, at, expires_at, address, agent, current }
}

/// What a session is called: told by its hash, and tells nothing of it.
fn name(session: &Session) -> Id {
    let digest = secret::hex_digest(&[b"session ", &session.hash[..]].concat());
    let mut bytes = [0; 16];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = digest.get(at * 2..at * 2 + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or_default();
    }
    Id::from_bytes(bytes)
}
