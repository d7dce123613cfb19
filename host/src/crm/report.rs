//! What reports say: the figures of a period, over all or group by group.

use chrono::{Datelike as _, Months, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::id::Id;
use super::invalid::Invalid;
use super::money::Money;

/// The longest period, in days: ten years and some.
const LONGEST: i64 = 3660;

/// What is asked. Periods are whole days, the last one included, in the time zone of the organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportQuery {
    /// The first day; with `to`, where there is no `period`.
    pub from: Option<NaiveDate>,
    /// The last day.
    pub to: Option<NaiveDate>,
    /// A period by its name.
    pub period: Option<Period>,
    /// What the figures are grouped by.
    pub by: Group,
    /// What this user is responsible for alone.
    pub user: Option<Id>,
    /// What the people of this department and of those below it are responsible for alone.
    pub department: Option<Id>,
    /// What comes from leads of this source alone.
    pub source: Option<String>,
    /// What belongs to deals of this pipeline alone.
    pub pipeline: Option<Id>,
    /// Whether the period of the same length before it is told as well.
    pub compare: bool,
}

impl ReportQuery {
    /// The days that are asked for, `today` being today.
    ///
    /// # Errors
    /// The field that is missing or wrong.
    pub fn days(&self, today: NaiveDate) -> Result<Days, Invalid> {
        let days = match (self.period, self.from, self.to) {
            (Some(period), None, None) => return Ok(period.days(today)),
            (None, Some(from), Some(to)) => Days { from, to },
            (None, from, _) => {
                let missing = if from.is_none() { "/from" } else { "/to" };
                return Err(Invalid::field(missing, "must be given: a day, like 2026-03-31; or a `period`"));
            }
            (Some(_), ..) => return Err(Invalid::field("/period", "must not be given together with `from` and `to`")),
        };
        let count = (days.to - days.from).num_days();
        if count < 0 {
            return Err(Invalid::field("/to", "must not be before `from`"));
        }
        if count >= LONGEST {
            return Err(Invalid::field("/to", format!("the period must not be longer than {LONGEST} days")));
        }
        Ok(days)
    }
}

/// Whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

impl Days {
    /// As many days, just before.
    #[must_use]
    pub fn before(self) -> Self {
        let count = self.to - self.from + TimeDelta::days(1);
        Self { from: self.from - count, to: self.to - count }
    }
}

/// A period by its name. Weeks begin on Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportPeriod)]
pub enum Period {
    /// The day that it is.
    Today,
    /// The day before.
    Yesterday,
    /// From Monday on, with the days to come.
    ThisWeek,
    /// The week before.
    LastWeek,
    /// The month that it is.
    ThisMonth,
    /// The month before.
    LastMonth,
}

impl Period {
    fn days(self, today: NaiveDate) -> Days {
        let monday = today - TimeDelta::days(today.weekday().num_days_from_monday().into());
        let first = today.with_day(1).unwrap_or(today);
        let week = |monday: NaiveDate| Days { from: monday, to: monday + TimeDelta::days(6) };
        let month = |first: NaiveDate| Days {
            from: first,
            to: first.checked_add_months(Months::new(1)).map_or(first, |next| next - TimeDelta::days(1)),
        };
        match self {
            Self::Today => Days { from: today, to: today },
            Self::Yesterday => Days { from: today, to: today }.before(),
            Self::ThisWeek => week(monday),
            Self::LastWeek => week(monday).before(),
            Self::ThisMonth => month(first),
            Self::LastMonth => month(first.checked_sub_months(Months::new(1)).unwrap_or(first)),
        }
    }
}

/// What figures are grouped by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportGroup)]
pub enum Group {
    /// Not at all.
    #[default]
    None,
    /// By who is responsible.
    User,
    /// By the department of who is responsible, as it is now.
    Department,
    /// By the source of the lead that it came from.
    Source,
    /// By the pipeline of the deal that it belongs to.
    Pipeline,
}

/// A report.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: NaiveDate,
    /// The last day.
    #[schema(value_type = String, format = Date)]
    pub to: NaiveDate,
    /// The figures over all.
    pub total: Figures,
    /// The figures group by group, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Row>,
    /// The period before, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub before: Option<Box<Report>>,
}

/// The figures of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Row {
    /// The id of the user, department or pipeline, or the source. Absent for what belongs to none.
    pub key: Option<String>,
    /// What it is called.
    pub title: Option<String>,
    /// Its figures.
    pub figures: Figures,
}

/// What happened in a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Figures {
    /// Calls that began in it. They come from no source and belong to no pipeline.
    pub calls: Calls,
    /// Leads.
    pub leads: Leads,
    /// Deals that were closed in it.
    pub deals: Deals,
    /// Contracts that were signed in it.
    pub contracts: u64,
    /// Invoices.
    pub invoices: Invoices,
    /// Tasks. They come from no source and belong to no pipeline.
    pub tasks: Tasks,
}

/// Calls of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Calls {
    /// Came in, and were not missed.
    pub incoming: u64,
    /// Went out.
    pub outgoing: u64,
    /// Came in, and nobody answered.
    pub missed: u64,
}

/// Leads of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Leads {
    /// Came in.
    pub received: u64,
    /// Got an owner.
    pub accepted: u64,
    /// Became deals.
    pub converted: u64,
    /// Were rejected.
    pub rejected: u64,
    /// From coming in to having an owner, of those accepted in the period.
    pub time_to_accept: Option<Times>,
    /// From having an owner to being converted or rejected, of those closed in the period.
    pub time_to_process: Option<Times>,
}

/// How long something took, in seconds; by nearest rank.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Times {
    /// Half took no longer.
    pub median: u64,
    /// Nine of ten took no longer.
    pub p90: u64,
}

/// Deals of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Deals {
    /// Came about.
    pub won: u64,
    /// Did not.
    pub lost: u64,
    /// What those won come to, a sum a currency.
    pub amount: Vec<Money>,
}

/// Invoices of a period.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Invoices {
    /// Issued in it, and not void.
    pub issued: u64,
    /// What they come to, a sum a currency.
    pub issued_amount: Vec<Money>,
    /// On which something was paid in it.
    pub paid: u64,
    /// What was paid, a sum a currency.
    pub paid_amount: Vec<Money>,
    /// That were due in it and are overdue.
    pub overdue: u64,
    /// What is still to be paid of them, a sum a currency.
    pub overdue_amount: Vec<Money>,
}

/// Tasks of a period.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Tasks {
    /// Done in it.
    pub done: u64,
    /// Due in it, and not done by then.
    pub overdue: u64,
}

/// How far the deals came that were begun in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Funnel {
    /// The pipeline.
    pub pipeline: Id,
    /// What it is called.
    pub title: String,
    /// Its stages in their order, but for those that mean a loss.
    pub stages: Vec<FunnelStage>,
    /// Deals that were lost by now.
    pub lost: u64,
}

/// One stage of a funnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FunnelStage {
    /// The stage.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Deals that came to it or to a later one, at any time.
    pub reached: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn days(from: &str, to: &str) -> Days {
        Days { from: day(from), to: day(to) }
    }

    fn asked(from: &str, to: &str) -> Result<Days, Invalid> {
        let query = ReportQuery { from: Some(day(from)), to: Some(day(to)), ..ReportQuery::default() };
        query.days(day("2026-03-04"))
    }

    #[test]
    fn the_period_before_ends_where_this_one_begins() {
        assert_eq!(days("2026-03-01", "2026-03-31").before(), days("2026-01-29", "2026-02-28"));
        assert_eq!(days("2026-03-02", "2026-03-02").before(), days("2026-03-01", "2026-03-01"));
    }

    #[test]
    fn periods_by_name() {
        for (today, period, expected) in [
            ("2026-03-04", Period::Today, days("2026-03-04", "2026-03-04")),
            ("2026-03-01", Period::Yesterday, days("2026-02-28", "2026-02-28")),
            ("2026-03-04", Period::ThisWeek, days("2026-03-02", "2026-03-08")),
            ("2026-03-02", Period::LastWeek, days("2026-02-23", "2026-03-01")),
            ("2026-03-01", Period::LastWeek, days("2026-02-16", "2026-02-22")),
            ("2026-12-31", Period::ThisMonth, days("2026-12-01", "2026-12-31")),
            ("2026-03-31", Period::LastMonth, days("2026-02-01", "2026-02-28")),
            ("2026-01-15", Period::LastMonth, days("2025-12-01", "2025-12-31")),
        ] {
            let query = ReportQuery { period: Some(period), ..ReportQuery::default() };
            assert_eq!(query.days(day(today)).unwrap(), expected, "{period:?} on {today}");
        }
    }

    #[test]
    fn periods_that_are_none_are_refused() {
        assert_eq!(asked("2026-03-02", "2026-03-02").unwrap(), days("2026-03-02", "2026-03-02"));
        assert!(asked("2026-03-02", "2026-03-01").is_err());
        assert!(asked("2000-01-01", "2026-03-01").is_err());
        let today = day("2026-03-04");
        assert!(ReportQuery::default().days(today).is_err());
        let both = ReportQuery { from: Some(today), period: Some(Period::Today), ..ReportQuery::default() };
        assert!(both.days(today).is_err());
    }
}
