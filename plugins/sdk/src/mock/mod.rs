//! A host in memory, for a plugin's native tests.

mod host;
mod pick;
mod records;
mod services;
mod trial;
mod world;

pub use host::MockHost;
pub use trial::Trial;
pub use world::{Notification, SetTimer};
