//! Rules compiled into the host. They run in the same engine as components, and are there to measure the sandbox by.

use async_trait::async_trait;

use crate::unit::Unit;
use crate::wasm::call::{Call, Ending};

/// A rule compiled into the host.
#[async_trait]
pub trait NativeRule: Send + Sync + 'static {
    /// Does the work of one trigger.
    async fn handle(&self, call: &Call, unit: &mut Unit) -> Ending;
}
