//! Filters, pages and cursors of the contract as queries.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::crm::query::{Cursor, Query, Test};
use crate::wasm::bindings::takt::crm::types;

/// The longest page.
pub(super) const PAGE: u32 = 200;
/// The longest cursor.
const CURSOR: usize = 1 << 10;

/// A query in the making, with what is wrong with it.
pub(super) struct Filter {
    query: Query,
    invalid: Invalid,
}

impl Filter {
    /// All records of the kind.
    pub(super) fn of(kind: Kind) -> Self {
        Self { query: Query::of(kind, PAGE), invalid: Invalid::default() }
    }

    /// The field is this text, where one is given.
    pub(super) fn text(self, field: &str, given: Option<String>) -> Self {
        self.one(field, given)
    }

    /// The field is this e-mail address, where one is given.
    pub(super) fn email(self, field: &str, given: Option<String>) -> Self {
        self.one(field, given.map(|email| email.trim().to_lowercase()))
    }

    /// The field is true or false, where that is given.
    pub(super) fn flag(self, field: &str, given: Option<bool>) -> Self {
        self.one(field, given)
    }

    /// The field points at this record, where one is given.
    pub(super) fn id(mut self, field: &str, given: Option<String>) -> Self {
        let Some(given) = given else { return self };
        match given.parse::<Id>() {
            Ok(id) => self.one(field, Some(id.to_string())),
            Err(error) => {
                self.invalid.note(format!("/filter/{field}"), error.to_string());
                self
            }
        }
    }

    /// The field is any of these, where some are given.
    pub(super) fn any(mut self, field: &str, given: Vec<Value>) -> Self {
        if !given.is_empty() {
            self.query = self.query.with(field, Test::In(given));
        }
        self
    }

    /// The field lies at this moment or after it, where one is given.
    pub(super) fn from(mut self, field: &str, given: Option<i64>) -> Self {
        if let Some(given) = given {
            self.query = self.query.with(field, Test::AtLeast(moment(given)));
        }
        self
    }

    /// The field lies before this moment, where one is given.
    pub(super) fn before(mut self, field: &str, given: Option<i64>) -> Self {
        if let Some(given) = given {
            self.query = self.query.with(field, Test::Below(moment(given)));
        }
        self
    }

    /// The query for a page.
    pub(super) fn page(mut self, page: &types::Page) -> Result<Query, Invalid> {
        if !(1..=PAGE).contains(&page.limit) {
            self.invalid.note("/page/limit", format!("must be 1 to {PAGE}"));
        }
        self.query.limit = page.limit;
        if let Some(text) = &page.cursor {
            self.query.after = read_cursor(text);
            let known = self.query.after.is_some();
            self.invalid.check(known, "/page/cursor", "is no cursor that a page before gave");
        }
        self.query()
    }

    /// The query for all of it.
    pub(super) fn query(self) -> Result<Query, Invalid> {
        self.invalid.or(self.query)
    }

    fn one(mut self, field: &str, given: Option<impl Into<Value>>) -> Self {
        if let Some(given) = given {
            self.query = self.query.with(field, Test::In(vec![given.into()]));
        }
        self
    }
}

fn moment(micros: i64) -> Value {
    Instant::from_micros(micros).to_string().into()
}

/// A place in a listing as text. Guests hand it back and look no further.
pub(super) fn write_cursor(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(Value::from(vec![cursor.value.clone(), cursor.id.to_string().into()]).to_string())
}

pub(super) fn read_cursor(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(Some(text).filter(|text| text.len() <= CURSOR)?).ok()?;
    let (value, id): (Value, Id) = serde_json::from_slice(&bytes).ok()?;
    Some(Cursor { value, id })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(limit: u32, cursor: Option<&str>) -> types::Page {
        types::Page { limit, cursor: cursor.map(str::to_owned) }
    }

    #[test]
    fn cursors_come_back() {
        let cursor = Cursor { value: Value::Null, id: Id::new() };
        let text = write_cursor(&cursor);
        let query = Filter::of(Kind::Lead).page(&page(200, Some(&text))).unwrap();
        assert_eq!(query.after, Some(cursor));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let fields = |filter: Filter, page| {
            let Invalid(errors) = filter.page(&page).unwrap_err();
            errors.into_iter().map(|error| error.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(Filter::of(Kind::Lead), page(0, None)), ["/page/limit"]);
        let filter = Filter::of(Kind::Lead).id("owner", Some("nobody".to_owned()));
        assert_eq!(fields(filter, page(201, Some("!"))), ["/filter/owner", "/page/limit", "/page/cursor"]);
    }
}
