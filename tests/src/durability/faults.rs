//! What is under the host fails: its disk, its database, the way there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::busy::Busy;
use crate::support::database::Data;
use crate::support::postgres::Server;
use crate::support::process::until;

/// A disk that fails when told to: see `faults/disk.c`.
struct Disk {
    folder: TempDir,
    library: PathBuf,
}

impl Disk {
    /// None where it can't be had, or where the database is on another's disk.
    fn new() -> Option<Self> {
        if std::env::var("TAKT_TEST_DATABASE_URL").is_ok_and(|url| !url.is_empty()) {
            return None;
        }
        if !cfg!(target_os = "linux") {
            eprintln!("NOT RUN: disks that fail are made for Linux only");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let library = folder.path().join("disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("faults/disk.c");
        let mut compiler = std::process::Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-o"]).args([&library, &source]).arg("-ldl");
        assert!(compiler.status().unwrap().success());
        Some(Self { folder, library })
    }

    /// What a host must be started with.
    fn settings(&self) -> [(&str, &str); 2] {
        [("LD_PRELOAD", self.library.to_str().unwrap()), ("TAKT_FAULTS", self.folder.path().to_str().unwrap())]
    }

    /// The same, for a disk whose power may fail.
    fn settings_of_power(&self) -> [(&str, &str); 3] {
        let [library, faults] = self.settings();
        [library, faults, ("TAKT_POWER", "1")]
    }

    /// At this write or fsync from now on the power fails.
    fn fail_power(&self, step: u64, seed: u64) {
        let path = self.folder.path().join("power");
        // Put there as a whole: the disk looks at any time.
        std::fs::write(path.with_extension("new"), format!("{step} {seed}")).unwrap();
        std::fs::rename(path.with_extension("new"), path).unwrap();
    }

    fn begin(&self, fault: &str) {
        std::fs::write(self.folder.path().join(fault), "").unwrap();
    }

    fn end(&self, fault: &str) {
        std::fs::remove_file(self.folder.path().join(fault)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_loses_nothing() {
    let Some(disk) = Disk::new() else { return };
    let mut busy = Busy::start(Data::new().await, &disk.settings()).await;
    disk.begin("full");
    until("writes are refused", || async { busy.refused() > 20 }).await;
    // A move to where the deal is already is no write, and answered as before.
    let accepted = || (busy.leads(), busy.moves().into_iter().collect::<BTreeSet<_>>());
    let before = accepted();
    // What is there can still be read.
    busy.admin.get("/api/v1/leads").await.ok();
    let refused = busy.refused();
    until("writes are refused", || async { busy.refused() > refused + 20 }).await;
    assert_eq!(accepted(), before, "nothing is accepted meanwhile");
    disk.end("full");
    busy.goes_on().await;
    // The next time it is killed while the disk is full.
    disk.begin("full");
    let refused = busy.refused();
    until("writes are refused", || async { busy.refused() > refused + 20 }).await;
    busy.host.take().unwrap().kill().await;
    disk.end("full");
    busy.start_again(&disk.settings()).await;
    busy.goes_on().await;
    busy.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_disk_makes_it_slow_and_nothing_else() {
    let Some(disk) = Disk::new() else { return };
    let mut busy = Busy::start(Data::new().await, &disk.settings()).await;
    disk.begin("slow");
    for _ in 0..3 {
        busy.goes_on().await;
        busy.kill_and_start(&disk.settings()).await;
    }
    disk.end("slow");
    busy.goes_on().await;
    busy.adds_up().await;
}

/// `TAKT_POWER_ROUNDS` says how often; eight times without. The rounds go through the steps of a commit, one after
/// another, with a few far later ones between them, in which the log is written back to the database.
#[tokio::test(flavor = "multi_thread")]
async fn power_that_fails_at_any_step_of_a_commit_loses_nothing_that_was_accepted() {
    const STEPS: u64 = 64;
    let Some(disk) = Disk::new() else { return };
    let rounds = std::env::var("TAKT_POWER_ROUNDS").map_or(8, |rounds| rounds.parse().unwrap());
    let mut busy = Busy::start(Data::new().await, &disk.settings_of_power()).await;
    for round in 0..rounds {
        let step = if round % 8 == 7 { 500 * (1 + round / 8 % 8) } else { 1 + round * 5 % STEPS };
        println!("step {step}, seed {round}");
        disk.fail_power(step, round);
        assert_eq!(busy.host.take().unwrap().ends().await, Some(137), "the power failed, and nothing else");
        disk.end("power");
        busy.start_again(&disk.settings_of_power()).await;
        busy.goes_on().await;
    }
    busy.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_crashes_and_comes_back_has_lost_nothing() {
    let Some(server) = Server::start() else { return };
    let busy = Busy::start(Data::on(&server.url()).await, &[]).await;
    for _ in 0..3 {
        server.crash();
        let refused = busy.refused();
        until("it is said", || async { busy.refused() > refused }).await;
        server.up();
        busy.goes_on().await;
    }
    busy.adds_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_cut_lose_and_double_nothing() {
    let Some(server) = Server::start() else { return };
    let data = Data::on(&server.url()).await;
    let line = Line::open(&server).await;
    let url = line.url(&data.url());
    let busy = Busy::start(data, &[("TAKT_DATABASE_URL", url.as_str())]).await;
    for _ in 0..10 {
        line.cut();
        busy.goes_on().await;
    }
    busy.adds_up().await;
}

/// A way to the database that can be cut.
struct Line {
    port: u16,
    open: Arc<Mutex<Vec<JoinHandle<()>>>>,
}

impl Line {
    async fn open(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, there) = (listener.local_addr().unwrap().port(), server.port);
        let open = Arc::new(Mutex::new(Vec::new()));
        let held = open.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let carry = async move {
                    let Ok(mut far) = TcpStream::connect(("127.0.0.1", there)).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                };
                held.lock().unwrap().push(tokio::spawn(carry));
            }
        });
        Self { port, open }
    }

    /// The same database by this way.
    fn url(&self, url: &str) -> String {
        let mut url = reqwest::Url::parse(url).unwrap();
        url.set_port(Some(self.port)).unwrap();
        url.to_string()
    }

    /// All connections end, in the middle of whatever goes over them.
    fn cut(&self) {
        for connection in self.open.lock().unwrap().drain(..) {
            connection.abort();
        }
    }
}
