use super::*;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

fn trial_with(config: Value) -> Trial<LeadIntake> {
    let trial = Trial::with(config);
    trial.add(Department {
        id: "d".into(),
        key: "sales".into(),
        title: "Sales".into(),
        head: Some("hanna".into()),
        ..Department::default()
    });
    let user = |id: &str, name: &str, role, department: Option<&str>| User {
        id: id.into(),
        name: name.into(),
        role,
        department: department.map(Into::into),
        language: "en".into(),
        active: true,
        present: true,
        ..User::default()
    };
    trial.add(User { present: false, ..user("hanna", "Hanna", Role::Head, Some("d")) });
    trial.add(user("anna", "Anna", Role::Member, Some("d")));
    trial.add(User { language: "ru".into(), ..user("boris", "Boris", Role::Member, Some("d")) });
    trial.add(User { present: false, ..user("carl", "Carl", Role::Member, Some("d")) });
    trial.add(User { active: false, ..user("dora", "Dora", Role::Member, Some("d")) });
    trial.add(user("eve", "Eve", Role::Admin, None));
    trial
}

fn trial() -> Trial<LeadIntake> {
    trial_with(json!({}))
}

fn form() -> Actor {
    Actor::System("web-form".into())
}

fn person(id: &str) -> Actor {
    Actor::User(id.into())
}

fn lead() -> Lead {
    Lead { id: "l".into(), number: Some(7), title: "Chairs".into(), name: Some("Ivan".into()), ..Lead::default() }
}

fn arrives(trial: &Trial<LeadIntake>) {
    trial.create(&form(), lead());
}

fn change(trial: &Trial<LeadIntake>, by: &str, change: impl FnOnce(&mut Lead)) {
    trial.change(&person(by), "l", change).unwrap();
    assert_eq!(trial.failures(), []);
}

fn titles(trial: &Trial<LeadIntake>, user: &str) -> Vec<String> {
    assert_eq!(trial.failures(), []);
    trial.inbox(user).iter().map(|n| n.title.in_language("en").to_owned()).collect()
}

fn last(trial: &Trial<LeadIntake>, user: &str) -> Notification {
    trial.inbox(user).pop().unwrap()
}

fn task(trial: &Trial<LeadIntake>) -> Task {
    trial.all::<Task>().pop().unwrap()
}

fn accepted_by_anna() -> Trial<LeadIntake> {
    let trial = trial();
    arrives(&trial);
    trial.press(&last(&trial, "anna"), "accept", None).unwrap();
    assert_eq!(trial.failures(), []);
    trial
}

#[test]
fn s1_1_everybody_who_is_there_is_offered_the_lead() {
    let trial = trial();
    arrives(&trial);
    for user in ["anna", "boris"] {
        assert_eq!(titles(&trial, user), ["New lead 7 “Chairs”"]);
    }
    for user in ["hanna", "carl", "dora", "eve"] {
        assert!(titles(&trial, user).is_empty(), "{user}");
    }
    let offer = last(&trial, "boris");
    assert_eq!(offer.about, Some(lead().reference()));
    assert_eq!(offer.title.in_language("ru"), "Новый лид 7 «Chairs»");
    assert_eq!(offer.buttons[0].label.in_language("ru"), "Принять");
    assert_eq!(offer.body.in_language("en"), "From: Ivan. Source: —.\n");
}

#[test]
fn s1_1_a_lead_with_an_owner_is_not_offered() {
    let trial = trial();
    trial.create(&form(), Lead { owner: Some("anna".into()), ..lead() });
    assert_eq!(titles(&trial, "anna"), ["Lead 7 “Chairs” is yours now"]);
    assert!(titles(&trial, "boris").is_empty() && titles(&trial, "hanna").is_empty());
    assert_eq!(task(&trial).assignee.as_deref(), Some("anna"));
}

#[test]
fn s1_2_first_accept_wins() {
    let trial = trial();
    arrives(&trial);
    let (anna, boris) = (last(&trial, "anna"), last(&trial, "boris"));
    let reply = trial.press(&anna, "accept", None).unwrap().unwrap();
    assert_eq!(reply.message, "Lead 7 “Chairs” is yours");
    let taken: Lead = trial.get("l").unwrap();
    assert_eq!((taken.owner.as_deref(), taken.status), (Some("anna"), LeadStatus::InProgress));
    let settled = last(&trial, "boris");
    assert!(settled.buttons.is_empty());
    assert_eq!(settled.outcome.unwrap().in_language("en"), "Taken by Anna");

    let late = trial.press(&boris, "accept", None);
    assert_eq!(late, Err(Failure::refused("Этот лид уже взят: Anna")));
    let again = trial.press(&anna, "accept", None);
    assert_eq!(again, Err(Failure::refused("You already took this lead")));
    assert_eq!(trial.get::<Lead>("l").unwrap(), taken);
    assert_eq!(trial.all::<Task>().len(), 1);
}

#[test]
fn s1_2_accept_is_refused_to_who_left_and_on_closed_leads() {
    let trial = trial();
    arrives(&trial);
    let lead = lead().reference();
    assert_eq!(trial.press_on(&lead, "accept", "dora"), Err(Failure::refused("Your account is not active")));
    change(&trial, "anna", |lead| lead.status = LeadStatus::Rejected);
    assert_eq!(trial.press_on(&lead, "accept", "anna"), Err(Failure::refused("This lead is closed already")));
    trial.delete::<Lead>(&person("eve"), "l");
    assert_eq!(trial.press_on(&lead, "accept", "anna"), Err(Failure::refused("The lead was deleted")));
}

#[test]
fn s1_3_the_head_is_told_who_took_it_and_after_how_long() {
    let trial = trial();
    arrives(&trial);
    trial.advance(5 * MINUTE);
    trial.press(&last(&trial, "anna"), "accept", None).unwrap();
    assert_eq!(titles(&trial, "hanna"), ["Anna took lead 7 “Chairs”"]);
    assert_eq!(last(&trial, "hanna").body.in_language("ru"), "Время до принятия: 5 минут");
}

#[test]
fn s1_3_taken_by_hand_is_as_good_as_accepted() {
    let trial = trial();
    arrives(&trial);
    change(&trial, "eve", |lead| lead.owner = Some("boris".into()));
    assert_eq!(titles(&trial, "hanna"), ["Boris took lead 7 “Chairs”"]);
    assert_eq!(titles(&trial, "boris").last().unwrap(), "Lead 7 “Chairs” is yours now");
    assert!(last(&trial, "anna").buttons.is_empty());
    assert_eq!(trial.timers().keys().collect::<Vec<_>>(), ["process:l"]);
    change(&trial, "boris", |lead| lead.status = LeadStatus::InProgress);
    assert_eq!(trial.all::<Task>().len(), 1);
    assert_eq!(titles(&trial, "hanna").len(), 1);
}

#[test]
fn s1_4_the_head_is_alerted_three_times() {
    let trial = trial();
    arrives(&trial);
    trial.advance(15 * MINUTE - 1);
    assert!(titles(&trial, "hanna").is_empty());
    trial.advance(1);
    assert_eq!(last(&trial, "hanna").body.in_language("en"), "Waiting: 15 minutes. Alert 1 of 3.");
    trial.advance(30 * MINUTE);
    assert_eq!(last(&trial, "hanna").body.in_language("en"), "Waiting: 45 minutes. Alert 2 of 3.");
    trial.advance(24 * HOUR);
    assert_eq!(last(&trial, "hanna").body.in_language("en"), "Waiting: 1 hour 15 minutes. Alert 3 of 3.");
    assert_eq!(titles(&trial, "hanna"), ["Nobody took lead 7 “Chairs”"]);
    assert!(trial.timers().is_empty());
}

#[test]
fn s1_4_working_time_runs_over_the_weekend() {
    let trial = trial();
    trial.advance_to("2026-11-27T17:55:00Z".parse().unwrap());
    arrives(&trial);
    let monday: Instant = "2026-11-30T09:10:00Z".parse().unwrap();
    assert_eq!(trial.timers()["accept:l"].at, monday);
}

#[test]
fn s1_4_without_working_hours_time_is_plain() {
    let trial = trial();
    trial.working_hours(9, 9);
    arrives(&trial);
    assert_eq!(trial.timers()["accept:l"].at, trial.now().plus_seconds(15 * MINUTE));
    assert_eq!(trial.log().len(), 1);
}

#[test]
fn s1_4_the_head_assigns() {
    let trial = trial();
    arrives(&trial);
    trial.advance(15 * MINUTE);
    let alert = last(&trial, "hanna");
    assert!(matches!(alert.buttons[0].asks, Some(Question::User(_))));
    for nobody in [None, Some("dora"), Some("x")] {
        assert_eq!(trial.press(&alert, "assign", nobody), Err(Failure::refused("Choose an active user")));
    }
    let reply = trial.press(&alert, "assign", Some("boris")).unwrap().unwrap();
    assert_eq!(reply.message, "Lead 7 “Chairs” was assigned to Boris");
    assert_eq!(trial.get::<Lead>("l").unwrap().owner.as_deref(), Some("boris"));
    let told = last(&trial, "boris");
    assert_eq!(told.title.in_language("en"), "Lead 7 “Chairs” is yours now");
    assert_eq!(titles(&trial, "boris").iter().filter(|title| title.contains("yours")).count(), 1);
    assert_eq!(trial.inbox("hanna")[0].outcome.as_ref().unwrap().in_language("en"), "Taken by Boris");
    assert_eq!(trial.press(&alert, "assign", Some("anna")), Err(Failure::refused("Boris already took this lead")));
}

#[test]
fn s1_4_members_do_not_assign() {
    let trial = trial();
    arrives(&trial);
    trial.advance(15 * MINUTE);
    let stolen = Notification { to: "anna".into(), ..last(&trial, "hanna") };
    assert_eq!(
        trial.press(&stolen, "assign", Some("anna")),
        Err(Failure::refused("Only a head or an admin assigns leads"))
    );
}

#[test]
fn s1_4_nobody_there_alerts_the_head_at_once() {
    let trial = trial();
    for id in ["anna", "boris"] {
        trial.add(User { present: false, ..trial.get(id).unwrap() });
    }
    arrives(&trial);
    let first = "Nobody of Sales is there. Waiting: 0 seconds. Alert 1 of 3.";
    assert_eq!(last(&trial, "hanna").body.in_language("en"), first);
    trial.add(User { present: true, ..trial.get("anna").unwrap() });
    trial.advance(30 * MINUTE);
    assert_eq!(titles(&trial, "anna"), ["New lead 7 “Chairs”"]);
    assert_eq!(last(&trial, "hanna").body.in_language("en"), "Waiting: 30 minutes. Alert 2 of 3.");
}

#[test]
fn s1_4_without_a_head_an_admin_is_alerted() {
    let trial = trial();
    trial.add(Department { head: None, ..trial.get("d").unwrap() });
    arrives(&trial);
    trial.advance(15 * MINUTE);
    assert_eq!(titles(&trial, "eve"), ["Nobody took lead 7 “Chairs”"]);
}

#[test]
fn s1_5_the_owner_gets_a_task() {
    let trial = accepted_by_anna();
    let task = task(&trial);
    assert_eq!(task.title, "Process lead 7 “Chairs”");
    assert_eq!(task.assignee.as_deref(), Some("anna"));
    assert_eq!(task.due, Some("2026-11-24T18:00:00Z".parse().unwrap()));
    assert_eq!(task.about, Some(lead().reference()));
    assert_eq!(trial.timers().keys().collect::<Vec<_>>(), ["process:l"]);
}

#[test]
fn s1_5_either_end_completes_the_task() {
    for status in [LeadStatus::Converted, LeadStatus::Rejected] {
        let trial = accepted_by_anna();
        change(&trial, "anna", |lead| lead.status = status);
        assert_eq!(task(&trial).status, TaskStatus::Done);
        assert!(trial.timers().is_empty());
    }
}

#[test]
fn s1_6_the_head_gets_a_report_of_a_conversion() {
    let trial = trial();
    arrives(&trial);
    trial.advance(2 * MINUTE);
    trial.press(&last(&trial, "anna"), "accept", None).unwrap();
    trial.advance(HOUR);
    let amount = Some(Money::new(50_000, "EUR"));
    trial.add(Deal { id: "deal".into(), number: Some(31), amount, ..Deal::default() });
    change(&trial, "anna", |lead| {
        lead.status = LeadStatus::Converted;
        lead.deal = Some("deal".into());
    });
    let report = last(&trial, "hanna");
    assert_eq!(report.title.in_language("en"), "Lead 7 “Chairs” was converted");
    assert_eq!(
        report.body.in_language("en").replace('\u{a0}', " "),
        "Responsible: Anna. Deal: 31. Amount: 500.00 EUR. Time to accept: 2 minutes. Time to process: 1 hour."
    );
}

#[test]
fn s1_6_the_head_gets_a_report_of_a_rejection() {
    let trial = trial();
    arrives(&trial);
    change(&trial, "boris", |lead| {
        lead.status = LeadStatus::Rejected;
        lead.reject_reason = Some("spam".into());
    });
    assert_eq!(
        last(&trial, "hanna").body.in_language("en"),
        "Responsible: Boris. Reason: spam. Time to accept: —. Time to process: —."
    );
    assert_eq!(last(&trial, "anna").outcome.unwrap().in_language("en"), "The lead was rejected");
    assert!(trial.timers().is_empty() && trial.all::<Task>().is_empty());
}

#[test]
fn s1_7_the_owner_is_reminded_and_then_the_head_too() {
    let trial = accepted_by_anna();
    let before = titles(&trial, "hanna").len();
    let reminders = |user| trial.inbox(user).iter().filter(|n| n.key.as_deref() == Some("reminder:l")).count();
    trial.advance(8 * HOUR);
    assert_eq!((reminders("anna"), titles(&trial, "hanna").len()), (1, before));
    trial.advance(2 * HOUR);
    assert_eq!(last(&trial, "anna").body.in_language("en"), "Responsible: Anna. Overdue: 2 hours.");
    assert_eq!(reminders("hanna"), 0);
    trial.advance(2 * HOUR);
    assert_eq!((reminders("anna"), reminders("hanna")), (1, 1));
    change(&trial, "anna", |lead| lead.status = LeadStatus::Rejected);
    assert_eq!(last(&trial, "anna").outcome.unwrap().in_language("en"), "The lead was rejected");
    trial.advance(24 * HOUR);
    assert_eq!(reminders("anna"), 1);
}

#[test]
fn s1_7_reminders_move_with_the_task_and_with_waiting() {
    let trial = accepted_by_anna();
    let late: Instant = "2026-11-26T10:00:00Z".parse().unwrap();
    trial.change(&person("anna"), &task(&trial).id, |task: &mut Task| task.due = Some(late)).unwrap();
    trial.advance(8 * HOUR);
    assert_eq!(trial.timers()["process:l"].at, late);
    let back: Instant = "2026-12-01T10:00:00Z".parse().unwrap();
    change(&trial, "anna", |lead| {
        lead.status = LeadStatus::Waiting;
        lead.resume_at = Some(back);
    });
    trial.advance_to(late);
    assert_eq!(trial.timers()["process:l"].at, back);
    assert_eq!(titles(&trial, "anna").len(), 1);
}

#[test]
fn s1_8_a_deleted_lead_takes_everything_along() {
    let free = trial();
    arrives(&free);
    free.delete::<Lead>(&person("eve"), "l");
    assert_eq!(last(&free, "anna").outcome.unwrap().in_language("en"), "The lead was deleted");
    assert!(free.timers().is_empty());

    let owned = accepted_by_anna();
    owned.delete::<Lead>(&person("eve"), "l");
    assert_eq!(task(&owned).status, TaskStatus::Cancelled);
    assert!(owned.timers().is_empty());
    assert_eq!(owned.failures(), []);
}

#[test]
fn s1_8_a_lead_handed_over_takes_its_task_along() {
    let trial = accepted_by_anna();
    trial.advance(8 * HOUR);
    change(&trial, "anna", |lead| lead.owner = Some("boris".into()));
    assert_eq!(task(&trial).assignee.as_deref(), Some("boris"));
    assert_eq!(last(&trial, "boris").body.in_language("ru"), "Кто передал: Anna");
    assert_eq!(last(&trial, "anna").outcome.unwrap().in_language("en"), "Handed over to Boris");
    trial.advance(2 * HOUR);
    assert_eq!(last(&trial, "boris").key.as_deref(), Some("reminder:l"));
}

#[test]
fn s1_8_a_lead_returned_is_offered_again() {
    let trial = accepted_by_anna();
    change(&trial, "anna", |lead| {
        lead.owner = None;
        lead.status = LeadStatus::New;
    });
    assert_eq!(task(&trial).status, TaskStatus::Cancelled);
    assert_eq!(trial.timers().keys().collect::<Vec<_>>(), ["accept:l"]);
    trial.press(&last(&trial, "boris"), "accept", None).unwrap();
    let open: Vec<Task> = trial.all::<Task>().into_iter().filter(|t| t.status == TaskStatus::Open).collect();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].assignee.as_deref(), Some("boris"));
}

#[test]
fn a_missing_department_fails_for_good() {
    let trial = trial_with(json!({"department": "nowhere"}));
    arrives(&trial);
    assert_eq!(trial.failures(), [Failure::permanent("there is no department `nowhere`")]);
}

#[test]
fn an_admin_rewords_the_offer() {
    let trial = trial_with(json!({"texts": {"OFFER_TITLE": {"en": "Grab {lead}!"}}}));
    arrives(&trial);
    assert_eq!(titles(&trial, "anna"), ["Grab 7 “Chairs”!"]);
}

#[test]
fn the_longest_lead_is_answered_like_any_other() {
    let trial = trial();
    let (title, message) = ("Ж".repeat(200), Some("Ж".repeat(10_000)));
    trial.create(&form(), Lead { title, message, ..lead() });
    trial.press(&last(&trial, "anna"), "accept", None).unwrap();
    trial.advance(24 * HOUR);
    change(&trial, "anna", |lead| lead.status = LeadStatus::Rejected);
    assert_eq!(task(&trial).status, TaskStatus::Done);
}

#[test]
fn an_unchanged_phase_wakes_for_nothing() {
    let trial = accepted_by_anna();
    let (before, timers) = (trial.inbox("anna").len(), trial.timers());
    change(&trial, "anna", |lead| lead.status = LeadStatus::Processing);
    assert_eq!((trial.inbox("anna").len(), trial.timers()), (before, timers));
}
