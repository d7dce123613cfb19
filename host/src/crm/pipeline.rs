//! The ways that deals go.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::entity::{Entity, Setting};
use super::field::{CREATED_AT, Field, Shape, data, key};
use super::invalid::Invalid;
use super::kind::Kind;
use super::text;

/// The stages that deals go through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// Kebab-case, unique.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// In their order; the first is where deals begin, and is open.
    pub stages: Vec<Stage>,
}

/// One step of a pipeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Kebab-case, unique in the pipeline.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// What it means for the deal.
    #[serde(default)]
    pub outcome: Outcome,
}

/// What a stage means for the deal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StageOutcome)]
pub enum Outcome {
    /// It goes on.
    #[default]
    Open,
    /// It came about.
    Won,
    /// It did not.
    Lost,
}

/// How many stages a pipeline may have.
const STAGES: usize = 50;

impl Pipeline {
    /// The stage of that key.
    #[must_use]
    pub fn stage(&self, key: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.key == key)
    }
}

impl Entity for Pipeline {
    const KIND: Kind = Kind::Pipeline;
    const NAME: &'static str = "pipeline";
    const PLURAL: &'static str = "pipelines";
    const KEYED: bool = true;
    const TEXT: &'static [&'static str] = &["title", "key"];
    const FIELDS: &'static [Field] = &[CREATED_AT, data("title", &["title"], Shape::Text), key("key")];

    fn admit(&mut self, _before: Option<&Self>, _setting: &Setting, invalid: &mut Invalid) {
        text::kebab_case(&self.key, "/key", invalid);
        text::line(&mut self.title, "/title", invalid);
        let opens = self.stages.first().is_some_and(|stage| stage.outcome == Outcome::Open);
        invalid.check(opens, "/stages", "the first stage must be an open one: deals begin there");
        invalid.check(self.stages.len() <= STAGES, "/stages", "there must not be more than 50");
        let mut keys = HashSet::new();
        for (at, stage) in self.stages.iter_mut().enumerate() {
            let field = format!("/stages/{at}/key");
            text::kebab_case(&stage.key, &field, invalid);
            invalid.check(keys.insert(stage.key.as_str()), &field, "another stage has this key");
            text::line(&mut stage.title, &format!("/stages/{at}/title"), invalid);
        }
    }

    fn keys(&self) -> Vec<(&'static str, String)> {
        vec![("key", self.key.clone())]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::crm::testing::{admitted, refused};

    fn with(stages: Value) -> Value {
        json!({"key": "sales", "title": "Sales", "stages": stages})
    }

    #[test]
    fn stages() {
        let stage = |key: &str, outcome: &str| json!({"key": key, "title": key, "outcome": outcome});
        let good = with(json!([stage("agreed", "open"), stage("won", "won"), stage("lost", "lost")]));
        assert_eq!(admitted(Kind::Pipeline, None, good.clone()), good);
        assert_eq!(refused(Kind::Pipeline, None, with(json!([]))), ["/stages"]);
        assert_eq!(refused(Kind::Pipeline, None, with(json!([stage("won", "won")]))), ["/stages"]);
        assert_eq!(
            refused(Kind::Pipeline, None, with(json!([stage("a", "open"), stage("a", "open")]))),
            ["/stages/1/key"]
        );
        assert_eq!(refused(Kind::Pipeline, None, with(json!([stage("A b", "open")]))), ["/stages/0/key"]);
    }
}
