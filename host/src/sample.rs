//! A small company to try Takt with: its people, its hours, its pipeline.

use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::engine::{EditError, Engine};
use crate::unit::{Unit, UnitError};

/// The company's records that others need to name.
#[derive(Debug, Clone)]
pub struct Company {
    /// The sales department.
    pub sales: Id,
    /// Its pipeline.
    pub pipeline: Id,
    /// The admin.
    pub admin: Id,
    /// The head of sales.
    pub head: Id,
    /// The members of sales.
    pub members: Vec<Id>,
}

/// What the people sign in with.
pub const PEOPLE: [(&str, &str); 5] = [
    ("Ada Lindqvist", "ada@nordlicht.example"),
    ("Helga Brandt", "helga@nordlicht.example"),
    ("Anna Petrova", "anna@nordlicht.example"),
    ("Boris Weber", "boris@nordlicht.example"),
    ("Clara Schmidt", "clara@nordlicht.example"),
];

/// Makes the company, all of it or nothing.
///
/// # Errors
/// Where it is there already, or the store fails.
pub async fn company(engine: &Engine) -> Result<Company, EditError> {
    let made =
        engine.edit(Actor::System("sample".to_owned()), None, |unit| -> BoxFuture<'_, _> { Box::pin(make(unit)) });
    made.await.map(|(company, _)| company)
}

async fn make(unit: &mut Unit) -> Result<Company, UnitError> {
    let day = json!([{"from": "09:00", "to": "18:00"}]);
    let calendar = create(
        unit,
        Kind::WorkCalendar,
        json!({
            "title": "Office hours",
            "time_zone": "Europe/Berlin",
            "weekly": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day},
            "holidays": ["2026-12-25", "2027-01-01"],
        }),
    )
    .await?;
    create(
        unit,
        Kind::Organisation,
        json!({
            "name": "Nordlicht Furniture",
            "language": "en",
            "time_zone": "Europe/Berlin",
            "currency": "EUR",
            "region": "DE",
            "work_calendar": calendar,
            "issuer": {
                "legal_name": "Nordlicht Furniture GmbH",
                "tax_id": "DE123456789",
                "address": "Hafenstr. 1, 20457 Hamburg",
                "bank_account": "DE02 1203 0000 0000 2020 51",
                "bank": "Deutsche Kreditbank, BYLADEM1001",
                "signatory": "Helga Brandt, head of sales",
            },
        }),
    )
    .await?;
    let office = create(unit, Kind::Department, json!({"key": "office", "title": "Office"})).await?;
    let sales = json!({"key": "sales", "title": "Sales", "parent": office});
    let sales = create(unit, Kind::Department, sales).await?;
    let admin = person(unit, 0, "admin", office, "en").await?;
    let head = person(unit, 1, "head", sales, "en").await?;
    let members = vec![
        person(unit, 2, "member", sales, "ru").await?,
        person(unit, 3, "member", sales, "en").await?,
        person(unit, 4, "member", sales, "en").await?,
    ];
    let led = crate::crm::record::Reference { kind: Kind::Department, id: sales };
    unit.patch(led, json!({"head": head}), None).await?;
    let pipeline = create(unit, Kind::Pipeline, pipeline()).await?;
    Ok(Company { sales, pipeline, admin, head, members })
}

fn pipeline() -> Value {
    let stage = |key: &str, title: &str, outcome: &str| json!({"key": key, "title": title, "outcome": outcome});
    json!({"key": "sales", "title": "Sales", "stages": [
        stage("new", "New", "open"),
        stage("agreed", "Agreed", "open"),
        stage("documents", "Documents", "open"),
        stage("contract", "Contract", "open"),
        stage("payment", "Payment", "open"),
        stage("shipment", "Shipment", "open"),
        stage("won", "Won", "won"),
        stage("lost", "Lost", "lost"),
    ]})
}

async fn person(unit: &mut Unit, at: usize, role: &str, department: Id, language: &str) -> Result<Id, UnitError> {
    let (name, email) = PEOPLE[at];
    let fields = json!({"name": name, "email": email, "role": role, "department": department, "language": language});
    create(unit, Kind::User, fields).await
}

async fn create(unit: &mut Unit, kind: Kind, fields: Value) -> Result<Id, UnitError> {
    let Value::Object(fields) = fields else {
        return Err(crate::crm::invalid::Invalid::field("", "an object of fields is expected").into());
    };
    Ok(unit.create(kind, fields).await?.id)
}
