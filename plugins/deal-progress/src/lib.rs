//! Moves deals on when their work is done: documents collected, contract sent, invoice paid, goods or work handed over.
//! Never backwards, and never past a stage that a person set since: only what happens to a document or an invoice while
//! the deal is in a stage moves it out of that stage.

use serde_json::json;
use takt_sdk::prelude::*;

/// Work that has to be done in a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Every document of the deal is signed, but for invoices and receipts, which need only be sent, and for what is
    /// signed on delivery.
    DocumentsCollected,
    /// A contract was approved and is with the client.
    ContractSent,
    /// An invoice is paid, and none is open.
    InvoicePaid,
    /// A waybill or an act of acceptance is signed, and none is open.
    DeliverySigned,
}

/// A move that a deal makes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// Key of the stage that the deal is in.
    pub from: String,
    /// Key of the stage that it goes to.
    pub to: String,
    /// What has to be done.
    pub when: Work,
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The moves that deals make by themselves.
    pub transitions: Vec<Transition>,
}

impl Default for Config {
    fn default() -> Self {
        let transition = |from: &str, to: &str, when| Transition { from: from.into(), to: to.into(), when };
        Config {
            transitions: vec![
                transition("documents", "contract", Work::DocumentsCollected),
                transition("contract", "payment", Work::ContractSent),
                transition("payment", "shipment", Work::InvoicePaid),
                transition("shipment", "won", Work::DeliverySigned),
            ],
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct DealProgress;

type Cx = Context<Config>;

impl Plugin for DealProgress {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Deal progress")
            .summary("Moves a deal on when its documents are collected, its contract sent, its invoice paid, its delivery signed.")
            .on(Subscription::to("document.updated").changed(&["status"]).when("after.about.kind == 'deal'"))
            .on(Subscription::to("invoice.updated").changed(&["status"]).when("after.deal != null"))
            .needs("deals:read", "To see where a deal is.")
            .needs("deals:write", "To move it on.")
            .needs("pipelines:read", "To know the order of its stages.")
            .needs("documents:read", "To see which documents are signed.")
            .needs("invoices:read", "To see which invoices are paid.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        let (deal, mut done) = match event.about.kind.as_str() {
            "document" => match event.after::<Document>()? {
                Some(document) => (document.about.id, works_of(document.document_kind)),
                None => return Ok(None),
            },
            _ => match event.after::<Invoice>()?.and_then(|invoice| invoice.deal) {
                Some(deal) => (deal, vec![Work::InvoicePaid]),
                None => return Ok(None),
            },
        };
        let Some(mut deal) = cx.host.get::<Deal>(&deal).optional()? else { return Ok(None) };
        while let Some(next) = next(cx, &deal, &done)? {
            deal = cx.host.update::<Deal>(&deal.id, json!({"stage": next}))?;
            // Once the deal moves, what was done before it came here counts, too.
            done = vec![Work::DocumentsCollected, Work::ContractSent, Work::InvoicePaid, Work::DeliverySigned];
        }
        Ok(None)
    }
}

takt_sdk::register!(DealProgress);

/// What a change of such a document can be the end of.
fn works_of(kind: DocumentKind) -> Vec<Work> {
    match kind {
        DocumentKind::Waybill | DocumentKind::Act => vec![Work::DeliverySigned],
        DocumentKind::Contract => vec![Work::DocumentsCollected, Work::ContractSent],
        _ => vec![Work::DocumentsCollected],
    }
}

/// The stage that the deal goes to now, where one of these works may just have been done. It lies later in the
/// pipeline: a configuration cannot make deals go round.
fn next(cx: &Cx, deal: &Deal, done: &[Work]) -> Result<Option<String>, HostError> {
    let pipeline = cx.host.get::<Pipeline>(&deal.pipeline)?;
    let place = |stage: &str| pipeline.stages.iter().position(|at| at.key == stage);
    for transition in cx.config.transitions.iter().filter(|transition| transition.from == deal.stage) {
        let onwards = matches!((place(&transition.from), place(&transition.to)), (Some(from), Some(to)) if from < to);
        if !onwards {
            cx.warn(&format!("{} → {} does not go onwards in {}", transition.from, transition.to, pipeline.key));
        } else if done.contains(&transition.when) && is_done(cx, &deal.id, transition.when)? {
            return Ok(Some(transition.to.clone()));
        }
    }
    Ok(None)
}

fn is_done(cx: &Cx, deal: &str, work: Work) -> Result<bool, HostError> {
    use DocumentKind::{Act, Contract, Receipt, Waybill};
    use DocumentStatus::{Sent, Signed, Void};
    if work == Work::InvoicePaid {
        let invoices = cx.host.find_all(&Query::<Invoice>::all().is("deal", deal))?;
        let open = |status| !matches!(status, InvoiceStatus::Paid | InvoiceStatus::Void);
        let paid = invoices.iter().any(|invoice| invoice.status == InvoiceStatus::Paid);
        return Ok(paid && !invoices.iter().any(|invoice| open(invoice.status)));
    }
    let mut documents = cx.host.find_all(&Query::<Document>::all().is("about", deal))?;
    documents.retain(|document| document.status != Void);
    let delivery = |document: &Document| matches!(document.document_kind, Waybill | Act);
    Ok(match work {
        Work::DocumentsCollected => {
            documents.retain(|document| !delivery(document));
            let enough = |document: &Document| match document.document_kind {
                DocumentKind::Invoice | Receipt => matches!(document.status, Sent | Signed),
                _ => document.status == Signed,
            };
            !documents.is_empty() && documents.iter().all(enough)
        }
        Work::ContractSent => {
            let with_client = |document: &Document| matches!(document.status, Sent | Signed);
            documents.iter().any(|document| document.document_kind == Contract && with_client(document))
        }
        Work::DeliverySigned | Work::InvoicePaid => {
            documents.retain(delivery);
            !documents.is_empty() && documents.iter().all(|document| document.status == Signed)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> Trial<DealProgress> {
        let trial = Trial::new();
        let stage = |key: &str| Stage { key: key.into(), ..Stage::default() };
        let stages = ["new", "documents", "contract", "payment", "shipment", "won"].map(stage).to_vec();
        trial.add(Pipeline { id: "p".into(), key: "sales".into(), stages, ..Pipeline::default() });
        trial.add(Deal { id: "d".into(), pipeline: "p".into(), stage: "documents".into(), ..Deal::default() });
        for (id, document_kind) in [("c", DocumentKind::Contract), ("w", DocumentKind::Waybill)] {
            let about = Reference { kind: "deal".into(), id: "d".into() };
            trial.add(Document { id: id.into(), document_kind, about, ..Document::default() });
        }
        trial.add(Invoice { id: "i".into(), deal: Some("d".into()), ..Invoice::default() });
        trial
    }

    fn document(trial: &Trial<DealProgress>, id: &str, status: DocumentStatus) -> String {
        trial.change::<Document>(&Actor::System("x".into()), id, |document| document.status = status).unwrap();
        trial.get::<Deal>("d").unwrap().stage
    }

    #[test]
    fn a_deal_goes_all_the_way() {
        let trial = trial();
        assert_eq!(document(&trial, "c", DocumentStatus::Sent), "documents");
        assert_eq!(document(&trial, "c", DocumentStatus::Signed), "payment");
        trial.change::<Invoice>(&Actor::System("bank".into()), "i", |i| i.status = InvoiceStatus::Paid).unwrap();
        assert_eq!(trial.get::<Deal>("d").unwrap().stage, "shipment");
        assert_eq!(document(&trial, "w", DocumentStatus::Signed), "won");
        assert!(trial.failures().is_empty());
    }

    #[test]
    fn what_a_person_set_stays() {
        let trial = trial();
        assert_eq!(document(&trial, "c", DocumentStatus::Signed), "payment");
        let ann = Actor::User("ann".into());
        trial.change::<Deal>(&ann, "d", |deal| deal.stage = "documents".into()).unwrap();
        assert_eq!(document(&trial, "w", DocumentStatus::Sent), "documents", "the waybill is not the documents' work");
    }
}
