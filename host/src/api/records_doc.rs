//! The description of the records' endpoints, made from the kinds' structs and the fields that listings know.

use axum::routing::MethodRouter;
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::schema::Schema;
use utoipa::openapi::{OpenApi, RefOr};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::App;
use super::history::{AuditView, CauseView};
use super::merge::{MergeBody, Merged};
use super::openapi;
use super::runs::RunView;
use super::timeline::TimelineItem;
use crate::crm::kind::{Kind, Shape};
use crate::crm::links::{self, OnDelete};

type Schemas = Vec<(String, RefOr<Schema>)>;

/// One endpoint of a kind, with its description. `path` goes on after the plural.
pub fn endpoint(kind: Kind, verb: &str, path: &str, handler: MethodRouter<App>) -> UtoipaMethodRouter<App> {
    let method = match verb {
        "create" | "convert" | "merge" => HttpMethod::Post,
        "update" => HttpMethod::Patch,
        "delete" => HttpMethod::Delete,
        _ => HttpMethod::Get,
    };
    let (name, mut schemas) = schemas(kind);
    let operation = json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_{verb}", kind.name()),
        "summary": summary(kind, verb),
        "parameters": parameters(kind, verb),
        "requestBody": request(&name, verb),
        "responses": response(&name, verb),
    });
    schemas.extend(faces(&name));
    if verb == "merge" {
        collect::<MergeBody>(&mut schemas);
        collect::<Merged>(&mut schemas);
    }
    if verb == "timeline" {
        collect::<TimelineItem>(&mut schemas);
    }
    if matches!(verb, "history" | "runs" | "timeline") {
        collect::<AuditView>(&mut schemas);
        collect::<CauseView>(&mut schemas);
        collect::<RunView>(&mut schemas);
    }
    let path = format!("/api/v1/{}{path}", kind.plural());
    openapi::endpoint(method, &path, without_nulls(operation), schemas, handler)
}

fn summary(kind: Kind, verb: &str) -> String {
    let (one, many) = (kind.name().replace('_', " "), kind.plural().replace('_', " "));
    match verb {
        "list" => format!("The {many} within reach, page by page."),
        "create" if kind == Kind::User => {
            "Makes a user. `password`, beside the fields, is taken, and never shown.".to_owned()
        }
        "create" => format!("Makes a {one}."),
        "get" => format!("One {one}."),
        "update" => format!("Changes a {one} by a JSON merge patch (RFC 7396)."),
        "delete" => format!("Deletes a {one}. Its history stays.{}", on_delete(kind)),
        "merge" => format!(
            "Merges another {one} into this one, in one change: fields that are missing, numbers and addresses are taken \
             over, everything that points at the other one points here, and the other one is deleted."
        ),
        "history" => format!("Every change of a {one}: when, what, who, and which run; newest first."),
        "timeline" => format!(
            "What happened with a {one}: its changes, and what was made that has to do with it (calls, messages, tasks, \
             papers, meetings, deals); newest first."
        ),
        "runs" => format!("The runs about a {one}, or that changed it; newest first."),
        _ => "Turns a lead into a contact, a company where it names one, and a deal; known ones are used again."
            .to_owned(),
    }
}

/// What becomes of records that point at one of this kind when it is deleted.
fn on_delete(kind: Kind) -> String {
    let of = |on_delete: OnDelete| {
        let links = links::to(kind).filter(|(_, link)| link.on_delete == on_delete);
        links.map(|(from, link)| format!("`{}` of {}", link.field, from.plural())).collect::<Vec<_>>().join(", ")
    };
    let (refused, cleared) = (of(OnDelete::Refuse), of(OnDelete::Clear));
    let mut words = String::new();
    if !refused.is_empty() {
        words += &format!(" Refused while it is named by: {refused}.");
    }
    if !cleared.is_empty() {
        words += &format!(" Taken away where it is named by: {cleared}.");
    }
    words
}

fn parameters(kind: Kind, verb: &str) -> Value {
    let id = json!({"name": "id", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
    let header = |name: &str, words: &str| optional(name, "header", words, &json!({"type": "string"}));
    let query = |name: &str, words: &str, schema: Value| optional(name, "query", words, &schema);
    let limit = query("limit", "50 where absent.", json!({"type": "integer", "minimum": 1, "maximum": 200}));
    let after = query("after", "`next` of the page before.", json!({"type": "string"}));
    let if_match =
        header("If-Match", "The ETag that the change rests on; where absent, it goes on the current version.");
    match verb {
        "list" => {
            let mut all = vec![limit, after];
            all.extend(order_and_filters(kind));
            all.into()
        }
        "create" => json!([once()]),
        "get" => json!([id, header("If-None-Match", "The ETag that the caller has: 304 where it is the current one.")]),
        "update" | "delete" => json!([id, if_match]),
        "convert" | "merge" => json!([id, if_match, once()]),
        _ => json!([id, limit, after]),
    }
}

/// The key of a request that is done once.
pub fn once() -> Value {
    let words = "Sent again with the same key, it is done once.";
    optional("Idempotency-Key", "header", words, &json!({"type": "string"}))
}

/// A parameter that may be left out.
pub fn optional(name: &str, place: &str, words: &str, schema: &Value) -> Value {
    json!({"name": name, "in": place, "required": false, "description": words, "schema": schema})
}

/// The parameters that say which records are meant, and in which order.
pub fn order_and_filters(kind: Kind) -> Vec<Value> {
    let words = format!("{}; `-` before it for descending.", sortable(kind));
    let sort = optional("sort", "query", &words, &json!({"type": "string"}));
    let filters = filters(kind).into_iter().map(|(name, words, schema)| optional(&name, "query", &words, &schema));
    let words = "Words that the record has, or begins of them; a telephone number's last digits, too.";
    let search = (!kind.spec().text.is_empty())
        .then(|| optional("q", "query", words, &json!({"type": "string", "minLength": 1, "maxLength": 200})));
    std::iter::once(sort).chain(search).chain(filters).collect()
}

fn sortable(kind: Kind) -> String {
    let fields = kind.spec().fields.iter().filter(|field| !field.place.is_several());
    std::iter::once("`id`".to_owned())
        .chain(fields.map(|field| format!("`{}`", field.name)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn filters(kind: Kind) -> Vec<(String, String, Value)> {
    let mut all = Vec::new();
    for field in kind.spec().fields {
        let schema = match field.shape {
            Shape::Text => json!({"type": "string"}),
            Shape::Id => json!({"type": "string", "format": "uuid"}),
            Shape::Instant => json!({"type": "string", "format": "date-time"}),
            Shape::Integer => json!({"type": "integer"}),
            Shape::Number => json!({"type": "number"}),
            Shape::Bool => json!({"type": "boolean"}),
        };
        let words = "One of these: repeat it, or put commas between; `null` for absent.";
        all.push((field.name.to_owned(), words.to_owned(), json!({"type": "string"})));
        if matches!(field.shape, Shape::Instant | Shape::Integer | Shape::Number) && !field.place.is_several() {
            all.push((format!("{}.gte", field.name), "This or more.".to_owned(), schema.clone()));
            all.push((format!("{}.lt", field.name), "Less than this.".to_owned(), schema));
        }
    }
    all
}

fn request(name: &str, verb: &str) -> Value {
    let body = |media: &str, schema: &str| {
        let schema = json!({"$ref": format!("#/components/schemas/{schema}")});
        json!({"required": true, "content": {media: {"schema": schema}}})
    };
    match verb {
        "create" => body("application/json", name),
        "update" => body("application/merge-patch+json", &format!("{name}Patch")),
        "merge" => body("application/json", "MergeBody"),
        _ => Value::Null,
    }
}

fn response(name: &str, verb: &str) -> Value {
    let json_of = |schema: Value| json!({"application/json": {"schema": schema}});
    let record = |name: &str| json!({"$ref": format!("#/components/schemas/{name}Record")});
    let page = |items: Value| {
        json_of(json!({
            "type": "object",
            "required": ["items"],
            "properties": {"items": {"type": "array", "items": items}, "next": {"type": "string"}},
        }))
    };
    let tag = json!({"ETag": {"schema": {"type": "string"}, "description": "The version, for If-Match."}});
    match verb {
        "list" => json!({"200": {"description": "A page.", "content": page(record(name))}}),
        "create" => json!({"201": {"description": "Made.", "headers": tag, "content": json_of(record(name))}}),
        "delete" => json!({"204": {"description": "Deleted."}}),
        "history" => {
            json!({"200": {"description": "A page.", "content": page(json!({"$ref": "#/components/schemas/AuditView"}))}})
        }
        "runs" => {
            json!({"200": {"description": "A page.", "content": page(json!({"$ref": "#/components/schemas/RunView"}))}})
        }
        "timeline" => {
            json!({"200": {"description": "A page.", "content": page(json!({"$ref": "#/components/schemas/TimelineItem"}))}})
        }
        "merge" => json!({"200": {"description": "The record that stays.", "headers": tag,
            "content": json_of(json!({"$ref": "#/components/schemas/Merged"}))}}),
        "convert" => json!({"200": {"description": "What it became.", "content": json_of(json!({
            "type": "object",
            "required": ["lead", "contact", "deal"],
            "properties": {
                "lead": record("Lead"), "contact": record("Contact"), "company": record("Company"), "deal": record("Deal"),
            },
        }))}}),
        _ => json!({"200": {"description": "The record.", "headers": tag, "content": json_of(record(name))}}),
    }
}

/// `LeadRecord`, the fields with what every record has, and `LeadPatch`, the fields with none of them required.
fn faces(name: &str) -> Schemas {
    let own = json!({"$ref": format!("#/components/schemas/{name}")});
    let record = json!({"allOf": [{"$ref": "#/components/schemas/RecordFace"}, own]});
    [(format!("{name}Record"), record)]
        .into_iter()
        .filter_map(|(name, schema)| Some((name, serde_json::from_value(schema).ok()?)))
        .collect()
}

/// Adds `LeadPatch` and the like to the whole description: the fields, none of them required.
pub fn add_patches(openapi: &mut OpenApi) {
    let Some(components) = &mut openapi.components else { return };
    for kind in Kind::ALL {
        let (name, _) = schemas(kind);
        let Some(schema) = components.schemas.get(&name) else { continue };
        let Ok(mut value) = serde_json::to_value(schema) else { continue };
        if let Some(object) = value.as_object_mut() {
            object.remove("required");
            object.insert("description".to_owned(), "Only the fields to change; null takes one away.".into());
        }
        if let Ok(patch) = serde_json::from_value(value) {
            components.schemas.insert(format!("{name}Patch"), patch);
        }
    }
}

fn schemas(kind: Kind) -> (String, Schemas) {
    let all = (kind.spec().schemas)();
    (all.first().map(|(name, _)| name.clone()).unwrap_or_default(), all)
}

fn collect<T: ToSchema + PartialSchema>(all: &mut Schemas) {
    all.push((T::name().into_owned(), T::schema()));
    T::schemas(all);
}

fn without_nulls(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.retain(|_, member| !member.is_null());
    }
    value
}
