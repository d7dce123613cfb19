//! What a run says: lines by the contract's `log`, and what it prints.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

use crate::store::run::LogLine;

/// What a line costs beside its text, so that empty ones are not free.
const LINE_COST: usize = 16;
/// What may be printed in one go.
const CHUNK: usize = 64 << 10;

/// The lines of a run, within a budget. What is over is cut, and said so.
#[derive(Debug, Default)]
struct Log {
    lines: Vec<LogLine>,
    /// Printed, and not yet ended by a newline.
    printed: Vec<u8>,
    left: usize,
    cut: bool,
}

impl Log {
    fn push(&mut self, level: &str, message: &str) {
        if self.cut {
            return;
        }
        let Some(room) = self.left.checked_sub(LINE_COST).filter(|room| message.len() <= *room) else {
            let room = self.left.saturating_sub(LINE_COST);
            let end = message.floor_char_boundary(room);
            if end > 0 {
                self.lines.push(line(level, &message[..end]));
            }
            self.lines.push(line("warn", "the log is cut here: its budget is used up"));
            self.cut = true;
            return;
        };
        self.left = room - message.len();
        self.lines.push(line(level, message));
    }

    fn print(&mut self, mut bytes: &[u8]) {
        if self.cut {
            return;
        }
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.printed.extend_from_slice(&bytes[..end]);
            self.end_line();
            bytes = &bytes[end + 1..];
        }
        self.printed.extend_from_slice(bytes);
        if self.printed.len() > self.left {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        let printed = std::mem::take(&mut self.printed);
        self.push("out", &String::from_utf8_lossy(&printed));
    }
}

fn line(level: &str, message: &str) -> LogLine {
    LogLine { level: level.to_owned(), message: message.to_owned() }
}

/// The lines of a run. Its output streams share it.
#[derive(Debug, Clone)]
pub(super) struct SharedLog(Arc<Mutex<Log>>);

impl SharedLog {
    /// An empty log with room for so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        let left = usize::try_from(bytes).unwrap_or(usize::MAX);
        Self(Arc::new(Mutex::new(Log { left, ..Log::default() })))
    }

    /// Adds a line.
    pub(super) fn push(&self, level: &str, message: &str) {
        self.lock().push(level, message);
    }

    /// All lines; the last one printed is ended first.
    pub(super) fn take(&self) -> Vec<LogLine> {
        let mut log = self.lock();
        if !log.printed.is_empty() {
            log.end_line();
        }
        std::mem::take(&mut log.lines)
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl IsTerminal for SharedLog {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for SharedLog {
    /// Nothing links the interfaces that would ask for this one.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for SharedLog {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for SharedLog {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.lock().print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(log: &SharedLog) -> Vec<(String, String)> {
        log.take().into_iter().map(|line| (line.level, line.message)).collect()
    }

    #[test]
    fn lines_come_in_order_whichever_way() {
        let mut log = SharedLog::new(1000);
        log.write(Bytes::from_static(b"one\ntw")).unwrap();
        log.push("info", "between");
        log.write(Bytes::from_static(b"o\nthree")).unwrap();
        let levels = [("out", "one"), ("info", "between"), ("out", "two"), ("out", "three")];
        assert_eq!(said(&log), levels.map(|(level, message)| (level.to_owned(), message.to_owned())));
    }

    #[test]
    fn what_is_over_is_cut() {
        let log = SharedLog::new(30);
        log.push("info", "привет, мир!");
        log.push("info", "more");
        let lines = log.take();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].message, "привет, ");
        assert!(lines[1].message.contains("cut"));

        let mut log = SharedLog::new(100);
        for _ in 0..1000 {
            log.write(Bytes::from_static(b"\n")).unwrap();
        }
        log.write(Bytes::from(vec![b'x'; 1 << 20])).unwrap();
        assert_eq!(log.take().len(), 100 / LINE_COST + 1);
    }
}
