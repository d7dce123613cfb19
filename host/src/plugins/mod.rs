//! What a plugin says of itself, and what an admin sets: checked before anything rests on it. Pure.

pub mod check;
pub mod condition;
pub mod config;
pub mod diff;
pub mod effects;
pub mod schedule;
pub mod signature;
