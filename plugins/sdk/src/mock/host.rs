use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use serde_json::Value;

use super::world::{Notification, SetTimer, World, admit};
use crate::failure::HostError;
use crate::host::{Asked, Host, Level};
use crate::instant::Instant;
use crate::kinds::{
    Company, CompanyFilter, Contact, ContactChanges, ContactDraft, ContactFilter, Conversion, Custom, Deal,
    DealChanges, DealFilter, Department, Found, Id, Lead, LeadChanges, LeadFilter, LeadStatus, Page, Pipeline, Record,
    Reference, Role, Task, TaskChanges, TaskDraft, TaskFilter, TaskStatus, User, UserFilter,
};
use crate::notification::Notice;
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

    fn reading(&self, capability: &str) -> Asked<RefMut<'_, World>> {
        let world = self.world();
        world.wants(capability)?;
        Ok(world)
    }

    fn find<T: Record>(&self, capability: &str, page: &Page, fits: impl Fn(&T) -> bool) -> Asked<Found<T>> {
        self.reading(capability)?.find(page, fits)
    }

    fn count<T: Record>(&self, capability: &str, fits: impl Fn(&T) -> bool) -> Asked<u64> {
        let all: Vec<T> = self.reading(capability)?.all();
        Ok(all.iter().filter(|record| fits(record)).count() as u64)
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// Whether a condition that may not be given holds.
fn same<T: PartialEq>(condition: &Option<T>, value: Option<&T>) -> bool {
    condition.is_none() || condition.as_ref() == value
}

fn any_of<T: PartialEq>(conditions: &[T], value: &T) -> bool {
    conditions.is_empty() || conditions.contains(value)
}

fn between(at: Instant, from: Option<Instant>, to: Option<Instant>) -> bool {
    from.is_none_or(|from| at >= from) && to.is_none_or(|to| at < to)
}

/// RFC 7396, which is what a change of `custom` is.
fn merge(into: &mut Custom, patch: Custom) {
    for (name, value) in patch {
        match (into.get_mut(&name), value) {
            (_, Value::Null) => drop(into.remove(&name)),
            (Some(Value::Object(old)), Value::Object(new)) => merge(old, new),
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

fn lead_fits(filter: &LeadFilter, lead: &Lead) -> bool {
    any_of(&filter.status, &lead.status)
        && same(&filter.owner, lead.owner.as_ref())
        && same(&filter.phone, lead.phone.as_ref())
        && same(&filter.email, lead.email.as_ref())
        && between(lead.created_at, filter.created_from, filter.created_to)
}

fn contact_fits(filter: &ContactFilter, contact: &Contact) -> bool {
    filter.phone.as_ref().is_none_or(|phone| contact.phones.contains(phone))
        && filter.email.as_ref().is_none_or(|email| contact.emails.contains(email))
        && same(&filter.company, contact.company.as_ref())
        && same(&filter.owner, contact.owner.as_ref())
}

fn company_fits(filter: &CompanyFilter, company: &Company) -> bool {
    same(&filter.name, Some(&company.name))
        && same(&filter.tax_id, company.tax_id.as_ref())
        && same(&filter.owner, company.owner.as_ref())
}

fn deal_fits(filter: &DealFilter, deal: &Deal) -> bool {
    same(&filter.pipeline, Some(&deal.pipeline))
        && any_of(&filter.stage, &deal.stage)
        && same(&filter.owner, deal.owner.as_ref())
        && same(&filter.contact, deal.contact.as_ref())
        && same(&filter.company, deal.company.as_ref())
        && between(deal.created_at, filter.created_from, filter.created_to)
}

fn task_fits(filter: &TaskFilter, task: &Task) -> bool {
    any_of(&filter.status, &task.status)
        && same(&filter.assignee, task.assignee.as_ref())
        && same(&filter.about, task.about.as_ref())
        && same(&filter.key, task.key.as_ref())
        && filter.due_to.is_none_or(|to| task.due.is_some_and(|due| due < to))
}

fn user_fits(filter: &UserFilter, user: &User) -> bool {
    same(&filter.department, user.department.as_ref())
        && same(&filter.role, Some(&user.role))
        && same(&filter.active, Some(&user.active))
        && same(&filter.present, Some(&user.present))
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

    fn create_task(&mut self, draft: TaskDraft) -> Asked<Task> {
        admit("/title", &draft.title.as_str().into(), 1, LINE)?;
        let taken = |task: &Task| task.status == TaskStatus::Open && task.key == draft.key;
        if draft.key.is_some() && self.all().iter().any(taken) {
            return Err(HostError::Invalid(vec![("/key".into(), "is that of an open task".into())]));
        }
        let task = Task {
            id: self.new_id("task"),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
            title: draft.title,
            body: draft.body,
            assignee: draft.assignee,
            due: draft.due,
            about: draft.about,
            plugin: Some(self.plugin.clone()),
            key: draft.key,
            ..Task::default()
        };
        self.put(&task);
        Ok(task)
    }
}

impl Host for MockHost {
    fn lead_get(&self, id: &str) -> Asked<Lead> {
        self.reading("leads:read")?.get(id)
    }

    fn lead_find(&self, filter: LeadFilter, page: Page) -> Asked<Found<Lead>> {
        self.find("leads:read", &page, |lead| lead_fits(&filter, lead))
    }

    fn lead_count(&self, filter: LeadFilter) -> Asked<u64> {
        self.count("leads:read", |lead| lead_fits(&filter, lead))
    }

    fn lead_update(&self, id: &str, changes: LeadChanges) -> Asked<Lead> {
        self.reading("leads:write")?.change(id, |lead: &mut Lead| {
            set(&mut lead.title, changes.title);
            set(&mut lead.status, changes.status);
            set(&mut lead.owner, changes.owner);
            set(&mut lead.resume_at, changes.resume_at);
            set(&mut lead.reject_reason, changes.reject_reason);
            merge(&mut lead.custom, changes.custom.unwrap_or_default());
        })
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

    fn contact_get(&self, id: &str) -> Asked<Contact> {
        self.reading("contacts:read")?.get(id)
    }

    fn contact_find(&self, filter: ContactFilter, page: Page) -> Asked<Found<Contact>> {
        self.find("contacts:read", &page, |contact| contact_fits(&filter, contact))
    }

    fn contact_count(&self, filter: ContactFilter) -> Asked<u64> {
        self.count("contacts:read", |contact| contact_fits(&filter, contact))
    }

    fn contact_create(&self, draft: ContactDraft) -> Asked<Contact> {
        let mut world = self.reading("contacts:write")?;
        let contact = Contact {
            id: world.new_id("contact"),
            version: 1,
            created_at: world.now,
            updated_at: world.now,
            number: None,
            name: draft.name,
            phones: draft.phones,
            emails: draft.emails,
            company: draft.company,
            owner: draft.owner,
            language: draft.language,
            custom: draft.custom,
        };
        world.put(&contact);
        Ok(contact)
    }

    fn contact_update(&self, id: &str, changes: ContactChanges) -> Asked<Contact> {
        self.reading("contacts:write")?.change(id, |contact: &mut Contact| {
            set(&mut contact.name, changes.name);
            set(&mut contact.phones, changes.phones);
            set(&mut contact.emails, changes.emails);
            set(&mut contact.company, changes.company);
            set(&mut contact.owner, changes.owner);
            set(&mut contact.language, changes.language);
            merge(&mut contact.custom, changes.custom.unwrap_or_default());
        })
    }

    fn company_get(&self, id: &str) -> Asked<Company> {
        self.reading("companies:read")?.get(id)
    }

    fn company_find(&self, filter: CompanyFilter, page: Page) -> Asked<Found<Company>> {
        self.find("companies:read", &page, |company| company_fits(&filter, company))
    }

    fn company_count(&self, filter: CompanyFilter) -> Asked<u64> {
        self.count("companies:read", |company| company_fits(&filter, company))
    }

    fn deal_get(&self, id: &str) -> Asked<Deal> {
        self.reading("deals:read")?.get(id)
    }

    fn deal_find(&self, filter: DealFilter, page: Page) -> Asked<Found<Deal>> {
        self.find("deals:read", &page, |deal| deal_fits(&filter, deal))
    }

    fn deal_count(&self, filter: DealFilter) -> Asked<u64> {
        self.count("deals:read", |deal| deal_fits(&filter, deal))
    }

    fn deal_update(&self, id: &str, changes: DealChanges) -> Asked<Deal> {
        self.reading("deals:write")?.change(id, |deal: &mut Deal| {
            set(&mut deal.title, changes.title);
            set(&mut deal.stage, changes.stage);
            set(&mut deal.owner, changes.owner);
            set(&mut deal.amount, changes.amount);
            merge(&mut deal.custom, changes.custom.unwrap_or_default());
        })
    }

    fn pipeline_get(&self, id: &str) -> Asked<Pipeline> {
        self.reading("pipelines:read")?.get(id)
    }

    fn task_get(&self, id: &str) -> Asked<Task> {
        self.reading("tasks:read")?.get(id)
    }

    fn task_find(&self, filter: TaskFilter, page: Page) -> Asked<Found<Task>> {
        self.find("tasks:read", &page, |task| task_fits(&filter, task))
    }

    fn task_count(&self, filter: TaskFilter) -> Asked<u64> {
        self.count("tasks:read", |task| task_fits(&filter, task))
    }

    fn task_create(&self, draft: TaskDraft) -> Asked<Task> {
        self.reading("tasks:write")?.create_task(draft)
    }

    fn task_update(&self, id: &str, changes: TaskChanges) -> Asked<Task> {
        self.reading("tasks:write")?.change(id, |task: &mut Task| {
            set(&mut task.title, changes.title);
            set(&mut task.status, changes.status);
            set(&mut task.assignee, changes.assignee);
            set(&mut task.due, changes.due);
        })
    }

    fn user_get(&self, id: &str) -> Asked<User> {
        self.reading("users:read")?.get(id)
    }

    fn user_find(&self, filter: UserFilter, page: Page) -> Asked<Found<User>> {
        self.find("users:read", &page, |user| user_fits(&filter, user))
    }

    fn user_count(&self, filter: UserFilter) -> Asked<u64> {
        self.count("users:read", |user| user_fits(&filter, user))
    }

    fn department_get(&self, id: &str) -> Asked<Department> {
        self.reading("departments:read")?.get(id)
    }

    fn department_by_key(&self, key: &str) -> Asked<Option<Department>> {
        let all: Vec<Department> = self.reading("departments:read")?.all();
        Ok(all.into_iter().find(|department| department.key == key))
    }

    fn department_head(&self, department: &str, except: Option<&str>) -> Asked<Option<User>> {
        self.reading("departments:read")?.head(Some(department.into()), except)
    }

    fn head_of(&self, user: &str) -> Asked<Option<User>> {
        let world = self.reading("departments:read")?;
        world.head(world.get::<User>(user)?.department, Some(user))
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
