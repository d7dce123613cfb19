//! A file of 100,000 contacts, taken over HTTP: refused while one row in a hundred is wrong, and then taken.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use serde::Serialize;
use serde_json::Value;

use super::{Ground, key_of};
use crate::config::Settings;
use crate::engine::clock::SystemClock;
use crate::sample;
use crate::server::Server;

/// Rows of the file: the most that one may have.
const ROWS: usize = 100_000;
/// One of so many is wrong.
const WRONG: usize = 100;

/// How long it takes.
#[derive(Debug, Serialize)]
pub struct ImportFigures {
    /// How many rows.
    pub rows: usize,
    /// How many errors the report named, one for each row that is wrong.
    pub errors: usize,
    /// Seconds until they were named, and nothing written.
    pub refused_seconds: f64,
    /// Seconds until all rows of a file without errors were contacts, committed.
    pub taken_seconds: f64,
    /// Seconds until all of them had been written out again.
    pub exported_seconds: f64,
}

/// Measures on a host of its own.
///
/// # Errors
/// The host's, and any answer that is not the expected one.
pub async fn measure(ground: &Ground) -> Result<ImportFigures> {
    let (settings, _database) = ground.part("import").await?;
    let settings = Settings { listen: ([127, 0, 0, 1], 0).into(), ..settings };
    let server = Server::start(&settings, Arc::new(SystemClock)).await?;
    sample::company(&server.engine).await?;
    let key = key_of(&server.engine, None).await?;
    let http = reqwest::Client::new();
    let base = format!("http://{}/api/v1/contacts", server.address);
    let send = async |file: String| -> Result<(f64, u16, Value)> {
        let begun = Instant::now();
        let request = http.post(format!("{base}/import")).bearer_auth(&key).header("content-type", "text/csv");
        let answer = request.body(file).send().await?;
        let status = answer.status().as_u16();
        let body = answer.json().await?;
        Ok((begun.elapsed().as_secs_f64(), status, body))
    };
    let (refused_seconds, status, body) = send(file(true)).await?;
    let errors = body["errors"].as_array().map_or(0, Vec::len);
    ensure!(
        (status, errors) == (422, ROWS / WRONG),
        "the file with errors was answered with {status}: {errors} errors"
    );
    let (taken_seconds, status, body) = send(file(false)).await?;
    ensure!(status == 200 && body["created"] == ROWS, "the file was answered with {status}: {body}");
    let begun = Instant::now();
    let out = http.get(format!("{base}/export")).bearer_auth(&key).send().await?.text().await?;
    let exported_seconds = begun.elapsed().as_secs_f64();
    ensure!(out.lines().count() == ROWS + 1, "the export has {} lines", out.lines().count());
    server.stop().await;
    Ok(ImportFigures { rows: ROWS, errors, refused_seconds, taken_seconds, exported_seconds })
}

fn file(wrong: bool) -> String {
    let mut file = "name,phones,emails,language\n".to_owned();
    for nth in 0..ROWS {
        let phone = if wrong && nth % WRONG == 0 { "12".to_owned() } else { format!("+491511{nth:07}") };
        let _ = writeln!(file, "Karl Weber {nth},{phone},karl-{nth}@example.com,de");
    }
    file
}
