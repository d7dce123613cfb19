//! S1 `lead-intake`: no request from a customer is ever left unanswered.

mod closing;
mod escalation;
mod offer;
mod processing;
