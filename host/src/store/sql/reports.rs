//! The figures of reports, computed by the database: one statement a kind of fact, grouped and filtered alike.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, Row as _};

use super::SqlStore;
use super::dialect::{self, DbRow, Driver};
use super::facts::texts;
use crate::crm::kind::Kind;
use crate::crm::money::Money;
use crate::crm::pipeline::Outcome;
use crate::crm::report::{Figures, Group, Times};
use crate::store::report::{FigureQuery, Place, Reached};

/// How the records of a kind stand to what reports group and filter by.
struct Facts {
    kind: Kind,
    /// Who is responsible.
    who: &'static str,
    source: Way,
    pipeline: Way,
}

/// Where something stands: in the record `r` itself, or in others that are joined to it.
struct Way {
    joins: &'static str,
    column: &'static str,
}

const fn own(column: &'static str) -> Way {
    Way { joins: "", column }
}

const LEADS: Facts = Facts {
    kind: Kind::Lead,
    who: "r.data ->> '$.owner'",
    source: own("r.data ->> '$.source'"),
    pipeline: Way { joins: " LEFT JOIN record d ON d.id = r.data ->> '$.deal'", column: "d.data ->> '$.pipeline'" },
};
const DEALS: Facts = Facts {
    kind: Kind::Deal,
    who: "r.data ->> '$.owner'",
    source: Way { joins: " LEFT JOIN record l ON l.id = r.data ->> '$.lead'", column: "l.data ->> '$.source'" },
    pipeline: own("r.data ->> '$.pipeline'"),
};
const INVOICES: Facts = Facts {
    kind: Kind::Invoice,
    who: "r.data ->> '$.owner'",
    source: Way {
        joins: " LEFT JOIN record x ON x.id = r.data ->> '$.deal' LEFT JOIN record l ON l.id = x.data ->> '$.lead'",
        column: "l.data ->> '$.source'",
    },
    pipeline: Way { joins: " LEFT JOIN record d ON d.id = r.data ->> '$.deal'", column: "d.data ->> '$.pipeline'" },
};
const DOCUMENTS: Facts = Facts {
    kind: Kind::Document,
    who: "r.data ->> '$.owner'",
    source: Way {
        joins: " LEFT JOIN record x ON x.id = r.data ->> '$.about.id' AND x.kind = 'deal' \
                LEFT JOIN record l ON l.id = x.data ->> '$.lead'",
        column: "l.data ->> '$.source'",
    },
    pipeline: Way {
        joins: " LEFT JOIN record d ON d.id = r.data ->> '$.about.id' AND d.kind = 'deal'",
        column: "d.data ->> '$.pipeline'",
    },
};
const CALLS: Facts = Facts { kind: Kind::Call, who: "r.data ->> '$.user'", source: own("NULL"), pipeline: own("NULL") };
const TASKS: Facts =
    Facts { kind: Kind::Task, who: "r.data ->> '$.assignee'", source: own("NULL"), pipeline: own("NULL") };

/// What of a record must lie in the period, and the index that has it, with all that is asked of the record beside.
#[derive(Clone, Copy)]
enum When {
    /// It was made.
    Made(&'static str),
    /// A moment in its data.
    At(&'static str, &'static str),
    /// A date in its data.
    On(&'static str, &'static str),
    /// It was written at the beginning of the period or later.
    WrittenSince(&'static str),
}

impl When {
    const fn index(self) -> &'static str {
        match self {
            Self::Made(index) | Self::At(_, index) | Self::On(_, index) | Self::WrittenSince(index) => index,
        }
    }
}

/// The figures of each group.
type Groups = BTreeMap<Option<String>, Figures>;

impl SqlStore {
    pub(super) async fn figures(&self, query: &FigureQuery) -> sqlx::Result<Groups> {
        // Leads are about half of the work. Not more at once: a report must not take all connections that read.
        let (mut leads, mut groups) = tokio::try_join!(self.leads(query), self.other_figures(query))?;
        for (group, figures) in &mut leads {
            groups.entry(group.clone()).or_default().leads = std::mem::take(&mut figures.leads);
        }
        Ok(groups)
    }

    async fn other_figures(&self, query: &FigureQuery) -> sqlx::Result<Groups> {
        let mut groups = Groups::new();
        self.calls(query, &mut groups).await?;
        self.deals(query, &mut groups).await?;
        self.invoices(query, &mut groups).await?;
        self.tasks(query, &mut groups).await?;
        let mut sql = facts(query, &DOCUMENTS, "1 AS one", When::At("signed_at", "report_document_signed"));
        say(&mut sql, " AND r.data ->> '$.document_kind' = 'contract'");
        for (group, row) in self.grouped(sql, "count(*)").await? {
            groups.entry(group).or_default().contracts = count(&row, 1)?;
        }
        Ok(groups)
    }

    /// What these facts come to, group by group.
    async fn grouped(
        &self,
        mut sql: QueryBuilder<Driver>,
        columns: &str,
    ) -> sqlx::Result<Vec<(Option<String>, DbRow)>> {
        sql.push(") SELECT grp, ").push(columns).push(" FROM fact GROUP BY 1");
        self.rows(sql).await
    }

    async fn rows(&self, mut sql: QueryBuilder<Driver>) -> sqlx::Result<Vec<(Option<String>, DbRow)>> {
        let rows = sql.build().fetch_all(&self.readers).await?;
        rows.into_iter().map(|row| Ok((row.try_get(0)?, row))).collect()
    }

    async fn calls(&self, query: &FigureQuery, groups: &mut Groups) -> sqlx::Result<()> {
        let columns = "r.data ->> '$.direction' AS direction, r.data ->> '$.status' AS status";
        let sql = facts(query, &CALLS, columns, When::At("started_at", "report_call_started"));
        let counts = "count(*) FILTER (WHERE direction = 'in' AND status <> 'missed'), \
            count(*) FILTER (WHERE direction = 'out'), \
            count(*) FILTER (WHERE direction = 'in' AND status = 'missed')";
        for (group, row) in self.grouped(sql, counts).await? {
            let calls = &mut groups.entry(group).or_default().calls;
            (calls.incoming, calls.outgoing, calls.missed) = (count(&row, 1)?, count(&row, 2)?, count(&row, 3)?);
        }
        Ok(())
    }

    async fn leads(&self, query: &FigureQuery) -> sqlx::Result<Groups> {
        let mut groups = Groups::new();
        let accepted = When::At("accepted_at", "report_lead_accepted");
        let closed = When::At("closed_at", "report_lead_closed");
        let sql = facts(query, &LEADS, "1 AS one", When::Made("report_lead_made"));
        for (group, row) in self.grouped(sql, "count(*)").await? {
            groups.entry(group).or_default().leads.received = count(&row, 1)?;
        }
        let sql = facts(query, &LEADS, "1 AS one", accepted);
        for (group, row) in self.grouped(sql, "count(*)").await? {
            groups.entry(group).or_default().leads.accepted = count(&row, 1)?;
        }
        let sql = facts(query, &LEADS, "r.data ->> '$.status' AS status", closed);
        let counts = "count(*) FILTER (WHERE status = 'converted'), count(*) FILTER (WHERE status = 'rejected')";
        for (group, row) in self.grouped(sql, counts).await? {
            let leads = &mut groups.entry(group).or_default().leads;
            (leads.converted, leads.rejected) = (count(&row, 1)?, count(&row, 2)?);
        }
        let accepted_at = dialect::seconds("r.data ->> '$.accepted_at'");
        let accepting = format!("{accepted_at} - r.created_at / 1000000");
        for (group, times) in self.times(query, &accepting, accepted).await? {
            groups.entry(group).or_default().leads.time_to_accept = Some(times);
        }
        let processing = format!("{} - {accepted_at}", dialect::seconds("r.data ->> '$.closed_at'"));
        for (group, times) in self.times(query, &processing, closed).await? {
            groups.entry(group).or_default().leads.time_to_process = Some(times);
        }
        Ok(groups)
    }

    /// The lengths in the middle and at nine tenths, by nearest rank.
    async fn times(
        &self,
        query: &FigureQuery,
        length: &str,
        ended: When,
    ) -> sqlx::Result<Vec<(Option<String>, Times)>> {
        let mut sql = facts(query, &LEADS, &format!("{length} AS length"), ended);
        sql.push(
            "), ranked AS (SELECT grp, length, row_number() OVER (PARTITION BY grp ORDER BY length) AS rank,
               count(*) OVER (PARTITION BY grp) AS n FROM fact WHERE length IS NOT NULL)
             SELECT grp, max(CASE WHEN rank = (n + 1) / 2 THEN length END),
               max(CASE WHEN rank = (9 * n + 9) / 10 THEN length END) FROM ranked GROUP BY 1",
        );
        let rows = self.rows(sql).await?;
        rows.into_iter()
            .map(|(group, row)| Ok((group, Times { median: count(&row, 1)?, p90: count(&row, 2)? })))
            .collect()
    }

    async fn deals(&self, query: &FigureQuery, groups: &mut Groups) -> sqlx::Result<()> {
        let amount = "r.data ->> '$.amount.currency' AS currency, CAST(r.data ->> '$.amount.minor' AS BIGINT) AS minor";
        for outcome in [Outcome::Won, Outcome::Lost] {
            let mut sql = facts(query, &DEALS, amount, When::At("closed_at", "report_deal_closed"));
            say(&mut sql, " AND r.data ->> '$.pipeline' || '/' || (r.data ->> '$.stage') IN (");
            sql.push(dialect::TEXTS.0);
            let stages = query.stages.iter().filter(|place| place.outcome == outcome);
            sql.push_bind(texts(stages.map(|place| format!("{}/{}", place.pipeline, place.key))))
                .push(dialect::TEXTS.1)
                .push(")");
            for (group, row) in self.by_currency(sql, "count(*)").await? {
                let deals = &mut groups.entry(group).or_default().deals;
                match outcome {
                    Outcome::Won => {
                        deals.won += count(&row, 1)?;
                        deals.amount.extend(money(&row)?);
                    }
                    _ => deals.lost += count(&row, 1)?,
                }
            }
        }
        Ok(())
    }

    async fn invoices(&self, query: &FigureQuery, groups: &mut Groups) -> sqlx::Result<()> {
        let gross = "r.data ->> '$.totals.gross.currency' AS currency, \
            CAST(r.data ->> '$.totals.gross.minor' AS BIGINT) AS minor";
        let mut sql = facts(query, &INVOICES, gross, When::On("issue_date", "report_invoice_issued"));
        say(&mut sql, " AND r.data ->> '$.status' NOT IN ('draft', 'void')");
        for (group, row) in self.by_currency(sql, "count(*)").await? {
            let invoices = &mut groups.entry(group).or_default().invoices;
            invoices.issued += count(&row, 1)?;
            invoices.issued_amount.extend(money(&row)?);
        }
        let unpaid = "r.data ->> '$.totals.gross.currency' AS currency, \
            CAST(r.data ->> '$.totals.gross.minor' AS BIGINT) \
              - coalesce(CAST(r.data ->> '$.paid.minor' AS BIGINT), 0) AS minor";
        let mut sql = facts(query, &INVOICES, unpaid, When::On("due_date", "report_invoice_due"));
        say(&mut sql, " AND r.data ->> '$.status' = 'overdue'");
        for (group, row) in self.by_currency(sql, "count(*)").await? {
            let invoices = &mut groups.entry(group).or_default().invoices;
            invoices.overdue += count(&row, 1)?;
            invoices.overdue_amount.extend(money(&row)?);
        }
        // Whoever notes a payment writes the invoice, and no payment is noted before it is made.
        let payments = "r.id AS invoice, p.value ->> '$.amount.currency' AS currency, \
            CAST(p.value ->> '$.amount.minor' AS BIGINT) AS minor";
        let join = format!(" CROSS JOIN {}", dialect::elements("payments", "p"));
        let mut sql = facts_of(query, &INVOICES, payments, &join, When::WrittenSince("record_updated"));
        say(&mut sql, " AND p.value ->> '$.at' >= ");
        sql.push_bind(query.from.to_string()).push(dialect::BYTES);
        say(&mut sql, " AND p.value ->> '$.at' < ");
        sql.push_bind(query.to.to_string()).push(dialect::BYTES);
        for (group, row) in self.by_currency(sql, "count(DISTINCT invoice)").await? {
            let invoices = &mut groups.entry(group).or_default().invoices;
            invoices.paid += count(&row, 1)?;
            invoices.paid_amount.extend(money(&row)?);
        }
        Ok(())
    }

    /// What these facts come to, group by group and currency by currency: a count, the currency, a sum.
    async fn by_currency(
        &self,
        mut sql: QueryBuilder<Driver>,
        count: &str,
    ) -> sqlx::Result<Vec<(Option<String>, DbRow)>> {
        sql.push(") SELECT grp, ").push(count);
        sql.push(", currency, CAST(sum(minor) AS BIGINT) FROM fact GROUP BY 1, 3 ORDER BY 3");
        self.rows(sql).await
    }

    async fn tasks(&self, query: &FigureQuery, groups: &mut Groups) -> sqlx::Result<()> {
        let mut sql = facts(query, &TASKS, "1 AS one", When::At("closed_at", "report_task_closed"));
        say(&mut sql, " AND r.data ->> '$.status' = 'done'");
        for (group, row) in self.grouped(sql, "count(*)").await? {
            groups.entry(group).or_default().tasks.done = count(&row, 1)?;
        }
        let mut sql = facts(query, &TASKS, "1 AS one", When::At("due", "report_task_due"));
        say(&mut sql, " AND r.data ->> '$.due' < coalesce(r.data ->> '$.closed_at', ");
        sql.push_bind(query.now.to_string()).push(dialect::BYTES);
        say(&mut sql, ") AND r.data ->> '$.status' <> 'cancelled'");
        for (group, row) in self.grouped(sql, "count(*)").await? {
            groups.entry(group).or_default().tasks.overdue = count(&row, 1)?;
        }
        Ok(())
    }

    /// How far the deals made in the period came: each stage that a deal was ever in stands in its history.
    pub(super) async fn funnel(&self, query: &FigureQuery) -> sqlx::Result<Vec<Reached>> {
        let places = |keep: fn(&Place) -> bool| {
            let places = query.stages.iter().filter(move |place| keep(place));
            let rows: Vec<_> =
                places.map(|place| serde_json::json!([place.pipeline, place.key, place.order])).collect();
            serde_json::Value::from(rows).to_string()
        };
        let mut sql = QueryBuilder::new("WITH stage AS (SELECT j.value ->> 0 AS pipeline, j.value ->> 1 AS key, ");
        sql.push("CAST(j.value ->> 2 AS BIGINT) AS place FROM ").push(dialect::EACH.0);
        sql.push_bind(places(|place| place.outcome != Outcome::Lost)).push(dialect::EACH.1);
        say(&mut sql, "), furthest AS (SELECT r.data ->> '$.pipeline' AS pipeline, max(s.place) AS place, ");
        say(&mut sql, "r.data ->> '$.pipeline' || '/' || (r.data ->> '$.stage') IN (SELECT (j.value ->> 0) || '/' || ");
        sql.push("(j.value ->> 1) FROM ").push(dialect::EACH.0);
        sql.push_bind(places(|place| place.outcome == Outcome::Lost)).push(dialect::EACH.1);
        sql.push(") AS lost FROM record r").push(dialect::indexed_by("report_deal_made"));
        sql.push(" JOIN audit a ON a.record = r.id AND ").push(dialect::STAGE_AFTER).push(" IS NOT NULL");
        say(&mut sql, " JOIN stage s ON s.pipeline = r.data ->> '$.pipeline' AND s.key = ");
        sql.push(dialect::STAGE_AFTER);
        joins(&mut sql, query, &DEALS);
        filter(&mut sql, query, &DEALS, When::Made("report_deal_made"));
        sql.push(" GROUP BY r.id) SELECT pipeline, place, count(*), count(*) FILTER (WHERE lost) FROM furthest GROUP BY 1, 2");
        let rows = sql.build().fetch_all(&self.readers).await?;
        let reached = |row: &DbRow| {
            let pipeline: String = row.try_get(0)?;
            let pipeline = pipeline.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
            Ok(Reached { pipeline, order: row.try_get(1)?, deals: count(row, 2)?, lost: count(row, 3)? })
        };
        rows.iter().map(reached).collect()
    }
}

/// `WITH fact AS (…`, still open: a row for each record that the report is about, with its group as `grp`. Databases read
/// all that stands in it from an index, which they would not if they had to group it in the same breath.
fn facts(query: &FigureQuery, facts: &Facts, columns: &str, when: When) -> QueryBuilder<Driver> {
    facts_of(query, facts, columns, "", when)
}

/// The same, with what else is joined.
fn facts_of(query: &FigureQuery, facts: &Facts, columns: &str, join: &str, when: When) -> QueryBuilder<Driver> {
    let mut sql = QueryBuilder::new("WITH fact AS MATERIALIZED (");
    say(&mut sql, &format!("SELECT {} AS grp, {columns} FROM record r", group(query.by, facts)));
    sql.push(dialect::indexed_by(when.index()));
    joins(&mut sql, query, facts);
    sql.push(join);
    filter(&mut sql, query, facts, when);
    sql
}

/// The other records that are grouped or filtered by.
fn joins(sql: &mut QueryBuilder<Driver>, query: &FigureQuery, facts: &Facts) {
    if query.by == Group::Source || query.source.is_some() {
        say(sql, facts.source.joins);
    }
    if query.by == Group::Pipeline || query.pipeline.is_some() {
        say(sql, facts.pipeline.joins);
    }
}

/// Adds words of this file: paths into JSON stand in them as SQLite writes them.
fn say(sql: &mut QueryBuilder<Driver>, words: &str) {
    sql.push(dialect::paths(words));
}

/// What is grouped by.
fn group(by: Group, facts: &Facts) -> String {
    match by {
        Group::None => "NULL".to_owned(),
        Group::User => facts.who.to_owned(),
        Group::Department => format!("(SELECT u.data ->> '$.department' FROM record u WHERE u.id = {})", facts.who),
        Group::Source => facts.source.column.to_owned(),
        Group::Pipeline => facts.pipeline.column.to_owned(),
    }
}

/// `WHERE …`, with the period. Only constants are spliced in; every value is bound.
fn filter(sql: &mut QueryBuilder<Driver>, query: &FigureQuery, facts: &Facts, when: When) {
    among(sql, query, facts);
    match when {
        When::Made(_) => {
            sql.push(" AND r.created_at >= ").push_bind(query.from.micros());
            sql.push(" AND r.created_at < ").push_bind(query.to.micros());
        }
        When::WrittenSince(_) => {
            sql.push(" AND r.updated_at >= ").push_bind(query.from.micros());
        }
        When::At(field, _) => {
            let field = dialect::paths(&format!("r.data ->> '$.{field}'")).into_owned();
            sql.push(" AND ").push(&field).push(" >= ").push_bind(query.from.to_string()).push(dialect::BYTES);
            sql.push(" AND ").push(&field).push(" < ").push_bind(query.to.to_string()).push(dialect::BYTES);
        }
        When::On(field, _) => {
            let field = dialect::paths(&format!("r.data ->> '$.{field}'")).into_owned();
            sql.push(" AND ").push(&field).push(" >= ").push_bind(query.first.clone()).push(dialect::BYTES);
            sql.push(" AND ").push(&field).push(" <= ").push_bind(query.last.clone()).push(dialect::BYTES);
        }
    }
}

fn among(sql: &mut QueryBuilder<Driver>, query: &FigureQuery, facts: &Facts) {
    sql.push(" WHERE r.kind = '").push(facts.kind.name()).push("' AND r.deleted_at IS NULL");
    if let Some(users) = &query.users {
        say(sql, &format!(" AND {} IN (", facts.who));
        sql.push(dialect::TEXTS.0).push_bind(texts(users.iter())).push(dialect::TEXTS.1).push(")");
    }
    if let Some(source) = &query.source {
        say(sql, &format!(" AND {} = ", facts.source.column));
        sql.push_bind(source.clone());
    }
    if let Some(pipeline) = &query.pipeline {
        say(sql, &format!(" AND {} = ", facts.pipeline.column));
        sql.push_bind(pipeline.to_string());
    }
}

fn count(row: &DbRow, column: usize) -> sqlx::Result<u64> {
    Ok(row.try_get::<Option<i64>, _>(column)?.unwrap_or_default().max(0).cast_unsigned())
}

/// The sum of a row, where it has one: columns 2 and 3.
fn money(row: &DbRow) -> sqlx::Result<Option<Money>> {
    let (currency, minor) = (row.try_get::<Option<String>, _>(2)?, row.try_get::<Option<i64>, _>(3)?);
    let Some((currency, minor)) = currency.zip(minor) else { return Ok(None) };
    let currency = currency.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(Some(Money::new(minor, currency)))
}
