//! Many records at once: out to a file, and in from one.

mod columns;
mod export;
mod import;
mod rows;

use axum::Extension;
use axum::http::HeaderMap;
use axum::routing::{get, post};
use serde_json::{Value, json};
use utoipa::openapi::path::HttpMethod;
use utoipa::{PartialSchema as _, ToSchema as _};
use utoipa_axum::router::UtoipaMethodRouter;

use super::{App, openapi, records_doc};
use crate::crm::kind::Kind;
use crate::http::json;
use crate::http::problem::{Problem, Result};

/// How a file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180), the names of the columns in the first line.
    #[default]
    Csv,
    /// A JSON object on each line (<https://github.com/ndjson/ndjson-spec>).
    Ndjson,
}

impl Format {
    const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }

    fn of_body(headers: &HeaderMap) -> Result<Self> {
        match json::media_type(headers).to_ascii_lowercase().as_str() {
            "text/csv" => Ok(Self::Csv),
            "application/x-ndjson" => Ok(Self::Ndjson),
            _ => Err(Problem::unsupported_media_type("an import is `text/csv` or `application/x-ndjson`")),
        }
    }
}

impl std::str::FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        match text {
            "csv" => Ok(Self::Csv),
            "ndjson" => Ok(Self::Ndjson),
            _ => Err("must be `csv` or `ndjson`"),
        }
    }
}

/// The endpoints of a kind.
#[must_use]
pub fn endpoints(kind: Kind) -> Vec<UtoipaMethodRouter<App>> {
    let path = |verb: &str| format!("/api/v1/{}/{verb}", kind.plural());
    let mut schemas = vec![(import::Imported::name().into_owned(), import::Imported::schema())];
    import::Imported::schemas(&mut schemas);
    vec![
        openapi::endpoint(
            HttpMethod::Get,
            &path("export"),
            export_doc(kind),
            Vec::new(),
            get(export::export).layer(Extension(kind)),
        ),
        openapi::endpoint(
            HttpMethod::Post,
            &path("import"),
            import_doc(kind),
            schemas,
            post(import::import).layer(Extension(kind)),
        ),
    ]
}

fn files() -> Value {
    json!({"text/csv": {"schema": {"type": "string"}}, "application/x-ndjson": {"schema": {"type": "string"}}})
}

fn export_doc(kind: Kind) -> Value {
    let many = kind.plural().replace('_', " ");
    let format = records_doc::optional(
        "format",
        "query",
        "`csv` where absent.",
        &json!({"type": "string", "enum": ["csv", "ndjson"]}),
    );
    let mut parameters = vec![format];
    parameters.extend(records_doc::order_and_filters(kind));
    json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_export", kind.name()),
        "summary": format!("All {many} within reach in one file."),
        "description": "Filters and order are those of the listing. A CSV is UTF-8 with a byte order mark, and a text that a \
            spreadsheet would take for a formula has an apostrophe before it: an import takes both away.",
        "parameters": parameters,
        "responses": {"200": {"description": "The file.", "content": files()}},
    })
}

fn import_doc(kind: Kind) -> Value {
    let many = kind.plural().replace('_', " ");
    let flag = |name: &str, words: &str| records_doc::optional(name, "query", words, &json!({"type": "boolean"}));
    json!({
        "tags": [kind.plural()],
        "operationId": format!("{}_import", kind.name()),
        "summary": format!("Makes and changes {many} by a file: all of its rows, or none."),
        "description": "At most 100,000 rows and 64 MiB. A row with an `id` changes that record, and rests on its `version` \
            where it has one; any other makes a record. The columns are those of an export, or some of them. What is wrong \
            is named by its line: `/lines/17/phone`; the first 10,000 errors are told.",
        "parameters": [
            flag("try", "`true`: all is checked, and nothing written."),
            flag("rules", "`false`: no rule is woken by these records. For admins."),
            records_doc::once(),
        ],
        "requestBody": {"required": true, "content": files()},
        "responses": {"200": {"description": "All rows were taken.", "content": {"application/json": {"schema":
            {"$ref": "#/components/schemas/Imported"}}}}},
    })
}
