//! What happened with a record, in one stream: its own changes, and the calls, messages, tasks, papers, meetings and deals
//! that have to do with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use serde::Serialize;
use serde_json::Value;

use super::access::{self, Reach, Verb};
use super::history::AuditView;
use super::{App, IdPath, Page, faces, id, records};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::query::{Cursor, Query, Sort, Test};
use crate::crm::record::Record;
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};

/// The kinds whose records have to do with others.
const SOURCES: [Kind; 8] =
    [Kind::Lead, Kind::Deal, Kind::Task, Kind::Call, Kind::Meeting, Kind::Document, Kind::Invoice, Kind::Message];

/// One thing that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TimelineItem {
    /// The record itself was made, changed or deleted.
    Change {
        /// When.
        at: Instant,
        /// What was changed.
        change: AuditView,
    },
    /// A record was made that has to do with it.
    Record {
        /// When.
        at: Instant,
        /// That record, as it is now.
        #[schema(value_type = Object)]
        record: Value,
    },
}

/// Where a reader stands: each stream is read on from its own place.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    /// The last change told.
    change: Option<u64>,
    /// The last record told.
    record: Option<Id>,
}

impl Position {
    fn read(text: &str) -> Option<Self> {
        let (change, record) = text.split_once('.')?;
        let part = |text: &str| (text != "-").then(|| text.to_owned());
        let change = part(change).map(|text| text.parse::<u64>()).transpose().ok()?;
        let record = part(record).map(|text| text.parse::<Id>()).transpose().ok()?;
        change.is_none_or(|change| i64::try_from(change).is_ok()).then_some(Self { change, record })
    }

    fn write(self) -> String {
        let change = self.change.map_or_else(|| "-".to_owned(), |change| change.to_string());
        let record = self.record.map_or_else(|| "-".to_owned(), |record| record.to_string());
        format!("{change}.{record}")
    }
}

/// `GET /{plural}/{id}/timeline`: newest first.
pub async fn timeline(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    Path(path): IdPath,
    mut params: Params,
) -> Result<axum::Json<Page<TimelineItem>>> {
    let limit = params.limit()?;
    let after = params.take("after")?;
    params.finish(&["limit", "after"])?;
    let mut position = match after {
        None => Position::default(),
        Some(text) => Position::read(&text).ok_or_else(|| Problem::field("/after", "must be the `next` of a page"))?,
    };
    let record = records::within_reach(&app, &caller, kind, id(&path)?).await?;
    let mut changes =
        app.engine.store().audit_of_record(record.id, position.change, limit).await?.into_iter().peekable();
    let mut others = related(&app, &caller, &record, position.record, limit).await?.into_iter().peekable();
    let mut items = Vec::new();
    while items.len() < limit as usize {
        let change_first = match (changes.peek(), others.peek()) {
            (Some(change), Some(other)) => change.at >= other.created_at,
            (change, _) => change.is_some(),
        };
        if change_first {
            let Some(change) = changes.next() else { break };
            position.change = Some(change.id);
            items.push(TimelineItem::Change { at: change.at, change: faces::change(&caller, change.into()) });
        } else {
            let Some(other) = others.next() else { break };
            position.record = Some(other.id);
            items.push(TimelineItem::Record { at: other.created_at, record: faces::face(&caller, &other) });
        }
    }
    let full = items.len() == limit as usize;
    Ok(axum::Json(Page { items, next: full.then(|| position.write()) }))
}

/// The records within reach that have to do with this one, the newest first.
async fn related(
    app: &App,
    caller: &Caller,
    record: &Record,
    before: Option<Id>,
    limit: u32,
) -> Result<Vec<Arc<Record>>> {
    let mut found = BTreeMap::new();
    for kind in SOURCES {
        if access::who(kind, Verb::Read).check(caller).is_err() {
            continue;
        }
        let reach = Reach::of(&app.engine, caller, kind).await?;
        let names = ["about", record.kind.name()];
        for name in names.into_iter().filter(|name| kind.spec().field(name).is_some()) {
            let query = Query::of(kind, limit).with(name, Test::In(vec![record.id.to_string().into()]));
            let query = Query {
                sort: Sort { field: None, descending: true },
                after: before.map(|id| Cursor { value: Value::Null, id }),
                ..query
            };
            let page = app.engine.store().record_find(&reach.narrow(query), &[]).await?;
            found.extend(page.records.into_iter().map(|record| (record.id, record)));
        }
    }
    Ok(found.into_values().rev().take(limit as usize).collect())
}
