//! `takt:crm/records`

use serde_json::{Map, Value};

use super::filter::{PAGE, read_cursor, write_cursor};
use super::typed::{Listing, Result, reads, reference_of, writes};
use crate::crm::custom::CustomFields;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::{Field, Kind, Shape};
use crate::crm::query::{Condition, Query, Sort, Test};
use crate::crm::record::Record;
use crate::wasm::bindings::takt::crm::records::{
    Condition as GivenCondition, Host, Query as GivenQuery, Test as Given,
};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::convert::parse_json;
use crate::wasm::state::State;

type Checked<T> = std::result::Result<T, Invalid>;

impl Host for State {
    async fn get(&mut self, kind: String, id: String) -> Result<String> {
        let kind = kind_of(&kind)?;
        let unit = self.begin(&reads(kind))?;
        let record = unit.read(reference_of(kind, &id)?).await?;
        self.meter.charge_rows(1)?;
        Ok(face(&record))
    }

    async fn find(&mut self, query: GivenQuery, page: types::Page) -> Listing<String> {
        let mut query = read_query(query, self.unit()?.custom())?;
        read_page(&mut query, &page)?;
        let unit = self.begin(&reads(query.kind))?;
        let found = unit.find(&query).await?;
        self.meter.charge_rows(found.records.len())?;
        let faces = found.records.iter().map(|record| face(record)).collect();
        Ok((faces, found.next.map(|next| write_cursor(&next))))
    }

    async fn count(&mut self, query: GivenQuery) -> Result<u64> {
        let query = read_query(query, self.unit()?.custom())?;
        let unit = self.begin(&reads(query.kind))?;
        let count = unit.count(&query).await?;
        self.meter.charge_rows(1)?;
        Ok(count)
    }

    async fn create(&mut self, kind: String, fields: String) -> Result<String> {
        let kind = writable(&kind)?;
        self.begin(&writes(kind))?;
        self.meter.charge_writes(1)?;
        let mut fields = object(&fields, "")?;
        if kind == Kind::Message && fields.get("expected") == Some(&Value::Bool(true)) {
            // It goes around consent and quiet hours: an admin says who may.
            self.wants("messages:expected")?;
        }
        if kind.spec().field("plugin").is_some() {
            fields.insert("plugin".to_owned(), self.installation()?.manifest.name.as_str().into());
        }
        let record = self.unit()?.create(kind, fields).await?;
        Ok(face(&record))
    }

    async fn update(&mut self, kind: String, id: String, patch: String) -> Result<String> {
        let kind = writable(&kind)?;
        self.begin(&writes(kind))?;
        self.meter.charge_writes(1)?;
        let patch = Value::Object(object(&patch, "")?);
        let reference = reference_of(kind, &id)?;
        let record = self.unit()?.patch(reference, patch, None).await?;
        Ok(face(&record))
    }

    async fn delete(&mut self, kind: String, id: String) -> Result<()> {
        let kind = writable(&kind)?;
        self.begin(&writes(kind))?;
        self.meter.charge_writes(1)?;
        let reference = reference_of(kind, &id)?;
        Ok(self.unit()?.delete(reference, None).await?)
    }
}

fn face(record: &Record) -> String {
    record.face().to_string()
}

fn kind_of(name: &str) -> Checked<Kind> {
    name.parse().map_err(|error| Invalid::field("/kind", format!("{error}")))
}

/// Who may do what, and what speaks to people in a rule's name, is not for rules to write as they please.
fn writable(name: &str) -> Checked<Kind> {
    match kind_of(name)? {
        Kind::User | Kind::Organisation => {
            Err(Invalid::field("/kind", format!("rules do not write records of {name}")))
        }
        Kind::Notification => Err(Invalid::field("/kind", "rules write notifications through `notifications`")),
        kind => Ok(kind),
    }
}

fn object(text: &str, field: &str) -> Checked<Map<String, Value>> {
    match parse_json(text, field)? {
        Value::Object(object) => Ok(object),
        _ => Err(Invalid::field(field, "must be a JSON object")),
    }
}

fn read_query(given: GivenQuery, custom: &CustomFields) -> Checked<Query> {
    let mut query = Query::of(kind_of(&given.kind)?, PAGE);
    let mut invalid = Invalid::default();
    for (at, condition) in given.conditions.into_iter().enumerate() {
        match read_condition(query.kind, custom, condition) {
            Ok(condition) => query.conditions.push(condition),
            Err(message) => invalid.note(format!("/conditions/{at}"), message),
        }
    }
    if let Some(sort) = given.sort {
        match read_sort(query.kind, custom, &sort) {
            Some(sort) => query.sort = sort,
            None => invalid.note("/sort", format!("{} are not sorted by `{sort}`", query.kind.plural())),
        }
    }
    invalid.or(query)
}

fn read_sort(kind: Kind, custom: &CustomFields, text: &str) -> Option<Sort> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let field = custom.listed(kind, name).filter(|field| !field.place.is_several())?;
    Some(Sort { field: Some(field), descending })
}

fn read_condition(kind: Kind, custom: &CustomFields, given: GivenCondition) -> std::result::Result<Condition, String> {
    let field = custom.listed(kind, &given.field);
    let field = field.ok_or_else(|| format!("{} are not found by `{}`", kind.plural(), given.field))?;
    let bound = |text: &str| match field.place.is_several() {
        true => Err(format!("`{}` is this or that, never more or less", field.name)),
        false => read_value(field, text),
    };
    let test = match given.test {
        Given::Any(values) => {
            Test::In(values.iter().map(|text| read_value(field, text)).collect::<std::result::Result<_, _>>()?)
        }
        Given::AtLeast(text) => Test::AtLeast(bound(&text)?),
        Given::Below(text) => Test::Below(bound(&text)?),
        Given::Absent => Test::Absent,
        Given::Present => Test::Present,
    };
    Ok(Condition { field, test })
}

/// The value as the store keeps it.
fn read_value(field: &Field, text: &str) -> std::result::Result<Value, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}"))?;
    match (field.shape, &value) {
        (Shape::Text | Shape::Id, Value::String(_)) | (Shape::Bool, Value::Bool(_)) => Ok(value),
        (Shape::Integer, Value::Number(number)) if number.is_i64() => Ok(value),
        (Shape::Number, Value::Number(_)) => Ok(value),
        (Shape::Instant, Value::String(_)) => serde_json::from_value::<Instant>(value.clone())
            .map(|at| at.to_string().into())
            .map_err(|error| error.to_string()),
        _ => Err(format!("`{}` is no value of `{}`", value, field.name)),
    }
}

fn read_page(query: &mut Query, page: &types::Page) -> Checked<()> {
    let mut invalid = Invalid::default();
    invalid.check((1..=PAGE).contains(&page.limit), "/page/limit", "must be 1 to 200");
    query.limit = page.limit;
    if let Some(text) = &page.cursor {
        query.after = read_cursor(text);
        invalid.check(query.after.is_some(), "/page/cursor", "is no cursor that a page before gave");
    }
    invalid.or(())
}
