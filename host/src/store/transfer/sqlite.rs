//! SQLite's side of a transfer.

use std::path::Path;

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, QueryBuilder, Row as _, TypeInfo as _};
use sqlx::{ValueRef as _, query_as, query_scalar};

use super::{Cell, Column, LEFT_OUT, Result, Shape, Side, Tables, check_release, listed, quoted};
use crate::store::sqlite::MIGRATIONS;

/// A SQLite file, within one transaction.
pub struct Sqlite(SqliteConnection);

impl Sqlite {
    /// One that is read.
    pub async fn source(file: &Path) -> Result<Self> {
        let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
        connection.execute("BEGIN").await?;
        let found = query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success");
        check_release(found.fetch_one(&mut connection).await?, &MIGRATIONS)?;
        Ok(Self(connection))
    }

    /// One that is written, made where there is none.
    pub async fn target(file: &Path) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = options.journal_mode(SqliteJournalMode::Wal).connect().await?;
        MIGRATIONS.run(&mut connection).await?;
        connection.execute("BEGIN IMMEDIATE").await?;
        Ok(Self(connection))
    }
}

#[async_trait]
impl Side for Sqlite {
    async fn tables(&mut self) -> Result<Tables> {
        let names: Vec<String> = query_scalar(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
        )
        .fetch_all(&mut self.0)
        .await?;
        let mut tables = Tables::new();
        for name in names.into_iter().filter(|name| !LEFT_OUT.contains(&name.as_str())) {
            let columns: Vec<(String,)> = query_as("SELECT name FROM pragma_table_info($1) ORDER BY name")
                .bind(&name)
                .fetch_all(&mut self.0)
                .await?;
            tables.insert(name, columns.into_iter().map(|(name,)| Column { name, shape: Shape::Any }).collect());
        }
        Ok(tables)
    }

    fn rows<'a>(&'a mut self, table: &'a str, columns: &'a [Column]) -> BoxStream<'a, Result<Vec<Cell>>> {
        let columns = listed(columns, |column| quoted(&column.name));
        let select = format!("SELECT {columns} FROM {}", quoted(table));
        let rows = sqlx::query(AssertSqlSafe(select)).fetch(&mut self.0);
        rows.map(|row| -> Result<Vec<Cell>> { Ok(cells(&row?)?) }).boxed()
    }

    async fn insert(&mut self, table: &str, columns: &[Column], rows: Vec<Vec<Cell>>) -> Result<()> {
        let columns = listed(columns, |column| quoted(&column.name));
        let mut insert = QueryBuilder::new(format!("INSERT INTO {} ({columns}) ", quoted(table)));
        insert.push_values(rows, |mut values, row| {
            for cell in row {
                match cell {
                    Cell::Null => values.push_bind(None::<i64>),
                    Cell::Integer(number) => values.push_bind(number),
                    Cell::Text(text) => values.push_bind(text),
                    Cell::Bytes(bytes) => values.push_bind(bytes),
                };
            }
        });
        insert.build().persistent(false).execute(&mut self.0).await?;
        Ok(())
    }

    async fn finish(mut self: Box<Self>) -> Result<()> {
        self.0.execute("COMMIT").await?;
        self.0.close().await?;
        Ok(())
    }
}

fn cells(row: &SqliteRow) -> sqlx::Result<Vec<Cell>> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if value.is_null() {
                return Ok(Cell::Null);
            }
            Ok(match value.type_info().name() {
                "TEXT" => Cell::Text(row.try_get_unchecked(at)?),
                "BLOB" => Cell::Bytes(row.try_get_unchecked(at)?),
                _ => Cell::Integer(row.try_get(at)?),
            })
        })
        .collect()
}
