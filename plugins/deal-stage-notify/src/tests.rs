use super::*;

fn trial(config: Value) -> Trial<DealStageNotify> {
    let trial = Trial::with(config);
    trial.add(Department { id: "d".into(), key: "sales".into(), head: Some("hanna".into()), ..Department::default() });
    for (id, name, role) in
        [("hanna", "Hanna", Role::Head), ("anna", "Anna", Role::Member), ("boris", "Boris", Role::Member)]
    {
        let department = Some("d".into());
        trial.add(User { id: id.into(), name: name.into(), role, department, active: true, ..User::default() });
    }
    let stage = |key: &str, title: &str| Stage { key: key.into(), title: title.into(), ..Stage::default() };
    let stages = vec![stage("new", "New"), stage("agreed", "Agreed"), stage("contract", "Contract")];
    trial.add(Pipeline { id: "p".into(), key: "main".into(), stages, ..Pipeline::default() });
    trial.add(Deal {
        id: "deal".into(),
        number: Some(12),
        title: "Chairs".into(),
        pipeline: "p".into(),
        stage: "new".into(),
        owner: Some("anna".into()),
        amount: Some(Money::new(123_450, "EUR")),
        ..Deal::default()
    });
    trial
}

fn go(trial: &Trial<DealStageNotify>, stage: &str) {
    let by = Actor::User("anna".into());
    trial.change(&by, "deal", |deal: &mut Deal| deal.stage = stage.into()).unwrap();
}

fn titles(trial: &Trial<DealStageNotify>, user: &str) -> Vec<String> {
    assert_eq!(trial.failures(), []);
    trial.inbox(user).iter().map(|n| n.title.in_language("en").to_owned()).collect()
}

#[test]
fn s7_1_only_a_move_to_another_stage_wakes_it() {
    let trial = trial(json!({}));
    trial.change(&Actor::User("anna".into()), "deal", |deal: &mut Deal| deal.title = "Tables".into()).unwrap();
    assert_eq!(trial.runs(), 0);
}

#[test]
fn s7_2_the_head_is_told_in_their_language() {
    let trial = trial(json!({}));
    go(&trial, "agreed");
    let inbox = trial.inbox("hanna");
    assert_eq!(titles(&trial, "hanna"), ["Deal 12: New → Agreed"]);
    assert_eq!(inbox[0].body.in_language("en"), "“Chairs”. Responsible: Anna. Amount: 1,234.50\u{a0}EUR.");
    assert_eq!(inbox[0].body.in_language("ru"), "«Chairs». Ответственный: Anna. Сумма: 1\u{a0}234,50\u{a0}EUR.");
    assert_eq!(inbox[0].about, Some(Reference { kind: "deal".into(), id: "deal".into() }));
    assert!(titles(&trial, "anna").is_empty());
}

#[test]
fn s7_2_pipelines_and_stages_are_chosen() {
    let stages = trial(json!({"stages": ["contract"], "pipelines": ["main"]}));
    go(&stages, "agreed");
    assert!(titles(&stages, "hanna").is_empty());
    go(&stages, "contract");
    assert_eq!(titles(&stages, "hanna"), ["Deal 12: Agreed → Contract"]);

    let pipelines = trial(json!({"pipelines": ["other"]}));
    go(&pipelines, "agreed");
    assert!(titles(&pipelines, "hanna").is_empty());

    let channels = trial(json!({"channels": []}));
    go(&channels, "agreed");
    assert!(titles(&channels, "hanna").is_empty());
}

#[test]
fn s7_2_further_recipients_are_told_once_each() {
    let all = ["owner", "user:boris", "user:nobody", "head:sales", "department:sales"];
    let trial = trial(json!({"recipients": all}));
    go(&trial, "agreed");
    for user in ["hanna", "anna", "boris"] {
        assert_eq!(titles(&trial, user).len(), 1, "{user}");
    }
    assert!(trial.log().iter().any(|(_, line)| line.contains("user:nobody")));
    assert!("somebody".parse::<Recipient>().is_err());
}

#[test]
fn s7_2_several_moves_make_one_notice() {
    let trial = trial(json!({"settle": "5m"}));
    go(&trial, "agreed");
    trial.advance(120);
    go(&trial, "contract");
    assert!(titles(&trial, "hanna").is_empty());
    trial.advance(180);
    assert_eq!(titles(&trial, "hanna"), ["Deal 12: New → Contract"]);
    assert!(trial.state().is_empty() && trial.timers().is_empty());
}

#[test]
fn s7_2_there_and_back_makes_no_notice() {
    let trial = trial(json!({"settle": "5m"}));
    go(&trial, "agreed");
    go(&trial, "new");
    trial.advance(300);
    assert!(titles(&trial, "hanna").is_empty());
}

#[test]
fn a_deal_without_an_owner_is_told_to_the_head_of_who_moved_it() {
    let trial = trial(json!({}));
    trial.add(Deal { owner: None, ..trial.get("deal").unwrap() });
    go(&trial, "agreed");
    assert_eq!(titles(&trial, "hanna"), ["Deal 12: New → Agreed"]);
}

#[test]
fn a_deal_deleted_while_its_moves_settle_is_told_to_nobody() {
    let trial = trial(json!({"settle": "5m"}));
    go(&trial, "agreed");
    trial.delete::<Deal>(&Actor::User("anna".into()), "deal");
    trial.advance(300);
    assert!(titles(&trial, "hanna").is_empty());
    assert!(trial.state().is_empty());
}
