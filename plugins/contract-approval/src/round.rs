//! One round: asked, answered, ended.

use serde_json::{Value, json};
use takt_sdk::prelude::*;

use crate::{ContractApproval, Cx, Mode, approvers, open_round, texts, title_of};

/// Names what belongs to one approver of one round: their task, their notification, their timer.
fn key(document: &str, round: u32, user: &str) -> String {
    format!("{document}:{round}:{user}")
}

/// Opens the next round, and asks; sends the document back where there is nobody to ask.
pub fn begin(cx: &Cx, document: &Document, by: Option<Id>) -> Result<(), Failure> {
    let Some(by) = by else {
        cx.warn("nobody asked for the approval, and the document has no owner");
        cx.host.update::<Document>(&document.id, json!({"status": DocumentStatus::Draft}))?;
        return Ok(());
    };
    let asked = approvers::of(cx, document, &by)?;
    if asked.is_empty() {
        cx.host.update::<Document>(&document.id, json!({"status": DocumentStatus::Draft}))?;
        let title = cx.config.texts.say(texts::NOBODY_TITLE, &[("document", &title_of(document))]);
        cx.host.notify(Notice::to([by]).says(title, Localized::default()).about(document.reference()))?;
        return Ok(());
    }
    let number = u32::try_from(document.rounds.len()).unwrap_or(u32::MAX).saturating_add(1);
    let approvers = asked.into_iter().map(|user| Approver { user, ..Approver::default() }).collect();
    let round = Round { number, opened_at: cx.now, by, approvers, ..Round::default() };
    let mut rounds = document.rounds.clone();
    rounds.push(round.clone());
    cx.host.update::<Document>(&document.id, json!({"rounds": rounds}))?;
    ask_next(cx, document, &round)
}

/// The approvers who may answer now and have not: all of them, or the first.
fn asked_now<'a>(cx: &Cx, round: &'a Round) -> impl Iterator<Item = &'a Approver> + use<'a> {
    let most = if cx.config.mode == Mode::Sequence { 1 } else { usize::MAX };
    round.approvers.iter().filter(|approver| approver.answer.is_none()).take(most)
}

/// Asks those whose turn it is and who have not been asked.
fn ask_next(cx: &Cx, document: &Document, round: &Round) -> Result<(), Failure> {
    for approver in asked_now(cx, round) {
        let key = key(&document.id, round.number, &approver.user);
        if task(cx, &key)?.is_none() {
            ask(cx, document, round, &approver.user, &key)?;
        }
    }
    Ok(())
}

fn ask(cx: &Cx, document: &Document, round: &Round, user: &str, key: &str) -> Result<(), Failure> {
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let (name, who) = (title_of(document), name_of(cx, &round.by)?);
    let department = cx.host.get::<User>(user).optional()?.and_then(|user| user.department);
    let due = cx.after(cx.now, cx.config.decide_within, department.as_deref())?;
    cx.host.create::<Task>(json!({
        "title": cx.in_own_language(&say(texts::TASK, &[("document", &name)]).clipped(takt_sdk::LINE)),
        "assignee": user, "due": due, "about": document.reference(), "key": key,
    }))?;
    let question = || Question::Text(say(texts::COMMENT, &[]));
    let notice = Notice::to([user])
        .says(
            say(texts::ASK_TITLE, &[("document", &name)]),
            say(texts::ASK_BODY, &[("who", &who), ("round", &round.number)]),
        )
        .about(document.reference())
        .button(Button::new("approve", say(texts::APPROVE, &[])))
        .button(Button::new("approve-with-remarks", say(texts::REMARKS, &[])).asks(question()))
        .button(Button::new("send-for-rework", say(texts::REWORK, &[])).asks(question()))
        .key(key);
    cx.host.notify(notice)?;
    Ok(cx.host.timer_set(key, due, Value::Null, Some(document.reference()))?)
}

/// An approver answers.
pub fn answer(cx: &Cx, command: &Command, answer: ApprovalAnswer) -> Outcome {
    let Some(on) = &command.on else { return Err(Failure::permanent("pressed on nothing")) };
    let person = cx.host.get::<User>(&command.by)?;
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let refuse = |text| Err(cx.refuse(&person, &say(text, &[])));
    let document = cx.host.get::<Document>(&on.id)?;
    let Some(open) = open_round(&document) else { return refuse(texts::OVER) };
    if open.approvers.iter().any(|approver| approver.user == person.id && approver.answer.is_some()) {
        return refuse(texts::ALREADY);
    }
    if !asked_now(cx, open).any(|approver| approver.user == person.id) {
        return refuse(texts::NOT_ASKED);
    }
    let comment = command.answer.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
    if answer != ApprovalAnswer::Approve && comment.is_none() {
        return refuse(texts::NO_COMMENT);
    }
    let mut round = open.clone();
    for approver in round.approvers.iter_mut().filter(|approver| approver.user == person.id) {
        (approver.answer, approver.at) = (Some(answer), Some(cx.now));
        approver.comment = comment.map(Into::into);
    }
    let document = put(cx, &document, &mut round)?;
    let words = say(words_of(answer), &[]);
    close(cx, &document.id, round.number, &person.id, TaskStatus::Done, &say(texts::ANSWERED, &[("answer", &words)]))?;
    tell_initiator(cx, &document, &round, &person, answer, comment)?;
    go_on(cx, &document, &round)?;
    Ok(Some(Reply::new(say(texts::REPLY, &[("answer", &words)]).in_language(&person.language))))
}

const fn words_of(answer: ApprovalAnswer) -> Template {
    match answer {
        ApprovalAnswer::Approve => texts::APPROVED,
        ApprovalAnswer::Remarks => texts::WITH_REMARKS,
        ApprovalAnswer::Rework => texts::SENT_BACK,
    }
}

fn tell_initiator(
    cx: &Cx,
    document: &Document,
    round: &Round,
    person: &User,
    answer: ApprovalAnswer,
    comment: Option<&str>,
) -> Result<(), Failure> {
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    let words = say(words_of(answer), &[]);
    let title =
        say(texts::ANSWER_TITLE, &[("who", &person.name), ("document", &title_of(document)), ("answer", &words)]);
    let mut notice =
        Notice::to([round.by.as_str()]).says(title, comment.unwrap_or_default().into()).about(document.reference());
    if answer == ApprovalAnswer::Remarks {
        let settle = Button::new("settle-remarks", say(texts::SETTLE, &[])).input(json!({"user": person.id}));
        notice = notice.button(settle).key(format!("remarks:{}", key(&document.id, round.number, &person.id)));
    }
    cx.host.notify(notice)?;
    Ok(())
}

/// The initiator has settled an approver's remarks.
pub fn settle(cx: &Cx, command: &Command) -> Outcome {
    #[derive(Deserialize)]
    struct Input {
        user: Id,
    }
    let Some(on) = &command.on else { return Err(Failure::permanent("pressed on nothing")) };
    let Input { user } = command.input()?;
    let person = cx.host.get::<User>(&command.by)?;
    let refuse = |text| Err(cx.refuse(&person, &cx.config.texts.say(text, &[])));
    let document = cx.host.get::<Document>(&on.id)?;
    let Some(open) = open_round(&document) else { return refuse(texts::OVER) };
    if open.by != person.id {
        return refuse(texts::NOT_YOURS);
    }
    let mut round = open.clone();
    for approver in round.approvers.iter_mut().filter(|approver| approver.user == user) {
        approver.settled_at.get_or_insert(cx.now);
    }
    let document = put(cx, &document, &mut round)?;
    let settled = cx.config.texts.say(texts::SETTLE, &[]);
    cx.host.settle(&format!("remarks:{}", key(&document.id, round.number, &user)), settled.clone())?;
    go_on(cx, &document, &round)?;
    Ok(Some(Reply::new(settled.in_language(&person.language))))
}

/// Writes the round, ended where its answers end it.
fn put(cx: &Cx, document: &Document, round: &mut Round) -> Result<Document, Failure> {
    let agrees = |approver: &Approver| match approver.answer {
        Some(ApprovalAnswer::Approve) => true,
        Some(ApprovalAnswer::Remarks) => approver.settled_at.is_some(),
        Some(ApprovalAnswer::Rework) | None => false,
    };
    let rework = round.approvers.iter().any(|approver| approver.answer == Some(ApprovalAnswer::Rework));
    let status = if rework {
        round.outcome = Some(RoundOutcome::Rework);
        DocumentStatus::Draft
    } else if round.approvers.iter().all(agrees) {
        round.outcome = Some(RoundOutcome::Approved);
        DocumentStatus::Approved
    } else {
        DocumentStatus::Approval
    };
    round.closed_at = round.outcome.map(|_| cx.now);
    let mut rounds = document.rounds.clone();
    rounds.pop();
    rounds.push(round.clone());
    Ok(cx.host.update::<Document>(&document.id, json!({"rounds": rounds, "status": status}))?)
}

/// What follows from an answer: the next is asked, or the round is over.
fn go_on(cx: &Cx, document: &Document, round: &Round) -> Result<(), Failure> {
    match round.outcome {
        None => ask_next(cx, document, round),
        Some(RoundOutcome::Approved) => {
            let say = |text| cx.config.texts.say(text, &[("document", &title_of(document))]);
            let notice = Notice::to([round.by.as_str()]).says(say(texts::DONE_TITLE), Localized::default());
            cx.host.notify(notice.about(document.reference()))?;
            cx.host.create::<Task>(json!({
                "title": cx.in_own_language(&say(texts::SEND_TASK).clipped(takt_sdk::LINE)),
                "assignee": round.by, "about": document.reference(), "key": format!("send:{}:{}", document.id, round.number),
            }))?;
            Ok(())
        }
        Some(_) => withdraw(cx, &document.id, round),
    }
}

/// The initiator's task of sending is over: it is done, or there is nothing to send.
pub fn close_send_task(cx: &Cx, document: &Document, status: TaskStatus) -> Result<(), Failure> {
    let own = Query::<Task>::all().is("about", &document.id).is("plugin", env!("CARGO_PKG_NAME"));
    for task in cx.host.find_all(&own.is("status", TaskStatus::Open))? {
        if task.key.is_some_and(|key| key.starts_with("send:")) {
            cx.host.update::<Task>(&task.id, json!({"status": status}))?;
        }
    }
    Ok(())
}

/// Takes back what is still asked in a round.
fn withdraw(cx: &Cx, document: &str, round: &Round) -> Result<(), Failure> {
    let over = cx.config.texts.say(texts::OVER, &[]);
    for approver in &round.approvers {
        close(cx, document, round.number, &approver.user, TaskStatus::Cancelled, &over)?;
        cx.host.settle(&format!("remarks:{}", key(document, round.number, &approver.user)), over.clone())?;
    }
    Ok(())
}

/// Closes an approver's task, question and timer, where they are open.
fn close(
    cx: &Cx,
    document: &str,
    round: u32,
    user: &str,
    status: TaskStatus,
    outcome: &Localized,
) -> Result<(), Failure> {
    let key = key(document, round, user);
    if let Some(task) = task(cx, &key)?.filter(|task| task.status == TaskStatus::Open) {
        cx.host.update::<Task>(&task.id, json!({"status": status}))?;
    }
    cx.host.settle(&key, outcome.clone())?;
    cx.host.timer_cancel(&key)?;
    Ok(())
}

/// Somebody edited the document, or called the round off.
pub fn called_off(cx: &Cx, document: &Document, round: &Round) -> Result<(), Failure> {
    withdraw(cx, &document.id, round)?;
    if round.outcome == Some(RoundOutcome::Void) {
        let values: [(&str, &dyn Say); 2] = [("document", &title_of(document)), ("round", &round.number)];
        let title = cx.config.texts.say(texts::VOID_TITLE, &values);
        let asked = round.approvers.iter().map(|approver| approver.user.clone());
        let told: Vec<Id> = std::iter::once(round.by.clone()).chain(asked).collect();
        cx.host.notify(Notice::to(told).says(title, Localized::default()).about(document.reference()))?;
    }
    Ok(())
}

/// Somebody left: whoever leads them is asked in their place, in every round that waits for them.
pub fn left(cx: &Cx, user: &str) -> Result<(), Failure> {
    for document in cx.host.find_all(&Query::<Document>::all().is("status", DocumentStatus::Approval))? {
        let Some(open) = open_round(&document) else { continue };
        if open.approvers.iter().any(|approver| approver.user == user && approver.answer.is_none()) {
            replace(cx, &document, open.clone(), user)?;
        }
    }
    Ok(())
}

fn replace(cx: &Cx, document: &Document, mut round: Round, user: &str) -> Result<(), Failure> {
    close(cx, &document.id, round.number, user, TaskStatus::Cancelled, &cx.config.texts.say(texts::OVER, &[]))?;
    let head = cx.host.head_of(user).optional()?.flatten().map(|head| head.id);
    let heir = head.filter(|id| *id != round.by && round.approvers.iter().all(|approver| approver.user != *id));
    round.approvers.retain_mut(|approver| {
        let leaves = approver.user == user && approver.answer.is_none();
        if let Some(heir) = heir.as_ref().filter(|_| leaves) {
            approver.user.clone_from(heir);
        }
        !leaves || heir.is_some()
    });
    if !round.approvers.is_empty() {
        let document = put(cx, document, &mut round)?;
        return go_on(cx, &document, &round);
    }
    // The round stays as it was asked, and ends without an answer.
    cx.host.update::<Document>(&document.id, json!({"status": DocumentStatus::Draft}))?;
    let title = cx.config.texts.say(texts::NOBODY_TITLE, &[("document", &title_of(document))]);
    cx.host.notify(Notice::to([&round.by]).says(title, Localized::default()).about(document.reference()))?;
    Ok(())
}

/// An approver has not decided in time.
pub fn late(cx: &Cx, timer: &Timer) -> Result<(), Failure> {
    let Some((id, rest)) = timer.key.split_once(':') else { return Ok(()) };
    let Some((number, user)) = rest.split_once(':') else { return Ok(()) };
    let Some(document) = cx.host.get::<Document>(id).optional()? else { return Ok(()) };
    let open = open_round(&document).filter(|round| round.number.to_string() == number);
    if !open.is_some_and(|round| asked_now(cx, round).any(|approver| approver.user == user)) {
        return Ok(());
    }
    let who = name_of(cx, user)?;
    let say = |text| cx.config.texts.say(text, &[("document", &title_of(&document)), ("who", &who)]);
    let notice = |to: &str, title| Notice::to([to]).says(title, Localized::default()).about(document.reference());
    cx.host.notify(notice(user, say(texts::REMIND_TITLE)))?;
    if let Some(head) = cx.host.head_of(user).optional()?.flatten() {
        cx.host.notify(notice(&head.id, say(texts::LATE_TITLE)))?;
    }
    Ok(())
}

fn task(cx: &Cx, key: &str) -> Result<Option<Task>, HostError> {
    cx.host.first(&Query::all().is("plugin", ContractApproval::NAME).is("key", key))
}

fn name_of(cx: &Cx, user: &str) -> Result<String, HostError> {
    Ok(cx.host.get::<User>(user).optional()?.map_or_else(|| user.into(), |user| user.name))
}

impl ContractApproval {
    const NAME: &str = env!("CARGO_PKG_NAME");
}
