//! Compiled code on disk, so that it is compiled once.
//!
//! Compiled code is machine code that runs without further checks: whoever can write to the folder can run anything as
//! the host. So the folder is the host's own (mode 0700, files 0600). The checksum in front of the code guards against
//! files that were cut or damaged, not against people.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::crm::id::Id;
use crate::store::digest::hex;

const CHECKSUM: usize = 32;

/// A folder of compiled code.
#[derive(Debug)]
pub(super) struct Cache {
    folder: PathBuf,
    /// What the engine's code depends on: version, settings, processor.
    engine: String,
}

impl Cache {
    /// The cache in that folder, made where there is none.
    pub(super) fn open(folder: PathBuf, engine: &Engine) -> io::Result<Self> {
        make_folder(&folder)?;
        let mut hasher = Hash256(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self { folder, engine: hex(&hasher.0.finalize()[..8]) })
    }

    /// The compiled code of the component with that digest; absent where there is none that can be used.
    pub(super) fn load(&self, digest: &str, engine: &Engine) -> Option<Component> {
        let path = self.path(digest);
        let bytes = fs::read(&path).ok()?;
        let code = checked(&bytes);
        if code.is_none() {
            tracing::warn!(path = %path.display(), "compiled code is damaged, and compiled again");
        }
        #[expect(unsafe_code, reason = "the file is the host's own, and whole by its checksum")]
        // SAFETY: only this host writes to the folder, and what it writes is what the engine serialised.
        let component = unsafe { Component::deserialize(engine, code?) };
        component
            .inspect_err(|error| tracing::warn!(path = %path.display(), "compiled code is of no use: {error:#}"))
            .ok()
    }

    /// Keeps compiled code: all of the file or none of it.
    pub(super) fn store(&self, digest: &str, code: &[u8]) -> io::Result<()> {
        let unfinished = self.folder.join(format!("{}.part", Id::new()));
        let written = write_private(&unfinished, &[&Sha256::digest(code), code])
            .and_then(|()| fs::rename(&unfinished, self.path(digest)));
        if written.is_err() {
            let _ = fs::remove_file(&unfinished);
        }
        written
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(format!("{digest}-{}.cwasm", self.engine))
    }
}

fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (checksum, code) = bytes.split_at_checked(CHECKSUM)?;
    (Sha256::digest(code)[..] == *checksum).then_some(code)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_private(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    parts.iter().try_for_each(|part| file.write_all(part))?;
    file.sync_all()
}

/// SHA-256 as the standard library hashes: the same in every process.
struct Hash256(Sha256);

impl Hasher for Hash256 {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0.clone().finalize()[..8]);
        u64::from_be_bytes(first)
    }
}
