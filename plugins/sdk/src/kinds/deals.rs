use serde::{Deserialize, Serialize};

use super::line_items::LineItem;
use super::{Custom, Id, null_as_default, record};
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
    /// What is sold, line by line.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<LineItem>,
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
