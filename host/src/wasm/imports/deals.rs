//! `takt:crm/deals` and `takt:crm/pipelines`

use super::filter::Filter;
use super::patch::Patch;
use super::typed::{Face, Head, Listing, Result, micros, money, object, text};
use crate::crm;
use crate::crm::kind::Kind;
use crate::wasm::bindings::takt::crm::deals::{Changes, Deal, DealKind, Filter as Given, Host};
use crate::wasm::bindings::takt::crm::{pipelines, types};
use crate::wasm::state::State;

impl Host for State {
    async fn get(&mut self, id: String) -> Result<Deal> {
        self.record_get(&id).await
    }

    async fn find(&mut self, filter: Given, page: types::Page) -> Listing<Deal> {
        self.record_find(filter.into(), page).await
    }

    async fn count(&mut self, filter: Given) -> Result<u64> {
        self.record_count(filter.into()).await
    }

    async fn update(&mut self, id: String, changes: Changes) -> Result<Deal> {
        let patch = Patch::default()
            .set("title", changes.title)
            .set("stage", changes.stage)
            .clear("owner", changes.owner)
            .amount("amount", changes.amount)
            .custom(changes.custom.as_deref());
        self.record_update(&id, patch).await
    }
}

impl pipelines::Host for State {
    async fn get(&mut self, id: String) -> Result<pipelines::Pipeline> {
        self.record_get(&id).await
    }
}

impl From<Given> for Filter {
    fn from(given: Given) -> Self {
        Self::of(Kind::Deal)
            .id("pipeline", given.pipeline)
            .any("stage", given.stage.into_iter().map(Into::into).collect())
            .id("owner", given.owner)
            .id("contact", given.contact)
            .id("company", given.company)
            .from("created_at", given.created_from)
            .before("created_at", given.created_to)
    }
}

impl Face for Deal {
    type Entity = crm::deal::Deal;

    fn new(head: Head, deal: Self::Entity) -> Self {
        Self {
            id: head.id,
            number: head.number,
            version: head.version,
            created_at: head.created_at,
            updated_at: head.updated_at,
            title: deal.title,
            deal_kind: match deal.deal_kind {
                crm::deal::DealKind::Goods => DealKind::Goods,
                crm::deal::DealKind::Service => DealKind::Service,
            },
            pipeline: deal.pipeline.to_string(),
            stage: deal.stage,
            owner: text(deal.owner),
            amount: deal.amount.map(money),
            contact: text(deal.contact),
            company: text(deal.company),
            lead: text(deal.lead),
            closed_at: micros(deal.closed_at),
            custom: object(deal.custom),
        }
    }
}

impl Face for pipelines::Pipeline {
    type Entity = crm::pipeline::Pipeline;

    fn new(head: Head, pipeline: Self::Entity) -> Self {
        Self {
            id: head.id,
            version: head.version,
            key: pipeline.key,
            title: pipeline.title,
            stages: pipeline.stages.into_iter().map(stage).collect(),
        }
    }
}

fn stage(stage: crm::pipeline::Stage) -> pipelines::Stage {
    pipelines::Stage {
        key: stage.key,
        title: stage.title,
        outcome: match stage.outcome {
            crm::pipeline::Outcome::Open => pipelines::Outcome::Open,
            crm::pipeline::Outcome::Won => pipelines::Outcome::Won,
            crm::pipeline::Outcome::Lost => pipelines::Outcome::Lost,
        },
    }
}
