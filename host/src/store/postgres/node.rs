//! What the hosts on one database know of each other: who is alive, and what another has committed.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgListener, PgNotification, PgPool};
use tokio_util::task::AbortOnDropHandle;

use super::PostgresStore;
use super::dialect::{alive, mine_abandoned};
use super::tail::Tail;
use crate::crm::id::Id;
use crate::store::{Feed, News};

/// There are events.
pub const EVENTS: &str = "events";
/// There are events, and deliveries that nobody has taken.
pub const DUE: &str = "due";
/// Plugins or webhooks were changed.
pub const CATALOGUE: &str = "catalogue";

/// Where hosts tell each other.
const CHANNEL: &str = "takt";
/// How often a host says that it is alive, and looks who is not. One that was not heard of for 15 seconds is dead
/// (`alive`): its work is taken over within 20.
const BEAT: Duration = Duration::from_secs(3);

/// Tells the others, once the transaction is committed.
pub async fn notify(connection: &mut PgConnection, token: i64, what: &str) -> sqlx::Result<()> {
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(format!("{token} {what}"))
        .execute(connection)
        .await
        .map(drop)
}

/// How many hosts work on the database now.
pub async fn count(connection: &mut PgConnection) -> sqlx::Result<i64> {
    let alive = concat!("SELECT count(*) FROM node WHERE ", alive!("seen_at"));
    sqlx::query_scalar(alive).fetch_one(connection).await
}

impl PostgresStore {
    /// Becomes one of the hosts that work on the database. What a process of the same name left is anybody's from now on.
    pub(super) async fn join(&self) -> sqlx::Result<()> {
        let node = Node {
            pool: self.readers.clone(),
            feed: self.feed.clone(),
            tail: self.tail.clone(),
            name: self.name.clone(),
            token: self.token,
        };
        self.node
            .get_or_try_init(|| async {
                node.beat().await?;
                let listener = node.listen().await?;
                Ok::<_, sqlx::Error>(AbortOnDropHandle::new(tokio::spawn(node.keep(listener))))
            })
            .await
            .map(drop)
    }

    /// Is one of them no more: what it still holds, the others take at once and not when it has been silent for long.
    pub(super) async fn leave(&self) -> sqlx::Result<()> {
        let Some(node) = self.node.get() else { return Ok(()) };
        node.abort();
        let gone = sqlx::query("DELETE FROM node WHERE token = $1").bind(self.token);
        gone.execute(&self.readers).await.map(drop)
    }

    /// Takes a message to send it. False where another host has it.
    pub(super) async fn claim_post(&self, message: Id) -> sqlx::Result<bool> {
        let taken = sqlx::query(concat!(
            "INSERT INTO posting AS p (message, lease) VALUES ($2, $1)
             ON CONFLICT (message) DO UPDATE SET lease = excluded.lease
             WHERE p.lease = $1 OR NOT EXISTS (SELECT 1 FROM node n WHERE n.token = p.lease AND ",
            alive!("n.seen_at"),
            ")"
        ))
        .bind(self.token)
        .bind(message.to_string())
        .execute(&self.readers)
        .await?;
        Ok(taken.rows_affected() > 0)
    }

    /// Lets go of a message.
    pub(super) async fn release_post(&self, message: Id) -> sqlx::Result<()> {
        sqlx::query("DELETE FROM posting WHERE message = $1 AND lease = $2")
            .bind(message.to_string())
            .bind(self.token)
            .execute(&self.readers)
            .await
            .map(drop)
    }
}

/// This host among the others.
struct Node {
    pool: PgPool,
    feed: Feed,
    tail: Arc<Tail>,
    name: String,
    token: i64,
}

impl Node {
    /// Says that this host is alive. The time is the database's: clocks of hosts differ.
    async fn beat(&self) -> sqlx::Result<()> {
        sqlx::query(
            "INSERT INTO node (name, token, seen_at) VALUES ($1, $2, clock_timestamp())
             ON CONFLICT (name) DO UPDATE SET token = excluded.token, seen_at = excluded.seen_at",
        )
        .bind(&self.name)
        .bind(self.token)
        .execute(&self.pool)
        .await
        .map(drop)
    }

    async fn listen(&self) -> sqlx::Result<PgListener> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }

    /// Beats and listens for as long as the store is open.
    async fn keep(self, mut listener: PgListener) {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = beat.tick() => {
                    if let Err(error) = self.look().await {
                        tracing::error!(%error, "failed to tell the other hosts that this one is alive; trying again");
                    }
                }
                told = listener.recv() => match told {
                    Ok(told) => self.hear(&told).await,
                    Err(error) => {
                        tracing::warn!(%error, "the database does not tell what other hosts do; looking every few seconds");
                        tokio::time::sleep(BEAT).await;
                        let _ = self.look().await;
                    }
                },
            }
        }
    }

    /// Looks for what was not heard, and takes back what dead hosts had.
    async fn look(&self) -> sqlx::Result<()> {
        self.beat().await?;
        let mut rescued = 0;
        for table in [
            concat!("UPDATE delivery SET lease = NULL WHERE ", mine_abandoned!()),
            concat!("UPDATE outbox SET lease = NULL WHERE ", mine_abandoned!()),
        ] {
            rescued += sqlx::query(table).bind(self.token).execute(&self.pool).await?.rows_affected();
        }
        sqlx::query("DELETE FROM node WHERE seen_at < clock_timestamp() - interval '1 minute'")
            .execute(&self.pool)
            .await?;
        if rescued > 0 {
            tracing::info!(rescued, "took back what a host that is gone had not finished");
        }
        self.told(self.tail.catch_up(&self.feed).await?);
        self.say(News::Catalogue);
        self.say(News::Due);
        Ok(())
    }

    async fn hear(&self, told: &PgNotification) {
        let Some((token, what)) = told.payload().split_once(' ') else { return };
        if token.parse() == Ok(self.token) {
            return;
        }
        match what {
            CATALOGUE => self.say(News::Catalogue),
            _ => match self.tail.catch_up(&self.feed).await {
                Ok(organisation) => {
                    self.told(organisation);
                    if what == DUE {
                        self.say(News::Due);
                    }
                }
                Err(error) => tracing::warn!(%error, "failed to read what other hosts committed; trying again soon"),
            },
        }
    }

    fn told(&self, organisation: bool) {
        if organisation {
            self.say(News::Settings);
        }
    }

    fn say(&self, news: News) {
        let _ = self.feed.news.send(news);
    }
}
