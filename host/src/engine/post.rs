//! Sends messages to clients. Queued message records are the outbox of these channels: written by the change that causes
//! them, sent after it, at least once, under the same id at every try. What came of a try is a change like any other.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::Engine;
use crate::channels::{Failed, File, Letter, Through};
use crate::crm::contact::Contact;
use crate::crm::ical;
use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::meeting::{Meeting, MeetingStatus};
use crate::crm::message::{Channel, Message, MessageStatus};
use crate::crm::query::{Query, Sort, Test};
use crate::crm::record::{Actor, Record, Reference};
use crate::documents::RenderError;
use crate::documents::paper::{self, Desk, PaperError};
use crate::unit::UnitError;

/// A record that is gone stays so; the store may answer later.
fn later_or_never(error: UnitError) -> Failed {
    match error {
        UnitError::NotFound(_) | UnitError::Invalid(_) => Failed::ForGood(error.to_string()),
        UnitError::Stale { .. } | UnitError::Store(_) => Failed::ForNow(error.to_string()),
    }
}

/// Messages of one channel on their way at once.
const AT_ONCE: usize = 8;
/// Messages looked at in one go.
const BATCH: u32 = 100;

/// What is on its way, and how much went.
#[derive(Default)]
pub(super) struct Post {
    under_way: Mutex<HashSet<Id>>,
    /// Of each channel: the minute, and how many messages went in it.
    rates: Mutex<HashMap<Channel, (i64, u32)>>,
}

impl Post {
    pub(super) fn is_idle(&self) -> bool {
        self.under_way().is_empty()
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, HashSet<Id>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one message more may go in this minute.
    fn admits(&self, channel: Channel, now: Instant, most: u32) -> bool {
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let minute = minute_of(now);
        let rate = rates.entry(channel).or_insert((minute, 0));
        if rate.0 != minute {
            *rate = (minute, 0);
        }
        rate.1 += 1;
        rate.1 <= most
    }
}

fn queued(channel: Channel, limit: u32) -> Query {
    let queued = Query::of(Kind::Message, limit).with("status", Test::In(vec!["queued".into()]));
    queued.with("channel", Test::In(vec![channel.name().into()]))
}

const MINUTE: i64 = 60_000_000;

fn minute_of(at: Instant) -> i64 {
    at.micros().div_euclid(MINUTE)
}

/// The right to send one message, until it is dropped.
struct Turn {
    engine: Engine,
    id: Id,
}

impl Turn {
    /// None where somebody has it.
    fn begin(engine: &Engine, id: Id) -> Option<Self> {
        engine.0.post.under_way().insert(id).then(|| Self { engine: engine.clone(), id })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.engine.0.post.under_way().remove(&self.id);
        self.engine.0.ended.notify_waiters();
    }
}

impl Engine {
    /// Sends as messages come due, and when told that something may have.
    pub(super) async fn post_when_due(self) {
        // Each channel has room of its own, so that none waits for the gateway of another.
        let rooms = Channel::ALL.map(|channel| (channel, Arc::new(Semaphore::new(AT_ONCE))));
        loop {
            let mut next: Option<Instant> = None;
            for (channel, slots) in &rooms {
                match self.post_due(*channel, slots).await {
                    Ok(due) => next = next.into_iter().chain(due).min(),
                    Err(error) => tracing::error!(%error, "failed to look for messages to send; trying again"),
                }
            }
            if !self.rest(next, &self.0.posted).await {
                return;
            }
        }
    }

    /// Begins to send what is due and has room, and tells when the next is due that has not begun.
    async fn post_due(&self, channel: Channel, slots: &Arc<Semaphore>) -> Result<Option<Instant>, UnitError> {
        let now = self.now();
        for record in self.due_messages(channel, now).await? {
            let Ok(slot) = slots.clone().try_acquire_owned() else {
                // What is due waits for room: the end of a message tells.
                return Ok(None);
            };
            let Some(turn) = Turn::begin(self, record.id) else { continue };
            if !self.0.store.post_claim(record.id).await? {
                continue;
            }
            // Since it was listed it may have been sent, or taken out of the queue: whoever has its turn looks again,
            // before it counts as one of the minute's.
            let Some((record, message)) = self.still_due(record.reference(), now).await.unwrap_or_else(|error| {
                tracing::error!(%error, message = %record.id, "failed to look at a message; trying again");
                None
            }) else {
                self.0.store.post_release(record.id).await?;
                continue;
            };
            if !self.0.post.admits(channel, now, self.0.settings.messages_per_minute) {
                self.0.store.post_release(record.id).await?;
                return Ok(Some(Instant::from_micros((minute_of(now) + 1) * MINUTE)));
            }
            let engine = self.clone();
            self.0.tasks.spawn(async move {
                if let Err(error) = engine.post(&record, message).await {
                    tracing::error!(%error, message = %record.id, "failed to note what came of a message");
                }
                if let Err(error) = engine.0.store.post_release(record.id).await {
                    tracing::warn!(%error, message = %record.id, "failed to let go of a message");
                }
                drop((slot, turn));
                engine.0.posted.notify_one();
            });
        }
        let later = queued(channel, 1).with("not_before", Test::AtLeast(now.to_string().into()));
        let sort = Sort { field: Kind::Message.spec().field("not_before"), descending: false };
        let next = self.unit().find(&Query { sort, ..later }).await?.records.pop();
        Ok(next.and_then(|record| record.entity::<Message>().ok()?.not_before))
    }

    async fn due_messages(&self, channel: Channel, now: Instant) -> Result<Vec<Arc<Record>>, UnitError> {
        let queued = queued(channel, BATCH);
        let after = Instant::from_micros(now.micros() + 1);
        let mut unit = self.unit();
        let mut due = unit.find(&queued.clone().with("not_before", Test::Absent)).await?.records;
        due.extend(unit.find(&queued.with("not_before", Test::Below(after.to_string().into()))).await?.records);
        Ok(due)
    }

    async fn still_due(&self, reference: Reference, now: Instant) -> Result<Option<(Arc<Record>, Message)>, UnitError> {
        let record = match self.unit().read(reference).await {
            Ok(record) => record,
            Err(UnitError::NotFound(_)) => return Ok(None),
            Err(other) => return Err(other),
        };
        let Ok(message) = record.entity::<Message>() else { return Ok(None) };
        let due = message.status == MessageStatus::Queued && message.not_before.is_none_or(|at| at <= now);
        Ok(due.then_some((record, message)))
    }

    /// Whether nothing is on its way to a client, and nothing is due.
    pub(super) async fn post_is_idle(&self) -> bool {
        for channel in Channel::ALL {
            if !self.due_messages(channel, self.now()).await.is_ok_and(|due| due.is_empty()) {
                return false;
            }
        }
        self.0.post.is_idle()
    }

    async fn post(&self, record: &Record, message: Message) -> Result<(), super::EditError> {
        let now = self.now();
        let mut unit = self.unit();
        let contact = match message.contact {
            Some(id) => unit.get::<Contact>(id).await.ok(),
            None => None,
        };
        if let Err(why) = message.may_go(contact.as_ref()) {
            // They opted out since it was written.
            return self.note(record, json!({"status": "suppressed", "error": why})).await;
        }
        let due = message.due(now, contact.as_ref(), &self.organisation());
        if due > now {
            return self.note(record, json!({"not_before": due})).await;
        }
        let attempts = message.attempts.saturating_add(1);
        let outcome = match self.try_to_send(record.id, &message, now).await {
            Ok(_) => json!({"status": "sent", "attempts": attempts, "error": null, "not_before": null}),
            Err(Failed::ForNow(why)) if attempts < self.0.settings.max_attempts => {
                // A clock that ticks is what the wait is for: never the same moment again.
                let wait = self.0.settings.backoff(attempts).max(Duration::from_millis(1));
                json!({"attempts": attempts, "error": why, "not_before": now + wait})
            }
            Err(Failed::ForNow(why)) => {
                let why = format!("given up after {attempts} tries: {why}");
                json!({"status": "failed", "attempts": attempts, "error": why, "not_before": null})
            }
            Err(Failed::ForGood(why)) => {
                json!({"status": "failed", "attempts": attempts, "error": why, "not_before": null})
            }
        };
        let told = outcome["status"].as_str().unwrap_or("retry").to_owned();
        metrics::counter!("takt_messages_total", "channel" => message.channel.name(), "outcome" => told).increment(1);
        self.note(record, outcome).await
    }

    async fn try_to_send(&self, id: Id, message: &Message, now: Instant) -> Result<String, Failed> {
        let (id, to) = (id.to_string(), message.to.as_deref().unwrap_or_default());
        let files = self.files(message, now).await?;
        let letter = Letter { id: &id, to, subject: message.subject.as_deref(), body: &message.body, files };
        self.0.channels.send(message.channel, &self.0.webhooks, letter, now).await
    }

    /// Sends a test message, which stands nowhere, and gives what the other side said.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn post_test(&self, channel: Channel, to: &str, subject: &str, body: &str) -> Result<String, Failed> {
        let id = Id::new().to_string();
        let letter = Letter { id: &id, to, subject: Some(subject), body, files: Vec::new() };
        self.0.channels.send(channel, &self.0.webhooks, letter, self.now()).await
    }

    /// What a channel leads through; none where no gateway is set for it.
    #[must_use]
    pub fn through(&self, channel: Channel) -> Option<Through> {
        self.0.channels.through(channel)
    }

    /// The papers that go with it, and the calendar file of the meeting that it is about.
    async fn files(&self, message: &Message, now: Instant) -> Result<Vec<File>, Failed> {
        let mut files = Vec::new();
        for reference in &message.attachments {
            files.push(self.paper(*reference, now).await?);
        }
        if let Some(meeting) = message.about.filter(|about| about.kind == Kind::Meeting)
            && message.channel == Channel::Email
        {
            files.push(self.invitation(meeting, now).await?);
        }
        Ok(files)
    }

    async fn paper(&self, reference: Reference, now: Instant) -> Result<File, Failed> {
        let mut unit = self.unit();
        let record = unit.read(reference).await.map_err(later_or_never)?;
        let organisation = self.organisation();
        let desk = Desk { organisation: &organisation, now, language: None };
        let made = match reference.kind {
            Kind::Invoice => paper::invoice(&mut unit, &record, &desk).await,
            _ => paper::document(&mut unit, &record, &desk).await,
        };
        let made = made.map_err(|error| match error {
            PaperError::Unit(error) => later_or_never(error),
            PaperError::NoTemplate(_) => Failed::ForGood(error.to_string()),
        })?;
        let bytes = self.0.renderer.render(&made.job).await.map_err(|error| match error {
            RenderError::Template(_) => Failed::ForGood(error.to_string()),
            other => Failed::ForNow(other.to_string()),
        })?;
        Ok(File { name: format!("{}.pdf", made.name), media_type: "application/pdf", bytes })
    }

    async fn invitation(&self, reference: Reference, now: Instant) -> Result<File, Failed> {
        let mut unit = self.unit();
        let meeting: Meeting = unit.get(reference.id).await.map_err(later_or_never)?;
        let cancelled = meeting.status == MeetingStatus::Cancelled;
        let method = if cancelled { ical::Method::Cancel } else { ical::Method::Request };
        let text = unit.ical(method, &[(reference.id, meeting)], now).await.map_err(later_or_never)?;
        let media_type = if cancelled {
            "text/calendar; charset=utf-8; method=CANCEL"
        } else {
            "text/calendar; charset=utf-8; method=REQUEST"
        };
        Ok(File { name: "invite.ics".to_owned(), media_type, bytes: text.into_bytes() })
    }

    /// Notes what came of a message, unless somebody took it out of the queue meanwhile.
    async fn note(&self, record: &Record, outcome: Value) -> Result<(), super::EditError> {
        let reference = record.reference();
        let noted = self.edit(Actor::System("channels".to_owned()), None, |unit| {
            let outcome = outcome.clone();
            Box::pin(async move { unit.patch(reference, outcome, None).await.map(drop) })
        });
        noted.await.map(drop)
    }
}
