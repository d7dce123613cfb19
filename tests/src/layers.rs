//! The rules of ARCHITECTURE.md about who may import whom, read off the sources.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer may name itself and those before it; `http` and `engine` do not name each other.
const LAYERS: [&[&str]; 9] = [
    &["traces"],
    &["crm"],
    &["store", "channels"],
    &["unit"],
    &["documents"],
    &["wasm"],
    &["plugins"],
    &["engine", "http"],
    &["api"],
];

/// Crates that are named in these folders alone.
const NAMED_IN: [(&str, &[&str]); 5] = [
    ("sqlx", &["store"]),
    ("axum", &["http", "api"]),
    ("wasmtime", &["wasm"]),
    ("typst", &["documents"]),
    ("opentelemetry", &["traces"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file without its comments and its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn host() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../host/src")
}

#[test]
fn imports_point_one_way() {
    let mut wrong = Vec::new();
    for (rank, layer) in LAYERS.iter().enumerate() {
        for folder in *layer {
            let allowed: Vec<&str> = LAYERS[..rank].concat().into_iter().chain([*folder]).collect();
            let folder = host().join(folder);
            // A folder of unit tests may build whatever it tests with.
            for path in sources(&folder).into_iter().filter(|path| !path.starts_with(folder.join("tests"))) {
                for (at, _) in code(&path).match_indices("crate::") {
                    let text = &code(&path)[at + "crate::".len()..];
                    let named: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if !allowed.contains(&named.as_str()) {
                        wrong.push(format!("{} names crate::{named}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sql_http_and_wasm_are_named_in_their_folders_alone() {
    let mut wrong = Vec::new();
    for (name, folders) in NAMED_IN {
        for path in sources(&host()) {
            let inside = path.strip_prefix(host()).unwrap().to_owned();
            let folder = inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            let may = folders.contains(&folder.as_str()) || folder == "server.rs" && name == "axum";
            if !may && code(&path).contains(&format!("{name}::")) {
                wrong.push(format!("{} names {name}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folders =
        ["host/src", "plugins/sdk/src", "plugins/lead-intake/src", "plugins/deal-stage-notify/src", "tests/src"];
    let long: Vec<String> = folders
        .iter()
        .flat_map(|folder| sources(&root.join(folder)))
        .map(|path| (fs::read_to_string(&path).unwrap().lines().count(), path))
        .filter(|(lines, _)| *lines > 500)
        .map(|(lines, path)| format!("{} has {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
