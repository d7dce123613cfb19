//! What Takt does, tried from outside: over HTTP for scenarios, through the engine's and the store's public interfaces
//! for what stands below. Time is a clock that the tests move.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may take for granted what it has just made")]

mod automation;
mod backtest;
mod bad_input;
mod batch;
mod bulk;
mod channels;
mod custom_fields;
mod demo;
mod dry_run;
mod durability;
mod engine;
mod failures;
mod forms;
mod fuzz;
mod layers;
mod mail;
mod merge;
mod model;
mod papers;
mod releases;
mod replay;
mod s1;
mod s10;
mod s11;
mod s12;
mod s13;
mod s14;
mod s2;
mod s3;
mod s4;
mod s5;
mod s6;
mod s7;
mod s8;
mod s9;
mod sandbox;
mod search;
mod sse;
mod support;
mod telephony;
mod timeline;
mod tour;
mod webhooks;
mod week;
