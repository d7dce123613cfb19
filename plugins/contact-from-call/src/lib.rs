//! Makes contacts of the people who call. A known number has its calls logged and nothing else; an unknown one becomes a
//! contact: at once where nobody answered, and after a while where somebody did and made no card. Whoever is responsible
//! is reminded until the number has got a name.
//!
//! What happens when something is not as it should be:
//! - **Nobody present**: the department's head is responsible.
//! - **Two calls from a new number at once**: one makes the contact, the other finds it.
//! - **A withheld number**: the host keeps no such call.
//! - **Whoever answered has left**: somebody present becomes responsible.

use serde_json::{Value, json};
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To the new responsible user, after a missed call: title.
        MISSED_TITLE = { en: "Missed call from {phone}", ru: "Пропущенный звонок: {phone}" }
        /// To the new responsible user, after a missed call: body.
        MISSED_BODY = { en: "A contact was made. You are responsible: please call back.", ru: "Создан контакт. Вы ответственный: перезвоните, пожалуйста." }
        /// To who answered and made no card: title.
        ANSWERED_TITLE = { en: "A contact for {phone} was made", ru: "Создан контакт {phone}" }
        /// To who answered and made no card: body.
        ANSWERED_BODY = { en: "You spoke with them. Please fill the card in.", ru: "Вы с ним говорили. Заполните карточку, пожалуйста." }
        /// To the responsible user, while the contact has no name: title.
        NAMELESS_TITLE = { en: "Contact {phone} has no name yet", ru: "У контакта {phone} ещё нет имени" }
        /// To the responsible user, while the contact has no name: body.
        NAMELESS_BODY = { en: "Reminder {nth} of {of}.", ru: "Напоминание {nth} из {of}." }
        /// What stands on the reminder once the contact has a name.
        NAMED = { en: "The contact has a name", ru: "Имя контакта указано" }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Key of the department whose people become responsible.
    pub department: String,
    /// How long the one who answered has to make the card.
    pub grace: Span,
    /// How long after the card was made its name is looked at.
    pub check_after: Span,
    /// How often the responsible user is reminded then.
    pub remind_every: Span,
    /// How often at most.
    pub remind_times: u32,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            department: "sales".into(),
            grace: Span::minutes(10),
            check_after: Span::hours(72),
            remind_every: Span::hours(72),
            remind_times: 5,
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct ContactFromCall;

type Cx = Context<Config>;

impl Plugin for ContactFromCall {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Contacts from calls")
            .summary("Logs calls on who is known, and makes contacts of unknown callers.")
            .on(Subscription::to("call.created").when("after.direction == 'in'"))
            .on(Subscription::to("call.updated").changed(&["status"]).when("after.direction == 'in'"))
            .on(Subscription::to("contact.updated").changed(&["name"]))
            .on(Subscription::to("contact.deleted"))
            .needs("calls:read", "To see whose call it was.")
            .needs("calls:write", "To log it on the contact.")
            .needs("contacts:read", "To see whether the number is known.")
            .needs("contacts:write", "To make a contact of an unknown one.")
            .needs("leads:read", "To see whether the number is a lead's.")
            .needs("companies:read", "To see whether the number is a company's.")
            .needs("users:read", "To choose who is responsible.")
            .needs("departments:read", "To find the department.")
            .needs("notifications:write", "To tell and remind them.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        if event.about.kind == "contact" {
            if event.after::<Contact>()?.is_none_or(|contact| !is_nameless(&contact)) {
                cx.host.timer_cancel(&name_timer(&event.about.id))?;
                cx.host.settle(&name_timer(&event.about.id), cx.config.texts.say(texts::NAMED, &[]))?;
            }
            return Ok(None);
        }
        // A call that is over since its event was made is seen as it is now, and its further events find it logged.
        let Some(call) = cx.host.get::<Call>(&event.about.id).optional()? else { return Ok(None) };
        if call.about.is_some() || log_known(cx, &call)? {
            return Ok(None);
        }
        match call.status {
            CallStatus::Missed => {
                let owner = somebody(cx)?;
                make(cx, &call, owner, texts::MISSED_TITLE, texts::MISSED_BODY)?;
            }
            CallStatus::Answered | CallStatus::Ended => {
                let answered = call.answered_at.unwrap_or(event.at);
                let until = cx.after(answered, cx.config.grace, None)?;
                cx.host.timer_set(&grace_timer(&call.id), until, Value::Null, Some(call.reference()))?;
            }
            CallStatus::Ringing => {}
        }
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        match timer.key.split_once(':') {
            Some(("grace", id)) => {
                let Some(call) = cx.host.get::<Call>(id).optional()? else { return Ok(None) };
                if call.about.is_none() && !log_known(cx, &call)? {
                    let answered = call.user.as_ref().map(|user| cx.host.get::<User>(user).optional()).transpose()?;
                    let owner = match answered.flatten().filter(|user| user.active) {
                        Some(user) => Some(user.id),
                        None => somebody(cx)?,
                    };
                    make(cx, &call, owner, texts::ANSWERED_TITLE, texts::ANSWERED_BODY)?;
                }
            }
            Some(("name", id)) => remind(cx, timer, id)?,
            _ => cx.warn(&format!("no such timer: {}", timer.key)),
        }
        Ok(None)
    }
}

takt_sdk::register!(ContactFromCall);

fn grace_timer(call: &str) -> String {
    format!("grace:{call}")
}

fn name_timer(contact: &str) -> String {
    format!("name:{contact}")
}

/// Made from a call, a contact is named by its number.
fn is_nameless(contact: &Contact) -> bool {
    contact.phones.contains(&contact.name)
}

/// Logs the call on whom the number belongs to, where that is known.
fn log_known(cx: &Cx, call: &Call) -> Result<bool, Failure> {
    let contact = cx.host.first(&Query::<Contact>::all().is("phone", &call.phone))?.map(|found| found.reference());
    let lead = || -> Result<_, HostError> {
        let open = [LeadStatus::New, LeadStatus::InProgress, LeadStatus::Processing, LeadStatus::Waiting];
        Ok(cx.host.first(&Query::<Lead>::all().is("phone", &call.phone).any("status", open))?.map(|it| it.reference()))
    };
    let company = || -> Result<_, HostError> {
        Ok(cx.host.first(&Query::<Company>::all().is("phone", &call.phone))?.map(|found| found.reference()))
    };
    let known = match contact {
        Some(contact) => Some(contact),
        None => match lead()? {
            Some(lead) => Some(lead),
            None => company()?,
        },
    };
    let Some(known) = known else { return Ok(false) };
    cx.host.update::<Call>(&call.id, json!({"about": known}))?;
    Ok(true)
}

/// An active, present user of the department, by chance.
fn somebody(cx: &Cx) -> Result<Option<Id>, HostError> {
    let Some(department) = cx.host.department_by_key(&cx.config.department)? else { return Ok(None) };
    let there = Query::<User>::all().is("department", &department.id).is("active", true).is("present", true);
    let mut users = cx.host.find_all(&there)?;
    if users.is_empty() {
        return Ok(cx.host.department_head(&department.id, None)?.map(|head| head.id));
    }
    Ok(Some(users.swap_remove(cx.random(users.len())).id))
}

/// Makes the contact, logs the call on it, and tells who is responsible.
fn make(cx: &Cx, call: &Call, owner: Option<Id>, title: Template, body: Template) -> Result<(), Failure> {
    let contact: Contact = cx.host.create(json!({"name": call.phone, "phones": [call.phone], "owner": owner}))?;
    cx.host.update::<Call>(&call.id, json!({"about": contact.reference()}))?;
    let check = cx.after(cx.now, cx.config.check_after, None)?;
    cx.host.timer_set(&name_timer(&contact.id), check, json!(1), Some(contact.reference()))?;
    let Some(owner) = owner else {
        cx.warn("there is nobody to be responsible");
        return Ok(());
    };
    let say = |text| cx.config.texts.say(text, &[("phone", &call.phone)]);
    cx.host.notify(Notice::to([owner]).says(say(title), say(body)).about(contact.reference()))?;
    Ok(())
}

/// The contact may have no name yet.
fn remind(cx: &Cx, timer: &Timer, id: &str) -> Result<(), Failure> {
    let nth: u32 = timer.payload()?;
    let contact = cx.host.get::<Contact>(id).optional()?.filter(is_nameless);
    let Some(contact) = contact.filter(|_| nth <= cx.config.remind_times) else { return Ok(()) };
    if let Some(owner) = &contact.owner {
        let title = cx.config.texts.say(texts::NAMELESS_TITLE, &[("phone", &contact.name)]);
        let body = cx.config.texts.say(texts::NAMELESS_BODY, &[("nth", &nth), ("of", &cx.config.remind_times)]);
        cx.host.notify(Notice::to([owner]).says(title, body).about(contact.reference()).key(name_timer(id)))?;
    }
    if nth < cx.config.remind_times {
        let next = cx.after(timer.due, cx.config.remind_every, None)?;
        cx.host.timer_set(&name_timer(id), next, json!(nth + 1), Some(contact.reference()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> Trial<ContactFromCall> {
        let trial = Trial::new();
        let user = |id: &str| User {
            id: id.into(),
            active: true,
            present: true,
            department: Some("d".into()),
            ..User::default()
        };
        trial.add(Department { id: "d".into(), key: "sales".into(), ..Department::default() });
        trial.add(user("ann"));
        trial
    }

    fn call(id: &str, status: CallStatus, user: Option<&str>) -> Call {
        Call { id: id.into(), status, phone: "+4930901820".into(), user: user.map(Into::into), ..Call::default() }
    }

    #[test]
    fn a_missed_call_makes_one_contact() {
        let trial = trial();
        let pbx = Actor::System("pbx".into());
        trial.create(&pbx, call("c1", CallStatus::Missed, None));
        trial.create(&pbx, call("c2", CallStatus::Missed, None));
        let contacts: Vec<Contact> = trial.all();
        assert_eq!(
            (contacts.len(), contacts[0].name.as_str(), contacts[0].owner.as_deref()),
            (1, "+4930901820", Some("ann"))
        );
        assert_eq!(trial.get::<Call>("c2").unwrap().about, Some(contacts[0].reference()));
        assert_eq!(trial.inbox("ann").len(), 1);
        trial.advance(16 * 24 * 3600);
        assert_eq!(trial.inbox("ann").len(), 2, "the reminder stands in the place of the one before");
        assert!(trial.timers().is_empty() && trial.failures().is_empty());
    }

    #[test]
    fn who_answered_has_time_to_make_the_card() {
        let trial = trial();
        let pbx = Actor::System("pbx".into());
        trial.create(&pbx, call("c1", CallStatus::Answered, Some("ann")));
        assert!(trial.all::<Contact>().is_empty());
        trial.advance(600);
        assert_eq!(trial.all::<Contact>()[0].owner.as_deref(), Some("ann"));
        let id = trial.all::<Contact>()[0].id.clone();
        trial.change::<Contact>(&pbx, &id, |contact| contact.name = "Karl".into()).unwrap();
        assert!(trial.timers().is_empty());
    }
}
