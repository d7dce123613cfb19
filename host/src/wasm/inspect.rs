//! What can be told of a component before it is compiled.

use wasmparser::{Encoding, Parser, Payload};

use super::component::BadComponent;
use super::wasi;

/// The largest component, in bytes.
pub const LARGEST: usize = 64 << 20;
/// The contract's versions that are served, as people read them.
pub const SERVED: &str = "0.1.x";

const CONTRACT: &str = "takt:crm/";
/// The interfaces of the contract that may be imported.
const GIVEN: [&str; 17] = [
    "takt:crm/types",
    "takt:crm/records",
    "takt:crm/leads",
    "takt:crm/contacts",
    "takt:crm/companies",
    "takt:crm/deals",
    "takt:crm/pipelines",
    "takt:crm/tasks",
    "takt:crm/users",
    "takt:crm/departments",
    "takt:crm/notifications",
    "takt:crm/calendar",
    "takt:crm/reports",
    "takt:crm/http",
    "takt:crm/timers",
    "takt:crm/state",
    "takt:crm/log",
];
/// Of what is not given, so much is named.
const NAMED: usize = 10;

/// Names of a component's imports and exports, those of its inner parts aside.
#[derive(Debug, Default, PartialEq, Eq)]
struct Names {
    imports: Vec<String>,
    exports: Vec<String>,
}

/// What a component that this host can serve asks of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Its imports.
    pub(super) imports: Vec<String>,
    /// The contract's version that it is built for.
    pub(super) contract: String,
}

/// What the component asks for, once it is clear that this host can serve it.
pub(super) fn asked(bytes: &[u8]) -> Result<Asked, BadComponent> {
    if bytes.len() > LARGEST {
        return Err(BadComponent::TooLarge { bytes: bytes.len() });
    }
    let names = names(bytes)?;
    check_version(&names)?;
    let rule = names.exports.iter().find(|name| interface(name) == "takt:crm/rule").ok_or(BadComponent::NoRule)?;
    let contract = version(rule).to_owned();
    let mut unknown: Vec<String> = names.imports.iter().filter(|name| !is_given(name)).cloned().collect();
    if !unknown.is_empty() {
        let more = unknown.len().saturating_sub(NAMED);
        unknown.truncate(NAMED);
        return Err(BadComponent::Imports { unknown, more });
    }
    Ok(Asked { imports: names.imports, contract })
}

/// Whether a version of the contract is older than another, as numbers. What was not noted is older than none.
#[must_use]
pub fn is_older(contract: &str, than: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(|part| part.parse::<u64>().ok()).collect::<Option<Vec<_>>>();
    matches!((numbers(contract), numbers(than)), (Some(contract), Some(than)) if contract < than)
}

fn names(bytes: &[u8]) -> Result<Names, BadComponent> {
    let malformed = |error: wasmparser::BinaryReaderError| BadComponent::Malformed(error.to_string());
    if !bytes.starts_with(b"\0asm") {
        return Err(BadComponent::NotAComponent("not WebAssembly: it does not begin with the bytes `\\0asm`"));
    }
    let mut names = Names::default();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload.map_err(malformed)? {
            Payload::Version { encoding: Encoding::Module, .. } if depth == 0 => {
                return Err(BadComponent::NotAComponent(
                    "a core WebAssembly module, not a component: build it for a component target like wasm32-wasip2",
                ));
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.imports.push(import.map_err(malformed)?.name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if depth == 0 => {
                for export in section {
                    names.exports.push(export.map_err(malformed)?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

/// The contract's version stands in the name of each of its interfaces.
fn check_version(names: &Names) -> Result<(), BadComponent> {
    for name in names.exports.iter().chain(&names.imports) {
        if name.starts_with(CONTRACT) {
            let found = version(name);
            if !is_served(found) {
                return Err(BadComponent::Contract { found: found.to_owned() });
            }
        }
    }
    Ok(())
}

fn is_served(version: &str) -> bool {
    version.strip_prefix("0.1.").is_some_and(|patch| !patch.is_empty() && patch.bytes().all(|b| b.is_ascii_digit()))
}

fn is_given(name: &str) -> bool {
    let interface = interface(name);
    if GIVEN.contains(&interface) {
        return true;
    }
    wasi::GIVEN.contains(&interface) && version(name).starts_with("0.2.")
}

fn version(name: &str) -> &str {
    name.split_once('@').map_or("", |(_, version)| version)
}

fn interface(name: &str) -> &str {
    name.split_once('@').map_or(name, |(interface, _)| interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_served() {
        for (version, served) in
            [("0.1.0", true), ("0.1.17", true), ("0.2.0", false), ("1.0.0", false), ("0.1.0-rc", false), ("", false)]
        {
            assert_eq!(is_served(version), served, "{version}");
        }
    }

    #[test]
    fn versions_are_compared_as_numbers() {
        for (contract, than, older) in [
            ("0.1.9", "0.1.10", true),
            ("0.1.10", "0.1.9", false),
            ("0.1.0", "0.1.0", false),
            ("", "0.1.0", false),
            ("0.1.0", "", false),
        ] {
            assert_eq!(is_older(contract, than), older, "{contract} {than}");
        }
    }

    #[test]
    fn only_what_is_given() {
        for (name, given) in [
            ("wasi:io/streams@0.2.6", true),
            ("wasi:io/streams@0.3.0", false),
            ("wasi:sockets/tcp@0.2.0", false),
            ("wasi:http/outgoing-handler@0.2.0", false),
            ("takt:crm/leads@0.1.0", true),
            ("takt:crm/secrets@0.1.0", false),
            ("env", false),
        ] {
            assert_eq!(is_given(name), given, "{name}");
        }
    }

    #[test]
    fn what_is_no_component_is_told() {
        let error = |bytes: &[u8]| asked(bytes).unwrap_err().to_string();
        assert!(error(b"MZ").contains("not WebAssembly"));
        assert!(error(b"\0asm\x01\0\0\0").contains("core WebAssembly module"));
        assert!(error(b"\0asm\x0d\0\x01\0").contains("takt:crm/rule"));
        assert!(matches!(asked(b"\0asm\x0d\0\x01\0\x07\xff"), Err(BadComponent::Malformed(_))));
        assert!(matches!(asked(&vec![0; LARGEST + 1]), Err(BadComponent::TooLarge { .. })));
    }
}
