//! `takt plugin dev`: a rule that is built and reloaded as it is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use clap::Args;
use reqwest::Method;

use super::client::{Client, HostArgs};
use super::craft::{self, BuildArgs};
use super::plugin::{grant_all, plugin_path};
use super::{Failure, read_file, release, run, say};
use crate::craft as checks;

/// Build a rule whenever its files change, bring it into use on a running host, and show its runs: with all that it
/// asks for granted, so not on a host that people work with. It ends with Ctrl-C.
#[derive(Debug, Args)]
pub struct DevArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    project: PathBuf,
    #[command(flatten)]
    host: HostArgs,
}

/// How often files and runs are looked at.
const LOOK: Duration = Duration::from_millis(500);
/// What builds and tools make is no source.
const NOT_SOURCES: [&str; 4] = ["target", "node_modules", "__pycache__", "rule.wasm"];

pub(super) async fn dev(args: DevArgs) -> Result<(), Failure> {
    let client = args.host.client()?;
    let mut shown = None;
    loop {
        let name = match reload(&client, &args.project).await {
            Ok(name) => Some(name),
            Err(Failure { message, .. }) => {
                say(&format!("not in use: {message}"));
                None
            }
        };
        // What the build itself has made is no change.
        let sources = sources(&args.project);
        say("waiting for a change");
        while self::sources(&args.project) == sources {
            tokio::time::sleep(LOOK).await;
            if let Some(name) = &name
                && let Err(Failure { message, .. }) = follow(&client, name, &mut shown).await
            {
                say(&message);
            }
        }
    }
}

/// Builds it and brings it into use. Gives its name.
async fn reload(client: &Client, project: &Path) -> Result<String, Failure> {
    craft::build(BuildArgs { project: project.to_owned() }, false).await?;
    let component = read_file(&project.join("rule.wasm"))?;
    let checked = checks::check(&component).await.map_err(|error| Failure::failed(error.to_string()))?;
    let (name, path) = (checked.manifest.name.clone(), plugin_path(&checked.manifest.name)?);
    let plugins = client.get("/api/v1/plugins", &[]).await?;
    let known = release::items(&plugins).any(|plugin| release::text(plugin, "name") == name);
    if known {
        client.upload(&format!("{path}/releases"), &[], component, None).await?;
        release::activate(client, &path, &checked.digest, None, false).await?;
    } else {
        client.upload("/api/v1/plugins", &[], component, None).await?;
    }
    grant_all(client, &path).await?;
    client.call(Method::POST, &format!("{path}/enable"), None).await?;
    say(&format!("{name} is enabled: wake it, and its runs are shown here"));
    Ok(name)
}

/// Shows the runs that ended since it was last looked: at first none.
async fn follow(client: &Client, name: &str, shown: &mut Option<String>) -> Result<(), Failure> {
    let query = [("plugin", name.to_owned()), ("limit", "50".to_owned())];
    let found = client.get("/api/v1/runs", &query).await?;
    // Ids are in the order of time.
    let mut ids: Vec<&str> = release::items(&found).map(|run| release::text(run, "id")).collect();
    ids.sort_unstable();
    if let Some(last) = shown.clone() {
        for id in ids.iter().filter(|id| **id > last.as_str()) {
            run::show(&client.get(&format!("/api/v1/runs/{id}"), &[]).await?)?;
            *shown = Some((*id).to_owned());
        }
    } else {
        *shown = Some(ids.last().copied().unwrap_or_default().to_owned());
    }
    Ok(())
}

/// The files that a rule is made of, and when each was last written. One that comes and goes meanwhile is left out.
fn sources(folder: &Path) -> BTreeMap<PathBuf, Option<SystemTime>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') || NOT_SOURCES.contains(&name.as_ref()) {
                continue;
            }
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(entry.path()),
                Ok(about) => drop(found.insert(entry.path(), about.modified().ok())),
                Err(_) => {}
            }
        }
    }
    found
}
