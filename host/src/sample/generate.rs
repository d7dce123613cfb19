//! Sample data as large as somebody wants it: what a company of that size has gathered over time.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;

use super::story::Teller;
use super::words::Language;
use super::{Company, create};
use crate::crm::entity::Setting;
use crate::crm::instant::Instant;
use crate::crm::kind::Kind;
use crate::crm::record::Actor;
use crate::store::Store;
use crate::store::commit::{Commit, KeyedChange};
use crate::unit::{Author, Unit};

/// Records of one commit.
const AT_ONCE: usize = 1_000;
/// So many records keep one more member of sales busy.
const BUSY: u64 = 5_000;
/// Members of sales at most.
const MEMBERS: u64 = 60;
/// The most that is generated.
pub const MOST: u64 = 10_000_000;

/// What is generated.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// How many records, about: a customer's records stay together.
    pub records: u64,
    /// The same seed makes the same data.
    pub seed: u64,
    /// What they are written in.
    pub language: Language,
    /// Over how long a time they came to be, until now.
    pub back: Duration,
}

/// Makes the sample company in an empty store, and in it what it has gathered until now. No rule is woken.
/// Returns the company, and how many records were written around it.
///
/// # Errors
/// The store's, also where it has a company already.
pub async fn generate(store: &Arc<dyn Store>, now: Instant, amount: Amount) -> Result<(Company, u64)> {
    let region = amount.language.house().region.to_owned();
    let setting = Setting { now, region, ..Setting::default() };
    let mut unit = Unit::new(store.clone(), Author::Caller, setting.clone(), amount.language.words().tag.into());
    let mut company = super::make(&mut unit, amount.language).await?;
    hire(&mut unit, &mut company, amount).await?;
    let mut commit = Commit::new(now, actor());
    commit.changes = unit.finish().changes;
    store.commit(commit).await.context("failed to write the company")?;
    let written = around(store, &company, setting, amount).await?;
    Ok((company, written))
}

/// What the company has gathered.
async fn around(store: &Arc<dyn Store>, company: &Company, setting: Setting, amount: Amount) -> Result<u64> {
    let start = setting.now - amount.back;
    let rng = StdRng::seed_from_u64(amount.seed);
    let mut teller = Teller::new(rng, amount.language.words(), company.clone(), setting);
    let mut waiting = teller.products(start)?;
    let mut written = 0;
    // Each request comes as far on in the period as so many records are of all.
    while written + (waiting.len() as u64) < amount.records {
        let done = u128::from(written + waiting.len() as u64);
        let passed = amount.back.as_micros() * done / u128::from(amount.records);
        waiting.extend(teller.story(Instant::from_micros(start.micros() + i64::try_from(passed)?))?);
        if waiting.len() >= AT_ONCE {
            written += write(store, std::mem::take(&mut waiting)).await?;
        }
    }
    written += write(store, waiting).await?;
    Ok(written)
}

/// As many members of sales as the company's size wants.
async fn hire(unit: &mut Unit, company: &mut Company, amount: Amount) -> Result<()> {
    let wanted = (amount.records / BUSY).clamp(company.members.len() as u64, MEMBERS);
    let words = amount.language.words();
    let (first, last) = words.women;
    for nth in company.members.len() as u64..wanted {
        let at = usize::try_from(nth)?;
        let name = format!("{} {}", first[at % first.len()], last[at % last.len()]);
        let fields = json!({"name": name, "email": format!("sales-{nth}@nordlicht.example"), "role": "member",
            "department": company.sales, "language": words.tag});
        company.members.push(create(unit, Kind::User, fields).await?);
    }
    Ok(())
}

async fn write(store: &Arc<dyn Store>, records: Vec<KeyedChange>) -> Result<u64> {
    let count = records.len() as u64;
    let at = records.iter().filter_map(|keyed| Some(keyed.change.after.as_ref()?.created_at)).max();
    let Some(at) = at else { return Ok(0) };
    let mut commit = Commit::new(at, actor());
    commit.changes = records;
    store.commit(commit).await.context("failed to write records")?;
    Ok(count)
}

fn actor() -> Actor {
    Actor::System("sample".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::crm::query::Query;
    use crate::store::Feed;
    use crate::store::sqlite::SqliteStore;

    async fn generated(dir: &std::path::Path, language: Language, seed: u64) -> (Arc<dyn Store>, u64) {
        let (feed, _claims) = Feed::new();
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&dir.join("takt.db"), feed).await.unwrap());
        let amount = Amount { records: 600, seed, language, back: Duration::from_secs(100 * 86_400) };
        let (_, written) = generate(&store, crate::crm::testing::NOW, amount).await.unwrap();
        (store, written)
    }

    async fn all(store: &Arc<dyn Store>) -> BTreeMap<Kind, Vec<serde_json::Value>> {
        let mut all = BTreeMap::new();
        for kind in Kind::ALL {
            let page = store.record_find(&Query::of(kind, 10_000), &[]).await.unwrap();
            all.insert(kind, page.records.iter().map(|record| record.face()).collect());
        }
        all
    }

    #[tokio::test]
    async fn a_company_has_some_of_everything_and_the_same_from_the_same_seed() {
        let dirs = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let (one, written) = generated(dirs[0].path(), Language::En, 7).await;
        assert!((600..620).contains(&written), "{written}");
        let (again, _) = generated(dirs[1].path(), Language::En, 7).await;
        let (other, _) = generated(dirs[2].path(), Language::En, 8).await;
        let (one, again, other) = (all(&one).await, all(&again).await, all(&other).await);
        for kind in [Kind::Lead, Kind::Deal, Kind::Contact, Kind::Company, Kind::Task, Kind::Call, Kind::Invoice] {
            assert!(one[&kind].len() > 10, "{kind}: {}", one[&kind].len());
            // What they point at was made with them, under ids of the moment.
            let told = |all: &BTreeMap<Kind, Vec<serde_json::Value>>| -> Vec<String> {
                all[&kind].iter().map(|record| format!("{} {}", record["title"], record["created_at"])).collect()
            };
            assert_eq!(told(&one), told(&again), "{kind}");
            assert_ne!(told(&one), told(&other), "{kind}");
        }
        let paid = one[&Kind::Invoice].iter().filter(|invoice| invoice["status"] == "paid").count();
        assert!(paid > 0 && one[&Kind::Invoice].iter().all(|invoice| invoice["invoice_number"].is_u64()));
    }

    #[tokio::test]
    async fn it_is_written_in_russian_too() {
        let dir = tempfile::tempdir().unwrap();
        let (store, _) = generated(dir.path(), Language::Ru, 1).await;
        let all = all(&store).await;
        let cyrillic = |text: &serde_json::Value| text.as_str().unwrap().chars().any(|c| ('а'..='я').contains(&c));
        assert!(all[&Kind::Contact].iter().all(|contact| cyrillic(&contact["name"])));
        assert_eq!(all[&Kind::Organisation][0]["currency"], "RUB");
    }
}
