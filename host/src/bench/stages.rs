//! Deals moved from stage to stage, and how fast their notices come.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures::future::BoxFuture;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;

use super::figures::Figures;
use crate::crm::kind::Kind;
use crate::crm::record::{Actor, Reference};
use crate::engine::Engine;
use crate::sample::Company;
use crate::unit::UnitError;

const DEALS: usize = 2_000;
/// Callers that change deals at once: enough to fill the group commits.
const CALLERS: usize = 128;
/// After so long without an event all is done: the first may take a while.
const QUIET: Duration = Duration::from_secs(3);
const STAGES: [&str; 6] = ["new", "agreed", "documents", "contract", "payment", "shipment"];

/// Makes the deals that are moved.
///
/// # Errors
/// The engine's.
pub async fn deals(engine: &Engine, company: &Company) -> Result<Vec<Reference>> {
    let mut made = Vec::with_capacity(DEALS);
    for chunk in 0..DEALS / 200 {
        let company = company.clone();
        let (ids, _) = engine
            .edit(Actor::System("bench".to_owned()), None, move |unit| -> BoxFuture<'_, _> {
                let company = company.clone();
                Box::pin(async move {
                    let mut ids = Vec::new();
                    for n in 0..200 {
                        let fields = json!({
                            "title": format!("Deal {chunk}-{n}"),
                            "pipeline": company.pipeline,
                            "stage": "new",
                            "owner": company.members[n % company.members.len()],
                            "amount": {"minor": 123_400 + n, "currency": "EUR"},
                        });
                        let fields = fields.as_object().cloned().unwrap_or_default();
                        ids.push(unit.create(Kind::Deal, fields).await?.reference());
                    }
                    Ok::<_, UnitError>(ids)
                })
            })
            .await
            .context("failed to make deals")?;
        made.extend(ids);
    }
    Ok(made)
}

/// Moves deals for `length`, at `rate` a second (as fast as it goes when absent), and waits for all notices. Returns
/// notices a second, and the time from a move's commit to its notice's.
///
/// # Errors
/// The engine's.
pub async fn drive(
    engine: &Engine,
    company: &Company,
    deals: &[Reference],
    length: Duration,
    rate: Option<f64>,
) -> Result<(f64, Figures)> {
    let follower = tokio::spawn(follow(engine.clone()));
    let begun = Instant::now();
    let count = Arc::new(AtomicU64::new(0));
    let callers = (0..CALLERS).map(|caller| {
        let (engine, count, company) = (engine.clone(), count.clone(), company.clone());
        let own: Vec<Reference> = deals.iter().copied().skip(caller).step_by(CALLERS).collect();
        tokio::spawn(async move {
            let mut round = 0;
            while begun.elapsed() < length {
                for deal in &own {
                    if let Some(rate) = rate {
                        let turn = count.load(Ordering::Relaxed) as f64 / rate;
                        let wait = Duration::from_secs_f64(turn).saturating_sub(begun.elapsed());
                        tokio::time::sleep(wait).await;
                    }
                    if begun.elapsed() >= length {
                        break;
                    }
                    // The engine must not fall behind for ever: beyond this the callers wait.
                    while engine.held() > 5_000 {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    count.fetch_add(1, Ordering::Relaxed);
                    round += 1;
                    shift(&engine, &company, *deal, STAGES[round % STAGES.len()]).await?;
                }
            }
            anyhow::Ok(())
        })
    });
    for caller in futures::future::join_all(callers).await {
        caller??;
    }
    let (times, last) = follower.await??;
    let elapsed = last.saturating_duration_since(begun);
    Ok((times.len() as f64 / elapsed.as_secs_f64(), Figures::of(times)))
}

async fn shift(engine: &Engine, company: &Company, deal: Reference, stage: &'static str) -> Result<()> {
    let mover = Actor::User(company.members[0]);
    engine
        .edit(mover, None, move |unit| -> BoxFuture<'_, _> {
            Box::pin(unit.patch(deal, json!({"stage": stage}), None))
        })
        .await?;
    Ok(())
}

/// Times each notice from the commit of the move that led to it, until neither has come for a while; and when the last
/// of them did.
async fn follow(engine: Engine) -> Result<(Vec<Duration>, Instant)> {
    let mut events = engine.events();
    let mut moves: HashMap<u64, Instant> = HashMap::new();
    let mut times = Vec::new();
    let mut last = Instant::now();
    loop {
        // Events of others may come on and on.
        if last.elapsed() > QUIET {
            return Ok((times, last));
        }
        let quiet = tokio::time::Instant::from_std(last + QUIET);
        let event = match tokio::time::timeout_at(quiet, events.recv()).await {
            Ok(Ok(event)) => event,
            Ok(Err(RecvError::Lagged(missed))) => {
                anyhow::bail!("missed {missed} events: the machine is too busy to measure")
            }
            Ok(Err(RecvError::Closed)) | Err(_) => return Ok((times, last)),
        };
        match event.about.kind {
            Kind::Deal => {
                last = Instant::now();
                moves.insert(event.id, last);
            }
            Kind::Notification => {
                if let Some(moved) = moves.get(&event.root) {
                    last = Instant::now();
                    times.push(last - *moved);
                }
            }
            _ => {}
        }
    }
}
