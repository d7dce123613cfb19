//! Two records that are about the same person or company become one.

use std::collections::BTreeMap;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::access::{Reach, Verb};
use super::errors::edit_problem;
use super::idempotency::{self, Request};
use super::{App, IdPath, faces, given, id, records};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Reference;
use crate::http::etag;
use crate::http::identity::Caller;
use crate::http::json::Json;
use crate::http::problem::Result;
use crate::unit::{Merge, UnitError};

/// What is merged into the record.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeBody {
    /// The record that goes into this one, and is deleted.
    other: Id,
    /// The version of it that the caller has seen. It must not have changed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    other_version: Option<u64>,
    /// What the caller decides where the two differ: a JSON merge patch of what they come to.
    #[serde(default)]
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
}

/// What came of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Merged {
    /// The record that stays.
    #[schema(value_type = Object)]
    record: Value,
    /// How many records of each kind point at it now that pointed at the other one: `{"deals": 3}`.
    moved: BTreeMap<String, u64>,
}

/// `POST /{plural}/{id}/merge`.
pub async fn merge(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    headers: HeaderMap,
    Path(path): IdPath,
    Json(body): Json<MergeBody>,
) -> Result<Response> {
    given::check(&caller, kind, &body.fields)?;
    let kept = Reference { kind, id: id(&path)? };
    let expected = etag::expected(&headers)?;
    let reach = Reach::to(Verb::Write, &app.engine, &caller, kind).await?;
    let target = format!("{}/{}/merge", kind.plural(), kept.id);
    let request = json!(body);
    let key = match idempotency::look(&app, &caller, &headers, &target, &request).await? {
        Request::Done(_) => return again(&app, &caller, kept).await,
        Request::Fresh(key) => key,
    };
    let by =
        Merge { kept, expected, other: body.other, other_expected: body.other_version, fields: body.fields.clone() };
    let done = app.engine.edit(caller.actor(), key, |unit| {
        let (reach, by) = (reach.clone(), by.clone());
        async move {
            records::covered(&reach, &*unit.read(by.kept).await?)?;
            // What is out of reach reads as not there: so does the other one.
            let other = Reference { kind, id: by.other };
            let hidden = unit.read(other).await.is_ok_and(|record| !reach.covers(&record));
            if hidden {
                return Err(UnitError::NotFound(other));
            }
            unit.merge(&by).await
        }
        .boxed()
    });
    let moved = match done.await {
        Ok((moved, _)) => moved,
        // Sent twice at once: the one that came second finds the other record gone, or its key used.
        Err(error) => {
            return match idempotency::look(&app, &caller, &headers, &target, &request).await? {
                Request::Done(_) => again(&app, &caller, kept).await,
                Request::Fresh(_) => Err(edit_problem(error)),
            };
        }
    };
    let moved = moved.into_iter().map(|(kind, count)| (kind.plural().to_owned(), count)).collect();
    shown(&app, &caller, kept, moved).await
}

/// The same merge, asked for again: the record as it stands now. What was moved then was told then.
async fn again(app: &App, caller: &Caller, kept: Reference) -> Result<Response> {
    let mut response = shown(app, caller, kept, BTreeMap::new()).await?;
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    Ok(response)
}

async fn shown(app: &App, caller: &Caller, kept: Reference, moved: BTreeMap<String, u64>) -> Result<Response> {
    let record = records::living(app, kept.kind, kept.id).await?;
    let tag = [(axum::http::header::ETAG, etag::header_value(record.version))];
    Ok((tag, axum::Json(Merged { record: faces::face(caller, &record), moved })).into_response())
}
