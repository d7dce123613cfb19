//! A value on its way from one database to the other, and what rows come to.

use std::fmt;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Null,
    /// Also true and false.
    Integer(i64),
    /// Also JSON.
    Text(String),
    Bytes(Vec<u8>),
}

/// How many rows there are, and the sum of their hashes: it does not depend on their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest {
    pub rows: u64,
    sum: u128,
}

impl Digest {
    /// Adds a row; `json` tells which of its cells are JSON, whose members' order and blanks do not matter.
    pub fn add(&mut self, row: &[Cell], json: &[bool]) {
        let mut hash = Sha256::new();
        for (cell, json) in row.iter().zip(json) {
            let (tag, bytes) = match cell {
                Cell::Null => (0_u8, Vec::new()),
                Cell::Integer(number) => (1, number.to_be_bytes().to_vec()),
                Cell::Text(text) if *json => (2, canonical(text).into_bytes()),
                Cell::Text(text) => (2, text.clone().into_bytes()),
                Cell::Bytes(bytes) => (3, bytes.clone()),
            };
            hash.update([tag]);
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(first));
        self.rows += 1;
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.sum)
    }
}

/// JSON with its members in the order of their names; what is none stays as it is.
pub fn canonical(text: &str) -> String {
    serde_json::from_str::<Value>(text).map_or_else(|_| text.to_owned(), |value| sorted(value).to_string())
}

fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            members.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[&[Cell]]) -> Digest {
        let mut digest = Digest::default();
        for row in rows {
            digest.add(row, &vec![true; row.len()]);
        }
        digest
    }

    #[test]
    fn order_of_rows_and_members_does_not_matter_and_all_else_does() {
        let text = |text: &str| Cell::Text(text.to_owned());
        let (one, other) = ([text(r#"{"a": 1, "b": [2]}"#)], [text(r#"{"b":[2],"a":1}"#)]);
        assert_eq!(digest(&[&one]), digest(&[&other]));
        let (x, y) = ([Cell::Integer(1), Cell::Null], [Cell::Integer(2), Cell::Null]);
        assert_eq!(digest(&[&x, &y]), digest(&[&y, &x]));
        assert_ne!(digest(&[&x, &x]), digest(&[&x, &y]));
        assert_ne!(digest(&[&[text("ab"), text("c")]]), digest(&[&[text("a"), text("bc")]]));
        assert_ne!(digest(&[&[Cell::Null]]), digest(&[&[text("")]]));
    }
}
