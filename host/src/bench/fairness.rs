//! Whether the backlog of one plugin keeps another waiting.

use std::time::Duration;

use anyhow::{Context, Result};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::json;

use super::figures::Figures;
use super::{Ground, install, stages, started};
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::engine::{Engine, Pending};
use crate::unit::{Unit, UnitError};

/// Leads that one commit makes.
const AT_ONCE: u64 = 500;
/// Moves of deals a second: so few that they do not wait for one another.
const RATE: f64 = 50.0;

/// What was measured.
#[derive(Debug, Serialize)]
pub struct FairnessFigures {
    /// So many deliveries waited for `lead-intake` as measuring began.
    pub backlog: u64,
    /// From a deal's move to the notice of `deal-stage-notify`, with nothing else to do.
    pub alone: Figures,
    /// The same beside the backlog.
    pub beside: Figures,
}

/// Measures moves of deals alone, and beside that many leads that wait for their rule.
///
/// # Errors
/// The engine's.
pub async fn measure(ground: &Ground, length: Duration, leads: u64) -> Result<FairnessFigures> {
    let (settings, _database) = ground.part("fairness").await?;
    let (engine, company) = started(&settings).await?;
    for name in ["lead-intake", "deal-stage-notify"] {
        install(&engine, name).await?;
        engine.plugin_enable(name, Pending::Keep).await?;
    }
    let deals = stages::deals(&engine, &company).await?;
    engine.idle().await;
    stages::drive(&engine, &company, &deals, length / 5, Some(RATE)).await?;
    let (_, alone) = stages::drive(&engine, &company, &deals, length, Some(RATE)).await?;
    for _ in 0..leads.div_ceil(AT_ONCE) {
        offer(&engine).await?;
    }
    let queues = engine.store().queue().await?;
    let backlog = queues.iter().find(|queue| queue.plugin == "lead-intake").map_or(0, |queue| queue.deliveries);
    let (_, beside) = stages::drive(&engine, &company, &deals, length, Some(RATE)).await?;
    engine.stop().await;
    Ok(FairnessFigures { backlog, alone, beside })
}

async fn offer(engine: &Engine) -> Result<()> {
    engine
        .edit(Actor::System("bench".to_owned()), None, |unit| -> BoxFuture<'_, _> { Box::pin(make(unit)) })
        .await
        .context("failed to make leads")?;
    Ok(())
}

async fn make(unit: &mut Unit) -> Result<(), UnitError> {
    for n in 0..AT_ONCE {
        let fields = json!({"title": format!("Lead {n}"), "name": "Ann", "source": "web"});
        unit.create(Kind::Lead, fields.as_object().cloned().unwrap_or_default()).await?;
    }
    Ok(())
}
