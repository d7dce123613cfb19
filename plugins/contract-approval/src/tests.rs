use serde_json::json;
use takt_sdk::prelude::*;

use super::ContractApproval;

fn trial(config: Value) -> Trial<ContractApproval> {
    let trial = Trial::with(config);
    trial.add(Department { id: "d".into(), key: "sales".into(), head: Some("eve".into()), ..Department::default() });
    for (id, role) in [("ann", Role::Member), ("bob", Role::Admin), ("eve", Role::Head)] {
        let department = Some("d".into());
        trial.add(User { id: id.into(), name: id.into(), role, active: true, department, ..User::default() });
    }
    let about = Reference { kind: "deal".into(), id: "x".into() };
    trial.add(Document { id: "c".into(), title: "Contract".into(), about, ..Document::default() });
    trial
}

fn both() -> Value {
    json!({"rules": [{"approvers": ["head", "role:admin", "user:ann"]}]})
}

fn submit(trial: &Trial<ContractApproval>) -> Document {
    let ann = Actor::User("ann".into());
    trial.change::<Document>(&ann, "c", |document| document.status = DocumentStatus::Approval).unwrap();
    trial.get("c").unwrap()
}

fn titles(trial: &Trial<ContractApproval>, user: &str) -> Vec<String> {
    trial.inbox(user).iter().map(|notice| notice.title.in_language("en").to_owned()).collect()
}

#[test]
fn all_approve_one_with_remarks() {
    let trial = trial(both());
    let round = submit(&trial).rounds.pop().unwrap();
    let asked: Vec<&str> = round.approvers.iter().map(|approver| approver.user.as_str()).collect();
    assert_eq!(asked, ["eve", "bob"], "never the initiator");
    trial.press(&trial.inbox("eve")[0], "approve", None).unwrap();
    assert!(trial.press(&trial.inbox("bob")[0], "approve-with-remarks", Some(" ")).is_err());
    trial.press(&trial.inbox("bob")[0], "approve-with-remarks", Some("Add a date")).unwrap();
    assert_eq!(trial.get::<Document>("c").unwrap().status, DocumentStatus::Approval, "remarks are to be settled");
    let remarks = trial.inbox("ann").pop().unwrap();
    trial.press(&remarks, "settle-remarks", None).unwrap();
    assert_eq!(trial.get::<Document>("c").unwrap().status, DocumentStatus::Approved);
    assert_eq!(
        titles(&trial, "ann"),
        ["eve on “Contract”: approved", "bob on “Contract”: approved with remarks", "“Contract” is approved"]
    );
    let tasks: Vec<Task> = trial.all();
    let open: Vec<&str> = tasks.iter().filter(|t| t.status == TaskStatus::Open).map(|t| t.title.as_str()).collect();
    assert_eq!(open, ["Send contract to client: “Contract”"]);
    assert!(trial.timers().is_empty() && trial.failures().is_empty());
}

#[test]
fn one_after_the_other_and_rework() {
    let trial = trial(json!({"mode": "sequence", "rules": [{"approvers": ["head", "role:admin"]}]}));
    submit(&trial);
    assert!(trial.inbox("bob").is_empty());
    trial.press(&trial.inbox("eve")[0], "approve", None).unwrap();
    trial.press(&trial.inbox("bob")[0], "send-for-rework", Some("Wrong price")).unwrap();
    let document: Document = trial.get("c").unwrap();
    assert_eq!((document.status, document.rounds[0].outcome), (DocumentStatus::Draft, Some(RoundOutcome::Rework)));
    assert_eq!(submit(&trial).rounds[1].number, 2);
    assert_eq!(trial.inbox("eve").len(), 2);
    assert!(trial.failures().is_empty());
}

#[test]
fn who_is_late_is_reminded() {
    let trial = trial(json!({"decide_within": "1h"}));
    submit(&trial);
    trial.advance(3600);
    assert_eq!(titles(&trial, "eve"), ["Please approve “Contract”", "“Contract” waits for your decision"]);
    assert_eq!(titles(&trial, "bob"), ["eve has not decided on “Contract”"]);
    assert!(trial.failures().is_empty());
}
