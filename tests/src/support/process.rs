//! The host as a process of its own: it can be killed.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// The binary: see this package's `Cargo.toml`.
fn takt(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takt-under-test"));
    // In the data folder there is no `takt.toml` that the host would read.
    command.current_dir(data).env("TAKT_DATA", data).env("TAKT_LOG", "error").arg("--json").kill_on_drop(true);
    command
}

/// What a command of the binary gives.
pub async fn command(data: &Path, arguments: &[&str]) -> Value {
    let output = takt(data).args(arguments).stderr(Stdio::inherit()).output().await.unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running `takt serve`.
pub struct Process {
    child: Child,
    /// `http://127.0.0.1:…`
    pub address: String,
}

impl Process {
    /// Starts it, and returns when it listens.
    pub async fn start(data: &Path) -> Self {
        let mut serve = takt(data);
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

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) {
        let id = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
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
