//! Pure checks of plugins.
pub mod check;
pub mod condition;
pub mod config;
