//! What happens to records, as it happens.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::access::{Verb, scope};
use super::stream::{self, Reader};
use crate::crm::kind::Kind;
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(follow)]
}

/// Events of the records within reach, as server-sent events: `lead.created`, `deal.updated`, …
///
/// A reader that comes back with `Last-Event-ID` gets what it missed first. Without it, the stream begins now.
#[utoipa::path(get, path = "/api/v1/events", tag = "events", operation_id = "events",
    params(
        ("kinds" = Option<String>, Query, description = "Of these kinds, commas between: `lead,deal`. All where absent."),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last event that the reader has."),
    ),
    responses((status = 200, description = "The events.", content_type = "text/event-stream")))]
async fn follow(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    mut params: Params,
) -> Result<impl IntoResponse> {
    let asked = params.take("kinds")?;
    params.finish(&["kinds"])?;
    let readable = |kind: &Kind| caller.reaches(&scope(*kind, Verb::Read));
    let kinds: Vec<Kind> = match asked {
        None => Kind::ALL.into_iter().filter(readable).collect(),
        Some(text) => text
            .split(',')
            .map(|name| name.trim().parse::<Kind>().map_err(|error| Problem::field("/kinds", error.to_string())))
            .collect::<Result<_>>()?,
    };
    if let Some(kind) = kinds.iter().find(|kind| !readable(kind)) {
        let scope = scope(*kind, Verb::Read);
        return Err(Problem::forbidden(format!("the token lacks the scope `{scope}`")).with("scope", scope));
    }
    let reader = Reader::new(&app, caller, &kinds).await?;
    stream::open(app, &headers, reader).await
}
