//! One version of the contract beside another, and a component beside a version.

use std::fs;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use wit_component::semver_check;
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{InterfaceId, Resolve, SourceMap, WorldId, WorldKey};

use super::contract::ContractError;
use super::folder;
use crate::store::digest::hex;

/// What the contract's package is called.
const PACKAGE: &str = "package takt:crm@";
/// Where the versions that were released stand.
const RELEASED: &str = "released/";

/// A version of the contract.
#[derive(Debug, Clone)]
pub struct Contract {
    /// Names and texts, by name.
    files: Vec<(String, String)>,
}

impl Contract {
    /// The one that this program serves.
    #[must_use]
    pub fn present() -> Self {
        Self::of(folder("wit").filter(|(name, _)| !name.contains('/')))
    }

    /// Those that were released, as their files stand in this program.
    #[must_use]
    pub fn released() -> Vec<Self> {
        let files =
            || folder("wit").filter_map(|(name, text)| Some((name.strip_prefix(RELEASED)?.split_once('/')?, text)));
        let mut versions: Vec<&str> = files().map(|((version, _), _)| version).collect();
        versions.dedup();
        let of =
            |version| Self::of(files().filter(|((of, _), _)| *of == version).map(|((_, name), text)| (name, text)));
        versions.into_iter().map(of).collect()
    }

    /// The one whose files stand in a folder.
    ///
    /// # Errors
    /// Where the folder can't be read, or has no contract.
    pub fn read(path: &Path) -> Result<Self, ContractError> {
        let failed = |error: std::io::Error| ContractError::Contract(format!("{}: {error}", path.display()));
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let file = entry.map_err(failed)?.path();
            if file.extension().is_some_and(|extension| extension == "wit") {
                let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                files.push((name, fs::read_to_string(&file).map_err(failed)?));
            }
        }
        let contract = Self::of(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
        contract.resolved().map(|_| contract)
    }

    /// Of these files.
    pub fn of<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.filter(|(name, _)| name.ends_with(".wit"));
        let mut files: Vec<_> = files.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        files.sort();
        Self { files }
    }

    /// Its version; empty where its files name none.
    #[must_use]
    pub fn version(&self) -> &str {
        let lines = self.files.iter().flat_map(|(_, text)| text.lines());
        let mut found = lines.filter_map(|line| line.strip_prefix(PACKAGE)?.strip_suffix(';'));
        found.next().unwrap_or_default()
    }

    /// SHA-256 over its files by name: of each its name, a zero byte, its text, a zero byte.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for (name, text) in &self.files {
            for part in [name.as_bytes(), b"\0", text.as_bytes(), b"\0"] {
                hasher.update(part);
            }
        }
        hex(&hasher.finalize())
    }

    /// Whether what was built for the one before is served by this one.
    ///
    /// # Errors
    /// `Breach` where it is not, and why.
    pub fn succeeds(&self, before: &Self) -> Result<(), ContractError> {
        let (mut resolve, prev) = before.resolved()?;
        let new = self.push(&mut resolve, true)?;
        semver_check(resolve, prev, new).map_err(breach)
    }

    /// Whether a component would fit a host of this contract.
    ///
    /// # Errors
    /// `Breach` where it would not, and why; `Module` where it is no component.
    pub fn takes(&self, component: &[u8]) -> Result<(), ContractError> {
        let module = |error: String| ContractError::Module(error);
        let (mut resolve, world) = match decode(component).map_err(|error| module(format!("{error:#}")))? {
            DecodedWasm::Component(resolve, world) => (resolve, world),
            DecodedWasm::WitPackage(..) => return Err(module("it is WIT, and no component".to_owned())),
        };
        let new = self.push(&mut resolve, true)?;
        let package = resolve.worlds[new].package;
        // What the host gives beside the contract is not compared, and both worlds must be of one package.
        let of_contract = |id: InterfaceId, resolve: &Resolve| {
            let package = resolve.interfaces[id].package.map(|package| &resolve.packages[package].name);
            package.is_some_and(|name| (name.namespace.as_str(), name.name.as_str()) == ("takt", "crm"))
        };
        let mut imports = std::mem::take(&mut resolve.worlds[world].imports);
        imports.retain(|key, _| matches!(key, WorldKey::Interface(id) if of_contract(*id, &resolve)));
        resolve.worlds[world].imports = imports;
        resolve.worlds[world].package = package;
        semver_check(resolve, world, new).map_err(breach)
    }

    /// Interfaces and functions that the one before has not.
    ///
    /// # Errors
    /// Where one of the two is not sound.
    pub fn adds_to(&self, before: &Self) -> Result<Vec<String>, ContractError> {
        let known = before.named()?;
        let known_interfaces: Vec<&str> = known.iter().filter_map(|name| name.split('.').next()).collect();
        let mut added: Vec<String> = Vec::new();
        for name in self.named()? {
            let (interface, _) = name.split_once('.').unwrap_or((&name, ""));
            if !known_interfaces.contains(&interface) {
                added.push(format!("interface {interface}"));
            } else if !known.contains(&name) {
                added.push(name);
            }
        }
        added.dedup();
        Ok(added)
    }

    /// `leads.get` and so on, by interface.
    fn named(&self) -> Result<Vec<String>, ContractError> {
        let (resolve, _) = self.resolved()?;
        let mut names = Vec::new();
        for (_, interface) in &resolve.interfaces {
            let Some(name) = &interface.name else { continue };
            names.extend(interface.functions.keys().map(|function| format!("{name}.{function}")));
        }
        names.sort();
        Ok(names)
    }

    /// It, ready to be worked with.
    ///
    /// # Errors
    /// Where it is not sound.
    pub(super) fn resolved(&self) -> Result<(Resolve, WorldId), ContractError> {
        let mut resolve = Resolve::default();
        let world = self.push(&mut resolve, false)?;
        Ok((resolve, world))
    }

    /// Puts it beside what is there. Beside another of the same version it needs another name: that of a build of it.
    fn push(&self, resolve: &mut Resolve, beside: bool) -> Result<WorldId, ContractError> {
        let unsound = |error: String| ContractError::Contract(error);
        let version = self.version();
        let mut sources = SourceMap::default();
        for (name, text) in &self.files {
            let (from, to) = (format!("{PACKAGE}{version};"), format!("{PACKAGE}{version}+compared;"));
            sources.push_str(name, if beside { text.replace(&from, &to) } else { text.clone() });
        }
        let group = sources.parse().map_err(|(_, error)| unsound(error.to_string()))?;
        let package = resolve.push_group(group).map_err(|error| unsound(error.to_string()))?;
        resolve.select_world(&[package], Some("plugin")).map_err(|error| unsound(error.to_string()))
    }
}

/// What the library says, to its root.
fn breach(error: impl std::fmt::Debug + std::fmt::Display) -> ContractError {
    ContractError::Breach(format!("{error:#}").replace('\n', " "))
}
