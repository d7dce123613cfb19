//! The audit, searched.

use sqlx::QueryBuilder;

use super::dialect::{self, Driver};
use super::{SqlStore, rows};
use crate::store::audit::{AuditEntry, AuditFilter, AuditPage};

impl SqlStore {
    pub(super) async fn search_audit(&self, filter: &AuditFilter) -> sqlx::Result<AuditPage> {
        let (index, rest) = led_to(filter);
        let mut sql = QueryBuilder::new("SELECT * FROM (SELECT * FROM audit a");
        among(&mut sql, index.as_ref(), filter);
        newest(&mut sql, if rest.is_empty() { filter.limit } else { filter.look });
        sql.push(") a WHERE 1 = 1");
        rest.iter().for_each(|test| test.push(&mut sql));
        newest(&mut sql, filter.limit);
        let found = sql.build().fetch_all(&self.readers).await?;
        let entries: Vec<AuditEntry> = found.iter().map(rows::audit).collect::<sqlx::Result<_>>()?;
        let next = match entries.last() {
            Some(last) if entries.len() == filter.limit as usize => Some(last.id),
            _ if rest.is_empty() => None,
            _ => self.last_looked_at(index.as_ref(), filter).await?,
        };
        Ok(AuditPage { entries, next })
    }

    /// The last entry that a page looked at, where there may be more after it.
    async fn last_looked_at(&self, index: Option<&Test<'_>>, filter: &AuditFilter) -> sqlx::Result<Option<u64>> {
        let mut sql = QueryBuilder::new("SELECT a.id FROM audit a");
        among(&mut sql, index, filter);
        newest(&mut sql, 1);
        sql.push(" OFFSET ").push_bind(i64::from(filter.look) - 1);
        let last = sql.build().fetch_optional(&self.readers).await?;
        last.map(|row| rows::number(&row, "id")).transpose()
    }
}

/// What one filter asks of an entry `a`.
enum Test<'a> {
    Is(&'static str, String),
    Changed(&'a str),
}

impl Test<'_> {
    fn push(&self, sql: &mut QueryBuilder<Driver>) {
        match self {
            Self::Is(column, value) => {
                sql.push(" AND a.").push(column).push(" = ").push_bind(value.clone());
            }
            Self::Changed(field) => {
                let (before, after) = dialect::CHANGED;
                sql.push(" AND ").push(before).push_bind((*field).to_owned()).push(after);
            }
        }
    }
}

/// The filter whose index leads to the fewest, and the others.
fn led_to(filter: &AuditFilter) -> (Option<Test<'_>>, Vec<Test<'_>>) {
    let equal = [
        ("record", filter.record.map(|id| id.to_string())),
        ("actor_id", filter.by.clone()),
        ("kind", filter.kind.map(|kind| kind.name().to_owned())),
    ];
    let mut tests = equal.into_iter().filter_map(|(column, value)| Some(Test::Is(column, value?)));
    let first = tests.next();
    (first, tests.chain(filter.field.as_deref().map(Test::Changed)).collect())
}

/// Those that an index leads to, of the period, after the page before.
fn among(sql: &mut QueryBuilder<Driver>, index: Option<&Test<'_>>, filter: &AuditFilter) {
    sql.push(" WHERE 1 = 1");
    index.into_iter().for_each(|test| test.push(sql));
    if let Some(from) = filter.from {
        sql.push(" AND a.at >= ").push_bind(from.micros());
    }
    if let Some(to) = filter.to {
        sql.push(" AND a.at < ").push_bind(to.micros());
    }
    if let Some((at, id)) = filter.after {
        sql.push(" AND (a.at, a.id) < (").push_bind(at.micros());
        sql.push(", ").push_bind(id.cast_signed()).push(")");
    }
}

fn newest(sql: &mut QueryBuilder<Driver>, limit: u32) {
    sql.push(" ORDER BY a.at DESC, a.id DESC LIMIT ").push_bind(i64::from(limit));
}
