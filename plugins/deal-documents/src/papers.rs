//! The deal's papers: drafted, and sent.

use serde_json::json;
use takt_sdk::prelude::*;

use crate::{Cx, texts, title_of};

/// Drafts the papers that the deal's kind wants and that are not there yet. What they say is filled in by the host, from
/// the deal and the template of each.
pub fn prepare(cx: &Cx, deal: &Deal) -> Result<(), Failure> {
    let kind = match deal.deal_kind {
        DealKind::Goods => "goods",
        DealKind::Service => "service",
    };
    let there = of(cx, deal)?;
    let wanted = cx.config.templates.get(kind).map(Vec::as_slice).unwrap_or_default();
    let mut made = 0;
    for paper in wanted {
        if there.iter().any(|document| document.document_kind == *paper) {
            continue;
        }
        let title = cx.in_own_language(&cx.config.texts.say(title_of_paper(*paper), &[]));
        let title = format!("{title} {}", deal.title).chars().take(takt_sdk::LINE).collect::<String>();
        cx.host.create::<Document>(json!({
            "title": title, "document_kind": paper, "about": deal.reference(), "owner": deal.owner, "items": deal.items,
        }))?;
        made += 1;
    }
    if !cx.config.prepared_stage.is_empty() && deal.stage == cx.config.stage {
        cx.host.update::<Deal>(&deal.id, json!({"stage": cx.config.prepared_stage}))?;
    }
    if let Some(owner) = deal.owner.as_ref().filter(|_| made > 0) {
        let title = cx.config.texts.say(texts::READY_TITLE, &[("deal", &title_of(deal))]);
        cx.host.notify(Notice::to([owner]).says(title, Localized::default()).about(deal.reference()))?;
    }
    Ok(())
}

const fn title_of_paper(kind: DocumentKind) -> Template {
    match kind {
        DocumentKind::Contract => texts::CONTRACT,
        DocumentKind::Invoice => texts::INVOICE,
        DocumentKind::Waybill => texts::WAYBILL,
        DocumentKind::Act => texts::ACT,
        DocumentKind::Receipt => texts::RECEIPT,
        DocumentKind::Offer | DocumentKind::Other => texts::OTHER,
    }
}

/// The deal's papers, but for void ones.
fn of(cx: &Cx, deal: &Deal) -> Result<Vec<Document>, HostError> {
    let mut documents = cx.host.find_all(&Query::<Document>::all().is("about", &deal.id))?;
    documents.retain(|document| document.status != DocumentStatus::Void);
    Ok(documents)
}

/// The owner sends what is prepared to the client.
pub fn send(cx: &Cx, command: &Command) -> Outcome {
    let Some(on) = &command.on else { return Err(Failure::permanent("pressed on nothing")) };
    let (person, deal) = (cx.host.get::<User>(&command.by)?, cx.host.get::<Deal>(&on.id)?);
    let say = |text, values: &[(&str, &dyn Say)]| cx.config.texts.say(text, values);
    if deal.owner.as_ref() != Some(&person.id) {
        return Err(cx.refuse(&person, &say(texts::NOT_YOURS, &[])));
    }
    let documents = of(cx, &deal)?;
    if let Some(asked) = documents.iter().find(|document| document.status == DocumentStatus::Approval) {
        let name = Localized::named(asked.number, &asked.title);
        return Err(cx.refuse(&person, &say(texts::IN_APPROVAL, &[("document", &name)])));
    }
    let ready = |document: &&Document| matches!(document.status, DocumentStatus::Draft | DocumentStatus::Approved);
    let ready: Vec<&Document> = documents.iter().filter(ready).collect();
    if ready.is_empty() {
        return Err(cx.refuse(&person, &say(texts::NOTHING, &[])));
    }
    let Some(client) = client(cx, &deal)? else { return Err(cx.refuse(&person, &say(texts::NO_ADDRESS, &[]))) };
    let values: [(&str, &dyn Say); 2] = [("title", &deal.title), ("name", &client.name)];
    let in_language =
        |text| say(text, &values).in_language(client.language.as_deref().unwrap_or(&cx.language)).to_owned();
    let files: Vec<Reference> = ready.iter().map(|document| document.reference()).collect();
    cx.host.create::<Message>(json!({
        "channel": MessageChannel::Email, "to": client.email, "contact": client.contact, "owner": deal.owner, "expected": true,
        "subject": in_language(texts::MAIL_SUBJECT), "body": in_language(texts::MAIL_BODY),
        "about": deal.reference(), "attachments": files, "key": format!("send:{}", cx.run),
    }))?;
    for document in ready {
        cx.host.update::<Document>(&document.id, json!({"status": DocumentStatus::Sent}))?;
    }
    let reply = say(texts::SENT_REPLY, &[("to", &client.email)]);
    Ok(Some(Reply::new(reply.in_language(&person.language)).open(deal.reference())))
}

struct Client {
    email: String,
    name: String,
    contact: Option<Id>,
    language: Option<String>,
}

/// Where the client is written to: the contact's address, else the company's.
fn client(cx: &Cx, deal: &Deal) -> Result<Option<Client>, HostError> {
    if let Some(id) = &deal.contact
        && let Some(contact) = cx.host.get::<Contact>(id).optional()?
        && let Some(email) = contact.emails.first()
    {
        let (email, language) = (email.clone(), contact.language.clone());
        return Ok(Some(Client { email, name: contact.name, contact: Some(contact.id), language }));
    }
    let Some(id) = &deal.company else { return Ok(None) };
    let company = cx.host.get::<Company>(id).optional()?;
    Ok(company.and_then(|company| {
        let email = company.emails.first()?.clone();
        Some(Client { email, name: company.name, contact: None, language: None })
    }))
}
