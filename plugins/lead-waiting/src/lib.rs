//! Brings leads back that wait: at the time that was set, a waiting lead is processed again, and its owner is told.

use serde_json::{Value, json};
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To the owner of a lead that came back: title.
        BACK_TITLE = { en: "Lead {lead} is back", ru: "Лид {lead} снова в работе" }
        /// To the owner of a lead that came back: body.
        BACK_BODY = { en: "It waited until now.", ru: "Срок ожидания истёк." }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config { texts: Texts::shipped(texts::SHIPPED) }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct LeadWaiting;

type Cx = Context<Config>;

impl Plugin for LeadWaiting {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Waiting leads")
            .summary("Brings a waiting lead back at its time, and tells the owner.")
            .on(Subscription::to("lead.created").when("after.status == 'waiting'"))
            .on(Subscription::to("lead.updated")
                .changed(&["status", "resume_at"])
                .when("before.status == 'waiting' || after.status == 'waiting'"))
            .on(Subscription::to("lead.deleted").when("before.status == 'waiting'"))
            .needs("leads:read", "To see whether a lead still waits.")
            .needs("leads:write", "To bring it back.")
            .needs("notifications:write", "To tell the owner.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        let key = format!("resume:{}", event.about.id);
        match event.after::<Lead>()? {
            Some(Lead { status: LeadStatus::Waiting, resume_at: Some(at), .. }) => {
                cx.host.timer_set(&key, at, Value::Null, Some(event.about.clone()))?;
            }
            _ => drop(cx.host.timer_cancel(&key)?),
        }
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        let Some(id) = timer.key.strip_prefix("resume:") else { return Ok(None) };
        let Some(lead) = cx.host.get::<Lead>(id).optional()? else { return Ok(None) };
        // Moved or taken up since: the event of that comes after this timer, and sets or cancels the next.
        if lead.status != LeadStatus::Waiting || lead.resume_at.is_none_or(|at| at > cx.now) {
            return Ok(None);
        }
        let lead = cx.host.update::<Lead>(id, json!({"status": LeadStatus::Processing}))?;
        if let Some(owner) = &lead.owner {
            let title =
                cx.config.texts.say(texts::BACK_TITLE, &[("lead", &Localized::named(lead.number, &lead.title))]);
            let body = cx.config.texts.say(texts::BACK_BODY, &[]);
            cx.host.notify(Notice::to([owner]).says(title, body).about(lead.reference()))?;
        }
        Ok(None)
    }
}

takt_sdk::register!(LeadWaiting);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lead_comes_back_once() {
        let trial = Trial::<LeadWaiting>::new();
        let eve = Actor::User("eve".into());
        let at = trial.now().plus_seconds(3600);
        let waiting = Lead {
            id: "l1".into(),
            title: "Chairs".into(),
            status: LeadStatus::Waiting,
            owner: Some("eve".into()),
            resume_at: Some(at),
            ..Lead::default()
        };
        trial.add(User { id: "eve".into(), active: true, ..User::default() });
        trial.create(&eve, waiting);
        assert_eq!(trial.timers().len(), 1);
        trial.advance(3599);
        assert_eq!(trial.get::<Lead>("l1").unwrap().status, LeadStatus::Waiting);
        trial.advance(1);
        assert_eq!(trial.get::<Lead>("l1").unwrap().status, LeadStatus::Processing);
        assert_eq!(trial.inbox("eve").len(), 1);
        assert!(trial.timers().is_empty() && trial.failures().is_empty());
    }
}
