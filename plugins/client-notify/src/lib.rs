//! Writes to clients: when their order comes to a stage, and before a meeting. Never twice for the same cause: a message
//! has its cause as its key. Consent, opting out and quiet hours are the host's to keep, whatever is asked here.
//!
//! What happens when something is not as it should be:
//! - **No contact, no address, no consent, opted out**: nothing is written, and the log says so.
//! - **A gateway that is slow, down or refuses**: the host tries again, and notes on the message what came of it.
//! - **A client in another time zone, or clocks that change**: quiet hours are those of the clock where the client is.
//! - **A deal that goes to a stage twice**: each move is a cause of its own, and is told of.

use serde_json::json;
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// When an order comes to a stage: subject.
        STAGE_SUBJECT = { en: "Your order “{title}”: {stage}", ru: "Ваш заказ «{title}»: {stage}" }
        /// When an order comes to a stage: text.
        STAGE_BODY = {
            en: "Dear {name}, your order {number} “{title}” is now: {stage}.",
            ru: "Здравствуйте, {name}! Статус вашего заказа {number} «{title}»: {stage}.",
        }
        /// Before a meeting: subject.
        MEETING_SUBJECT = { en: "Reminder: {title}", ru: "Напоминание: {title}" }
        /// Before a meeting: text.
        MEETING_BODY = {
            en: "Dear {name}, we look forward to “{title}” on {at}. {place}",
            ru: "Здравствуйте, {name}! Ждём вас: «{title}», {at}. {place}",
        }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Keys of the stages that clients hear of; empty: none.
    pub stages: Vec<String>,
    /// The ways in which they are told, the best first: the first that the contact agreed to and can be reached by.
    pub channels: Vec<MessageChannel>,
    /// How long before a meeting they are reminded; none where it is `0s`.
    pub remind_before: Span,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            stages: vec!["contract".into(), "payment".into(), "shipment".into(), "won".into()],
            channels: vec![MessageChannel::Messenger, MessageChannel::Sms, MessageChannel::Email],
            remind_before: Span::hours(24),
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct ClientNotify;

type Cx = Context<Config>;

impl Plugin for ClientNotify {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Client notices")
            .summary("Writes to clients when their order comes to a stage, and before a meeting.")
            .on(Subscription::to("deal.updated")
                .changed(&["stage"])
                .when("after.stage in config.stages && after.contact != null"))
            .on(Subscription::to("meeting.created").when("after.about != null"))
            .on(Subscription::to("meeting.updated").changed(&["starts_at", "status", "about"]))
            .on(Subscription::to("meeting.deleted"))
            .needs("deals:read", "To name the order.")
            .needs("pipelines:read", "To call the stage by its title.")
            .needs("contacts:read", "To know how the client agreed to be reached.")
            .needs("meetings:read", "To remind of meetings.")
            .needs("messages:read", "To write no second message for the same cause.")
            .needs("messages:write", "To write to the client.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        if event.about.kind == "meeting" {
            plan(cx, event)?;
            return Ok(None);
        }
        let Some(deal) = event.after::<Deal>()? else { return Ok(None) };
        let Some(pipeline) = cx.host.get::<Pipeline>(&deal.pipeline).optional()? else { return Ok(None) };
        let stage = pipeline.stage_title(&deal.stage).to_owned();
        let number = deal.number.map_or_else(String::new, |number| number.to_string());
        // The stage is the cause, and the event: there and back again is told again.
        let key = format!("stage:{}:{}", deal.id, event.id);
        let values: [(&str, &dyn Say); 3] = [("title", &deal.title), ("stage", &stage), ("number", &number)];
        let cause = Cause { about: deal.reference(), owner: deal.owner.as_ref(), key: &key };
        write(cx, deal.contact.as_deref(), cause, [texts::STAGE_SUBJECT, texts::STAGE_BODY], &values)?;
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        let Some(id) = timer.key.strip_prefix("meeting:") else { return Ok(None) };
        let Some(meeting) = cx.host.get::<Meeting>(id).optional()? else { return Ok(None) };
        // Put off since: the event of that comes after this timer, and sets the next.
        let early = meeting.starts_at.minus_seconds(cx.config.remind_before.seconds) > cx.now;
        if meeting.status != MeetingStatus::Planned || early {
            return Ok(None);
        }
        let at = meeting.starts_at.to_string();
        let at = format!("{} {} UTC", &at[..10], &at[11..16]);
        let place = meeting.place.clone().unwrap_or_default();
        let key = format!("meeting:{id}:{}", meeting.starts_at);
        let values: [(&str, &dyn Say); 3] = [("title", &meeting.title), ("at", &at), ("place", &place)];
        let contact = client_of(cx, meeting.about.as_ref())?;
        let texts = [texts::MEETING_SUBJECT, texts::MEETING_BODY];
        let cause = Cause { about: meeting.reference(), owner: meeting.organiser.as_ref(), key: &key };
        write(cx, contact.as_deref(), cause, texts, &values)?;
        Ok(None)
    }
}

takt_sdk::register!(ClientNotify);

/// Sets the timer of a meeting's reminder, or takes it away.
fn plan(cx: &Cx, event: &Event) -> Result<(), Failure> {
    let key = format!("meeting:{}", event.about.id);
    let meeting = event.after::<Meeting>()?.filter(|meeting| meeting.status == MeetingStatus::Planned);
    let at = meeting.map(|meeting| meeting.starts_at.minus_seconds(cx.config.remind_before.seconds));
    match at.filter(|at| *at > cx.now && cx.config.remind_before.seconds > 0) {
        Some(at) => cx.host.timer_set(&key, at, Value::Null, Some(event.about.clone()))?,
        None => drop(cx.host.timer_cancel(&key)?),
    }
    Ok(())
}

/// The contact that a meeting is with.
fn client_of(cx: &Cx, about: Option<&Reference>) -> Result<Option<Id>, HostError> {
    let Some(about) = about else { return Ok(None) };
    Ok(match about.kind.as_str() {
        "contact" => Some(about.id.clone()),
        "deal" => cx.host.get::<Deal>(&about.id).optional()?.and_then(|deal| deal.contact),
        _ => None,
    })
}

/// Why a client is written to.
struct Cause<'a> {
    about: Reference,
    owner: Option<&'a Id>,
    key: &'a str,
}

fn write(
    cx: &Cx,
    contact: Option<&str>,
    cause: Cause<'_>,
    [subject, body]: [Template; 2],
    values: &[(&str, &dyn Say)],
) -> Result<(), Failure> {
    let Some(contact) = contact else { return Ok(()) };
    let Some(contact) = cx.host.get::<Contact>(contact).optional()? else { return Ok(()) };
    let written = Query::<Message>::all().is("plugin", env!("CARGO_PKG_NAME")).is("key", cause.key);
    if cx.host.first(&written)?.is_some() {
        return Ok(());
    }
    let Some(channel) = cx.config.channels.iter().find(|channel| reaches(**channel, &contact)) else {
        cx.host.log(Level::Info, "the client agreed to none of these channels, or has no address there");
        return Ok(());
    };
    let mut values = values.to_vec();
    values.push(("name", &contact.name));
    let language = contact.language.as_deref().unwrap_or(&cx.language);
    let say = |text| cx.config.texts.say(text, &values).in_language(language).to_owned();
    cx.host.create::<Message>(json!({
        "channel": channel, "contact": contact.id, "subject": say(subject), "body": say(body),
        "about": cause.about, "owner": cause.owner, "key": cause.key,
    }))?;
    Ok(())
}

fn reaches(channel: MessageChannel, contact: &Contact) -> bool {
    let there = match channel {
        MessageChannel::Email => !contact.emails.is_empty(),
        MessageChannel::Sms => !contact.phones.is_empty(),
        MessageChannel::Messenger => contact.messenger.is_some(),
    };
    there && contact.consent.contains(&channel) && !contact.opted_out.contains(&channel)
}
