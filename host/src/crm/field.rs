//! The fields that listings know.

/// A field that a listing may be filtered and sorted by.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// What the API calls it.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What its values are.
    pub shape: Shape,
}

/// Where a field's value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the record's fields, at this path of names; a number is a place in a list.
    Data(&'static [&'static str]),
    /// Among the members of this array of the record's fields, which has points between its names.
    Members(&'static str),
    /// Among the record's unique keys of this kind.
    Key(&'static str),
    /// The record's own `created_at`.
    CreatedAt,
    /// The record's own `updated_at`.
    UpdatedAt,
    /// The record's own number.
    Number,
}

impl Place {
    /// Whether a record has several values there: such a field is this or that, and nothing is sorted by it.
    #[must_use]
    pub const fn is_several(self) -> bool {
        matches!(self, Self::Members(_) | Self::Key(_))
    }
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Any text.
    Text,
    /// A record's id.
    Id,
    /// A moment.
    Instant,
    /// A whole number.
    Integer,
    /// A number, whole or not.
    Number,
    /// True or false.
    Bool,
}

/// A field of the record's data, at that path of names.
pub(super) const fn data(name: &'static str, path: &'static [&'static str], shape: Shape) -> Field {
    Field { name, place: Place::Data(path), shape }
}

/// A unique key, named as it is kept.
pub(super) const fn key(name: &'static str) -> Field {
    Field { name, place: Place::Key(name), shape: Shape::Text }
}

/// A member of an array of texts in the record's data. Found by looking at every record of the kind.
pub(super) const fn member(name: &'static str, array: &'static str) -> Field {
    Field { name, place: Place::Members(array), shape: Shape::Text }
}

/// When the record was made.
pub(super) const CREATED_AT: Field = Field { name: "created_at", place: Place::CreatedAt, shape: Shape::Instant };
/// When it was changed last.
pub(super) const UPDATED_AT: Field = Field { name: "updated_at", place: Place::UpdatedAt, shape: Shape::Instant };
/// What people call it by.
pub(super) const NUMBER: Field = Field { name: "number", place: Place::Number, shape: Shape::Integer };
