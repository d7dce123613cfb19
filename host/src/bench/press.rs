//! Fifty people pressing Accept at once, each for a lead of their own: from the request to its answer, over HTTP.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures::future::BoxFuture;
use serde_json::json;

use super::figures::Figures;
use super::install;
use crate::api::tokens::{TokenDraft, make};
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

/// Measures in a folder of its own under `dir`.
///
/// # Errors
/// The host's, and any press that is not answered with success.
pub async fn measure(dir: &Path) -> Result<Figures> {
    let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    let settings = Settings { data: dir.join("press"), listen, bundled: false, ..Settings::default() };
    let server = Server::start(&settings, Arc::new(SystemClock)).await?;
    let company = sample::company(&server.engine).await?;
    let name = install(&server.engine, "lead-intake").await?;
    server.engine.plugin_enable(&name, Pending::Keep).await?;
    let leads = leads(&server.engine).await?;
    server.engine.idle().await;
    let draft = TokenDraft {
        name: "bench".to_owned(),
        scopes: vec!["admin".to_owned()],
        user: company.members.first().copied(),
        expires_at: None,
    };
    let key = make(server.engine.store().as_ref(), draft, server.engine.now()).await;
    let key = key.map_err(|problem| anyhow::anyhow!(problem.details().detail))?.secret;
    let base = format!("http://{}/api/v1/leads", server.address);
    let people = leads.chunks(PRESSES).map(|own| tokio::spawn(press(base.clone(), key.clone(), own.to_vec())));
    let mut times = Vec::with_capacity(PEOPLE * PRESSES);
    for person in futures::future::join_all(people).await {
        times.extend(person??);
    }
    server.stop().await;
    Ok(Figures::of(times))
}

async fn press(base: String, key: String, leads: Vec<Id>) -> Result<Vec<std::time::Duration>> {
    let http = reqwest::Client::new();
    let mut times = Vec::with_capacity(leads.len());
    for lead in leads {
        let begun = Instant::now();
        let answer = http.post(format!("{base}/{lead}/commands/accept")).bearer_auth(&key).send().await?;
        let status = answer.status();
        let body = answer.text().await?;
        times.push(begun.elapsed());
        ensure!(status.is_success(), "a press was answered with {status}: {body}");
    }
    Ok(times)
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
