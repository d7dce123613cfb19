//! What a plugin's author writes.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::failure::{Failure, HostError};
use crate::host::{Host, Level};
use crate::instant::Instant;
use crate::kinds::{Id, Reference};
use crate::manifest::Manifest;
use crate::span::Span;
use crate::text::Localized;
use crate::trigger::{Command, Event, Tick, Timer};

/// The host that a plugin talks to: the component's imports in a component, a `MockHost` elsewhere. It is one type, not
/// a trait object, so that a component imports no more than it calls.
#[cfg(target_arch = "wasm32")]
pub type TheHost = crate::component::ComponentHost;
/// The host that a plugin talks to: the component's imports in a component, a `MockHost` elsewhere. It is one type, not
/// a trait object, so that a component imports no more than it calls.
#[cfg(not(target_arch = "wasm32"))]
pub type TheHost = crate::mock::MockHost;

/// What the person who pressed a button sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// One sentence, in the language of the person.
    pub message: String,
    /// A record to open.
    pub open: Option<Reference>,
}

impl Reply {
    /// One sentence, in the language of the person.
    pub fn new(message: impl Into<String>) -> Reply {
        Reply { message: message.into(), open: None }
    }

    /// Opens a record for the person.
    pub fn open(mut self, record: Reference) -> Reply {
        self.open = Some(record);
        self
    }
}

/// How a run ends: well, with a reply where a person waits for one, or not.
pub type Outcome = Result<Option<Reply>, Failure>;

/// A rule. Give it what it wants to be woken by in its manifest, override the functions for those, and
/// [`register!`](crate::register!) it.
pub trait Plugin {
    /// What an admin can set. Derive `Deserialize` and `JsonSchema` with `#[serde(default)]`, and write a `Default`:
    /// those are the plugin's defaults, and they stand in the schema where the fields are `Serialize`.
    type Config: DeserializeOwned + JsonSchema + Default;

    /// What the plugin is and wants.
    fn manifest() -> Manifest;

    /// A record changed.
    fn on_event(_cx: &Context<Self::Config>, _event: &Event) -> Outcome {
        Ok(None)
    }

    /// A timer came due.
    fn on_timer(_cx: &Context<Self::Config>, _timer: &Timer) -> Outcome {
        Ok(None)
    }

    /// A schedule came due.
    fn on_tick(_cx: &Context<Self::Config>, _tick: &Tick) -> Outcome {
        Ok(None)
    }

    /// A person pressed a button.
    fn on_command(_cx: &Context<Self::Config>, _command: &Command) -> Outcome {
        Ok(None)
    }
}

/// What wakes a plugin.
#[derive(Clone, Debug, PartialEq)]
pub enum Trigger {
    /// A record changed.
    Event(Event),
    /// A timer came due.
    Timer(Timer),
    /// A schedule came due.
    Tick(Tick),
    /// A person pressed a button.
    Command(Command),
}

impl Trigger {
    /// Wakes a plugin.
    pub fn wake<P: Plugin>(&self, cx: &Context<P::Config>) -> Outcome {
        match self {
            Trigger::Event(event) => P::on_event(cx, event),
            Trigger::Timer(timer) => P::on_timer(cx, timer),
            Trigger::Tick(tick) => P::on_tick(cx, tick),
            Trigger::Command(command) => P::on_command(cx, command),
        }
    }
}

/// What every run is told, and the host.
#[derive(Clone, Debug)]
pub struct Context<C> {
    /// The run's id.
    pub run: Id,
    /// The run's one moment: it does not move while the run lasts.
    pub now: Instant,
    /// The installation's configuration, defaults filled in.
    pub config: C,
    /// BCP 47 tag of the organisation's language.
    pub language: String,
    /// IANA time zone of the organisation.
    pub time_zone: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// Whom to ask.
    pub host: TheHost,
}

impl<C> Context<C> {
    /// The moment that lies `span` after `start`, working time being counted in the calendar of that department, else
    /// the organisation's. In a calendar without any working hours working time is counted as plain time, with a
    /// warning in the log: a limit that never ends helps nobody.
    pub fn after(&self, start: Instant, span: Span, department: Option<&str>) -> Result<Instant, HostError> {
        if !span.working {
            return Ok(start.plus_seconds(span.seconds));
        }
        match self.host.working_time_after(start, span.seconds, department) {
            Err(HostError::Invalid(_)) => {
                self.warn("the calendar has no working hours: working time is counted as plain time");
                Ok(start.plus_seconds(span.seconds))
            }
            moment => moment,
        }
    }

    /// A number from 0 until below `bound`, by chance. The host's generator gives it, so that a replay gives the same.
    pub fn random(&self, bound: usize) -> usize {
        use std::hash::{BuildHasher, RandomState};
        let drawn = RandomState::new().hash_one(&self.run);
        usize::try_from(drawn % bound.max(1) as u64).unwrap_or_default()
    }

    /// A refusal in the language of the person who asked.
    pub fn refuse(&self, person: &crate::kinds::User, why: &Localized) -> Failure {
        Failure::refused(why.in_language(&person.language))
    }

    /// The words in the organisation's language, for what everybody sees alike, such as a task's title.
    pub fn in_own_language(&self, words: &Localized) -> String {
        words.in_language(&self.language).into()
    }

    /// Writes a warning to the run's log.
    pub fn warn(&self, message: &str) {
        self.host.log(Level::Warn, message);
    }
}
