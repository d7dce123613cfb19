//! `takt plugin test`: runs that were, played against a component, without a host.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::replay::{self, Played};
use super::{Failure, read_file, say, say_json};
use crate::wasm::Component;
use crate::wasm::runtime::Runtime;

/// Play fixtures against a rule's component, without a host: each run must come to the same, call by call. `takt run
/// fixture` writes them.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The project's folder, with the component as `rule.wasm` and fixtures in `fixtures`.
    #[arg(default_value = ".")]
    project: PathBuf,
    /// Another component.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// Another folder of fixtures.
    #[arg(long, value_name = "FOLDER")]
    fixtures: Option<PathBuf>,
}

pub(super) async fn test(args: TestArgs, json: bool) -> Result<(), Failure> {
    let component = args.component.unwrap_or_else(|| args.project.join("rule.wasm"));
    let folder = args.fixtures.unwrap_or_else(|| args.project.join("fixtures"));
    let files = fixtures(&folder)?;
    let runtime = Runtime::new(None, 1).map_err(|error| Failure::failed(error.to_string()))?;
    let bytes = read_file(&component)?;
    let component = runtime.compile(bytes.into()).await;
    let component = component.map_err(|error| Failure::failed(error.to_string()))?;
    let (mut failed, mut told) = (0, Vec::new());
    for file in &files {
        let played = play(&runtime, &component, file).await?;
        failed += usize::from(!played.same);
        if json {
            let mut one = played.told();
            one["fixture"] = json!(file.display().to_string());
            told.push(one);
        } else {
            say(&format!("{} {}", if played.same { "same  " } else { "differs" }, file.display()));
            if !played.same {
                played.show();
            }
        }
    }
    if json {
        say_json(&json!({"fixtures": told, "failed": failed}))?;
    }
    match failed {
        0 => Ok(()),
        failed => Err(Failure::failed(format!("{failed} of {} fixtures came to something else", files.len()))),
    }
}

async fn play(runtime: &Runtime, component: &Component, file: &Path) -> Result<Played, Failure> {
    replay::play(runtime, component, replay::read(file)?).await
}

/// The fixtures of a folder, by name.
fn fixtures(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let cannot = |error: std::io::Error| Failure::usage(format!("{} can't be read: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let path = entry.map_err(cannot)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        let how = "`takt run fixture ID --output FILE` writes one of a run";
        return Err(Failure::usage(format!("{} has no fixtures: {how}", folder.display())));
    }
    Ok(files)
}
