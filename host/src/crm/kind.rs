//! The kinds of record, and what is known of each.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::entity::{Admitted, Entity, Setting, admit};
use super::invalid::Invalid;
use super::record::Data;
use super::{
    calendar::WorkCalendar, company::Company, contact::Contact, deal::Deal, department::Department, lead::Lead,
    notification::Notification, organisation::Organisation, pipeline::Pipeline, task::Task, user::User,
};

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A request from a possible customer.
    Lead,
    /// A person outside the organisation.
    Contact,
    /// An organisation outside.
    Company,
    /// Business under way.
    Deal,
    /// The stages that deals go through.
    Pipeline,
    /// Work for a user.
    Task,
    /// A message to a user, with buttons.
    Notification,
    /// A person of the organisation.
    User,
    /// A part of the organisation.
    Department,
    /// Weekly hours, holidays and a time zone.
    WorkCalendar,
    /// The organisation itself: one record.
    Organisation,
}

/// What the host must know of a kind beyond its struct.
pub struct Spec {
    /// Snake-case, in events and references.
    pub name: &'static str,
    /// Snake-case plural, in paths and capabilities.
    pub plural: &'static str,
    /// Whether its records are numbered for people.
    pub numbered: bool,
    /// Whether its records may have unique keys.
    pub keyed: bool,
    /// The fields that a listing may be filtered and sorted by.
    pub fields: &'static [Field],
    /// Checks fields against the kind's rules: see [`admit`].
    pub admit: fn(before: Option<&Data>, after: Data, setting: &Setting) -> Result<Admitted, Invalid>,
}

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
    /// In the record's fields, at this path of names.
    Data(&'static [&'static str]),
    /// Among the record's unique keys of this kind.
    Key(&'static str),
    /// The record's own `created_at`.
    CreatedAt,
    /// The record's own `updated_at`.
    UpdatedAt,
    /// The record's own number.
    Number,
}

/// What a field's values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Any text.
    Text,
    /// A record's id.
    Id,
    /// A moment.
    Instant,
    /// A whole number.
    Integer,
    /// True or false.
    Bool,
}

const fn spec<E: Entity>(name: &'static str, plural: &'static str, numbered: bool, fields: &'static [Field]) -> Spec {
    Spec { name, plural, numbered, keyed: E::KEYED, fields, admit: admit::<E> }
}

const fn data(name: &'static str, path: &'static [&'static str], shape: Shape) -> Field {
    Field { name, place: Place::Data(path), shape }
}

const CREATED_AT: Field = Field { name: "created_at", place: Place::CreatedAt, shape: Shape::Instant };
const UPDATED_AT: Field = Field { name: "updated_at", place: Place::UpdatedAt, shape: Shape::Instant };
const NUMBER: Field = Field { name: "number", place: Place::Number, shape: Shape::Integer };

static LEAD: Spec = spec::<Lead>(
    "lead",
    "leads",
    true,
    &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        data("phone", &["phone"], Shape::Text),
        data("email", &["email"], Shape::Text),
        data("source", &["source"], Shape::Text),
        data("amount", &["amount", "minor"], Shape::Integer),
        data("resume_at", &["resume_at"], Shape::Instant),
    ],
);
static CONTACT: Spec = spec::<Contact>(
    "contact",
    "contacts",
    true,
    &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("name", &["name"], Shape::Text),
        data("company", &["company"], Shape::Id),
        data("owner", &["owner"], Shape::Id),
        Field { name: "phone", place: Place::Key("phone"), shape: Shape::Text },
        Field { name: "email", place: Place::Key("email"), shape: Shape::Text },
    ],
);
static COMPANY: Spec = spec::<Company>(
    "company",
    "companies",
    true,
    &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("name", &["name"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        Field { name: "tax_id", place: Place::Key("tax_id"), shape: Shape::Text },
    ],
);
static DEAL: Spec = spec::<Deal>(
    "deal",
    "deals",
    true,
    &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("pipeline", &["pipeline"], Shape::Id),
        data("stage", &["stage"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        data("contact", &["contact"], Shape::Id),
        data("company", &["company"], Shape::Id),
        data("lead", &["lead"], Shape::Id),
        data("amount", &["amount", "minor"], Shape::Integer),
    ],
);
static PIPELINE: Spec = spec::<Pipeline>(
    "pipeline",
    "pipelines",
    false,
    &[
        CREATED_AT,
        data("title", &["title"], Shape::Text),
        Field { name: "key", place: Place::Key("key"), shape: Shape::Text },
    ],
);
static TASK: Spec = spec::<Task>(
    "task",
    "tasks",
    true,
    &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("assignee", &["assignee"], Shape::Id),
        data("due", &["due"], Shape::Instant),
        data("about", &["about", "id"], Shape::Id),
        data("plugin", &["plugin"], Shape::Text),
        data("key", &["key"], Shape::Text),
    ],
);
static NOTIFICATION: Spec = spec::<Notification>(
    "notification",
    "notifications",
    false,
    &[
        CREATED_AT,
        UPDATED_AT,
        data("to", &["to"], Shape::Id),
        data("open", &["open"], Shape::Bool),
        data("read_at", &["read_at"], Shape::Instant),
        data("settled_at", &["settled_at"], Shape::Instant),
        data("about", &["about", "id"], Shape::Id),
        data("plugin", &["plugin"], Shape::Text),
        data("key", &["key"], Shape::Text),
    ],
);
static USER: Spec = spec::<User>(
    "user",
    "users",
    false,
    &[
        CREATED_AT,
        data("name", &["name"], Shape::Text),
        data("role", &["role"], Shape::Text),
        data("department", &["department"], Shape::Id),
        data("active", &["active"], Shape::Bool),
        data("present", &["present"], Shape::Bool),
        Field { name: "email", place: Place::Key("email"), shape: Shape::Text },
    ],
);
static DEPARTMENT: Spec = spec::<Department>(
    "department",
    "departments",
    false,
    &[
        CREATED_AT,
        data("title", &["title"], Shape::Text),
        data("head", &["head"], Shape::Id),
        data("parent", &["parent"], Shape::Id),
        Field { name: "key", place: Place::Key("key"), shape: Shape::Text },
    ],
);
static WORK_CALENDAR: Spec = spec::<WorkCalendar>(
    "work_calendar",
    "work_calendars",
    false,
    &[CREATED_AT, data("title", &["title"], Shape::Text)],
);
static ORGANISATION: Spec = spec::<Organisation>("organisation", "organisations", false, &[CREATED_AT]);

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Lead,
        Self::Contact,
        Self::Company,
        Self::Deal,
        Self::Pipeline,
        Self::Task,
        Self::Notification,
        Self::User,
        Self::Department,
        Self::WorkCalendar,
        Self::Organisation,
    ];

    /// What is known of it.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        match self {
            Self::Lead => &LEAD,
            Self::Contact => &CONTACT,
            Self::Company => &COMPANY,
            Self::Deal => &DEAL,
            Self::Pipeline => &PIPELINE,
            Self::Task => &TASK,
            Self::Notification => &NOTIFICATION,
            Self::User => &USER,
            Self::Department => &DEPARTMENT,
            Self::WorkCalendar => &WORK_CALENDAR,
            Self::Organisation => &ORGANISATION,
        }
    }

    /// Snake-case, in events and references.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Snake-case plural, in paths and capabilities.
    #[must_use]
    pub fn plural(self) -> &'static str {
        self.spec().plural
    }

    /// The kind of that plural.
    #[must_use]
    pub fn of_plural(plural: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.plural() == plural)
    }
}

impl Spec {
    /// The field of that name, where a listing may be filtered by it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The text names no kind of record.
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not a kind of record")]
pub struct NotAKind(String);

impl FromStr for Kind {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or_else(|| NotAKind(text.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use utoipa::PartialSchema;

    use super::*;

    fn schema<E: Entity + PartialSchema>() -> (Kind, Value) {
        (E::KIND, serde_json::to_value(E::schema()).unwrap())
    }

    /// A listing can be filtered by a field only where the struct has it.
    #[test]
    fn fields_are_where_the_specs_say() {
        let schemas = [
            schema::<Lead>(),
            schema::<Contact>(),
            schema::<Company>(),
            schema::<Deal>(),
            schema::<Pipeline>(),
            schema::<Task>(),
            schema::<Notification>(),
            schema::<User>(),
            schema::<Department>(),
            schema::<WorkCalendar>(),
            schema::<Organisation>(),
        ];
        assert_eq!(schemas.each_ref().map(|(kind, _)| *kind), Kind::ALL);
        for (kind, schema) in &schemas {
            for field in kind.spec().fields {
                if let Place::Data([name, ..]) = field.place {
                    assert!(schema["properties"].get(*name).is_some(), "{kind} has no {name}");
                }
            }
        }
    }
}
