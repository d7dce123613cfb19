//! A kind's records as rows of a spreadsheet, and back. Which columns there are follows from the schema of the kind: an
//! object with fields of its own has a column for each (`billing.address`), a list of texts stands in one cell with
//! semicolons between, an amount is `1999.00 EUR`, and what is deeper is JSON.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::crm::custom::{self, CustomFields, Declared};
use crate::crm::kind::{Kind, Place, Shape};
use crate::crm::money::Money;

/// How many objects may stand within one another before the rest is JSON.
const DEPTH: usize = 2;
/// The columns that every kind has, before and after those of its fields. The host keeps them.
const FIRST: [&str; 2] = ["id", "version"];
const LAST: [&str; 3] = ["number", "created_at", "updated_at"];

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The path of its field, with points between.
    pub name: String,
    form: Form,
}

/// How a value is written in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    /// Texts with semicolons between.
    Texts,
    /// `1999.00 EUR`.
    Money,
    Json,
}

/// The columns of a kind, in the order in which an export has them.
#[must_use]
pub fn of_kind(kind: Kind, custom: &CustomFields) -> Vec<Column> {
    let mut schemas = (kind.spec().schemas)().into_iter();
    let own = schemas.next().and_then(|(_, schema)| serde_json::to_value(schema).ok()).unwrap_or_default();
    let others: HashMap<String, Value> =
        schemas.filter_map(|(name, schema)| Some((name, serde_json::to_value(schema).ok()?))).collect();
    let host =
        |name: &&str| Column { name: (*name).to_owned(), form: if *name == "id" { Form::Text } else { Form::Json } };
    let mut all: Vec<Column> = FIRST.iter().map(host).collect();
    add_members(&own, "", &others, &mut all, DEPTH);
    if !custom.of_kind(kind).is_empty() {
        all.retain(|column| column.name != custom::FIELD);
        all.extend(custom.of_kind(kind).iter().map(declared));
    }
    all.extend(LAST.iter().map(|name| Column { name: (*name).to_owned(), form: Form::Text }));
    all
}

/// The column of a field that the organisation has declared.
fn declared(declared: &Declared) -> Column {
    let form = match declared.field.map(|field| (field.place, field.shape)) {
        Some((Place::Members(_), _)) => Form::Texts,
        Some((_, Shape::Text | Shape::Instant)) => Form::Text,
        _ => Form::Json,
    };
    Column { name: format!("{}.{}", custom::FIELD, declared.key), form }
}

/// Whether the host alone writes that column.
#[must_use]
pub fn is_hosts(name: &str) -> bool {
    name == "kind" || FIRST.contains(&name) || LAST.contains(&name)
}

fn add_members(schema: &Value, path: &str, others: &HashMap<String, Value>, all: &mut Vec<Column>, depth: usize) {
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let name = format!("{path}{name}");
        let form = match resolved(member, others) {
            Some((Some("Money"), _)) => Form::Money,
            Some((_, schema)) if is(schema, "string") => Form::Text,
            Some((_, schema)) if is(schema, "array") && holds_texts(schema, others) => Form::Texts,
            Some((_, schema)) if depth > 0 && schema["properties"].as_object().is_some_and(|of| !of.is_empty()) => {
                add_members(schema, &format!("{name}."), others, all, depth - 1);
                continue;
            }
            _ => Form::Json,
        };
        all.push(Column { name, form });
    }
}

/// The schema itself, and its name where it has one: references followed, `null` left out.
fn resolved<'a>(schema: &'a Value, others: &'a HashMap<String, Value>) -> Option<(Option<&'a str>, &'a Value)> {
    if let Some(path) = schema["$ref"].as_str() {
        let name = path.rsplit('/').next().unwrap_or_default();
        let (name, schema) = others.get_key_value(name)?;
        return Some((Some(name), schema));
    }
    let Some(ways) = schema["oneOf"].as_array() else { return Some((None, schema)) };
    let mut ways = ways.iter().filter(|way| way["type"] != "null");
    match (ways.next(), ways.next()) {
        (Some(only), None) => resolved(only, others),
        _ => None,
    }
}

fn is(schema: &Value, name: &str) -> bool {
    let kind = &schema["type"];
    kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == name))
}

fn holds_texts(schema: &Value, others: &HashMap<String, Value>) -> bool {
    resolved(&schema["items"], others).is_some_and(|(_, items)| is(items, "string"))
}

impl Column {
    /// What its cell shows of a record.
    #[must_use]
    pub fn cell(&self, record: &Value) -> String {
        let value = self.name.split('.').try_fold(record, |at, name| at.get(name)).unwrap_or(&Value::Null);
        match (self.form, value) {
            (_, Value::Null) => String::new(),
            (Form::Text, Value::String(text)) => armed(text.clone()),
            (Form::Texts, Value::Array(texts)) if texts.is_empty() => String::new(),
            (Form::Texts, Value::Array(texts)) => armed(joined(texts).unwrap_or_else(|| value.to_string())),
            (Form::Money, money) => serde_json::from_value::<Money>(money.clone())
                .map_or_else(|_| money.to_string(), |money| money.to_string()),
            (_, Value::Object(members)) if members.is_empty() => String::new(),
            (_, other) => other.to_string(),
        }
    }

    /// The value that a cell says; `null` where it is empty.
    ///
    /// # Errors
    /// What it must be.
    pub fn value(&self, cell: &str) -> Result<Value, String> {
        let cell = disarmed(cell);
        if cell.trim().is_empty() {
            return Ok(Value::Null);
        }
        match self.form {
            Form::Text => Ok(cell.into()),
            Form::Texts if cell.trim_start().starts_with('[') => {
                serde_json::from_str(&cell).map_err(|error| format!("must be texts with `;` between, or JSON: {error}"))
            }
            Form::Texts => Ok(cell.split(';').map(str::trim).filter(|text| !text.is_empty()).collect()),
            Form::Money => money(&cell).ok_or_else(|| "must be an amount and its currency: `1999.00 EUR`".to_owned()),
            Form::Json => serde_json::from_str(&cell)
                .or_else(|_| serde_json::from_str(&cell.trim().to_ascii_lowercase()))
                .map_err(|error| format!("must be a number, `true`, `false` or other JSON: {error}")),
        }
    }

    /// Puts a value where the column's field is.
    pub fn put(&self, value: Value, fields: &mut Map<String, Value>) {
        let (above, last) =
            self.name.rsplit_once('.').map_or((None, self.name.as_str()), |(above, last)| (Some(above), last));
        let mut at = fields;
        for name in above.into_iter().flat_map(|above| above.split('.')) {
            let within = at.entry(name).or_insert_with(|| Map::new().into());
            let Value::Object(members) = within else { return };
            at = members;
        }
        at.insert(last.to_owned(), value);
    }
}

/// The texts with semicolons between, where that can be read again.
fn joined(texts: &[Value]) -> Option<String> {
    let plain = |text: &&str| !text.is_empty() && text.trim() == *text && !text.contains(';');
    let texts: Option<Vec<&str>> = texts.iter().map(|text| text.as_str().filter(plain)).collect();
    texts.filter(|texts| !texts[0].starts_with('[')).map(|texts| texts.join("; "))
}

fn money(cell: &str) -> Option<Value> {
    let (amount, currency) = cell.trim().rsplit_once(char::is_whitespace)?;
    let amount = if amount.contains('.') { Cow::Borrowed(amount) } else { amount.replace(',', ".").into() };
    let money = Money::parse(amount.trim(), currency.to_uppercase().parse().ok()?).ok()?;
    serde_json::to_value(money).ok()
}

/// A spreadsheet runs what begins with one of these as a formula: an apostrophe before it keeps it a text.
/// <https://owasp.org/www-community/attacks/CSV_Injection>
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

fn armed(text: String) -> String {
    if is_formula(&text) { format!("'{text}") } else { text }
}

fn disarmed(cell: &str) -> Cow<'_, str> {
    cell.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(cell).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn column(kind: Kind, name: &str) -> Column {
        of_kind(kind, &CustomFields::default()).into_iter().find(|column| column.name == name).unwrap()
    }

    #[test]
    fn columns_follow_the_schema() {
        let names: Vec<String> =
            of_kind(Kind::Contact, &CustomFields::default()).into_iter().map(|column| column.name).collect();
        assert_eq!(names[..2], ["id", "version"]);
        for name in ["name", "phones", "billing.address", "custom", "consent", "company"] {
            assert!(names.iter().any(|column| column == name), "{name} in {names:?}");
        }
        assert!(!names.iter().any(|column| column == "billing"));
        for kind in Kind::ALL {
            assert!(of_kind(kind, &CustomFields::default()).len() > FIRST.len() + LAST.len(), "{kind}");
        }
    }

    #[test]
    fn cells() {
        let check = |kind, name: &str, record: Value, cell: &str| {
            let column = column(kind, name);
            assert_eq!(column.cell(&record), cell);
            let mut fields = Map::new();
            column.put(column.value(cell).unwrap(), &mut fields);
            assert_eq!(Value::Object(fields), record);
        };
        check(Kind::Contact, "phones", json!({"phones": ["+4930123456", "+4930123457"]}), "'+4930123456; +4930123457");
        check(Kind::Contact, "emails", json!({"emails": ["a;b@example.com"]}), r#"["a;b@example.com"]"#);
        check(Kind::Contact, "billing.address", json!({"billing": {"address": "Street 1"}}), "Street 1");
        check(Kind::Lead, "amount", json!({"amount": {"minor": 199_900, "currency": "EUR"}}), "1999.00 EUR");
        check(Kind::Lead, "campaign", json!({"campaign": {"utm_source": "mail"}}), r#"{"utm_source":"mail"}"#);
        check(Kind::User, "active", json!({"active": true}), "true");
        check(Kind::User, "level", json!({"level": 3}), "3");
        assert_eq!(column(Kind::Lead, "amount").value("5,5 eur"), Ok(json!({"minor": 550, "currency": "EUR"})));
        assert_eq!(column(Kind::User, "active").value("TRUE"), Ok(true.into()));
        assert!(column(Kind::Lead, "amount").value("5").is_err());
        assert!(column(Kind::User, "level").value("much").is_err());
    }

    proptest! {
        #[test]
        fn a_text_comes_back_and_is_no_formula(text in "[=+@'\\-a-z ;\\[]{1,6}") {
            prop_assume!(!text.trim().is_empty());
            let column = column(Kind::Lead, "title");
            let cell = column.cell(&json!({"title": text}));
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(column.value(&cell), Ok(Value::from(text)));
        }

        #[test]
        fn texts_come_back(texts in prop::collection::vec("[=+@'\\-a-z ;\\[]{1,6}", 1..4)) {
            let column = column(Kind::Contact, "emails");
            let cell = column.cell(&json!({"emails": texts}));
            prop_assert!(!cell.starts_with(['=', '+', '-', '@']));
            prop_assert_eq!(column.value(&cell), Ok(json!(texts)));
        }
    }
}
