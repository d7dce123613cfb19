//! `takt plugin pack`, and what is read of a file that is installed.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::sign::signature_of;
use super::{Failure, read_file, say, say_json};
use crate::craft::{self, Package};

/// Put a rule into one file to give away: the component, what it says of itself, its signature where FILE.sig is there,
/// and documents.
#[derive(Debug, Args)]
pub struct PackArgs {
    /// The component's file.
    file: PathBuf,
    /// A document to put in; repeat it for more.
    #[arg(long = "doc", value_name = "FILE")]
    documents: Vec<PathBuf>,
    /// The file to write; NAME-VERSION.takt where it is left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn pack(args: PackArgs, json: bool) -> Result<(), Failure> {
    let file = args.file.display();
    let failed = |error: &dyn std::fmt::Display| Failure::failed(format!("{file}: {error}"));
    let component = read_file(&args.file)?;
    let manifest = craft::check(&component).await.map_err(|error| failed(&error))?.manifest;
    let mut documents = Vec::new();
    for document in &args.documents {
        let name = document.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        documents.push((name, read_file(document)?));
    }
    let package = Package {
        signature: signature_of(&args.file)?,
        manifest: serde_json::to_string_pretty(&manifest).map_err(|error| failed(&error))?,
        component,
        documents,
    };
    let output = args.output.unwrap_or_else(|| format!("{}-{}.takt", manifest.name, manifest.version).into());
    let bytes = package.write().map_err(|error| failed(&error))?;
    let size = bytes.len();
    std::fs::write(&output, bytes)
        .map_err(|error| Failure::failed(format!("{} can't be written: {error}", output.display())))?;
    let signed = package.signature.is_some();
    if json {
        return say_json(&json!({"file": output, "bytes": size, "signed": signed}));
    }
    let how = if signed { "signed" } else { "not signed" };
    say(&format!("{}: {} {}, {size} bytes, {how}", output.display(), manifest.name, manifest.version));
    Ok(())
}

/// The component and its signature: of a package, or of a component's file with the signature beside it.
pub(super) fn rule_of(file: &Path) -> Result<(Vec<u8>, Option<String>), Failure> {
    let bytes = read_file(file)?;
    if !Package::may_be(&bytes) {
        return Ok((bytes, signature_of(file)?));
    }
    let package = Package::read(&bytes).map_err(|error| Failure::failed(format!("{}: {error}", file.display())))?;
    Ok((package.component, package.signature))
}
