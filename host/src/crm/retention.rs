//! For how long what happened is kept.

use serde::{Deserialize, Serialize};

use super::invalid::Invalid;

/// For how many days what happened is kept, by kind. What something still needs stays longer; records stay for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Runs with their logs, and the times at which schedules fired.
    pub runs: u32,
    /// What runs were told, to be played again. They go with their runs at the latest.
    pub journals: u32,
    /// Events: what backtests go back through, and what streams that come back can catch up on.
    pub events: u32,
    /// Messages to webhooks, from the moment on that they were sent or given up.
    pub messages: u32,
    /// What came of requests with an `Idempotency-Key`, and which calls and letters came in.
    pub answers: u32,
    /// Sessions, from their end on.
    pub sessions: u32,
    /// Who changed what. Absent: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit: Option<u32>,
}

/// A quarter for what one looks back at; half a year in which an answered mail finds its lead.
impl Default for Retention {
    fn default() -> Self {
        Self { runs: 90, journals: 30, events: 90, messages: 30, answers: 180, sessions: 30, audit: None }
    }
}

/// A hundred years: for ever.
const MOST_DAYS: u32 = 36_500;
/// A year: a typing error shall not cost the history.
const LEAST_AUDIT: u32 = 365;

impl Retention {
    pub(super) fn admit(self, field: &str, invalid: &mut Invalid) {
        let Self { runs, journals, events, messages, answers, sessions, audit } = self;
        let all = [
            ("runs", runs, 1),
            ("journals", journals, 1),
            ("events", events, 1),
            ("messages", messages, 1),
            ("answers", answers, 1),
            ("sessions", sessions, 1),
            ("audit", audit.unwrap_or(MOST_DAYS), LEAST_AUDIT),
        ];
        for (name, days, least) in all {
            if !(least..=MOST_DAYS).contains(&days) {
                invalid.note(format!("{field}/{name}"), format!("must be from {least} to {MOST_DAYS} days"));
            }
        }
    }
}
