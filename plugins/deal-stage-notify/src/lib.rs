//! Deal stage notifications: the head hears of every move of a deal.
//!
//! The notice says the deal's number, the old and the new stage, who is responsible, and the amount. It goes to the
//! head over the responsible user, and to `recipients`.
//!
//! # Settling
//!
//! With `settle` above zero the first move opens a window of that length, and one notice is sent when it ends: from the
//! stage before the first move to the stage that the deal is in by then. Further moves do not prolong the window.
//! Nothing is sent when the deal is back where it was.
//!
//! # Odd cases
//!
//! - **Moved by somebody else**, a plugin or an import: told all the same; whoever is responsible counts, not who moved.
//! - **A deal without an owner**: the head over the person who moved it. Moved by a plugin: `recipients` alone.
//! - **No head**: the host goes up the departments, then to an admin. When there is nobody at all, `recipients` alone;
//!   nobody left to tell is said in the log.
//! - **A recipient that is not there** (any more): passed over, and said in the log.
//! - **One person twice** among head and recipients: one notice.
//! - **The stage was renamed or removed** since: its present title, else its key.
//! - **The pipeline was changed** with the stage: the old stage is named from the old pipeline; the new one counts for
//!   `pipelines`.
//! - **The deal is deleted** within the window: no notice.
//! - **`pipelines` and `stages`** are keys; a deal counts by the stage it moves to. Empty: any.
//! - **A calendar without working hours** with `settle` in working time: counted as plain time.

mod recipients;
#[cfg(test)]
mod tests;

use takt_sdk::prelude::*;

pub use recipients::Recipient;

mod texts {
    takt_sdk::texts! {
        /// The notice's title.
        TITLE = { en: "Deal {deal}: {from} → {to}", ru: "Сделка {deal}: {from} → {to}" }
        /// The notice's body.
        BODY = {
            en: "“{title}”. Responsible: {owner}. Amount: {amount}.",
            ru: "«{title}». Ответственный: {owner}. Сумма: {amount}.",
        }
    }
}

/// A way to reach a person. The person's inbox is the only one so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The inbox in the console and the API.
    Inbox,
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Keys of the pipelines to watch; empty: all.
    pub pipelines: Vec<String>,
    /// Keys of the stages to watch moves to; empty: all.
    pub stages: Vec<String>,
    /// Who is told beside the head.
    pub recipients: Vec<Recipient>,
    /// How they are told; empty: not at all.
    pub channels: Vec<Channel>,
    /// How long to wait for further moves, to tell of all in one notice.
    pub settle: Span,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            pipelines: Vec::new(),
            stages: Vec::new(),
            recipients: Vec::new(),
            channels: vec![Channel::Inbox],
            settle: Span::ZERO,
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct DealStageNotify;

type Cx = Context<Config>;

/// Where a deal comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct From {
    pipeline: Id,
    stage: String,
    /// Who made the first move, where that was a person.
    mover: Option<Id>,
}

impl Plugin for DealStageNotify {
    type Config = Config;

    fn manifest() -> Manifest {
        // While moves settle, those to other stages count too: they may undo one that is waited with.
        let watched = "config.settle != '0s' || size(config.stages) == 0 || after.stage in config.stages";
        takt_sdk::manifest!()
            .title("Deal stage notifications")
            .summary("Tells the head, and whom else you like, when a deal moves to another stage.")
            .on(Subscription::to("deal.updated").changed(&["stage"]).when(watched))
            .needs("deals:read", "To see where a deal is when its moves have settled.")
            .needs("pipelines:read", "To call the stages by their titles.")
            .needs("users:read", "To name the responsible user, and to find the recipients.")
            .needs("departments:read", "To find the head.")
            .needs("notifications:write", "To tell them.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        let (Some(before), Some(deal)) = (event.before::<Deal>()?, event.after::<Deal>()?) else { return Ok(None) };
        if before.stage == deal.stage {
            return Ok(None);
        }
        let mover = match &event.by {
            Actor::User(id) => Some(id.clone()),
            Actor::Plugin(_) | Actor::System(_) => None,
        };
        let from = From { pipeline: before.pipeline, stage: before.stage, mover };
        if cx.config.settle.seconds == 0 {
            tell(cx, &deal, &from)?;
        } else {
            wait(cx, event, &deal, &from)?;
        }
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        let Some(id) = timer.key.strip_prefix("settle:") else {
            cx.warn(&format!("no such timer: {}", timer.key));
            return Ok(None);
        };
        let from: Option<From> = cx.host.state_get(&timer.key)?.and_then(|from| serde_json::from_value(from).ok());
        cx.host.state_delete(&timer.key)?;
        if let (Some(from), Some(deal)) = (from, cx.host.get::<Deal>(id).optional()?)
            && (&from.stage, &from.pipeline) != (&deal.stage, &deal.pipeline)
        {
            tell(cx, &deal, &from)?;
        }
        Ok(None)
    }
}

takt_sdk::register!(DealStageNotify);

/// Opens the window, unless one is open.
fn wait(cx: &Cx, event: &Event, deal: &Deal, from: &From) -> Result<(), Failure> {
    let key = format!("settle:{}", deal.id);
    if cx.host.state_get(&key)?.is_some() {
        return Ok(());
    }
    cx.host.state_set(&key, json!(from))?;
    let until = cx.after(event.at, cx.config.settle, None)?;
    Ok(cx.host.timer_set(&key, until, Value::Null, Some(deal.reference()))?)
}

/// Tells everybody who is to know, where the move is one to watch.
fn tell(cx: &Cx, deal: &Deal, from: &From) -> Result<(), Failure> {
    let Config { pipelines, stages, channels, texts, .. } = &cx.config;
    if !(stages.is_empty() || stages.contains(&deal.stage)) || !channels.contains(&Channel::Inbox) {
        return Ok(());
    }
    let Some(pipeline) = cx.host.get::<Pipeline>(&deal.pipeline).optional()? else {
        cx.warn(&format!("the deal's pipeline {} is gone", deal.pipeline));
        return Ok(());
    };
    if !(pipelines.is_empty() || pipelines.contains(&pipeline.key)) {
        return Ok(());
    }
    let owner = match &deal.owner {
        Some(owner) => cx.host.get::<User>(owner).optional()?,
        None => None,
    };
    let readers = recipients::all(cx, owner.as_ref(), from.mover.as_deref())?;
    if readers.is_empty() {
        cx.warn("there is nobody to tell");
        return Ok(());
    }
    let old_title = match from.pipeline == deal.pipeline {
        true => pipeline.stage_title(&from.stage).to_owned(),
        false => {
            cx.host.get::<Pipeline>(&from.pipeline).optional()?.unwrap_or_default().stage_title(&from.stage).into()
        }
    };
    let number = deal.number.map_or_else(String::new, |number| number.to_string());
    let to = pipeline.stage_title(&deal.stage);
    let title = texts.say(texts::TITLE, &[("deal", &number), ("from", &old_title), ("to", &to)]);
    let owner = owner.map(|owner| owner.name);
    let body = texts.say(texts::BODY, &[("title", &deal.title), ("owner", &owner), ("amount", &deal.amount)]);
    cx.host.notify(Notice::to(readers).says(title, body).about(deal.reference()))?;
    Ok(())
}
