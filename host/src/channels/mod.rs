//! The ways out of the host. What is sent stands in the outbox first; the engine hands it to a channel, which says what
//! came of it. Channels decide nothing and keep nothing.

pub mod address;
pub mod webhook;
