//! The domain: what the records are and which rules they keep. Pure: no I/O, no async, no clock of its own.
//!
//! A record is a document with a face: a JSON object typed by the struct of its kind. [`kind::Kind`] names the kinds,
//! [`entity::Entity`] is what each kind's struct implements, [`record::Record`] is one version of one record, and
//! [`change::Change`] is one record before and after.

pub mod approval;
pub mod availability;
pub mod billing;
pub mod calendar;
pub mod call;
pub mod call_event;
pub mod change;
pub mod company;
pub mod contact;
pub mod convert;
pub mod cron;
pub mod custom;
pub mod custom_field;
pub mod deal;
pub mod department;
pub mod document;
pub mod email;
pub mod entity;
pub mod event;
pub mod examples;
pub mod field;
pub mod form;
pub mod form_post;
pub mod ical;
pub mod ical_reply;
pub mod id;
pub mod instant;
pub mod invalid;
pub mod invoice;
pub mod issuer;
pub mod kind;
pub mod lead;
pub mod lead_status;
pub mod lead_texts;
pub mod line_item;
pub mod links;
pub mod meeting;
pub mod merge;
pub mod message;
pub mod missed;
pub mod money;
pub mod notification;
pub mod organisation;
pub mod patch;
pub mod phone;
pub mod pick;
pub mod pipeline;
pub mod product;
pub mod query;
pub mod record;
pub mod recurrence;
pub mod redaction;
pub mod report;
pub mod retention;
pub mod schema;
pub mod search;
pub mod task;
pub mod template;
pub mod text;
pub mod user;
pub mod words;
pub mod zone;

#[cfg(test)]
pub mod testing;
