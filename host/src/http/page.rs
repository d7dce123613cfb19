//! Listings: filters, order, pages.
//!
//! `?status=new,in_progress&owner=null&created_at.gte=2026-01-01T00:00:00Z&sort=-created_at&limit=50&after=…`: a field's
//! values are alternatives, whether a parameter is repeated or has commas in it (`\,` is a comma); `null` is "absent";
//! `.gte`, `.lt` and `.ne=null` go with a field. What is not known is refused.

use axum::extract::{FromRequestParts, Query as UrlQuery};
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::code::Code;
use super::problem::{Problem, Result};
use crate::crm::custom::CustomFields;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::invalid::Invalid;
use crate::crm::kind::{Field, Kind, Shape};
use crate::crm::query::{Condition, Cursor, Query, Sort, Test};
use crate::crm::search::Words;

/// Records on a page where the caller does not say.
pub const LIMIT_DEFAULT: u32 = 50;
/// Most records on a page.
pub const LIMIT_MAX: u32 = 200;

/// The parameters of the address, in order, each as often as it is given.
#[derive(Debug, Clone, Default)]
pub struct Params(pub Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        UrlQuery::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map(|UrlQuery(pairs)| Self(pairs))
            .map_err(|error| Problem::new(Code::MalformedQuery, format!("the query can't be read: {error}")))
    }
}

impl Params {
    /// Takes the only value of a parameter out.
    ///
    /// # Errors
    /// 422 where it is given twice.
    pub fn take(&mut self, name: &str) -> Result<Option<String>> {
        let mut found = None;
        let mut twice = false;
        self.0.retain_mut(|(given, value)| {
            if given != name {
                return true;
            }
            twice |= found.is_some();
            found = Some(std::mem::take(value));
            false
        });
        if twice { Err(Problem::field(format!("/{name}"), "is given twice")) } else { Ok(found) }
    }

    /// Takes a parameter out and reads its value.
    ///
    /// # Errors
    /// 422 where it does not parse.
    pub fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(&mut self, name: &str) -> Result<Option<T>> {
        self.take(name)?
            .map(|text| text.parse().map_err(|error| Problem::field(format!("/{name}"), format!("{error}"))))
            .transpose()
    }

    /// Takes out a parameter that is the number of an event, a dead letter, ….
    ///
    /// # Errors
    /// 422 where it is no whole number of 63 bits.
    pub fn number(&mut self, name: &str) -> Result<Option<u64>> {
        let number: Option<u64> = self.parse(name)?;
        match number {
            Some(number) if i64::try_from(number).is_err() => {
                Err(Problem::field(format!("/{name}"), format!("must not be more than {}", i64::MAX)))
            }
            other => Ok(other),
        }
    }

    /// Takes `limit` out.
    ///
    /// # Errors
    /// 422 where it is not 1 to 200.
    pub fn limit(&mut self) -> Result<u32> {
        self.limit_of(LIMIT_DEFAULT, LIMIT_MAX)
    }

    /// Takes `limit` out: `usual` where it is not given.
    ///
    /// # Errors
    /// 422 where it is not 1 to `most`.
    pub fn limit_of(&mut self, usual: u32, most: u32) -> Result<u32> {
        let Some(text) = self.take("limit")? else { return Ok(usual) };
        match text.parse() {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(Problem::field("/limit", format!("must be a whole number from 1 to {most}"))),
        }
    }

    /// Nothing may be left.
    ///
    /// # Errors
    /// 422 that names what is, and what is known.
    pub fn finish(self, known: &[&str]) -> Result<()> {
        let mut invalid = Invalid::default();
        for (name, _) in &self.0 {
            invalid.note(format!("/{name}"), format!("is not known here; known are {}", known.join(", ")));
        }
        Ok(invalid.or(())?)
    }

    /// A listing of that kind.
    ///
    /// # Errors
    /// 422: unknown parameters, values that do not fit their field, another listing's cursor.
    pub fn query(mut self, kind: Kind, custom: &CustomFields) -> Result<Query> {
        let limit = self.limit()?;
        let words = self.take("q")?.map(|text| words(kind, &text)).transpose()?;
        let sort = sort(kind, custom, self.take("sort")?.as_deref())?;
        let after = self.take("after")?.map(|text| cursor_read(&text, kind, sort)).transpose()?;
        let mut invalid = Invalid::default();
        let mut conditions: Vec<Condition> = Vec::new();
        for (name, value) in &self.0 {
            match condition(kind, custom, name, value) {
                Ok(condition) => join(&mut conditions, condition),
                Err(message) => invalid.note(format!("/{name}"), message),
            }
        }
        invalid.or(())?;
        conditions.iter_mut().for_each(|condition| null_is_absent(&mut condition.test));
        Ok(Query { kind, conditions, words, sort, limit, after })
    }
}

/// A cursor as the caller gets it: opaque.
#[must_use]
pub fn cursor_write(cursor: &Cursor, query: &Query) -> String {
    let text = json!([sort_name(query.sort), cursor.value, cursor.id]).to_string();
    URL_SAFE_NO_PAD.encode(text)
}

fn cursor_read(text: &str, kind: Kind, sort: Sort) -> Result<Cursor> {
    let foreign = || Problem::field("/after", "must be the `next` of a page in the same order");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| foreign())?;
    let (order, value, id): (String, Value, Id) = serde_json::from_slice(&bytes).map_err(|_| foreign())?;
    let fits = match sort.field {
        None => value.is_null(),
        Some(field) => value.is_null() || fits(field.shape, &value),
    };
    if order != sort_name(sort) || !fits {
        tracing::debug!(%kind, "a cursor of another listing");
        return Err(foreign());
    }
    Ok(Cursor { value, id })
}

fn words(kind: Kind, text: &str) -> Result<Words> {
    if kind.spec().text.is_empty() {
        return Err(Problem::field("/q", format!("{} are not searched by words", kind.plural())));
    }
    Words::read(text).map_err(|wrong| Problem::field("/q", wrong))
}

fn fits(shape: Shape, value: &Value) -> bool {
    match shape {
        Shape::Text | Shape::Id | Shape::Instant => value.is_string(),
        Shape::Integer => value.is_i64() || value.is_u64(),
        Shape::Number => value.is_number(),
        Shape::Bool => value.is_boolean(),
    }
}

fn sort_name(sort: Sort) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, sort.field.map_or("id", |field| field.name))
}

fn sort(kind: Kind, custom: &CustomFields, text: Option<&str>) -> Result<Sort> {
    let Some(text) = text else { return Ok(Sort { field: None, descending: false }) };
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    if name == "id" {
        return Ok(Sort { field: None, descending });
    }
    match custom.listed(kind, name).filter(|field| !field.place.is_several()) {
        Some(field) => Ok(Sort { field: Some(field), descending }),
        None => Err(Problem::field(
            "/sort",
            format!("must be one of {}, `-` before it for descending", sortable(kind, custom)),
        )),
    }
}

fn sortable(kind: Kind, custom: &CustomFields) -> String {
    let fields = custom.all_listed(kind).filter(|field| !field.place.is_several());
    std::iter::once("id").chain(fields.map(|field| field.name)).collect::<Vec<_>>().join(", ")
}

fn condition(kind: Kind, custom: &CustomFields, name: &str, text: &str) -> std::result::Result<Condition, String> {
    let (base, test) = match name.rsplit_once('.') {
        // A declared field has a point in its own name.
        Some((base, test)) if custom.listed(kind, name).is_none() => (base, Some(test)),
        _ => (name, None),
    };
    let field = custom.listed(kind, base).ok_or_else(|| {
        let known: Vec<_> = custom.all_listed(kind).map(|field| field.name).collect();
        format!("is not known here; filters are {}, and q, sort, limit, after", known.join(", "))
    })?;
    let is_key = field.place.is_several();
    let test = match test {
        None => Test::In(split(text).iter().map(|part| value(field, part)).collect::<std::result::Result<_, _>>()?),
        Some("gte") if !is_key => Test::AtLeast(bound(field, text)?),
        Some("lt") if !is_key => Test::Below(bound(field, text)?),
        Some("ne") if text == "null" => Test::Present,
        Some("ne") => return Err("can be `null` only: the field is there".into()),
        Some(_) => return Err(format!("must be {base}, {base}.gte, {base}.lt or {base}.ne=null")),
    };
    Ok(Condition { field, test })
}

/// Repeated equality parameters of one field are alternatives, like commas.
fn join(conditions: &mut Vec<Condition>, new: Condition) {
    if let Test::In(more) = &new.test
        && let Some(Condition { test: Test::In(values), .. }) = conditions
            .iter_mut()
            .find(|condition| condition.field == new.field && matches!(condition.test, Test::In(_)))
    {
        values.extend(more.iter().cloned());
        return;
    }
    conditions.push(new);
}

/// `null` among the values says that the field may be absent.
fn null_is_absent(test: &mut Test) {
    let Test::In(values) = test else { return };
    let before = values.len();
    values.retain(|value| !value.is_null());
    if values.is_empty() {
        *test = Test::Absent;
    } else if values.len() < before {
        *test = Test::InOrAbsent(std::mem::take(values));
    }
}

/// Cuts at commas; `\,` is a comma.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(',')) => {
                characters.next();
                push(&mut parts, ',');
            }
            (',', _) => parts.push(String::new()),
            _ => push(&mut parts, character),
        }
    }
    parts
}

fn push(parts: &mut [String], character: char) {
    if let Some(last) = parts.last_mut() {
        last.push(character);
    }
}

fn bound(field: &Field, text: &str) -> std::result::Result<Value, String> {
    match value(field, text)? {
        Value::Null => Err("can't be null".into()),
        value => Ok(value),
    }
}

/// A value as the field has them; `null` for absent.
fn value(field: &Field, text: &str) -> std::result::Result<Value, String> {
    if text == "null" {
        return Ok(Value::Null);
    }
    match field.shape {
        // A plus sign in an address is a space: give phone numbers theirs back.
        Shape::Text if field.name == "phone" => Ok(text.replacen(' ', "+", usize::from(text.starts_with(' '))).into()),
        Shape::Text => Ok(text.into()),
        Shape::Id => text.parse::<Id>().map(|id| id.to_string().into()).map_err(|error| error.to_string()),
        Shape::Instant => serde_json::from_value::<Instant>(text.into())
            .map(|moment| moment.to_string().into())
            .map_err(|error| error.to_string()),
        Shape::Integer => text.parse::<i64>().map(Value::from).map_err(|_| "must be a whole number".into()),
        Shape::Number => match text.parse::<i64>() {
            Ok(whole) => Ok(whole.into()),
            Err(_) => text
                .parse::<f64>()
                .ok()
                .and_then(serde_json::Number::from_f64)
                .map(Value::Number)
                .ok_or_else(|| "must be a number".into()),
        },
        Shape::Bool => text.parse::<bool>().map(Value::from).map_err(|_| "must be true or false".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    fn query(pairs: &[(&str, &str)]) -> Query {
        params(pairs).query(Kind::Lead, &CustomFields::default()).unwrap()
    }

    #[track_caller]
    fn refused(pairs: &[(&str, &str)], field: &str) {
        let details = params(pairs).query(Kind::Lead, &CustomFields::default()).unwrap_err().details();
        assert_eq!(details.errors[0].field, field, "{details:?}");
    }

    #[test]
    fn filters() {
        let listing = query(&[("status", "new,in\\,progress"), ("status", "waiting"), ("owner", "null")]);
        assert_eq!(listing.conditions.len(), 2);
        let Test::In(values) = &listing.conditions[0].test else { panic!("{listing:?}") };
        assert_eq!(values, &[json!("new"), json!("in,progress"), json!("waiting")]);
        assert!(matches!(listing.conditions[1].test, Test::Absent), "{listing:?}");
        let owner = Id::new();
        let listing_of_two = query(&[("owner", &format!("{owner},null"))]);
        assert!(matches!(listing_of_two.conditions[0].test, Test::InOrAbsent(_)), "{listing_of_two:?}");
        let listing =
            query(&[("created_at.gte", "2026-01-01T00:00:00+01:00"), ("amount.lt", "5"), ("owner.ne", "null")]);
        let Test::AtLeast(moment) = &listing.conditions[0].test else { panic!("{listing:?}") };
        assert_eq!(moment, "2025-12-31T23:00:00.000000Z");
        let Test::In(values) = &query(&[("phone", " 4930123")]).conditions[0].test.clone() else { panic!() };
        assert_eq!(values, &[json!("+4930123")]);
    }

    #[test]
    fn refusals() {
        refused(&[("colour", "red")], "/colour");
        refused(&[("status.like", "n")], "/status.like");
        refused(&[("owner", "me")], "/owner");
        refused(&[("created_at.gte", "yesterday")], "/created_at.gte");
        refused(&[("created_at.gte", "null")], "/created_at.gte");
        refused(&[("limit", "0")], "/limit");
        refused(&[("limit", "201")], "/limit");
        refused(&[("limit", "1"), ("limit", "2")], "/limit");
        refused(&[("sort", "colour")], "/sort");
        refused(&[("after", "x")], "/after");
    }

    #[test]
    fn cursors_go_with_their_order() {
        let listing = query(&[("sort", "-created_at")]);
        let cursor = Cursor { value: json!("2026-01-01T00:00:00.000000Z"), id: Id::new() };
        let text = cursor_write(&cursor, &listing);
        assert_eq!(query(&[("sort", "-created_at"), ("after", &text)]).after, Some(cursor));
        refused(&[("sort", "created_at"), ("after", &text)], "/after");
        refused(&[("after", &text)], "/after");
    }
}
