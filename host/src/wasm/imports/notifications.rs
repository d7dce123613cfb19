//! `takt:crm/notifications`

use super::typed::{Result, writes};
use crate::crm::id::Id;
use crate::crm::invalid::Invalid;
use crate::crm::kind::Kind;
use crate::unit::{NoticeButton, NoticeDraft, NoticeQuestion};
use crate::wasm::bindings::takt::crm::notifications::{Button, Draft, Host, Question};
use crate::wasm::bindings::takt::crm::types::Localized;
use crate::wasm::convert::{parse_json, parse_reference};
use crate::wasm::manifest::Manifest;
use crate::wasm::state::State;

impl Host for State {
    async fn notify(&mut self, draft: Draft) -> Result<Vec<String>> {
        self.begin(&writes(Kind::Notification))?;
        self.meter.charge_writes(draft.to.len())?;
        let draft = notice(draft, &self.installation()?.manifest)?;
        let made = self.unit()?.notify(draft).await?;
        Ok(made.into_iter().map(|id| id.to_string()).collect())
    }

    async fn settle(&mut self, key: String, outcome: Localized) -> Result<u32> {
        let unit = self.begin(&writes(Kind::Notification))?;
        let settled = unit.settle(&key, &outcome).await?;
        self.meter.charge_writes(usize::try_from(settled).unwrap_or(usize::MAX))?;
        Ok(settled)
    }
}

fn notice(draft: Draft, manifest: &Manifest) -> std::result::Result<NoticeDraft, Invalid> {
    let mut invalid = Invalid::default();
    let to = draft.to.iter().enumerate().filter_map(|(at, id)| match id.parse::<Id>() {
        Ok(id) => Some(id),
        Err(error) => {
            invalid.note(format!("/to/{at}"), error.to_string());
            None
        }
    });
    let to = to.collect();
    let about = draft.about.map(|about| parse_reference(&about, "/about")).transpose()?;
    let button = |(at, given)| button(given, &format!("/buttons/{at}"), manifest);
    let buttons = draft.buttons.into_iter().enumerate().map(button).collect::<std::result::Result<_, _>>()?;
    invalid.or(NoticeDraft { to, title: draft.title, body: draft.body, about, buttons, key: draft.key })
}

fn button(given: Button, field: &str, manifest: &Manifest) -> std::result::Result<NoticeButton, Invalid> {
    if !manifest.commands.iter().any(|command| command.name == given.command) {
        let message = format!("the manifest declares no command `{}`", given.command);
        return Err(Invalid::field(format!("{field}/command"), message));
    }
    Ok(NoticeButton {
        input: parse_json(&given.input, &format!("{field}/input"))?,
        command: given.command,
        label: given.label,
        asks: given.asks.map(|question| match question {
            Question::Text(prompt) => NoticeQuestion::Text(prompt),
            Question::User(prompt) => NoticeQuestion::User(prompt),
        }),
    })
}
