//! PostgreSQL's side of a transfer.

use std::str::FromStr as _;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow};
use sqlx::{Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _};
use sqlx::{query_as, query_scalar};

use super::cell::canonical;
use super::{Cell, Column, LEFT_OUT, Result, Shape, Side, Tables, TransferError, check_release, listed, quoted};
use crate::store::postgres::{MIGRATIONS, node};

/// A PostgreSQL database, within one transaction.
pub struct Postgres(PgConnection);

impl Postgres {
    /// One that is read.
    pub async fn source(url: &str) -> Result<Self> {
        let mut connection = PgConnectOptions::from_str(url)?.application_name("takt transfer").connect().await?;
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY").await?;
        let found = query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success");
        check_release(found.fetch_one(&mut connection).await?, &MIGRATIONS)?;
        Ok(Self(connection))
    }

    /// One that is written.
    pub async fn target(url: &str) -> Result<Self> {
        let mut connection = PgConnectOptions::from_str(url)?.application_name("takt transfer").connect().await?;
        MIGRATIONS.run(&mut connection).await?;
        connection.execute("BEGIN").await?;
        Ok(Self(connection))
    }
}

/// How many hosts work on it now.
pub async fn hosts(url: &str) -> Result<i64> {
    let mut connection = PgConnectOptions::from_str(url)?.application_name("takt transfer").connect().await?;
    let hosts = node::count(&mut connection).await?;
    connection.close().await?;
    Ok(hosts)
}

#[async_trait]
impl Side for Postgres {
    async fn tables(&mut self) -> Result<Tables> {
        let columns: Vec<(String, String, String)> = query_as(
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text
             FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
             WHERE table_schema = current_schema() AND t.table_type = 'BASE TABLE'
             ORDER BY c.column_name COLLATE \"C\"",
        )
        .fetch_all(&mut self.0)
        .await?;
        let mut tables = Tables::new();
        for (table, name, data_type) in columns {
            if LEFT_OUT.contains(&table.as_str()) {
                continue;
            }
            let shape = match data_type.as_str() {
                "bigint" => Shape::Integer,
                "boolean" => Shape::Flag,
                "jsonb" => Shape::Json,
                "text" => Shape::Text,
                "bytea" => Shape::Bytes,
                // Made by the database of the other columns.
                "tsvector" => continue,
                _ => {
                    let reason = format!("its column `{name}` is a {data_type}");
                    return Err(TransferError::Table { table, reason });
                }
            };
            tables.entry(table).or_default().push(Column { name, shape });
        }
        Ok(tables)
    }

    fn rows<'a>(&'a mut self, table: &'a str, columns: &'a [Column]) -> BoxStream<'a, Result<Vec<Cell>>> {
        let said = listed(columns, |column| match column.shape {
            Shape::Flag => format!("{}::int::bigint", quoted(&column.name)),
            Shape::Json => format!("{}::text", quoted(&column.name)),
            _ => quoted(&column.name),
        });
        let select = format!("SELECT {said} FROM {}", quoted(table));
        let rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut self.0);
        rows.map(move |row| -> Result<Vec<Cell>> { Ok(cells(&row?, columns)?) }).boxed()
    }

    async fn insert(&mut self, table: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> Result<()> {
        let mut place = 0;
        let arrays = listed(columns, |column| {
            place += 1;
            match column.shape {
                Shape::Integer | Shape::Flag => format!("${place}::bigint[]"),
                Shape::Bytes => format!("${place}::bytea[]"),
                _ => format!("${place}::text[]"),
            }
        });
        let values = listed(columns, |column| match column.shape {
            Shape::Flag => format!("{}::int::boolean", quoted(&column.name)),
            Shape::Json => format!("{}::jsonb", quoted(&column.name)),
            _ => quoted(&column.name),
        });
        let names = listed(columns, |column| quoted(&column.name));
        let insert =
            format!("INSERT INTO {} ({names}) SELECT {values} FROM unnest({arrays}) AS given({names})", quoted(table));
        let mut arguments = PgArguments::default();
        for (at, column) in columns.iter().enumerate() {
            let cells = rows.iter().map(|row| &row[at]);
            match column.shape {
                Shape::Integer | Shape::Flag => arguments.add(cells.map(integer).collect::<Vec<_>>()),
                Shape::Bytes => arguments.add(cells.map(bytes).collect::<Vec<_>>()),
                _ => arguments.add(cells.map(text).collect::<Vec<_>>()),
            }
            .map_err(sqlx::Error::Encode)?;
        }
        sqlx::query_with(AssertSqlSafe(insert), arguments).execute(&mut self.0).await?;
        Ok(())
    }

    /// Numbers that the database itself gives go on after those that came along.
    async fn finish(mut self: Box<Self>) -> Result<()> {
        let given: Vec<(String, String)> = query_as(
            "SELECT table_name::text, column_name::text FROM information_schema.columns
             WHERE table_schema = current_schema() AND is_identity = 'YES'",
        )
        .fetch_all(&mut self.0)
        .await?;
        for (table, column) in given {
            let (table, name) = (quoted(&table), quoted(&column));
            let next = format!(
                "SELECT setval(pg_get_serial_sequence($1, $2), coalesce((SELECT max({name}) FROM {table}), 0) + 1, false)"
            );
            sqlx::query(AssertSqlSafe(next)).bind(&table).bind(&column).execute(&mut self.0).await?;
        }
        self.0.execute("COMMIT").await?;
        self.0.close().await?;
        Ok(())
    }
}

fn cells(row: &PgRow, columns: &[Column]) -> sqlx::Result<Vec<Cell>> {
    let cell = |(at, column): (usize, &Column)| {
        Ok(match column.shape {
            Shape::Integer | Shape::Flag => row.try_get::<Option<i64>, _>(at)?.map(Cell::Integer),
            Shape::Bytes => row.try_get::<Option<Vec<u8>>, _>(at)?.map(Cell::Bytes),
            // PostgreSQL writes it with blanks: a file that is moved on shall be the same file.
            Shape::Json => row.try_get::<Option<String>, _>(at)?.map(|text| Cell::Text(canonical(&text))),
            _ => row.try_get::<Option<String>, _>(at)?.map(Cell::Text),
        }
        .unwrap_or(Cell::Null))
    };
    columns.iter().enumerate().map(cell).collect()
}

fn integer(cell: &Cell) -> Option<i64> {
    match cell {
        Cell::Integer(number) => Some(*number),
        _ => None,
    }
}

fn text(cell: &Cell) -> Option<&str> {
    match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    }
}

fn bytes(cell: &Cell) -> Option<&[u8]> {
    match cell {
        Cell::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}
