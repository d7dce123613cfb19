//! The programs that a language's build wants.

use std::env;
use std::process::Command;

use super::scaffold::Lang;

/// A program that is missing, or too old.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{program} is missing{wanted}: {install}")]
pub struct MissingTool {
    program: &'static str,
    /// Which version, where that matters.
    wanted: &'static str,
    install: &'static str,
}

const NODE: (u32, u32) = (20, 19);

/// The first program that is missing for building rules in that language.
#[must_use]
pub fn missing(lang: Lang) -> Option<MissingTool> {
    let program = |program, install| {
        let found = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
        (!found).then_some(MissingTool { program, wanted: "", install })
    };
    let bash = || program("bash", "install it with your system's package manager");
    let python = || program("python3", "install Python 3.10 or later, with its venv module");
    let own = match lang {
        Lang::Rust => program("rustup", "see rustup.rs; it installs cargo, too").or_else(|| {
            let install = "type `rustup toolchain install stable`";
            program("cargo", install)
        }),
        Lang::TypeScript => node().or_else(|| program("npm", "it comes with Node.js")),
        Lang::Python | Lang::C => python(),
    };
    own.or_else(bash)
}

fn node() -> Option<MissingTool> {
    let said = Command::new("node").arg("--version").output().ok();
    let version = said.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    (!version.is_some_and(|version| is_new(&version))).then_some(MissingTool {
        program: "Node.js",
        wanted: " (20.19 or later)",
        install: "see nodejs.org, or your system's package manager",
    })
}

/// Whether `v20.19.4` is new enough.
fn is_new(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map_while(|part| part.parse().ok());
    matches!((parts.next(), parts.next()), (Some(major), Some(minor)) if (major, minor) >= NODE)
}

/// The program that is running, for builds that call it; `takt` where the system does not say.
#[must_use]
pub fn this_program() -> std::ffi::OsString {
    env::current_exe().map_or_else(|_| "takt".into(), Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_node() {
        for (version, new) in [("v20.19.0", true), ("v22.1.0", true), ("v20.18.9", false), ("v8", false), ("", false)] {
            assert_eq!(is_new(version), new, "{version}");
        }
    }
}
