//! Business under way.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::{Entity, Setting, keep, links};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::money::{Money, check_amount};
use super::pipeline::{Outcome, Pipeline};
use super::record::Reference;
use super::text;

/// Business under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Deal {
    /// What it is about.
    pub title: String,
    /// What is sold.
    #[serde(default)]
    pub deal_kind: DealKind,
    /// The pipeline's id.
    pub pipeline: Id,
    /// Key of a stage of that pipeline.
    pub stage: String,
    /// The user responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// What it is worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The person it is with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Id>,
    /// The company it is with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<Id>,
    /// The lead it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead: Option<Id>,
    /// When it was won or lost. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// What is sold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DealKind {
    /// Things.
    #[default]
    Goods,
    /// Work.
    Service,
}

impl Deal {
    /// Notes where the stage is none of the pipeline's. The pipeline is the deal's own.
    pub fn check_stage(&self, pipeline: &Pipeline, invalid: &mut Invalid) {
        invalid.check(pipeline.stage(&self.stage).is_some(), "/stage", "is not a stage of the deal's pipeline");
    }

    /// Keeps `closed_at`: set when the deal comes to a stage that is won or lost, or from one of these to the other;
    /// cleared when it is open again. For deals that [`Deal::check_stage`] passed.
    pub fn close(&mut self, before: Option<&Self>, pipeline: &Pipeline, now: Instant) {
        let outcome = |deal: &Self| pipeline.stage(&deal.stage).map(|stage| stage.outcome);
        self.closed_at = match outcome(self) {
            None | Some(Outcome::Open) => None,
            closed => {
                before.filter(|before| outcome(before) == closed).and_then(|before| before.closed_at).or(Some(now))
            }
        };
    }
}

impl Entity for Deal {
    const KIND: Kind = Kind::Deal;
    const NAME: &'static str = "deal";
    const PLURAL: &'static str = "deals";
    const NUMBERED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("pipeline", &["pipeline"], Shape::Id),
        data("stage", &["stage"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        data("contact", &["contact"], Shape::Id),
        data("company", &["company"], Shape::Id),
        data("lead", &["lead"], Shape::Id),
        data("amount", &["amount", "minor"], Shape::Integer),
    ];

    fn admit(&mut self, before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        check_amount(self.amount, invalid);
        text::custom(&self.custom, invalid);
        // Only `close` knows whether the stage is a final one.
        let kept = before.and_then(|before| before.closed_at);
        keep(&mut self.closed_at, kept, kept, "/closed_at", invalid);
    }

    fn links(&self) -> Vec<(&'static str, Reference)> {
        links([
            ("/pipeline", Kind::Pipeline, Some(self.pipeline)),
            ("/owner", Kind::User, self.owner),
            ("/contact", Kind::Contact, self.contact),
            ("/company", Kind::Company, self.company),
            ("/lead", Kind::Lead, self.lead),
        ])
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::crm::testing::{NOW, admitted, refused, with};

    fn pipeline() -> Pipeline {
        serde_json::from_value(json!({"key": "sales", "title": "Sales", "stages": [
            {"key": "agreed", "title": "Agreed"},
            {"key": "won", "title": "Won", "outcome": "won"},
            {"key": "paid", "title": "Paid", "outcome": "won"},
            {"key": "lost", "title": "Lost", "outcome": "lost"},
        ]}))
        .unwrap()
    }

    fn fields(stage: &str) -> Value {
        json!({"title": "Chairs", "pipeline": Id::from_bytes([1; 16]), "stage": stage})
    }

    fn deal(stage: &str) -> Deal {
        serde_json::from_value(fields(stage)).unwrap()
    }

    #[test]
    fn rules() {
        let made = admitted(Kind::Deal, None, fields("agreed"));
        assert_eq!(made, with(&fields("agreed"), json!({"deal_kind": "goods", "custom": {}})));
        let amount = json!({"amount": {"minor": -1, "currency": "EUR"}});
        assert_eq!(refused(Kind::Deal, None, with(&made, amount)), ["/amount"]);
        assert_eq!(refused(Kind::Deal, None, with(&made, json!({"closed_at": NOW}))), ["/closed_at"]);
        assert_eq!(
            refused(Kind::Deal, None, with(&made, json!({"amount": {"minor": 1, "currency": "XYZ"}}))),
            ["/amount/currency"]
        );
        let closed = with(&made, json!({"closed_at": NOW}));
        assert_eq!(admitted(Kind::Deal, Some(&closed), closed.clone()), closed);
        assert_eq!(refused(Kind::Deal, Some(&closed), made), ["/closed_at"]);
    }

    #[test]
    fn the_stage_is_one_of_the_pipeline() {
        for (stage, errors) in [("agreed", 0), ("elsewhere", 1)] {
            let mut invalid = Invalid::default();
            deal(stage).check_stage(&pipeline(), &mut invalid);
            assert_eq!(invalid.0.len(), errors);
        }
    }

    #[test]
    fn closing_and_reopening() {
        let step = |before: &Deal, stage: &str, now: Instant| {
            let mut after = Deal { stage: stage.to_owned(), ..before.clone() };
            after.close(Some(before), &pipeline(), now);
            after
        };
        let later = NOW + Duration::from_secs(1);
        let won = step(&deal("agreed"), "won", NOW);
        assert_eq!(won.closed_at, Some(NOW));
        assert_eq!(step(&won, "paid", later).closed_at, Some(NOW));
        assert_eq!(step(&won, "lost", later).closed_at, Some(later));
        assert_eq!(step(&won, "agreed", later).closed_at, None);
        let mut made = deal("lost");
        made.close(None, &pipeline(), NOW);
        assert_eq!(made.closed_at, Some(NOW));
    }
}
