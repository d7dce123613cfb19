//! What a sales team has on its hands in an ordinary week, so that there is something to look at.

use std::collections::HashMap;

use chrono::{Duration, Utc};
use reqwest::Method;
use serde_json::{Map, Value};

use super::super::Failure;
use super::{Cast, script};
use crate::sample::Company;

/// Plural, the record's name in this file, fields. `@name` stands for a record's id, `@day 3` for a date three days
/// from now, `@hour 3` and `@second 3` for the moment in three hours or seconds.
const RECORDS: &str = include_str!("week.json");

/// Makes the records.
pub(super) async fn fill(cast: &Cast, company: &Company) -> Result<(), Failure> {
    let records: Vec<(String, String, Value)> =
        serde_json::from_str(RECORDS).map_err(|error| Failure::failed(error.to_string()))?;
    let mut known = script::known(company);
    for (plural, name, fields) in records {
        let made = cast.admin.call(Method::POST, &format!("/api/v1/{plural}"), Some(&filled(fields, &known))).await?;
        known.insert(name, made["id"].as_str().unwrap_or_default().to_owned());
    }
    cast.engine.idle().await;
    Ok(())
}

pub(super) fn filled(value: Value, known: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix('@') {
            Some(place) => meant(place, known).into(),
            None => text.into(),
        },
        Value::Array(values) => values.into_iter().map(|value| filled(value, known)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(name, value)| (name, filled(value, known))).collect::<Map<_, _>>())
        }
        other => other,
    }
}

fn meant(place: &str, known: &HashMap<String, String>) -> String {
    let count = |unit: &str| place.strip_prefix(unit)?.parse::<i64>().ok();
    if let Some(days) = count("day ") {
        return (Utc::now() + Duration::days(days)).format("%F").to_string();
    }
    let ahead = count("hour ").map(Duration::hours).or_else(|| count("second ").map(Duration::seconds));
    if let Some(ahead) = ahead {
        return (Utc::now() + ahead).to_rfc3339();
    }
    known.get(place).cloned().unwrap_or_else(|| place.to_owned())
}
