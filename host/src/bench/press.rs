//! Fifty people pressing Accept at once, each for a lead of their own: from the request to its answer, over HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::json;

use super::figures::Figures;
use super::{Ground, install, key_of};
use crate::config::Settings;
use crate::crm::id::Id;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::engine::clock::SystemClock;
use crate::engine::{Engine, Pending};
use crate::sample;
use crate::server::Server;
use crate::unit::UnitError;

const PEOPLE: usize = 50;
const PRESSES: usize = 20;

/// How long a press takes.
#[derive(Debug, Serialize)]
pub struct PressFigures {
    /// Everybody presses again as soon as they are answered.
    pub presses_per_second: f64,
    /// From the request to its answer then.
    pub full_load: Figures,
    /// The same where all of them together press half as often.
    pub half_load: Figures,
}

/// Measures on a host of its own.
///
/// # Errors
/// The host's, and any press that is not answered with success.
pub async fn measure(ground: &Ground) -> Result<PressFigures> {
    let (settings, _database) = ground.part("press").await?;
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings { listen, ..settings };
    let server = Server::start(&settings, Arc::new(SystemClock)).await?;
    let company = sample::company(&server.engine).await?;
    let name = install(&server.engine, "lead-intake").await?;
    server.engine.plugin_enable(&name, Pending::Keep).await?;
    let key = key_of(&server.engine, company.members.first().copied()).await?;
    let crowd = Crowd { base: format!("http://{}/api/v1/leads", server.address), key };
    let (presses_per_second, full_load) = crowd.press_all(&server.engine, None).await?;
    let (_, half_load) = crowd.press_all(&server.engine, Some(presses_per_second / 2.0)).await?;
    server.stop().await;
    Ok(PressFigures { presses_per_second, full_load, half_load })
}

/// Those who press.
#[derive(Clone)]
struct Crowd {
    base: String,
    key: String,
}

impl Crowd {
    /// New leads are pressed at that rate, by all together a second; as fast as it goes without one.
    async fn press_all(&self, engine: &Engine, rate: Option<f64>) -> Result<(f64, Figures)> {
        let leads = leads(engine).await?;
        engine.idle().await;
        let begun = Instant::now();
        let pause = rate.map(|rate| Duration::from_secs_f64(PEOPLE as f64 / rate));
        let people = leads.chunks(PRESSES).enumerate().map(|(nth, own)| {
            // Not all at the same moment.
            let first = pause.map(|pause| pause * u32::try_from(nth).unwrap_or(0) / PEOPLE as u32);
            tokio::spawn(self.clone().press(own.to_vec(), begun + first.unwrap_or_default(), pause))
        });
        let mut times = Vec::with_capacity(PEOPLE * PRESSES);
        for person in futures::future::join_all(people).await {
            times.extend(person??);
        }
        Ok((times.len() as f64 / begun.elapsed().as_secs_f64(), Figures::of(times)))
    }

    /// One person presses Accept on each of these leads.
    async fn press(self, leads: Vec<Id>, first: Instant, pause: Option<Duration>) -> Result<Vec<Duration>> {
        let http = reqwest::Client::new();
        let mut times = Vec::with_capacity(leads.len());
        for (nth, lead) in leads.into_iter().enumerate() {
            if let Some(pause) = pause {
                tokio::time::sleep_until((first + pause * u32::try_from(nth)?).into()).await;
            }
            let begun = Instant::now();
            let url = format!("{}/{lead}/commands/accept", self.base);
            let answer = http.post(url).bearer_auth(&self.key).send().await?;
            let status = answer.status();
            let body = answer.text().await?;
            times.push(begun.elapsed());
            ensure!(status.is_success(), "a press was answered with {status}: {body}");
        }
        Ok(times)
    }
}

async fn leads(engine: &Engine) -> Result<Vec<Id>> {
    let made = engine.edit(Actor::System("bench".to_owned()), None, |unit| -> BoxFuture<'_, _> {
        Box::pin(async move {
            let mut ids = Vec::with_capacity(PEOPLE * PRESSES);
            for n in 0..PEOPLE * PRESSES {
                let fields = json!({"title": format!("Lead {n}"), "name": "Maria Keller"});
                ids.push(unit.create(Kind::Lead, fields.as_object().cloned().unwrap_or_default()).await?.id);
            }
            Ok::<_, UnitError>(ids)
        })
    });
    Ok(made.await.context("failed to make leads")?.0)
}
