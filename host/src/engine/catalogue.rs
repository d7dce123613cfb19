//! The installed plugins as the engine works with them, and which of them an event wakes.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::Value;

use super::native::NativeRule;
use crate::crm::change::Change;
use crate::crm::cron::Cron;
use crate::crm::custom::CustomFields;
use crate::crm::event;
use crate::crm::id::Id;
use crate::crm::record::Record;
use crate::plugins::condition::Condition;
use crate::store::commit::{KeyedChange, NewDelivery};
use crate::store::outbox::{NewMessage, Webhook};
use crate::store::plugin::PluginRow;
use crate::wasm::call::Installation;
use crate::wasm::manifest::Manifest;
use crate::wasm::runtime::Component;

/// What runs when the plugin is woken.
#[derive(Clone)]
pub enum Code {
    /// A sandboxed component.
    Component(Component),
    /// A rule compiled into the host: for measuring what the sandbox costs.
    Native(Arc<dyn NativeRule>),
    /// The release cannot be run here, and why.
    Broken(String),
}

/// A plugin as it is installed.
#[derive(Clone)]
pub struct Installed {
    /// What the store keeps of it.
    pub row: PluginRow,
    /// What it says of itself.
    pub manifest: Arc<Manifest>,
    /// What runs.
    pub code: Code,
    /// What every run of it is told.
    pub installation: Arc<Installation>,
    /// The configuration, defaults filled in.
    pub config: Value,
    /// Its schedules, with when they fire.
    pub schedules: Vec<(String, Cron)>,
    /// Its subscriptions' conditions, in the manifest's order.
    pub conditions: Vec<Option<Condition>>,
    /// The admin's condition on top.
    pub condition: Option<Condition>,
    /// The release that runs beside it.
    pub shadow: Option<Arc<Installed>>,
}

/// A webhook, with its condition ready.
#[derive(Clone)]
pub struct Hook {
    /// What the store keeps of it.
    pub row: Arc<Webhook>,
    /// Its condition.
    pub condition: Option<Condition>,
}

/// All installed plugins, and all webhooks, at one moment.
#[derive(Clone, Default)]
pub struct Catalogue {
    number: u64,
    plugins: BTreeMap<String, Arc<Installed>>,
    by_event: HashMap<String, Vec<Arc<Installed>>>,
    webhooks: Vec<Hook>,
}

impl Catalogue {
    /// The plugins as they were when the catalogue had that number.
    #[must_use]
    pub fn new(number: u64, plugins: Vec<Installed>, webhooks: Vec<Hook>) -> Self {
        let mut catalogue = Self { number, webhooks, ..Self::default() };
        for plugin in plugins.into_iter().map(Arc::new) {
            if plugin.row.enabled {
                let mut events: Vec<&str> =
                    plugin.manifest.subscriptions.iter().map(|subscription| subscription.event.as_str()).collect();
                events.sort_unstable();
                events.dedup();
                for event in events {
                    catalogue.by_event.entry(event.to_owned()).or_default().push(plugin.clone());
                }
            }
            catalogue.plugins.insert(plugin.row.name.clone(), plugin);
        }
        catalogue
    }

    /// It grows with every change of any plugin.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The plugin of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Installed>> {
        self.plugins.get(name)
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Installed>> {
        self.plugins.values()
    }

    /// Names of those that are woken.
    #[must_use]
    pub fn enabled(&self) -> Vec<String> {
        self.iter().filter(|plugin| plugin.row.enabled).map(|plugin| plugin.row.name.clone()).collect()
    }

    /// The webhook of that id.
    #[must_use]
    pub fn webhook(&self, id: Id) -> Option<Arc<Webhook>> {
        self.webhooks.iter().find(|hook| hook.row.id == id).map(|hook| hook.row.clone())
    }

    /// To which webhooks the changes are sent.
    #[must_use]
    pub fn messages(&self, changes: &[KeyedChange], custom: &CustomFields) -> Vec<NewMessage> {
        let active: Vec<&Hook> = self.webhooks.iter().filter(|hook| hook.row.active).collect();
        if active.is_empty() {
            return Vec::new();
        }
        let mut messages = Vec::new();
        for (at, KeyedChange { change, .. }) in changes.iter().enumerate() {
            let mut faces = Faces::new(change, custom);
            let wanting = active.iter().filter(|hook| hook.wants(&mut faces));
            messages.extend(wanting.map(|hook| NewMessage { change: at, webhook: hook.row.id }));
        }
        messages
    }

    /// Whose shadows alone the changes wake.
    #[must_use]
    pub fn shadows(&self, changes: &[KeyedChange], custom: &CustomFields) -> Vec<NewDelivery> {
        let mut shadows = Vec::new();
        let shadowed = self.iter().filter(|plugin| plugin.row.enabled);
        for (plugin, shadow) in shadowed.filter_map(|plugin| plugin.shadow.as_ref().map(|shadow| (plugin, shadow))) {
            for (at, KeyedChange { change, .. }) in changes.iter().enumerate() {
                let mut faces = Faces::new(change, custom);
                if shadow.wants(&mut faces) && !plugin.wants(&mut faces) {
                    shadows.push(NewDelivery {
                        change: at,
                        plugin: plugin.row.name.as_str().into(),
                        looping: false,
                        claim: false,
                    });
                }
            }
        }
        shadows
    }

    /// Whom the changes wake. `looping` is set where the chain is longer than it may be.
    #[must_use]
    pub fn deliveries(&self, changes: &[KeyedChange], custom: &CustomFields, looping: bool) -> Vec<NewDelivery> {
        let mut deliveries = Vec::new();
        for (at, KeyedChange { change, .. }) in changes.iter().enumerate() {
            let Some(plugins) = self.by_event.get(&event::name(change)) else { continue };
            let mut faces = Faces::new(change, custom);
            for plugin in plugins.iter().filter(|plugin| plugin.wants(&mut faces)) {
                deliveries.push(NewDelivery {
                    change: at,
                    plugin: plugin.row.name.as_str().into(),
                    looping,
                    claim: false,
                });
            }
        }
        deliveries
    }
}

impl Hook {
    fn wants(&self, faces: &mut Faces<'_>) -> bool {
        let named = self.row.events.iter().any(|pattern| fits(pattern, &faces.event));
        named
            && self.condition.as_ref().is_none_or(|condition| {
                let (before, after) = faces.both();
                condition.eval(before, after, &Value::Null).unwrap_or_else(|error| {
                tracing::debug!(webhook = %self.row.id, event = %faces.event, %error, "failed to evaluate a condition");
                false
            })
            })
    }
}

/// Whether an event's name is one that the pattern means: `lead.created`, `lead.*`, `*`.
fn fits(pattern: &str, event: &str) -> bool {
    pattern == "*"
        || pattern == event
        || pattern.strip_suffix('*').is_some_and(|kind| kind.ends_with('.') && event.starts_with(kind))
}

impl Installed {
    /// Whether a change wakes it, by its subscriptions and conditions. Whether it is enabled is not looked at.
    #[must_use]
    pub fn is_woken_by(&self, change: &Change, custom: &CustomFields) -> bool {
        self.wants(&mut Faces::new(change, custom))
    }

    fn wants(&self, faces: &mut Faces<'_>) -> bool {
        let subscribed = self.manifest.subscriptions.iter().zip(&self.conditions).any(|(subscription, condition)| {
            subscription.event == faces.event
                && (subscription.changed.is_empty()
                    || subscription.changed.iter().any(|field| faces.changed.iter().any(|name| name == field)))
                && condition.as_ref().is_none_or(|condition| self.holds(condition, faces))
        });
        subscribed && self.condition.as_ref().is_none_or(|condition| self.holds(condition, faces))
    }

    /// A condition that fails to evaluate (a field that is not there, say) does not hold.
    fn holds(&self, condition: &Condition, faces: &mut Faces<'_>) -> bool {
        let (before, after) = faces.both();
        condition.eval(before, after, &self.config).unwrap_or_else(|error| {
            tracing::debug!(plugin = %self.row.name, event = %faces.event, %error, "failed to evaluate a condition");
            false
        })
    }
}

/// The record's face with null for every field of its kind that it has not: a condition may ask for each of them.
fn whole_face(record: &Record, custom: &CustomFields) -> Value {
    let mut face = record.face();
    if let Value::Object(fields) = &mut face {
        for name in record.kind.field_names() {
            fields.entry(name.as_str()).or_insert(Value::Null);
        }
        custom.complete(record.kind, fields);
    }
    face
}

/// What conditions see of a change. Faces are made only where a condition looks.
struct Faces<'a> {
    change: &'a Change,
    custom: &'a CustomFields,
    event: String,
    changed: Vec<String>,
    faces: Option<(Value, Value)>,
}

impl<'a> Faces<'a> {
    fn new(change: &'a Change, custom: &'a CustomFields) -> Self {
        let changed = change.diff().keys().cloned().collect();
        Self { change, custom, event: event::name(change), changed, faces: None }
    }

    fn both(&mut self) -> (&Value, &Value) {
        let (change, custom) = (self.change, self.custom);
        let (before, after) = self.faces.get_or_insert_with(|| {
            let face = |record: &Option<Arc<Record>>| {
                record.as_deref().map_or(Value::Null, |record| whole_face(record, custom))
            };
            (face(&change.before), face(&change.after))
        });
        (before, after)
    }
}
