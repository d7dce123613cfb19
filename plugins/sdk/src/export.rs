//! From the component's exports to a [`Plugin`].

use schemars::schema_for;
use serde_json::Value;

use crate::bindings::exports::takt::crm::rule as wit;
use crate::bindings::takt::crm::types;
use crate::failure::Failure;
use crate::instant::Instant;
use crate::manifest::Manifest;
use crate::plugin::{Plugin, Reply};
use crate::trigger::{Actor, Command, Event, Tick, Timer};

/// The JSON Schema of a plugin's configuration, with its defaults.
pub(crate) fn config_schema<P: Plugin>() -> Value {
    schema_for!(P::Config).to_value()
}

/// What `describe` answers.
pub fn describe<P: Plugin>() -> wit::Manifest {
    let Manifest { name, version, title, summary, subscriptions, schedules, commands, needs } = P::manifest();
    wit::Manifest {
        name,
        version,
        title,
        summary,
        subscriptions: subscriptions
            .into_iter()
            .map(|s| wit::Subscription { event: s.event, changed: s.changed, when: s.when })
            .collect(),
        schedules: schedules
            .into_iter()
            .map(|s| wit::Schedule { name: s.name, cron: s.cron, title: s.title })
            .collect(),
        commands: commands
            .into_iter()
            .map(|c| wit::CommandSpec {
                name: c.name,
                title: c.title,
                on: c.on,
                input_schema: c.input_schema.map(|schema| schema.to_string()),
            })
            .collect(),
        config_schema: config_schema::<P>().to_string(),
        needs: needs.into_iter().map(|(capability, reason)| wit::Need { capability, reason }).collect(),
    }
}

/// What `handle` does.
#[cfg(target_arch = "wasm32")]
pub fn handle<P: Plugin>(context: wit::Context, trigger: wit::Trigger) -> Result<Option<wit::Reply>, wit::Failure> {
    use crate::plugin::Context;

    let config = serde_json::from_str(&context.config)
        .map_err(|error| wit::Failure::Permanent(format!("cannot read the configuration: {error}")))?;
    let cx = Context {
        run: context.run,
        now: Instant(context.now),
        config,
        language: context.language,
        time_zone: context.time_zone,
        attempt: context.attempt,
        host: crate::component::ComponentHost,
    };
    let outcome = match trigger {
        wit::Trigger::Event(event) => P::on_event(&cx, &event.into()),
        wit::Trigger::Timer(timer) => P::on_timer(&cx, &timer.into()),
        wit::Trigger::Tick(tick) => P::on_tick(&cx, &tick.into()),
        wit::Trigger::Command(command) => P::on_command(&cx, &command.into()),
    };
    outcome.map(|reply| reply.map(Into::into)).map_err(Into::into)
}

impl From<types::Actor> for Actor {
    fn from(raw: types::Actor) -> Self {
        match raw {
            types::Actor::User(id) => Actor::User(id),
            types::Actor::Plugin(name) => Actor::Plugin(name),
            types::Actor::System(name) => Actor::System(name),
        }
    }
}

impl From<wit::Event> for Event {
    fn from(raw: wit::Event) -> Self {
        Event {
            id: raw.id,
            name: raw.name,
            at: Instant(raw.at),
            by: raw.by.into(),
            about: raw.about.into(),
            before: raw.before,
            after: raw.after,
            changed: raw.changed,
        }
    }
}

impl From<wit::Timer> for Timer {
    fn from(raw: wit::Timer) -> Self {
        Timer { key: raw.key, due: Instant(raw.due), payload: raw.payload }
    }
}

impl From<wit::Tick> for Tick {
    fn from(raw: wit::Tick) -> Self {
        Tick { schedule: raw.schedule, due: Instant(raw.due) }
    }
}

impl From<wit::Command> for Command {
    fn from(raw: wit::Command) -> Self {
        Command {
            name: raw.name,
            by: raw.by,
            on: raw.on.map(Into::into),
            notification: raw.notification,
            answer: raw.answer,
            input: raw.input,
        }
    }
}

impl From<Reply> for wit::Reply {
    fn from(reply: Reply) -> Self {
        wit::Reply { message: reply.message, open: reply.open.map(Into::into) }
    }
}

impl From<Failure> for wit::Failure {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Retry(after) => wit::Failure::Retry(after),
            Failure::Refused(why) => wit::Failure::Refused(why),
            Failure::Permanent(why) => wit::Failure::Permanent(why),
        }
    }
}

/// Makes a [`Plugin`] the component's rule. Does nothing on targets other than WebAssembly, so that the same crate is
/// tested natively.
#[macro_export]
macro_rules! register {
    ($plugin:ty) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            struct Component;

            impl $crate::bindings::exports::takt::crm::rule::Guest for Component {
                fn describe() -> $crate::bindings::exports::takt::crm::rule::Manifest {
                    $crate::export::describe::<$plugin>()
                }

                fn handle(
                    context: $crate::bindings::exports::takt::crm::rule::Context,
                    trigger: $crate::bindings::exports::takt::crm::rule::Trigger,
                ) -> Result<
                    Option<$crate::bindings::exports::takt::crm::rule::Reply>,
                    $crate::bindings::exports::takt::crm::rule::Failure,
                > {
                    $crate::export::handle::<$plugin>(context, trigger)
                }
            }

    $crate::bindings::export!(Component with_types_in $crate::bindings);
        };
    };
}
