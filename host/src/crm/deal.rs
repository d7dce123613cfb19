//! Business under way.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::Invalid;
use super::kind::Kind;
use super::line_item::{LineItem, admit_items};
use super::links::Link;
use super::money::{Money, check_amount};
use super::pipeline::{Outcome, Pipeline};
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
    /// What it is worth. Where there are items, what they come to with VAT: computed, and no other can be given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// What is sold, line by line, in one currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<LineItem>,
    /// The date by which it should be won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub expected_at: Option<NaiveDate>,
    /// Why it was lost. Wanted when it comes to a stage that is lost, and taken away when it leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_reason: Option<String>,
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

    /// Notes where a deal comes to a stage that is lost without a reason, and where one that is not lost is given one.
    /// One that was lost before reasons were asked for stays as it is.
    pub fn check_lost(&self, before: Option<&Self>, pipeline: &Pipeline, invalid: &mut Invalid) {
        let lost = |deal: &Self| pipeline.stage(&deal.stage).is_some_and(|stage| stage.outcome == Outcome::Lost);
        let reason_before = before.and_then(|before| before.lost_reason.as_ref());
        if lost(self) {
            let stays = before.is_some_and(lost) && reason_before.is_none();
            invalid.check(self.lost_reason.is_some() || stays, "/lost_reason", "a lost deal must have a reason");
        } else {
            let reason = self.lost_reason.as_ref();
            let given = reason.is_some() && reason != reason_before;
            invalid.check(!given, "/lost_reason", "only a lost deal has one");
        }
    }

    fn admit_amount(&mut self, before: Option<&Self>, invalid: &mut Invalid) {
        check_amount(self.amount, invalid);
        let Some(totals) = admit_items(&mut self.items, "/items", invalid) else { return };
        let given = self.amount.filter(|amount| before.and_then(|before| before.amount) != Some(*amount));
        if given.is_some_and(|given| given != totals.gross) {
            let message = format!("must be {}, what the items come to, or left out", totals.gross);
            invalid.note("/amount", message);
        }
        self.amount = Some(totals.gross);
    }

    /// Keeps `closed_at`: set when the deal comes to a stage that is won or lost, or from one of these to the other;
    /// cleared when it is open again, as the reason is when it is lost no more. For deals that [`Deal::check_stage`] passed.
    pub fn close(&mut self, before: Option<&Self>, pipeline: &Pipeline, now: Instant) {
        let outcome = |deal: &Self| pipeline.stage(&deal.stage).map(|stage| stage.outcome);
        self.lost_reason.take_if(|_| pipeline.stage(&self.stage).is_none_or(|stage| stage.outcome != Outcome::Lost));
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
    const TEXT: &'static [&'static str] = &["title", "custom"];
    const LINKS: &'static [Link] = &[
        Link::refuse("pipeline", Kind::Pipeline),
        Link::refuse("owner", Kind::User),
        Link::clear("contact", Kind::Contact),
        Link::clear("company", Kind::Company),
        Link::clear("lead", Kind::Lead),
    ];
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
        data("expected_at", &["expected_at"], Shape::Text),
        data("deal_kind", &["deal_kind"], Shape::Text),
        data("closed_at", &["closed_at"], Shape::Instant),
    ];

    fn admit(&mut self, before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        self.admit_amount(before, invalid);
        text::optional_line(&mut self.lost_reason, "/lost_reason", invalid);
        text::custom(&self.custom, invalid);
        // Only `close` knows whether the stage is a final one.
        let kept = before.and_then(|before| before.closed_at);
        keep(&mut self.closed_at, kept, kept, "/closed_at", invalid);
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
    fn items_make_the_amount() {
        let item =
            json!({"title": "Chair", "quantity": "2", "price": {"minor": 5000, "currency": "EUR"}, "vat_rate": 1900});
        let made = admitted(Kind::Deal, None, with(&fields("agreed"), json!({"items": [item]})));
        assert_eq!(made["amount"], json!({"minor": 11_900, "currency": "EUR"}));
        assert_eq!(made["items"][0]["vat"], json!({"minor": 1_900, "currency": "EUR"}));
        // The amount follows the items, and no other is taken.
        let three = with(&made, json!({"items": [with(&item, json!({"quantity": "3"}))]}));
        assert_eq!(admitted(Kind::Deal, Some(&made), three.clone())["amount"]["minor"], json!(17_850));
        let other = json!({"amount": {"minor": 17_849, "currency": "EUR"}});
        assert_eq!(refused(Kind::Deal, Some(&made), with(&three, other.clone())), ["/amount"]);
        assert_eq!(admitted(Kind::Deal, Some(&made), with(&made, json!({"amount": null}))), made);
        // Without items it is free.
        let free = admitted(Kind::Deal, Some(&made), with(&with(&made, other), json!({"items": []})));
        assert_eq!(free["amount"]["minor"], json!(17_849));
        assert_eq!(free.get("items"), None);
        let float = json!({"items": [with(&item, json!({"quantity": 1.5}))]});
        assert_eq!(refused(Kind::Deal, Some(&made), with(&made, float)), ["/items/0/quantity"]);
        assert_eq!(refused(Kind::Deal, None, with(&made, json!({"expected_at": "2026-02-30"}))), ["/expected_at"]);
    }

    #[test]
    fn a_lost_deal_has_a_reason() {
        let check = |before: Option<&Deal>, after: &Deal| {
            let mut invalid = Invalid::default();
            after.check_lost(before, &pipeline(), &mut invalid);
            invalid.0.is_empty()
        };
        let because = |stage: &str| Deal { lost_reason: Some("Price".into()), ..deal(stage) };
        assert!(!check(Some(&deal("agreed")), &deal("lost")));
        assert!(!check(None, &deal("lost")));
        assert!(check(Some(&deal("agreed")), &because("lost")));
        assert!(!check(Some(&because("lost")), &deal("lost")));
        assert!(check(Some(&deal("lost")), &deal("lost")), "lost before reasons were asked for");
        assert!(!check(Some(&deal("agreed")), &because("agreed")));
        let mut reopened = because("agreed");
        assert!(check(Some(&because("lost")), &reopened));
        reopened.close(Some(&because("lost")), &pipeline(), NOW);
        assert_eq!(reopened.lost_reason, None);
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
