//! A person's right to know what is kept of them, and to have it erased.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::errors::unit_problem;
use super::history::AuditView;
use super::{App, attachments, records};
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::query::{Query, Test};
use crate::crm::record::{Record, Reference};
use crate::crm::redaction::Redaction;
use crate::http::identity::Caller;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};
use crate::store::attachment::Attachment;
use crate::store::erasure::Erasure;
use crate::unit::{self, Unit};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(export), routes!(erase)]
}

/// A person outside, by one of their records.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct PersonBody {
    /// `contact` or `lead`.
    kind: Kind,
    /// The record's id.
    id: Id,
}

/// All that is kept of a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Export {
    /// The person's own records: contact, leads, calls.
    #[schema(value_type = Vec<Object>)]
    own: Vec<Value>,
    /// Records about them: deals, documents, invoices, tasks, notifications.
    #[schema(value_type = Vec<Object>)]
    about: Vec<Value>,
    /// The files of these records.
    files: Vec<Attachment>,
    /// What became of each record, the newest first.
    history: Vec<AuditView>,
}

/// What was erased.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Erased {
    /// How many records were changed.
    records: u64,
    /// What stays as it is: issued invoices, which the law wants kept.
    kept: Vec<Reference>,
}

/// All that is kept of a person: their own records, all that is about them, and the history of each.
#[utoipa::path(post, path = "/api/v1/persons/export", tag = "persons", operation_id = "person_export",
    request_body = PersonBody, responses((status = 200, description = "All of it.", body = Export)))]
async fn export(State(app): State<App>, Json(body): Json<PersonBody>) -> Result<axum::Json<Export>> {
    let found = Found::of(&app, body).await?;
    let (mut history, mut files) = (Vec::new(), Vec::new());
    for record in found.own.values().chain(found.about.values()) {
        files.extend(app.engine.store().attachment_list(record.id).await?);
        let mut before = None;
        loop {
            let entries = app.engine.store().audit_of_record(record.id, before, 200).await?;
            before = entries.last().map(|entry| entry.id);
            let more = entries.len() == 200;
            history.extend(entries.into_iter().map(AuditView::from));
            if !more {
                break;
            }
        }
    }
    let faces = |records: &BTreeMap<Id, Arc<Record>>| records.values().map(|record| record.face()).collect();
    Ok(axum::Json(Export { own: faces(&found.own), about: faces(&found.about), files, history }))
}

/// Erases a person: their own records lose what is personal, all others the person's name, numbers and addresses. The
/// audit keeps who changed which field when, and loses what it was. Issued invoices stay. It cannot be undone.
#[utoipa::path(post, path = "/api/v1/persons/erase", tag = "persons", operation_id = "person_erase",
    request_body = PersonBody, responses((status = 200, description = "It is done.", body = Erased)))]
async fn erase(State(app): State<App>, caller: Caller, Json(body): Json<PersonBody>) -> Result<axum::Json<Erased>> {
    let found = Found::of(&app, body).await?;
    let issued = |record: &&Arc<Record>| record.kind == Kind::Invoice && (Kind::Invoice.spec().stays)(record).is_some();
    let kept: Vec<Reference> = found.about.values().filter(issued).map(|record| record.reference()).collect();
    let about = found.about.values().filter(|record| !issued(record)).map(|record| record.id).collect();
    let erasure = Erasure {
        at: app.engine.now(),
        actor: caller.actor(),
        own: found.own.keys().copied().collect(),
        about,
        keys: found.own.values().flat_map(|it| texts(it, &["phone", "email", "phones", "emails"])).collect(),
        redaction: Redaction::new(found.words),
    };
    for record in &erasure.own {
        attachments::drop_all(&app, *record).await?;
    }
    let records = app.engine.store().person_erase(erasure).await?;
    Ok(axum::Json(Erased { records, kept }))
}

/// A person's records, and what names them.
#[derive(Default)]
struct Found {
    own: BTreeMap<Id, Arc<Record>>,
    about: BTreeMap<Id, Arc<Record>>,
    words: Vec<String>,
}

impl Found {
    async fn of(app: &App, PersonBody { kind, id }: PersonBody) -> Result<Self> {
        if !matches!(kind, Kind::Contact | Kind::Lead) {
            return Err(Problem::field("/kind", "must be contact or lead"));
        }
        let start = records::living(app, kind, id).await?;
        let mut unit = app.engine.unit();
        let mut found = Self::default();
        found.gather(&mut unit, start).await.map_err(unit_problem)?;
        Ok(found)
    }

    /// Follows links, numbers and addresses until nothing new is found.
    async fn gather(&mut self, unit: &mut Unit, start: Arc<Record>) -> unit::Result<()> {
        let mut next = vec![start];
        while let Some(record) = next.pop() {
            if self.own.contains_key(&record.id) {
                continue;
            }
            self.own.insert(record.id, record.clone());
            self.words.extend(texts(&record, &["name", "phone", "email", "phones", "emails"]));
            next.extend(self.persons(unit, &record).await?);
        }
        let persons: Vec<Value> = self.own.keys().map(|id| id.to_string().into()).collect();
        let phones: Vec<Value> =
            self.own.values().flat_map(|it| texts(it, &["phone", "phones"])).map(Value::from).collect();
        let mut deals = unit.find_all(all(Kind::Deal, "contact", persons.clone())).await?;
        deals.extend(unit.find_all(all(Kind::Deal, "lead", persons.clone())).await?);
        let of_deals: Vec<Value> = deals.iter().map(|deal| deal.id.to_string().into()).collect();
        let everything: Vec<Value> = persons.iter().chain(&of_deals).cloned().collect();
        for (kind, field, values) in [
            (Kind::Document, "about", &everything),
            (Kind::Task, "about", &everything),
            (Kind::Notification, "about", &everything),
            (Kind::Invoice, "contact", &persons),
            (Kind::Invoice, "deal", &of_deals),
        ] {
            self.about.extend(by_id(unit.find_all(all(kind, field, values.clone())).await?));
        }
        self.about.extend(by_id(deals));
        let calls = unit.find_all(all(Kind::Call, "phone", phones)).await?;
        self.own.extend(by_id(calls));
        self.own.extend(by_id(unit.find_all(all(Kind::Call, "about", everything)).await?));
        Ok(())
    }

    /// Other records of the same person: contact of a lead, leads of a contact.
    async fn persons(&self, unit: &mut Unit, record: &Record) -> unit::Result<Vec<Arc<Record>>> {
        let mut found = Vec::new();
        for (key, fields) in [("phone", ["phone", "phones"]), ("email", ["email", "emails"])] {
            let values = texts(record, &fields);
            for value in &values {
                found.extend(unit.by_key(Kind::Contact, key, value).await?);
            }
            let values = values.into_iter().map(Value::from).collect();
            found.extend(unit.find_all(all(Kind::Lead, key, values)).await?);
        }
        let mut linked: Vec<(Kind, Value)> = Vec::new();
        linked.extend(record.data.get("contact").map(|id| (Kind::Contact, id.clone())));
        let contact = vec![record.id.to_string().into()];
        let deals = unit.find_all(all(Kind::Deal, "contact", contact)).await?;
        linked.extend(deals.iter().filter_map(|deal| Some((Kind::Lead, deal.data.get("lead")?.clone()))));
        for (kind, id) in linked {
            let Some(id) = id.as_str().and_then(|id| id.parse().ok()) else { continue };
            found.extend(unit.read(Reference { kind, id }).await.ok());
        }
        Ok(found)
    }
}

/// The texts in these fields, and in lists of texts.
fn texts(record: &Record, fields: &[&str]) -> Vec<String> {
    let values = fields.iter().filter_map(|field| record.data.get(*field));
    let each = values.flat_map(|value| match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    });
    each.filter_map(|value| value.as_str().map(ToOwned::to_owned)).collect()
}

fn by_id(records: Vec<Arc<Record>>) -> impl Iterator<Item = (Id, Arc<Record>)> {
    records.into_iter().map(|record| (record.id, record))
}

/// All records whose field is one of these.
fn all(kind: Kind, field: &str, values: Vec<Value>) -> Query {
    Query::of(kind, 200).with(field, Test::In(values))
}
