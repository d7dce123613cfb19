use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::line_items::{LineItem, Totals};
use super::{Custom, Id, Reference, null_as_default, record};
use crate::instant::Instant;

/// What sort of paper it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// What both sides agree on.
    Contract,
    /// What is to be paid.
    Invoice,
    /// What was handed over.
    Waybill,
    /// What work was done and accepted.
    Act,
    /// What was paid.
    Receipt,
    /// What is offered.
    Offer,
    /// Anything else.
    #[default]
    Other,
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// Being written.
    #[default]
    Draft,
    /// Approvers are asked.
    Approval,
    /// They agreed.
    Approved,
    /// With the client.
    Sent,
    /// Signed by both sides.
    Signed,
    /// Not valid.
    Void,
}

/// A paper that is filled from a record, approved, sent and signed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
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
    /// What sort of paper it is.
    pub document_kind: DocumentKind,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    pub status: DocumentStatus,
    /// The user responsible for it.
    pub owner: Option<Id>,
    /// The deal, company, contact or lead that it is about.
    pub about: Reference,
    /// The template it is made from.
    pub template: Option<Id>,
    /// What the record fills in.
    #[serde(default, deserialize_with = "null_as_default")]
    pub fields: Map<String, Value>,
    /// What it lists.
    #[serde(default, deserialize_with = "null_as_default")]
    pub items: Vec<LineItem>,
    /// What the items come to.
    pub totals: Option<Totals>,
    /// Its rounds of approval, the latest last.
    #[serde(default, deserialize_with = "null_as_default")]
    pub rounds: Vec<Round>,
    /// Fields of the organisation's own.
    #[serde(default, deserialize_with = "null_as_default")]
    pub custom: Custom,
}

/// One round of approval.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Counts from 1.
    pub number: u32,
    /// When it began.
    pub opened_at: Instant,
    /// The user who asked for it; never one of the approvers.
    pub by: Id,
    /// Who is asked.
    pub approvers: Vec<Approver>,
    /// How it ended; absent while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<RoundOutcome>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
}

/// A user who is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Approver {
    /// Who.
    pub user: Id,
    /// What they said; absent until they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<ApprovalAnswer>,
    /// Their remarks, or what to work on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// When they said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Instant>,
    /// When their remarks were settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Instant>,
}

/// What an approver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalAnswer {
    /// Yes.
    Approve,
    /// Yes, once the remarks are settled.
    Remarks,
    /// No: it goes back to be worked on.
    Rework,
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundOutcome {
    /// All approved, and all remarks are settled.
    Approved,
    /// One sent it for rework.
    Rework,
    /// It was called off.
    Withdrawn,
    /// The document was edited meanwhile.
    Void,
}

record!(Document, "document");
