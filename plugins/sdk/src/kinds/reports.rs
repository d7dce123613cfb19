//! Figures of a period.

use serde::{Deserialize, Serialize};

use super::Id;
use crate::money::Money;

/// What is asked for: whole days, in the organisation's time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReportQuery {
    /// The first day, `YYYY-MM-DD`; with `to`, where there is no `period`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `today`, `yesterday`, `this_week`, `last_week`, `this_month` or `last_month`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<&'static str>,
    /// Grouped by `user`, `department`, `source` or `pipeline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<&'static str>,
    /// Of this user alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Id>,
    /// Of the people of this department and those below it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Id>,
    /// The period of the same length before it as well.
    pub compare: bool,
}

/// The figures of a period.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Over all.
    pub total: Figures,
    /// Group by group.
    #[serde(default)]
    pub groups: Vec<ReportRow>,
    /// The period before.
    #[serde(default)]
    pub before: Option<Box<Report>>,
}

/// The figures of a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportRow {
    /// An id, or the source.
    pub key: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Its figures.
    pub figures: Figures,
}

/// What happened.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Figures {
    /// Calls that began in it.
    pub calls: CallFigures,
    /// Leads.
    pub leads: LeadFigures,
    /// Deals closed in it.
    pub deals: DealFigures,
    /// Contracts signed in it.
    pub contracts: u64,
    /// Invoices.
    pub invoices: InvoiceFigures,
    /// Tasks.
    pub tasks: TaskFigures,
}

/// Calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CallFigures {
    /// Came in, not missed.
    pub incoming: u64,
    /// Went out.
    pub outgoing: u64,
    /// Came in, missed.
    pub missed: u64,
}

/// Leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LeadFigures {
    /// Came in.
    pub received: u64,
    /// Got an owner.
    pub accepted: u64,
    /// Became deals.
    pub converted: u64,
    /// Were rejected.
    pub rejected: u64,
    /// From coming in to having an owner.
    pub time_to_accept: Option<Times>,
    /// From having an owner to being closed.
    pub time_to_process: Option<Times>,
}

/// Lengths of time, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// Half took no longer.
    pub median: u64,
    /// Nine of ten took no longer.
    pub p90: u64,
}

/// Deals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DealFigures {
    /// Came about.
    pub won: u64,
    /// Did not.
    pub lost: u64,
    /// What those won come to, a sum a currency.
    pub amount: Vec<Money>,
}

/// Invoices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct InvoiceFigures {
    /// Issued in it.
    pub issued: u64,
    /// What they come to.
    pub issued_amount: Vec<Money>,
    /// On which something was paid in it.
    pub paid: u64,
    /// What was paid.
    pub paid_amount: Vec<Money>,
    /// Due in it, and overdue.
    pub overdue: u64,
    /// What is still to be paid of them.
    pub overdue_amount: Vec<Money>,
}

/// Tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskFigures {
    /// Done in it.
    pub done: u64,
    /// Due in it, and not done by then.
    pub overdue: u64,
}
