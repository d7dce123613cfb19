//! What is to be typeset, and what comes of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::crm::instant::Instant;

/// One paper to typeset. The same job gives the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The template, in Typst's language.
    pub source: String,
    /// What it finds in `/data.json`.
    pub data: Value,
    /// The files that it finds beside that, by path: base64.
    pub files: BTreeMap<String, String>,
    /// The moment that the PDF says it was made at, and that is today for the template.
    pub at: Instant,
}

/// What is wrong in a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fault {
    /// `template`, or the file of the host that it called: `/takt.typ`.
    pub file: String,
    /// Of the file, from 1; absent where it is about no place in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// In the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong there.
    pub message: String,
    /// What may help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The template is wrong.
    #[error("{}", told(.0))]
    Template(Vec<Fault>),
    /// It took too long, and was stopped.
    #[error("the template was not done within {0} s and was stopped: look for a loop that does not end")]
    TooSlow(u64),
    /// What typeset it ended: it wants more memory than there may be, or calls itself too deeply.
    #[error("the template used up its {0} MiB of memory, or calls itself too deeply, and was stopped")]
    TooLarge(u64),
    /// All that typeset are busy.
    #[error("too many papers are being made at this moment: try again soon")]
    Busy,
    /// The host's fault.
    #[error("papers can't be made here: {0}")]
    Host(String),
}

fn told(faults: &[Fault]) -> String {
    let told = faults.iter().map(|fault| match fault.line {
        Some(line) => format!("{}, line {line}: {}", fault.file, fault.message),
        None => fault.message.clone(),
    });
    told.collect::<Vec<_>>().join("; ")
}
