//! Who is asked.

use takt_sdk::prelude::*;

use crate::{Cx, Rule};

/// The active users whom the rules name for this document, each once, never the initiator.
pub fn of(cx: &Cx, document: &Document, initiator: &str) -> Result<Vec<Id>, HostError> {
    let deal = match document.about.kind.as_str() {
        "deal" => cx.host.get::<Deal>(&document.about.id).optional()?,
        _ => None,
    };
    let department = match cx.host.get::<User>(initiator).optional()?.and_then(|user| user.department) {
        Some(id) => cx.host.get::<Department>(&id).optional()?,
        None => None,
    };
    let mut ids = Vec::new();
    for rule in &cx.config.rules {
        if !holds(rule, document, deal.as_ref(), department.as_ref()) {
            continue;
        }
        for name in &rule.approvers {
            for user in named(cx, name, initiator)? {
                if user.active && user.id != initiator && !ids.contains(&user.id) {
                    ids.push(user.id);
                }
            }
        }
    }
    Ok(ids)
}

fn holds(rule: &Rule, document: &Document, deal: Option<&Deal>, department: Option<&Department>) -> bool {
    let total = document.totals.as_ref().map(|totals| totals.gross.minor);
    let amount = total.or_else(|| Some(deal?.amount.as_ref()?.minor)).unwrap_or(0);
    let kind = deal.map(|deal| match deal.deal_kind {
        DealKind::Goods => "goods",
        DealKind::Service => "service",
    });
    rule.min_amount.is_none_or(|least| amount >= least)
        && rule.deal_kind.as_deref().is_none_or(|wanted| kind == Some(wanted))
        && rule.department.as_ref().is_none_or(|wanted| department.is_some_and(|it| it.key == *wanted))
        && (rule.document_kinds.is_empty() || rule.document_kinds.contains(&document.document_kind))
}

fn named(cx: &Cx, name: &str, initiator: &str) -> Result<Vec<User>, HostError> {
    Ok(match name.split_once(':') {
        None if name == "head" => cx.host.head_of(initiator).optional()?.flatten().into_iter().collect(),
        Some(("head", key)) => match cx.host.department_by_key(key)? {
            Some(department) => cx.host.department_head(&department.id, Some(initiator))?.into_iter().collect(),
            None => Vec::new(),
        },
        Some(("user", id)) => cx.host.get::<User>(id).optional()?.into_iter().collect(),
        Some(("role", role)) => cx.host.find_all(&Query::all().is("role", role).is("active", true))?,
        _ => {
            cx.warn(&format!("`{name}` names no approver"));
            Vec::new()
        }
    })
}
