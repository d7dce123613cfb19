use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::marker::PhantomData;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::host::MockHost;
use super::services::Services;
use super::world::{Notification, Records, SetTimer, WorkingHours, World, changed_fields};
use crate::export::config_schema;
use crate::failure::{Failure, HostError};
use crate::host::{Asked, Level};
use crate::http::{HttpRequest, HttpResponse};
use crate::instant::Instant;
use crate::kinds::{Id, Record, Reference, Report};
use crate::manifest::Subscription;
use crate::plugin::{Context, Outcome, Plugin, Trigger};
use crate::trigger::{Actor, Command, Event, Tick, Timer};

/// A plugin on a host in memory. Changes that people make, and those that the plugin makes, come to it as events, in
/// order, until it is quiet; a run that fails leaves nothing but its failure. It begins on a Tuesday, at
/// 2026-11-24T10:00:00Z, and Monday to Friday from 9 to 18 is working time.
#[derive(Debug)]
pub struct Trial<P: Plugin> {
    host: MockHost,
    config: Value,
    events: RefCell<VecDeque<Event>>,
    failures: RefCell<Vec<Failure>>,
    runs: Cell<u64>,
    plugin: PhantomData<P>,
}

impl<P: Plugin> Default for Trial<P> {
    fn default() -> Self {
        Trial::with(json!({}))
    }
}

impl<P: Plugin> Trial<P> {
    /// Installs the plugin as it is configured by default.
    pub fn new() -> Trial<P> {
        Trial::default()
    }

    /// Installs the plugin with a configuration; what it leaves out stays at the default.
    pub fn with(config: Value) -> Trial<P> {
        let manifest = P::manifest();
        let needs = manifest.needs.iter().map(|(capability, _)| capability);
        let services = Services::granted(needs, &config, &config_schema::<P>());
        let world = World {
            plugin: manifest.name,
            granted: manifest.needs.into_iter().map(|(capability, _)| capability).collect(),
            commands: manifest.commands.into_iter().map(|command| command.name).collect(),
            now: Instant(1_795_514_400_000_000),
            hours: WorkingHours { from: 9, to: 18 },
            records: Records::new(),
            notifications: Vec::new(),
            timers: BTreeMap::new(),
            state: BTreeMap::new(),
            picked: BTreeMap::new(),
            report: Report::default(),
            services,
            log: Vec::new(),
            last_id: 0,
        };
        Trial {
            host: MockHost::new(world),
            config,
            events: RefCell::default(),
            failures: RefCell::default(),
            runs: Cell::new(0),
            plugin: PhantomData,
        }
    }

    /// The moment it is.
    pub fn now(&self) -> Instant {
        self.host.world().now
    }

    /// Sets the hours, UTC, of Monday to Friday that are working time; none when they are the same.
    pub fn working_hours(&self, from: i64, to: i64) {
        self.host.world().hours = WorkingHours { from, to };
    }

    /// Puts a record in that was there all the time: no event comes of it.
    pub fn add<T: Record>(&self, record: T) -> T {
        self.host.world().put(&record);
        record
    }

    /// What reports say from now on.
    pub fn set_report(&self, report: Report) {
        self.host.world().report = report;
    }

    /// What services outside answer from now on.
    pub fn answers(&self, play: impl Fn(&HttpRequest) -> Asked<HttpResponse> + 'static) {
        self.host.world().services.play(Rc::new(play));
    }

    /// What services outside were asked, also by runs that came to nothing.
    pub fn asked(&self) -> Vec<HttpRequest> {
        self.host.world().services.asked.borrow().clone()
    }

    /// A record as it stands.
    pub fn get<T: Record>(&self, id: &str) -> Result<T, HostError> {
        self.host.world().get(id)
    }

    /// All records of a kind.
    pub fn all<T: Record>(&self) -> Vec<T> {
        self.host.world().all()
    }

    /// Somebody makes a record, now.
    pub fn create<T: Record>(&self, by: &Actor, record: T) {
        self.commit(by, |world| {
            world.put_new(&record);
            world.change(record.id(), |_: &mut T| {})
        })
        .ok();
    }

    /// Somebody changes a record; fails as the host would.
    pub fn change<T: Record>(&self, by: &Actor, id: &str, change: impl FnOnce(&mut T)) -> Result<T, HostError> {
        self.commit(by, |world| world.change(id, change))
    }

    /// Somebody deletes a record.
    pub fn delete<T: Record>(&self, by: &Actor, id: &str) {
        self.commit(by, |world| Ok(world.records.remove(&(T::KIND.to_owned(), id.to_owned())))).ok();
    }

    /// A person presses a button of a notification, also of one that is settled already, as can happen to two people
    /// who press at once.
    pub fn press(&self, notification: &Notification, command: &str, answer: Option<&str>) -> Outcome {
        let button = notification.buttons.iter().find(|button| button.command == command);
        let Some(button) = button else {
            return Err(Failure::permanent(format!("the notification has no button {command}")));
        };
        self.command(Command {
            name: command.into(),
            by: notification.to.clone(),
            on: notification.about.clone(),
            notification: Some(notification.id.clone()),
            answer: answer.map(Into::into),
            input: button.input.to_string(),
        })
    }

    /// A person presses the button of a record.
    pub fn press_on(&self, record: &Reference, command: &str, by: &str) -> Outcome {
        self.command(Command {
            name: command.into(),
            by: by.into(),
            on: Some(record.clone()),
            notification: None,
            answer: None,
            input: "{}".into(),
        })
    }

    /// A person gives a command.
    pub fn command(&self, command: Command) -> Outcome {
        let outcome = self.run(&Trigger::Command(command));
        self.deliver();
        outcome
    }

    /// A schedule comes due.
    pub fn tick(&self, schedule: &str) -> Outcome {
        let outcome = self.run(&Trigger::Tick(Tick { schedule: schedule.into(), due: self.now() }));
        self.deliver();
        outcome
    }

    /// Lets time pass: timers fire on the way, each at its moment. Returns how many did.
    pub fn advance(&self, seconds: u64) -> usize {
        self.advance_to(self.now().plus_seconds(seconds))
    }

    /// Lets time pass until a moment.
    pub fn advance_to(&self, until: Instant) -> usize {
        let mut fired = 0;
        loop {
            let next = self.timers().into_iter().filter(|(_, timer)| timer.at <= until).min_by_key(|(_, t)| t.at);
            let Some((key, timer)) = next else { break };
            {
                let mut world = self.host.world();
                world.now = world.now.max(timer.at);
                world.timers.remove(&key);
            }
            let timer = Timer { key, due: timer.at, payload: timer.payload.to_string() };
            if let Err(failure) = self.run(&Trigger::Timer(timer)) {
                self.failures.borrow_mut().push(failure);
            }
            self.deliver();
            fired += 1;
        }
        self.host.world().now = until;
        fired
    }

    /// Fires the timers that are due now. Returns how many did.
    pub fn fire_due(&self) -> usize {
        self.advance(0)
    }

    /// A user's notifications, oldest first.
    pub fn inbox(&self, user: &str) -> Vec<Notification> {
        self.host.world().notifications.iter().filter(|n| n.to == user).cloned().collect()
    }

    /// The timers that are set, by key.
    pub fn timers(&self) -> BTreeMap<String, SetTimer> {
        self.host.world().timers.clone()
    }

    /// The plugin's state.
    pub fn state(&self) -> BTreeMap<String, Value> {
        self.host.world().state.clone()
    }

    /// What the plugin logged.
    pub fn log(&self) -> Vec<(Level, String)> {
        self.host.world().log.clone()
    }

    /// The failures of runs that nobody waited for.
    pub fn failures(&self) -> Vec<Failure> {
        self.failures.borrow().clone()
    }

    /// How often the plugin ran.
    pub fn runs(&self) -> u64 {
        self.runs.get()
    }

    fn commit<T>(&self, by: &Actor, work: impl FnOnce(&mut World) -> Result<T, HostError>) -> Result<T, HostError> {
        let before = self.host.world().records.clone();
        let done = work(&mut self.host.world())?;
        self.record_events(by, &before);
        self.deliver();
        Ok(done)
    }

    fn deliver(&self) {
        loop {
            let Some(event) = self.events.borrow_mut().pop_front() else { return };
            if let Err(failure) = self.run(&Trigger::Event(event)) {
                self.failures.borrow_mut().push(failure);
            }
        }
    }

    fn run(&self, trigger: &Trigger) -> Outcome {
        let before = self.host.world().clone();
        let run = self.runs.get() + 1;
        self.runs.set(run);
        let config = serde_json::from_value(self.config.clone())
            .map_err(|error| Failure::permanent(format!("cannot read the configuration: {error}")))?;
        let cx = Context {
            run: format!("run-{run}"),
            now: before.now,
            config,
            language: "en".into(),
            time_zone: "Etc/UTC".into(),
            attempt: 1,
            host: self.host.clone(),
        };
        let outcome = trigger.wake::<P>(&cx);
        match &outcome {
            Ok(_) => self.record_events(&Actor::Plugin(before.plugin.clone()), &before.records),
            Err(_) => *self.host.world() = before,
        }
        outcome
    }

    /// Queues an event for each record that is other than `before`, where the plugin subscribed to it.
    fn record_events(&self, by: &Actor, before: &Records) {
        let world = self.host.world();
        let mut events = self.events.borrow_mut();
        let subscriptions = P::manifest().subscriptions;
        let keys: BTreeSet<_> = before.keys().chain(world.records.keys()).collect();
        for key in keys {
            let (old, new) = (before.get(key), world.records.get(key));
            let Some(event) = event_of(key, old, new, by, world.now, events.len()) else { continue };
            if subscriptions.iter().any(|subscription| wakes(subscription, &event)) {
                events.push_back(event);
            }
        }
    }
}

fn wakes(subscription: &Subscription, event: &Event) -> bool {
    let Subscription { event: name, changed, .. } = subscription;
    *name == event.name && (changed.is_empty() || changed.iter().any(|field| event.changed(field)))
}

fn event_of(
    (kind, id): &(String, Id),
    old: Option<&Map<String, Value>>,
    new: Option<&Map<String, Value>>,
    by: &Actor,
    at: Instant,
    serial: usize,
) -> Option<Event> {
    let verb = match (old, new) {
        (None, Some(_)) => "created",
        (Some(_), None) => "deleted",
        _ => "updated",
    };
    let empty = Map::new();
    let changed: Vec<String> = changed_fields(old.unwrap_or(&empty), new.unwrap_or(&empty)).cloned().collect();
    if verb == "updated" && changed.is_empty() {
        return None;
    }
    let face = |record: Option<&Map<String, Value>>| record.map(|face| Value::Object(face.clone()).to_string());
    Some(Event {
        id: serial as u64,
        name: format!("{kind}.{verb}"),
        at,
        by: by.clone(),
        about: Reference { kind: kind.clone(), id: id.clone() },
        before: face(old),
        after: face(new),
        changed,
    })
}
