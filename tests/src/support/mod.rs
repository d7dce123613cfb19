//! What the tests stand on.

pub mod command;
pub mod database;
pub mod events;
pub mod guest;
pub mod guests;
pub mod house;
pub mod native;
pub mod person;
pub mod postgres;
pub mod process;
pub mod receiver;
pub mod service;
pub mod smtp;
pub mod world;
