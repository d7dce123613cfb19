//! How long the disk takes to make a write last.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use super::figures::Figures;

const WRITES: usize = 200;

/// Appends 4 KiB and syncs, again and again, in a file in that folder.
///
/// # Errors
/// The disk's.
pub fn measure(dir: &Path) -> io::Result<Figures> {
    let path = dir.join("fsync.probe");
    let mut file = File::create(&path)?;
    let block = [7_u8; 4096];
    let mut times: Vec<Duration> = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        file.write_all(&block)?;
        let begun = Instant::now();
        file.sync_data()?;
        times.push(begun.elapsed());
    }
    std::fs::remove_file(&path)?;
    Ok(Figures::of(times))
}
