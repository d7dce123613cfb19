//! A new rule: the example of its language under another name, the contract, and in Rust the SDK.
//!
//! The SDK is on no registry, and a project must build wherever it stands. So the SDK's sources that this program was
//! built with are written into the project: they fit the contract that this host serves, and nothing need be fetched.

use std::fs;
use std::path::{Path, PathBuf};

use super::folder;
use crate::crm::invalid::Invalid;
use crate::crm::text::kebab_case;

/// Makes the project a workspace of its own, which the SDK's manifest takes its values from.
const WORKSPACE: &str = include_str!("workspace.toml");
const IGNORED: &str = "/rule.wasm\n/target/\n/node_modules/\n/build-tools/\n/bindings/\n/out/\n/types/\n__pycache__/\n";

/// A language to write a rule in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// With the SDK, tested on a host in memory.
    Rust,
    /// With types made from the contract; JavaScript without them works as well.
    #[value(name = "ts", alias = "js")]
    TypeScript,
    /// CPython, in the component.
    Python,
    /// With bindings that this program makes.
    C,
}

/// Why no project was made.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// The name is no plugin's name.
    #[error("`{0}` is no name for a plugin: {1}")]
    Name(String, Invalid),
    /// There is something at the place.
    #[error("{} is there already", .0.display())]
    There(PathBuf),
    /// The folder or a file could not be written.
    #[error("failed to write {}: {error}", .path.display())]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

impl Lang {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rust, Self::TypeScript, Self::Python, Self::C];

    /// As `--lang` takes it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::TypeScript => "ts",
            Self::Python => "python",
            Self::C => "c",
        }
    }

    const fn example(self) -> &'static str {
        match self {
            Self::Rust => "examples/rust",
            Self::TypeScript => "examples/typescript",
            Self::Python => "examples/python",
            Self::C => "examples/c",
        }
    }

    /// The language of a project, by the files in it.
    #[must_use]
    pub fn of(project: &Path) -> Option<Self> {
        let has = |name: &str| project.join(name).is_file();
        match () {
            () if has("Cargo.toml") => Some(Self::Rust),
            () if has("package.json") => Some(Self::TypeScript),
            () if has("rule.py") => Some(Self::Python),
            () if has("rule.c") => Some(Self::C),
            () => None,
        }
    }
}

/// Writes a new project: all of it, or the error says what kept it.
///
/// # Errors
/// `There` where the folder is there, and the disk's.
pub fn scaffold(name: &str, lang: Lang, project: &Path) -> Result<(), ScaffoldError> {
    let mut invalid = Invalid::default();
    kebab_case(name, "", &mut invalid);
    invalid.check(name.len() >= 2, "", "must have at least 2 characters");
    invalid.or(()).map_err(|invalid| ScaffoldError::Name(name.to_owned(), invalid))?;
    if project.exists() {
        return Err(ScaffoldError::There(project.to_owned()));
    }
    for (path, text) in folder(lang.example()) {
        let text = renamed(text, name);
        let text = if path == "Cargo.toml" { text + WORKSPACE } else { text };
        write(&project.join(path), &text)?;
    }
    for (path, text) in folder("wit").filter(|(path, _)| path.ends_with(".wit") && !path.contains('/')) {
        write(&project.join("wit").join(path), text)?;
    }
    if lang == Lang::Rust {
        for (path, text) in folder("plugins/sdk") {
            write(&project.join("vendor/takt-sdk").join(path), text)?;
        }
    }
    write(&project.join(".gitignore"), IGNORED)
}

/// The example's text, for a project of that name that stands alone.
fn renamed(text: &str, name: &str) -> String {
    let title = name.replace('-', " ");
    let title = title[..1].to_uppercase() + &title[1..];
    let camel: String = name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    text.replace("vip-leads", name)
        .replace("vip_leads", &name.replace('-', "_"))
        .replace("VipLeads", &camel)
        .replace("VIP leads", &title)
        .replace("../../wit", "wit")
        .replace("../../plugins/sdk", "vendor/takt-sdk")
}

fn write(path: &Path, text: &str) -> Result<(), ScaffoldError> {
    let failed = |error| ScaffoldError::Write { path: path.to_owned(), error };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, text).map_err(failed)?;
    #[cfg(unix)]
    if path.ends_with("build") {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_stands_alone_under_its_name() {
        let dir = tempfile::tempdir().unwrap();
        for lang in Lang::ALL {
            let project = dir.path().join(lang.name());
            scaffold("large-orders", lang, &project).unwrap();
            assert_eq!(Lang::of(&project), Some(lang));
            assert!(project.join("wit/types.wit").is_file());
            for (path, _) in folder(lang.example()) {
                let text = fs::read_to_string(project.join(path)).unwrap();
                for left in ["vip-leads", "vip_leads", "VipLeads", "../.."] {
                    assert!(!text.contains(left), "{left} in {path} of {}", lang.name());
                }
            }
            assert!(matches!(scaffold("large-orders", lang, &project), Err(ScaffoldError::There(_))));
        }
        assert!(dir.path().join("rust/vendor/takt-sdk/src/lib.rs").is_file());
    }

    #[test]
    fn a_name_must_be_a_plugins() {
        for name in ["", "x", "Large", "large_orders", "../up", "заказы", "-x"] {
            let made = scaffold(name, Lang::C, Path::new("never"));
            assert!(matches!(made, Err(ScaffoldError::Name(..))), "{name}");
        }
    }
}
