//! Everything is written to a backup while the host works, brought back, moved, and works on.

use tempfile::TempDir;

use super::busy::{Busy, all_done};
use super::ledger::Ledger;
use crate::support::database::Data;
use crate::support::house::share_compiled;
use crate::support::process::{Process, command, refusal};

fn words(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_under_load_is_whole_and_works_on_where_it_is_brought_back() {
    let mut busy = Busy::start(Data::new().await, &[]).await;
    let (leads, moves) = (busy.leads(), busy.moves());
    let folder = TempDir::new().unwrap();
    let backup = folder.path().join("backup");
    command(&busy.data, &["backup", "--to", words(&backup)]).await;
    busy.rest().await;
    assert!(busy.leads().len() > leads.len(), "the host went on meanwhile");
    busy.host.take().unwrap().kill().await;

    let other = Data::new().await;
    command(&other, &["restore", "--from", words(&backup)]).await;
    let said = refusal(&other, &["restore", "--from", words(&backup)]).await;
    assert!(said.contains("has a host's files already"), "{said}");
    share_compiled(other.path());
    let host = Process::start(&other).await;
    busy.base.write().unwrap().clone_from(&host.address);
    let admin = &busy.admin;
    all_done(admin).await;
    let ledger = Ledger::read(admin).await;
    let there = ledger.lead_ids();
    assert!(leads.iter().all(|lead| there.contains(lead)), "what was accepted before it stands in the backup");
    ledger.check(admin, &busy.deals, (&there, &moves)).await;

    // The same again, moved to a file and from there to another.
    let (one, two) = (format!("sqlite:{}/one", words(folder.path())), format!("sqlite:{}/two", words(folder.path())));
    let place = other.place();
    let said = refusal(&other, &["migrate", "--from", &place, "--to", &one]).await;
    assert!(said.contains("another host runs on") || said.contains("a host runs on the source"), "{said}");
    host.stop().await;
    let first = command(&other, &["migrate", "--from", &place, "--to", &one]).await;
    let second = command(&other, &["migrate", "--from", &one, "--to", &two]).await;
    assert_eq!(first, second);
    let records = first["tables"].as_array().unwrap().iter().find(|table| table["table"] == "record").unwrap();
    assert!(records["rows"].as_u64().unwrap() > there.len() as u64);
    let said = refusal(&other, &["migrate", "--from", &one, "--to", &two]).await;
    assert!(said.contains("is not empty"), "{said}");
}
