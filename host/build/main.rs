//! Builds the plugins that the host carries, for `wasm32-wasip2`, in a target folder of their own, and lists the files
//! that `takt plugin new` writes.
//!
//! The inner cargo rebuilds only what changed. The target is added by `rustup` where it is missing.

mod embed;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-wasip2";
const PROFILE: &str = "guest";
const PLUGINS: [&str; 13] = [
    "calendar",
    "client-notify",
    "contact-from-call",
    "contract-approval",
    "deal-documents",
    "deal-progress",
    "deal-stage-notify",
    "distribution",
    "invoice",
    "lead-intake",
    "lead-waiting",
    "sales-digest",
    "task-control",
];

type Result<T> = std::result::Result<T, String>;

fn main() {
    if let Err(error) = build() {
        println!("cargo::error={}", error.replace('\n', " "));
        std::process::exit(1);
    }
}

fn build() -> Result<()> {
    let root = var("CARGO_MANIFEST_DIR")?.join("..");
    let root = root.canonicalize().map_err(|error| format!("failed to find {}: {error}", root.display()))?;
    write_out("embedded.rs", &embed::source(&root)?)?;
    for input in ["plugins", "wit", "Cargo.toml", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }
    println!("cargo::rerun-if-changed=migrations");
    add_target()?;
    let guests = guest_target_dir()?;
    compile(&root, &guests)?;
    let mut source = String::from("&[\n");
    for plugin in PLUGINS {
        let file = guests.join(TARGET).join(PROFILE).join(plugin.replace('-', "_")).with_extension("wasm");
        if !file.is_file() {
            return Err(format!("cargo built no {}", file.display()));
        }
        writeln!(source, "    ({plugin:?}, include_bytes!({:?})),", file.display().to_string())
            .map_err(|error| error.to_string())?;
    }
    source.push(']');
    write_out("bundled.rs", &source)
}

/// Writes a file for `include!`, where it is not so already: a newer file would have the host compiled again.
fn write_out(name: &str, source: &str) -> Result<()> {
    let file = var("OUT_DIR")?.join(name);
    if fs::read_to_string(&file).is_ok_and(|there| there == source) {
        return Ok(());
    }
    fs::write(&file, source).map_err(|error| format!("failed to write {}: {error}", file.display()))
}

fn var(name: &str) -> Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| format!("cargo has not set {name}"))
}

/// `target/guests`, found from `OUT_DIR` = `target/PROFILE/build/takt-HASH/out`.
fn guest_target_dir() -> Result<PathBuf> {
    let out = var("OUT_DIR")?;
    let target = out.ancestors().find(|dir| dir.join("CACHEDIR.TAG").is_file()).or_else(|| out.ancestors().nth(4));
    Ok(target.ok_or("OUT_DIR is in no target folder")?.join("guests"))
}

fn add_target() -> Result<()> {
    let sysroot = Command::new(var("RUSTC")?)
        .args(["--print", "sysroot"])
        .output()
        .map_err(|error| format!("failed to run rustc: {error}"))?;
    let sysroot = PathBuf::from(String::from_utf8_lossy(&sysroot.stdout).trim());
    if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup").args(["target", "add", TARGET]).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => Err(format!(
            "the Rust target {TARGET} is missing and could not be added; type: rustup target add {TARGET} \
             (or install your distribution's package of that target), then build again"
        )),
    }
}

/// The outer cargo's flags and wrappers are for the host's code, not for guests: they are not handed on.
fn compile(root: &Path, guests: &Path) -> Result<()> {
    let mut cargo = Command::new(var("CARGO")?);
    cargo.current_dir(root).args(["build", "--locked", "--target", TARGET, "--profile", PROFILE]);
    cargo.arg("--target-dir").arg(guests);
    for plugin in PLUGINS {
        cargo.args(["--package", plugin]);
    }
    for (name, _) in env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        let inherited = name.starts_with("CARGO_") && !matches!(name.as_str(), "CARGO_HOME" | "CARGO_NET_OFFLINE")
            || name.starts_with("RUSTC")
            || name.starts_with("CLIPPY")
            || matches!(name.as_str(), "RUSTFLAGS" | "RUSTDOCFLAGS" | "TARGET" | "HOST" | "PROFILE" | "OUT_DIR")
            || matches!(name.as_str(), "OPT_LEVEL" | "DEBUG" | "NUM_JOBS" | "MAKEFLAGS");
        if inherited {
            cargo.env_remove(&name);
        }
    }
    let output = cargo.output().map_err(|error| format!("failed to run cargo for the plugins: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = text.lines().rev().take(30).collect();
    Err(format!("the plugins do not build: {}", last.into_iter().rev().collect::<Vec<_>>().join("\n")))
}
