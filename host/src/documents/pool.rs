//! The processes that typeset, kept warm. One that takes too long or dies is replaced; the host does not notice.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::job::{Job, RenderError};
use super::worker::MEMORY_MIB;

/// How long one paper may take, where nothing else is said.
const LONGEST: Duration = Duration::from_secs(4);
/// How long a paper may wait for its turn.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many papers one process makes before another takes its place: what templates leave behind goes with it.
const PAPERS: u32 = 1000;
/// The largest PDF.
const LARGEST: usize = 64 << 20;

/// Makes PDFs. Cheap to clone: all clones share the processes.
#[derive(Clone)]
pub struct Renderer(Arc<Pool>);

struct Pool {
    program: PathBuf,
    longest: Duration,
    idle: Mutex<Vec<Worker>>,
    turns: Semaphore,
}

struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    made: u32,
}

impl Renderer {
    /// Makes PDFs with that program, which is a `takt`. No process is started before there is something to make.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self::within(program, LONGEST)
    }

    /// The same, where one paper may take so long: a build that is not optimised is slow.
    #[must_use]
    pub fn within(program: PathBuf, longest: Duration) -> Self {
        let turns = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).clamp(2, 4);
        Self(Arc::new(Pool { program, longest, idle: Mutex::default(), turns: Semaphore::new(turns) }))
    }

    /// Makes PDFs with the program that this process runs.
    #[must_use]
    pub fn of_this_program() -> Self {
        // The running file itself, even where another was put in its place since.
        let running = PathBuf::from("/proc/self/exe");
        let program = if running.exists() { Ok(running) } else { std::env::current_exe() };
        Self::new(program.unwrap_or_else(|_| PathBuf::from("takt")))
    }

    /// The PDF.
    ///
    /// # Errors
    /// [`RenderError`]; the host stays as it was.
    pub async fn render(&self, job: &Job) -> Result<Vec<u8>, RenderError> {
        let frame = serde_json::to_vec(job).map_err(|error| RenderError::Host(error.to_string()))?;
        let turn = timeout(PATIENCE, self.0.turns.acquire()).await.map_err(|_| RenderError::Busy)?;
        let _turn = turn.map_err(|_| RenderError::Busy)?;
        let kept = self.idle().pop();
        let warm = kept.is_some();
        let mut worker = kept.map_or_else(|| self.start(), Ok)?;
        let mut done = worker.make(&frame, self.0.longest).await;
        if warm && matches!(done, Err(RenderError::TooLarge(_))) {
            // It may have died while it was idle, of what the template before this one left it with.
            worker = self.start()?;
            done = worker.make(&frame, self.0.longest).await;
        }
        if !matches!(done, Ok(_) | Err(RenderError::Template(_))) {
            // Killed as it is dropped, and waited for by the runtime.
            return done;
        }
        worker.made += 1;
        if worker.made < PAPERS {
            self.idle().push(worker);
        }
        done
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) -> Result<Worker, RenderError> {
        let fault = |error: std::io::Error| {
            RenderError::Host(format!("{} can't be started: {error}", self.0.program.display()))
        };
        let mut command = Command::new(&self.0.program);
        command.arg("render").env_clear().current_dir("/").kill_on_drop(true);
        // The allocator would reserve more address space at once than the process is allowed.
        command.env("MIMALLOC_ARENA_RESERVE", "32MiB");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(fault)?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(input), Some(output)) => Ok(Worker { child, input, output, made: 0 }),
            _ => Err(RenderError::Host("a process has no input or no output".to_owned())),
        }
    }
}

impl Worker {
    async fn make(&mut self, frame: &[u8], longest: Duration) -> Result<Vec<u8>, RenderError> {
        let answer = match timeout(longest, self.exchange(frame)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(error)) => {
                tracing::warn!(%error, "what typesets ended while it made a paper");
                return Err(RenderError::TooLarge(MEMORY_MIB));
            }
            Err(_) => {
                let _ = self.child.start_kill();
                return Err(RenderError::TooSlow(longest.as_secs()));
            }
        };
        match answer.split_first() {
            Some((b'+', pdf)) => Ok(pdf.to_vec()),
            Some((b'-', faults)) => {
                let faults = serde_json::from_slice(faults).map_err(|error| RenderError::Host(error.to_string()))?;
                Err(RenderError::Template(faults))
            }
            _ => Err(RenderError::Host("what typesets gave no answer".to_owned())),
        }
    }

    async fn exchange(&mut self, frame: &[u8]) -> std::io::Result<Vec<u8>> {
        let length = u32::try_from(frame.len()).map_err(std::io::Error::other)?;
        self.input.write_all(&length.to_le_bytes()).await?;
        self.input.write_all(frame).await?;
        self.input.flush().await?;
        let length = self.output.read_u32_le().await? as usize;
        if length > LARGEST {
            return Err(std::io::Error::other("the PDF is larger than 64 MiB"));
        }
        let mut answer = vec![0; length];
        self.output.read_exact(&mut answer).await?;
        Ok(answer)
    }
}
