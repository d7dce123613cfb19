//! The contract for languages whose own tools do not read it: C, and whatever else compiles to a core module.

use wit_bindgen_c::Opts;
use wit_component::ComponentEncoder;
use wit_parser::{Resolve, SourceMap, WorldId};

use super::folder;

/// The contract could not be turned into what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The embedded contract is not sound: the host's own fault.
    #[error("the contract can't be read: {0}")]
    Contract(String),
    /// The module is not what a component can be made of.
    #[error("no component can be made of the module: {0}")]
    Module(String),
}

/// Header, source and component type of the contract in C, by file name.
///
/// # Errors
/// The contract's.
pub fn bindings_c() -> Result<Vec<(String, Vec<u8>)>, ContractError> {
    let (mut resolve, world) = contract()?;
    let mut files = wit_bindgen_core::Files::default();
    let mut generator = Opts::default().build();
    wit_bindgen_core::WorldGenerator::generate(&mut *generator, &mut resolve, world, &mut files)
        .map_err(|error| ContractError::Contract(format!("{error:#}")))?;
    Ok(files.iter().map(|(name, bytes)| (name.to_owned(), bytes.to_vec())).collect())
}

/// The component of a core module that was linked with the bindings' component type.
///
/// # Errors
/// `Module`, and what is wrong with it.
pub fn component(module: &[u8]) -> Result<Vec<u8>, ContractError> {
    let failed = |error| ContractError::Module(format!("{error:#}"));
    ComponentEncoder::default().validate(true).module(module).map_err(failed)?.encode().map_err(failed)
}

fn contract() -> Result<(Resolve, WorldId), ContractError> {
    let failed = |error: String| ContractError::Contract(error);
    let mut sources = SourceMap::default();
    for (name, text) in folder("wit") {
        sources.push_str(name, text);
    }
    let group = sources.parse().map_err(|(_, error)| failed(error.to_string()))?;
    let mut resolve = Resolve::default();
    let package = resolve.push_group(group).map_err(|error| failed(error.to_string()))?;
    let world = resolve.select_world(&[package], Some("plugin")).map_err(|error| failed(error.to_string()))?;
    Ok((resolve, world))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_in_c_has_what_a_rule_exports() {
        let files = bindings_c().unwrap();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["plugin.c", "plugin.h", "plugin_component_type.o"]);
        let header = String::from_utf8(files[1].1.clone()).unwrap();
        assert!(header.contains("exports_takt_crm_rule_describe("));
        assert!(header.contains("takt_crm_leads_update("));
    }

    #[test]
    fn a_module_that_is_none_is_told() {
        let error = component(b"no module").unwrap_err();
        assert!(matches!(error, ContractError::Module(_)), "{error}");
    }
}
