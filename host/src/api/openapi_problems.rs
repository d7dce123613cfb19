//! How the description tells of what may go wrong: a response for each status that an endpoint may answer with, and which
//! codes stand behind it.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use serde_json::{Value, json};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr, Response};

use super::openapi::rewrite;
use crate::http::code::Code;
use crate::http::policy::operations;

/// What only some endpoints answer, by the ends of their operations' ids.
const SPECIAL: &[(&str, &[Code])] = &[
    ("_merge", &[Code::Duplicate]),
    ("session_create", &[Code::WrongCredentials, Code::SecondFactorRequired, Code::WrongCode, Code::TooManyTries]),
    ("session_delete", &[Code::NotASession]),
    ("second_factor_enrol", &[Code::SecondFactorSet, Code::TooManyTries]),
    ("second_factor_confirm", &[Code::NothingToConfirm]),
    ("second_factor_remove", &[Code::TooManyTries]),
    ("me_password_put", &[Code::TooManyTries]),
    ("form_post", &[Code::OriginNotAllowed, Code::MalformedForm, Code::TooManyTries]),
    ("_hook", &[Code::BadSignature, Code::TooManyTries]),
    ("mail_hook", &[Code::BadMail]),
    ("plugin_install", &[Code::NotAComponent, Code::BadComponent, Code::ContractDowngrade, Code::UntrustedComponent]),
    ("release_upload", &[Code::NotAComponent, Code::BadComponent]),
    ("release_activate", &[Code::ContractDowngrade, Code::NotGranted]),
    ("plugin_enable", &[Code::NotGranted]),
    ("plugin_dry_run", &[Code::NoTrigger, Code::BadComponent]),
    ("run_retry", &[Code::NotGivenUp]),
    ("webhook_create", &[Code::TooMany]),
    ("_attach", &[Code::TooMany]),
    ("_link", &[Code::TooMany]),
    ("_pdf", &[Code::NoTemplate, Code::BadTemplate, Code::TemplateTooSlow, Code::TemplateTooLarge, Code::Busy]),
    ("template_preview", &[Code::BadTemplate, Code::TemplateTooSlow, Code::TemplateTooLarge, Code::Busy]),
    ("events", &[Code::BadLastEventId]),
    ("health_ready", &[Code::NotReady]),
    (
        "_press",
        &[Code::Refused, Code::PluginDisabled, Code::AmbiguousCommand, Code::NotificationSettled, Code::RunFailed],
    ),
    ("notification_press", &[Code::NotificationOfAnother]),
];

/// Says of every endpoint what may go wrong.
pub fn describe(openapi: &mut OpenApi) {
    let table = super::table::table();
    for (path, item) in &mut openapi.paths.paths {
        for (method, operation) in operations(item) {
            let rule = table.iter().find(|rule| rule.method == method && rule.path == *path);
            describe_operation(&method, operation, rule.is_some_and(|rule| rule.gives_way));
        }
    }
    let components = openapi.components.get_or_insert_default();
    if let Some(details) = components.schemas.get_mut("ProblemDetails") {
        rewrite(details, |schema| {
            schema["properties"]["code"]["enum"] = Code::ALL.iter().map(|code| code.name()).collect();
        });
    }
    for (name, response) in by_status() {
        if let Ok(response) = serde_json::from_value::<Response>(response) {
            components.responses.insert(name, RefOr::T(response));
        }
    }
}

fn describe_operation(method: &Method, operation: &mut Operation, gives_way: bool) {
    let mut codes = codes_of(method, operation);
    codes.extend(gives_way.then_some(Code::Overloaded));
    let id = operation.operation_id.clone().unwrap_or_default();
    let special: BTreeSet<Code> = special(&id).collect();
    if !special.is_empty() {
        let named: Vec<String> = special
            .iter()
            .map(|code| format!("`{}` ({}): {}", code.name(), code.status().as_u16(), code.words()))
            .collect();
        let text = operation.description.get_or_insert_default();
        text.push_str(&format!("\n\nMay be answered by {}", named.join(" ")));
    }
    let statuses: BTreeSet<u16> = codes.iter().map(|code| code.status().as_u16()).collect();
    for status in statuses {
        let there = json!({"$ref": format!("#/components/responses/Problem{status}")});
        if let Ok(response) = serde_json::from_value(there) {
            operation.responses.responses.entry(status.to_string()).or_insert(response);
        }
    }
}

/// What an endpoint may answer, by what it takes.
fn codes_of(method: &Method, operation: &Operation) -> BTreeSet<Code> {
    let mut codes = BTreeSet::from([Code::Internal, Code::StoreUnavailable, Code::Timeout]);
    let parameters: Vec<_> = operation
        .parameters
        .iter()
        .flatten()
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some((parameter.name.as_str(), &parameter.parameter_in)),
            RefOr::Ref(_) => None,
        })
        .collect();
    if operation.security.as_ref().is_some_and(|security| !security.is_empty()) {
        codes.extend([Code::Unauthenticated, Code::Forbidden]);
    }
    if parameters.iter().any(|(_, place)| **place == ParameterIn::Path) {
        codes.insert(Code::NotFound);
    }
    if parameters.iter().any(|(_, place)| **place == ParameterIn::Query) {
        codes.extend([Code::MalformedQuery, Code::Invalid, Code::NotFound]);
    }
    if operation.request_body.is_some() {
        codes.extend([Code::MalformedJson, Code::BodyBrokenOff, Code::BodyTooLarge]);
        // A body may name what is not there.
        codes.extend([Code::UnsupportedMediaType, Code::Invalid, Code::NotFound]);
    }
    if parameters.iter().any(|(name, _)| *name == "If-Match") {
        codes.extend([Code::BadIfMatch, Code::Stale, Code::Invalid]);
    }
    if parameters.iter().any(|(name, _)| *name == "Idempotency-Key") {
        codes.extend([Code::BadIdempotencyKey, Code::IdempotencyInFlight, Code::IdempotencyKeyReused]);
    }
    if *method != Method::GET {
        codes.insert(Code::Conflict);
    }
    codes.extend(special(operation.operation_id.as_deref().unwrap_or_default()));
    codes
}

fn special(id: &str) -> impl Iterator<Item = Code> {
    SPECIAL.iter().filter(move |(end, _)| id.ends_with(end)).flat_map(|(_, codes)| codes.iter().copied())
}

/// A response for each status, with an example of each code.
fn by_status() -> BTreeMap<String, Value> {
    let mut all: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in Code::ALL {
        all.entry(code.status().as_u16()).or_default().push(*code);
    }
    let response = |(status, codes): (u16, Vec<Code>)| {
        let lines: Vec<String> = codes.iter().map(|code| format!("`{}`: {}", code.name(), code.words())).collect();
        let examples: BTreeMap<&str, Value> =
            codes.iter().map(|code| (code.name(), json!({"value": example(*code)}))).collect();
        let body = json!({"schema": {"$ref": "#/components/schemas/ProblemDetails"}, "examples": examples});
        let response = json!({"description": lines.join("\n\n"), "content": {"application/problem+json": body}});
        (format!("Problem{status}"), response)
    };
    all.into_iter().map(response).collect()
}

fn example(code: Code) -> Value {
    let status = code.status();
    let mut example = json!({
        "type": format!("urn:takt:problem:{}", code.name()),
        "title": status.canonical_reason(),
        "status": status.as_u16(),
        "code": code.name(),
        "detail": code.words(),
    });
    if code == Code::Invalid {
        example["detail"] = "/phone: must be a phone number".into();
        example["errors"] = json!([{"field": "/phone", "message": "must be a phone number"}]);
    }
    example
}

/// The ends of operations' ids that have answers of their own.
#[cfg(test)]
pub fn special_ends() -> impl Iterator<Item = &'static str> {
    SPECIAL.iter().map(|(end, _)| *end)
}
