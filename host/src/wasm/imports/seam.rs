//! Where a run's journal is written and played: every call of a guest goes through here, and on to the interface's own
//! file.

use std::time::Instant;

use wasmtime::component::HasData;

use super::typed::Result;
use crate::wasm::bindings::takt::crm::{
    calendar, companies, contacts, deals, departments, http, leads, log, notifications, pipelines, records, reports,
    state, tasks, timers, types, users,
};
use crate::wasm::journal::asked;
use crate::wasm::state::{HostError, State};

/// Has every call journalled.
pub(in crate::wasm) struct Seam;

impl HasData for Seam {
    type Data<'a> = Journalled<'a>;
}

/// A run's state, with its calls journalled.
pub(in crate::wasm) struct Journalled<'a>(pub(in crate::wasm) &'a mut State);

/// For each function of an interface: the answer of the journal that is being played, else the host's own, noted.
macro_rules! journalled {
    ($($interface:ident { $($name:ident($($argument:ident: $type:ty),*) -> $answer:ty;)* })*) => {$(
        impl $interface::Host for Journalled<'_> {$(
            async fn $name(&mut self, $($argument: $type),*) -> Result<$answer> {
                const CALL: &str = concat!(stringify!($interface), ".", stringify!($name));
                let asked = asked(&($(&$argument,)*));
                if let Some(answer) = self.0.tape.answer(CALL, &asked) {
                    return answer;
                }
                let then = Instant::now();
                let answer = <State as $interface::Host>::$name(self.0, $($argument),*).await;
                self.0.tape.note(CALL, asked, &answer, then);
                answer
            }
        )*}
    )*};
}

type Id = String;
type Json = String;
type Cursor = Option<String>;

journalled! {
    records {
        get(kind: String, id: Id) -> Json;
        find(query: records::Query, page: types::Page) -> (Vec<Json>, Cursor);
        count(query: records::Query) -> u64;
        create(kind: String, fields: Json) -> Json;
        update(kind: String, id: Id, patch: Json) -> Json;
        delete(kind: String, id: Id) -> ();
    }
    calendar {
        times(meeting: Id, from: i64, to: i64, limit: u32) -> Vec<calendar::Span>;
        free_slots(users: Vec<Id>, from: i64, to: i64, length: u64, limit: u32) -> Vec<calendar::Span>;
    }
    reports {
        figures(query: Json) -> Json;
        funnel(query: Json) -> Json;
    }
    http {
        send(request: http::Request) -> http::Response;
    }
    leads {
        get(id: Id) -> leads::Lead;
        find(filter: leads::Filter, page: types::Page) -> (Vec<leads::Lead>, Cursor);
        count(filter: leads::Filter) -> u64;
        update(id: Id, changes: leads::Changes) -> leads::Lead;
        convert(id: Id) -> leads::Conversion;
    }
    contacts {
        get(id: Id) -> contacts::Contact;
        find(filter: contacts::Filter, page: types::Page) -> (Vec<contacts::Contact>, Cursor);
        count(filter: contacts::Filter) -> u64;
        create(draft: contacts::Draft) -> contacts::Contact;
        update(id: Id, changes: contacts::Changes) -> contacts::Contact;
    }
    companies {
        get(id: Id) -> companies::Company;
        find(filter: companies::Filter, page: types::Page) -> (Vec<companies::Company>, Cursor);
        count(filter: companies::Filter) -> u64;
    }
    deals {
        get(id: Id) -> deals::Deal;
        find(filter: deals::Filter, page: types::Page) -> (Vec<deals::Deal>, Cursor);
        count(filter: deals::Filter) -> u64;
        update(id: Id, changes: deals::Changes) -> deals::Deal;
    }
    pipelines {
        get(id: Id) -> pipelines::Pipeline;
    }
    tasks {
        get(id: Id) -> tasks::Task;
        find(filter: tasks::Filter, page: types::Page) -> (Vec<tasks::Task>, Cursor);
        count(filter: tasks::Filter) -> u64;
        create(draft: tasks::Draft) -> tasks::Task;
        update(id: Id, changes: tasks::Changes) -> tasks::Task;
    }
    users {
        get(id: Id) -> users::User;
        find(filter: users::Filter, page: types::Page) -> (Vec<users::User>, Cursor);
        count(filter: users::Filter) -> u64;
        pick(wanted: users::Wanted, load: Vec<users::Work>) -> Option<Id>;
    }
    departments {
        get(id: Id) -> departments::Department;
        by_key(key: String) -> Option<departments::Department>;
        head(department: Id, except: Option<Id>) -> Option<users::User>;
        head_of(user: Id) -> Option<users::User>;
    }
    notifications {
        notify(draft: notifications::Draft) -> Vec<Id>;
        settle(key: String, outcome: types::Localized) -> u32;
    }
    timers {
        set(key: String, at: i64, payload: Json, about: Option<types::Reference>) -> ();
        cancel(key: String) -> bool;
        working_time_after(start: i64, duration: u64, department: Option<Id>) -> i64;
    }
    state {
        get(key: String) -> Option<Json>;
        set(key: String, value: Json) -> ();
        delete(key: String) -> ();
    }
}

/// Answers nothing: there is nothing to journal.
impl log::Host for Journalled<'_> {
    async fn write(&mut self, level: log::Level, message: String) -> wasmtime::Result<()> {
        log::Host::write(self.0, level, message).await
    }
}

impl types::Host for Journalled<'_> {
    fn convert_error(&mut self, error: HostError) -> wasmtime::Result<types::Error> {
        if let HostError::Told(types::Error::Other(why)) = &error {
            // A rule mostly asks to be run again by then, without a word: the log has the reason, also as it is replayed.
            self.0.log.push("warn", why);
        }
        types::Host::convert_error(self.0, error)
    }
}
