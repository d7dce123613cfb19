//! What the interfaces of the single kinds share.

use serde_json::{Map, Value};

use crate::crm::entity::Entity;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::money::Money;
use crate::crm::record::{Record, Reference};
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::imports::filter::{Filter, write_cursor};
use crate::wasm::imports::patch::Patch;
use crate::wasm::state::{HostError, State, Stop};

/// What came of a host function.
pub(super) type Result<T> = std::result::Result<T, HostError>;
/// A page of records as the contract has it.
pub(super) type Listing<F> = Result<(Vec<F>, Option<String>)>;

/// A record of one kind as the contract has it.
pub(super) trait Face: Sized {
    /// The kind's struct.
    type Entity: Entity;

    /// Puts it together.
    fn new(head: Head, entity: Self::Entity) -> Self;
}

/// What every record has beside its fields.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) number: Option<u64>,
    pub(super) version: u64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
}

/// The kind's record as the contract has it.
pub(super) fn face<F: Face>(record: &Record) -> Result<F> {
    let entity = record
        .entity::<F::Entity>()
        .map_err(|error| Stop::Host(format!("the stored {} {} is damaged: {error}", record.kind, record.id)))?;
    let head = Head {
        id: record.id.to_string(),
        number: record.number,
        version: record.version,
        created_at: record.created_at.micros(),
        updated_at: record.updated_at.micros(),
    };
    Ok(F::new(head, entity))
}

impl State {
    /// One record.
    pub(super) async fn record_get<F: Face>(&mut self, id: &str) -> Result<F> {
        let kind = F::Entity::KIND;
        let unit = self.begin(&reads(kind))?;
        let record = unit.read(reference_of(kind, id)?).await?;
        self.meter.charge_rows(1)?;
        face(&record)
    }

    /// A page of records.
    pub(super) async fn record_find<F: Face>(&mut self, filter: Filter, page: types::Page) -> Listing<F> {
        let unit = self.begin(&reads(F::Entity::KIND))?;
        let found = unit.find(&filter.page(&page)?).await?;
        self.meter.charge_rows(found.records.len())?;
        let faces = found.records.iter().map(|record| face(record)).collect::<Result<_>>()?;
        Ok((faces, found.next.map(|next| write_cursor(&next))))
    }

    /// How many records there are.
    pub(super) async fn record_count(&mut self, filter: Filter) -> Result<u64> {
        let query = filter.query()?;
        let unit = self.begin(&reads(query.kind))?;
        let count = unit.count(&query).await?;
        self.meter.charge_rows(1)?;
        Ok(count)
    }

    /// Makes a record.
    pub(super) async fn record_create<F: Face>(&mut self, data: Patch) -> Result<F> {
        let kind = F::Entity::KIND;
        self.begin(&writes(kind))?;
        self.meter.charge_writes(1)?;
        let data = data.fields()?;
        let record = self.unit()?.create(kind, data).await?;
        face(&record)
    }

    /// Changes a record.
    pub(super) async fn record_update<F: Face>(&mut self, id: &str, patch: Patch) -> Result<F> {
        let kind = F::Entity::KIND;
        self.begin(&writes(kind))?;
        self.meter.charge_writes(1)?;
        let reference = reference_of(kind, id)?;
        let patch = patch.fields()?;
        let record = self.unit()?.patch(reference, patch.into(), None).await?;
        face(&record)
    }
}

/// Where the record of that id is. What is no id is no record's.
pub(super) fn reference_of(kind: Kind, id: &str) -> Result<Reference> {
    match id.parse() {
        Ok(id) => Ok(Reference { kind, id }),
        Err(_) => Err(HostError::not_found(kind.name(), id)),
    }
}

/// The capability of reading a kind.
pub(super) fn reads(kind: Kind) -> String {
    format!("{}:read", kind.plural())
}

/// The capability of changing a kind.
pub(super) fn writes(kind: Kind) -> String {
    format!("{}:write", kind.plural())
}

/// An id as the contract has it.
pub(super) fn text(id: Option<Id>) -> Option<String> {
    id.map(|id| id.to_string())
}

/// A moment as the contract has it.
pub(super) fn micros(at: Option<Instant>) -> Option<i64> {
    at.map(Instant::micros)
}

/// An amount as the contract has it.
pub(super) fn money(money: Money) -> types::Money {
    types::Money { minor: money.minor, currency: money.currency.to_string() }
}

/// A JSON object as the contract has it.
pub(super) fn object(members: Map<String, Value>) -> String {
    Value::Object(members).to_string()
}

/// A moment that the guest gave. What lies outside the years 0 to 9999 cannot be kept.
pub(super) fn moment(micros: i64, field: &str) -> std::result::Result<Instant, Invalid> {
    let at = Instant::from_micros(micros);
    if at.micros() == micros { Ok(at) } else { Err(Invalid::field(field, "lies outside the years 0 to 9999")) }
}
