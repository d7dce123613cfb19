//! Takt: a host that keeps a company's CRM records and runs its automation rules.
//!
//! The map of this crate is in `ARCHITECTURE.md` at the root of the repository. In one line: every change, by a person
//! or by a rule, is a [change set](unit::Proposal), and there is one place that commits it.

pub mod api;
pub mod bench;
pub mod bundled;
pub mod channels;
pub mod cli;
pub mod config;
pub mod craft;
pub mod crm;
pub mod documents;
pub mod engine;
pub mod http;
pub mod plugins;
pub mod sample;
pub mod server;
pub mod store;
pub mod traces;
pub mod unit;
pub mod wasm;
