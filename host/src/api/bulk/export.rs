//! All records of a listing in one file, written as it is read.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::{TryStreamExt as _, stream};

use super::super::access::Reach;
use super::super::{App, faces};
use super::Format;
use super::columns::{self, Column};
use crate::crm::kind::Kind;
use crate::crm::query::Query;
use crate::crm::record::Record;
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};

/// How many records are read at a time.
const PAGE: u32 = 500;
/// Without it, spreadsheet programs take UTF-8 for something else.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(super) async fn export(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    mut params: Params,
) -> Result<Response> {
    let format: Format = params.parse("format")?.unwrap_or_default();
    for name in ["limit", "after"] {
        if params.take(name)?.is_some() {
            return Err(Problem::field(format!("/{name}"), "is not known here: an export has all of it"));
        }
    }
    let query = params.query(kind, &app.engine.custom())?;
    faces::check(&caller, &query)?;
    let query = Query { limit: PAGE, ..Reach::of(&app.engine, &caller, kind).await?.narrow(query) };
    let head = [
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media())),
        (header::CONTENT_DISPOSITION, disposition(kind, format)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    let pages = stream::try_unfold(Export::new(app, caller, format, query), Export::page);
    let pages = pages.inspect_err(|error| tracing::error!(%error, "an export broke off"));
    Ok((head, Body::from_stream(pages)).into_response())
}

fn disposition(kind: Kind, format: Format) -> Result<HeaderValue> {
    let text = format!("attachment; filename=\"{}.{}\"", kind.plural(), format.ending());
    HeaderValue::from_str(&text).map_err(|error| Problem::internal(&error))
}

/// Where an export stands.
struct Export {
    app: App,
    caller: Caller,
    format: Format,
    /// The next page; `None` after the last.
    next: Option<Query>,
    columns: Vec<Column>,
    first: bool,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

impl Export {
    fn new(app: App, caller: Caller, format: Format, query: Query) -> Self {
        let mut columns = columns::of_kind(query.kind, &app.engine.custom());
        if !caller.reaches(faces::PERSONAL) {
            let personal = query.kind.spec().personal;
            columns.retain(|column| !personal.contains(&column.name.split('.').next().unwrap_or_default()));
        }
        Self { app, caller, format, next: Some(query), columns, first: true }
    }

    async fn page(mut self) -> std::result::Result<Option<(Vec<u8>, Self)>, Fault> {
        let Some(query) = self.next.take() else { return Ok(None) };
        let page = self.app.engine.store().record_find(&query, &[]).await?;
        let bytes = match self.format {
            Format::Csv => self.csv(&page.records)?,
            Format::Ndjson => self.ndjson(&page.records),
        };
        self.first = false;
        self.next = page.next.map(|after| Query { after: Some(after), ..query });
        Ok(Some((bytes, self)))
    }

    fn csv(&self, records: &[Arc<Record>]) -> std::result::Result<Vec<u8>, Fault> {
        let start = if self.first { BYTE_ORDER_MARK.to_vec() } else { Vec::new() };
        let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(start);
        if self.first {
            writer.write_record(self.columns.iter().map(|column| &column.name))?;
        }
        for record in records {
            let face = faces::face(&self.caller, record);
            writer.write_record(self.columns.iter().map(|column| column.cell(&face)))?;
        }
        Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
    }

    fn ndjson(&self, records: &[Arc<Record>]) -> Vec<u8> {
        records.iter().flat_map(|record| format!("{}\n", faces::face(&self.caller, record)).into_bytes()).collect()
    }
}
