//! The commands of the program, on a running host.

use std::process::Stdio;

use serde_json::json;
use tokio::process::Command;

use super::house::House;

/// Who may call them, and where.
pub struct Commands {
    url: String,
    token: String,
}

/// What came of one.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    /// What it wrote, errors at the end.
    pub said: String,
}

impl Commands {
    /// Of an admin.
    pub async fn on(house: &House) -> Self {
        let key = house.ada.post("/api/v1/tokens", json!({"name": "cli", "scopes": ["admin"]})).await.ok();
        Self { url: house.address(), token: key["secret"].as_str().unwrap().to_owned() }
    }

    /// One that is not started yet; it ends with the test.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_takt-under-test"));
        command.args(words).env("TAKT_URL", &self.url).env("TAKT_TOKEN", &self.token);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    pub async fn run(&self, words: &[&str]) -> Ended {
        let done = self.command(words).output().await.unwrap();
        Ended { code: done.status.code(), said: String::from_utf8([done.stdout, done.stderr].concat()).unwrap() }
    }
}
