//! Why a run, or a call of the host, did not do its work.

use std::fmt;

use crate::bindings::takt::crm::types as wit;
use crate::kinds::Reference;

/// Why a run did not do its work. Nothing of it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A passing fault: run again, not before so many seconds.
    Retry(Option<u64>),
    /// The request can't be met, and why: shown to the person, so written in their language. Nothing is retried.
    Refused(String),
    /// A fault that another try will not cure.
    Permanent(String),
}

impl Failure {
    /// The request can't be met: says why to the person who made it.
    pub fn refused(why: impl Into<String>) -> Failure {
        Failure::Refused(why.into())
    }

    /// A fault that another try will not cure: says why to the admins.
    pub fn permanent(why: impl Into<String>) -> Failure {
        Failure::Permanent(why.into())
    }
}

/// Why a host function did not do what it was asked. Nothing was changed. With `?` it ends the run: for good, but for
/// [`HostError::Other`], which is tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostError {
    /// No such record, or it was deleted.
    NotFound(Reference),
    /// The installation was not granted the capability named here.
    Denied(String),
    /// The values break a rule of the record: pairs of a JSON Pointer to the field and what is wrong with it.
    Invalid(Vec<(String, String)>),
    /// A budget of the run is used up: its name.
    Limit(String),
    /// The host could not answer now.
    Other(String),
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HostError::NotFound(Reference { kind, id }) => write!(f, "no {kind} {id}"),
            HostError::Denied(capability) => write!(f, "`{capability}` is not granted"),
            HostError::Invalid(fields) => {
                f.write_str("invalid values:")?;
                fields.iter().try_for_each(|(field, message)| write!(f, " {field} {message};"))
            }
            HostError::Limit(budget) => write!(f, "over the run's budget of {budget}"),
            HostError::Other(why) => write!(f, "the host could not answer: {why}"),
        }
    }
}

impl std::error::Error for HostError {}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Other(_) => Failure::Retry(None),
            error => Failure::Permanent(error.to_string()),
        }
    }
}

impl From<wit::Error> for HostError {
    fn from(raw: wit::Error) -> Self {
        match raw {
            wit::Error::NotFound(reference) => HostError::NotFound(reference.into()),
            wit::Error::Denied(capability) => HostError::Denied(capability),
            wit::Error::Invalid(fields) => {
                HostError::Invalid(fields.into_iter().map(|field| (field.field, field.message)).collect())
            }
            wit::Error::Limit(budget) => HostError::Limit(budget),
            wit::Error::Other(why) => HostError::Other(why),
        }
    }
}

/// Turns "there is none" from an error into a value.
pub trait Optional<T> {
    /// `None` for [`HostError::NotFound`].
    fn optional(self) -> Result<Option<T>, HostError>;
}

impl<T> Optional<T> for Result<T, HostError> {
    fn optional(self) -> Result<Option<T>, HostError> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(HostError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
