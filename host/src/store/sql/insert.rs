//! Many rows in few statements.

use sqlx::AssertSqlSafe;

use super::dialect::{Arguments, DbConnection, Driver, placeholder};

/// A statement being bound.
pub type Query<'q> = sqlx::query::Query<'q, Driver, Arguments>;

/// Largest count of rows in a statement. Counts are powers of two, so that few statements are prepared.
const MOST: usize = 128;

/// Where rows go: `INSERT INTO table (columns) VALUES … tail`.
pub struct Into {
    /// Table and columns, `audit (id, at)`.
    pub target: &'static str,
    /// How many columns.
    pub columns: usize,
    /// What follows the rows, `ON CONFLICT …`, or nothing.
    pub tail: &'static str,
}

/// Inserts all rows. `bind` binds one row's columns in order.
///
/// # Errors
/// The database's.
pub async fn insert<T>(
    connection: &mut DbConnection,
    into: &Into,
    rows: &[T],
    bind: impl for<'q> Fn(Query<'q>, &T) -> Query<'q>,
) -> sqlx::Result<()> {
    let mut rest = rows;
    while !rest.is_empty() {
        let count = largest_power_of_two(rest.len().min(MOST));
        let (now, later) = rest.split_at(count);
        rest = later;
        // Made of constants and of a count: nothing that a caller gave.
        let mut query = sqlx::query(AssertSqlSafe(statement(into, count)));
        for row in now {
            query = bind(query, row);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}

const fn largest_power_of_two(count: usize) -> usize {
    1 << count.ilog2()
}

fn statement(into: &Into, rows: usize) -> String {
    let row = |at: usize| {
        let columns: Vec<_> = (0..into.columns).map(|column| placeholder(at * into.columns + column + 1)).collect();
        format!("({})", columns.join(","))
    };
    let rows: Vec<_> = (0..rows).map(row).collect();
    format!("INSERT INTO {} VALUES {} {}", into.target, rows.join(","), into.tail)
}
