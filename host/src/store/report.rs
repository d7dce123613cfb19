//! What a store is asked for reports.

use crate::crm::id::Id;
use crate::crm::instant::Instant;
use crate::crm::pipeline::Outcome;
use crate::crm::report::Group;

/// Which figures.
#[derive(Debug, Clone)]
pub struct FigureQuery {
    /// From this moment.
    pub from: Instant,
    /// Until before this one.
    pub to: Instant,
    /// The first day, `YYYY-MM-DD`.
    pub first: String,
    /// The last day.
    pub last: String,
    /// Now: what is overdue is overdue by it.
    pub now: Instant,
    /// What they are grouped by.
    pub by: Group,
    /// What these users are responsible for alone.
    pub users: Option<Vec<Id>>,
    /// What comes from leads of this source alone.
    pub source: Option<String>,
    /// What belongs to deals of this pipeline alone.
    pub pipeline: Option<Id>,
    /// The stages of all pipelines, in their order.
    pub stages: Vec<Place>,
}

/// A stage and what it means.
#[derive(Debug, Clone)]
pub struct Place {
    /// The pipeline.
    pub pipeline: Id,
    /// The stage.
    pub key: String,
    /// Where it stands in the pipeline.
    pub order: i64,
    /// What it means.
    pub outcome: Outcome,
}

/// How many deals of a pipeline came to a stage and no further; lost ones are counted where they were before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The pipeline.
    pub pipeline: Id,
    /// The furthest stage, by its place in the pipeline.
    pub order: i64,
    /// How many.
    pub deals: u64,
    /// How many of them are lost.
    pub lost: u64,
}
