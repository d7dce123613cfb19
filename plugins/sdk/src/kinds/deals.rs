use serde::{Deserialize, Serialize};

use super::{Custom, Id, lift, lower, null_as_default, record, same_cases};
use crate::bindings::takt::crm::{deals as wit, pipelines};
use crate::instant::Instant;
use crate::money::Money;

/// What is sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealKind {
    /// Things.
    #[default]
    Goods,
    /// Work.
    Service,
}

/// Business under way.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deal {
    /// The record's id.
    pub id: Id,
    /// Absent until the commit that makes it.
    pub number: Option<u64>,
    /// Grows by one with every change.
    pub version: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// What it is about.
    pub title: String,
    /// What is sold.
    pub deal_kind: DealKind,
    /// The pipeline's id.
    pub pipeline: Id,
    /// Key of a stage of that pipeline.
    pub stage: String,
    /// The user responsible.
    pub owner: Option<Id>,
    /// What it is worth.
    pub amount: Option<Money>,
    /// The customer.
    pub contact: Option<Id>,
    /// The customer's organisation.
    pub company: Option<Id>,
    /// The lead it came from.
    pub lead: Option<Id>,
    /// When it was won or lost.
    pub closed_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

/// What to set of a deal. A field left out stays; `Some(None)` clears one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DealChanges {
    /// What it is about.
    pub title: Option<String>,
    /// Key of a stage of its pipeline.
    pub stage: Option<String>,
    /// The user responsible.
    pub owner: Option<Option<Id>>,
    /// What it is worth.
    pub amount: Option<Option<Money>>,
    /// A JSON merge patch (RFC 7396) of `custom`.
    pub custom: Option<Custom>,
}

/// What to find deals by: all given conditions hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DealFilter {
    /// The pipeline's id.
    pub pipeline: Option<Id>,
    /// Any of these; empty: any stage.
    pub stage: Vec<String>,
    /// The user responsible.
    pub owner: Option<Id>,
    /// The customer.
    pub contact: Option<Id>,
    /// The customer's organisation.
    pub company: Option<Id>,
    /// Made at or after.
    pub created_from: Option<Instant>,
    /// Made before.
    pub created_to: Option<Instant>,
}

/// What a stage means for the deal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageOutcome {
    /// Under way.
    #[default]
    Open,
    /// Done.
    Won,
    /// Given up.
    Lost,
}

/// One step of a pipeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Kebab-case, unique in the pipeline.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it means for the deal.
    pub outcome: StageOutcome,
}

/// A way that deals go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// The record's id.
    pub id: Id,
    /// Grows by one with every change.
    pub version: u64,
    /// Kebab-case, unique.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// In their order; the first is where deals begin.
    pub stages: Vec<Stage>,
}

impl Pipeline {
    /// What people call a stage; its key where the pipeline has no such stage (any more).
    pub fn stage_title<'a>(&'a self, key: &'a str) -> &'a str {
        self.stages.iter().find(|stage| stage.key == key).map_or(key, |stage| &stage.title)
    }
}

record!(Deal, "deal");
record!(Pipeline, "pipeline");
same_cases!(wit::DealKind = DealKind { Goods, Service });
same_cases!(pipelines::Outcome = StageOutcome { Open, Won, Lost });
lift!(wit::Deal => Deal {
    id, number, version, created_at, updated_at, title, deal_kind, pipeline, stage, owner, amount, contact, company,
    lead, closed_at, custom,
});
lift!(pipelines::Stage => Stage { key, title, outcome });
lift!(pipelines::Pipeline => Pipeline { id, version, key, title, stages });
lower!(DealChanges => wit::Changes { title, stage, owner, amount, custom });
lower!(DealFilter => wit::Filter { pipeline, stage, owner, contact, company, created_from, created_to });
