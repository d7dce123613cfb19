//! The process that typesets: `takt render`, started and stopped by the [pool](super::pool).
//!
//! It reads jobs from its standard input and writes what came of each to its standard output: a length of four bytes,
//! the lowest first, and so many bytes. A job is JSON; an answer is `+` and the PDF, or `-` and the faults as JSON.
//! It has no environment, no files and little memory. When the host goes, its input ends, and so does it.

use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use super::job::Job;
use super::typeset;

/// MiB of memory that a worker may have, its own code included.
pub const MEMORY_MIB: u64 = 1024;
/// The longest job that a worker finishes by itself, should the host not be there to stop it.
const LONGEST: Duration = Duration::from_secs(60);
/// Templates nest: more than a thread has as a rule.
const STACK: usize = 64 << 20;

/// Works until the input ends.
///
/// # Errors
/// Where input or output break off, or no limits can be set.
pub fn run() -> io::Result<()> {
    limit()?;
    let (begun, watched) = channel();
    std::thread::spawn(move || watch(&watched));
    let work = std::thread::Builder::new().stack_size(STACK).spawn(move || work(&begun))?;
    work.join().unwrap_or_else(|_| Err(io::Error::other("a template made the typesetter panic")))
}

fn work(begun: &Sender<bool>) -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    while let Some(frame) = read_frame(&mut input)? {
        let job: Job = serde_json::from_slice(&frame)?;
        let _ = begun.send(true);
        let answer = match typeset::pdf(&job) {
            Ok(pdf) => [b"+".as_slice(), &pdf].concat(),
            Err(faults) => [b"-".as_slice(), &serde_json::to_vec(&faults)?].concat(),
        };
        let _ = begun.send(false);
        write_frame(&mut output, &answer)?;
    }
    Ok(())
}

/// Ends the process where a job takes far too long: a host that was killed stops nobody.
fn watch(begun: &Receiver<bool>) {
    let mut working = false;
    loop {
        let next = if working {
            begun.recv_timeout(LONGEST)
        } else {
            begun.recv().map_err(|_| RecvTimeoutError::Disconnected)
        };
        match next {
            Ok(now) => working = now,
            Err(RecvTimeoutError::Timeout) => std::process::exit(1),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn read_frame(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let mut frame = vec![0; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut frame)?;
    Ok(Some(frame))
}

fn write_frame(output: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(io::Error::other)?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(frame)?;
    output.flush()
}

/// Takes from this process what it does not need.
#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let most = |value: u64| Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(Resource::As, most(MEMORY_MIB << 20))?;
    // No file can be written, none more opened, and nothing of a customer's is left in a core.
    setrlimit(Resource::Fsize, most(0))?;
    setrlimit(Resource::Nofile, most(3))?;
    setrlimit(Resource::Core, most(0))?;
    Ok(())
}

/// Time alone is limited where there are no such limits.
#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}
