//! Collects what a deal's papers need, prepares them, and sends them: at a stage the owner is asked for the client's
//! billing details; once they are complete the papers that the deal's kind wants are drafted; a button sends them.
//!
//! What happens when something is not as it should be:
//! - **No company and no contact**: the owner is asked for the company.
//! - **A deal without an owner**: nobody is asked, and the log says so.
//! - **Details that go missing again**: the papers stay as they are; a refill shows the blanks.
//! - **A template with a fault, or an unknown field**: the paper cannot be made; the message fails and says why.
//! - **No address, nothing prepared, a paper in approval, somebody else's deal**: the button refuses, and nothing is sent.
//! - **A server that is down, or a recipient that is refused**: see the message on the deal; it can be sent again.

mod details;
mod papers;

use std::collections::BTreeMap;

use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// The owner's task.
        TASK = { en: "Request billing details: {deal}", ru: "Запросить реквизиты: {deal}" }
        /// What the task says.
        TASK_BODY = { en: "Given by {head}. Missing: {missing}.", ru: "Поручил: {head}. Не хватает: {missing}." }
        /// To the owner, when the task is given: title.
        ASK_TITLE = { en: "Billing details are needed for {deal}", ru: "Нужны реквизиты по сделке {deal}" }
        /// To the owner, when papers are drafted: title.
        READY_TITLE = { en: "Documents for {deal} are prepared", ru: "Документы по сделке {deal} подготовлены" }
        /// Titles of the papers.
        CONTRACT = { en: "Contract", ru: "Договор" }
        /// Titles of the papers.
        INVOICE = { en: "Invoice", ru: "Счёт" }
        /// Titles of the papers.
        WAYBILL = { en: "Waybill", ru: "Накладная" }
        /// Titles of the papers.
        ACT = { en: "Act of acceptance", ru: "Акт приёмки" }
        /// Titles of the papers.
        RECEIPT = { en: "Receipt", ru: "Квитанция" }
        /// Titles of the papers.
        OTHER = { en: "Document", ru: "Документ" }
        /// The message to the client: subject.
        MAIL_SUBJECT = { en: "Documents: {title}", ru: "Документы: {title}" }
        /// The message to the client: text.
        MAIL_BODY = {
            en: "Dear {name}, please find attached the documents for “{title}”.",
            ru: "Здравствуйте, {name}! Во вложении документы по сделке «{title}».",
        }
        /// To who sent them.
        SENT_REPLY = { en: "The documents are on their way to {to}", ru: "Документы отправляются: {to}" }
        /// To who presses without being the owner.
        NOT_YOURS = { en: "Only the deal's owner sends its documents", ru: "Документы отправляет ответственный по сделке" }
        /// To who presses with nothing to send.
        NOTHING = { en: "There are no documents to send", ru: "Нет документов для отправки" }
        /// To who presses while a document is in approval.
        IN_APPROVAL = { en: "{document} is in approval", ru: "{document} на согласовании" }
        /// To who presses when the client has no address.
        NO_ADDRESS = { en: "The client has no e-mail address", ru: "У клиента нет адреса электронной почты" }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Key of the stage at which papers are needed.
    pub stage: String,
    /// Key of the stage that a deal goes to once its papers are prepared; empty: it stays.
    pub prepared_stage: String,
    /// How long the owner has to get the details.
    pub details_within: Span,
    /// Which papers are prepared, by the deal's kind: `goods`, `service`.
    pub templates: BTreeMap<String, Vec<DocumentKind>>,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        use DocumentKind::{Act, Contract, Invoice, Waybill};
        let templates = [("goods", vec![Contract, Invoice, Waybill]), ("service", vec![Contract, Invoice, Act])];
        Config {
            stage: "agreed".into(),
            prepared_stage: "documents".into(),
            details_within: Span::hours(24),
            templates: templates.into_iter().map(|(kind, papers)| (kind.to_owned(), papers)).collect(),
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct DealDocuments;

type Cx = Context<Config>;

impl Plugin for DealDocuments {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Deal documents")
            .summary("Asks for billing details when a deal is agreed, prepares its documents, and sends them.")
            .on(Subscription::to("deal.updated").changed(&["stage"]))
            .on(Subscription::to("company.updated").changed(&["billing", "tax_id"]))
            .on(Subscription::to("contact.updated").changed(&["billing", "tax_id"]))
            .command(CommandSpec::new("send-documents", "Send documents").on("deal"))
            .needs("deals:read", "To see what is sold to whom.")
            .needs("deals:write", "To move a deal on once its documents are prepared.")
            .needs("companies:read", "To see whether the billing details are complete.")
            .needs("contacts:read", "To see them, and where to send to.")
            .needs("documents:read", "To see which documents there are.")
            .needs("documents:write", "To prepare them, and to note that they are sent.")
            .needs("tasks:read", "To find the task for the details.")
            .needs("tasks:write", "To give it, and to complete it.")
            .needs("users:read", "To name people.")
            .needs("departments:read", "To find the head.")
            .needs("messages:write", "To send the documents.")
            .needs("messages:expected", "The client waits for the documents: they go at any hour.")
            .needs("notifications:write", "To tell the owner.")
    }

    fn on_event(cx: &Cx, event: &Event) -> Outcome {
        match event.about.kind.as_str() {
            "deal" => {
                if let Some(deal) = cx.host.get::<Deal>(&event.about.id).optional()? {
                    details::stage_reached(cx, &deal, event)?;
                }
            }
            _ => details::changed(cx, &event.about)?,
        }
        Ok(None)
    }

    fn on_command(cx: &Cx, command: &Command) -> Outcome {
        match command.name.as_str() {
            "send-documents" => papers::send(cx, command),
            name => Err(Failure::permanent(format!("no such command: {name}"))),
        }
    }
}

takt_sdk::register!(DealDocuments);

fn title_of(deal: &Deal) -> Localized {
    Localized::named(deal.number, &deal.title)
}

#[cfg(test)]
mod tests;
