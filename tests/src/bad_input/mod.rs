//! Bad input: a precise refusal that names field and reason, nothing changed, nothing lost.

mod components;
mod configuration;
mod idempotency;
mod presses;
mod requests;
