//! A reader of server-sent events.

use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use reqwest::Method;
use serde_json::Value;

use super::person::Person;

/// One event as it was sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Sent {
    pub id: u64,
    pub name: String,
    pub data: Value,
}

pub struct Events {
    bytes: Pin<Box<dyn Stream<Item = reqwest::Result<Vec<u8>>> + Send>>,
    buffer: Vec<u8>,
}

impl Events {
    /// Opens a stream, after the event of that id where there is one.
    pub async fn open(person: &Person, path: &str, last: Option<u64>) -> Self {
        let mut request = person.request(Method::GET, path);
        if let Some(last) = last {
            request = request.header("last-event-id", last.to_string());
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let bytes = response.bytes_stream().map(|chunk| chunk.map(|chunk| chunk.to_vec()));
        Self { bytes: Box::pin(bytes), buffer: Vec::new() }
    }

    /// The next event; none where the stream ends.
    pub async fn next(&mut self) -> Option<Sent> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                match parse(std::str::from_utf8(&block).unwrap()) {
                    Some(sent) => return Some(sent),
                    None => continue,
                }
            }
            let waited = tokio::time::timeout(Duration::from_secs(20), self.bytes.next()).await;
            self.buffer.extend(waited.expect("an event within 20 seconds")?.ok()?);
        }
    }

    /// So many events.
    pub async fn take(&mut self, count: usize) -> Vec<Sent> {
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            taken.push(self.next().await.expect("the stream goes on"));
        }
        taken
    }
}

/// An event's block; none for a comment.
fn parse(block: &str) -> Option<Sent> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Some(Sent {
        id: field("id")?.parse().unwrap(),
        name: field("event")?.to_owned(),
        data: serde_json::from_str(field("data")?).unwrap(),
    })
}
