//! The rule of `deal-stage-notify` compiled into the host: what the sandbox is measured by. It reads and writes what
//! the component does with its defaults.

use async_trait::async_trait;
use serde_json::json;

use crate::crm::deal::Deal;
use crate::crm::event::Trigger;
use crate::crm::pipeline::Pipeline;
use crate::crm::user::User;
use crate::engine::native::NativeRule;
use crate::unit::{NoticeDraft, Unit, UnitError};
use crate::wasm::call::{Call, Ending};
use crate::wasm::manifest::{Manifest, Subscription};

/// Its name among the plugins.
pub const NAME: &str = "deal-stage-notify-native";

/// The rule.
pub struct Native;

#[async_trait]
impl NativeRule for Native {
    async fn handle(&self, call: &Call, unit: &mut Unit) -> Ending {
        match tell(call, unit).await {
            Ok(()) => Ending::Ok(None),
            Err(UnitError::Store(error)) => Ending::Host(error.to_string()),
            Err(error) => Ending::Permanent(error.to_string()),
        }
    }
}

async fn tell(call: &Call, unit: &mut Unit) -> Result<(), UnitError> {
    let Trigger::Event(event) = &call.trigger else { return Ok(()) };
    let (Some(before), Some(after)) = (&event.change.before, &event.change.after) else { return Ok(()) };
    let parse = |record: &crate::crm::record::Record| record.entity::<Deal>().ok();
    let (Some(old), Some(deal)) = (parse(before), parse(after)) else { return Ok(()) };
    let pipeline: Pipeline = unit.get(deal.pipeline).await?;
    let Some(owner) = deal.owner else { return Ok(()) };
    let person: User = unit.get(owner).await?;
    let Some(head) = unit.head_of(owner).await? else { return Ok(()) };
    let title = |key: &str| pipeline.stage(key).map_or_else(|| key.to_owned(), |stage| stage.title.clone());
    let (from, to) = (title(&old.stage), title(&deal.stage));
    let number = after.number.unwrap_or(0);
    let amount = deal.amount.map_or_else(String::new, |amount| amount.to_string());
    let texts = |english: String, russian: String| vec![("en".to_owned(), english), ("ru".to_owned(), russian)];
    let draft = NoticeDraft {
        to: vec![head.id],
        title: texts(format!("Deal {number}: {from} → {to}"), format!("Сделка {number}: {from} → {to}")),
        body: texts(
            format!("“{}”. Responsible: {}. Amount: {amount}.", deal.title, person.name),
            format!("«{}». Ответственный: {}. Сумма: {amount}.", deal.title, person.name),
        ),
        about: Some(event.about),
        buttons: Vec::new(),
        key: None,
    };
    unit.notify(draft).await?;
    Ok(())
}

/// What it says of itself.
#[must_use]
pub fn manifest() -> Manifest {
    Manifest {
        name: NAME.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        title: "Deal stage notifications, native".to_owned(),
        summary: "Tells the head when a deal moves to another stage.".to_owned(),
        subscriptions: vec![Subscription {
            event: "deal.updated".to_owned(),
            changed: vec!["stage".to_owned()],
            when: Some("config.settle != '0s' || size(config.stages) == 0 || after.stage in config.stages".to_owned()),
        }],
        schedules: Vec::new(),
        commands: Vec::new(),
        config_schema: json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "settle": {"type": "string", "default": "0s"},
                "stages": {"type": "array", "items": {"type": "string"}, "default": []},
            },
        }),
        needs: Vec::new(),
        imports: Vec::new(),
    }
}
