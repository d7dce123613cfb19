//! A company to try Takt with: its people, its hours, its pipeline; and what it has gathered, as much as somebody wants.

mod generate;
mod story;
mod words;

use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::engine::{EditError, Engine};
use crate::unit::{Unit, UnitError};

pub use generate::{Amount, MOST, generate};
pub use words::Language;

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
    let made = engine.edit(Actor::System("sample".to_owned()), None, |unit| -> BoxFuture<'_, _> {
        Box::pin(make(unit, Language::En))
    });
    made.await.map(|(company, _)| company)
}

async fn make(unit: &mut Unit, language: Language) -> Result<Company, UnitError> {
    let house = language.house();
    let day = json!([{"from": "09:00", "to": "18:00"}]);
    let calendar = create(
        unit,
        Kind::WorkCalendar,
        json!({
            "title": house.hours,
            "time_zone": house.time_zone,
            "weekly": {"mon": day, "tue": day, "wed": day, "thu": day, "fri": day},
            "holidays": house.holidays,
        }),
    )
    .await?;
    create(
        unit,
        Kind::Organisation,
        json!({
            "name": house.name,
            "language": language.words().tag,
            "time_zone": house.time_zone,
            "currency": language.words().currency.0,
            "region": house.region,
            "work_calendar": calendar,
            "issuer": {
                "legal_name": house.legal_name,
                "tax_id": house.tax_id,
                "address": house.address,
                "bank_account": house.bank_account,
                "bank": house.bank,
                "signatory": house.signatory,
            },
        }),
    )
    .await?;
    let office = create(unit, Kind::Department, json!({"key": "office", "title": house.departments[0]})).await?;
    let sales = json!({"key": "sales", "title": house.departments[1], "parent": office});
    let sales = create(unit, Kind::Department, sales).await?;
    let mut people = Vec::new();
    for (at, (role, department)) in
        [("admin", office), ("head", sales), ("member", sales), ("member", sales), ("member", sales)]
            .into_iter()
            .enumerate()
    {
        let (name, language) = house.people[at];
        let fields =
            json!({"name": name, "email": PEOPLE[at].1, "role": role, "department": department, "language": language});
        people.push(create(unit, Kind::User, fields).await?);
    }
    let led = crate::crm::record::Reference { kind: Kind::Department, id: sales };
    unit.patch(led, json!({"head": people[1]}), None).await?;
    let stages: Vec<Value> = STAGES
        .iter()
        .zip(house.stages)
        .map(|((key, outcome), title)| json!({"key": key, "title": title, "outcome": outcome}))
        .collect();
    let pipeline = json!({"key": "sales", "title": house.departments[1], "stages": stages});
    let pipeline = create(unit, Kind::Pipeline, pipeline).await?;
    Ok(Company { sales, pipeline, admin: people[0], head: people[1], members: people.split_off(2) })
}

/// The stages of the pipeline, and what each means.
const STAGES: [(&str, &str); 8] = [
    ("new", "open"),
    ("agreed", "open"),
    ("documents", "open"),
    ("contract", "open"),
    ("payment", "open"),
    ("shipment", "open"),
    ("won", "won"),
    ("lost", "lost"),
];

async fn create(unit: &mut Unit, kind: Kind, fields: Value) -> Result<Id, UnitError> {
    let Value::Object(fields) = fields else {
        return Err(crate::crm::invalid::Invalid::field("", "an object of fields is expected").into());
    };
    Ok(unit.create(kind, fields).await?.id)
}
