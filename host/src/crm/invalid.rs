//! What is wrong with values that somebody gave.

use serde::{Deserialize, Serialize};
use serde_path_to_error::Segment;

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldError {
    /// JSON Pointer (RFC 6901) to the field; empty for the whole.
    pub field: String,
    /// What is wrong with it, as a sentence fragment.
    pub message: String,
}

/// The values break rules of the record: one line a field. Never empty when returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(FieldError::told).collect::<Vec<_>>().join("; "))]
pub struct Invalid(pub Vec<FieldError>);

/// A name as one part of a JSON Pointer (RFC 6901, section 3).
#[must_use]
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Where a value could not be read, as a JSON Pointer.
#[must_use]
pub fn pointer(path: &serde_path_to_error::Path) -> String {
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", escaped(key)),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => String::new(),
        })
        .collect()
}

impl FieldError {
    /// Field and message; the message alone where it is about the whole.
    fn told(&self) -> String {
        if self.field.is_empty() { self.message.clone() } else { format!("{}: {}", self.field, self.message) }
    }
}

impl Invalid {
    /// One field's error.
    #[must_use]
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// Notes one more. `field` is a JSON Pointer.
    pub fn note(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Notes one more where `ok` does not hold.
    pub fn check(&mut self, ok: bool, field: &str, message: &str) {
        if !ok {
            self.note(field, message);
        }
    }

    /// `value` where nothing was noted.
    ///
    /// # Errors
    /// Itself, where something was.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}
