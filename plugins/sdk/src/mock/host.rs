use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use serde_json::Value;

use super::records::plural;
use super::world::{Notification, SetTimer, World, admit};
use crate::failure::HostError;
use crate::host::{Asked, Host, Level};
use crate::http::{HttpRequest, HttpResponse};
use crate::instant::Instant;
use crate::kinds::{
    Contact, Conversion, Deal, Department, Found, Id, Lead, LeadStatus, Meeting, Page, Reference, Role, User,
};
use crate::notification::Notice;
use crate::pick::Wanted;
use crate::query::Conditions;
use crate::text::{BODY, LINE, Localized};

/// A host in memory. It grants what the plugin's manifest asks for and nothing more, and keeps the few rules of records
/// that rules rely on. It does not evaluate `when` conditions: a plugin that it wakes too often must do nothing then.
#[derive(Clone, Debug)]
pub struct MockHost(Rc<RefCell<World>>);

impl MockHost {
    pub(super) fn new(world: World) -> MockHost {
        MockHost(Rc::new(RefCell::new(world)))
    }

    pub(super) fn world(&self) -> RefMut<'_, World> {
        self.0.borrow_mut()
    }

    fn asking(&self, kind: &str, what: &str) -> Asked<RefMut<'_, World>> {
        self.reading(&format!("{}:{what}", plural(kind)))
    }

    fn reading(&self, capability: &str) -> Asked<RefMut<'_, World>> {
        let world = self.world();
        world.wants(capability)?;
        Ok(world)
    }
}

impl World {
    fn head(&self, department: Option<Id>, except: Option<&str>) -> Asked<Option<User>> {
        let fits = |user: &User| user.active && Some(user.id.as_str()) != except;
        let mut next = department;
        while let Some(id) = next {
            let department: Department = self.get(&id)?;
            if let Some(head) = department.head.and_then(|head| self.get::<User>(&head).ok()).filter(fits) {
                return Ok(Some(head));
            }
            next = department.parent;
        }
        Ok(self.all::<User>().into_iter().find(|user| user.role == Role::Admin && fits(user)))
    }

    fn send(&mut self, notice: Notice) -> Asked<Vec<Id>> {
        let wrong = |field: &str, what: String| HostError::Invalid(vec![(field.into(), what)]);
        for (at, button) in notice.buttons.iter().enumerate() {
            if !self.commands.contains(&button.command) {
                return Err(wrong(&format!("/buttons/{at}"), format!("no command {}", button.command)));
            }
        }
        let mut ids = Vec::new();
        admit("/title", &notice.title, 1, LINE)?;
        admit("/body", &notice.body, 0, BODY)?;
        for to in notice.to {
            self.get::<User>(&to).map_err(|_| wrong("/to", format!("no user {to}")))?;
            let replaced = |n: &Notification| notice.key.is_some() && n.key == notice.key && n.to == to;
            self.notifications.retain(|n| !replaced(n) || n.outcome.is_some());
            let id = self.new_id("notification");
            ids.push(id.clone());
            self.notifications.push(Notification {
                id,
                to,
                title: notice.title.clone(),
                body: notice.body.clone(),
                about: notice.about.clone(),
                buttons: notice.buttons.clone(),
                key: notice.key.clone(),
                outcome: None,
            });
        }
        Ok(ids)
    }
}

impl Host for MockHost {
    fn record_get(&self, kind: &str, id: &str) -> Asked<Value> {
        self.asking(kind, "read")?.face(kind, id)
    }

    fn record_find(&self, kind: &str, conditions: &Conditions, page: Page) -> Asked<Found<Value>> {
        self.asking(kind, "read")?.listing(kind, conditions, &page)
    }

    fn record_count(&self, kind: &str, conditions: &Conditions) -> Asked<u64> {
        Ok(self.asking(kind, "read")?.fitting(kind, conditions).len() as u64)
    }

    fn record_create(&self, kind: &str, fields: Value) -> Asked<Value> {
        self.asking(kind, "write")?.make(kind, fields)
    }

    fn record_update(&self, kind: &str, id: &str, patch: Value) -> Asked<Value> {
        self.asking(kind, "write")?.patch(kind, id, patch)
    }

    fn record_delete(&self, kind: &str, id: &str) -> Asked<()> {
        let mut world = self.asking(kind, "write")?;
        world.face(kind, id)?;
        world.records.remove(&(kind.to_owned(), id.to_owned()));
        Ok(())
    }

    fn lead_convert(&self, id: &str) -> Asked<Conversion> {
        let mut world = self.reading("leads:write")?;
        let lead: Lead = world.get(id)?;
        if !lead.status.is_open() {
            return Err(HostError::Invalid(vec![("/status".into(), "is closed already".into())]));
        }
        let contact = Contact { id: world.new_id("contact"), name: lead.title.clone(), ..Contact::default() };
        let deal = Deal { id: world.new_id("deal"), title: lead.title, amount: lead.amount, ..Deal::default() };
        world.put(&contact);
        world.put(&deal);
        world.change(id, |lead: &mut Lead| {
            lead.status = LeadStatus::Converted;
            lead.contact = Some(contact.id.clone());
            lead.deal = Some(deal.id.clone());
        })?;
        Ok(Conversion { contact: contact.id, company: None, deal: deal.id })
    }

    fn department_head(&self, department: &str, except: Option<&str>) -> Asked<Option<User>> {
        self.reading("departments:read")?.head(Some(department.into()), except)
    }

    fn head_of(&self, user: &str) -> Asked<Option<User>> {
        let world = self.reading("departments:read")?;
        world.head(world.get::<User>(user)?.department, Some(user))
    }

    fn pick(&self, wanted: &Wanted) -> Asked<Option<Id>> {
        self.world().pick(wanted)
    }

    fn notify(&self, notice: Notice) -> Asked<Vec<Id>> {
        self.reading("notifications:write")?.send(notice)
    }

    fn settle(&self, key: &str, outcome: Localized) -> Asked<u32> {
        let mut world = self.reading("notifications:write")?;
        admit("/outcome", &outcome, 1, LINE)?;
        let mut settled = 0;
        for open in &mut world.notifications {
            if open.key.as_deref() == Some(key) && open.outcome.is_none() {
                open.buttons.clear();
                open.outcome = Some(outcome.clone());
                settled += 1;
            }
        }
        Ok(settled)
    }

    fn timer_set(&self, key: &str, at: Instant, payload: Value, about: Option<Reference>) -> Asked<()> {
        self.world().timers.insert(key.into(), SetTimer { at, payload, about });
        Ok(())
    }

    fn timer_cancel(&self, key: &str) -> Asked<bool> {
        Ok(self.world().timers.remove(key).is_some())
    }

    fn working_time_after(&self, start: Instant, seconds: u64, department: Option<&str>) -> Asked<Instant> {
        let world = self.world();
        if let Some(id) = department {
            world.wants("departments:read")?;
            world.get::<Department>(id)?;
        }
        world.working_time_after(start, seconds)
    }

    /// A meeting without recurrence; how one recurs is the host's to reckon.
    fn meeting_times(&self, meeting: &str, from: Instant, to: Instant, limit: u32) -> Asked<Vec<(Instant, Instant)>> {
        let world = self.reading("meetings:read")?;
        let meeting: Meeting = world.get(meeting)?;
        let times = [(meeting.starts_at, meeting.ends_at)];
        let within = times.into_iter().filter(|(start, _)| *start >= from && *start < to);
        Ok(within.take(limit as usize).collect())
    }

    /// Nobody is ever busy here.
    fn free_slots(
        &self,
        _users: &[Id],
        from: Instant,
        to: Instant,
        seconds: u64,
        limit: u32,
    ) -> Asked<Vec<(Instant, Instant)>> {
        self.reading("meetings:read")?;
        let starts = (0..limit).map(|at| from.plus_seconds(seconds.saturating_mul(u64::from(at))));
        Ok(starts.map(|start| (start, start.plus_seconds(seconds))).take_while(|(_, end)| *end <= to).collect())
    }

    /// What the test set, whatever is asked.
    fn report_figures(&self, _query: Value) -> Asked<Value> {
        let world = self.reading("reports:read")?;
        serde_json::to_value(&world.report).map_err(|error| HostError::Other(error.to_string()))
    }

    fn http_send(&self, request: HttpRequest) -> Asked<HttpResponse> {
        let play = self.world().ask(request.clone())?;
        play(&request)
    }

    fn state_get(&self, key: &str) -> Asked<Option<Value>> {
        Ok(self.world().state.get(key).cloned())
    }

    fn state_set(&self, key: &str, value: Value) -> Asked<()> {
        self.world().state.insert(key.into(), value);
        Ok(())
    }

    fn state_delete(&self, key: &str) -> Asked<()> {
        self.world().state.remove(key);
        Ok(())
    }

    fn log(&self, level: Level, message: &str) {
        self.world().log.push((level, message.into()));
    }
}
