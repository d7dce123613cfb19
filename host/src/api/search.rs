//! Looking for words in records of all kinds.

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::access::{self, Reach, Verb};
use super::{App, faces};
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Sort};
use crate::crm::search::Words;
use crate::http::identity::Caller;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};

/// How many records of each kind are told where nobody says.
const USUAL: u32 = 5;
/// How many at most.
const MOST: u32 = 20;

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(search)]
}

/// What was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Found {
    /// Kind by kind, those of each the newest first.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
}

/// Records of all kinds that have these words, or words that begin so: the newest of each kind within reach. Where the
/// listing of a kind is asked for the same words, by its `q`, all of them are found.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", operation_id = "search",
    params(
        ("q" = String, Query, description = "Words, or beginnings of them; a telephone number's last digits, too.", min_length = 1, max_length = 200),
        ("kinds" = Option<String>, Query, description = "Of these kinds alone: names with commas between."),
        ("limit" = Option<u32>, Query, description = "So many of each kind; 5 where absent.", minimum = 1, maximum = 20),
    ),
    responses((status = 200, description = "What was found.", body = Found)))]
async fn search(State(app): State<App>, caller: Caller, mut params: Params) -> Result<axum::Json<Found>> {
    let asked = params.take("q")?.ok_or_else(|| Problem::field("/q", "must be given"))?;
    let words = Words::read(&asked).map_err(|wrong| Problem::field("/q", wrong))?;
    let limit = params.limit_of(USUAL, MOST)?;
    let kinds = params.take("kinds")?.map_or_else(|| Ok(searched().collect()), |names| kinds(&names))?;
    params.finish(&["q", "kinds", "limit"])?;
    let mut items = Vec::new();
    for kind in kinds {
        let query = Query {
            words: Some(words.clone()),
            sort: Sort { field: None, descending: true },
            ..Query::of(kind, limit)
        };
        // What somebody may not read, or not look for in that way, is left out.
        if access::who(kind, Verb::Read).check(&caller).is_err() || faces::check(&caller, &query).is_err() {
            continue;
        }
        let query = Reach::of(&app.engine, &caller, kind).await?.narrow(query);
        let found = app.engine.store().record_find(&query, &[]).await?.records;
        items.extend(found.iter().map(|record| faces::face(&caller, record)));
    }
    Ok(axum::Json(Found { items }))
}

fn searched() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| !kind.spec().text.is_empty())
}

fn kinds(names: &str) -> Result<Vec<Kind>> {
    let known = || searched().map(Kind::name).collect::<Vec<_>>().join(", ");
    let kind = |name: &str| {
        let found = searched().find(|kind| kind.name() == name.trim());
        found.ok_or_else(|| Problem::field("/kinds", format!("must be of {}", known())))
    };
    names.split(',').map(kind).collect()
}
