//! Gives leads to people by their parameters: the rules say who may take which lead, the strategy which of them does.
//! What no rule matches is left alone, for the intake.
//!
//! What happens when something is not as it should be:
//! - **Nobody fits, all are away, or all have too much to do**: the department's head gets the lead, and why.
//! - **No head either**: the head of the department above, else an admin.
//! - **A department that there is not**: the run fails for good and says so; an admin is alerted.

mod pick;

use serde_json::json;
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To who got a lead: title.
        GIVEN_TITLE = { en: "Lead {lead} is yours", ru: "Лид {lead} назначен вам" }
        /// To who got a lead: body.
        GIVEN_BODY = { en: "Given by the rule “{rule}”.", ru: "По правилу «{rule}»." }
        /// To the head, when nobody fits: title.
        NOBODY_TITLE = { en: "Nobody fits lead {lead}: it is yours", ru: "Некому передать лид {lead}: он ваш" }
        /// To the head, when nobody fits: body.
        NOBODY_BODY = { en: "Rule “{rule}”. {why}", ru: "Правило «{rule}». {why}" }
        /// Why somebody does not fit.
        AWAY = { en: "{who}: away.", ru: "{who}: отсутствует." }
        /// Why somebody does not fit.
        FULL = { en: "{who}: has {open} open tasks.", ru: "{who}: открытых задач — {open}." }
        /// Why somebody does not fit.
        LESS = { en: "{who}: lacks skill, level or language.", ru: "{who}: не хватает навыка, уровня или языка." }
        /// Why nobody fits.
        EMPTY = { en: "There is nobody in the department.", ru: "В отделе никого нет." }
        /// To who got the work of somebody absent: title.
        HANDED_TITLE = { en: "{what} was handed on to you: {who} is away", ru: "{what} передан вам: {who} отсутствует" }
    }
}

/// Which of those who fit gets the lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Strategy {
    /// One after the other.
    #[default]
    RoundRobin,
    /// Who has the fewest open tasks and leads.
    LeastLoaded,
    /// One after the other, by their weights.
    Weighted,
    /// By chance, by their weights.
    Random,
}

/// Who may take which lead. A condition that is left out always holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// What people call it. Unique.
    pub name: String,
    /// The lead is worth at least so many minor units.
    pub min_amount: Option<i64>,
    /// The lead is worth less than so many minor units.
    pub max_amount: Option<i64>,
    /// The lead asks for one of these products; empty: any.
    pub products: Vec<String>,
    /// The lead is from one of these regions; empty: any.
    pub regions: Vec<String>,
    /// The lead speaks one of these languages; empty: any.
    pub languages: Vec<String>,
    /// The lead came by one of these sources; empty: any.
    pub sources: Vec<String>,
    /// Key of the department whose people may take it.
    pub department: String,
    /// They have all of these skills.
    pub skills: Vec<String>,
    /// They are at least so experienced.
    pub min_level: u8,
    /// They are at most so experienced: routine work for the others.
    pub max_level: Option<u8>,
    /// They speak the lead's language.
    pub speaks: bool,
    /// Which of them gets it.
    pub strategy: Strategy,
}

/// What becomes of the untouched work of somebody who is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnAbsence {
    /// It is handed on by the same rules.
    HandOn,
    /// It waits.
    Keep,
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The first that matches a lead is followed.
    pub rules: Vec<Rule>,
    /// Who has so many open tasks gets nothing more; 0: no limit.
    pub max_open: u64,
    /// What becomes of the untouched work of somebody who is away.
    pub on_absence: OnAbsence,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config { rules: Vec::new(), max_open: 0, on_absence: OnAbsence::HandOn, texts: Texts::shipped(texts::SHIPPED) }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct Distribution;

type Cx = Context<Config>;

impl Plugin for Distribution {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Distribution")
            .summary("Gives leads to people by amount, product, region, language and source, by skill and by load.")
            .on(Subscription::to("lead.created").when("after.owner == null && size(config.rules) > 0"))
            .on(Subscription::to("user.updated")
                .changed(&["present", "active"])
                .when("!after.present || !after.active"))
            .needs("leads:read", "To see what a lead is.")
            .needs("leads:write", "To give it to somebody.")
            .needs("tasks:read", "To see who has how much to do.")
            .needs("tasks:write", "To hand on the tasks of somebody absent.")
            .needs("users:read", "To see who fits.")
            .needs("departments:read", "To find the department and its head.")
            .needs("notifications:write", "To tell them.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        if event.about.kind == "user" {
            if let Some(user) = event.after::<User>()?.filter(|_| cx.config.on_absence == OnAbsence::HandOn) {
                hand_on(cx, &user)?;
            }
            return Ok(None);
        }
        let lead = cx.host.get::<Lead>(&event.about.id).optional()?;
        if let Some(lead) = lead.filter(|lead| lead.owner.is_none() && lead.status == LeadStatus::New) {
            distribute(cx, &lead, None)?;
        }
        Ok(None)
    }
}

takt_sdk::register!(Distribution);

impl Rule {
    fn matches(&self, lead: &Lead) -> bool {
        let amount = lead.amount.as_ref().map_or(0, |amount| amount.minor);
        let one_of = |wanted: &[String], given: &Option<String>| {
            let same = |given: &String| wanted.iter().any(|one| one.to_lowercase() == given.to_lowercase());
            wanted.is_empty() || given.as_ref().is_some_and(same)
        };
        self.min_amount.is_none_or(|least| amount >= least)
            && self.max_amount.is_none_or(|bound| amount < bound)
            && one_of(&self.products, &lead.product)
            && one_of(&self.regions, &lead.region)
            && one_of(&self.languages, &lead.language)
            && one_of(&self.sources, &lead.source)
    }
}

/// Gives the lead to whom the rules choose; to the head where nobody fits. Without a rule that matches it stays.
fn distribute(cx: &Cx, lead: &Lead, instead_of: Option<&User>) -> Result<(), Failure> {
    let Some(rule) = cx.config.rules.iter().find(|rule| rule.matches(lead)) else { return Ok(()) };
    let Some(department) = cx.host.department_by_key(&rule.department)? else {
        return Err(Failure::permanent(format!("rule “{}”: there is no department `{}`", rule.name, rule.department)));
    };
    let name = Localized::named(lead.number, &lead.title);
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let (owner, title, body) = match pick::somebody(cx, rule, lead, &department, instead_of)? {
        Ok(user) => {
            let title = match instead_of {
                Some(absent) => say(texts::HANDED_TITLE, &[("what", &name), ("who", &absent.name)]),
                None => say(texts::GIVEN_TITLE, &[("lead", &name)]),
            };
            (user.id, title, say(texts::GIVEN_BODY, &[("rule", &rule.name)]))
        }
        Err(why) => {
            let Some(head) = cx.host.department_head(&department.id, instead_of.map(|user| user.id.as_str()))? else {
                return Err(Failure::permanent(format!("nobody fits rule “{}”, and there is no head", rule.name)));
            };
            let title = say(texts::NOBODY_TITLE, &[("lead", &name)]);
            (head.id, title, say(texts::NOBODY_BODY, &[("rule", &rule.name), ("why", &why)]))
        }
    };
    let status = if lead.status == LeadStatus::New { LeadStatus::InProgress } else { lead.status };
    cx.host.update::<Lead>(&lead.id, json!({"owner": owner, "status": status}))?;
    cx.host.notify(Notice::to([owner]).says(title, body).about(lead.reference()))?;
    Ok(())
}

/// Leads that nobody has worked on, and tasks that are not about them, go to somebody else.
fn hand_on(cx: &Cx, absent: &User) -> Result<(), Failure> {
    let untouched = Query::<Lead>::all().is("owner", &absent.id).is("status", LeadStatus::InProgress);
    for lead in cx.host.find_all(&untouched)? {
        distribute(cx, &lead, Some(absent))?;
    }
    let open = Query::<Task>::all().is("assignee", &absent.id).is("status", TaskStatus::Open);
    for task in cx.host.find_all(&open)? {
        // A lead's own tasks follow it.
        let Some(department) = &absent.department else { continue };
        if task.about.as_ref().is_some_and(|about| about.kind == "lead") {
            continue;
        }
        let Some(to) = pick::least_loaded(cx, department, absent)? else { continue };
        cx.host.update::<Task>(&task.id, json!({"assignee": to}))?;
        let what = Localized::named(task.number, &task.title);
        let title = cx.config.texts.say(texts::HANDED_TITLE, &[("what", &what), ("who", &absent.name)]);
        cx.host.notify(Notice::to([to]).says(title, Localized::default()).about(task.reference()))?;
    }
    Ok(())
}
