//! What stands in the books in the end, and whether it adds up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use crate::support::person::Person;

/// People of the department, its head among them: so many get each offer.
pub const PEOPLE: usize = 3;
/// Alerts that each lead that nobody takes makes.
const ALERTS: usize = 2;

pub struct Ledger {
    leads: Vec<Value>,
    notifications: Vec<Value>,
    runs: Vec<Value>,
}

impl Ledger {
    pub async fn read(admin: &Person) -> Self {
        Self {
            leads: all(admin, "/api/v1/leads").await,
            notifications: all(admin, "/api/v1/notifications").await,
            runs: all(admin, "/api/v1/runs").await,
        }
    }

    /// All of it: of the leads and of each deal's moves that were accepted.
    pub async fn check(&self, admin: &Person, deals: &[Value], (leads, moves): (&[String], &[(String, u64)])) {
        self.check_leads(leads);
        self.check_runs();
        for deal in deals {
            self.check_moves(admin, deal, moves).await;
        }
    }

    /// The leads that are there.
    pub fn lead_ids(&self) -> Vec<String> {
        self.leads.iter().map(|lead| text(lead, "id").to_owned()).collect()
    }

    /// Every lead that was accepted is there, none is there twice, and each has each of its effects exactly once.
    fn check_leads(&self, accepted: &[String]) {
        assert!(accepted.len() > 20, "there was no load: {} leads", accepted.len());
        let there: BTreeSet<&str> = self.leads.iter().map(|lead| text(lead, "id")).collect();
        for id in accepted {
            assert!(there.contains(id.as_str()), "the lead {id} was accepted and is lost");
        }
        let titles: BTreeSet<&str> = self.leads.iter().map(|lead| text(lead, "title")).collect();
        assert_eq!(titles.len(), self.leads.len(), "a lead sent again was made twice");
        assert_eq!(accepted.len(), self.leads.len(), "every lead was answered in the end");
        let numbers: Vec<u64> = self.leads.iter().map(|lead| lead["number"].as_u64().unwrap()).collect();
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "a number was given twice");

        let mut readers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for notice in &self.notifications {
            if let Some(key) = notice["key"].as_str() {
                readers.entry(key).or_default().push(text(notice, "to"));
            }
        }
        for lead in &self.leads {
            let id = text(lead, "id");
            let offered = readers.remove(format!("offer:{id}").as_str()).unwrap_or_default();
            let once: BTreeSet<&&str> = offered.iter().collect();
            assert_eq!((offered.len(), once.len()), (PEOPLE, PEOPLE), "the lead {id} was offered to {offered:?}");
            let alerted = readers.remove(format!("alert:{id}").as_str()).unwrap_or_default();
            assert_eq!(alerted.len(), 1, "the last alert of lead {id} stands: {alerted:?}");
        }
        assert!(readers.is_empty(), "notifications about leads that are not there: {readers:?}");
    }

    /// One run for each event and each timer that was done; others only where the host itself could not go on, where the
    /// database kept one waiting, or where others were faster.
    fn check_runs(&self) {
        let mut counts: HashMap<(&str, &str), usize> = HashMap::new();
        for run in &self.runs {
            let waited = run["outcome"] == "budget" && text(run, "error").contains("deadline");
            if waited || ["host", "conflict"].contains(&text(run, "outcome")) {
                continue;
            }
            assert_eq!(run["outcome"], "ok", "{run:#}");
            *counts.entry((text(run, "trigger"), text(&run["about"], "id"))).or_default() += 1;
        }
        for lead in &self.leads {
            let id = text(lead, "id");
            assert_eq!(counts.get(&("event", id)), Some(&1), "the event of lead {id} was run once");
            assert_eq!(counts.get(&("timer", id)), Some(&ALERTS), "each timer of lead {id} fired once");
        }
    }

    /// The head was told of every move of the deal, once, in the order of the moves.
    async fn check_moves(&self, admin: &Person, deal: &Value, accepted: &[(String, u64)]) {
        let id = text(deal, "id");
        let mut history = all(admin, &format!("/api/v1/deals/{id}/history")).await;
        history.reverse();
        let versions: Vec<u64> = history.iter().map(|change| change["version"].as_u64().unwrap()).collect();
        assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>(), "no version is missing, none is doubled");
        // A move to the stage where the deal is already, as one that was not answered left it, makes no version.
        let newest = accepted.iter().filter(|(deal, _)| deal == id).map(|(_, version)| *version).max();
        assert!(newest.is_some_and(|newest| newest > 5 && newest <= versions.len() as u64), "{newest:?}");

        let moves = history.iter().skip(1).map(|change| {
            let stage = |at: usize| change["diff"]["stage"][at].as_str().unwrap().to_uppercase();
            format!("Deal {}: {} → {}", deal["number"], stage(0), stage(1))
        });
        let mut told: Vec<&Value> = self.notifications.iter().filter(|notice| notice["about"]["id"] == id).collect();
        told.sort_by_key(|notice| text(notice, "id"));
        let told: Vec<&str> = told.into_iter().map(|notice| text(notice, "title")).collect();
        assert_eq!(told, moves.collect::<Vec<_>>());
    }
}

/// All pages of a listing.
async fn all(admin: &Person, path: &str) -> Vec<Value> {
    let mut found = Vec::new();
    let mut place = String::new();
    loop {
        let mut page = admin.get(&format!("{path}?limit=200{place}")).await.ok();
        found.append(page["items"].as_array_mut().unwrap());
        match page["next"].as_str() {
            Some(next) => place = format!("&after={next}"),
            None => return found,
        }
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value:#}"))
}
