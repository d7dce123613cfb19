//! Invites people to meetings, takes their answers, tells the organiser, and reminds. Outside people are written to, with
//! an iCalendar file that the host puts to it; meetings that are moved or cancelled take their reminders along.
//!
//! What happens when something is not as it should be:
//! - **Participants in several time zones**: all texts say the moment in UTC, and the console shows each reader their own.
//!   A recurring meeting keeps the clock time of its own zone when clocks change.
//! - **A participant without an address, or whose server refuses it**: the message about the meeting says so; the others
//!   are invited all the same.
//! - **An answer to a meeting that was moved, or is off**: is refused, or, come by mail, not counted.

use serde_json::json;
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To an invited user: title.
        INVITE_TITLE = { en: "{who} invites you: {meeting}", ru: "{who} приглашает вас: {meeting}" }
        /// To an invited user, a mover, a reminded one: body.
        BODY = { en: "{at}. {place}", ru: "{at}. {place}" }
        /// The buttons.
        ACCEPT = { en: "Accept", ru: "Принять" }
        /// The buttons.
        DECLINE = { en: "Decline", ru: "Отклонить" }
        /// The buttons.
        TENTATIVE = { en: "Tentative", ru: "Под вопросом" }
        /// The answers.
        ACCEPTED = { en: "accepted", ru: "принято" }
        /// The answers.
        DECLINED = { en: "declined", ru: "отклонено" }
        /// The answers.
        MAYBE = { en: "tentative", ru: "под вопросом" }
        /// To the organiser: title.
        ANSWER_TITLE = { en: "{who}: {answer} — {meeting}", ru: "{who}: {answer} — {meeting}" }
        /// What stands on an invitation that was answered.
        ANSWERED = { en: "Answered: {answer}", ru: "Ответ: {answer}" }
        /// To those invited, when it is moved: title.
        MOVED_TITLE = { en: "Moved: {meeting}", ru: "Перенесено: {meeting}" }
        /// To those invited, when it is cancelled: title.
        CANCELLED_TITLE = { en: "Cancelled: {meeting}", ru: "Отменено: {meeting}" }
        /// What stands on invitations of a meeting that is off.
        OFF = { en: "The meeting is cancelled", ru: "Встреча отменена" }
        /// The reminder: title.
        REMIND_TITLE = { en: "{meeting} begins in {time}", ru: "{meeting} начнётся через {time}" }
        /// To who answers without being invited.
        NOT_INVITED = { en: "You are not invited to this meeting", ru: "Вы не приглашены на эту встречу" }
        /// To who answers too late.
        TOO_LATE = { en: "The meeting is cancelled", ru: "Встреча отменена" }
        /// To outside people: subject.
        MAIL_SUBJECT = { en: "{what}: {meeting}", ru: "{what}: {meeting}" }
        /// To outside people: text.
        MAIL_BODY = { en: "{who} — {meeting}. {at}. {place}", ru: "{who} — {meeting}. {at}. {place}" }
        /// What the mail is.
        INVITATION = { en: "Invitation", ru: "Приглашение" }
        /// What the mail is.
        CHANGE = { en: "Changed", ru: "Изменено" }
        /// What the mail is.
        CANCELLATION = { en: "Cancelled", ru: "Отменено" }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How long before a meeting those are reminded who have not declined.
    pub remind_before: Vec<Span>,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config { remind_before: vec![Span::hours(24), Span::minutes(15)], texts: Texts::shipped(texts::SHIPPED) }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct Calendar;

type Cx = Context<Config>;

/// How far ahead the next time of a recurring meeting is looked for.
const AHEAD: u64 = 400 * 86_400;

impl Plugin for Calendar {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Calendar")
            .summary("Invites to meetings, takes answers, tells the organiser, and reminds.")
            .on(Subscription::to("meeting.created"))
            .on(Subscription::to("meeting.updated").changed(&["sequence", "participants"]))
            .on(Subscription::to("meeting.deleted"))
            .command(CommandSpec::new("accept", "Accept").on("meeting"))
            .command(CommandSpec::new("decline", "Decline").on("meeting"))
            .command(CommandSpec::new("tentative", "Tentative").on("meeting"))
            .needs("meetings:read", "To see who is invited when.")
            .needs("meetings:write", "To note their answers.")
            .needs("users:read", "To name people.")
            .needs("messages:write", "To invite people outside.")
            .needs("messages:expected", "Invitations go at any hour, to addresses that the organiser wrote down.")
            .needs("notifications:write", "To invite, to tell and to remind.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        let (before, after) = (event.before::<Meeting>()?, event.after::<Meeting>()?);
        match (before, after) {
            (None, Some(meeting)) => {
                invite(cx, &meeting, &meeting.participants)?;
                plan(cx, &meeting, cx.now)?;
            }
            (Some(before), Some(meeting)) => changed(cx, &before, &meeting)?,
            (Some(before), None) => cancelled(cx, &before)?,
            (None, None) => {}
        }
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        let Some((_, id)) = timer.key.split_once(':') else { return Ok(None) };
        let Some(meeting) = cx.host.get::<Meeting>(id).optional()? else { return Ok(None) };
        if meeting.status == MeetingStatus::Planned {
            let start: Instant = timer.payload()?;
            // Moved since: the event of that comes after this timer, and plans anew.
            if cx.host.meeting_times(id, start, start.plus_seconds(1), 1)?.first().is_some_and(|(at, _)| *at == start) {
                remind(cx, &meeting, start)?;
            }
            plan(cx, &meeting, timer.due.plus_seconds(1))?;
        }
        Ok(None)
    }

    fn on_command(cx: &Cx, command: &Command) -> Outcome {
        let (answer, words) = match command.name.as_str() {
            "accept" => (Attendance::Accepted, texts::ACCEPTED),
            "decline" => (Attendance::Declined, texts::DECLINED),
            "tentative" => (Attendance::Tentative, texts::MAYBE),
            name => return Err(Failure::permanent(format!("no such command: {name}"))),
        };
        let Some(on) = &command.on else { return Err(Failure::permanent("pressed on nothing")) };
        let person = cx.host.get::<User>(&command.by)?;
        let refuse = |text| Err(cx.refuse(&person, &cx.config.texts.say(text, &[])));
        let meeting = cx.host.get::<Meeting>(&on.id)?;
        if meeting.status != MeetingStatus::Planned {
            return refuse(texts::TOO_LATE);
        }
        let mut participants = meeting.participants.clone();
        let Some(own) = participants.iter_mut().find(|one| one.user.as_ref() == Some(&person.id)) else {
            return refuse(texts::NOT_INVITED);
        };
        own.answer = answer;
        cx.host.update::<Meeting>(&meeting.id, json!({"participants": participants}))?;
        let words = cx.config.texts.say(words, &[]);
        let outcome = cx.config.texts.say(texts::ANSWERED, &[("answer", &words)]);
        cx.host.settle(&invitation(&meeting.id, &person.id), outcome.clone())?;
        Ok(Some(Reply::new(outcome.in_language(&person.language)).open(meeting.reference())))
    }
}

takt_sdk::register!(Calendar);

fn invitation(meeting: &str, user: &str) -> String {
    format!("invite:{meeting}:{user}")
}

/// What texts say of a meeting, in UTC: the console shows it in the reader's own time.
struct Words {
    who: String,
    meeting: Localized,
    at: String,
    place: String,
}

fn words(cx: &Cx, meeting: &Meeting, start: Instant) -> Result<Words, HostError> {
    let organiser = meeting.organiser.as_deref();
    let who = organiser.map(|id| cx.host.get::<User>(id).optional()).transpose()?.flatten();
    let at = start.to_string();
    Ok(Words {
        who: who.map_or_else(String::new, |user| user.name),
        meeting: Localized::named(meeting.number, &meeting.title),
        at: format!("{} {} UTC", &at[..10], &at[11..16]),
        place: meeting.place.clone().unwrap_or_default(),
    })
}

fn say(cx: &Cx, text: Template, words: &Words) -> Localized {
    let values: [(&str, &dyn Say); 4] =
        [("who", &words.who), ("meeting", &words.meeting), ("at", &words.at), ("place", &words.place)];
    cx.config.texts.say(text, &values)
}

/// Invites those people: users by a notification, others by mail.
fn invite(cx: &Cx, meeting: &Meeting, people: &[Participant]) -> Result<(), Failure> {
    let words = words(cx, meeting, meeting.starts_at)?;
    for one in people {
        if let Some(user) = one.user.as_ref().filter(|user| Some(*user) != meeting.organiser.as_ref()) {
            let button = |name: &str, text| Button::new(name, cx.config.texts.say(text, &[]));
            let notice = Notice::to([user])
                .says(say(cx, texts::INVITE_TITLE, &words), say(cx, texts::BODY, &words))
                .about(meeting.reference())
                .button(button("accept", texts::ACCEPT))
                .button(button("decline", texts::DECLINE))
                .button(button("tentative", texts::TENTATIVE))
                .key(invitation(&meeting.id, user));
            cx.host.notify(notice)?;
        }
        if let Some(email) = &one.email {
            write(cx, meeting, email, texts::INVITATION, &words)?;
        }
    }
    Ok(())
}

/// Writes to somebody outside. The host puts the iCalendar file to it: a message about a meeting carries one.
fn write(cx: &Cx, meeting: &Meeting, email: &str, what: Template, words: &Words) -> Result<(), HostError> {
    let what = cx.config.texts.say(what, &[]);
    let subject = cx.config.texts.say(texts::MAIL_SUBJECT, &[("what", &what), ("meeting", &words.meeting)]);
    cx.host.create::<Message>(json!({
        "channel": MessageChannel::Email, "to": email, "owner": meeting.organiser, "expected": true, "about": meeting.reference(),
        "subject": cx.in_own_language(&subject.clipped(takt_sdk::LINE)),
        "body": cx.in_own_language(&say(cx, texts::MAIL_BODY, words)),
        "key": format!("{}:{}:{email}", meeting.id, meeting.sequence),
    }))?;
    Ok(())
}

fn changed(cx: &Cx, before: &Meeting, meeting: &Meeting) -> Result<(), Failure> {
    if meeting.status == MeetingStatus::Cancelled {
        return if before.status == meeting.status { Ok(()) } else { cancelled(cx, meeting) };
    }
    let same = |a: &Participant, b: &Participant| (&a.user, &a.email) == (&b.user, &b.email);
    let (known, new): (Vec<Participant>, Vec<Participant>) =
        meeting.participants.iter().cloned().partition(|one| before.participants.iter().any(|was| same(was, one)));
    invite(cx, meeting, &new)?;
    for one in &known {
        let was = before.participants.iter().find(|was| same(was, one)).map(|was| was.answer);
        if was != Some(one.answer) {
            tell_organiser(cx, meeting, one)?;
        }
    }
    if before.sequence != meeting.sequence {
        tell_all(cx, meeting, &known, texts::MOVED_TITLE, texts::CHANGE)?;
        plan(cx, meeting, cx.now)?;
    }
    Ok(())
}

fn tell_organiser(cx: &Cx, meeting: &Meeting, one: &Participant) -> Result<(), Failure> {
    let Some(organiser) = &meeting.organiser else { return Ok(()) };
    let text = match one.answer {
        Attendance::Accepted => texts::ACCEPTED,
        Attendance::Declined => texts::DECLINED,
        Attendance::Tentative => texts::MAYBE,
        Attendance::Pending => return Ok(()),
    };
    let who = match (&one.user, &one.name, &one.email) {
        (Some(user), ..) => cx.host.get::<User>(user).optional()?.map_or_else(String::new, |user| user.name),
        (None, Some(name), _) => name.clone(),
        (None, None, email) => email.clone().unwrap_or_default(),
    };
    let answer = cx.config.texts.say(text, &[]);
    let name = Localized::named(meeting.number, &meeting.title);
    let title = cx.config.texts.say(texts::ANSWER_TITLE, &[("who", &who), ("answer", &answer), ("meeting", &name)]);
    cx.host.notify(Notice::to([organiser]).says(title, Localized::default()).about(meeting.reference()))?;
    Ok(())
}

fn tell_all(
    cx: &Cx,
    meeting: &Meeting,
    people: &[Participant],
    title: Template,
    mail: Template,
) -> Result<(), Failure> {
    let words = words(cx, meeting, meeting.starts_at)?;
    for one in people.iter().filter(|one| one.answer != Attendance::Declined) {
        if let Some(user) = one.user.as_ref().filter(|user| Some(*user) != meeting.organiser.as_ref()) {
            let notice = Notice::to([user]).says(say(cx, title, &words), say(cx, texts::BODY, &words));
            cx.host.notify(notice.about(meeting.reference()))?;
        }
        if let Some(email) = &one.email {
            write(cx, meeting, email, mail, &words)?;
        }
    }
    Ok(())
}

fn cancelled(cx: &Cx, meeting: &Meeting) -> Result<(), Failure> {
    for key in timers(cx, &meeting.id) {
        cx.host.timer_cancel(&key)?;
    }
    for user in meeting.participants.iter().filter_map(|one| one.user.as_ref()) {
        cx.host.settle(&invitation(&meeting.id, user), cx.config.texts.say(texts::OFF, &[]))?;
    }
    // A meeting that is gone cannot be pointed at.
    if cx.host.get::<Meeting>(&meeting.id).optional()?.is_some() {
        tell_all(cx, meeting, &meeting.participants, texts::CANCELLED_TITLE, texts::CANCELLATION)?;
    }
    Ok(())
}

fn timers(cx: &Cx, meeting: &str) -> Vec<String> {
    (0..cx.config.remind_before.len()).map(|nth| format!("{nth}:{meeting}")).collect()
}

/// Sets the timers of the next reminders that come after a moment.
fn plan(cx: &Cx, meeting: &Meeting, after: Instant) -> Result<(), Failure> {
    for (before, key) in cx.config.remind_before.iter().zip(timers(cx, &meeting.id)) {
        let from = after.plus_seconds(before.seconds);
        let times = cx.host.meeting_times(&meeting.id, from, from.plus_seconds(AHEAD), 1)?;
        match times.first() {
            Some((start, _)) => {
                let at = start.minus_seconds(before.seconds);
                cx.host.timer_set(&key, at, json!(start), Some(meeting.reference()))?;
            }
            None => drop(cx.host.timer_cancel(&key)?),
        }
    }
    Ok(())
}

/// Reminds the organiser and those invited who have not declined.
fn remind(cx: &Cx, meeting: &Meeting, start: Instant) -> Result<(), Failure> {
    let coming = meeting.participants.iter().filter(|one| one.answer != Attendance::Declined);
    let mut users: Vec<Id> = coming.filter_map(|one| one.user.clone()).collect();
    let declined = |user: &Id| {
        meeting.participants.iter().any(|one| one.user.as_ref() == Some(user) && one.answer == Attendance::Declined)
    };
    users.extend(meeting.organiser.clone().filter(|organiser| !users.contains(organiser) && !declined(organiser)));
    let words = words(cx, meeting, start)?;
    let values: [(&str, &dyn Say); 2] = [("meeting", &words.meeting), ("time", &(start - cx.now))];
    let title = cx.config.texts.say(texts::REMIND_TITLE, &values);
    cx.host.notify(Notice::to(users).says(title, say(cx, texts::BODY, &words)).about(meeting.reference()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invited_answered_reminded_cancelled() {
        let trial = Trial::<Calendar>::new();
        for id in ["ann", "bob"] {
            trial.add(User { id: id.into(), name: id.into(), active: true, ..User::default() });
        }
        let ann = Actor::User("ann".into());
        let starts_at = trial.now().plus_seconds(48 * 3600);
        let invited = |user: Option<&str>, email: Option<&str>| Participant {
            user: user.map(Into::into),
            email: email.map(Into::into),
            ..Participant::default()
        };
        let meeting = Meeting {
            id: "m".into(),
            title: "Demo".into(),
            starts_at,
            ends_at: starts_at.plus_seconds(3600),
            organiser: Some("ann".into()),
            participants: vec![invited(Some("bob"), None), invited(None, Some("eve@client.example"))],
            ..Meeting::default()
        };
        trial.create(&ann, meeting);
        trial.press(&trial.inbox("bob")[0], "accept", None).unwrap();
        assert_eq!(trial.inbox("ann")[0].title.in_language("en"), "bob: accepted — “Demo”");
        assert_eq!(trial.all::<Message>()[0].to.as_deref(), Some("eve@client.example"));
        trial.advance(24 * 3600);
        assert_eq!(trial.inbox("bob")[1].title.in_language("en"), "“Demo” begins in 1 day");
        trial
            .change::<Meeting>(&ann, "m", |meeting| {
                meeting.status = MeetingStatus::Cancelled;
                meeting.sequence = 1;
            })
            .unwrap();
        assert_eq!(trial.all::<Message>().len(), 2);
        assert!(trial.timers().is_empty() && trial.failures().is_empty(), "{:?}", trial.failures());
    }
}
