//! The description of the API, OpenAPI 3.1: what does not belong to one feature.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::MethodRouter;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::{HttpMethod, Operation, Paths};
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::UtoipaMethodRouter;

use super::App;
use crate::crm::examples;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::http::policy::operations;
use crate::http::problem::ProblemDetails;

/// What every record has beside the fields of its kind. Kept by the host.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RecordFace {
    /// What it is.
    pub kind: Kind,
    /// Unique among all records.
    pub id: Id,
    /// The number people call it by.
    pub number: Option<u64>,
    /// 1 when made; one more with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
}

const DESCRIPTION: &str = "\
Takt keeps a company's CRM records and runs its automation rules. Everything that a rule does, and everything that \
people do in a front end, can be done and seen here.

**Who calls.** People sign in at `POST /api/v1/session` and are known by a cookie. Programs send \
`Authorization: Bearer takt_…`; an admin makes tokens at `POST /api/v1/tokens`, each with scopes like `leads:write`.

**Errors** are problem details (RFC 9457) with a stable `code`; `errors` names each wrong field by a JSON Pointer.

**Versions.** A record's `ETag` goes into `If-Match` of a change that rests on it; a stale one is answered by 412.

**Once.** A `POST` with an `Idempotency-Key` is done once however often it is sent.

**What points where.** A new link must lead to a record that is there. When that is deleted, what points at it keeps it from \
being deleted, or lets go of it: each `DELETE` says which.

**Own fields** are declared at `POST /api/v1/custom_fields`, with a JSON Schema. Records have them in `custom`; listings \
are filtered and sorted by `custom.KEY`, conditions read `after.custom.KEY`, papers `deal.custom.KEY`.

**Listings** come in pages: give `next` as `after`. Filters are the kind's fields; values of one field are \
alternatives, `null` is absent; `.gte` and `.lt` go with moments and numbers; `sort=-created_at` is newest first; `q` finds words. `GET /api/v1/search` finds them in all kinds at once.

**Events** come as server-sent events; a reader that comes back with `Last-Event-ID` misses nothing.";

/// The description before any route.
#[must_use]
pub fn frame() -> OpenApi {
    let frame = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Takt",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0 OR MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": {},
        "components": {
            "schemas": {},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "takt_session"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    });
    let mut openapi: OpenApi = serde_json::from_value(frame).unwrap_or_default();
    let components = openapi.components.get_or_insert_default();
    let mut more =
        vec![("ProblemDetails".to_owned(), ProblemDetails::schema()), ("RecordFace".to_owned(), RecordFace::schema())];
    ProblemDetails::schemas(&mut more);
    RecordFace::schemas(&mut more);
    components.schemas.extend(more);
    openapi
}

/// Says of each header that many endpoints take what it must look like.
pub fn describe_headers(openapi: &mut OpenApi) {
    let operations = openapi.paths.paths.values_mut().flat_map(operations);
    for parameter in operations.filter_map(|(_, operation)| operation.parameters.as_mut()).flatten() {
        let RefOr::T(parameter) = parameter else { continue };
        let schema = match parameter.name.as_str() {
            "If-Match" => json!({"type": "string", "pattern": "^(\"v[0-9]{1,19}\"|\\*)$", "examples": ["\"v3\""]}),
            "Idempotency-Key" => {
                json!({"type": "string", "pattern": "^[!-~]{1,255}$", "examples": ["0199a1b2-3f4c-7d5e-8f60-718293a4b5c6"]})
            }
            _ => continue,
        };
        parameter.schema = serde_json::from_value(schema).ok();
    }
}

/// Shows of each kind what its records look like: as they are made, as they are read, and as they are changed.
pub fn show_examples(openapi: &mut OpenApi) {
    let Some(components) = &mut openapi.components else { return };
    for kind in Kind::ALL {
        let Some(fields) = examples::of(kind) else { continue };
        let name = (kind.spec().schemas)().into_iter().next().map(|(name, _)| name).unwrap_or_default();
        let fields = Value::Object(fields.clone());
        let first = fields.as_object().and_then(|fields| fields.iter().next());
        let changed: Map<String, Value> =
            first.map(|(name, value)| (name.clone(), value.clone())).into_iter().collect();
        let mut record = json!({"kind": kind, "id": "01920000-0000-7000-8000-000000000007", "version": 1,
            "created_at": "2026-01-15T09:00:00.000000Z", "updated_at": "2026-01-15T09:00:00.000000Z"});
        if let (Value::Object(record), Value::Object(fields)) = (&mut record, &fields) {
            record.extend(fields.clone());
        }
        for (schema, example) in
            [(name.clone(), fields), (format!("{name}Record"), record), (format!("{name}Patch"), changed.into())]
        {
            if let Some(schema) = components.schemas.get_mut(&schema) {
                rewrite(schema, |schema| schema["examples"] = json!([example]));
            }
        }
    }
}

/// Changes a schema in its JSON form: it stays as it was where that makes none.
pub fn rewrite(schema: &mut RefOr<Schema>, by: impl FnOnce(&mut Value)) {
    let Ok(mut value) = serde_json::to_value(&*schema) else { return };
    by(&mut value);
    if let Ok(rewritten) = serde_json::from_value(value) {
        *schema = rewritten;
    }
}

/// Writes objects that are put together of others as one. `allOf` cannot say it: where one of them takes no other fields,
/// those of the rest would be refused (JSON Schema 2020-12, section 10.3.2.3).
pub fn join_parts(openapi: &mut OpenApi) {
    let Some(components) = &mut openapi.components else { return };
    let all: BTreeMap<String, Value> = components
        .schemas
        .iter()
        .filter_map(|(name, schema)| Some((name.clone(), serde_json::to_value(schema).ok()?)))
        .collect();
    for (name, schema) in &mut components.schemas {
        let Some(joined) = all.get(name).and_then(|whole| joined(whole, &all)) else { continue };
        if let Ok(joined) = serde_json::from_value(joined) {
            *schema = joined;
        }
    }
}

fn joined(whole: &Value, all: &BTreeMap<String, Value>) -> Option<Value> {
    let (mut properties, mut required, mut closed) = (Map::new(), Vec::new(), false);
    for part in whole["allOf"].as_array()? {
        let named = part["$ref"].as_str().and_then(|path| all.get(path.rsplit('/').next()?));
        let part = named.unwrap_or(part);
        closed |= part["additionalProperties"] == false;
        properties.extend(part["properties"].as_object()?.clone());
        required.extend(part["required"].as_array().cloned().unwrap_or_default());
    }
    let mut joined =
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false});
    if let Some(words) = whole.get("description") {
        joined["description"] = words.clone();
    }
    closed.then_some(joined)
}

/// An endpoint whose description is written as JSON: one of every kind. A description that is none leaves the endpoint
/// out, which the policy then misses.
pub fn endpoint(
    method: HttpMethod,
    path: &str,
    operation: Value,
    schemas: Vec<(String, RefOr<Schema>)>,
    handler: MethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    let mut paths = Paths::new();
    match serde_json::from_value::<Operation>(operation) {
        Ok(operation) => paths.add_path_operation(path, vec![method], operation),
        Err(error) => tracing::error!(path, %error, "a description is none"),
    }
    (schemas, paths, handler)
}

/// The description of this API, OpenAPI 3.1.
#[utoipa::path(get, path = "/api/openapi.json", tag = "host", operation_id = "openapi",
    responses((status = 200, description = "The description.")))]
pub async fn document(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")], app.openapi.to_string())
}
