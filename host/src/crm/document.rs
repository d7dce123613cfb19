//! Contracts, waybills, acts and other papers, filled from records.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::approval::{self, ApprovalError, Outcome, Round};
use super::entity::{Entity, Setting, keep};
use super::field::{CREATED_AT, Field, NUMBER, Shape, UPDATED_AT, data};
use super::id::Id;
use super::instant::Instant;
use super::invalid::{Invalid, escaped};
use super::kind::Kind;
use super::line_item::{LineItem, Totals, admit_items};
use super::links::{Link, OnDelete};
use super::record::Reference;
use super::text;

/// A paper that is filled from a record, approved, sent and signed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// What sort of paper it is.
    #[serde(default)]
    pub document_kind: DocumentKind,
    /// What it is called.
    pub title: String,
    /// Where it stands.
    #[serde(default)]
    pub status: DocumentStatus,
    /// The user responsible for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Id>,
    /// The deal, company, contact or lead that it is about. Stays.
    pub about: Reference,
    /// The template it is made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<Id>,
    /// The version that it had when the fields were filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_version: Option<u64>,
    /// What the record fills in: names and values.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// What people wrote instead.
    #[serde(default)]
    pub edited: BTreeMap<String, Edited>,
    /// What it lists, in one currency.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<LineItem>,
    /// What the items come to. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Its rounds of approval, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<Round>,
    /// SHA-256 of the file it was made into: 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub file: Option<String>,
    /// When it was signed. Kept by the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Instant>,
    /// Fields of the organisation's own.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub custom: Map<String, Value>,
}

/// A field as a person wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Edited {
    /// Its value.
    #[schema(value_type = Value)]
    pub value: Value,
    /// The user who wrote it.
    pub by: Id,
    /// When.
    pub at: Instant,
}

/// What sort of paper it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
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

impl DocumentKind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Contract, Self::Invoice, Self::Waybill, Self::Act, Self::Receipt, Self::Offer, Self::Other];

    /// As it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Invoice => "invoice",
            Self::Waybill => "waybill",
            Self::Act => "act",
            Self::Receipt => "receipt",
            Self::Offer => "offer",
            Self::Other => "other",
        }
    }
}

impl DocumentStatus {
    /// Whether a document may go from here to there. One that needs no approval is sent from the draft; an approved one
    /// that is to be changed goes back to it; a signed or void one stays so.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self == next
            || match self {
                Self::Draft => matches!(next, Self::Approval | Self::Sent | Self::Void),
                Self::Approval => matches!(next, Self::Draft | Self::Approved | Self::Void),
                Self::Approved => matches!(next, Self::Draft | Self::Sent | Self::Void),
                Self::Sent => matches!(next, Self::Signed | Self::Void),
                Self::Signed | Self::Void => false,
            }
    }
}

impl Document {
    /// What the field says: what a person wrote, else what the record filled in.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.edited.get(name).map(|edited| &edited.value).or_else(|| self.fields.get(name))
    }

    /// Writes a field by a person's hand.
    pub fn edit(&mut self, name: String, value: Value, by: Id, at: Instant) {
        self.edited.insert(name, Edited { value, by, at });
    }

    /// Fills it from the record anew. What people wrote stays, but for the fields in `reset`.
    pub fn refill(&mut self, fields: Map<String, Value>, reset: &[&str]) {
        self.fields = fields;
        self.edited.retain(|name, _| !reset.contains(&name.as_str()));
    }

    /// Asks for approval: `approval`, with the next round.
    ///
    /// # Errors
    /// See [`approval::open`].
    pub fn open_round(&mut self, by: Id, approvers: &[Id], now: Instant) -> Result<(), ApprovalError> {
        approval::open(&mut self.rounds, by, approvers, now)?;
        self.status = DocumentStatus::Approval;
        Ok(())
    }

    /// Takes an approver's answer. The last one makes it `approved`, and a rework a draft again.
    ///
    /// # Errors
    /// See [`approval::answer`].
    pub fn answer(
        &mut self,
        user: Id,
        answer: approval::Answer,
        comment: Option<String>,
        now: Instant,
    ) -> Result<Option<Outcome>, ApprovalError> {
        let outcome = approval::answer(&mut self.rounds, user, answer, comment, now)?;
        self.follow(outcome);
        Ok(outcome)
    }

    /// Settles an approver's remarks.
    ///
    /// # Errors
    /// See [`approval::settle`].
    pub fn settle(&mut self, user: Id, now: Instant) -> Result<Option<Outcome>, ApprovalError> {
        let outcome = approval::settle(&mut self.rounds, user, now)?;
        self.follow(outcome);
        Ok(outcome)
    }

    /// Calls the open round off: it is a draft again.
    ///
    /// # Errors
    /// Where none is open.
    pub fn withdraw(&mut self, now: Instant) -> Result<(), ApprovalError> {
        approval::withdraw(&mut self.rounds, now)?;
        self.status = DocumentStatus::Draft;
        Ok(())
    }

    fn follow(&mut self, outcome: Option<Outcome>) {
        match outcome {
            Some(Outcome::Approved) => self.status = DocumentStatus::Approved,
            Some(_) => self.status = DocumentStatus::Draft,
            None => {}
        }
    }

    fn clean(&mut self, invalid: &mut Invalid) {
        text::line(&mut self.title, "/title", invalid);
        text::custom(&self.custom, invalid);
        text::json(&Value::Object(self.fields.clone()), "/fields", invalid);
        for (name, edited) in &self.edited {
            let name = escaped(name);
            text::json(&edited.value, &format!("/edited/{name}"), invalid);
        }
        let of_kind = matches!(self.about.kind, Kind::Deal | Kind::Company | Kind::Contact | Kind::Lead);
        invalid.check(of_kind, "/about/kind", "must be deal, company, contact or lead");
        if let Some(file) = &self.file {
            let is_digest = file.len() == 64 && file.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            invalid.check(is_digest, "/file", "must be a SHA-256 in 64 lower-case hexadecimal digits");
        }
    }

    fn says_the_same(&self, other: &Self) -> bool {
        let names = |document: &Self| -> std::collections::BTreeSet<String> {
            document.fields.keys().chain(document.edited.keys()).cloned().collect()
        };
        names(self) == names(other)
            && names(self).iter().all(|name| self.value(name) == other.value(name))
            && (&self.title, &self.items) == (&other.title, &other.items)
            && (self.template, self.template_version) == (other.template, other.template_version)
    }

    /// The table of moves, and what an edit does to each status.
    fn admit_status(&mut self, before: Option<&Self>, now: Instant, invalid: &mut Invalid) {
        use DocumentStatus::{Approval, Approved, Draft, Sent, Signed, Void};
        let Some(before) = before else {
            invalid.check(matches!(self.status, Draft | Approval), "/status", "a new document is a draft");
            approval::admit(&mut self.rounds, &[], invalid);
            return;
        };
        invalid.check(self.about == before.about, "/about", "cannot be changed");
        let may = before.status.may_become(self.status);
        invalid.check(may, "/status", "a document does not go there from where it stands");
        let same = self.says_the_same(before);
        if matches!(before.status, Approved | Sent | Signed | Void) && self.status != Draft {
            invalid.check(same, "/status", "must be set back to draft before the document is edited");
        }
        approval::admit(&mut self.rounds, &before.rounds, invalid);
        if before.status == Approval && !same {
            // Approvers answer for what they read.
            approval::close(&mut self.rounds, Outcome::Void, now);
            self.status = Draft;
        }
        let untouched = self.rounds.last() == before.rounds.last();
        if before.status == Approval && matches!(self.status, Draft | Void) && untouched {
            approval::close(&mut self.rounds, Outcome::Withdrawn, now);
        }
        if self.status == Approved && before.status != Approved {
            let agreed = self.rounds.last().is_some_and(|round| round.outcome == Some(Outcome::Approved));
            invalid.check(agreed, "/status", "a document becomes approved by a round in which all approve");
        }
        if self.status != Approval && approval::current(&self.rounds).is_some() {
            invalid.note("/rounds", "a round is open only while the status is approval");
        }
    }
}

impl Entity for Document {
    const KIND: Kind = Kind::Document;
    const NAME: &'static str = "document";
    const PLURAL: &'static str = "documents";
    const NUMBERED: bool = true;
    const OWNER: Option<&'static str> = Some("owner");
    const TEXT: &'static [&'static str] = &["title"];
    const LINKS: &'static [Link] =
        &[Link::refuse("owner", Kind::User), Link::refuse("template", Kind::Template), Link::about(OnDelete::Refuse)];
    const FIELDS: &'static [Field] = &[
        CREATED_AT,
        UPDATED_AT,
        NUMBER,
        data("title", &["title"], Shape::Text),
        data("document_kind", &["document_kind"], Shape::Text),
        data("status", &["status"], Shape::Text),
        data("owner", &["owner"], Shape::Id),
        data("about", &["about", "id"], Shape::Id),
        data("template", &["template"], Shape::Id),
        data("signed_at", &["signed_at"], Shape::Instant),
    ];

    fn admit(&mut self, before: Option<&Self>, setting: &Setting, invalid: &mut Invalid) {
        self.clean(invalid);
        for (name, edited) in &mut self.edited {
            // When a field was edited is not for the editor to say.
            match before.and_then(|before| before.edited.get(name)) {
                Some(was) if was.value == edited.value => *edited = was.clone(),
                _ => edited.at = setting.now,
            }
        }
        let kept = before.and_then(|before| before.totals.clone());
        let totals = admit_items(&mut self.items, "/items", invalid);
        keep(&mut self.totals, kept, totals, "/totals", invalid);
        self.admit_status(before, setting.now, invalid);
        let signed_before = before.and_then(|before| before.signed_at);
        let signed_at = (self.status == DocumentStatus::Signed).then(|| signed_before.unwrap_or(setting.now));
        keep(&mut self.signed_at, signed_before, signed_at, "/signed_at", invalid);
    }

    fn links(&self) -> Vec<(&'static str, Reference)> {
        let user = |id| Reference { kind: Kind::User, id };
        let edited = self.edited.values().map(|edited| ("edited", user(edited.by)));
        let people = |round: &Round| round.approvers.iter().map(|approver| approver.user).chain([round.by]).collect();
        let rounds = self.rounds.iter().flat_map(|round| -> Vec<Id> { people(round) });
        edited.chain(rounds.map(|id| ("rounds", user(id)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::crm::approval::Answer;
    use crate::crm::testing::{NOW, admitted, refused, with};

    fn user(byte: u8) -> Id {
        Id::from_bytes([byte; 16])
    }

    fn draft() -> Value {
        let fields = json!({"title": "Contract", "document_kind": "contract",
            "about": {"kind": "deal", "id": user(9)}, "fields": {"buyer": "ACME", "seller": "We"}});
        admitted(Kind::Document, None, fields)
    }

    fn change(fields: &Value, change: impl FnOnce(&mut Document)) -> Value {
        let mut document: Document = serde_json::from_value(fields.clone()).unwrap();
        change(&mut document);
        admitted(Kind::Document, Some(fields), json!(document))
    }

    fn in_approval() -> Value {
        change(&draft(), |document| document.open_round(user(1), &[user(2), user(3)], NOW).unwrap())
    }

    #[test]
    fn the_table_of_moves() {
        use DocumentStatus::{Approval, Approved, Draft, Sent, Signed, Void};
        let allowed = [
            (Draft, vec![Approval, Sent, Void]),
            (Approval, vec![Draft, Approved, Void]),
            (Approved, vec![Draft, Sent, Void]),
            (Sent, vec![Signed, Void]),
            (Signed, vec![]),
            (Void, vec![]),
        ];
        for (from, to) in allowed {
            for next in [Draft, Approval, Approved, Sent, Signed, Void] {
                assert_eq!(from.may_become(next), from == next || to.contains(&next), "{from:?} to {next:?}");
            }
        }
    }

    #[test]
    fn edits_survive_a_refill_unless_reset() {
        let mut document: Document = serde_json::from_value(draft()).unwrap();
        document.edit("buyer".into(), json!("ACME Ltd"), user(1), NOW);
        document.edit("seller".into(), json!("Us"), user(1), NOW);
        let fields = |value: Value| value.as_object().unwrap().clone();
        document.refill(fields(json!({"buyer": "Acme", "seller": "We Ltd"})), &["seller"]);
        assert_eq!(document.value("buyer"), Some(&json!("ACME Ltd")));
        assert_eq!(document.value("seller"), Some(&json!("We Ltd")));
        assert_eq!(document.value("else"), None);
        let kept = &document.edited["buyer"];
        assert_eq!((kept.by, kept.at), (user(1), NOW));
    }

    #[test]
    fn the_time_of_an_edit_is_the_hosts() {
        let early = json!({"edited": {"buyer": {"value": "B", "by": user(1), "at": Instant::default()}}});
        let edited = admitted(Kind::Document, Some(&draft()), with(&draft(), early));
        assert_eq!(edited["edited"]["buyer"]["at"], json!(NOW));
    }

    #[test]
    fn from_draft_to_signed() {
        let half = change(&in_approval(), |document| {
            assert_eq!(document.answer(user(2), Answer::Approve, None, NOW), Ok(None));
        });
        assert_eq!(half["status"], "approval");
        let mut last = change(&half, |document| {
            assert_eq!(document.answer(user(3), Answer::Approve, None, NOW), Ok(Some(Outcome::Approved)));
        });
        assert_eq!(last["status"], "approved");
        assert_eq!(refused(Kind::Document, Some(&last), with(&last, json!({"fields": {"buyer": "X"}}))), ["/status"]);
        for status in ["sent", "signed"] {
            last = admitted(Kind::Document, Some(&last), with(&last, json!({"status": status})));
        }
        assert_eq!(refused(Kind::Document, Some(&last), with(&last, json!({"status": "void"}))), ["/status"]);
    }

    #[test]
    fn a_rework_makes_it_a_draft_and_the_next_round_counts_on() {
        let back = change(&in_approval(), |document| {
            document.answer(user(3), Answer::Rework, Some("Prices".into()), NOW).unwrap();
        });
        assert_eq!((&back["status"], &back["rounds"][0]["outcome"]), (&json!("draft"), &json!("rework")));
        let again = change(&back, |document| document.open_round(user(1), &[user(2)], NOW).unwrap());
        assert_eq!((&again["status"], &again["rounds"][1]["number"]), (&json!("approval"), &json!(2)));
    }

    #[test]
    fn an_edit_in_approval_voids_the_round() {
        let open = in_approval();
        for edit in
            [json!({"fields": {"buyer": "X"}}), json!({"edited": {"new": {"value": 1, "by": user(1), "at": NOW}}})]
        {
            let edited = admitted(Kind::Document, Some(&open), with(&open, edit));
            assert_eq!((&edited["status"], &edited["rounds"][0]["outcome"]), (&json!("draft"), &json!("void")));
        }
        let owned = admitted(Kind::Document, Some(&open), with(&open, json!({"owner": user(5)})));
        assert_eq!(owned["status"], "approval", "who has it is not what it says");
        // Taken back by hand.
        let back = admitted(Kind::Document, Some(&open), with(&open, json!({"status": "draft"})));
        assert_eq!(back["rounds"][0]["outcome"], "withdrawn");
    }

    #[test]
    fn refusals_name_the_field() {
        let open = in_approval();
        assert_eq!(
            refused(Kind::Document, Some(&open), with(&open, json!({"status": "approved"}))),
            ["/status", "/rounds"]
        );
        assert_eq!(refused(Kind::Document, Some(&open), with(&open, json!({"rounds": []}))), ["/rounds"]);
        let other = json!({"about": {"kind": "task", "id": user(9)}, "file": "abc", "status": "sent"});
        assert_eq!(refused(Kind::Document, None, with(&draft(), other)), ["/about/kind", "/file", "/status"]);
        let later = NOW + Duration::from_secs(1);
        let own = json!({"rounds": [{"number": 1, "opened_at": later, "by": user(1), "approvers": [{"user": user(1)}]}],
            "status": "approval"});
        assert_eq!(refused(Kind::Document, Some(&draft()), with(&draft(), own)), ["/rounds/0/approvers"]);
    }
}
