//! The one shape of an error: RFC 9457 problem details with a stable code.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::code::Code;
use crate::crm::id::Id;
use crate::crm::invalid::{FieldError, Invalid};
use crate::store::StoreError;

/// What a handler gives.
pub type Result<T> = std::result::Result<T, Problem>;

/// A request that was not done, and why. It becomes the response as it is.
#[derive(Debug, Clone)]
pub struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    extra: Map<String, Value>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// The body of every error, `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemDetails {
    /// `urn:takt:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status's words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// Stable, snake-case: what programs tell problems apart by.
    pub code: String,
    /// What went wrong and what to do, for people.
    pub detail: String,
    /// What is wrong, field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// What the code's kind of problem says beside that: `version`, `error_id`, `run`, …
    #[serde(flatten)]
    #[schema(additional_properties, value_type = Object)]
    pub extra: Map<String, Value>,
}

impl Problem {
    /// A problem of that code, and a sentence for people.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            extra: Map::new(),
            headers: Vec::new(),
        }))
    }

    /// 401: nobody is known to call.
    #[must_use]
    pub fn unauthenticated(detail: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, detail)
            .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"takt\""))
    }

    /// 403: the caller may not.
    #[must_use]
    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    /// 404: it is not there, or not for the caller to see.
    #[must_use]
    pub fn not_found(detail: impl Into<String>) -> Self {
        Self::new(Code::NotFound, detail)
    }

    /// 415: the body is of a type that is not read there.
    #[must_use]
    pub fn unsupported_media_type(detail: impl Into<String>) -> Self {
        Self::new(Code::UnsupportedMediaType, detail)
    }

    /// 422: one field is wrong. `field` is a JSON Pointer.
    #[must_use]
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Invalid::field(field, message).into()
    }

    /// 429: tried too often.
    #[must_use]
    pub fn too_many(wait: std::time::Duration) -> Self {
        let seconds = wait.as_secs().max(1);
        Self::new(Code::TooManyTries, format!("too many tries: wait {seconds} s"))
            .header(header::RETRY_AFTER, HeaderValue::from(seconds))
    }

    /// 500: the host's own fault. It is logged here, once, with an id; the caller sees the id and no more.
    #[must_use]
    pub fn internal(error: &dyn std::fmt::Display) -> Self {
        let can_not = "the host could not do its part";
        Self::logged(Code::Internal, can_not, error)
    }

    /// What is logged in full, and told by an id.
    fn logged(code: Code, what: &str, error: &dyn std::fmt::Display) -> Self {
        let id = Id::new();
        tracing::error!(error.id = %id, %error, "a request failed: {what}");
        Self::new(code, format!("{what}; the host's log says more under {id}")).with("error_id", id.to_string())
    }

    /// With one member more in the body.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.extra.insert(name.to_owned(), value.into());
        self
    }

    /// With one header more.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Its status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.code.status()
    }

    /// Its body.
    #[must_use]
    pub fn details(&self) -> ProblemDetails {
        let inner = &self.0;
        ProblemDetails {
            kind: format!("urn:takt:problem:{}", inner.code.name()),
            title: inner.code.status().canonical_reason().unwrap_or("Error").to_owned(),
            status: inner.code.status().as_u16(),
            code: inner.code.name().to_owned(),
            detail: inner.detail.clone(),
            errors: inner.errors.clone(),
            extra: inner.extra.clone(),
        }
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        let mut problem = Self::new(Code::Invalid, invalid.to_string());
        problem.0.errors = invalid.0;
        problem
    }
}

impl From<StoreError> for Problem {
    /// 503: the database does not answer, its disk is full, or what it holds is at fault. The log says which.
    fn from(error: StoreError) -> Self {
        let can_not = "the database could not do its part: try again";
        Self::logged(Code::StoreUnavailable, can_not, &error).header(header::RETRY_AFTER, HeaderValue::from_static("2"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // A body of plain strings, numbers and maps always serialises.
        let body = serde_json::to_vec(&self.details()).unwrap_or_default();
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        for (name, value) in self.0.headers {
            headers.insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn body() {
        let problem = Problem::from(Invalid::field("/phone", "must be a phone number")).with("run", "7");
        let details = serde_json::to_value(problem.details()).unwrap();
        assert_eq!(
            details,
            json!({
                "type": "urn:takt:problem:invalid",
                "title": "Unprocessable Entity",
                "status": 422,
                "code": "invalid",
                "detail": "/phone: must be a phone number",
                "errors": [{"field": "/phone", "message": "must be a phone number"}],
                "run": "7",
            })
        );
    }

    #[test]
    fn internal_errors_show_no_detail() {
        let problem = Problem::internal(&"password=hunter2 at /var/lib");
        let body = serde_json::to_string(&problem.details()).unwrap();
        assert!(!body.contains("hunter2"), "{body}");
        assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
