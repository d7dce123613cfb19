//! What the tests stand on.

pub mod native;
pub mod world;
