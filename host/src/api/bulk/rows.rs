//! The rows of a file that is imported: what each says, with the line on which it stands.

use serde_json::{Map, Value};

use super::Format;
use super::columns::{self, Column};
use crate::crm::custom::CustomFields;
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;

/// How many rows a file may have.
pub const ROWS: usize = 100_000;
/// How many errors are reported.
pub const ERRORS: usize = 10_000;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line of the file, from 1.
    pub line: u64,
    /// The record that it changes; where absent, it makes one.
    pub id: Option<Id>,
    /// The version that the change rests on.
    pub version: Option<u64>,
    /// The fields; `null` for those that are to be empty.
    pub fields: Map<String, Value>,
}

/// Reads a file.
///
/// # Errors
/// What is wrong, line by line: the fields are `/lines/17/phone`.
pub fn read(kind: Kind, custom: &CustomFields, format: Format, file: &[u8]) -> Result<Vec<Row>, Invalid> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let mut invalid = Invalid::default();
    let rows = match format {
        Format::Csv => read_csv(kind, custom, file, &mut invalid)?,
        Format::Ndjson => read_ndjson(file, &mut invalid),
    };
    invalid.or(())?;
    if rows.is_empty() || rows.len() > ROWS {
        return Err(Invalid::field("", format!("a file has from 1 to {ROWS} rows, this one {}", rows.len())));
    }
    Ok(rows)
}

fn read_csv(kind: Kind, custom: &CustomFields, file: &[u8], invalid: &mut Invalid) -> Result<Vec<Row>, Invalid> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter(file)).from_reader(file);
    let columns = header(kind, custom, reader.byte_headers().map_err(|error| Invalid::field("", error.to_string()))?)?;
    let mut rows = Vec::new();
    let mut record = csv::ByteRecord::new();
    while invalid.0.len() < ERRORS && rows.len() <= ROWS {
        match reader.read_byte_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                invalid.note("", error.to_string());
                break;
            }
        }
        let line = line(file, record.position());
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        if record.len() != columns.len() {
            invalid.note(
                format!("/lines/{line}"),
                format!("has {} cells where the first line has {}", record.len(), columns.len()),
            );
            continue;
        }
        rows.extend(read_cells(&columns, &record, line, invalid));
    }
    Ok(rows)
}

/// The line on which a row begins. The reader places it before the ends of lines that it leaps over.
fn line(file: &[u8], position: Option<&csv::Position>) -> u64 {
    let Some(position) = position else { return 0 };
    let rest = usize::try_from(position.byte()).ok().and_then(|start| file.get(start..)).unwrap_or_default();
    let leapt = rest.iter().take_while(|byte| b"\r\n".contains(byte)).filter(|byte| **byte == b'\n').count();
    position.line() + leapt as u64
}

/// Spreadsheets write semicolons where the comma is for decimals. No column has either in its name.
fn delimiter(file: &[u8]) -> u8 {
    let first = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    *first.iter().find(|byte| b",;\t".contains(byte)).unwrap_or(&b',')
}

fn header(kind: Kind, custom: &CustomFields, names: &csv::ByteRecord) -> Result<Vec<Column>, Invalid> {
    let known = columns::of_kind(kind, custom);
    let mut invalid = Invalid::default();
    let mut columns: Vec<Column> = Vec::with_capacity(names.len());
    for name in names {
        let name = String::from_utf8_lossy(name).trim().to_owned();
        match known.iter().find(|column| column.name == name) {
            Some(column) if columns.contains(column) => {
                invalid.note("/lines/1", format!("`{name}` stands there twice"))
            }
            Some(column) => columns.push(column.clone()),
            None => {
                let all: Vec<&str> = known.iter().map(|column| column.name.as_str()).collect();
                let words = format!("`{name}` is no column of {}: known are {}", kind.plural(), all.join(", "));
                invalid.note("/lines/1", words);
            }
        }
    }
    invalid.or(columns)
}

fn read_cells(columns: &[Column], cells: &csv::ByteRecord, line: u64, invalid: &mut Invalid) -> Option<Row> {
    let mut fields = Map::new();
    let faults = invalid.0.len();
    for (column, cell) in columns.iter().zip(cells) {
        let value =
            std::str::from_utf8(cell).map_err(|_| "is not UTF-8".to_owned()).and_then(|cell| column.value(cell));
        match value {
            Ok(value) => column.put(value, &mut fields),
            Err(message) => invalid.note(format!("/lines/{line}/{}", column.name.replace('.', "/")), message),
        }
    }
    fields.values_mut().for_each(empty_is_null);
    let row = row(line, fields, invalid)?;
    (invalid.0.len() == faults).then_some(row)
}

/// An object of which every column is empty is not there.
fn empty_is_null(value: &mut Value) {
    if let Value::Object(members) = value {
        members.values_mut().for_each(empty_is_null);
        if !members.is_empty() && members.values().all(Value::is_null) {
            *value = Value::Null;
        }
    }
}

fn read_ndjson(file: &[u8], invalid: &mut Invalid) -> Vec<Row> {
    let mut rows = Vec::new();
    for (at, text) in file.split(|byte| *byte == b'\n').enumerate() {
        let line = at as u64 + 1;
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        if invalid.0.len() >= ERRORS || rows.len() > ROWS {
            break;
        }
        match serde_json::from_slice::<Map<String, Value>>(text) {
            Ok(fields) => rows.extend(row(line, fields, invalid)),
            Err(error) => invalid.note(format!("/lines/{line}"), format!("must be a JSON object: {error}")),
        }
    }
    rows
}

/// The row, with what the host alone writes taken out of its fields.
fn row(line: u64, mut fields: Map<String, Value>, invalid: &mut Invalid) -> Option<Row> {
    let id = fields.remove("id").filter(|id| !id.is_null());
    let version = fields.remove("version").filter(|version| !version.is_null());
    fields.retain(|name, _| !columns::is_hosts(name));
    let id = match id.map(serde_json::from_value::<Id>).transpose() {
        Ok(id) => id,
        Err(_) => {
            invalid.note(format!("/lines/{line}/id"), "must be the id of a record, or empty");
            return None;
        }
    };
    let Ok(version) = version.map(serde_json::from_value::<u64>).transpose() else {
        invalid.note(format!("/lines/{line}/version"), "must be a whole number, or empty");
        return None;
    };
    if id.is_none() {
        fields.retain(|_, value| !value.is_null());
    }
    Some(Row { line, id, version, fields })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv(text: &str) -> Result<Vec<Row>, Vec<String>> {
        let read = read(Kind::Contact, &CustomFields::default(), Format::Csv, text.as_bytes());
        read.map_err(|invalid| invalid.0.iter().map(|error| error.field.clone()).collect())
    }

    #[test]
    fn a_spreadsheets_file() {
        let rows = csv("\u{feff}name;phones;billing.address;billing.bank\r\nAnna;'+4930123456;\"Street 1\nBerlin\";\r\n;;;\r\nEva;;;\r\n")
            .unwrap();
        let anna = json!({"name": "Anna", "phones": ["+4930123456"], "billing": {"address": "Street 1\nBerlin", "bank": null}});
        assert_eq!((rows[0].line, json!(rows[0].fields)), (2, anna));
        assert_eq!((rows[1].line, json!(rows[1].fields)), (5, json!({"name": "Eva"})));
        assert_eq!(rows.len(), 2);
        let lines = |text: &str| csv(text).unwrap().iter().map(|row| row.line).collect::<Vec<_>>();
        assert_eq!(lines("name\n\nAnna\nEva\n"), [3, 4]);
        assert_eq!(lines("name\r\n\r\nAnna\r\nEva\r\n"), [3, 4]);
    }

    #[test]
    fn what_changes_a_record_empties_what_is_empty() {
        let id = Id::new();
        let rows = csv(&format!("id,version,name,company,number\n{id},3,Anna,,7\n")).unwrap();
        let fields = json!({"name": "Anna", "company": null});
        assert_eq!((rows[0].id, rows[0].version, json!(rows[0].fields)), (Some(id), Some(3), fields));
    }

    #[test]
    fn each_fault_has_its_line() {
        assert_eq!(csv("name,shoe_size\nAnna,38\n").unwrap_err(), ["/lines/1"]);
        assert_eq!(csv("name,name\nAnna,Eva\n").unwrap_err(), ["/lines/1"]);
        assert_eq!(csv("name,custom\nAnna,{\nEva\nIda,{}\n").unwrap_err(), ["/lines/2/custom", "/lines/3"]);
        assert_eq!(csv("id,name\nx,Anna\n").unwrap_err(), ["/lines/2/id"]);
        assert_eq!(csv("").unwrap_err(), [""]);
        assert_eq!(csv("name\n").unwrap_err(), [""]);
        let many = format!("name\n{}", "a\n".repeat(ROWS + 5));
        assert_eq!(csv(&many).unwrap_err(), [""]);
        let lines = read(
            Kind::Lead,
            &CustomFields::default(),
            Format::Ndjson,
            b"{\"title\": \"a\"}\n\n[]\n{\"version\": \"x\"}\n",
        )
        .unwrap_err();
        let fields: Vec<&str> = lines.0.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["/lines/3", "/lines/4/version"]);
        let not_utf8 = read(Kind::Contact, &CustomFields::default(), Format::Csv, b"name\n\xff\n").unwrap_err();
        assert_eq!(not_utf8.0[0].field, "/lines/2/name");
    }
}
