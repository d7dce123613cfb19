//! What a plugin can ask of the host.

use serde::Serialize;
use serde_json::Value;

use crate::failure::HostError;
use crate::http::{HttpRequest, HttpResponse};
use crate::instant::Instant;
use crate::kinds::{Conversion, Department, Found, Id, Page, Record, Reference, Report, ReportQuery, User};
use crate::notification::Notice;
use crate::pick::Wanted;
use crate::query::{Conditions, Query};

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// To the plugin's author.
    Debug,
    /// To whoever looks.
    Info,
    /// Something is odd.
    Warn,
    /// Something is wrong.
    Error,
}

/// What a call of the host gives.
pub type Asked<T> = Result<T, HostError>;

/// Everything a plugin can ask of the host. In a component it is the host; in a native test it is a `MockHost`. Reads
/// see the run's own writes, which land together when the run ends well, or not at all. Every call can fail with
/// `Denied` where a capability is named, and with `Limit`.
pub trait Host {
    /// One record of a kind, in its JSON face; `NotFound`. Wants `<kinds>:read`, as all reading does.
    fn record_get(&self, kind: &str, id: &str) -> Asked<Value>;
    /// A page of records; `Invalid` for a field that the kind is not found by.
    fn record_find(&self, kind: &str, conditions: &Conditions, page: Page) -> Asked<Found<Value>>;
    /// How many records there are.
    fn record_count(&self, kind: &str, conditions: &Conditions) -> Asked<u64>;
    /// Makes a record; `Invalid` where a rule of its kind forbids it. Wants `<kinds>:write`, as all writing does.
    fn record_create(&self, kind: &str, fields: Value) -> Asked<Value>;
    /// Changes a record by a JSON merge patch (RFC 7396); `NotFound` or `Invalid`.
    fn record_update(&self, kind: &str, id: &str, patch: Value) -> Asked<Value>;
    /// Deletes a record; `NotFound`, or `Invalid` where its kind wants it to stay.
    fn record_delete(&self, kind: &str, id: &str) -> Asked<()>;

    /// One record, or `NotFound`.
    fn get<T: Record>(&self, id: &str) -> Asked<T> {
        read(self.record_get(T::KIND, id)?)
    }

    /// A page of records.
    fn find<T: Record>(&self, query: &Query<T>, page: Page) -> Asked<Found<T>> {
        let (faces, cursor) = self.record_find(T::KIND, query.conditions(), page)?;
        Ok((faces.into_iter().map(read).collect::<Asked<_>>()?, cursor))
    }

    /// The first record of a listing.
    fn first<T: Record>(&self, query: &Query<T>) -> Asked<Option<T>> {
        Ok(self.find(query, Page { limit: 1, cursor: None })?.0.pop())
    }

    /// All records of a listing, however many: each counts against the run's budget.
    fn find_all<T: Record>(&self, query: &Query<T>) -> Asked<Vec<T>> {
        let mut all = Vec::new();
        let mut page = Page::FIRST;
        loop {
            let (records, cursor) = self.find(query, page)?;
            all.extend(records);
            if cursor.is_none() {
                return Ok(all);
            }
            page = Page { cursor, ..Page::FIRST };
        }
    }

    /// How many records there are.
    fn count<T: Record>(&self, query: &Query<T>) -> Asked<u64> {
        self.record_count(T::KIND, query.conditions())
    }

    /// Makes a record of these fields; `Invalid`.
    fn create<T: Record>(&self, fields: impl Serialize) -> Asked<T> {
        read(self.record_create(T::KIND, json(fields)?)?)
    }

    /// Changes these fields of a record; `null` clears one. `NotFound` or `Invalid`.
    fn update<T: Record>(&self, id: &str, patch: impl Serialize) -> Asked<T> {
        read(self.record_update(T::KIND, id, json(patch)?)?)
    }

    /// Deletes a record; `NotFound` or `Invalid`.
    fn delete<T: Record>(&self, id: &str) -> Asked<()> {
        self.record_delete(T::KIND, id)
    }

    /// Makes or finds the contact and the company of a lead, makes the deal; `NotFound`, or `Invalid` where the lead is
    /// closed. Wants `leads:write`.
    fn lead_convert(&self, id: &str) -> Asked<Conversion>;

    /// The department of that key. Wants `departments:read`.
    fn department_by_key(&self, key: &str) -> Asked<Option<Department>> {
        self.first(&Query::all().is("key", key))
    }

    /// The head of a department: its own, else its parent's and so on, else an active admin; never `except`. Wants
    /// `departments:read`.
    fn department_head(&self, department: &str, except: Option<&str>) -> Asked<Option<User>>;
    /// The head over a user, found as `department_head` does, never the user. Wants `departments:read`.
    fn head_of(&self, user: &str) -> Asked<Option<User>>;

    /// The user who is wanted and has the least open work, of the sorts that `wanted` counts; of equals, who was picked
    /// longest ago. Of two runs that pick the same user at the same time the later one is run again. Wants `users:read`,
    /// and to read what is counted.
    fn pick(&self, wanted: &Wanted) -> Asked<Option<Id>>;

    /// Sends a notice, and returns the notifications' ids in the order of its readers; `Invalid` for a user or command
    /// that there is not. Wants `notifications:write`.
    fn notify(&self, notice: Notice) -> Asked<Vec<Id>>;
    /// Takes the buttons off every open notification of that key and shows `outcome` in their place; returns how many.
    /// Wants `notifications:write`.
    fn settle(&self, key: &str, outcome: crate::text::Localized) -> Asked<u32>;

    /// Sets the timer of that key, in place of one that is set already. With `about` it fires in order with the
    /// record's events.
    fn timer_set(&self, key: &str, at: Instant, payload: Value, about: Option<Reference>) -> Asked<()>;
    /// Takes the timer away; false when there was none.
    fn timer_cancel(&self, key: &str) -> Asked<bool>;
    /// The moment so many seconds of working time after `start`, in the department's calendar, else the organisation's;
    /// `Invalid` for a calendar without working hours. Wants `departments:read` where a department is named.
    fn working_time_after(&self, start: Instant, seconds: u64, department: Option<&str>) -> Asked<Instant>;

    /// The times at which a meeting takes place, of those that begin from `from` until before `to`, in order, at most
    /// `limit`; `NotFound`. Wants `meetings:read`.
    fn meeting_times(&self, meeting: &str, from: Instant, to: Instant, limit: u32) -> Asked<Vec<(Instant, Instant)>>;
    /// The first spans of so many seconds in which all of these users are free, at most `limit`; `NotFound` or
    /// `Invalid`. Wants `meetings:read`.
    fn free_slots(
        &self,
        users: &[Id],
        from: Instant,
        to: Instant,
        seconds: u64,
        limit: u32,
    ) -> Asked<Vec<(Instant, Instant)>>;

    /// The figures of a period, as the contract's `reports.figures` has them. [`Host::report`] reads them.
    fn report_figures(&self, query: Value) -> Asked<Value>;
    /// The figures of a period, of the whole organisation where nothing narrower is asked; `NotFound` or `Invalid`. Wants
    /// `reports:read`.
    fn report(&self, query: &ReportQuery) -> Asked<Report> {
        let wrong = |error| HostError::Other(format!("cannot read the report: {error}"));
        serde_json::from_value(self.report_figures(json(query)?)?).map_err(wrong)
    }

    /// Calls a service outside, and waits for what it answers. What that does stays done, whatever becomes of the run: see
    /// the guide. `Invalid` for what cannot be sent and a secret that is not set, `Other` where no answer comes. Wants
    /// `http:HOST`, and `secret:NAME` for each secret.
    fn http_send(&self, request: HttpRequest) -> Asked<HttpResponse>;

    /// The value of a key of the plugin's own.
    fn state_get(&self, key: &str) -> Asked<Option<Value>>;
    /// Sets it; at most 64 KiB.
    fn state_set(&self, key: &str, value: Value) -> Asked<()>;
    /// Takes it away.
    fn state_delete(&self, key: &str) -> Asked<()>;

    /// Writes a line to the run's log.
    fn log(&self, level: Level, message: &str);
}

fn read<T: Record>(face: Value) -> Asked<T> {
    let wrong = |error| HostError::Other(format!("cannot read the {}: {error}", T::KIND));
    serde_json::from_value(face).map_err(wrong)
}

fn json(fields: impl Serialize) -> Asked<Value> {
    serde_json::to_value(fields).map_err(|error| HostError::Invalid(vec![(String::new(), error.to_string())]))
}
