//! The kinds of record, and what is known of each.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::entity::{Admitted, Entity, Keys, Series, Setting, admit, keys};
pub use super::field::{Field, Place, Shape};
use super::invalid::Invalid;
use super::links::Link;
use super::record::{Data, Record};

/// What the host must know of a kind beyond its struct: [`Entity`]'s constants, for where the type is not known.
pub struct Spec {
    /// Snake-case, in events and references.
    pub name: &'static str,
    /// Snake-case plural, in paths and capabilities.
    pub plural: &'static str,
    /// Whether its records are numbered for people.
    pub numbered: bool,
    /// The numbers without gaps that its records are given by a change.
    pub series: Option<Series>,
    /// The fields that full-text search looks into.
    pub text: &'static [&'static str],
    /// Whether its records may have unique keys.
    pub keyed: bool,
    /// The field that names the user whose record it is; absent where records are everybody's.
    pub owner: Option<&'static str>,
    /// The fields that point at records.
    pub links: &'static [Link],
    /// The fields that are personal data of people outside.
    pub personal: &'static [&'static str],
    /// The fields that a listing may be filtered and sorted by.
    pub fields: &'static [Field],
    /// Checks fields against the kind's rules: see [`admit`].
    pub admit: fn(before: Option<&Data>, after: Data, setting: &Setting) -> Result<Admitted, Invalid>,
    /// The unique keys of admitted fields: see [`Entity::keys`].
    pub keys: fn(&Data) -> Result<Keys, Invalid>,
    /// Why a record may not be deleted: see [`Entity::stays`].
    pub stays: fn(&Record) -> Option<&'static str>,
    /// The OpenAPI schemas of the kind's struct, its own first, with their names.
    pub schemas: fn() -> Vec<(String, RefOr<Schema>)>,
}

impl Spec {
    const fn of<E: Entity>() -> Self {
        Self {
            name: E::NAME,
            plural: E::PLURAL,
            numbered: E::NUMBERED,
            series: E::SERIES,
            text: E::TEXT,
            keyed: E::KEYED,
            owner: E::OWNER,
            links: E::LINKS,
            personal: E::PERSONAL,
            fields: E::FIELDS,
            admit: admit::<E>,
            keys: keys::<E>,
            stays: |record| record.entity::<E>().ok()?.stays(),
            schemas: schemas::<E>,
        }
    }

    /// The field of that name, where a listing may be filtered by it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

fn schemas<E: Entity>() -> Vec<(String, RefOr<Schema>)> {
    let mut all = vec![(E::name().into_owned(), E::schema())];
    E::schemas(&mut all);
    all
}

/// The one list of kinds: a variant, and the struct of its fields.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $module:ident::$entity:ident,)*) => {
        /// What a record is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: [Self; [$(Self::$kind),*].len()] = [$(Self::$kind),*];

            /// What is known of it.
            #[must_use]
            pub fn spec(self) -> &'static Spec {
                match self {
                    $(Self::$kind => const { &Spec::of::<super::$module::$entity>() },)*
                }
            }
        }
    };
}

kinds! {
    /// A request from a possible customer.
    Lead => lead::Lead,
    /// A person outside the organisation.
    Contact => contact::Contact,
    /// An organisation outside.
    Company => company::Company,
    /// Business under way.
    Deal => deal::Deal,
    /// The stages that deals go through.
    Pipeline => pipeline::Pipeline,
    /// A paper that is filled from a record, approved, sent and signed.
    Document => document::Document,
    /// What papers are made from.
    Template => template::Template,
    /// What a client is asked to pay.
    Invoice => invoice::Invoice,
    /// What the organisation sells.
    Product => product::Product,
    /// A telephone call.
    Call => call::Call,
    /// A time that people spend together.
    Meeting => meeting::Meeting,
    /// A message to a client.
    Message => message::Message,
    /// A web form, whose posts become leads.
    Form => form::Form,
    /// Work for a user.
    Task => task::Task,
    /// A message to a user, with buttons.
    Notification => notification::Notification,
    /// A person of the organisation.
    User => user::User,
    /// A part of the organisation.
    Department => department::Department,
    /// Weekly hours, holidays and a time zone.
    WorkCalendar => calendar::WorkCalendar,
    /// A field of the organisation's own, which records have in `custom`.
    CustomField => custom_field::CustomField,
    /// The organisation itself: one record.
    Organisation => organisation::Organisation,
}

impl Kind {
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

    /// The names of all fields that the kind's records may have.
    #[must_use]
    pub fn field_names(self) -> &'static [String] {
        static NAMES: LazyLock<Vec<Vec<String>>> =
            LazyLock::new(|| Kind::ALL.iter().map(|kind| names_of(*kind)).collect());
        NAMES.get(self as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether hosts keep its records in memory: what they say holds for all that is done.
    #[must_use]
    pub const fn is_setting(self) -> bool {
        matches!(self, Self::Organisation | Self::CustomField)
    }

    /// The kind of that plural.
    #[must_use]
    pub fn of_plural(plural: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.plural() == plural)
    }
}

fn names_of(kind: Kind) -> Vec<String> {
    let own = (kind.spec().schemas)().into_iter().next();
    match own {
        Some((_, RefOr::T(Schema::Object(schema)))) => schema.properties.into_keys().collect(),
        _ => Vec::new(),
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

    use super::*;

    /// A listing can be filtered by a field only where the struct has it.
    #[test]
    fn fields_are_where_the_specs_say() {
        for kind in Kind::ALL {
            let (_, schema) = (kind.spec().schemas)().swap_remove(0);
            let schema = serde_json::to_value(schema).unwrap();
            for field in kind.spec().fields {
                if let Place::Data([name, ..]) | Place::Members(name) = &field.place {
                    assert!(schema["properties"].get(*name).is_some(), "{kind} has no {name}");
                }
            }
            for name in kind.spec().personal {
                assert!(schema["properties"].get(*name).is_some(), "{kind} has no {name}");
            }
        }
    }

    #[test]
    fn field_names_are_those_of_the_struct() {
        for kind in Kind::ALL {
            assert!(!kind.field_names().is_empty(), "{kind}");
        }
        assert!(["title", "owner", "custom"].iter().all(|name| Kind::Lead.field_names().iter().any(|own| own == name)));
    }

    #[test]
    fn names_are_those_of_the_serde_form() {
        for kind in Kind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), Value::from(kind.name()));
        }
    }
}
