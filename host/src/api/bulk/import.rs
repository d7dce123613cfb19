//! A file of records, taken whole: all of its rows in one commit, or none.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use futures::FutureExt as _;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Format;
use super::rows::{self, Row};
use crate::api::access::{Reach, Verb};
use crate::api::errors::{edit_problem, placed, unit_problem};
use crate::api::idempotency::{self, Request as Once};
use crate::api::{App, given, messages};
use crate::crm::id::Id;
use crate::crm::invalid::{FieldError, Invalid};
use crate::crm::kind::Kind;
use crate::crm::record::Reference;
use crate::http::identity::Caller;
use crate::http::json;
use crate::http::page::Params;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::commit::Idempotency;
use crate::unit::{Prepared, Unit, UnitError};

/// How large a file may be.
const LIMIT: usize = 64 << 20;
/// After so many rows, others have their turn.
const TURN: usize = 256;

/// What an import came to.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Imported {
    /// Rows that made a record.
    created: usize,
    /// Rows that were changes of a record.
    updated: usize,
    /// Whether it was tried only, and nothing written.
    tried: bool,
}

pub(super) async fn import(
    State(app): State<App>,
    Extension(kind): Extension<Kind>,
    caller: Caller,
    mut params: Params,
    request: Request,
) -> Result<axum::Json<Imported>> {
    let tried = params.parse("try")?.unwrap_or(false);
    let silent = !params.parse("rules")?.unwrap_or(true);
    params.finish(&["try", "rules"])?;
    if silent && !caller.is_admin() {
        return Err(Problem::forbidden("`rules=false` is for admins: no rule would see these records come"));
    }
    let headers = request.headers().clone();
    let format = Format::of_body(&headers)?;
    let file = json::read(request.into_body(), LIMIT).await?;
    let asked = json!({"import": secret::hex_digest(&file), "try": tried, "rules": !silent});
    let key = match idempotency::look(&app, &caller, &headers, kind.plural(), &asked).await? {
        Once::Done(outcome) => return Ok(axum::Json(done(outcome)?)),
        Once::Fresh(key) => key,
    };
    let custom = app.engine.custom();
    let read = tokio::task::spawn_blocking(move || rows::read(kind, &custom, format, &file)).await;
    let rows = read.map_err(|error| Problem::internal(&error))??;
    let import = Arc::new(Import::new(&app, &caller, kind, rows).await?);
    let imported = Imported { tried, ..import.imported() };
    if tried {
        import.write(&mut app.engine.unit()).await.map_err(unit_problem)?;
        return Ok(axum::Json(imported));
    }
    let key = key.map(|key| Idempotency { outcome: json!(imported), ..key });
    let done = app.engine.edit(caller.actor(), key, |unit| {
        let import = import.clone();
        async move {
            if silent {
                unit.wake_nobody();
            }
            import.write(unit).await
        }
        .boxed()
    });
    done.await.map_err(edit_problem)?;
    Ok(axum::Json(imported))
}

/// The same file, sent again.
fn done(outcome: Value) -> Result<Imported> {
    serde_json::from_value(outcome).map_err(|error| Problem::internal(&error))
}

/// Rows that the caller may write, as far as that shows before the records are read.
struct Import {
    kind: Kind,
    reach: Reach,
    rows: Vec<(Id, Row)>,
    /// On which line each of the new records stands.
    lines: HashMap<Id, u64>,
}

impl Import {
    async fn new(app: &App, caller: &Caller, kind: Kind, rows: Vec<Row>) -> Result<Self> {
        for row in &rows {
            given::check(caller, kind, &row.fields)?;
            if kind == Kind::Message {
                messages::check(app, caller, &row.fields).await?;
            }
        }
        let reach = Reach::to(Verb::Write, &app.engine, caller, kind).await?;
        let rows: Vec<(Id, Row)> = rows.into_iter().map(|row| (row.id.unwrap_or_default(), row)).collect();
        let new = rows.iter().filter(|(_, row)| row.id.is_none());
        let lines = new.map(|(id, row)| (*id, row.line)).collect();
        Ok(Self { kind, reach, rows, lines })
    }

    fn imported(&self) -> Imported {
        let updated = self.rows.iter().filter(|(_, row)| row.id.is_some()).count();
        Imported { created: self.rows.len() - updated, updated, tried: false }
    }

    /// Writes all rows, or tells what is wrong with each.
    async fn write(&self, unit: &mut Unit) -> std::result::Result<(), UnitError> {
        let mut invalid = Invalid::default();
        for some in self.rows.chunks(TURN) {
            tokio::task::yield_now().await;
            let new = some.iter().filter(|(_, row)| row.id.is_none());
            let mut prepared = unit.prepare(self.kind, new.map(|(_, row)| &row.fields)).await?;
            for (id, row) in some {
                let reference = Reference { kind: self.kind, id: *id };
                match self.write_row(unit, reference, row, &mut prepared).await {
                    Ok(()) => {}
                    Err(UnitError::Store(error)) => return Err(error.into()),
                    Err(error) => self.note(&mut invalid, row.line, error),
                }
                if invalid.0.len() >= rows::ERRORS {
                    return Err(invalid.into());
                }
            }
        }
        Ok(invalid.or(())?)
    }

    async fn write_row(
        &self,
        unit: &mut Unit,
        record: Reference,
        row: &Row,
        prepared: &mut Prepared,
    ) -> std::result::Result<(), UnitError> {
        if row.id.is_none() {
            return unit.create_next(record.id, record.kind, prepared).await.map(drop);
        }
        let before = unit.read(record).await?;
        if !self.reach.covers(&before) {
            return Err(UnitError::NotFound(record));
        }
        unit.patch(record, Value::Object(row.fields.clone()), row.version).await.map(drop)
    }

    fn note(&self, invalid: &mut Invalid, line: u64, error: UnitError) {
        let at = format!("/lines/{line}");
        match placed(error, &at) {
            UnitError::Invalid(wrong) => {
                let wrong = wrong.0.into_iter();
                invalid.0.extend(wrong.map(|error| FieldError { message: self.by_lines(error.message), ..error }));
            }
            UnitError::Stale { found, .. } => {
                invalid.note(format!("{at}/version"), format!("somebody changed it since: it is at version {found}"));
            }
            other => invalid.note(at, other.to_string()),
        }
    }

    /// Nobody knows the ids of records that are not made yet: they are called by their lines.
    fn by_lines(&self, message: String) -> String {
        let Some(id) = message.split(' ').find_map(|word| word.parse::<Id>().ok()) else { return message };
        match self.lines.get(&id) {
            Some(line) => message.replace(&format!("{} {id}", self.kind), &format!("line {line}")),
            None => message,
        }
    }
}
