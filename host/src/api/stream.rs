//! Events as server-sent events: what was missed from the store, then what happens, without a gap between.
//!
//! The broadcast only says *when* to look: events of two commits may be told out of order, and a slow reader may miss
//! some. What is sent comes from the store, in the order of the ids.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event as Message, Sse};
use futures::stream::{self, Stream};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::App;
use super::access::Reach;
use super::faces;
use crate::crm::event::Event;
use crate::crm::kind::Kind;
use crate::http::code::Code;
use crate::http::identity::{self, Caller};
use crate::http::problem::{Problem, Result};
use crate::store::StoreError;

/// How often a quiet stream says that it is there, and its reader's rights are looked up again.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events read from the store at once.
const BATCH: u32 = 200;

/// What a stream shows.
pub struct Reader {
    /// Of which kinds, and of each what is within reach.
    pub reach: Vec<(Kind, Reach)>,
    /// Who reads.
    pub caller: Caller,
    /// Whether it is the reader's own inbox: the reach stays as it is then.
    pub own: bool,
}

impl Reader {
    /// What this caller reaches of these kinds.
    ///
    /// # Errors
    /// The store's.
    pub async fn new(app: &App, caller: Caller, kinds: &[Kind]) -> Result<Self> {
        let mut reach = Vec::with_capacity(kinds.len());
        for kind in kinds {
            reach.push((*kind, Reach::of(&app.engine, &caller, *kind).await?));
        }
        Ok(Self { reach, caller, own: false })
    }

    /// Whether the event's record is within reach, or was before it.
    fn sees(&self, event: &Event) -> bool {
        self.reach.iter().filter(|(kind, _)| *kind == event.about.kind).any(|(_, reach)| {
            [&event.change.before, &event.change.after].into_iter().flatten().any(|record| reach.covers(record))
        })
    }

    fn kinds(&self) -> Vec<Kind> {
        self.reach.iter().map(|(kind, _)| *kind).collect()
    }
}

/// Ids of events have 63 bits.
fn event_id(value: &HeaderValue) -> Option<u64> {
    let id: u64 = value.to_str().ok()?.trim().parse().ok()?;
    i64::try_from(id).ok().map(|_| id)
}

/// The stream for that reader. `Last-Event-ID` says where to go on; without it, it begins now.
///
/// # Errors
/// 400 for an id that is none, and the store's.
pub async fn open(
    app: App,
    headers: &HeaderMap,
    reader: Reader,
) -> Result<Sse<impl Stream<Item = std::result::Result<Message, Infallible>> + use<>>> {
    let live = app.engine.events();
    let newest = app.engine.store().event_last().await?;
    let last = match headers.get("last-event-id") {
        None => newest,
        Some(value) => event_id(value).ok_or_else(|| {
            Problem::new(Code::BadLastEventId, "Last-Event-ID must be the id of an event of this stream")
        })?,
    };
    let mut beat = interval(HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat.reset();
    let behind = last < newest;
    let state = State { app, reader, live, beat, last, seen: newest, ready: VecDeque::new(), behind };
    Ok(Sse::new(stream::unfold(state, |mut state| async move {
        let message = state.next().await?;
        Some((Ok(message), state))
    })))
}

struct State {
    app: App,
    reader: Reader,
    live: Receiver<Arc<Event>>,
    beat: Interval,
    /// All up to this id was sent, or is not for this reader.
    last: u64,
    /// The newest id at the last heartbeat: whatever is not newer has been told by now.
    seen: u64,
    ready: VecDeque<Arc<Event>>,
    /// The store may have something after `last`.
    behind: bool,
}

impl State {
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(message(&self.reader.caller, &event));
            }
            if self.behind {
                self.fill().await.ok()?;
                continue;
            }
            tokio::select! {
                () = self.app.closing.cancelled() => return None,
                told = self.live.recv() => match told {
                    Ok(event) => self.behind = event.id > self.last && self.reader.sees(&event),
                    Err(RecvError::Lagged(_)) => self.behind = true,
                    Err(RecvError::Closed) => return None,
                },
                _ = self.beat.tick() => {
                    self.beat().await.ok()?;
                    return Some(Message::default().comment("here"));
                }
            }
        }
    }

    /// Takes the next events out of the store.
    async fn fill(&mut self) -> std::result::Result<(), StoreError> {
        let found = self.app.engine.store().event_after(self.last, &self.reader.kinds(), BATCH).await?;
        self.behind = found.len() == BATCH as usize;
        if let Some(event) = found.last() {
            self.last = event.id;
        }
        self.ready.extend(found.into_iter().filter(|event| self.reader.sees(event)));
        Ok(())
    }

    /// Looks the reader's rights up again, and passes over what was long since told and is not for this reader.
    async fn beat(&mut self) -> Result<()> {
        self.last = self.last.max(self.seen);
        self.seen = self.app.engine.store().event_last().await?;
        let caller = identity::again(&self.app.kit, &self.reader.caller).await?;
        if !self.reader.own {
            let kinds = self.reader.kinds();
            self.reader = Reader::new(&self.app, caller, &kinds).await?;
        }
        Ok(())
    }
}

fn message(caller: &Caller, event: &Event) -> Message {
    let face = faces::event(caller, event);
    Message::default().id(event.id.to_string()).event(&event.name).data(face.to_string())
}
