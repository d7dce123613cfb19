//! What a run was told, call by call: enough to play it again without the host, to the letter.
//!
//! A guest is a function of what it is handed at first and of the answers to its calls; clock and random numbers come
//! of the run's moment and id. So those are kept, and a replay answers each call with what stands in the journal, as
//! long as the guest asks the same.

use std::fmt::Debug;
use std::time::{Duration, Instant as Clock};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bindings::takt::crm::types;
use super::call::{Budgets, Call};
use super::convert;
use super::state::{HostError, Stop};
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::store::run::{LogLine, Outcome};

/// Bytes of calls and answers that a journal takes. One that would be longer is cut, and can't be played again.
const MOST: usize = 4 << 20;

/// A run, to be played again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Journal {
    /// The run; its id seeds the random numbers.
    pub run: Id,
    /// Whose it was.
    pub plugin: String,
    /// SHA-256 of the component, hex.
    pub release: String,
    /// Its one moment.
    pub now: Instant,
    /// What it might use.
    pub budgets: Budgets,
    /// What it was told, the configuration among it: the contract's `context`.
    pub context: Value,
    /// What woke it: the contract's `trigger`.
    pub trigger: Value,
    /// What it asked, and what it was answered, in order.
    pub calls: Vec<Entry>,
    /// Whether calls are missing: there were too many bytes of them.
    pub cut: bool,
    /// What came of it.
    pub outcome: Outcome,
    /// Why, where it was not `ok`.
    pub error: Option<String>,
    /// What it logged.
    pub log: Vec<LogLine>,
}

/// One call of the host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Interface and function: `leads.get`.
    pub call: String,
    /// What was asked, as Rust shows the arguments.
    pub asked: String,
    /// What was answered.
    pub answer: Answer,
    /// When it was asked, in microseconds since the run began.
    #[serde(default)]
    pub at: u64,
    /// How long the answer took, in microseconds.
    #[serde(default)]
    pub took: u64,
}

/// What a call was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// What was asked for.
    Ok(Value),
    /// The contract's `error`.
    Err(Value),
    /// None: the host ended the run.
    Stopped(Stop),
}

impl Answer {
    /// As the guest is given it.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<T, HostError> {
        match self {
            Self::Ok(value) => serde_json::from_value(value).map_err(|error| damaged(&error)),
            Self::Err(value) => match serde_json::from_value::<types::Error>(value) {
                Ok(error) => Err(HostError::Told(error)),
                Err(error) => Err(damaged(&error)),
            },
            Self::Stopped(stop) => Err(HostError::Stopped(stop)),
        }
    }
}

/// Where a replay left the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Departure {
    /// The number of the call, from 1.
    pub at: usize,
    /// What stands in the journal; absent where it ends.
    pub journalled: Option<String>,
    /// What the guest asked; absent where it ended.
    pub asked: Option<String>,
}

/// What a run does with its calls.
#[derive(Debug, Default)]
pub(super) enum Tape {
    /// It forgets them.
    #[default]
    Off,
    /// It keeps them.
    Writing(Written),
    /// It takes the answers from a journal.
    Reading(Reading),
}

/// The calls of a run so far.
#[derive(Debug, Default)]
pub struct Written {
    /// When the run began.
    since: Option<Clock>,
    entries: Vec<Entry>,
    bytes: usize,
    cut: bool,
}

/// A journal that is being played.
#[derive(Debug)]
pub(super) struct Reading {
    entries: std::vec::IntoIter<Entry>,
    at: usize,
    pub(super) departure: Option<Departure>,
}

impl Journal {
    /// The journal of a call.
    #[must_use]
    pub fn of(
        call: &Call,
        release: &str,
        written: Written,
        outcome: Outcome,
        error: Option<String>,
        log: Vec<LogLine>,
    ) -> Self {
        Self {
            run: call.run,
            plugin: call.installation.manifest.name.clone(),
            release: release.to_owned(),
            now: call.now,
            budgets: call.installation.budgets,
            context: value(&convert::context(call)),
            trigger: value(&convert::trigger(&call.trigger)),
            calls: written.entries,
            cut: written.cut,
            outcome,
            error,
            log,
        }
    }
}

impl Written {
    /// Of a run that began then.
    pub(super) fn since(begun: Clock) -> Self {
        Self { since: Some(begun), ..Self::default() }
    }
}

impl Reading {
    pub(super) fn new(entries: Vec<Entry>) -> Self {
        Self { entries: entries.into_iter(), at: 0, departure: None }
    }

    /// Notes what the guest did not come to ask.
    pub(super) fn end(mut self) -> Option<Departure> {
        let left = self.entries.next();
        self.departure.or_else(|| {
            left.map(|entry| Departure {
                at: self.at + 1,
                journalled: Some(shown(&entry.call, &entry.asked)),
                asked: None,
            })
        })
    }

    fn next<T: DeserializeOwned>(&mut self, call: &str, asked: &str) -> Result<T, HostError> {
        self.at += 1;
        let entry = self.entries.next();
        match entry {
            Some(entry) if entry.call == call && entry.asked == asked => entry.answer.read(),
            other => {
                let journalled = other.map(|entry| shown(&entry.call, &entry.asked));
                self.departure = Some(Departure { at: self.at, journalled, asked: Some(shown(call, asked)) });
                Err(HostError::Stopped(Stop::Departed))
            }
        }
    }
}

impl Tape {
    /// The answer that stands in the journal, where one is being played.
    pub(super) fn answer<T: DeserializeOwned>(&mut self, call: &str, asked: &str) -> Option<Result<T, HostError>> {
        match self {
            Self::Reading(reading) => Some(reading.next(call, asked)),
            Self::Off | Self::Writing(_) => None,
        }
    }

    /// Keeps the answer to what was asked then.
    pub(super) fn note<T: Serialize>(&mut self, call: &str, asked: String, answer: &Result<T, HostError>, then: Clock) {
        let Self::Writing(written) = self else { return };
        let answer = match answer {
            Ok(answer) => Answer::Ok(value(answer)),
            Err(HostError::Told(error)) => Answer::Err(value(error)),
            Err(HostError::Stopped(stop)) => Answer::Stopped(stop.clone()),
        };
        written.bytes += asked.len() + size(&answer);
        written.cut |= written.bytes > MOST;
        if !written.cut {
            let (at, took) = (written.since.map_or(Duration::ZERO, |since| then - since), then.elapsed());
            written.entries.push(Entry { call: call.to_owned(), asked, answer, at: micros(at), took: micros(took) });
        }
    }

    pub(super) fn written(self) -> Written {
        match self {
            Self::Writing(written) => written,
            Self::Off | Self::Reading(_) => Written::default(),
        }
    }
}

fn micros(length: Duration) -> u64 {
    u64::try_from(length.as_micros()).unwrap_or(u64::MAX)
}

/// What was asked, as text.
pub(super) fn asked(arguments: &impl Debug) -> String {
    format!("{arguments:?}")
}

fn shown(call: &str, asked: &str) -> String {
    format!("{call}{asked}")
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap_or_default()
}

/// About how many bytes it has as JSON, without writing it.
fn size(answer: &Answer) -> usize {
    fn of(value: &Value) -> usize {
        match value {
            Value::String(text) => text.len() + 2,
            Value::Array(items) => items.iter().map(of).sum::<usize>() + 2,
            Value::Object(members) => members.iter().map(|(name, value)| name.len() + 3 + of(value)).sum::<usize>() + 2,
            Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        }
    }
    match answer {
        Answer::Ok(value) | Answer::Err(value) => of(value),
        Answer::Stopped(_) => 16,
    }
}

fn damaged(error: &serde_json::Error) -> HostError {
    HostError::Stopped(Stop::Host(format!("the journal is damaged: {error}")))
}
