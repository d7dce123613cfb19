//! The audit, searched: who or which rule changed what, and why.

use axum::extract::State;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::history::AuditView;
use super::{App, Page, faces};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::store::audit::AuditFilter;

/// Entries that one page looks at.
const LOOK: u32 = 20_000;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(search)]
}

/// Changes of all records, newest first, those of deleted ones too: who or which rule made each, and what led to it.
///
/// A page may have fewer items than asked for, or none, and a `next` all the same: no page looks at more than 20,000
/// changes.
#[utoipa::path(get, path = "/api/v1/audit", tag = "history", operation_id = "audit_search",
    params(
        ("kind" = Option<Kind>, Query, description = "Of records of this kind."),
        ("record" = Option<Id>, Query, description = "Of this record."),
        ("by" = Option<String>, Query, description = "By this user (id), plugin (name) or outside system (its token's name)."),
        ("field" = Option<String>, Query, description = "With this field among what was changed."),
        ("from" = Option<Instant>, Query, description = "At that moment or later."),
        ("to" = Option<Instant>, Query, description = "Before that moment."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
        ("after" = Option<String>, Query, description = "`next` of the page before."),
    ),
    responses((status = 200, description = "A page of changes.", body = Page<AuditView>)))]
async fn search(State(app): State<App>, caller: Caller, mut params: Params) -> Result<axum::Json<Page<AuditView>>> {
    let store = app.engine.store();
    let after = match params.number("after")? {
        Some(last) => Some(
            store
                .audit_read(last)
                .await?
                .map(|entry| (entry.at, entry.id))
                .ok_or_else(|| Problem::field("/after", "must be the `next` of a page before"))?,
        ),
        None => None,
    };
    let filter = AuditFilter {
        kind: params.parse("kind")?,
        record: params.parse("record")?,
        by: params.take("by")?,
        field: params.take("field")?,
        from: params.parse("from")?,
        to: params.parse("to")?,
        after,
        limit: params.limit()?,
        look: LOOK,
    };
    params.finish(&["kind", "record", "by", "field", "from", "to", "limit", "after"])?;
    if let (Some(from), Some(to)) = (filter.from, filter.to)
        && to < from
    {
        return Err(Problem::field("/to", "must not be before `from`"));
    }
    let found = store.audit_search(&filter).await?;
    let items = found.entries.into_iter().map(|entry| faces::change(&caller, entry.into())).collect();
    Ok(axum::Json(Page { items, next: found.next.map(|last| last.to_string()) }))
}
