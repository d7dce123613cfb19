//! What the authors of rules need before there is a host: a project to begin with, the contract in C, a component of a
//! core module, and a check of what came out.

mod check;
mod contract;
mod mask;
mod package;
mod scaffold;
mod tools;
mod versions;

pub use check::{Checked, Unsound, check};
pub use contract::{ContractError, bindings_c, component};
pub use mask::mask;
pub use package::{BadPackage, Package};
pub use scaffold::{Lang, ScaffoldError, scaffold};
pub use tools::{MissingTool, missing, this_program};
pub use versions::Contract;

/// Paths from the repository's root, and texts, of the contract, the SDK and the examples.
fn embedded() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"))
}

/// Those below a folder, with their paths from there.
fn folder(name: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let files = embedded().iter();
    files.filter_map(move |(path, text)| Some((path.strip_prefix(name)?.strip_prefix('/')?, *text)))
}
