//! A plugin that misbehaves: the command's name says how. Written on the bare contract, so that nothing is in its way.

mod asking;
mod deeds;

use std::hint::black_box;

use bindings::exports::takt::crm::rule::{CommandSpec, Context, Failure, Guest, Manifest, Need, Reply, Trigger};
use bindings::takt::crm::state;

#[expect(unsafe_code, reason = "generated")]
mod bindings {
    wit_bindgen::generate!({ path: "../../../wit", world: "plugin" });
    use super::Hostile;
    export!(Hostile);
}

/// How `describe` goes: tests change the last four letters in the built component.
static DESCRIBE: [u8; 16] = *b"DESCRIBE-AS:fine";

struct Hostile;

impl Guest for Hostile {
    fn describe() -> Manifest {
        let mode = black_box(&DESCRIBE);
        let schema = match &mode[12..] {
            b"trap" => panic!("describe shall not be"),
            b"spin" => deeds::spin(),
            b"fill" => deeds::fill(),
            b"call" => {
                let _ = state::get("x");
                String::new()
            }
            b"json" => "{".to_owned(),
            _ => r#"{"type": "object", "properties": {"server": {"type": "string"}}}"#.to_owned(),
        };
        let command = |name: &str| CommandSpec {
            name: name.to_owned(),
            title: name.to_owned(),
            on: vec!["lead".to_owned()],
            input_schema: None,
        };
        let need = |capability: &str| Need { capability: capability.to_owned(), reason: "To do harm.".to_owned() };
        Manifest {
            name: "hostile".to_owned(),
            version: "1.0.0".to_owned(),
            title: "Hostile".to_owned(),
            summary: "Misbehaves.".to_owned(),
            subscriptions: Vec::new(),
            schedules: Vec::new(),
            commands: ["fine", "ask", "ask-twice"].map(command).into(),
            config_schema: schema,
            needs: ["http:{server}", "http:localhost:9", "secret:key"].map(need).into(),
        }
    }

    fn handle(context: Context, trigger: Trigger) -> Result<Option<Reply>, Failure> {
        let Trigger::Command(command) = trigger else { return Ok(None) };
        deeds::done(&command.name, &command.input, &context).map(|message| Some(Reply { message, open: None }))
    }
}
