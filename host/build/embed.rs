//! The files that `takt plugin new` writes: the contract, the SDK and the examples, as Rust source that includes them.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// What is embedded, from the repository's root.
const FOLDERS: [&str; 6] =
    ["wit", "plugins/sdk", "examples/rust", "examples/typescript", "examples/python", "examples/c"];
/// What building the examples leaves in their folders.
const MADE: [&str; 9] =
    ["rule.wasm", "target", "node_modules", "build-tools", "bindings", "out", "types", "__pycache__", "Cargo.lock"];

/// A list of path and text, one an embedded file.
pub fn source(root: &Path) -> Result<String, String> {
    let mut source = String::from("&[\n");
    for folder in FOLDERS {
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files)?;
        files.sort();
        for file in files {
            println!("cargo::rerun-if-changed={}", file.display());
            let name = file.strip_prefix(root).map_err(|error| error.to_string())?.display().to_string();
            writeln!(source, "    ({name:?}, include_str!({:?})),", file.display().to_string())
                .map_err(|error| error.to_string())?;
        }
    }
    source.push(']');
    Ok(source)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("failed to read {}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if MADE.iter().any(|made| path.ends_with(made)) {
            continue;
        }
        if path.is_dir() { collect(&path, files)? } else { files.push(path) }
    }
    Ok(())
}
