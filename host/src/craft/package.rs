//! A rule as one file to give away: its component, what it says of itself, its signature and its documents, in a gzipped
//! tar.

use std::io::{self, Read as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use tar::{Archive, Builder, Header};

const COMPONENT: &str = "component.wasm";
const SIGNATURE: &str = "component.wasm.sig";
const MANIFEST: &str = "manifest.json";
const DOCUMENTS: &str = "docs/";
/// What a file begins with that is gzipped (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes of all that is in a package: a component of the largest size, and as much again.
const LARGEST: u64 = 128 << 20;

/// A rule to give away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// The component.
    pub component: Vec<u8>,
    /// Its signature, where it is signed.
    pub signature: Option<String>,
    /// What it says of itself, as JSON: for who looks into the file. A host asks the component.
    pub manifest: String,
    /// Documents by name.
    pub documents: Vec<(String, Vec<u8>)>,
}

/// Why a file is no package.
#[derive(Debug, thiserror::Error)]
pub enum BadPackage {
    /// It can't be read.
    #[error("it is no package: {0}")]
    Unreadable(#[from] io::Error),
    /// It lacks the component.
    #[error("it is no package: it has no {COMPONENT}; `takt plugin pack` makes one")]
    NoComponent,
}

impl Package {
    /// Whether a file may be a package: what is none is a component.
    #[must_use]
    pub fn may_be(bytes: &[u8]) -> bool {
        bytes.starts_with(&GZIP)
    }

    /// The file. The same package gives the same bytes.
    ///
    /// # Errors
    /// Where a document's name can't be written.
    pub fn write(&self) -> io::Result<Vec<u8>> {
        let mut archive = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        append(&mut archive, MANIFEST, self.manifest.as_bytes())?;
        append(&mut archive, COMPONENT, &self.component)?;
        if let Some(signature) = &self.signature {
            append(&mut archive, SIGNATURE, format!("{signature}\n").as_bytes())?;
        }
        for (name, bytes) in &self.documents {
            append(&mut archive, &format!("{DOCUMENTS}{name}"), bytes)?;
        }
        archive.into_inner()?.finish()
    }

    /// Reads a file, into memory alone. What is not of a package is passed over.
    ///
    /// # Errors
    /// [`BadPackage`].
    pub fn read(bytes: &[u8]) -> Result<Self, BadPackage> {
        Self::read_within(bytes, LARGEST)
    }

    fn read_within(bytes: &[u8], most: u64) -> Result<Self, BadPackage> {
        let mut archive = Archive::new(GzDecoder::new(bytes).take(most));
        let (mut package, mut found) = (Self::default(), false);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            match name.as_str() {
                COMPONENT => (package.component, found) = (bytes, true),
                SIGNATURE => package.signature = Some(String::from_utf8_lossy(&bytes).trim().to_owned()),
                MANIFEST => package.manifest = String::from_utf8_lossy(&bytes).into_owned(),
                name => {
                    if let Some(name) = name.strip_prefix(DOCUMENTS) {
                        package.documents.push((name.to_owned(), bytes));
                    }
                }
            }
        }
        if found { Ok(package) } else { Err(BadPackage::NoComponent) }
    }
}

fn append(archive: &mut Builder<GzEncoder<Vec<u8>>>, name: &str, bytes: &[u8]) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, name, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        Package {
            component: vec![7; 100_000],
            signature: Some("ed25519 a b".to_owned()),
            manifest: "{}".to_owned(),
            documents: vec![("README.md".to_owned(), b"# Rule".to_vec())],
        }
    }

    #[test]
    fn it_is_read_as_it_was_written() {
        let bytes = package().write().unwrap();
        assert!(Package::may_be(&bytes) && !Package::may_be(b"\0asm"));
        assert_eq!(Package::read(&bytes).unwrap(), package());
        assert_eq!(package().write().unwrap(), bytes);
    }

    #[test]
    fn what_is_none_is_told() {
        let error = |bytes: &[u8]| Package::read(bytes).unwrap_err().to_string();
        assert!(error(b"\x1f\x8bnot at all").contains("no package"));
        let whole = package().write().unwrap();
        assert!(error(&whole[..whole.len() / 2]).contains("no package"));
        let mut other = Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
        append(&mut other, "../../etc/passwd", b"x").unwrap_err();
        append(&mut other, "other", b"x").unwrap();
        assert!(error(&other.into_inner().unwrap().finish().unwrap()).contains("has no component.wasm"));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        let bytes = package().write().unwrap();
        assert!(bytes.len() < 2_000, "a hundred thousand of one byte pack well");
        assert!(matches!(Package::read_within(&bytes, 50_000), Err(BadPackage::Unreadable(_))));
    }
}
