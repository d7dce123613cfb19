//! Issues invoices from deals, sends them, and sees when they are overdue. What a deal lacks is named, and nothing is
//! made of it. Numbers are the host's: without gaps, given by the very commit that issues.
//!
//! What happens when something is not as it should be:
//! - **Payer's or issuer's details, or items, are missing**: the button names all of them, and makes nothing.
//! - **Amounts of zero or less**: cannot be among a deal's items in the first place.
//! - **Two presses at once**: make two invoices, with two numbers that follow each other.
//! - **A client without an address**: the button for sending refuses; an overdue invoice is told to the owner alone.

use serde_json::json;
use takt_sdk::prelude::*;

mod texts {
    takt_sdk::texts! {
        /// To who issued one.
        ISSUED_REPLY = { en: "The invoice over {amount} is issued", ru: "Счёт на {amount} выставлен" }
        /// To who asks for an invoice of a deal that lacks something.
        MISSING = { en: "The invoice cannot be issued. Missing: {missing}.", ru: "Счёт нельзя выставить. Не хватает: {missing}." }
        /// To who sent one.
        SENT_REPLY = { en: "The invoice is on its way to {to}", ru: "Счёт отправляется: {to}" }
        /// To who sends one that is not open.
        NOT_OPEN = { en: "Only an issued invoice that is not paid is sent", ru: "Отправить можно только выставленный неоплаченный счёт" }
        /// To who sends one to a client without an address.
        NO_ADDRESS = { en: "The client has no e-mail address", ru: "У клиента нет адреса электронной почты" }
        /// The message to the client: subject.
        MAIL_SUBJECT = { en: "Invoice {number}", ru: "Счёт {number}" }
        /// The message to the client: text.
        MAIL_BODY = {
            en: "Dear {name}, please find attached invoice {number} over {amount}, due {due}.",
            ru: "Здравствуйте, {name}! Во вложении счёт {number} на сумму {amount}, срок оплаты {due}.",
        }
        /// To the owner, when it is overdue: title.
        OVERDUE_TITLE = { en: "Invoice {number} is overdue", ru: "Счёт {number} просрочен" }
        /// To the owner, when it is overdue: body.
        OVERDUE_BODY = { en: "{name}, {amount}, due {due}.", ru: "{name}, {amount}, срок {due}." }
        /// To the client, when it is overdue: subject.
        REMIND_SUBJECT = { en: "Invoice {number} is due", ru: "Напоминание об оплате счёта {number}" }
        /// To the client, when it is overdue: text.
        REMIND_BODY = {
            en: "Dear {name}, invoice {number} over {amount} was due on {due}. If you have paid it, please ignore this.",
            ru: "Здравствуйте, {name}! Срок оплаты счёта {number} на сумму {amount} истёк {due}. Если вы уже оплатили, не обращайте внимания.",
        }
    }
}

/// What an admin can set.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Days after the issue by which an invoice is to be paid.
    pub due_days: u32,
    /// The issuer's key: invoices of one key have one run of numbers.
    pub issuer: String,
    /// How the client is asked to pay.
    pub payment_method: String,
    /// Whether the client is reminded of an overdue invoice.
    pub remind_client: bool,
    /// What the plugin says, by name and language. What is left out stays as shipped.
    pub texts: Texts,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            due_days: 14,
            issuer: "main".into(),
            payment_method: "bank-transfer".into(),
            remind_client: true,
            texts: Texts::shipped(texts::SHIPPED),
        }
    }
}

/// The plugin.
#[derive(Debug)]
pub struct InvoicePlugin;

type Cx = Context<Config>;

impl Plugin for InvoicePlugin {
    type Config = Config;

    fn manifest() -> Manifest {
        takt_sdk::manifest!()
            .title("Invoices")
            .summary("Issues an invoice from a deal, sends it, and reminds of overdue ones.")
            .schedule("overdue", "0 9 * * *", "Looks for overdue invoices")
            .command(CommandSpec::new("issue-invoice", "Issue invoice").on("deal"))
            .command(CommandSpec::new("send-invoice", "Send invoice").on("invoice"))
            .needs("deals:read", "To see what is sold.")
            .needs("companies:read", "To see who pays.")
            .needs("contacts:read", "To see who pays, and where to write.")
            .needs("organisations:read", "To say who issues it.")
            .needs("invoices:read", "To find overdue ones.")
            .needs("invoices:write", "To issue them.")
            .needs("users:read", "To answer in the person's language.")
            .needs("messages:write", "To send them.")
            .needs("messages:expected", "The client waits for the invoice: it goes at any hour.")
            .needs("notifications:write", "To tell the owner of overdue ones.")
    }

    fn on_command(cx: &Cx, command: &Command) -> Outcome {
        let Some(on) = &command.on else { return Err(Failure::permanent("pressed on nothing")) };
        let person = cx.host.get::<User>(&command.by)?;
        match command.name.as_str() {
            "issue-invoice" => issue(cx, &person, &cx.host.get::<Deal>(&on.id)?),
            "send-invoice" => send(cx, &person, &cx.host.get::<Invoice>(&on.id)?),
            name => Err(Failure::permanent(format!("no such command: {name}"))),
        }
    }

    fn on_tick(cx: &Cx, tick: &Tick) -> Outcome {
        let today = date(tick.due);
        let open = [InvoiceStatus::Issued, InvoiceStatus::Sent];
        let late = Query::<Invoice>::all().any("status", open).below("due_date", &today);
        for invoice in cx.host.find_all(&late)? {
            overdue(cx, &invoice)?;
        }
        Ok(None)
    }
}

takt_sdk::register!(InvoicePlugin);

/// The date of a moment, in UTC, as the host reckons due dates. Overdue ones are looked for in the morning: clients are
/// not written to at night, and the date is the same in most of the world.
fn date(at: Instant) -> String {
    at.to_string()[..10].to_owned()
}

/// Who pays: a company, where the deal has one, else its contact.
struct Payer {
    name: String,
    email: Option<String>,
    contact: Option<Id>,
    language: Option<String>,
    details: serde_json::Map<String, Value>,
    missing: Vec<&'static str>,
}

fn payer(cx: &Cx, company: Option<&str>, contact: Option<&str>) -> Result<Option<Payer>, HostError> {
    let contact = contact.map(|id| cx.host.get::<Contact>(id).optional()).transpose()?.flatten();
    let company = company.map(|id| cx.host.get::<Company>(id).optional()).transpose()?.flatten();
    let details = |billing: &Billing, tax_id: Option<&str>, name: &str| {
        let mut details = match json!(billing) {
            Value::Object(details) => details,
            _ => Default::default(),
        };
        details.insert("name".into(), name.into());
        if let Some(tax_id) = tax_id {
            details.insert("tax_id".into(), tax_id.into());
        }
        details
    };
    // An invoice needs to say less of the payer than a contract does.
    let needed = |missing: Vec<&'static str>| -> Vec<&'static str> {
        missing.into_iter().filter(|name| matches!(*name, "legal_name" | "address")).collect()
    };
    let language = contact.as_ref().and_then(|contact| contact.language.clone());
    let email = contact.as_ref().and_then(|contact| contact.emails.first().cloned());
    let id = contact.as_ref().map(|contact| contact.id.clone());
    Ok(match (company, contact) {
        (Some(company), _) => Some(Payer {
            email: email.or_else(|| company.emails.first().cloned()),
            contact: id,
            language,
            details: details(&company.billing, company.tax_id.as_deref(), &company.name),
            missing: needed(company.billing.missing(company.tax_id.as_deref())),
            name: company.name,
        }),
        (None, Some(contact)) => Some(Payer {
            email,
            contact: id,
            language,
            details: details(&contact.billing, contact.tax_id.as_deref(), &contact.name),
            missing: needed(contact.billing.missing(contact.tax_id.as_deref())),
            name: contact.name,
        }),
        (None, None) => None,
    })
}

/// Who issues it, as the organisation's settings say; the pictures are for the paper alone.
fn issuer(cx: &Cx) -> Result<serde_json::Map<String, Value>, HostError> {
    let (mut found, _) = cx.host.record_find("organisation", &takt_sdk::Conditions::default(), Page::FIRST)?;
    let organisation = found.pop().unwrap_or_default();
    let Value::Object(mut details) = organisation["issuer"].clone() else { return Ok(Default::default()) };
    details.retain(|name, value| !value.is_null() && !matches!(name.as_str(), "logo" | "stamp" | "signature"));
    Ok(details)
}

fn issue(cx: &Cx, person: &User, deal: &Deal) -> Outcome {
    let payer = payer(cx, deal.company.as_deref(), deal.contact.as_deref())?;
    let issuer = issuer(cx)?;
    let mut missing: Vec<String> = Vec::new();
    match &payer {
        None => missing.push("payer".into()),
        Some(payer) => missing.extend(payer.missing.iter().map(|name| format!("payer.{name}"))),
    }
    if !issuer.contains_key("legal_name") {
        missing.push("issuer.legal_name".into());
    }
    if deal.items.is_empty() {
        missing.push("items".into());
    }
    let Some(payer) = payer.filter(|_| missing.is_empty()) else {
        let missing = missing.join(", ");
        return Err(cx.refuse(person, &cx.config.texts.say(texts::MISSING, &[("missing", &missing)])));
    };
    let issue_date = date(cx.now);
    let due_date = date(cx.now.plus_seconds(u64::from(cx.config.due_days) * 86_400));
    let mut details = payer.details;
    details.insert("payment_method".into(), json!(cx.config.payment_method));
    let draft: Invoice = cx.host.create(json!({
        "owner": deal.owner, "deal": deal.id, "company": deal.company, "contact": deal.contact, "payer": details,
        "issuer": {"key": cx.config.issuer, "details": issuer}, "items": deal.items,
        "issue_date": issue_date, "due_date": due_date,
    }))?;
    let issued: Invoice = cx.host.update(&draft.id, json!({"status": InvoiceStatus::Issued}))?;
    let reply =
        cx.config.texts.say(texts::ISSUED_REPLY, &[("amount", &issued.totals.as_ref().map(|it| it.gross.clone()))]);
    Ok(Some(Reply::new(reply.in_language(&person.language)).open(issued.reference())))
}

/// What is said of an invoice, with the values that it names.
fn say(cx: &Cx, text: Template, invoice: &Invoice, name: &str) -> Localized {
    let number = invoice.invoice_number.map_or_else(String::new, |number| number.to_string());
    let number = format!("{}/{number}", invoice.year.unwrap_or_default());
    let due = invoice.due_date.clone().unwrap_or_default();
    let amount = invoice.totals.as_ref().map(|totals| totals.gross.clone());
    cx.config.texts.say(text, &[("number", &number), ("name", &name), ("due", &due), ("amount", &amount)])
}

fn write(
    cx: &Cx,
    invoice: &Invoice,
    payer: &Payer,
    key: String,
    [subject, body]: [Template; 2],
) -> Result<(), HostError> {
    let language = payer.language.as_deref().unwrap_or(&cx.language);
    let words = |text| say(cx, text, invoice, &payer.name).in_language(language).to_owned();
    cx.host.create::<Message>(json!({
        "channel": MessageChannel::Email, "to": payer.email, "contact": payer.contact, "owner": invoice.owner, "expected": true,
        "subject": words(subject), "body": words(body), "about": invoice.reference(),
        "attachments": [invoice.reference()], "key": key,
    }))?;
    Ok(())
}

fn send(cx: &Cx, person: &User, invoice: &Invoice) -> Outcome {
    let refuse = |text| Err(cx.refuse(person, &cx.config.texts.say(text, &[])));
    if !matches!(invoice.status, InvoiceStatus::Issued | InvoiceStatus::Sent | InvoiceStatus::Overdue) {
        return refuse(texts::NOT_OPEN);
    }
    let payer = payer(cx, invoice.company.as_deref(), invoice.contact.as_deref())?;
    let Some(payer) = payer.filter(|payer| payer.email.is_some()) else { return refuse(texts::NO_ADDRESS) };
    write(cx, invoice, &payer, format!("send:{}", cx.run), [texts::MAIL_SUBJECT, texts::MAIL_BODY])?;
    if invoice.status == InvoiceStatus::Issued {
        cx.host.update::<Invoice>(&invoice.id, json!({"status": InvoiceStatus::Sent}))?;
    }
    let reply = cx.config.texts.say(texts::SENT_REPLY, &[("to", &payer.email)]);
    Ok(Some(Reply::new(reply.in_language(&person.language)).open(invoice.reference())))
}

fn overdue(cx: &Cx, invoice: &Invoice) -> Result<(), Failure> {
    cx.host.update::<Invoice>(&invoice.id, json!({"status": InvoiceStatus::Overdue}))?;
    let payer = payer(cx, invoice.company.as_deref(), invoice.contact.as_deref())?;
    let name = payer.as_ref().map_or("", |payer| &payer.name);
    if let Some(owner) = &invoice.owner {
        let (title, body) = (say(cx, texts::OVERDUE_TITLE, invoice, name), say(cx, texts::OVERDUE_BODY, invoice, name));
        cx.host.notify(Notice::to([owner]).says(title, body).about(invoice.reference()))?;
    }
    if let Some(payer) = payer.filter(|payer| cx.config.remind_client && payer.email.is_some()) {
        write(cx, invoice, &payer, format!("overdue:{}", invoice.id), [texts::REMIND_SUBJECT, texts::REMIND_BODY])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial() -> Trial<InvoicePlugin> {
        let trial = Trial::new();
        trial.add(User { id: "ann".into(), language: "en".into(), active: true, ..User::default() });
        let company = Company {
            id: "c".into(),
            name: "ACME".into(),
            emails: vec!["a@acme.example".into()],
            ..Company::default()
        };
        trial.add(company);
        let (owner, company) = (Some("ann".into()), Some("c".into()));
        trial.add(Deal { id: "x".into(), title: "Chairs".into(), owner, company, ..Deal::default() });
        trial
    }

    #[test]
    fn what_is_missing_is_named_and_nothing_made() {
        let trial = trial();
        let deal = trial.get::<Deal>("x").unwrap().reference();
        let refused = trial.press_on(&deal, "issue-invoice", "ann").unwrap_err();
        let words = "The invoice cannot be issued. Missing: payer.legal_name, payer.address, issuer.legal_name, items.";
        assert_eq!(refused, Failure::refused(words));
        assert!(trial.all::<Invoice>().is_empty());
    }

    #[test]
    fn overdue_ones_are_told_once() {
        let trial = trial();
        let due_date = Some("2026-11-23".to_owned());
        let (owner, company) = (Some("ann".into()), Some("c".into()));
        let status = InvoiceStatus::Sent;
        trial.add(Invoice { id: "i".into(), status, owner, company, due_date, ..Invoice::default() });
        for _ in 0..2 {
            trial.tick("overdue").unwrap();
        }
        assert_eq!(trial.get::<Invoice>("i").unwrap().status, InvoiceStatus::Overdue);
        assert_eq!((trial.inbox("ann").len(), trial.all::<Message>().len()), (1, 1));
    }
}
