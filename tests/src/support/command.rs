//! The commands of the program, on a running host.

use std::process::{Output, Stdio};

use serde_json::json;
use tokio::io::AsyncWriteExt as _;
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

    /// One that is told something on its standard input.
    pub async fn told(&self, words: &[&str], input: &str) -> Ended {
        let mut running = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
        ended(running.wait_with_output().await.unwrap())
    }

    pub async fn run(&self, words: &[&str]) -> Ended {
        ended(self.command(words).output().await.unwrap())
    }
}

fn ended(done: Output) -> Ended {
    Ended { code: done.status.code(), said: String::from_utf8([done.stdout, done.stderr].concat()).unwrap() }
}
