//! A database that is there for a while: for tests, and for measuring.

use std::str::FromStr as _;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// A database of its own on a server, dropped with this value.
pub struct Temporary {
    server: String,
    name: String,
}

impl Temporary {
    /// Makes a database on the server of that URL.
    ///
    /// # Errors
    /// The server's.
    pub async fn create(server: &str) -> sqlx::Result<Self> {
        let name = format!("takt_{}", uuid::Uuid::now_v7().simple());
        let mut connection = PgConnection::connect(server).await?;
        // A name made of letters and digits.
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name}"))).await?;
        connection.close().await?;
        Ok(Self { server: server.to_owned(), name })
    }

    /// Where it is.
    ///
    /// # Errors
    /// When the server's URL can't be read.
    pub fn url(&self) -> sqlx::Result<String> {
        use sqlx::ConnectOptions as _;
        Ok(PgConnectOptions::from_str(&self.server)?.database(&self.name).to_url_lossy().to_string())
    }
}

impl Drop for Temporary {
    /// Whoever is still connected is sent away.
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        let drop = async move {
            let mut connection = PgConnection::connect(&server).await?;
            connection.execute(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))).await?;
            connection.close().await
        };
        // The runtime around may be on its way out: this has its own.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(drop).ok()
        });
        let _ = thread.join();
    }
}
