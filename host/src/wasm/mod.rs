//! Plugins as sandboxed WebAssembly components: wasmtime is named here and nowhere else.
//!
//! [`Runtime`](runtime::Runtime) checks, compiles and describes components, and runs one trigger in a fresh instance.
//! What the guest asks of the host goes through [`imports`] to the run's [unit of work](crate::unit::Unit): nothing is
//! written while WebAssembly runs.

mod bindings;
mod cache;
pub mod call;
pub mod capability;
mod component;
mod convert;
mod ending;
mod engine;
mod imports;
mod inspect;
pub mod journal;
mod log;
pub mod manifest;
pub mod outside;
pub mod runtime;
mod state;
mod turns;
mod wasi;

pub use component::Component;
