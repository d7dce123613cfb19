//! Leads documents through approval: finds the approvers, asks them, tells the initiator of every answer, and sees to it
//! that each round ends: approved, sent back for rework, or void because the document was edited meanwhile.
//!
//! What happens when something is not as it should be:
//! - **No rule holds, or names only the initiator or people who left**: the document goes back to draft, and the initiator
//!   is told that there is nobody to ask.
//! - **An approver leaves during a round**: their head is asked in their place. Where that is the initiator or an approver
//!   already, the others decide; where nobody is left, the document goes back to draft.
//! - **An approver who is away**: is asked all the same; their head is alerted once the time to decide is over.
//! - **The initiator leaves**: the round goes on, and its owner finds the document approved or sent back.

mod approvers;
mod round;

use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To an approver: title.
        ASK_TITLE = { en: "Please approve {document}", ru: "Согласуйте {document}" }
        /// To an approver: body.
        ASK_BODY = { en: "Asked by {who}. Round {round}.", ru: "Инициатор: {who}. Раунд {round}." }
        /// The buttons.
        APPROVE = { en: "Approve", ru: "Согласовать" }
        /// The buttons.
        REMARKS = { en: "Approve with remarks", ru: "Согласовать с замечаниями" }
        /// The buttons.
        REWORK = { en: "Send for rework", ru: "На доработку" }
        /// What the last two ask.
        COMMENT = { en: "What is to be changed?", ru: "Что нужно изменить?" }
        /// The approver's task.
        TASK = { en: "Approve {document}", ru: "Согласовать {document}" }
        /// To the initiator, of each answer: title.
        ANSWER_TITLE = { en: "{who} on {document}: {answer}", ru: "{who} — {document}: {answer}" }
        /// The answers as the initiator reads them.
        APPROVED = { en: "approved", ru: "согласовано" }
        /// The answers as the initiator reads them.
        WITH_REMARKS = { en: "approved with remarks", ru: "согласовано с замечаниями" }
        /// The answers as the initiator reads them.
        SENT_BACK = { en: "sent for rework", ru: "на доработку" }
        /// The initiator's button under remarks.
        SETTLE = { en: "Remarks settled", ru: "Замечания учтены" }
        /// To the initiator, when all approved: title.
        DONE_TITLE = { en: "{document} is approved", ru: "{document}: согласовано" }
        /// The initiator's task then.
        SEND_TASK = { en: "Send contract to client: {document}", ru: "Отправить договор клиенту: {document}" }
        /// To the initiator, when a round became void: title.
        VOID_TITLE = { en: "{document} was edited: round {round} is void", ru: "{document} изменён: раунд {round} недействителен" }
        /// To the initiator, when nobody can approve: title.
        NOBODY_TITLE = { en: "Nobody can approve {document}", ru: "Некому согласовать {document}" }
        /// To the head of an approver who is late: title.
        LATE_TITLE = { en: "{who} has not decided on {document}", ru: "{who} не принял решение: {document}" }
        /// To the approver who is late: title.
        REMIND_TITLE = { en: "{document} waits for your decision", ru: "{document} ждёт вашего решения" }
        /// What stands on questions that are not to be answered any more.
        OVER = { en: "The round is over", ru: "Раунд завершён" }
        /// What stands on a question that was answered.
        ANSWERED = { en: "Answered: {answer}", ru: "Ответ: {answer}" }
        /// To who answered.
        REPLY = { en: "Thank you: {answer}", ru: "Спасибо: {answer}" }
        /// To who is not asked.
        NOT_ASKED = { en: "You are not asked to approve this document now", ru: "Сейчас от вас не ждут согласования этого документа" }
        /// To who answers twice.
        ALREADY = { en: "You have answered already", ru: "Вы уже ответили" }
        /// To who gave no comment.
        NO_COMMENT = { en: "Please say what is to be changed", ru: "Укажите, что нужно изменить" }
        /// To who settles remarks of others.
        NOT_YOURS = { en: "Only who asked for approval settles remarks", ru: "Замечания закрывает только инициатор" }
    }
}

/// Whether approvers are asked at once, or one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// At once.
    Parallel,
    /// One after the other, in the order of the rules.
    Sequence,
}

/// Who approves what. A condition that is left out always holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The document's total, with VAT, or its deal's amount is at least so many minor units.
    pub min_amount: Option<i64>,
    /// The deal is of this kind.
    pub deal_kind: Option<String>,
    /// The initiator is of the department with this key.
    pub department: Option<String>,
    /// The document is one of these; empty: any.
    pub document_kinds: Vec<DocumentKind>,
    /// Who is asked: `head` (of the initiator's department), `head:<department key>`, `user:<id>`, `role:admin`.
    pub approvers: Vec<String>,
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Who approves: the approvers of every rule whose conditions hold.
    pub rules: Vec<Rule>,
    /// Whether they are asked at once.
    pub mode: Mode,
    /// How long each has.
    pub decide_within: Span,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            rules: vec![Rule { approvers: vec!["head".into()], ..Rule::default() }],
            mode: Mode::Parallel,
            decide_within: Span::hours(8).working(),
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct ContractApproval;

type Cx = Context<Config>;

impl Plugin for ContractApproval {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Contract approval")
            .summary("Finds the approvers of a document, asks them, and tells the initiator of every answer.")
            .on(Subscription::to("document.created").when("after.status == 'approval'"))
            .on(Subscription::to("document.updated").changed(&["status", "rounds"]))
            .on(Subscription::to("user.updated").changed(&["active"]).when("!after.active"))
            .on(Subscription::to("user.deleted"))
            .command(CommandSpec::new("approve", "Approve"))
            .command(CommandSpec::new("approve-with-remarks", "Approve with remarks"))
            .command(CommandSpec::new("send-for-rework", "Send for rework"))
            .command(CommandSpec::new("settle-remarks", "Remarks settled"))
            .needs("documents:read", "To see how a document stands.")
            .needs("documents:write", "To keep its rounds.")
            .needs("deals:read", "To choose approvers by the deal.")
            .needs("tasks:read", "To find an approver's task.")
            .needs("tasks:write", "To give approvers their tasks, and the initiator theirs.")
            .needs("users:read", "To name people.")
            .needs("departments:read", "To find heads.")
            .needs("notifications:write", "To ask and to tell.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        if event.about.kind == "user" {
            round::left(cx, &event.about.id)?;
            return Ok(None);
        }
        let Some(after) = event.after::<Document>()? else { return Ok(None) };
        let Some(document) = cx.host.get::<Document>(&after.id).optional()? else { return Ok(None) };
        if let Some(round) = ended_since(event.before::<Document>()?.as_ref(), &after) {
            // A round that this plugin's own commands ended is told of there.
            if event.by != Actor::Plugin(env!("CARGO_PKG_NAME").into()) {
                round::called_off(cx, &document, round)?;
            }
        }
        match document.status {
            DocumentStatus::Sent | DocumentStatus::Signed => round::close_send_task(cx, &document, TaskStatus::Done)?,
            DocumentStatus::Void => round::close_send_task(cx, &document, TaskStatus::Cancelled)?,
            DocumentStatus::Draft | DocumentStatus::Approval | DocumentStatus::Approved => {}
        }
        if document.status == DocumentStatus::Approval && open_round(&document).is_none() {
            let by = match &event.by {
                Actor::User(id) => Some(id.clone()),
                Actor::Plugin(_) | Actor::System(_) => document.owner.clone(),
            };
            round::begin(cx, &document, by)?;
        }
        Ok(None)
    }

    fn on_timer(cx: &Cx, timer: &Timer) -> Outcome {
        round::late(cx, timer)?;
        Ok(None)
    }

    fn on_command(cx: &Cx, command: &Command) -> Outcome {
        match command.name.as_str() {
            "approve" => round::answer(cx, command, ApprovalAnswer::Approve),
            "approve-with-remarks" => round::answer(cx, command, ApprovalAnswer::Remarks),
            "send-for-rework" => round::answer(cx, command, ApprovalAnswer::Rework),
            "settle-remarks" => round::settle(cx, command),
            name => Err(Failure::permanent(format!("no such command: {name}"))),
        }
    }
}

takt_sdk::register!(ContractApproval);

fn open_round(document: &Document) -> Option<&Round> {
    document.rounds.last().filter(|round| round.outcome.is_none())
}

/// The round that was open before the change and is not after it.
fn ended_since<'a>(before: Option<&Document>, after: &'a Document) -> Option<&'a Round> {
    let open = before.and_then(open_round)?.number;
    after.rounds.iter().find(|round| round.number == open && round.outcome.is_some())
}

fn title_of(document: &Document) -> Localized {
    Localized::named(document.number, &document.title)
}

#[cfg(test)]
mod tests;
