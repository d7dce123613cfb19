//! What the tests stand on.

pub mod events;
pub mod guest;
pub mod guests;
pub mod house;
pub mod native;
pub mod person;
pub mod process;
pub mod world;
