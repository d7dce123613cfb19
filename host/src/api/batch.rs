//! Several changes as one: all of them are made, or none is.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::HeaderMap;
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::{self, Reach, Verb};
use super::errors::{edit_problem, placed};
use super::idempotency::{self, Request};
use super::{App, faces, given, messages};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Reference;
use crate::http::identity::Caller;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};
use crate::store::commit::Idempotency;
use crate::unit::{Unit, UnitError};

/// How many changes there may be.
const MOST: usize = 500;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(batch)]
}

/// The changes, in their order.
#[derive(Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct BatchBody {
    /// At most 500.
    operations: Vec<Operation>,
}

/// One change.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Operation {
    /// Makes a record.
    Create {
        /// The kind, in the plural: `leads`.
        kind: String,
        /// Its fields.
        #[schema(value_type = Object)]
        fields: Map<String, Value>,
        /// What later changes of this batch call it: `@name` stands for its id there.
        name: Option<String>,
    },
    /// Changes one by a merge patch.
    Update {
        /// The kind, in the plural.
        kind: String,
        /// The record, or `@name`.
        id: String,
        /// The merge patch (RFC 7396).
        #[schema(value_type = Object)]
        patch: Map<String, Value>,
        /// The version that the change rests on; where absent, it goes on the current one.
        version: Option<u64>,
    },
    /// Deletes one.
    Delete {
        /// The kind, in the plural.
        kind: String,
        /// The record, or `@name`.
        id: String,
        /// The version that it rests on.
        version: Option<u64>,
    },
}

/// What became of the changes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BatchView {
    /// In their order: the record as it is now, `null` for one that was deleted.
    #[schema(value_type = Vec<Option<Object>>)]
    items: Vec<Value>,
}

/// Makes, changes and deletes records, all of it in one commit, or nothing. A later change finds what an earlier one made.
/// What is wrong is named by its place: `/operations/3/fields/title`.
#[utoipa::path(post, path = "/api/v1/batch", tag = "batch", operation_id = "batch", request_body = BatchBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same key, it is done once.")),
    responses((status = 200, description = "All were made.", body = BatchView)))]
async fn batch(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Json(body): Json<BatchBody>,
) -> Result<axum::Json<BatchView>> {
    let request = serde_json::to_value(&body).map_err(|error| Problem::internal(&error))?;
    let steps = steps(&caller, body.operations)?;
    let key = match idempotency::look(&app, &caller, &headers, "batch", &request).await? {
        Request::Done(outcome) => return Ok(axum::Json(view(&app, &caller, &outcome["ids"]).await?)),
        Request::Fresh(key) => key,
    };
    let mut reach = HashMap::new();
    for step in &steps {
        if let Change::Create(fields) = &step.change
            && step.record.kind == Kind::Message
        {
            messages::check(&app, &caller, fields).await?;
        }
        reach.insert(step.record.kind, Reach::to(Verb::Write, &app.engine, &caller, step.record.kind).await?);
    }
    let ids = json!(steps.iter().map(|step| step.record.id).collect::<Vec<_>>());
    let key = key.map(|key| Idempotency { outcome: json!({"ids": ids}), ..key });
    let done = app.engine.edit(caller.actor(), key, |unit| {
        let (steps, reach) = (steps.clone(), reach.clone());
        async move {
            for (at, step) in steps.into_iter().enumerate() {
                let field = step.field();
                make(unit, step, &reach).await.map_err(|error| placed(error, &format!("/operations/{at}{field}")))?;
            }
            Ok(())
        }
        .boxed()
    });
    done.await.map_err(edit_problem)?;
    Ok(axum::Json(view(&app, &caller, &ids).await?))
}

/// One change, with its record known.
#[derive(Clone)]
struct Step {
    record: Reference,
    change: Change,
}

#[derive(Clone)]
enum Change {
    Create(Map<String, Value>),
    Update(Value, Option<u64>),
    Delete(Option<u64>),
}

impl Step {
    /// Where the operation says what the record shall be.
    const fn field(&self) -> &'static str {
        match self.change {
            Change::Create(_) => "/fields",
            Change::Update(..) => "/patch",
            Change::Delete(_) => "",
        }
    }
}

/// The changes with their kinds, ids and names read, where the caller may make them.
fn steps(caller: &Caller, operations: Vec<Operation>) -> Result<Vec<Step>> {
    if operations.is_empty() || operations.len() > MOST {
        return Err(Problem::field("/operations", format!("must be from 1 to {MOST}")));
    }
    let mut names: HashMap<String, Id> = HashMap::new();
    let mut steps = Vec::with_capacity(operations.len());
    for (at, operation) in operations.into_iter().enumerate() {
        let at = format!("/operations/{at}");
        let kind = |plural: &str| {
            let kind = Kind::of_plural(plural);
            let kind =
                kind.ok_or_else(|| Problem::field(format!("{at}/kind"), format!("there is no kind `{plural}`")))?;
            access::who(kind, Verb::Write).check(caller).map(|()| kind)
        };
        let id = |given: &str| match given.strip_prefix('@') {
            Some(name) => names.get(name).copied(),
            None => given.parse().ok(),
        };
        let known = |given: &str| {
            id(given)
                .ok_or_else(|| Problem::field(format!("{at}/id"), "must be an id, or the name of what is made before"))
        };
        let (record, change, name) = match operation {
            Operation::Create { kind: plural, fields, name } => {
                given::check(caller, kind(&plural)?, &fields)?;
                let fields = fields.into_iter().map(|(field, value)| (field, named(value, &names))).collect();
                (Reference { kind: kind(&plural)?, id: Id::new() }, Change::Create(fields), name)
            }
            Operation::Update { kind: plural, id, patch, version } => {
                given::check(caller, kind(&plural)?, &patch)?;
                let patch = named(Value::Object(patch), &names);
                (Reference { kind: kind(&plural)?, id: known(&id)? }, Change::Update(patch, version), None)
            }
            Operation::Delete { kind: plural, id, version } => {
                (Reference { kind: kind(&plural)?, id: known(&id)? }, Change::Delete(version), None)
            }
        };
        names.extend(name.map(|name| (name, record.id)));
        steps.push(Step { record, change });
    }
    Ok(steps)
}

/// The value, with ids in the place of names.
fn named(value: Value, names: &HashMap<String, Id>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('@').and_then(|name| names.get(name)) {
            Some(id) => id.to_string().into(),
            None => text.into(),
        },
        Value::Array(values) => values.into_iter().map(|value| named(value, names)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(field, value)| (field, named(value, names))).collect(),
        other => other,
    }
}

async fn make(unit: &mut Unit, step: Step, reach: &HashMap<Kind, Reach>) -> std::result::Result<(), UnitError> {
    let Step { record, change } = step;
    if let Change::Create(fields) = change {
        return unit.create_as(record.id, record.kind, fields).await.map(drop);
    }
    let before = unit.read(record).await?;
    if !reach.get(&record.kind).is_some_and(|reach| reach.covers(&before)) {
        return Err(UnitError::NotFound(record));
    }
    match change {
        Change::Update(patch, version) => unit.patch(record, patch, version).await.map(drop),
        Change::Delete(version) => unit.delete(record, version).await,
        Change::Create(_) => Ok(()),
    }
}

async fn view(app: &App, caller: &Caller, ids: &Value) -> Result<BatchView> {
    let ids: Vec<Id> = serde_json::from_value(ids.clone()).map_err(|error| Problem::internal(&error))?;
    let found = app.engine.store().record_read(&ids).await?;
    let face = |id: &Id| found.iter().find(|record| record.id == *id).map(|record| faces::face(caller, record));
    Ok(BatchView { items: ids.iter().map(|id| face(id).unwrap_or_default()).collect() })
}
