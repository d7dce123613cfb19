//! Mail that comes in: a message becomes a lead, or joins the one that it belongs to.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use futures::FutureExt as _;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use super::errors::edit_problem;
use super::idempotency::{self, Request as Once};
use super::inbound::{self, Signed};
use crate::channels::letter::Letter;
use crate::crm::ical_reply::Reply;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::lead::Lead;
use crate::crm::lead_texts::LeadLetter;
use crate::crm::meeting::{Meeting, Participant};
use crate::crm::query::{Query, Sort, Test};
use crate::crm::record::{Actor, Data, Record, Reference};
use crate::http::code::Code;
use crate::http::problem::{Problem, Result};
use crate::http::secret;
use crate::store::commit::Idempotency;
use crate::unit::{self, Unit, UnitError};

/// How large a message may be.
const LIMIT: usize = 25 << 20;
/// Whose idempotency keys the messages' ids are.
const ACTOR: &str = "mail";

/// One message at a time: two of one new sender make one lead.
static ONE_BY_ONE: Mutex<()> = Mutex::const_new(());

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(arrived)]
}

/// Takes one raw mail message (RFC 5322). The answer to an invitation is noted on the meeting; any other message joins the lead whose message it answers, else the open lead of its sender,
/// else becomes a lead. Signed by Standard Webhooks with the secret that an admin made; a message (by its `Message-ID`)
/// is taken once. What machines send by themselves (`Auto-Submitted`) is answered 204, and nothing is made.
#[utoipa::path(post, path = "/hooks/mail", tag = "inbound", operation_id = "mail_hook",
    request_body(content = String, content_type = "message/rfc822", description = "The message, at most 25 MiB."),
    responses((status = 204, description = "It was taken."), (status = 401, description = "The signature is wrong."),
        (status = 413, description = "It is too large."), (status = 422, description = "It is no message."),
        (status = 429, description = "Too many wrong signatures.")))]
async fn arrived(State(app): State<App>, request: Request) -> Result<StatusCode> {
    let Signed { id, body } = inbound::signed(&app, "mail", request, LIMIT).await?;
    // A large message takes a while to read.
    let read = tokio::task::spawn_blocking(move || Letter::read(&body)).await;
    let letter = read
        .map_err(|error| Problem::internal(&error))?
        .map_err(|error| Problem::new(Code::BadMail, error.to_string()))?;
    if let Some(reply) = &letter.reply {
        answered(&app, &letter.from, reply).await?;
        return Ok(StatusCode::NO_CONTENT);
    }
    if letter.automatic {
        return Ok(StatusCode::NO_CONTENT);
    }
    let _turn = ONE_BY_ONE.lock().await;
    let key = key(letter.id.as_deref().unwrap_or(&id));
    let Once::Fresh(once) = idempotency::look_for(&app, ACTOR.to_owned(), &key, "mail", &Value::Null).await? else {
        return Ok(StatusCode::NO_CONTENT);
    };
    let joined = thread(&app, &letter).await?;
    let lead = joined.unwrap_or_else(Id::new);
    let once = once.map(|once| Idempotency { outcome: json!({"lead": lead}), ..once });
    let done = app.engine.edit(Actor::System("mail".to_owned()), once, |unit| {
        let letter = letter.clone();
        async move {
            match joined {
                Some(lead) => join(unit, lead, letter).await,
                None => unit.create_as(lead, Kind::Lead, new_lead(letter)).await.map(drop),
            }
        }
        .boxed()
    });
    done.await.map_err(edit_problem)?;
    Ok(StatusCode::NO_CONTENT)
}

/// Notes what somebody outside says to an invitation, where they speak for themselves and of the meeting as it stands: an
/// answer to what was before a change is none to what is now. The same answer again changes nothing.
async fn answered(app: &App, from: &str, reply: &Reply) -> Result<()> {
    let Some((_, said)) = reply.answers.iter().find(|(address, _)| address == from) else { return Ok(()) };
    let (from, said, sequence) = (from.to_owned(), *said, reply.sequence);
    let reference = Reference { kind: Kind::Meeting, id: reply.meeting };
    let done = app.engine.edit(Actor::System("mail".to_owned()), None, |unit| {
        let from = from.clone();
        async move {
            let mut meeting: Meeting = match unit.get(reference.id).await {
                Err(UnitError::NotFound(_)) => return Ok(()),
                found => found?,
            };
            if meeting.sequence != sequence {
                return Ok(());
            }
            let own = |participant: &&mut Participant| participant.email.as_ref() == Some(&from);
            let Some(own) = meeting.participants.iter_mut().find(own) else { return Ok(()) };
            own.answer = said;
            unit.patch(reference, json!({"participants": meeting.participants}), None).await.map(drop)
        }
        .boxed()
    });
    done.await.map(drop).map_err(edit_problem)
}

/// The lead that the message belongs to.
async fn thread(app: &App, letter: &Letter) -> Result<Option<Id>> {
    let store = app.engine.store();
    for answered in &letter.thread {
        let Some(known) = store.idempotency_read(ACTOR, &key(answered)).await? else { continue };
        let Some(lead) = known.outcome["lead"].as_str().and_then(|id| id.parse::<Id>().ok()) else { continue };
        let there = store.record_read(&[lead]).await?.iter().any(|record| record.kind == Kind::Lead);
        if there {
            return Ok(Some(lead));
        }
    }
    let from_sender = Query::of(Kind::Lead, 20).with("email", Test::In(vec![letter.from.as_str().into()]));
    let newest = Query { sort: Sort { field: None, descending: true }, ..from_sender };
    let open = |record: &&std::sync::Arc<Record>| record.entity::<Lead>().is_ok_and(|lead| !lead.status.is_closed());
    Ok(store.record_find(&newest, &[]).await?.records.iter().find(open).map(|record| record.id))
}

async fn join(unit: &mut Unit, id: Id, letter: Letter) -> unit::Result<()> {
    let mut lead: Lead = unit.get(id).await?;
    let Letter { from, subject, text, .. } = letter;
    LeadLetter { at: unit.now(), from, subject, text }.join(&mut lead.letters);
    unit.patch(Reference { kind: Kind::Lead, id }, json!({"letters": lead.letters}), None).await.map(drop)
}

fn new_lead(letter: Letter) -> Data {
    let Letter { from, name, subject, text, .. } = letter;
    let fields = [
        ("source", Some("email".to_owned())),
        ("email", Some(from)),
        ("name", name),
        ("title", subject),
        ("message", Some(text)),
    ];
    fields.into_iter().filter_map(|(field, text)| Some((field.to_owned(), text?.into()))).collect()
}

/// What a message is remembered by: ids can be long.
fn key(id: &str) -> String {
    secret::hex_digest(id.as_bytes())
}
