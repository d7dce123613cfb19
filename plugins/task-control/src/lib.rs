//! Watches over tasks: reminds the assignee before a task is due, when it is due and when it is overdue, tells the head
//! of those that stay undone, and lets a person snooze.

use serde_json::{Value, json};
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To the assignee, before it is due: title.
        SOON_TITLE = { en: "Task {task} is due soon", ru: "Скоро срок задачи {task}" }
        /// To the assignee, when it is due: title.
        DUE_TITLE = { en: "Task {task} is due", ru: "Наступил срок задачи {task}" }
        /// To the assignee and the head, when it is overdue: title.
        OVERDUE_TITLE = { en: "Task {task} is overdue", ru: "Задача {task} просрочена" }
        /// Of all of them: body.
        BODY = { en: "Assignee: {who}. Due: {due}.", ru: "Исполнитель: {who}. Срок: {due}." }
        /// The button that puts reminders off.
        SNOOZE = { en: "Remind me later", ru: "Напомнить позже" }
        /// To who snoozed.
        SNOOZED = { en: "You will be reminded in {time}", ru: "Напоминание придёт через {time}" }
        /// To who snoozes somebody else's task.
        NOT_YOURS = { en: "Only the assignee snoozes a task", ru: "Отложить задачу может только исполнитель" }
        /// To who snoozes a task that is closed.
        CLOSED = { en: "The task is closed already", ru: "Задача уже закрыта" }
        /// What stands on reminders of a task that is not to be done any more.
        DONE = { en: "The task is closed", ru: "Задача закрыта" }
        /// What stands on reminders of a task that is somebody else's or due at another time.
        MOVED = { en: "The task was moved", ru: "Задача перенесена" }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How long before it is due the assignee is reminded. Plain time.
    pub before: Span,
    /// How long after it was due the head is alerted.
    pub overdue_after: Span,
    /// For how long a press of the button puts reminders off.
    pub snooze: Span,
    /// Plugins that watch over the tasks that they make themselves.
    pub except: Vec<String>,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            before: Span::hours(2),
            overdue_after: Span::hours(24),
            snooze: Span::hours(1),
            except: vec!["lead-intake".into(), "contract-approval".into()],
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct TaskControl;

type Cx = Context<Config>;

/// What is told of a task, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Soon,
    Due,
    Overdue,
}

impl Stage {
    const ALL: [Stage; 3] = [Stage::Soon, Stage::Due, Stage::Overdue];

    const fn name(self) -> &'static str {
        match self {
            Stage::Soon => "soon",
            Stage::Due => "due",
            Stage::Overdue => "overdue",
        }
    }

    fn timer(self, task: &str) -> String {
        format!("{}:{task}", self.name())
    }

    fn at(self, cx: &Cx, due: Instant) -> Result<Instant, HostError> {
        match self {
            Stage::Soon => Ok(due.minus_seconds(cx.config.before.seconds)),
            Stage::Due => Ok(due),
            Stage::Overdue => cx.after(due, cx.config.overdue_after, None),
        }
    }
}

impl Plugin for TaskControl {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Task control")
            .summary("Reminds of tasks that are due, and alerts the head of overdue ones.")
            .on(Subscription::to("task.created")
                .when("after.due != null && (after.plugin == null || !(after.plugin in config.except))"))
            .on(Subscription::to("task.updated")
                .changed(&["status", "due", "assignee", "snoozed_until"])
                .when("after.plugin == null || !(after.plugin in config.except)"))
            .on(Subscription::to("task.deleted"))
            .command(CommandSpec::new("snooze", "Remind me later").on("task"))
            .needs("tasks:read", "To see whether a task is still to be done.")
            .needs("tasks:write", "To note that a person snoozed.")
            .needs("users:read", "To name the assignee.")
            .needs("departments:read", "To find the head.")
            .needs("notifications:write", "To remind and to alert.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        let id = &event.about.id;
        let before = event.before::<Task>()?;
        let now = event.after::<Task>()?;
        let place = |task: &Task| (task.status, task.due, task.assignee.clone());
        if before.is_some() && before.as_ref().map(place) != now.as_ref().map(place) {
            let open = now.as_ref().is_some_and(|task| task.status == TaskStatus::Open);
            let outcome = if open { texts::MOVED } else { texts::DONE };
            cx.host.settle(&notices(id), cx.config.texts.say(outcome, &[]))?;
        }
        plan(cx, id, now.as_ref())?;
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        let Some((name, id)) = timer.key.split_once(':') else { return Ok(None) };
        let Some(task) = cx.host.get::<Task>(id).optional()?.filter(|task| task.status == TaskStatus::Open) else {
            return Ok(None);
        };
        let (Some(due), Some(assignee)) = (task.due, &task.assignee) else { return Ok(None) };
        let stage = match Stage::ALL.into_iter().find(|stage| stage.name() == name) {
            // Put off since: the event of that comes after this timer, and sets the next.
            Some(stage) if stage.at(cx, due)? > cx.now => return Ok(None),
            Some(stage) => stage,
            // A snooze is over: told as what the task is by now.
            None if cx.now < due => Stage::Soon,
            None if cx.now < Stage::Overdue.at(cx, due)? => Stage::Due,
            None => Stage::Overdue,
        };
        let snoozed = task.snoozed_until.is_some_and(|until| until > cx.now);
        let user = cx.host.get::<User>(assignee).optional()?;
        let notice = notice(cx, &task, due, stage, user.as_ref());
        if !snoozed && user.is_some() {
            let snooze = Button::new("snooze", cx.config.texts.say(texts::SNOOZE, &[]));
            cx.host.notify(Notice { to: vec![assignee.clone()], ..notice.clone() }.button(snooze))?;
        }
        if stage == Stage::Overdue
            && name == Stage::Overdue.name()
            && let Some(head) = cx.host.head_of(assignee).optional()?.flatten()
        {
            cx.host.notify(Notice { to: vec![head.id], ..notice })?;
        }
        Ok(None)
    }

    fn on_command(cx: &Cx, command: &Command) -> Outcome {
        let Some(on) = &command.on else { return Err(Failure::permanent("pressed on nothing")) };
        let (person, task) = (cx.host.get::<User>(&command.by)?, cx.host.get::<Task>(&on.id)?);
        let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
        if task.status != TaskStatus::Open {
            return Err(cx.refuse(&person, &say(texts::CLOSED, &[])));
        }
        if task.assignee.as_ref() != Some(&person.id) {
            return Err(cx.refuse(&person, &say(texts::NOT_YOURS, &[])));
        }
        let until = cx.after(cx.now, cx.config.snooze, None)?;
        cx.host.update::<Task>(&task.id, json!({"snoozed_until": until}))?;
        let reply = say(texts::SNOOZED, &[("time", &(until - cx.now))]);
        Ok(Some(Reply::new(reply.in_language(&person.language))))
    }
}

takt_sdk::register!(TaskControl);

/// The key of all notices of one task: each new one stands in the place of the one before.
fn notices(task: &str) -> String {
    format!("task:{task}")
}

/// Sets the timers of what is still to come, and takes the others away.
fn plan(cx: &Cx, id: &str, task: Option<&Task>) -> Result<(), Failure> {
    let open = task.filter(|task| task.status == TaskStatus::Open && task.assignee.is_some());
    let due = open.and_then(|task| task.due);
    let about = open.map(Record::reference);
    for stage in Stage::ALL {
        let key = stage.timer(id);
        match due.map(|due| stage.at(cx, due)).transpose()? {
            Some(at) if at > cx.now => cx.host.timer_set(&key, at, Value::Null, about.clone())?,
            _ => drop(cx.host.timer_cancel(&key)?),
        }
    }
    let again = format!("snoozed:{id}");
    match open.and_then(|task| task.snoozed_until).filter(|until| *until > cx.now && due.is_some()) {
        Some(until) => cx.host.timer_set(&again, until, Value::Null, about)?,
        None => drop(cx.host.timer_cancel(&again)?),
    }
    Ok(())
}

fn notice(cx: &Cx, task: &Task, due: Instant, stage: Stage, assignee: Option<&User>) -> Notice {
    let name = Localized::named(task.number, &task.title);
    let title = match stage {
        Stage::Soon => texts::SOON_TITLE,
        Stage::Due => texts::DUE_TITLE,
        Stage::Overdue => texts::OVERDUE_TITLE,
    };
    let who = assignee.map_or("", |user| &user.name);
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let day = due.to_string();
    let day = format!("{} {} UTC", &day[..10], &day[11..16]);
    let (title, body) = (say(title, &[("task", &name)]), say(texts::BODY, &[("who", &who), ("due", &day)]));
    Notice::to(Vec::<Id>::new()).says(title, body).about(task.reference()).key(notices(&task.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> Trial<TaskControl> {
        let trial = Trial::new();
        let user = |id: &str, role| User {
            id: id.into(),
            name: id.into(),
            role,
            active: true,
            department: Some("d".into()),
            ..User::default()
        };
        trial.add(user("ann", Role::Member));
        trial.add(user("eve", Role::Head));
        trial.add(Department { id: "d".into(), head: Some("eve".into()), ..Department::default() });
        let due = Some(trial.now().plus_seconds(4 * 3600));
        let task = Task { id: "t".into(), title: "Call".into(), assignee: Some("ann".into()), due, ..Task::default() };
        trial.create(&Actor::User("eve".into()), task);
        trial
    }

    fn titles(trial: &Trial<TaskControl>, user: &str) -> Vec<String> {
        trial.inbox(user).iter().map(|notice| notice.title.in_language("en").to_owned()).collect()
    }

    #[test]
    fn reminders_and_the_alert() {
        let trial = trial();
        trial.advance(2 * 3600);
        assert_eq!(titles(&trial, "ann"), ["Task “Call” is due soon"]);
        trial.advance(2 * 3600);
        assert_eq!(titles(&trial, "ann"), ["Task “Call” is due"], "it stands in the place of the one before");
        assert!(titles(&trial, "eve").is_empty());
        trial.advance(24 * 3600);
        assert_eq!(
            (titles(&trial, "ann"), titles(&trial, "eve")),
            (vec!["Task “Call” is overdue".to_owned()], vec!["Task “Call” is overdue".to_owned()])
        );
        assert!(trial.timers().is_empty() && trial.failures().is_empty());
    }

    #[test]
    fn a_snooze_puts_the_reminder_off() {
        let trial = trial();
        trial.advance(4 * 3600);
        let notice = trial.inbox("ann").pop().unwrap();
        trial.press(&notice, "snooze", None).unwrap();
        assert!(trial.timers().contains_key("snoozed:t"));
        trial.advance(3600);
        assert_eq!(titles(&trial, "ann").last().unwrap(), "Task “Call” is due");
        trial.change::<Task>(&Actor::User("ann".into()), "t", |task| task.status = TaskStatus::Done).unwrap();
        assert!(trial.timers().is_empty());
        assert!(trial.inbox("ann").iter().all(|notice| notice.buttons.is_empty()));
        assert!(trial.press(&notice, "snooze", None).is_err());
    }
}
