//! stub
use super::call::*;
use super::manifest::Manifest;
use crate::unit::Unit;
use std::sync::Arc;
/// stub
#[derive(Clone)]
pub struct Component;
/// stub
#[derive(Debug, thiserror::Error)]
#[error("bad")]
pub struct BadComponent;
/// stub
pub struct Runtime;
impl Component {
    /// s
    pub fn digest(&self) -> &str {
        ""
    }
}
impl Runtime {
    /// s
    pub fn new(_cache: Option<std::path::PathBuf>, _slots: u32) -> Result<Self, String> {
        Ok(Self)
    }
    /// s
    pub async fn compile(&self, _b: Arc<[u8]>) -> Result<Component, BadComponent> {
        Err(BadComponent)
    }
    /// s
    pub async fn describe(&self, _c: &Component) -> Result<Manifest, BadComponent> {
        Err(BadComponent)
    }
    /// s
    pub async fn run(&self, _c: &Component, _call: &Call, u: Unit) -> (Unit, Report) {
        (u, Report { ending: Ending::Ok(None), cost: Default::default(), log: vec![] })
    }
}
