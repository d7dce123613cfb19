//! What Takt does, tried from outside: over HTTP for scenarios, through the engine's and the store's public interfaces
//! for what stands below. Time is a clock that the tests move.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may take for granted what it has just made")]

mod bad_input;
mod durability;
mod engine;
mod layers;
mod s1;
mod s14;
mod s7;
mod sandbox;
mod sse;
mod support;
mod webhooks;
