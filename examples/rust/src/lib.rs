//! VIP leads: scores new leads, gives the important ones to whoever has least to do, and tells the head.

use takt_sdk::prelude::*;

/// What an admin can set. The JSON Schema and the defaults come from this type.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Key of the department whose people take VIP leads.
    department: String,
    /// What a lead has to be worth for 50 points, in minor units.
    amount: i64,
    /// Sources that give 30 points.
    sources: Vec<String>,
    /// The points that make a lead a VIP.
    vip_from: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            department: "sales".into(),
            amount: 1_000_000,
            sources: vec!["referral".into(), "partner".into()],
            vip_from: 70,
        }
    }
}

/// The rule.
pub struct VipLeads;

impl Plugin for VipLeads {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("VIP leads")
            .summary("Scores new leads, gives the important ones to whoever has least to do, and tells the head.")
            .on(Subscription::to("lead.created").when("after.status == 'new' && after.owner == null"))
            .needs("leads:read", "To score leads, and to count what people have to do.")
            .needs("leads:write", "To mark a VIP lead and to give it to its owner.")
            .needs("users:read", "To find who is present.")
            .needs("departments:read", "To find the department and its head.")
            .needs("notifications:write", "To tell the owner and the head.")
    }

    fn on_event(cx: &Context<Config>, event: &Event) -> Outcome {
        // The lead as it stands now: it may have been taken or deleted since.
        let Some(lead) = cx.host.get::<Lead>(&event.about.id).optional()? else { return Ok(None) };
        if lead.owner.is_some() || lead.status != LeadStatus::New {
            return Ok(None);
        }
        let points = score(&lead, &cx.config);
        if points < cx.config.vip_from {
            return Ok(None);
        }
        let key = &cx.config.department;
        let Some(department) = cx.host.department_by_key(key)? else {
            return Err(Failure::permanent(format!("there is no department `{key}`")));
        };
        let head = cx.host.department_head(&department.id, None)?;
        let owner = least_busy(cx, &department.id, head.as_ref())?;

        let mut changes = json!({"custom": {"vip": true, "vip_score": points}});
        if let Some(owner) = &owner {
            changes["owner"] = json!(owner.id);
            changes["status"] = json!(LeadStatus::InProgress);
        }
        cx.host.update::<Lead>(&lead.id, changes)?;

        let readers: Vec<Id> = [&owner, &head].into_iter().flatten().map(|user| user.id.clone()).collect();
        if !readers.is_empty() {
            let title = text!(en: "A VIP lead has come in", ru: "Пришёл VIP-лид");
            let notice = Notice::to(readers).says(title, body(&lead, points, owner.as_ref()));
            cx.host.notify(notice.about(lead.reference()).key(format!("vip:{}", lead.id)))?;
        }
        Ok(None)
    }
}

takt_sdk::register!(VipLeads);

/// Points out of 100: for what a lead may be worth, where it came from, and whether it names a company.
fn score(lead: &Lead, config: &Config) -> u32 {
    let worth = lead.amount.as_ref().is_some_and(|amount| amount.minor >= config.amount);
    let known = lead.source.as_ref().is_some_and(|source| config.sources.contains(source));
    let company = lead.company_name.is_some();
    u32::from(worth) * 50 + u32::from(known) * 30 + u32::from(company) * 20
}

/// Of who is present, the head aside, the one with the fewest open leads.
fn least_busy(cx: &Context<Config>, department: &str, head: Option<&User>) -> Result<Option<User>, HostError> {
    let mut best: Option<(u64, User)> = None;
    let there = Query::all().is("department", department).is("active", true).is("present", true);
    for user in cx.host.find_all::<User>(&there)? {
        if head.is_some_and(|head| head.id == user.id) {
            continue;
        }
        let open = [LeadStatus::New, LeadStatus::InProgress, LeadStatus::Processing, LeadStatus::Waiting];
        let count = cx.host.count(&Query::<Lead>::all().any("status", open).is("owner", &user.id))?;
        if best.as_ref().is_none_or(|(fewest, _)| count < *fewest) {
            best = Some((count, user));
        }
    }
    Ok(best.map(|(_, user)| user))
}

fn body(lead: &Lead, points: u32, owner: Option<&User>) -> Localized {
    let title = lead.title.as_str();
    match owner {
        Some(owner) => text!(
            en: "“{title}” scores {points} of 100. {owner} takes care of it.",
            ru: "«{title}»: {points} из 100. Им займётся {owner}.",
            title = title, points = points, owner = owner.name
        ),
        None => text!(
            en: "“{title}” scores {points} of 100. Nobody is there to take it.",
            ru: "«{title}»: {points} из 100. Взять его некому.",
            title = title, points = points
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sales with its head Eve, busy Ann, and Bob.
    fn sales(config: Value) -> Trial<VipLeads> {
        let trial = Trial::with(config);
        for (id, name) in [("eve", "Eve"), ("ann", "Ann"), ("bob", "Bob")] {
            let department = Some("d1".into());
            let (id, name) = (id.into(), name.into());
            trial.add(User { id, name, department, active: true, present: true, ..User::default() });
        }
        let head = Some("eve".into());
        trial.add(Department { id: "d1".into(), key: "sales".into(), head, ..Department::default() });
        trial.add(Lead { id: "l0".into(), owner: Some("ann".into()), ..Lead::default() });
        trial
    }

    fn vip() -> Lead {
        let amount = Some(Money::new(2_000_000, "EUR"));
        Lead { id: "l1".into(), amount, company_name: Some("Keller".into()), ..Lead::default() }
    }

    fn comes(trial: &Trial<VipLeads>, lead: Lead) -> Lead {
        trial.create(&Actor::System("form".into()), lead);
        trial.get("l1").unwrap()
    }

    #[test]
    fn a_vip_lead_goes_to_the_least_busy_and_the_head_is_told() {
        let trial = sales(json!({}));
        let lead = comes(&trial, vip());
        assert_eq!(lead.owner.as_deref(), Some("bob"));
        assert_eq!(Value::Object(lead.custom), json!({"vip": true, "vip_score": 70}));
        for reader in ["bob", "eve"] {
            let told = &trial.inbox(reader)[0];
            assert!(told.body.in_language("en").ends_with("Bob takes care of it."), "{told:?}");
        }
    }

    #[test]
    fn others_are_left_alone() {
        let plain = Lead { company_name: None, ..vip() };
        let small = Lead { amount: None, source: Some("referral".into()), ..vip() };
        for lead in [plain, small] {
            let trial = sales(json!({}));
            assert_eq!(comes(&trial, lead).owner, None);
            assert_eq!(trial.inbox("eve").len(), 0);
        }
    }

    #[test]
    fn nobody_is_there() {
        let trial = sales(json!({}));
        for id in ["ann", "bob"] {
            trial.change(&Actor::User(id.into()), id, |user: &mut User| user.present = false).unwrap();
        }
        assert_eq!(comes(&trial, vip()).owner, None);
        assert_eq!(trial.inbox("eve").len(), 1);
    }

    #[test]
    fn a_department_that_there_is_not() {
        let trial = sales(json!({"department": "moon"}));
        comes(&trial, vip());
        assert_eq!(trial.failures(), [Failure::permanent("there is no department `moon`")]);
    }
}
