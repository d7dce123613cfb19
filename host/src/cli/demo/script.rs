//! Scenes: what is played of a scenario, as data. `scenes/*.json` are lists of [`Act`]s, done one after the other over the
//! public API; after each, all is let happen that follows from it.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use super::super::client::Client;
use super::super::{Failure, say};
use super::Cast;
use super::play::{items, press, show_inbox, show_runs, step, switch_on, text};
use super::week::filled;
use crate::sample::Company;

/// One thing that is done or shown.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Act {
    /// A heading.
    Step(String),
    /// An admin grants a bundled plugin what it asks for, configures it, and switches it on.
    SwitchOn {
        plugin: String,
        #[serde(default)]
        config: Option<Value>,
    },
    /// Somebody calls the API.
    Call(Box<Call>),
    /// Somebody presses a button of their newest notification.
    Press { who: String, command: String },
    /// Somebody's inbox is shown.
    Inbox(String),
    /// Fields of a list's records are shown.
    Show { path: String, fields: Vec<String> },
    /// So many seconds pass.
    Wait(u64),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    who: String,
    /// Method and path, in which `@name` is the id of a record.
    r#do: String,
    #[serde(default)]
    with: Option<Value>,
    /// What the record is called from here on.
    #[serde(default)]
    name: Option<String>,
    /// Whether it is refused; why is shown.
    #[serde(default)]
    refused: bool,
}

/// Plays a scene.
pub(super) async fn play(cast: &Cast, company: &Company, scene: &str) -> Result<(), Failure> {
    let acts: Vec<Act> =
        serde_json::from_str(scene).map_err(|error| Failure::failed(format!("the scene cannot be read: {error}")))?;
    let mut stage = Stage { cast, known: known(company), steps: 0 };
    for act in acts {
        stage.act(act).await?;
    }
    stage.head("What the rules did, and what it cost");
    show_runs(&cast.admin).await
}

/// The sample company's records, by the names that scenes know them by.
pub(super) fn known(company: &Company) -> HashMap<String, String> {
    let members = ["anna", "boris", "clara"].into_iter().zip(&company.members);
    let others =
        [("pipeline", &company.pipeline), ("sales", &company.sales), ("helga", &company.head), ("ada", &company.admin)];
    members.chain(others).map(|(name, id)| (name.to_owned(), id.to_string())).collect()
}

struct Stage<'a> {
    cast: &'a Cast,
    known: HashMap<String, String>,
    steps: u32,
}

impl Stage<'_> {
    fn head(&mut self, words: &str) {
        self.steps += 1;
        step(self.steps, words);
    }

    async fn act(&mut self, act: Act) -> Result<(), Failure> {
        match act {
            Act::Step(words) => self.head(&words),
            Act::SwitchOn { plugin, config } => {
                if let Some(config) = config {
                    let path = format!("/api/v1/plugins/{plugin}/config");
                    self.cast.admin.call(Method::PUT, &path, Some(&filled(config, &self.known))).await?;
                }
                switch_on(&self.cast.admin, &plugin).await?;
            }
            Act::Call(call) => self.call(*call).await?,
            Act::Press { who, command } => {
                let reply = press(self.client(&who)?, &command).await?;
                say(&format!("   {who} presses [{command}]: {reply}"));
            }
            Act::Inbox(who) => show_inbox(&who, self.client(&who)?).await?,
            Act::Show { path, fields } => self.show(&path, &fields).await?,
            Act::Wait(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
        }
        self.cast.engine.idle().await;
        Ok(())
    }

    async fn call(&mut self, call: Call) -> Result<(), Failure> {
        let bad = || Failure::failed(format!("the scene is wrong: {}", call.r#do));
        let (method, path) = call.r#do.split_once(' ').ok_or_else(bad)?;
        let method: Method = method.parse().map_err(|_| bad())?;
        let body = call.with.map(|body| filled(body, &self.known));
        let done = self.client(&call.who)?.call(method, &self.path(path), body.as_ref()).await;
        let made = match (done, call.refused) {
            (Err(refused), true) => {
                say(&format!("   {}: {}", call.who, refused.message));
                return Ok(());
            }
            (Ok(_), true) => return Err(Failure::failed(format!("{} was to be refused", call.r#do))),
            (done, false) => done?,
        };
        if let Some(reply) = made["reply"]["message"].as_str() {
            say(&format!("   {}: {reply}", call.who));
        }
        if let Some(name) = call.name {
            let id = made["id"].as_str().or_else(|| made["reply"]["open"]["id"].as_str()).unwrap_or_default();
            self.known.insert(name, id.to_owned());
        }
        Ok(())
    }

    async fn show(&self, path: &str, fields: &[String]) -> Result<(), Failure> {
        let page = self.cast.admin.get(&self.path(path), &[]).await?;
        let one = [page.clone()];
        // An invoice has items, too.
        let is_list = page["id"].is_null() && page["items"].is_array();
        let records: Vec<&Value> = if is_list { items(&page).collect() } else { one.iter().collect() };
        for record in records {
            let shown = fields.iter().map(|field| match &record[field] {
                Value::Null => format!("{field}: nothing"),
                Value::String(_) => text(record, field).to_owned(),
                other => format!("{field}: {other}"),
            });
            say(&format!("     {}", shown.collect::<Vec<_>>().join(" · ")));
        }
        Ok(())
    }

    fn client(&self, who: &str) -> Result<&Client, Failure> {
        match who {
            "ada" => Ok(&self.cast.admin),
            "helga" => Ok(&self.cast.head),
            "anna" => Ok(&self.cast.anna),
            "boris" => Ok(&self.cast.boris),
            "form" => Ok(&self.cast.form),
            _ => Err(Failure::failed(format!("the scene is wrong: nobody is called {who}"))),
        }
    }

    fn path(&self, path: &str) -> String {
        self.known.iter().fold(path.to_owned(), |path, (name, id)| path.replace(&format!("@{name}"), id))
    }
}
