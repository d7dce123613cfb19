//! The host as a process of its own: it can be killed.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::database::Data;

/// The binary: see this package's `Cargo.toml`.
fn takt(data: &Data) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takt-under-test"));
    // In the data folder there is no `takt.toml` that the host would read.
    command
        .current_dir(data.path())
        .env("TAKT_DATA", data.path())
        .env("TAKT_DATABASE_URL", data.url())
        .env("TAKT_LOG", "error")
        .arg("--json")
        .kill_on_drop(true);
    command
}

/// What a command of the binary gives.
pub async fn command(data: &Data, arguments: &[&str]) -> Value {
    let output = takt(data).args(arguments).stderr(Stdio::inherit()).output().await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a command of the binary says as it fails.
pub async fn refusal(data: &Data, arguments: &[&str]) -> String {
    let output = output(data, arguments).await;
    assert!(!output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// What a command gives that looks for what is wrong, with its exit code: 1 where there is something.
pub async fn examined(data: &Data, arguments: &[&str]) -> (i32, Value) {
    let output = output(data, arguments).await;
    let said = serde_json::from_slice(&output.stdout);
    (output.status.code().unwrap(), said.unwrap_or_else(|_| panic!("{arguments:?}: {output:?}")))
}

/// All that a command says, with its exit code.
pub async fn output(data: &Data, arguments: &[&str]) -> std::process::Output {
    takt(data).args(arguments).output().await.unwrap()
}

/// A running `takt serve`.
pub struct Process {
    child: Child,
    /// `http://127.0.0.1:…`
    pub address: String,
}

impl Process {
    /// Starts it, and returns when it listens.
    pub async fn start(data: &Data) -> Self {
        Self::start_with(data, &[]).await
    }

    /// Starts it with these settings in its environment.
    pub async fn start_with(data: &Data, settings: &[(&str, &str)]) -> Self {
        // The clients of these tests take their TLS from the process, where the host installs it as it starts.
        let _ = ::takt::channels::webhook::Sender::new(false);
        let mut serve = takt(data);
        serve.envs(settings.iter().copied());
        let mut child = serve.args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        let begun = Instant::now();
        let said: Value = loop {
            let left = Duration::from_secs(60).saturating_sub(begun.elapsed());
            let line = tokio::time::timeout(left, lines.next_line()).await.expect("the host listens within a minute");
            said.push_str(&line.unwrap().expect("the host says where it listens"));
            if let Ok(said) = serde_json::from_str(&said) {
                break said;
            }
        };
        Self { child, address: said["address"].as_str().unwrap().to_owned() }
    }

    /// `kill -9`: it ends between two instructions.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits until it has ended by itself; its exit code.
    pub async fn ends(mut self) -> Option<i32> {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        ended.expect("it ends within a minute").unwrap().code()
    }

    /// It does nothing any more, and does not know it.
    pub async fn freeze(&self) {
        self.signal("-STOP").await;
    }

    /// It goes on.
    pub async fn thaw(&self) {
        self.signal("-CONT").await;
    }

    async fn signal(&self, signal: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().await.unwrap().success());
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        self.signal("-TERM").await;
        let ended = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        assert!(ended.expect("it stops within half a minute").unwrap().success());
    }
}

/// Asks again and again until it is so.
pub async fn until<F: Future<Output = bool>>(what: &str, mut so: impl FnMut() -> F) {
    let begun = Instant::now();
    while !so().await {
        assert!(begun.elapsed() < Duration::from_secs(120), "two minutes passed, and still not: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
