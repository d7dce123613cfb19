//! Drafts and changes of the contract as the fields that they set.

use serde_json::{Map, Value, json};

use crate::crm::invalid::Invalid;
use crate::crm::record::Data;
use crate::wasm::bindings::takt::crm::types;
use crate::wasm::convert::{parse_json, parse_reference};
use crate::wasm::imports::typed::moment;

/// Fields to set (a JSON merge patch), with what is wrong with them.
#[derive(Default)]
pub(super) struct Patch {
    fields: Map<String, Value>,
    invalid: Invalid,
}

impl Patch {
    /// Sets a field, where a value is given.
    pub(super) fn set(mut self, field: &str, given: Option<impl Into<Value>>) -> Self {
        if let Some(value) = given {
            self.fields.insert(field.to_owned(), value.into());
        }
        self
    }

    /// Sets a field or clears it, where that is given.
    pub(super) fn clear(self, field: &str, given: Option<Option<impl Into<Value>>>) -> Self {
        self.set(field, given.map(|value| value.map_or(Value::Null, Into::into)))
    }

    /// Sets a moment or clears it, where that is given.
    pub(super) fn moment(mut self, field: &str, given: Option<Option<i64>>) -> Self {
        match given {
            None => self,
            Some(None) => self.set(field, Some(Value::Null)),
            Some(Some(micros)) => match moment(micros, &format!("/{field}")) {
                Ok(at) => self.set(field, Some(at.to_string())),
                Err(invalid) => {
                    self.invalid.0.extend(invalid.0);
                    self
                }
            },
        }
    }

    /// Sets an amount or clears it, where that is given.
    pub(super) fn amount(self, field: &str, given: Option<Option<types::Money>>) -> Self {
        let amount = |money: types::Money| json!({"minor": money.minor, "currency": money.currency});
        self.clear(field, given.map(|money| money.map(amount)))
    }

    /// Sets a reference, where one is given.
    pub(super) fn reference(mut self, field: &str, given: Option<types::Reference>) -> Self {
        let Some(given) = given else { return self };
        match parse_reference(&given, &format!("/{field}")) {
            Ok(reference) => self.set(field, Some(json!(reference))),
            Err(invalid) => {
                self.invalid.0.extend(invalid.0);
                self
            }
        }
    }

    /// Sets members of `custom`, where some are given.
    pub(super) fn custom(mut self, given: Option<&str>) -> Self {
        let Some(given) = given else { return self };
        match parse_json(given, "/custom") {
            Ok(Value::Object(custom)) => self.set("custom", Some(custom)),
            Ok(_) => {
                self.invalid.note("/custom", "must be a JSON object");
                self
            }
            Err(invalid) => {
                self.invalid.0.extend(invalid.0);
                self
            }
        }
    }

    /// All of them.
    pub(super) fn fields(self) -> Result<Data, Invalid> {
        self.invalid.or(self.fields)
    }
}
