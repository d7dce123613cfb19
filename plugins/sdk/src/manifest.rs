//! What a plugin is and wants.

use serde_json::Value;

/// What a plugin is and wants; the configuration's schema is added from [`Plugin::Config`](crate::Plugin::Config).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) subscriptions: Vec<Subscription>,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) commands: Vec<CommandSpec>,
    pub(crate) needs: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Schedule {
    pub(crate) name: String,
    pub(crate) cron: String,
    pub(crate) title: String,
}

impl Manifest {
    /// A plugin's kebab-case name and semantic version; mostly the crate's own, see [`manifest!`](crate::manifest!).
    pub fn new(name: &str, version: &str) -> Manifest {
        Manifest { name: name.into(), version: version.into(), ..Manifest::default() }
    }

    /// Short name shown to people.
    pub fn title(mut self, title: &str) -> Manifest {
        self.title = title.into();
        self
    }

    /// One or two sentences: what it does.
    pub fn summary(mut self, summary: &str) -> Manifest {
        self.summary = summary.into();
        self
    }

    /// Wakes the plugin by an event.
    pub fn on(mut self, subscription: Subscription) -> Manifest {
        self.subscriptions.push(subscription);
        self
    }

    /// Wakes the plugin by the clock: five fields as crontab(5) reads them, in the organisation's time zone.
    pub fn schedule(mut self, name: &str, cron: &str, title: &str) -> Manifest {
        self.schedules.push(Schedule { name: name.into(), cron: cron.into(), title: title.into() });
        self
    }

    /// Wakes the plugin by a button.
    pub fn command(mut self, command: CommandSpec) -> Manifest {
        self.commands.push(command);
        self
    }

    /// Asks for a capability, and tells the admin who grants it why.
    pub fn needs(mut self, capability: &str, reason: &str) -> Manifest {
        self.needs.push((capability.into(), reason.into()));
        self
    }
}

/// A manifest with the name and version of the crate that calls it.
#[macro_export]
macro_rules! manifest {
    () => {
        $crate::Manifest::new(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
    };
}

/// One kind of event that wakes the plugin.
#[derive(Clone, Debug, PartialEq)]
pub struct Subscription {
    pub(crate) event: String,
    pub(crate) changed: Vec<String>,
    pub(crate) when: Option<String>,
}

impl Subscription {
    /// `lead.created`, `deal.updated`, `task.deleted`, …
    pub fn to(event: &str) -> Subscription {
        Subscription { event: event.into(), changed: Vec::new(), when: None }
    }

    /// Only when one of these fields changed.
    pub fn changed(mut self, fields: &[&str]) -> Subscription {
        self.changed = fields.iter().map(|field| (*field).into()).collect();
        self
    }

    /// Only when this CEL expression over `before`, `after` and `config` holds.
    pub fn when(mut self, condition: &str) -> Subscription {
        self.when = Some(condition.into());
        self
    }
}

/// A command that people may give by a button.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandSpec {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) on: Vec<String>,
    pub(crate) input_schema: Option<Value>,
}

impl CommandSpec {
    /// A command by its kebab-case name, and its button's words.
    pub fn new(name: &str, title: &str) -> CommandSpec {
        CommandSpec { name: name.into(), title: title.into(), on: Vec::new(), input_schema: None }
    }

    /// Shows the button on records of a kind, not in notifications alone.
    pub fn on(mut self, kind: &str) -> CommandSpec {
        self.on.push(kind.into());
        self
    }

    /// The JSON Schema (2020-12) of the input, which the host checks.
    pub fn input(mut self, schema: Value) -> CommandSpec {
        self.input_schema = Some(schema);
        self
    }
}
