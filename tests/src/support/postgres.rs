//! A PostgreSQL server of the tests' own, from the binaries that are installed: it can be crashed and started again.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Who runs it where the tests are run by root, whom PostgreSQL refuses: `nobody`.
const NOBODY: u32 = 65_534;

/// A server on a port of loopback.
pub struct Server {
    bin: PathBuf,
    folder: TempDir,
    pub port: u16,
}

impl Server {
    /// Starts one; none, and says so, where PostgreSQL is not installed.
    pub fn start() -> Option<Self> {
        let Some(bin) = installed() else {
            eprintln!("NOT RUN: PostgreSQL is not installed: what needs a server of it is not tried");
            return None;
        };
        let folder = TempDir::new().unwrap();
        if is_root() {
            std::os::unix::fs::chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin, folder, port };
        let data = server.data();
        server.run("initdb", &["-D", &data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
        server.up();
        Some(server)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it again after a crash.
    pub fn up(&self) {
        let folder = self.folder.path().display();
        let options = format!("-p {} -k {folder} -h 127.0.0.1", self.port);
        let log = format!("{folder}/log");
        self.run("pg_ctl", &["-D", &self.data(), "-l", &log, "-w", "-o", &options, "start"]);
    }

    /// All its processes end at once, in the middle of whatever they do.
    pub fn crash(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = self.output(program, arguments);
        assert!(output.status.success(), "{program} {arguments:?}: {output:?}");
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Output {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            let id = NOBODY.to_string();
            command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        // What it starts keeps what it inherits: a pipe would never end.
        let log = std::fs::File::create(self.folder.path().join(format!("{}.out", arguments.len()))).unwrap();
        let status = command.args(arguments).current_dir("/").stdout(log.try_clone().unwrap()).stderr(log).status();
        Output { status: status.unwrap(), stdout: Vec::new(), stderr: Vec::new() }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.output("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// The folder of the newest release's binaries.
fn installed() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))
        })
        .filter(|(_, bin): &(u32, PathBuf)| Path::new(bin).join("initdb").exists())
        .collect();
    found.sort();
    Some(found.pop()?.1)
}
