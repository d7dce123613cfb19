//! Which of those who fit gets the lead. Turns are kept in the plugin's state, which the host guards: two leads at the
//! same moment never take the same turn.

use serde_json::json;
use takt_sdk::prelude::*;

use crate::{Cx, Rule, Strategy, texts};

/// Somebody who fits, or why nobody does.
pub fn somebody(
    cx: &Cx,
    rule: &Rule,
    lead: &Lead,
    department: &Department,
    except: Option<&User>,
) -> Result<Result<User, Localized>, HostError> {
    let people = Query::<User>::all().is("department", &department.id).is("active", true);
    let mut people = cx.host.find_all(&people)?;
    people
        .retain(|user| except.is_none_or(|absent| absent.id != user.id) && Some(&user.id) != department.head.as_ref());
    let mut fitting = Vec::new();
    let mut reasons = Vec::new();
    for user in people {
        let open = open_tasks(cx, &user.id)?;
        match reason(cx, rule, lead, &user, open) {
            None => fitting.push((user, open)),
            Some(why) => reasons.push(why),
        }
    }
    if fitting.is_empty() {
        return Ok(Err(joined(cx, &reasons)));
    }
    let chosen = match rule.strategy {
        Strategy::RoundRobin => turn(cx, rule)? % fitting.len(),
        Strategy::LeastLoaded => least(cx, rule, &fitting)?,
        Strategy::Weighted => by_weight(&fitting, turn(cx, rule)?),
        Strategy::Random => by_weight(&fitting, cx.random(usize::MAX)),
    };
    Ok(Ok(fitting.swap_remove(chosen).0))
}

/// The user of the department with the fewest open tasks, but for one.
pub fn least_loaded(cx: &Cx, department: &str, except: &User) -> Result<Option<Id>, HostError> {
    cx.host.pick(&Wanted {
        department: Some(department.to_owned()),
        except: vec![except.id.clone()],
        present: true,
        load: vec![Work::Tasks],
        ..Wanted::default()
    })
}

fn open_tasks(cx: &Cx, user: &str) -> Result<u64, HostError> {
    cx.host.count(&Query::<Task>::all().is("assignee", user).is("status", TaskStatus::Open))
}

fn is_away(cx: &Cx, user: &User) -> bool {
    !user.present || user.absences.iter().any(|absence| absence.from <= cx.now && cx.now < absence.to)
}

fn reason(cx: &Cx, rule: &Rule, lead: &Lead, user: &User, open: u64) -> Option<Localized> {
    let say = |text, values: &[(&str, &dyn Say)]| Some(cx.config.texts.say(text, values));
    if is_away(cx, user) {
        return say(texts::AWAY, &[("who", &user.name)]);
    }
    if cx.config.max_open > 0 && open >= cx.config.max_open {
        return say(texts::FULL, &[("who", &user.name), ("open", &open)]);
    }
    let skilled = rule.skills.iter().all(|skill| user.skills.contains(skill));
    let level = user.level >= rule.min_level && rule.max_level.is_none_or(|most| user.level <= most);
    let speaks = lead.language.as_ref().is_none_or(|language| {
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_lowercase();
        user.languages.iter().any(|spoken| primary(spoken) == primary(language))
    });
    if skilled && level && (speaks || !rule.speaks) { None } else { say(texts::LESS, &[("who", &user.name)]) }
}

fn joined(cx: &Cx, reasons: &[Localized]) -> Localized {
    if reasons.is_empty() {
        return cx.config.texts.say(texts::EMPTY, &[]);
    }
    let all = |tag: &str| reasons.iter().map(|reason| reason.in_language(tag)).collect::<Vec<_>>().join(" ");
    Localized::default().with("en", all("en")).with("ru", all("ru"))
}

/// Counts the leads that went by a rule.
fn turn(cx: &Cx, rule: &Rule) -> Result<usize, HostError> {
    let key = format!("turn:{}", rule.name);
    let turn = cx.host.state_get(&key)?.and_then(|turn| turn.as_u64()).unwrap_or(0);
    cx.host.state_set(&key, json!(turn.wrapping_add(1)))?;
    Ok(usize::try_from(turn).unwrap_or_default())
}

/// The fewest open tasks and leads in hand. The rule's count is taken, too: of two runs that count the same, the later
/// is repeated on what the first one left.
fn least(cx: &Cx, rule: &Rule, fitting: &[(User, u64)]) -> Result<usize, HostError> {
    turn(cx, rule)?;
    let mut best = (u64::MAX, 0);
    for (at, (user, tasks)) in fitting.iter().enumerate() {
        let hand = [LeadStatus::InProgress, LeadStatus::Processing];
        let leads = cx.host.count(&Query::<Lead>::all().is("owner", &user.id).any("status", hand))?;
        if tasks + leads < best.0 {
            best = (tasks + leads, at);
        }
    }
    Ok(best.1)
}

/// Whose share the number falls in.
fn by_weight(fitting: &[(User, u64)], number: usize) -> usize {
    let total: usize = fitting.iter().map(|(user, _)| usize::from(user.weight.max(1))).sum();
    let mut left = number % total.max(1);
    for (at, (user, _)) in fitting.iter().enumerate() {
        let share = usize::from(user.weight.max(1));
        if left < share {
            return at;
        }
        left -= share;
    }
    0
}
