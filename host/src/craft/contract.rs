//! The contract for languages whose own tools do not read it: C, and whatever else compiles to a core module.

use wit_bindgen_c::Opts;
use wit_component::ComponentEncoder;

use super::versions::Contract;

/// The contract could not be turned into what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ContractError {
    /// The embedded contract is not sound: the host's own fault.
    #[error("the contract can't be read: {0}")]
    Contract(String),
    /// It breaks what was built for another version.
    #[error("{0}")]
    Breach(String),
    /// The module is not what a component can be made of.
    #[error("no component can be made of the module: {0}")]
    Module(String),
}

/// Header, source and component type of the contract in C, by file name.
///
/// # Errors
/// The contract's.
pub fn bindings_c() -> Result<Vec<(String, Vec<u8>)>, ContractError> {
    let (mut resolve, world) = Contract::present().resolved()?;
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
