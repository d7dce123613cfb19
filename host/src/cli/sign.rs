//! `takt plugin keygen`, `sign` and `key`: who vouches for components.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use reqwest::{Method, Url};
use serde_json::json;

use super::client::HostArgs;
use super::release::{items, text};
use super::secret::said;
use super::{Failure, read_file, say, say_json};
use crate::plugins::signature::SigningKey;

/// Make a key to sign components with. The public half is shown: an admin has to trust it.
#[derive(Debug, Args)]
pub struct KeygenArgs {
    /// The file to write: whoever has it can sign.
    file: PathBuf,
}

/// Sign a component: writes the signature to the component's file with `.sig` after it.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// The component's file.
    file: PathBuf,
    /// The key's file, as `takt plugin keygen` made it.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

/// What to do with keys whose components a host trusts.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// The keys that the host trusts.
    List {
        #[command(flatten)]
        host: HostArgs,
    },
    /// Trust a key.
    Add {
        /// Whose it is.
        name: String,
        /// The public key, as `takt plugin keygen` shows it.
        key: String,
        #[command(flatten)]
        host: HostArgs,
    },
    /// Trust a key no more.
    Remove {
        /// Its name.
        name: String,
        #[command(flatten)]
        host: HostArgs,
    },
}

pub(super) fn keygen(args: &KeygenArgs, json: bool) -> Result<(), Failure> {
    let (key, pem) = SigningKey::generate().map_err(|error| Failure::failed(error.to_string()))?;
    let file = args.file.display();
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&args.file).and_then(|mut file| file.write_all(pem.as_bytes()));
    written.map_err(|error| Failure::failed(format!("{file} can't be written: {error}")))?;
    let public = key.public().to_string();
    if json {
        return say_json(&json!({"file": args.file, "key": public}));
    }
    say(&public);
    say(&format!(
        "{file} signs components: keep it to yourself. An admin trusts it by `takt plugin key add NAME {public}`"
    ));
    Ok(())
}

pub(super) fn sign(args: &SignArgs, json: bool) -> Result<(), Failure> {
    let pem = String::from_utf8_lossy(&read_file(&args.key)?).into_owned();
    let key: SigningKey = pem.parse().map_err(|error| Failure::usage(format!("{}: {error}", args.key.display())))?;
    let signature = key.sign(&read_file(&args.file)?).to_string();
    let beside = beside(&args.file);
    let written = std::fs::write(&beside, format!("{signature}\n"));
    written.map_err(|error| Failure::failed(format!("{} can't be written: {error}", beside.display())))?;
    if json {
        return say_json(&json!({"file": beside, "signature": signature}));
    }
    say(&format!("{} is signed by {}: {}", args.file.display(), key.public(), beside.display()));
    Ok(())
}

/// The signature of a component's file: `FILE.sig`, where it is there.
pub(super) fn signature_of(file: &Path) -> Result<Option<String>, Failure> {
    let beside = beside(file);
    if !beside.is_file() {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&read_file(&beside)?).trim().to_owned()))
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

pub(super) async fn key(command: KeyCommand, json: bool) -> Result<(), Failure> {
    const PATH: &str = "/api/v1/signing_keys";
    match command {
        KeyCommand::List { host } => {
            let found = host.client()?.get(PATH, &[]).await?;
            if json {
                return say_json(&found);
            }
            items(&found).for_each(|key| say(&format!("{}  {}", text(key, "key"), text(key, "name"))));
            Ok(())
        }
        KeyCommand::Add { name, key, host } => {
            let body = json!({"name": name, "key": key});
            let added = host.client()?.call(Method::POST, PATH, Some(&body)).await?;
            said(&added, &format!("what {name} signs is trusted"), json)
        }
        KeyCommand::Remove { name, host } => {
            host.client()?.call(Method::DELETE, &format!("{PATH}/{}", escaped(&name)), None).await?;
            said(&json!({"name": name}), &format!("{name} is trusted no more"), json)
        }
    }
}

/// A name as a part of a path.
fn escaped(name: &str) -> String {
    let mut url = Url::parse("http://takt").ok();
    if let Some(mut path) = url.as_mut().and_then(|url| url.path_segments_mut().ok()) {
        path.clear().push(name);
    }
    url.map(|url| url.path().trim_start_matches('/').to_owned()).unwrap_or_default()
}
