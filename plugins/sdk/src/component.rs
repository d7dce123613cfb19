//! The host of a component: each call is a call of an import.

use serde_json::Value;

use crate::bindings::takt::crm::{
    calendar, departments, http, leads, log, notifications as notes, records, reports, state, timers, users,
};
use crate::failure::HostError;
use crate::host::{Asked, Host, Level};
use crate::http::{HeaderValue, HttpRequest, HttpResponse, Method};
use crate::instant::Instant;
use crate::kinds::{Conversion, Found, Id, Page, Reference, Role, User};
use crate::notification::{Button, Notice, Question};
use crate::pick::{Wanted, Work};
use crate::query::{Conditions, Test};
use crate::text::Localized;

/// The host, through the component's imports. An import that a plugin never calls is not in its component.
#[derive(Clone, Copy, Debug)]
pub struct ComponentHost;

fn spans(spans: Vec<calendar::Span>) -> Vec<(Instant, Instant)> {
    spans.into_iter().map(|span| (Instant(span.from), Instant(span.to))).collect()
}

fn read(json: &str) -> Asked<Value> {
    serde_json::from_str(json).map_err(|error| HostError::Other(error.to_string()))
}

fn query(kind: &str, conditions: &Conditions) -> records::Query {
    let texts = |values: &[Value]| values.iter().map(Value::to_string).collect();
    let test = |test: &Test| match test {
        Test::Any(values) => records::Test::Any(texts(values)),
        Test::AtLeast(value) => records::Test::AtLeast(value.to_string()),
        Test::Below(value) => records::Test::Below(value.to_string()),
        Test::Absent => records::Test::Absent,
        Test::Present => records::Test::Present,
    };
    let condition = |(field, given): &(String, Test)| records::Condition { field: field.clone(), test: test(given) };
    records::Query {
        kind: kind.into(),
        conditions: conditions.all.iter().map(condition).collect(),
        sort: conditions.sort.clone(),
    }
}

impl From<Work> for users::Work {
    fn from(work: Work) -> Self {
        match work {
            Work::Leads => Self::Leads,
            Work::Deals => Self::Deals,
            Work::Tasks => Self::Tasks,
        }
    }
}

impl From<departments::User> for User {
    fn from(raw: departments::User) -> Self {
        use crate::bindings::takt::crm::users;
        User {
            id: raw.id,
            version: raw.version,
            name: raw.name,
            email: raw.email,
            role: match raw.role {
                users::Role::Admin => Role::Admin,
                users::Role::Head => Role::Head,
                users::Role::Member => Role::Member,
            },
            department: raw.department,
            language: raw.language,
            active: raw.active,
            present: raw.present,
            // The contract's `user` has no more; who wants it, reads the record.
            ..User::default()
        }
    }
}

impl From<Question> for notes::Question {
    fn from(question: Question) -> Self {
        match question {
            Question::Text(words) => notes::Question::Text(words.into_pairs()),
            Question::User(words) => notes::Question::User(words.into_pairs()),
        }
    }
}

impl From<Button> for notes::Button {
    fn from(button: Button) -> Self {
        notes::Button {
            command: button.command,
            label: button.label.into_pairs(),
            input: button.input.to_string(),
            asks: button.asks.map(Into::into),
        }
    }
}

impl From<Notice> for notes::Draft {
    fn from(notice: Notice) -> Self {
        notes::Draft {
            to: notice.to,
            title: notice.title.into_pairs(),
            body: notice.body.into_pairs(),
            about: notice.about.map(Into::into),
            buttons: notice.buttons.into_iter().map(Into::into).collect(),
            key: notice.key,
        }
    }
}

impl From<HttpRequest> for http::Request {
    fn from(request: HttpRequest) -> Self {
        let value = |value: HeaderValue| match value {
            HeaderValue::Text(text) => http::HeaderValue::Text(text),
            HeaderValue::Secret { prefix, name } => http::HeaderValue::Secret(http::Secret { name, prefix }),
        };
        let headers = request.headers.into_iter().map(|(name, given)| http::Header { name, value: value(given) });
        http::Request {
            method: match request.method {
                Method::Get => http::Method::Get,
                Method::Head => http::Method::Head,
                Method::Post => http::Method::Post,
                Method::Put => http::Method::Put,
                Method::Patch => http::Method::Patch,
                Method::Delete => http::Method::Delete,
            },
            url: request.url,
            headers: headers.collect(),
            body: request.body,
            timeout: request.timeout_ms,
        }
    }
}

impl Host for ComponentHost {
    fn record_get(&self, kind: &str, id: &str) -> Asked<Value> {
        read(&records::get(kind, id)?)
    }

    fn record_find(&self, kind: &str, conditions: &Conditions, page: Page) -> Asked<Found<Value>> {
        let (faces, cursor) = records::find(&query(kind, conditions), &page.into())?;
        Ok((faces.iter().map(|face| read(face)).collect::<Asked<_>>()?, cursor))
    }

    fn record_count(&self, kind: &str, conditions: &Conditions) -> Asked<u64> {
        Ok(records::count(&query(kind, conditions))?)
    }

    fn record_create(&self, kind: &str, fields: Value) -> Asked<Value> {
        read(&records::create(kind, &fields.to_string())?)
    }

    fn record_update(&self, kind: &str, id: &str, patch: Value) -> Asked<Value> {
        read(&records::update(kind, id, &patch.to_string())?)
    }

    fn record_delete(&self, kind: &str, id: &str) -> Asked<()> {
        Ok(records::delete(kind, id)?)
    }

    fn lead_convert(&self, id: &str) -> Asked<Conversion> {
        let made = leads::convert(id)?;
        Ok(Conversion { contact: made.contact, company: made.company, deal: made.deal })
    }

    fn department_head(&self, department: &str, except: Option<&str>) -> Asked<Option<User>> {
        Ok(departments::head(department, except)?.map(Into::into))
    }

    fn head_of(&self, user: &str) -> Asked<Option<User>> {
        Ok(departments::head_of(user)?.map(Into::into))
    }

    fn pick(&self, wanted: &Wanted) -> Asked<Option<Id>> {
        let load: Vec<users::Work> = wanted.load.iter().map(|work| (*work).into()).collect();
        let wanted = users::Wanted {
            department: wanted.department.clone(),
            among: wanted.among.clone(),
            except: wanted.except.clone(),
            present: wanted.present,
            skills: wanted.skills.clone(),
            min_level: wanted.min_level,
            speaks: wanted.speaks.clone(),
            below: wanted.below,
        };
        Ok(users::pick(&wanted, &load)?)
    }

    fn notify(&self, notice: Notice) -> Asked<Vec<Id>> {
        Ok(notes::notify(&notice.into())?)
    }

    fn settle(&self, key: &str, outcome: Localized) -> Asked<u32> {
        Ok(notes::settle(key, &outcome.into_pairs())?)
    }

    fn timer_set(&self, key: &str, at: Instant, payload: Value, about: Option<Reference>) -> Asked<()> {
        let about = about.map(Into::into);
        Ok(timers::set(key, at.0, &payload.to_string(), about.as_ref())?)
    }

    fn timer_cancel(&self, key: &str) -> Asked<bool> {
        Ok(timers::cancel(key)?)
    }

    fn working_time_after(&self, start: Instant, seconds: u64, department: Option<&str>) -> Asked<Instant> {
        Ok(Instant(timers::working_time_after(start.0, seconds, department)?))
    }

    fn meeting_times(&self, meeting: &str, from: Instant, to: Instant, limit: u32) -> Asked<Vec<(Instant, Instant)>> {
        Ok(spans(calendar::times(meeting, from.0, to.0, limit)?))
    }

    fn free_slots(
        &self,
        users: &[Id],
        from: Instant,
        to: Instant,
        seconds: u64,
        limit: u32,
    ) -> Asked<Vec<(Instant, Instant)>> {
        Ok(spans(calendar::free_slots(users, from.0, to.0, seconds, limit)?))
    }

    fn report_figures(&self, query: Value) -> Asked<Value> {
        read(&reports::figures(&query.to_string())?)
    }

    fn http_send(&self, request: HttpRequest) -> Asked<HttpResponse> {
        let http::Response { status, headers, body } = http::send(&request.into())?;
        Ok(HttpResponse { status, headers, body })
    }

    fn state_get(&self, key: &str) -> Asked<Option<Value>> {
        let Some(json) = state::get(key)? else { return Ok(None) };
        serde_json::from_str(&json).map(Some).map_err(|error| HostError::Other(error.to_string()))
    }

    fn state_set(&self, key: &str, value: Value) -> Asked<()> {
        Ok(state::set(key, &value.to_string())?)
    }

    fn state_delete(&self, key: &str) -> Asked<()> {
        Ok(state::delete(key)?)
    }

    fn log(&self, level: Level, message: &str) {
        let level = match level {
            Level::Debug => log::Level::Debug,
            Level::Info => log::Level::Info,
            Level::Warn => log::Level::Warn,
            Level::Error => log::Level::Error,
        };
        log::write(level, message);
    }
}
