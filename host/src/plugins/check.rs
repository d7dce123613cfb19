//! stub
use crate::crm::invalid::Invalid;
use crate::wasm::manifest::Manifest;
/// stub
pub fn manifest(_m: &Manifest) -> Result<(), Invalid> {
    Ok(())
}
